//! The link budget: where the light goes, from the laser to the last photodiode, and what noise
//! stands against it.
//!
//! ```text
//!  laser --1/N, tree, coupler, modulator, data--> mesh --[tap]--> activation --> mesh --> ..
//!                                                           |                        |
//!                                                     photodiodes              photodiodes
//! ```
//!
//! Analytic and in f64; powers are logarithms, so that nothing underflows however deep the network.
//! No die is drawn.
//!
//! # What is a mean, and over what
//! - A **power** is a mean over the ports of a layer and over the samples, in linear units; a level in
//!   dBm is that of the mean. A loss in dB is the ratio of two such means.
//! - Over **phases**: every mesh is taken as a Haar-random unitary times its loss, which a trained mesh
//!   resembles more than any fixed one. Behind it the power of a sample is distributed over the ports
//!   like speckle, close to an exponential distribution ([`Drive`] says how the samples differ).
//! - Over the **spread of losses** within a die and from die to die: the mean transmission, in linear
//!   units. Splitter errors and everything that changes phases have no effect.
//! - The total power of a sample behind a nonlinear activation is taken as N times the mean over the
//!   distribution. On a chip it is a sum over N ports and differs from mesh to mesh: for an output that
//!   goes with P^3, by 4.4 / sqrt(N) of itself. Every further such activation multiplies that, so the
//!   level behind a chain of dark activations is one of many, some 10 dB apart at -300 dBm.
//! - Noise is small compared with the light, and follows it to first order ([`activation`]).
//! - Faults: open ports are dark, dead detectors are not counted.

pub mod activation;
mod detection;
mod drive;
mod ensemble;
mod launch;
pub mod mesh;
mod power;
pub mod readout;
mod speckle;

pub use activation::ActivationBudget;
pub use drive::Drive;
pub use launch::LaunchBudget;
pub use mesh::MeshBudget;
pub use power::Power;
pub use readout::ReadoutBudget;

use crate::design::{ChipDesign, DesignError, Tap};
use crate::detector::Adc;
use crate::mesh::Topology;
use crate::process::{DetectorProcess, MeshProcess, Process};
use crate::units::power_ratio_to_db;
use readout::Light;
use speckle::Speckle;
use std::sync::Arc;

/// The budget of a chip.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkBudget {
    /// Number of ports.
    pub ports: usize,
    /// Mean of the squared drive over ports and samples.
    pub mean_square_drive: f64,
    /// From the laser to the first mesh.
    pub launch: LaunchBudget,
    /// The layers in the order in which light meets them.
    pub layers: Vec<LayerBudget>,
}

/// The budget of a layer: means over its ports and the samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerBudget {
    /// Into the mesh.
    pub input: Power,
    /// Loss of the mesh.
    pub mesh: MeshBudget,
    /// At the mesh output: `input` less the loss of the mesh.
    pub output: Power,
    /// What the tap leads to the detectors instead of the next layer. Dark where detectors see the
    /// light without taking it, and at the last layer, whose light goes nowhere else. What an
    /// activation taps is part of its own loss, not of `tap_loss_db`.
    pub tapped: Power,
    /// Loss of the light that goes on, by the tap, in dB.
    pub tap_loss_db: f64,
    /// On a photodiode (homodyne: on the two of a port together).
    pub detected: Power,
    /// Noise light of the activations before, on a photodiode, in W.
    pub noise_light_w: f64,
    /// One readout.
    pub readout: ReadoutBudget,
    /// From the mesh output, less what was tapped, to the next layer; `None` behind the last layer.
    pub activation: Option<ActivationBudget>,
}

