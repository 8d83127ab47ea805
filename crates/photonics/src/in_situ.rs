//! Back-propagation by measurements: the gradient of every phase from powers at the phase shifters.
//!
//! Hughes et al., Optica 5, 864 (2018), arXiv:1805.09943; with programmable meshes Pai et al., Science 380,
//! 398 (2023), arXiv:2205.08501. With F the forward field at a phase shifter and G the cotangent
//! ([`crate::twin`]) of a loss L,
//!
//! ```text
//! dL/d phase = -Im G* F
//! |F - i G|^2 - |F|^2 - |G|^2 = 2 dL/d phase         |F - i G|^2 - |F + i G|^2 = 4 dL/d phase
//! ```
//! Conj(G) is the field of light that is sent from the outputs with conj(g), g the cotangent of the
//! outputs: every part is reciprocal. What arrives at the inputs is read and sent in again as its
//! conjugate; in a mesh that loses nothing it then meets every phase shifter as G.
//!
//! # What is measured and what is computed
//! | measured | computed |
//! |---|---|
//! | readouts of the goal; fields at the output of every mesh, in the same pass | the loss, its slopes by the readouts, g of the last layer |
//! | per layer: power at the phase shifters in three passes, fields that come back to the inputs | the difference of powers; dL/d gamma = -Im g* E at the outputs |
//! | | the field behind a tap and an activation, and the cotangent in front of them, from the measured field and the design's law |
//!
//! No model of a mesh is used: neither its phases nor its errors are known to what is computed. Nominal
//! values are used of the source, the taps, the activations, the photodiodes and the monitors.
//!
//! # Loss
//! With a part A of the mesh in front of a phase shifter, the light that is sent in again is A A^H G there.
//! Where every path to it loses as much, that is T G with the power transmission T: a gradient that is
//! smaller by T, the more so the farther inside. Else the gradient is biased. Three intensities have in
//! addition |T G|^2 - |G|^2, which opposite phases have not.

use crate::chip::{Chip, ChipError};
use crate::component::activation::Activation;
use crate::design::{ChipDesign, Tap};
use crate::detector::LayerDetectors;
use crate::field::{FieldBatch, LANES};
use crate::process::Process;
use crate::twin::Reader;

/// From which powers at a phase shifter its gradient is formed. Either way three passes per layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interference {
    /// Forward light, backward light, and both together: (|F - iG|^2 - |F|^2 - |G|^2) / 2, as published. The
    /// power of the noise with which the backward field was received is a bias.
    ThreeIntensities,
    /// Both together in two opposite phases, after backward light that is only received:
    /// (|F - iG|^2 - |F + iG|^2) / 4. What does not interfere cancels: dark current as well.
    #[default]
    OppositePhases,
}

/// Passes of the samples for the gradient of one layer, beside the one that reads the goal.
pub const PASSES_PER_LAYER: u32 = 3;

/// Gradients of a chip with monitors. Its memory is used again.
///
/// ```
/// # use photonics::{design::*, component::activation::Activation, mesh::rectangular::rectangular};
/// # use photonics::{fabricate::{fabricate, DieSeed}, process::{Monitors, Process}};
/// use photonics::in_situ::{InSitu, Interference};
/// # use std::sync::Arc;
/// # let layer = LayerDesign {
/// #     topology: Arc::new(rectangular(4)?), readout: Readout::Intensity, tap: Tap::Lossless,
/// #     adc_full_scale_a: None, activation: Activation::Identity,
/// # };
/// # let design = ChipDesign {
/// #     layers: vec![layer], source: Source::ideal(1e-3), precision: Precision::Double,
/// # };
/// let process = Process { monitors: Some(Monitors { tap_ratio: 0.0 }), ..Process::ideal() };
/// let (mut chip, _) = fabricate(&design, &process, DieSeed(1))?;
/// chip.program(0, &[0.3; 16])?;
/// let mut in_situ = InSitu::new(&design, &process, Interference::OppositePhases);
/// let mut currents_a = [0.0; 4];
/// in_situ.forward(&mut chip, &[1.0, 0.0, 0.0, 0.0], &mut [(0, &mut currents_a)])?;
/// // How the current of port 2 changes with every phase, in A/rad.
/// let mut gradient = [0.0; 16];
/// let slopes = [0.0, 0.0, 1.0, 0.0];
/// in_situ.backward(&mut chip, &[(0, &slopes)], &mut [(0, &mut gradient)])?;
/// assert!(gradient[12..].iter().all(|x| x.abs() < 1e-12) && gradient[0].abs() > 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct InSitu {
    interference: Interference,
    layers: Vec<Nominal>,
    /// Field amplitude of a fully open port in sqrt(W).
    full_scale: f64,
    /// A per W of light at a monitor.
    monitor_a_per_w: f64,
    amplitudes: Vec<f32>,
    /// Layers that the last forward pass met.
    lit: usize,
    fields: Vec<FieldBatch<f64>>,
    input: FieldBatch<f64>,
    cotangent: FieldBatch<f64>,
    sent: FieldBatch<f64>,
    received: FieldBatch<f64>,
    currents_a: [Vec<f32>; 3],
    scales: Vec<f64>,
}

