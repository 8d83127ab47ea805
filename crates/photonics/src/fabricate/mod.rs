//! The only place where dies are drawn.

mod detector;
pub mod heater;
mod mesh;
mod mixed;
mod monitors;
mod wafer;

use crate::chip::Chip;
use crate::design::{ChipDesign, DesignError, LayerDesign};
use crate::detector::LayerDetectors;
use crate::mesh::{MeshHardware, MeshPhases};
use crate::process::Process;
use heater::HeaterStatics;
pub(crate) use mesh::draw_mesh;
use monitors::{draw_monitors, tapped};
use nalgebra::DMatrix;
use num_complex::Complex64;
use numerics::Streams;
use std::sync::Arc;

/// Which die of a process: the same seed gives the same die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DieSeed(pub u64);

/// What a die is really like. It is handed over beside the chip, so whoever is not given it cannot
/// look.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundTruth {
    layers: Vec<Arc<MeshHardware>>,
    heaters: Vec<Arc<HeaterStatics>>,
    detectors: Vec<LayerDetectors>,
    monitors: Vec<LayerDetectors>,
}

impl GroundTruth {
    /// The mesh of each layer with its splitter errors and losses.
    pub fn layers(&self) -> &[Arc<MeshHardware>] {
        &self.layers
    }

    /// The phase shifters of each layer. With [`crate::chip::actuation::Actuator`] they tell, but for
    /// drift, the phases that light meets after a setting.
    pub fn heaters(&self) -> &[Arc<HeaterStatics>] {
        &self.heaters
    }

    /// The photodiodes of each layer.
    pub fn detectors(&self) -> &[LayerDetectors] {
        &self.detectors
    }

    /// The photodiodes of the monitors of each layer, theta of every MZI and then phi; no layer where the
    /// chip has no monitors.
    pub fn monitors(&self) -> &[LayerDetectors] {
        &self.monitors
    }

    /// The transfer matrix `U[out, in]` of one layer's mesh at the phases [theta | phi | gamma] in rad
    /// that light meets; `None` when the layer does not exist or the length does not fit.
    ///
    /// What a chip is programmed with are the phases asked for: they are the same only where the phase
    /// shifters are ideal. [`GroundTruth::heaters`] leads from one to the other.
    pub fn matrix(&self, layer: usize, actual_rad: &[f64]) -> Option<DMatrix<Complex64>> {
        let mesh = self.layers.get(layer)?;
        let topology = mesh.topology();
        let phases = MeshPhases::split(actual_rad, topology.mzis(), topology.ports())?;
        Some(mesh.matrix(phases))
    }
}

/// Draws a die: the chip, and apart from it what it is really like.
///
/// # Errors
/// A design that does not fit together or a value out of its range.
///
/// ```
/// # use photonics::{design::*, component::activation::Activation};
/// # use photonics::process::{MeshProcess, Process};
/// # use photonics::{mesh::rectangular::rectangular, fabricate::{fabricate, DieSeed}};
/// # use std::sync::Arc;
/// let layer = LayerDesign {
///     topology: Arc::new(rectangular(4)?),
///     readout: Readout::Intensity,
///     tap: Tap::Lossless,
///     adc_full_scale_a: None,
///     activation: Activation::Identity,
/// };
/// let design = ChipDesign {
///     layers: vec![layer],
///     source: Source::ideal(1e-3),
///     precision: Precision::Double,
/// };
/// let mesh = MeshProcess { splitter_error_sigma_rad: 0.02, ..MeshProcess::ideal() };
/// let process = Process { mesh, ..Process::ideal() };
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
    process.faults.check(design, &process.heater)?;
    if process.monitors.is_some() {
        let mixed = |layer: &LayerDesign| !layer.topology.is_uniform();
        if let Some(layer) = design.layers.iter().position(mixed) {
            return Err(DesignError::NoPlaceForMonitors { layer });
        }
    }
    let streams = Streams::new(die.0);
    let layers = design
        .layers
        .iter()
        .enumerate()
        .map(|(layer, design)| {
            let layer = layer as u64;
            let mesh = draw_mesh(&design.topology, &process.mesh, &streams, layer);
            Arc::new(match process.monitors {
                Some(monitors) => tapped(mesh, monitors),
                None => mesh,
            })
        })
        .collect();
    let heaters = design
        .layers
        .iter()
        .enumerate()
        .map(|(layer, design)| {
            let topology = &design.topology;
            let statics = HeaterStatics::draw(topology, &process.heater, &streams, layer as u64);
            Arc::new(statics)
        })
        .collect();
    let detectors = design
        .layers
        .iter()
        .enumerate()
        .map(|(layer, design)| {
            detector::draw_detectors(
                design.readout,
                design.topology.ports(),
                &process.detector,
                &process.faults,
                &streams,
                layer,
            )
        })
        .collect();
    let monitored = design.layers.iter().enumerate();
    let monitors = monitored
        .filter(|_| process.monitors.is_some())
        .map(|(layer, design)| {
            let count = 2 * design.topology.mzis();
            draw_monitors(count, &process.detector, &streams, layer)
        })
        .collect();
    let truth = GroundTruth {
        layers,
        heaters,
        detectors,
        monitors,
    };
    let chip = Chip::new(design, process, &truth, streams)?;
    Ok((chip, truth))
}