/// The link budget of a design that is made by a process, for data that drive it like `drive`.
///
/// # Errors
/// A design that does not fit together, or a value out of its range.
///
/// ```
/// # use photonics::{design::*, component::activation::Activation, process::Process};
/// # use photonics::{mesh::rectangular::rectangular, budget::{Drive, link_budget}};
/// # use std::sync::Arc;
/// let layer = LayerDesign {
///     topology: Arc::new(rectangular(8)?),
///     readout: Readout::Intensity,
///     tap: Tap::Coupler(0.1),
///     adc_full_scale_a: None,
///     activation: Activation::Identity,
/// };
/// let design = ChipDesign {
///     layers: vec![layer.clone(), layer],
///     source: Source::ideal(1e-3),
///     precision: Precision::Single,
/// };
/// let mut process = Process::ideal();
/// process.mesh.coupler_loss_db = 0.1;
/// let budget = link_budget(&design, &process, &Drive::constant(0.5))?;
/// let first = &budget.layers[0];
/// assert!((first.input.dbm() + 3.01).abs() < 0.01);
/// // Light passes 7 MZIs with two couplers each on average.
/// assert!((first.mesh.total_db() - 1.4).abs() < 0.01);
/// assert!((first.detected.dbm() - (first.output.dbm() - 10.0)).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn link_budget(
    design: &ChipDesign,
    process: &Process,
    drive: &Drive,
) -> Result<LinkBudget, DesignError> {
    design.check()?;
    process.check()?;
    process.faults.check(design, &process.heater)?;
    drive.check()?;
    let ports = design.ports();
    let speckle = Speckle::new(ports);
    let laser_sigma = design
        .source
        .relative_power_sigma(process.detector.noise.as_ref());
    // A monitor's tap is a loss of its phase shifter; the output screen, which has none, is counted too.
    let taps_db = process.monitors.map_or(0.0, |monitors| {
        0.0 - power_ratio_to_db(1.0 - monitors.tap_ratio)
    });
    let parts = MeshProcess {
        shifter_loss_db: process.mesh.shifter_loss_db + taps_db,
        ..process.mesh
    };
    let (launch, mut light) = launch::launch(design, &process.faults, drive);
    let mut meshes: Vec<(&Arc<Topology>, MeshBudget)> = Vec::new();
    let (mut noise_light_w, mut slope) = (0.0, 1.0);
    let mut layers = Vec::with_capacity(design.layers.len());
    for (index, layer) in design.layers.iter().enumerate() {
        let topology = &layer.topology;
        let known = meshes
            .iter()
            .find(|(other, _)| Arc::ptr_eq(other, topology));
        let mesh = match known {
            Some((_, mesh)) => *mesh,
            None => {
                let mesh = MeshBudget::new(topology, &parts);
                meshes.push((topology, mesh));
                mesh
            }
        };
        let input = light.mean();
        light = light.behind(mesh.total_db());
        let output = input.behind(mesh.total_db());
        noise_light_w = Power::from_w(noise_light_w).behind(mesh.total_db()).w();
        let last = index + 1 == design.layers.len();
        let ratio = design.detected_ratio(index);
        let detected_db = 0.0 - power_ratio_to_db(ratio);
        let on_detectors = light.clone().behind(detected_db);
        let tap = match layer.tap {
            Tap::Coupler(ratio) if !last => Some(ratio),
            _ => None,
        };
        let takes = !last && layer.tap != Tap::Lossless;
        let tap_loss_db = tap.map_or(0.0, |ratio| 0.0 - power_ratio_to_db(1.0 - ratio));
        let readout = readout::read(
            layer.readout,
            &DetectorProcess {
                adc: process.detector.adc.map(|adc| Adc {
                    full_scale_a: layer.adc_full_scale_a.unwrap_or(adc.full_scale_a),
                    ..adc
                }),
                ..process.detector
            },
            &speckle,
            &Light {
                detected: &on_detectors,
                output,
                noise_w: ratio * noise_light_w,
                laser_sigma,
                slope,
                ports,
            },
        );
        let mut budget = LayerBudget {
            input,
            mesh,
            output,
            tapped: if takes {
                output.behind(detected_db)
            } else {
                Power::DARK
            },
            tap_loss_db,
            detected: output.behind(detected_db),
            noise_light_w: ratio * noise_light_w,
            readout,
            activation: None,
        };
        if !last {
            let passed_w = noise_light_w * (1.0 - tap.unwrap_or(0.0));
            let before = light.behind(tap_loss_db);
            let (activation, after) =
                activation::activate(&layer.activation, &speckle, &before, passed_w);
            noise_light_w = activation.noise_light_w;
            slope *= activation.slope;
            budget.activation = Some(activation);
            light = after;
        }
        layers.push(budget);
    }
    Ok(LinkBudget {
        ports,
        mean_square_drive: drive.mean_square(),
        launch,
        layers,
    })
}