/// What the design and the data sheets say of a layer.
#[derive(Debug)]
struct Nominal {
    mzis: usize,
    reader: Reader,
    passed: Option<f64>,
    activation: Activation,
}

impl InSitu {
    /// For chips of this design and process: of the process, the mean responsivity, the local oscillators and
    /// the tap ratio of the monitors are used.
    pub fn new(design: &ChipDesign, process: &Process, interference: Interference) -> Self {
        let ports = design.ports();
        let responsivity = process.detector.responsivity_a_per_w;
        let layers = design.layers.iter().enumerate().map(|(index, layer)| {
            let diodes = ports * layer.readout.diodes_per_port();
            let nominal = LayerDetectors {
                responsivity_a_per_w: vec![responsivity; diodes],
                dark_current_a: vec![0.0; diodes],
            };
            let oscillator = &process.detector.local_oscillator;
            let ratio = design.detected_ratio(index);
            Nominal {
                mzis: layer.topology.mzis(),
                reader: Reader::new(layer.readout, ratio, &nominal, oscillator),
                passed: match layer.tap {
                    Tap::Coupler(ratio) => Some((1.0 - ratio).sqrt()),
                    Tap::Lossless | Tap::Activation => None,
                },
                activation: layer.activation.without_noise(),
            }
        });
        let dark = || FieldBatch::dark(ports, 0);
        let ratio = process.monitors.map_or(1.0, |m| m.detected_ratio());
        Self {
            interference,
            layers: layers.collect(),
            full_scale: design.source.port_power_w(ports).sqrt(),
            monitor_a_per_w: responsivity * ratio,
            amplitudes: Vec::new(),
            lit: 0,
            fields: Vec::new(),
            input: dark(),
            cotangent: dark(),
            sent: dark(),
            received: dark(),
            currents_a: Default::default(),
            scales: Vec::new(),
        }
    }

    /// [`Chip::measure`], which also reads the fields behind every mesh for the way back.
    ///
    /// # Errors
    /// As [`Chip::measure_fields`].
    pub fn forward(
        &mut self,
        chip: &mut Chip,
        amplitudes: &[f32],
        taps: &mut [(usize, &mut [f32])],
    ) -> Result<(), ChipError> {
        self.lit = 0;
        chip.measure_fields(amplitudes, taps, &mut self.fields)?;
        self.lit = taps.iter().map(|(layer, _)| layer + 1).max().unwrap_or(0);
        self.amplitudes.clear();
        self.amplitudes.extend_from_slice(amplitudes);
        Ok(())
    }

