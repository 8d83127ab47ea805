//! A fabricated chip on the bench: it can be programmed and measured, and tells nothing else.

pub mod actuation;
pub mod cost;
pub mod crosstalk;
pub mod drift;
mod in_situ;
mod optics;
mod phases;
mod receiver;
mod state;

use crate::design::{ChipDesign, DesignError, Precision, Readout};
use crate::detector::Adc;
use crate::encoder::Encoder;
use crate::fabricate::GroundTruth;
use crate::field::FieldBatch;
use crate::process::Process;
use crate::source::LaserNoise;
use actuation::Actuator;
use cost::{Bench, BenchCost, BenchRates, BenchUse};
use in_situ::Instruments;
use numerics::Streams;
use numerics::math::{all_finite, all_finite_f32};
use optics::Optics;
use phases::LayerPhases;
use receiver::{LayerReceiver, Receiver};
use thiserror::Error;

pub use state::ChipState;

/// One die. Immutable but for its phases, its clock and its readout stream; it has no getter for a
/// matrix, a field, an error or a loss.
///
/// # Time
/// The clock starts at 0 with all heaters cold. Programming a layer takes the settling time of its
/// phase shifters; a measurement takes, for every sample and every repetition, the integration time of
/// the receivers, 1 / (2 B) for a bandwidth B, and nothing where no noise and thus no response is
/// stated. Phases that change with time alone are taken as they are when a measurement begins, and
/// stay so until it ends; changes of less than [`actuation::NOTICEABLE_RAD`] are taken later, with what
/// has come to it by then.
#[derive(Debug)]
pub struct Chip {
    ports: usize,
    layers: Vec<LayerInfo>,
    phases: Vec<LayerPhases>,
    clock_s: f64,
    settling_s: f64,
    /// What the readout of one sample takes.
    sample_s: f64,
    optics: AnyOptics,
    laser: LaserNoise,
    encoder: Encoder,
    receiver: Receiver,
    /// Where there are monitors.
    instruments: Option<Instruments>,
    bench: Bench,
}

/// What the data sheet says about a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LayerInfo {
    mzis: usize,
    /// Places of [theta | phi | gamma] without a phase shifter.
    missing: Vec<usize>,
    readout: Readout,
}

#[derive(Debug)]
enum AnyOptics {
    Single(Optics<f32>),
    Double(Optics<f64>),
}

/// Why a chip refuses.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ChipError {
    /// The layer does not exist.
    #[error("layer {layer} does not exist: the chip has {layers}")]
    NoSuchLayer {
        /// The layer asked for, 0-based.
        layer: usize,
        /// Number of layers.
        layers: usize,
    },
    /// A slice has the wrong length.
    #[error("{what} has {found} values, the chip needs {expected}")]
    WrongLength {
        /// What was passed.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that fits.
        expected: usize,
    },
    /// The chip has neither monitors at its phase shifters nor coherent transmitters and receivers.
    #[error("the chip has no monitors at its phase shifters")]
    NoMonitors,
    /// A value is NaN or infinite.
    #[error("{what} {index} is {value}, not a finite number")]
    NotFinite {
        /// What was passed.
        what: &'static str,
        /// Which of its values.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A state was taken from another chip.
    #[error("the state of layer {layer} is that of other phase shifters")]
    ForeignState {
        /// The layer, 0-based.
        layer: usize,
    },
}

