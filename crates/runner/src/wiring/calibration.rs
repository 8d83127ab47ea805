//! A twin from measurements of the die.

use super::{BenchLedger, ChipTwin};
use crate::config::checked::{Config, TwinKnowledge};
use fzero::black_box::{BlackBox, DeviceError, LayerShape, Purpose, Samples, Tap};
use fzero::{Ledger, Usage};
use numerics::Streams;
use photonics::calibrate::{ClearBoxError, ClearBoxOptions, Measurements, clear_box};
use photonics::chip::cost::{BenchRates, BenchUse};
use photonics::design::ChipDesign;
use photonics::twin::{Twin, TwinError};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;
use thiserror::Error;

/// The measurement that comes before a training on a fitted twin: what the device is asked, and the fit.
#[derive(Clone, Debug)]
pub struct Calibration {
    design: ChipDesign,
    programmings: usize,
    samples: usize,
    options: ClearBoxOptions,
}

/// What a calibration took and how well the twin fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// Settings of all phases.
    pub programmings: usize,
    /// Samples at each.
    pub samples: usize,
    /// |twin - measured| / |measured| over the currents of each layer's tap, noise included.
    pub relative_error: Vec<f64>,
    /// Iterations of each layer's fit.
    pub iterations: Vec<usize>,
}

/// Why there is no twin.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum CalibrationError {
    /// The device failed.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The fit failed.
    #[error(transparent)]
    Fit(#[from] ClearBoxError),
    /// The estimate makes no twin.
    #[error(transparent)]
    Twin(#[from] TwinError),
}

impl Calibration {
    /// Of an experiment whose twin is to be fitted, `None` of any other.
    pub fn new(config: &Config, design: &ChipDesign) -> Option<Self> {
        if config.knowledge() != TwinKnowledge::Calibration {
            return None;
        }
        let twin = config.training.twin.as_ref()?;
        let options = ClearBoxOptions::default();
        Some(Self {
            design: design.clone(),
            programmings: twin.programmings?,
            samples: twin.samples?,
            options: ClearBoxOptions {
                max_iterations: twin.iterations?,
                ..options
            },
        })
    }

    /// What the device will be used for; each sample counts once.
    pub fn usage(&self) -> Usage {
        let (programmings, samples) = (self.programmings as u64, self.samples as u64);
        Usage {
            queries: programmings.saturating_mul(samples),
            passes: programmings,
            programmings: programmings.saturating_mul(self.design.layers.len() as u64),
        }
    }

    /// Adds that to the use of a training.
    pub fn add_to(&self, ledger: &mut Ledger) {
        ledger.calibration += self.usage();
    }

    /// The use of the bench, with heaters that take `heaters_w` throughout.
    pub fn forecast(
        &self,
        shapes: &[LayerShape],
        rates: &BenchRates,
        heaters_w: f64,
    ) -> BenchLedger {
        let Usage {
            queries,
            programmings,
            ..
        } = self.usage();
        let heaters: usize = shapes.iter().map(LayerShape::existing).sum();
        let readouts: usize = shapes.iter().map(|shape| shape.readouts).sum();
        let mut used = BenchUse {
            programmings,
            heaters_set: (self.programmings as u64).saturating_mul(heaters as u64),
            samples: queries,
            readouts: queries.saturating_mul(readouts as u64),
            heaters_j: 0.0,
        };
        used.heaters_j = heaters_w * rates.time_s(&used);
        let mut ledger = BenchLedger::default();
        ledger.book(Purpose::Calibration, used);
        ledger
    }

    /// Samples through the chip that take about as long as computing the fit, at most: an iteration sends
    /// every sample there and back in double precision, behind a mesh that is compiled for 64 of them.
    pub fn sample_passes(&self) -> u64 {
        let iterations = self.options.max_iterations as u64;
        let layers = self.design.layers.len() as u64;
        8 * self
            .usage()
            .queries
            .saturating_mul(iterations)
            .saturating_mul(layers)
    }

    /// Programs random phases, uniform over a turn, sends random amplitudes, uniform from 0 to 1, reads all
    /// taps, and fits.
    ///
    /// # Errors
    /// A device that refuses or has spent its budget, a layer of other cells than MZIs, no light at a tap.
    pub fn measure(
        &self,
        device: &mut dyn BlackBox,
        streams: &Streams,
    ) -> Result<(ChipTwin, Fitted), CalibrationError> {
        let shapes: Vec<LayerShape> = (0..device.layers())
            .map(|layer| device.layer(layer).clone())
            .collect();
        let width = device.inputs();
        let (mut phases_rad, mut amplitudes, mut currents_a) = (vec![], vec![], vec![]);
        for programming in 0..self.programmings {
            let mut asked = Vec::with_capacity(shapes.len());
            for (layer, shape) in shapes.iter().enumerate() {
                let indices = (layer as u64, programming as u64);
                let mut stream = streams.derive("calibration-phases", indices.0, indices.1);
                let phases: Vec<f64> = (0..shape.parameters())
                    .map(|_| TAU * stream.random::<f64>())
                    .collect();
                device.program(layer, &phases, Purpose::Calibration)?;
                asked.push(phases);
            }
            let mut stream = streams.derive("calibration-amplitudes", programming as u64, 0);
            let values: Vec<f32> = (0..self.samples * width)
                .map(|_| stream.random::<f32>())
                .collect();
            let mut readouts: Vec<Vec<f32>> = shapes
                .iter()
                .map(|shape| vec![0.0; self.samples * shape.readouts])
                .collect();
            let taps = readouts.iter_mut().enumerate();
            let mut taps: Vec<Tap<'_>> = taps
                .map(|(layer, readouts)| Tap { layer, readouts })
                .collect();
            let samples = Samples {
                values: &values,
                width,
            };
            device.query(samples, &mut taps, Purpose::Calibration)?;
            phases_rad.push(asked);
            amplitudes.push(values);
            currents_a.push(readouts);
        }
        let data = Measurements {
            phases_rad: &phases_rad,
            amplitudes: &amplitudes,
            currents_a: &currents_a,
        };
        let found = clear_box(&self.design, &data, &self.options)?;
        let twin = Twin::new(&self.design, &found.knowledge)?;
        let fitted = Fitted {
            programmings: self.programmings,
            samples: self.samples,
            relative_error: found.relative_error,
            iterations: found.iterations,
        };
        Ok((ChipTwin::with_offsets(twin, found.offsets_rad), fitted))
    }
}
