//! What a chip with monitors offers beside its readouts: the power at every phase shifter, and coherent
//! transmitters and receivers at both ends of every mesh.
//!
//! ```text
//!  transmitters, receivers --[mesh with monitors]-- transmitters, receivers
//! ```
//! Monitors have photodiodes as the readouts have: responsivity with its spread, dark current, saturation,
//! noise, repetitions; no converter and no stray light. A coherent receiver splits its light between the
//! two quadratures, each a balanced homodyne receiver with the noise of the others; it is calibrated. Light
//! of the transmitters has the laser's intensity noise; they are exact, and as strong as they are asked to
//! be.

use super::receiver::{LayerReceiver, Receiver};
use super::{Chip, ChipError, check_length};
use crate::design::{ChipDesign, Readout};
use crate::detector::{LayerDetectors, LocalOscillator};
use crate::fabricate::GroundTruth;
use crate::field::{FieldBatch, LANES};
use crate::mesh::monitored::MonitoredMesh;
use crate::process::{DetectorProcess, Monitors, Process};
use crate::real::Real;
use num_complex::Complex64;
use numerics::Streams;
use std::f64::consts::FRAC_PI_2;

#[derive(Debug)]
pub(super) struct Instruments {
    meshes: Vec<MonitoredMesh>,
    monitors: Receiver,
    /// Re E and Im E; first the outputs of all layers, then their inputs.
    quadratures: [Receiver; 2],
    /// sqrt(W) per A of a quadrature, in the same order.
    sqrt_w_per_a: Vec<f64>,
    /// Field in front of a monitor over that behind it.
    incident: f64,
    field: FieldBatch<f64>,
    light: FieldBatch<f64>,
    currents_a: Vec<f32>,
}

impl Instruments {
    pub(super) fn new<'a>(
        design: &ChipDesign,
        process: &Process,
        monitors: Monitors,
        truth: &GroundTruth,
        actual_rad: impl Iterator<Item = Option<&'a [f64]>>,
        streams: Streams,
    ) -> Self {
        let meshes = truth.layers().iter().zip(actual_rad);
        let meshes = meshes.map(|(hardware, actual_rad)| {
            let mut mesh = MonitoredMesh::new(hardware.clone());
            if let Some(actual_rad) = actual_rad {
                mesh.program(actual_rad);
            }
            mesh
        });
        let ratio = monitors.detected_ratio();
        let diodes = truth.monitors().iter().cloned();
        let diodes =
            diodes.map(|diodes| LayerReceiver::new(Readout::Intensity, ratio, diodes, None));
        let plain = DetectorProcess {
            optical_crosstalk_floor_db: None,
            adc: None,
            ..process.detector
        };
        let (ports, layers) = (design.ports(), design.layers.len());
        let outputs = (0..layers).map(|layer| design.detected_ratio(layer));
        let ratios: Vec<f64> = outputs
            .chain(std::iter::repeat_n(1.0, layers))
            .map(|ratio| 0.5 * ratio)
            .collect();
        let responsivity = plain.responsivity_a_per_w;
        let quadrature = |phase_rad: f64, stream: &'static str| {
            let balanced = LayerDetectors {
                responsivity_a_per_w: vec![responsivity; 2 * ports],
                dark_current_a: vec![plain.dark_current_a; 2 * ports],
            };
            let receivers = ratios
                .iter()
                .map(|&ratio| LayerReceiver::new(Readout::Homodyne, ratio, balanced.clone(), None));
            let process = DetectorProcess {
                saturation_a: None,
                local_oscillator: LocalOscillator {
                    phase_rad,
                    ..plain.local_oscillator
                },
                ..plain
            };
            Receiver::new(receivers.collect(), &process, streams).with_stream(stream)
        };
        let power_w = plain.local_oscillator.power_w;
        Self {
            meshes: meshes.collect(),
            monitors: Receiver::new(diodes.collect(), &plain, streams).with_stream("monitors"),
            quadratures: [
                quadrature(0.0, "coherent-in-phase"),
                quadrature(FRAC_PI_2, "coherent-quadrature"),
            ],
            sqrt_w_per_a: ratios
                .iter()
                .map(|ratio| 0.5 / (responsivity * (ratio * power_w).sqrt()))
                .collect(),
            incident: monitors.passed().recip(),
            field: FieldBatch::dark(ports, 0),
            light: FieldBatch::dark(1, 0),
            currents_a: Vec::new(),
        }
    }

    pub(super) fn program(&mut self, layer: usize, actual_rad: &[f64]) {
        self.meshes[layer].program(actual_rad);
    }

    /// The field at the output of a layer, as its receivers read it.
    pub(super) fn read_output<T: Real>(
        &mut self,
        query: u64,
        layer: usize,
        light: Option<&[f32]>,
        field: &FieldBatch<T>,
        read: &mut FieldBatch<f64>,
    ) {
        let Self {
            quadratures,
            currents_a,
            ..
        } = self;
        let scale = self.sqrt_w_per_a[layer];
        read_coherently(
            quadratures,
            query,
            layer,
            light,
            field,
            scale,
            currents_a,
            read,
        );
    }
}

