//! A model of a chip fitted to what was measured of it: clear-box characterisation (Fyrillas et al., Optica
//! 11, 427 (2024), arXiv:2310.15349).
//!
//! Data are currents at the taps for known phases and amplitudes. The model is that of [`crate::twin`] with
//! unknown splitter errors e1, e2 of every MZI, an offset of every phase shifter and a transmission per
//! layer, common to all paths. Fitted are the squares of the differences of currents, by L-BFGS on the exact
//! gradient, one layer after the other: layer l from its own tap, behind the layers before it as they were
//! found.
//!
//! The output phases of a layer are seen by the next tap alone, so their offsets are fitted with the next
//! layer. Nothing sees those of the last layer, nor those in front of an activation that forgets phases:
//! they stay 0.
//!
//! Not in the model: losses that differ from path to path, photodiodes other than 1 A/W without dark current,
//! crosstalk, gains of the phase shifters. What they do is taken up by what is in it, as far as it can.

mod layer;

use crate::component::activation::Activation;
use crate::design::{ChipDesign, DesignError, Tap};
use crate::encoder::Encoder;
use crate::field::FieldBatch;
use crate::fit::lbfgs::{Limits, minimise};
use crate::mesh::MeshHardware;
use crate::twin::{Knowledge, MeshTwin, Reader};
use layer::{LayerFit, Record, turn};
use std::sync::Arc;
use thiserror::Error;

/// Currents of a chip that was programmed P times, each time with S samples.
#[derive(Clone, Copy, Debug)]
pub struct Measurements<'a> {
    /// Phases [theta | phi | gamma] in rad that were asked for: P x layers.
    pub phases_rad: &'a [Vec<Vec<f64>>],
    /// Amplitudes as for [`crate::chip::Chip::measure`]: P batches of S x ports.
    pub amplitudes: &'a [Vec<f32>],
    /// Currents in A at the tap of every layer: P x layers, each S x readouts.
    pub currents_a: &'a [Vec<Vec<f32>>],
}

/// How to fit.
#[derive(Clone, Debug, PartialEq)]
pub struct ClearBoxOptions {
    /// Iterations for a layer at most, at least 1; each sends all samples there and back once or twice.
    pub max_iterations: usize,
    /// Relative error of the currents, as in [`ClearBox::relative_error`], at which a layer is done.
    pub tolerance: f64,
    /// A layer is done as well where 20 iterations lower the square of that error by less than this part.
    pub stalled: f64,
}