impl Chip {
    pub(crate) fn new(
        design: &ChipDesign,
        process: &Process,
        truth: &GroundTruth,
        streams: Streams,
    ) -> Result<Self, DesignError> {
        let phases = design
            .layers
            .iter()
            .zip(truth.heaters())
            .enumerate()
            .map(|(layer, (design, heaters))| {
                let actuator = Actuator::new(
                    &design.topology,
                    heaters.clone(),
                    &process.heater,
                    streams,
                    layer,
                    &process.faults.stuck_heaters,
                )?;
                Ok(LayerPhases::new(actuator))
            })
            .collect::<Result<Vec<_>, DesignError>>()?;
        let layers = design
            .layers
            .iter()
            .map(|layer| LayerInfo {
                mzis: layer.topology.mzis(),
                missing: layer.topology.missing_shifters(),
                readout: layer.readout,
            })
            .collect();
        let detectors = truth.detectors().iter().cloned().enumerate();
        let receivers = detectors.map(|(layer, detectors)| {
            LayerReceiver::new(
                design.layers[layer].readout,
                design.detected_ratio(layer),
                detectors,
                process.detector.adc.map(|adc| Adc {
                    full_scale_a: design.layers[layer]
                        .adc_full_scale_a
                        .unwrap_or(adc.full_scale_a),
                    ..adc
                }),
            )
        });
        let meshes = truth.layers().to_vec();
        let actual_rad = phases.iter().map(LayerPhases::actual_rad);
        let detector = &process.detector;
        let ports = design.ports();
        Ok(Self {
            ports,
            layers,
            optics: match design.precision {
                Precision::Single => {
                    AnyOptics::Single(Optics::new(design, meshes, actual_rad, streams))
                }
                Precision::Double => {
                    AnyOptics::Double(Optics::new(design, meshes, actual_rad, streams))
                }
            },
            laser: LaserNoise::new(
                &design.source,
                detector.noise.as_ref(),
                detector.averages,
                streams,
            )?,
            encoder: Encoder::new(&design.source, ports, &process.faults.open_ports),
            receiver: Receiver::new(receivers.collect(), detector, streams),
            instruments: process.monitors.map(|monitors| {
                let actual_rad = phases.iter().map(LayerPhases::actual_rad);
                Instruments::new(design, process, monitors, truth, actual_rad, streams)
            }),
            bench: Bench::new(
                BenchRates::new(design, process),
                phases.iter().map(LayerPhases::heater_power_w).collect(),
            ),
            phases,
            clock_s: 0.0,
            settling_s: process.heater.settling_s,
            sample_s: detector.sample_time_s(),
        })
    }

    /// Number of ports.
    pub fn ports(&self) -> usize {
        self.ports
    }

    /// Number of layers.
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// Number of MZIs of a layer, or of cells where it has others; `None` when it does not exist.
    pub fn mzis(&self, layer: usize) -> Option<usize> {
        Some(self.layers.get(layer)?.mzis)
    }

    /// How a layer is read; `None` when it does not exist.
    pub fn readout(&self, layer: usize) -> Option<Readout> {
        Some(self.layers.get(layer)?.readout)
    }

    /// The places of a layer's [theta | phi | gamma] where its cells have no phase shifter, in order: what
    /// is programmed there has no effect. None in a mesh of MZIs; `None` when the layer does not exist.
    pub fn missing_shifters(&self, layer: usize) -> Option<&[usize]> {
        Some(&self.layers.get(layer)?.missing)
    }

    /// Number of readouts per sample at the tap of a layer; `None` when it does not exist.
    pub fn readouts(&self, layer: usize) -> Option<usize> {
        Some(self.layers.get(layer)?.readout.count(self.ports))
    }

    /// How often a measurement sends every sample, to report the mean: the repetitions that the process
    /// states.
    pub fn averages(&self) -> u32 {
        self.receiver.averages()
    }

    /// Time since power-up in s.
    pub fn clock_s(&self) -> f64 {
        self.clock_s
    }

    /// Electrical power of all heaters together at the present settings, in W; 0 for phase shifters
    /// without power.
    pub fn heater_power_w(&self) -> f64 {
        self.bench.heaters_w()
    }

    /// What has been done with the chip so far.
    pub fn bench_use(&self) -> &BenchUse {
        self.bench.used()
    }

    /// What its use costs.
    pub fn bench_rates(&self) -> &BenchRates {
        self.bench.rates()
    }

    /// What it has cost so far: time on the bench and energy, part by part.
    pub fn cost(&self) -> BenchCost {
        self.bench.rates().cost(self.bench.used())
    }

    /// One step of a layer's converters at mid scale in rad, as the data sheet says; `None` where
    /// settings are continuous or the layer does not exist.
    pub fn resolution_rad(&self, layer: usize) -> Option<f64> {
        self.phases.get(layer)?.resolution_rad()
    }

    /// Sets the phases of one layer: [theta | phi | gamma] in rad, of length 2 cells + ports, and waits
    /// for the settling time. What light meets is what the phase shifters make of it.
    ///
    /// # Errors
    /// The layer does not exist, the length does not fit, or a phase is not finite; the chip is then
    /// as before.
    pub fn program(&mut self, layer: usize, phases_rad: &[f64]) -> Result<(), ChipError> {
        let info = self.layers.get(layer).ok_or(ChipError::NoSuchLayer {
            layer,
            layers: self.layers.len(),
        })?;
        let expected = 2 * info.mzis + self.ports;
        let heaters = expected - info.missing.len();
        check_length("phases", phases_rad.len(), expected)?;
        if !all_finite(phases_rad) {
            return Err(not_finite("phase", phases_rad.iter().copied()));
        }
        self.clock_s += self.settling_s;
        let actual_rad = self.phases[layer].set(phases_rad, self.clock_s);
        self.optics.program(layer, actual_rad);
        if let Some(instruments) = &mut self.instruments {
            instruments.program(layer, actual_rad);
        }
        let power_w = self.phases[layer].heater_power_w();
        self.bench.programmed(layer, heaters, power_w);
        Ok(())
    }