    /// From cotangents dL/dI of readouts of the last forward pass, in 1/A, to dL/d[theta | phi | gamma] per
    /// rad of the phases that light meets, summed over the samples: [`crate::twin::Twin::vjp`] by
    /// measurements. Each layer from the last with a cotangent to the lowest with a gradient takes
    /// [`PASSES_PER_LAYER`] passes. The chip must have kept its phases since the forward pass.
    ///
    /// # Errors
    /// A layer that does not exist or that the last pass did not reach, a length that does not fit, a
    /// cotangent that is not finite, a chip without monitors.
    pub fn backward(
        &mut self,
        chip: &mut Chip,
        cotangents: &[(usize, &[f64])],
        gradients: &mut [(usize, &mut [f64])],
    ) -> Result<(), ChipError> {
        self.check(cotangents, gradients)?;
        for (_, gradient) in gradients.iter_mut() {
            gradient.fill(0.0);
        }
        let top = cotangents.iter().map(|(layer, _)| *layer).max();
        let lowest = gradients.iter().map(|(layer, _)| *layer).min();
        let (Some(top), Some(lowest)) = (top, lowest) else {
            return Ok(());
        };
        if lowest > top {
            return Ok(());
        }
        self.cotangent.resize(self.fields[top].samples());
        let mut unasked = Vec::new();
        for index in (lowest..=top).rev() {
            let output = &self.fields[index];
            for (_, currents) in cotangents.iter().filter(|(tap, _)| *tap == index) {
                let reader = &self.layers[index].reader;
                reader.add_vjp(output, currents, &mut self.cotangent);
            }
            self.set_input(index);
            let mut asked = gradients.iter_mut().filter(|(asked, _)| *asked == index);
            let gradient = match asked.next() {
                Some((_, gradient)) => &mut **gradient,
                None => {
                    unasked.resize(2 * self.layers[index].mzis + chip.ports(), 0.0);
                    &mut unasked[..]
                }
            };
            self.layer(chip, index, gradient)?;
            if index > lowest {
                let below = &self.layers[index - 1];
                self.sent.clone_from(&self.fields[index - 1]);
                if let Some(passed) = below.passed {
                    self.sent.scale(passed);
                }
                let cotangent = &mut self.cotangent;
                below
                    .activation
                    .vjp(self.sent.lanes(), cotangent.lanes_mut());
                if let Some(passed) = below.passed {
                    cotangent.scale(passed);
                }
            }
        }
        Ok(())
    }

    fn check(
        &self,
        cotangents: &[(usize, &[f64])],
        gradients: &[(usize, &mut [f64])],
    ) -> Result<(), ChipError> {
        let wrong = |what, found, expected| ChipError::WrongLength {
            what,
            found,
            expected,
        };
        for (layer, currents) in cotangents {
            if *layer >= self.lit {
                let layers = self.lit;
                return Err(ChipError::NoSuchLayer {
                    layer: *layer,
                    layers,
                });
            }
            let samples = self.fields[*layer].samples();
            let expected = samples * self.layers[*layer].reader.width();
            if currents.len() != expected {
                return Err(wrong("cotangent", currents.len(), expected));
            }
            if let Some(index) = currents.iter().position(|x| !x.is_finite()) {
                return Err(ChipError::NotFinite {
                    what: "cotangent",
                    index,
                    value: currents[index],
                });
            }
        }
        for (layer, gradient) in gradients {
            let layers = self.layers.len();
            let nominal = self.layers.get(*layer).ok_or(ChipError::NoSuchLayer {
                layer: *layer,
                layers,
            })?;
            let expected = 2 * nominal.mzis + self.input.ports();
            if gradient.len() != expected {
                return Err(wrong("gradient", gradient.len(), expected));
            }
        }
        Ok(())
    }

    /// The light that a layer gets, as far as it is known.
    fn set_input(&mut self, index: usize) {
        let input = &mut self.input;
        let Some(below) = index.checked_sub(1) else {
            return input.encode(&self.amplitudes, self.full_scale);
        };
        input.clone_from(&self.fields[below]);
        let below = &self.layers[below];
        if let Some(passed) = below.passed {
            input.scale(passed);
        }
        let (ports, samples) = (input.ports(), input.samples());
        let mut none = numerics::Streams::new(0).derive("none", 0, 0);
        below
            .activation
            .apply(input.lanes_mut(), ports, samples, &mut none);
    }

