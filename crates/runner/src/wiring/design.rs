//! The ideal chip of an experiment, and the phases before training.

use super::activation::activation;
use crate::config::checked::{
    self, CellKind, Config, InitialPhases, MeshKind, ReadoutKind, TapKind,
};
use numerics::Streams;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, SourcePower, Tap};
use photonics::mesh::haar::haar_phases;
use photonics::mesh::{MziForm, NamedTopology, Topology, TopologyError};
use photonics::units::dbm_to_w;
use rand::RngExt;
use std::f64::consts::TAU;
use std::sync::Arc;

/// The ideal circuit: equal layers in a row.
///
/// # Errors
/// A mesh that cannot be built.
pub fn design(config: &Config) -> Result<ChipDesign, TopologyError> {
    let chip = &config.chip;
    let layer = LayerDesign {
        topology: topology(chip)?,
        readout: match chip.readout.kind {
            ReadoutKind::Signed => Readout::Signed,
            ReadoutKind::Intensity => Readout::Intensity,
            ReadoutKind::Homodyne => Readout::Homodyne,
        },
        tap: match chip.readout.tap {
            TapKind::Lossless => Tap::Lossless,
            TapKind::Coupler => Tap::Coupler(chip.readout.tap_ratio.unwrap_or(0.1)),
            TapKind::Activation => Tap::Activation,
        },
        adc_full_scale_a: None,
        activation: activation(&chip.activation),
    };
    let mut layers = vec![layer; chip.layers];
    if let Some(full_scales_a) = &config.process.detector.adc_full_scale_a {
        let last = full_scales_a.last();
        for (index, layer) in layers.iter_mut().enumerate() {
            layer.adc_full_scale_a = full_scales_a.get(index).or(last).copied();
        }
    }
    Ok(ChipDesign {
        layers,
        source: source(config),
        precision: match chip.precision {
            checked::Precision::F32 => Precision::Single,
            checked::Precision::F64 => Precision::Double,
        },
    })
}

fn source(config: &Config) -> Source {
    let (source, process) = (&config.chip.source, &config.process.source);
    let laser_w = source
        .laser_power_w
        .or(source.laser_power_dbm.map(dbm_to_w));
    let port_w = source.port_power_w.or(source.port_power_dbm.map(dbm_to_w));
    Source {
        power: match laser_w {
            Some(power_w) => SourcePower::Laser { power_w },
            None => SourcePower::Port {
                power_w: port_w.unwrap_or(1e-3),
            },
        },
        rin_db_per_hz: process.rin_db_per_hz,
        wall_plug_efficiency: process.wall_plug_efficiency,
        tree_excess_loss_db: process.tree_excess_loss_db,
        coupling_loss_db: process.coupling_loss_db,
        modulator_insertion_loss_db: process.modulator_insertion_loss_db,
        modulator_extinction_ratio_db: process.modulator_extinction_ratio_db,
        modulator_dac_bits: process.modulator_dac_bits,
    }
}

/// The topology of every layer: that of the mesh file, or a named one with its MZIs in the form that is
/// asked for.
///
/// # Errors
/// A mesh that cannot be built.
pub fn topology(chip: &checked::Chip) -> Result<Arc<Topology>, TopologyError> {
    if let Some(file) = &chip.mesh_file {
        return Ok(file.topology.clone());
    }
    let plain = named(chip).build(chip.ports)?;
    Ok(Arc::new(match form(chip) {
        MziForm::Plain => plain,
        form => plain.with_mzis(form)?,
    }))
}

pub(super) fn form(chip: &checked::Chip) -> MziForm {
    match chip.cell {
        None | Some(CellKind::Plain) => MziForm::Plain,
        Some(CellKind::ThreeSplitter) => MziForm::ThreeSplitter,
        Some(CellKind::Symmetric) => MziForm::Symmetric,
    }
}

/// The named topology of every layer, where there is no mesh file.
pub(super) fn named(chip: &checked::Chip) -> NamedTopology {
    match chip.mesh {
        MeshKind::Rectangular | MeshKind::File => NamedTopology::Rectangular,
        MeshKind::PermutingRectangular => NamedTopology::PermutingRectangular,
        MeshKind::Svd => NamedTopology::Svd,
        MeshKind::Triangular => NamedTopology::Triangular,
        MeshKind::Diamond => NamedTopology::Diamond,
        MeshKind::RedundantRectangular => NamedTopology::RedundantRectangular {
            extra_columns: chip.extra_columns.unwrap_or(0),
        },
        MeshKind::Butterfly => NamedTopology::Butterfly,
        MeshKind::Tree => NamedTopology::Tree,
    }
}

/// The phases [theta | phi | gamma] in rad before training, per layer. They are what the experimenter
/// sets, not a property of the die: their stream is the training seed's.
pub fn initial_phases(config: &Config, design: &ChipDesign, streams: &Streams) -> Vec<Vec<f64>> {
    design
        .layers
        .iter()
        .enumerate()
        .map(|(layer, design)| {
            let topology = &design.topology;
            let count = 2 * topology.mzis() + topology.ports();
            let mut stream = streams.derive("initial-phases", layer as u64, 0);
            let mut phases: Vec<f64> = match config.chip.initial_phases {
                InitialPhases::Haar => haar_phases(topology, &mut stream),
                InitialPhases::Uniform => {
                    (0..count).map(|_| TAU * stream.random::<f64>()).collect()
                }
                InitialPhases::Zero => vec![0.0; count],
            };
            for place in topology.missing_shifters() {
                phases[place] = 0.0;
            }
            phases
        })
        .collect()
}
