//! The chip and the process of an experiment.

use crate::config::checked::{self, Config, InitialPhases, MeshKind, ReadoutKind};
use numerics::Streams;
use photonics::component::activation::{Activation, ElectroOptic};
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source};
use photonics::detector::ReceiverNoise;
use photonics::mesh::haar::haar_phases;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::triangular::triangular;
use photonics::mesh::{Topology, TopologyError};
use photonics::process::{DetectorProcess, Instruments, MeshProcess, Process};
use photonics::units::dbm_to_w;
use rand::RngExt;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};
use std::sync::Arc;

/// The ideal circuit: equal layers in a row.
///
/// # Errors
/// A mesh that cannot be built.
pub fn design(config: &Config) -> Result<ChipDesign, TopologyError> {
    let chip = &config.chip;
    let layer = LayerDesign {
        topology: topology(config)?,
        readout: match chip.readout.kind {
            ReadoutKind::Signed => Readout::Signed,
            ReadoutKind::Intensity => Readout::Intensity,
        },
        tap_ratio: None,
        activation: match chip.activation {
            checked::Activation::Identity => Activation::Identity,
            checked::Activation::ElectroOptic {
                tap_fraction,
                gain_rad_per_mw,
                bias_rad,
            } => Activation::ElectroOptic(ElectroOptic {
                tap_fraction,
                gain_rad_per_w: 1e3 * gain_rad_per_mw,
                bias_rad,
            }),
        },
    };
    Ok(ChipDesign {
        layers: vec![layer; chip.layers],
        source: Source::ideal(dbm_to_w(chip.source.port_power_dbm)),
        precision: match chip.precision {
            checked::Precision::F32 => Precision::Single,
            checked::Precision::F64 => Precision::Double,
        },
    })
}

fn topology(config: &Config) -> Result<Arc<Topology>, TopologyError> {
    let ports = config.chip.ports;
    Ok(Arc::new(match config.chip.mesh {
        MeshKind::Rectangular => rectangular(ports)?,
        MeshKind::Triangular => triangular(ports)?,
    }))
}

/// The statistics from which the die is drawn.
pub fn process(config: &Config) -> Process {
    let process = &config.process;
    Process {
        mesh: MeshProcess {
            splitter_error_sigma_rad: process.splitter_error_sigma_rad,
            // All loss of an MZI in its two couplers.
            coupler_loss_db: 0.5 * process.mzi_loss_db,
            coupler_loss_sigma_db: FRAC_1_SQRT_2 * process.mzi_loss_sigma_db,
            ..MeshProcess::ideal()
        },
        detector: DetectorProcess {
            responsivity_a_per_w: process.detector.responsivity_a_per_w,
            dark_current_a: process.detector.dark_current_a,
            noise: process.detector.noise.map(|noise| {
                ReceiverNoise::new(noise.bandwidth_hz, noise.load_ohm, noise.temperature_k)
            }),
            ..DetectorProcess::ideal()
        },
        instruments: instruments(&process.instruments),
        ..Process::ideal()
    }
}

/// What the instruments take.
fn instruments(instruments: &checked::Instruments) -> Instruments {
    let scaled = |value: Option<f64>, unit: f64| value.map(|value| unit * value);
    Instruments {
        dac_j_per_conversion: scaled(instruments.dac_pj_per_conversion, 1e-12),
        adc_j_per_conversion: scaled(instruments.adc_pj_per_conversion, 1e-12),
        tia_w: scaled(instruments.tia_mw, 1e-3),
        modulator_j_per_symbol: scaled(instruments.modulator_fj_per_symbol, 1e-15),
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
            match config.chip.initial_phases {
                InitialPhases::Haar => haar_phases(topology, &mut stream),
                InitialPhases::Uniform => {
                    (0..count).map(|_| TAU * stream.random::<f64>()).collect()
                }
                InitialPhases::Zero => vec![0.0; count],
            }
        })
        .collect()
}