impl Default for ClearBoxOptions {
    /// 400 iterations, to 1e-6 (readouts are f32), or less than 1 % in 20 iterations.
    fn default() -> Self {
        Self {
            max_iterations: 400,
            tolerance: 1e-6,
            stalled: 0.01,
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct ClearBox {
    /// The chip as estimated, for [`crate::twin::Twin::new`].
    pub knowledge: Knowledge,
    /// Offset of every phase in rad, by layer: light meets what is asked for and this.
    pub offsets_rad: Vec<Vec<f64>>,
    /// |model - measured| / |measured| over all currents of a layer's tap, of the data that were fitted.
    pub relative_error: Vec<f64>,
    /// Iterations that each layer took.
    pub iterations: Vec<usize>,
}

/// Why there is no estimate.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ClearBoxError {
    /// The design is not sound.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// A layer has other cells than MZIs.
    #[error("layer {layer} has other cells than MZIs, of which the model knows nothing")]
    Cells {
        /// The layer, 0-based.
        layer: usize,
    },
    /// The data are not those of the design.
    #[error("{what}: {found} given, {expected} fit")]
    Length {
        /// What has the wrong length.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that fits.
        expected: usize,
    },
    /// A number is NaN or infinite.
    #[error("{what} of programming {programming} (counted from 0) are not finite numbers")]
    NotFinite {
        /// Phases, amplitudes or currents.
        what: &'static str,
        /// Which programming.
        programming: usize,
    },
    /// There is nothing to fit to.
    #[error("no currents were measured at layer {layer}")]
    Dark {
        /// The layer, 0-based.
        layer: usize,
    },
}

/// Fits the model of `design` to measurements. The same data give the same bits, for any number of threads.
///
/// # Errors
/// A design that is not sound or has other cells than MZIs, data that do not fit it, no light.
pub fn clear_box(
    design: &ChipDesign,
    data: &Measurements<'_>,
    options: &ClearBoxOptions,
) -> Result<ClearBox, ClearBoxError> {
    design.check()?;
    check(design, data)?;
    let mut knowledge = Knowledge::of_design(design);
    let mut offsets_rad: Vec<Vec<f64>> = Vec::new();
    let (mut errors, mut iterations) = (Vec::new(), Vec::new());
    let mut inputs = launched(design, data.amplitudes);
    for (index, part) in design.layers.iter().enumerate() {
        let topology = &part.topology;
        let (mzis, ports) = (topology.mzis(), topology.ports());
        let reader = Reader::new(
            part.readout,
            design.detected_ratio(index),
            &knowledge.detectors[index],
            &knowledge.local_oscillator,
        );
        let records = inputs
            .iter()
            .enumerate()
            .map(|(programming, input)| Record {
                input,
                phases_rad: &data.phases_rad[programming][index],
                currents_a: &data.currents_a[programming][index],
            });
        // Phases in front of the mesh: what is left of those behind the layer before.
        let before = index.checked_sub(1).map(|before| &design.layers[before]);
        let screened = before.is_some_and(|layer| keeps_phases(&layer.activation));
        let fit = LayerFit::new(topology.clone(), reader, records.collect(), screened);
        let fit = fit.ok_or(ClearBoxError::Dark { layer: index })?;
        let limits = Limits {
            max_iterations: options.max_iterations.max(1),
            tolerance: options.tolerance * options.tolerance,
            stalled: options.stalled,
        };
        let found = minimise(
            &mut |x, gradient| fit.value_and_gradient(x, gradient),
            fit.start(),
            &limits,
        );
        let estimate = fit.estimate(&found.at);
        errors.push(found.value.sqrt());
        iterations.push(found.iterations);
        if let Some(below) = offsets_rad.last_mut() {
            let screen = below.len() - estimate.screen_rad.len();
            below[screen..].copy_from_slice(&estimate.screen_rad);
        }
        let mut offsets = estimate.phases_rad;
        offsets.resize(2 * mzis + ports, 0.0);
        let gain = estimate.gain;
        // Powers go with the square of fields, readouts beside a local oscillator with the field.
        let transmission = match part.readout {
            crate::design::Readout::Homodyne => gain,
            _ => gain.sqrt(),
        };
        let hardware = MeshHardware::new(topology.clone(), estimate.errors_rad, None);
        knowledge.meshes[index] = Arc::new(hardware);
        knowledge.transmission[index] = transmission;
        if index + 1 < design.layers.len() {
            let mut mesh = MeshTwin::new(knowledge.meshes[index].clone());
            let passed = match part.tap {
                Tap::Coupler(ratio) => (1.0 - ratio).sqrt(),
                Tap::Lossless | Tap::Activation => 1.0,
            };
            let activation = part.activation.without_noise();
            for (input, asked) in inputs.iter_mut().zip(data.phases_rad) {
                turn(input, &estimate.screen_rad);
                let phases: Vec<f64> = asked[index]
                    .iter()
                    .zip(&offsets)
                    .map(|(a, o)| a + o)
                    .collect();
                mesh.program(&phases);
                mesh.propagate(input);
                input.scale(transmission * passed);
                let samples = input.samples();
                let mut none = numerics::Streams::new(0).derive("none", 0, 0);
                activation.apply(input.lanes_mut(), ports, samples, &mut none);
            }
        }
        offsets_rad.push(offsets);
    }
    Ok(ClearBox {
        knowledge,
        offsets_rad,
        relative_error: errors,
        iterations,
    })
}

/// Whether the phase of the light behind it is that of the light before it, but for what depends on power.
fn keeps_phases(activation: &Activation) -> bool {
    !matches!(activation, Activation::Regenerator(_))
}

/// The light behind the modulators.
fn launched(design: &ChipDesign, amplitudes: &[Vec<f32>]) -> Vec<FieldBatch<f64>> {
    let ports = design.ports();
    let mut encoder = Encoder::new(&design.source, ports, &[]);
    let full_scale = design.source.port_power_w(ports).sqrt();
    let light = amplitudes.iter().map(|amplitudes| {
        let mut field = FieldBatch::dark(ports, 0);
        field.encode(encoder.encode(amplitudes, None), full_scale);
        field
    });
    light.collect()
}

fn check(design: &ChipDesign, data: &Measurements<'_>) -> Result<(), ClearBoxError> {
    let length = |what, found, expected| match found == expected {
        true => Ok(()),
        false => Err(ClearBoxError::Length {
            what,
            found,
            expected,
        }),
    };
    let (ports, layers) = (design.ports(), design.layers.len());
    let mixed = design
        .layers
        .iter()
        .position(|layer| !layer.topology.is_uniform());
    if let Some(layer) = mixed {
        return Err(ClearBoxError::Cells { layer });
    }
    let programmings = data.phases_rad.len();
    length("batches of amplitudes", data.amplitudes.len(), programmings)?;
    length("batches of currents", data.currents_a.len(), programmings)?;
    for programming in 0..programmings {
        let amplitudes = &data.amplitudes[programming];
        let (phases, currents) = (&data.phases_rad[programming], &data.currents_a[programming]);
        let samples = amplitudes.len() / ports;
        length("amplitudes", amplitudes.len(), samples * ports)?;
        length("layers of phases", phases.len(), layers)?;
        length("layers of currents", currents.len(), layers)?;
        for (layer, (phases, currents)) in design.layers.iter().zip(phases.iter().zip(currents)) {
            length("phases", phases.len(), 2 * layer.topology.mzis() + ports)?;
            length(
                "currents",
                currents.len(),
                samples * layer.readout.count(ports),
            )?;
        }
        let not_finite = |what| Err(ClearBoxError::NotFinite { what, programming });
        if !phases.iter().flatten().all(|x| x.is_finite()) {
            return not_finite("phases");
        }
        if !amplitudes.iter().all(|x| x.is_finite()) {
            return not_finite("amplitudes");
        }
        if !currents.iter().flatten().all(|x| x.is_finite()) {
            return not_finite("currents");
        }
    }
    Ok(())
}