/// Both quadratures of a field.
#[expect(clippy::too_many_arguments, reason = "the parts of the instruments")]
fn read_coherently<T: Real>(
    quadratures: &mut [Receiver; 2],
    query: u64,
    receiver: usize,
    light: Option<&[f32]>,
    field: &FieldBatch<T>,
    sqrt_w_per_a: f64,
    currents_a: &mut Vec<f32>,
    read: &mut FieldBatch<f64>,
) {
    let (ports, samples) = (field.ports(), field.samples());
    if read.ports() != ports {
        *read = FieldBatch::dark(ports, samples);
    }
    read.resize(samples);
    currents_a.resize(ports * samples, 0.0);
    for (quadrature, electronics) in quadratures.iter_mut().enumerate() {
        electronics.read(query, receiver, light, field, currents_a);
        let blocks = read.lanes_mut().chunks_exact_mut(ports);
        for (block, rows) in blocks.zip(currents_a.chunks(LANES * ports)) {
            for (lane, row) in rows.chunks_exact(ports).enumerate() {
                for (port, &current_a) in block.iter_mut().zip(row) {
                    let part = sqrt_w_per_a * f64::from(current_a);
                    match quadrature {
                        0 => port.re[lane] = part,
                        _ => port.im[lane] = part,
                    }
                }
            }
        }
    }
}

impl Chip {
    /// Whether there are monitors at the phase shifters, and coherent transmitters and receivers at the
    /// ends of the meshes.
    pub fn has_monitors(&self) -> bool {
        self.instruments.is_some()
    }

    /// As [`Chip::measure`], and in the same pass the coherent receivers at the output of every layer that is
    /// lit read its field, in sqrt(W): one batch per layer of the chip, those behind the last tap are left
    /// alone.
    ///
    /// # Errors
    /// As [`Chip::measure`], and [`ChipError::NoMonitors`].
    pub fn measure_fields(
        &mut self,
        amplitudes: &[f32],
        taps: &mut [(usize, &mut [f32])],
        fields: &mut Vec<FieldBatch<f64>>,
    ) -> Result<(), ChipError> {
        if self.instruments.is_none() {
            return Err(ChipError::NoMonitors);
        }
        fields.resize_with(self.layers.len(), || FieldBatch::dark(self.ports, 0));
        self.pass(amplitudes, taps, Some(fields))
    }

    /// Sends fields in sqrt(W) from the inputs of a layer's mesh, and reads its monitors: currents in A,
    /// row-major samples x 2 MZIs, those of theta and then those of phi. Every call is a pass of its
    /// samples.
    ///
    /// # Errors
    /// [`ChipError::NoMonitors`], a layer that does not exist, a length that does not fit.
    pub fn send_forward(
        &mut self,
        layer: usize,
        field: &FieldBatch<f64>,
        monitors_a: &mut [f32],
    ) -> Result<(), ChipError> {
        self.send(layer, field, monitors_a, None)
    }

    /// Sends fields from the outputs of a layer's mesh, reads its monitors and, coherently, what arrives at
    /// the inputs.
    ///
    /// # Errors
    /// As [`Chip::send_forward`].
    pub fn send_backward(
        &mut self,
        layer: usize,
        field: &FieldBatch<f64>,
        monitors_a: &mut [f32],
        received: &mut FieldBatch<f64>,
    ) -> Result<(), ChipError> {
        self.send(layer, field, monitors_a, Some(received))
    }

    fn send(
        &mut self,
        layer: usize,
        sent: &FieldBatch<f64>,
        monitors_a: &mut [f32],
        received: Option<&mut FieldBatch<f64>>,
    ) -> Result<(), ChipError> {
        let layers = self.layers.len();
        let info = self
            .layers
            .get(layer)
            .ok_or(ChipError::NoSuchLayer { layer, layers })?;
        let monitors = 2 * info.mzis;
        if self.instruments.is_none() {
            return Err(ChipError::NoMonitors);
        }
        let samples = sent.samples();
        check_length("field", sent.ports(), self.ports)?;
        check_length("monitors", monitors_a.len(), samples * monitors)?;
        let coherent = received.as_ref().map_or(0, |_| 2 * self.ports * samples);
        self.bench.measured(samples, monitors_a.len() + coherent);
        self.refresh(layer);
        self.clock_s += samples as f64 * self.sample_s;
        let query = self.receiver.next_query();
        let light = self.laser.draw(query, samples);
        let Some(instruments) = &mut self.instruments else {
            return Err(ChipError::NoMonitors);
        };
        let Instruments {
            meshes,
            monitors,
            quadratures,
            sqrt_w_per_a,
            incident,
            field,
            light: at_monitors,
            currents_a,
        } = instruments;
        field.clone_from(sent);
        if let Some(light) = light {
            field.scale_samples(light);
        }
        if let Some(received) = received {
            meshes[layer].backward(field, at_monitors);
            if *incident != 1.0 {
                at_monitors.scale(*incident);
            }
            let (receiver, scale) = (layers + layer, sqrt_w_per_a[layers + layer]);
            read_coherently(
                quadratures,
                query,
                receiver,
                light,
                field,
                scale,
                currents_a,
                received,
            );
        } else {
            meshes[layer].forward(field, at_monitors);
        }
        monitors.read(query, layer, light, at_monitors, monitors_a);
        Ok(())
    }
}

impl FieldBatch<f64> {
    /// Multiplies all amplitudes of each sample.
    fn scale_samples(&mut self, factors: &[f32]) {
        let ports = self.ports();
        let blocks = self.lanes_mut().chunks_exact_mut(ports);
        for (block, factors) in blocks.zip(factors.chunks(LANES)) {
            for port in block {
                for (i, &factor) in factors.iter().enumerate() {
                    let e = Complex64::new(port.re[i], port.im[i]) * f64::from(factor);
                    (port.re[i], port.im[i]) = (e.re, e.im);
                }
            }
        }
    }
}