    /// The gradient of one layer from the cotangent behind it, which becomes that in front of it.
    fn layer(
        &mut self,
        chip: &mut Chip,
        index: usize,
        gradient: &mut [f64],
    ) -> Result<(), ChipError> {
        let Self {
            input,
            cotangent,
            sent,
            received,
            currents_a,
            scales,
            ..
        } = self;
        let (ports, samples) = (input.ports(), input.samples());
        let monitors = 2 * self.layers[index].mzis;
        let (inner, gamma) = gradient.split_at_mut(monitors);
        for (port, gamma) in gamma.iter_mut().enumerate() {
            let product = |sample| {
                let (g, e) = (
                    cotangent.get(port, sample),
                    self.fields[index].get(port, sample),
                );
                -(g.conj() * e).im
            };
            *gamma = (0..samples).map(product).sum();
        }
        let [first, second, third] = currents_a;
        for currents in [&mut *first, &mut *second, &mut *third] {
            currents.resize(monitors * samples, 0.0);
        }
        // As strong as the forward light, so that both are seen equally well.
        scales.clear();
        for sample in 0..samples {
            let power_w = cotangent.power_w(sample);
            let wanted_w = input.power_w(sample);
            let wanted_w = if wanted_w > 0.0 {
                wanted_w
            } else {
                self.full_scale * self.full_scale
            };
            let scale = (wanted_w / power_w).sqrt();
            scales.push(if scale.is_finite() { scale } else { 0.0 });
        }
        sent.clone_from(cotangent);
        each_lane(sent, scales, |[re, im], scale| [scale * re, -(scale * im)]);
        chip.send_backward(index, sent, second, received)?;
        // Conjugated: the cotangent in front of the layer, but for its scale.
        each_lane(received, scales, |[re, im], _| [re, -im]);
        add_turned(input, received, -1.0, sent);
        chip.send_forward(index, sent, first)?;
        let difference = match self.interference {
            Interference::ThreeIntensities => {
                chip.send_forward(index, input, third)?;
                |both: f64, back: f64, forth: f64| 0.5 * (both - back - forth)
            }
            Interference::OppositePhases => {
                add_turned(input, received, 1.0, sent);
                chip.send_forward(index, sent, third)?;
                |one: f64, _: f64, other: f64| 0.25 * (one - other)
            }
        };
        let rows = first.chunks_exact(monitors.max(1));
        let rows = rows.zip(second.chunks_exact(monitors.max(1)));
        let rows = rows.zip(third.chunks_exact(monitors.max(1)));
        for (((first, second), third), &scale) in rows.zip(scales.iter()) {
            if scale == 0.0 {
                continue;
            }
            let per_a = (self.monitor_a_per_w * scale).recip();
            let powers = first.iter().zip(second).zip(third);
            for (gradient, ((&a, &b), &c)) in inner.iter_mut().zip(powers) {
                *gradient += per_a * difference(a.into(), b.into(), c.into());
            }
        }
        cotangent.clone_from(received);
        each_lane(cotangent, scales, |[re, im], scale| {
            let back = if scale == 0.0 { 0.0 } else { scale.recip() };
            [back * re, back * im]
        });
        debug_assert_eq!(cotangent.ports(), ports);
        Ok(())
    }
}

/// Changes every amplitude by what belongs to its sample.
fn each_lane(
    field: &mut FieldBatch<f64>,
    scales: &[f64],
    change: impl Fn([f64; 2], f64) -> [f64; 2],
) {
    let ports = field.ports();
    let blocks = field.lanes_mut().chunks_exact_mut(ports);
    for (block, scales) in blocks.zip(scales.chunks(LANES)) {
        for port in block {
            for (i, &scale) in scales.iter().enumerate() {
                [port.re[i], port.im[i]] = change([port.re[i], port.im[i]], scale);
            }
        }
    }
}

/// sum = a + i sign b
fn add_turned(a: &FieldBatch<f64>, b: &FieldBatch<f64>, sign: f64, sum: &mut FieldBatch<f64>) {
    sum.clone_from(a);
    for (sum, b) in sum.lanes_mut().iter_mut().zip(b.lanes()) {
        for i in 0..LANES {
            sum.re[i] -= sign * b.im[i];
            sum.im[i] += sign * b.re[i];
        }
    }
}
