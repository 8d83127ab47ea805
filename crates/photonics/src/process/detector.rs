//! The detectors: how they spread, what they add, and how they are read.

use crate::design::{DesignError, within};
use crate::detector::{Adc, LocalOscillator, ReceiverNoise};

/// Photodiodes and their receivers.
///
/// Power P at a mesh output makes the current R (kappa P + f P_layer) + I_dark, where kappa is the
/// tap ratio of the layer and f the optical crosstalk floor; then saturation, noise, the difference of
/// balanced diodes, and the converter. Every photodiode has a load of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectorProcess {
    /// Mean current per optical power in A/W, > 0.
    pub responsivity_a_per_w: f64,
    /// Relative standard deviation of the responsivity from diode to diode, in [0, 1). A negative
    /// value drawn counts as 0.
    pub responsivity_sigma: f64,
    /// Current without light in A, >= 0.
    pub dark_current_a: f64,
    /// The receiver's noise, or none.
    pub noise: Option<ReceiverNoise>,
    /// The current in A that a photodiode cannot exceed: I / (1 + I / I_sat).
    pub saturation_a: Option<f64>,
    /// The converter, or none.
    pub adc: Option<Adc>,
    /// How often a readout is repeated, >= 1; what is reported is the mean. Every repetition is a pass
    /// of the light. Each meets the receiver's noise and the converter anew. The laser's noise is drawn
    /// once, as its mean over the repetitions: that neglects the bend of an activation within the
    /// fluctuation, and that it dithers a converter. The noise of activations is drawn once, as that
    /// of a single pass: repetitions do not lower it.
    pub averages: u32,
    /// How far below the layer's total power the stray light lies that every photodiode sees, in dB,
    /// > 0. Without interference, and whatever the tap ratio: it does not come by the waveguide.
    pub optical_crosstalk_floor_db: Option<f64>,
    /// The wave with which homodyne readouts compare; without effect on others.
    pub local_oscillator: LocalOscillator,
}

impl DetectorProcess {
    /// 1 A/W, nothing else: a current in A is the power in W.
    pub const fn ideal() -> Self {
        Self {
            responsivity_a_per_w: 1.0,
            responsivity_sigma: 0.0,
            dark_current_a: 0.0,
            noise: None,
            saturation_a: None,
            adc: None,
            averages: 1,
            optical_crosstalk_floor_db: None,
            local_oscillator: LocalOscillator::ideal(),
        }
    }

    /// The time that the readout of one sample takes in s, repetitions included; 0 where no response
    /// is stated, which is with the noise.
    pub fn sample_time_s(&self) -> f64 {
        let once_s = self
            .noise
            .map_or(0.0, |noise| noise.response.integration_s());
        f64::from(self.averages) * once_s
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        within(
            "responsivity",
            self.responsivity_a_per_w,
            f64::MIN_POSITIVE..10.0,
            "in (0, 10) A/W",
        )?;
        within(
            "responsivity sigma",
            self.responsivity_sigma,
            0.0..1.0,
            "in [0, 1), relative",
        )?;
        within("dark current", self.dark_current_a, 0.0..1.0, "in [0, 1) A")?;
        if let Some(noise) = self.noise {
            noise.check()?;
        }
        if let Some(limit) = self.saturation_a {
            within("saturation current", limit, 1e-18..1e3, "in (0, 1000) A")?;
        }
        if let Some(adc) = self.adc {
            adc.check()?;
        }
        within(
            "averages",
            self.averages.into(),
            1.0..f64::INFINITY,
            "at least 1 readout",
        )?;
        if let Some(floor) = self.optical_crosstalk_floor_db {
            within(
                "optical crosstalk floor",
                floor,
                f64::MIN_POSITIVE..300.0,
                "in (0, 300) dB",
            )?;
        }
        self.local_oscillator.check()
    }
}
