//! The only place where dies are drawn.

pub mod heater;

use crate::chip::Chip;
use crate::design::{ChipDesign, DesignError};
use crate::mesh::{MeshHardware, MeshPhases, Topology};
use crate::process::Process;
use crate::units::loss_db_to_field_ratio;
use nalgebra::DMatrix;
use num_complex::Complex64;
use numerics::Streams;
use numerics::normal::fill_standard_normal;
use std::sync::Arc;

/// Which die of a process: the same seed gives the same die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DieSeed(pub u64);

/// What a die is really like. It is handed over beside the chip, so whoever is not given it cannot
/// look.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundTruth {
    layers: Vec<Arc<MeshHardware>>,
}

impl GroundTruth {
    /// The mesh of each layer with its splitter errors and losses.
    pub fn layers(&self) -> &[Arc<MeshHardware>] {
        &self.layers
    }

    /// The transfer matrix `U[out, in]` of one layer's mesh at a parameter vector
    /// [theta | phi | gamma] in rad; `None` when the layer does not exist or the length does not fit.
    pub fn matrix(&self, layer: usize, phases_rad: &[f64]) -> Option<DMatrix<Complex64>> {
        let mesh = self.layers.get(layer)?;
        let topology = mesh.topology();
        let phases = MeshPhases::split(phases_rad, topology.mzis(), topology.ports())?;
        Some(mesh.matrix(phases))
    }
}

/// Draws a die: the chip, and apart from it what it is really like.
///
/// # Errors
/// A design that does not fit together or a value out of its range.
///
/// ```
/// # use photonics::{design::*, component::activation::Activation, process::Process};
/// # use photonics::{mesh::rectangular::rectangular, fabricate::{fabricate, DieSeed}};
/// # use std::sync::Arc;
/// let layer = LayerDesign {
///     topology: Arc::new(rectangular(4)?),
///     readout: Readout::Intensity,
///     activation: Activation::Identity,
/// };
/// let design = ChipDesign {
///     layers: vec![layer],
///     source: Source { port_power_w: 1e-3 },
///     precision: Precision::Double,
/// };
/// let process = Process { splitter_error_sigma_rad: 0.02, ..Process::ideal() };
/// let (mut chip, truth) = fabricate(&design, &process, DieSeed(1))?;
/// // Who holds the chip alone can program and measure it.
/// chip.program(0, &[0.3; 16])?;
/// let mut currents_a = [0.0; 4];
/// chip.measure(&[1.0, 0.0, 0.0, 0.0], &mut [(0, &mut currents_a)])?;
/// assert!((currents_a.iter().sum::<f32>() - 1e-3).abs() < 1e-9);
/// // Who also holds the truth can look inside.
/// let u = truth.matrix(0, &[0.3; 16]).unwrap();
/// assert!((1e-3 * u[(2, 0)].norm_sqr() - f64::from(currents_a[2])).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The chip itself does not tell:
///
/// ```compile_fail,E0599
/// fn cheat(chip: &photonics::chip::Chip) {
///     let _ = chip.matrix(0, &[0.3; 16]);
/// }
/// ```
pub fn fabricate(
    design: &ChipDesign,
    process: &Process,
    die: DieSeed,
) -> Result<(Chip, GroundTruth), DesignError> {
    design.check()?;
    process.check()?;
    let streams = Streams::new(die.0);
    let layers: Vec<_> = design
        .layers
        .iter()
        .enumerate()
        .map(|(layer, design)| {
            Arc::new(draw_mesh(&design.topology, process, &streams, layer as u64))
        })
        .collect();
    let chip = Chip::new(design, process, layers.clone(), streams);
    Ok((chip, GroundTruth { layers }))
}

fn draw_mesh(
    topology: &Arc<Topology>,
    process: &Process,
    streams: &Streams,
    layer: u64,
) -> MeshHardware {
    let normal = |name: &str, count: usize| {
        let mut numbers = vec![0.0; count];
        fill_standard_normal(&mut streams.derive(name, layer, 0), &mut numbers);
        numbers
    };
    let mzis = topology.mzis();
    let sigma = process.splitter_error_sigma_rad;
    let errors_rad = if sigma > 0.0 {
        normal("splitter-error", 2 * mzis)
            .chunks_exact(2)
            .map(|pair| [sigma * pair[0], sigma * pair[1]])
            .collect()
    } else {
        vec![[0.0; 2]; mzis]
    };
    let lossy = process.mzi_loss_db > 0.0 || process.mzi_loss_sigma_db > 0.0;
    let transmission = lossy.then(|| {
        normal("mzi-loss", mzis)
            .iter()
            .map(|z| {
                process
                    .mzi_loss_sigma_db
                    .mul_add(*z, process.mzi_loss_db)
                    .max(0.0)
            })
            .map(loss_db_to_field_ratio)
            .collect()
    });
    MeshHardware::new(topology.clone(), errors_rad, transmission)
}