    /// Sends samples through the chip once and reads the taps of the given layers.
    ///
    /// `amplitudes` are row-major, samples x ports, relative to the full-scale amplitude of a port;
    /// all phases are 0. Every tap is a layer and the place for its currents in A, row-major,
    /// samples x `readouts(layer)`.
    ///
    /// # Errors
    /// A layer that does not exist, a length that does not fit, an amplitude that is not finite.
    pub fn measure(
        &mut self,
        amplitudes: &[f32],
        taps: &mut [(usize, &mut [f32])],
    ) -> Result<(), ChipError> {
        self.pass(amplitudes, taps, None)
    }

    /// The same, and the fields of all layers that are lit go to `fields` as coherent receivers read them.
    fn pass(
        &mut self,
        amplitudes: &[f32],
        taps: &mut [(usize, &mut [f32])],
        mut fields: Option<&mut Vec<FieldBatch<f64>>>,
    ) -> Result<(), ChipError> {
        let rows = amplitudes.len() / self.ports;
        check_length("input", amplitudes.len(), rows * self.ports)?;
        if !all_finite_f32(amplitudes) {
            return Err(not_finite(
                "input",
                amplitudes.iter().map(|&x| f64::from(x)),
            ));
        }
        let mut read = 0;
        for (layer, currents) in taps.iter() {
            let readouts = self.readouts(*layer).ok_or(ChipError::NoSuchLayer {
                layer: *layer,
                layers: self.layers.len(),
            })?;
            check_length("readout", currents.len(), rows * readouts)?;
            read += currents.len();
        }
        // Layers behind the last tap are refreshed when they are next read.
        let lit = taps.iter().map(|(layer, _)| layer + 1).max().unwrap_or(0);
        if fields.is_some() {
            read += lit * rows * 2 * self.ports;
        }
        self.bench.measured(rows, read);
        for layer in 0..lit {
            self.refresh(layer);
        }
        let Self {
            clock_s,
            optics,
            laser,
            encoder,
            receiver,
            instruments,
            ..
        } = self;
        *clock_s += rows as f64 * self.sample_s;
        let query = receiver.next_query();
        let Some(last) = lit.checked_sub(1) else {
            return Ok(());
        };
        let light = laser.draw(query, rows);
        let amplitudes = encoder.encode(amplitudes, light);
        match optics {
            AnyOptics::Single(optics) => optics.pass(query, amplitudes, last, |layer, field| {
                for (_, currents) in taps.iter_mut().filter(|(tap, _)| *tap == layer) {
                    receiver.read(query, layer, light, field, currents);
                }
                if let (Some(fields), Some(instruments)) = (&mut fields, instruments.as_mut()) {
                    instruments.read_output(query, layer, light, field, &mut fields[layer]);
                }
            }),
            AnyOptics::Double(optics) => optics.pass(query, amplitudes, last, |layer, field| {
                for (_, currents) in taps.iter_mut().filter(|(tap, _)| *tap == layer) {
                    receiver.read(query, layer, light, field, currents);
                }
                if let (Some(fields), Some(instruments)) = (&mut fields, instruments.as_mut()) {
                    instruments.read_output(query, layer, light, field, &mut fields[layer]);
                }
            }),
        }
        Ok(())
    }

    /// Takes the phases of a layer as they are now.
    fn refresh(&mut self, layer: usize) {
        if let Some(actual_rad) = self.phases[layer].refresh(self.clock_s) {
            self.optics.program(layer, actual_rad);
            if let Some(instruments) = &mut self.instruments {
                instruments.program(layer, actual_rad);
            }
        }
    }
}

impl AnyOptics {
    fn program(&mut self, layer: usize, actual_rad: &[f64]) {
        match self {
            Self::Single(optics) => optics.program(layer, actual_rad),
            Self::Double(optics) => optics.program(layer, actual_rad),
        }
    }
}

fn check_length(what: &'static str, found: usize, expected: usize) -> Result<(), ChipError> {
    if found == expected {
        Ok(())
    } else {
        Err(ChipError::WrongLength {
            what,
            found,
            expected,
        })
    }
}

/// The error for the first value that is NaN or infinite.
fn not_finite(what: &'static str, mut values: impl Iterator<Item = f64> + Clone) -> ChipError {
    let index = values.clone().position(|x| !x.is_finite()).unwrap_or(0);
    let value = values.nth(index).unwrap_or(f64::NAN);
    ChipError::NotFinite { what, index, value }
}
