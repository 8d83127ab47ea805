//! A photodiode on a load resistor.

use crate::design::{DesignError, within};

/// Elementary charge in C (exact, SI 2019).
pub const ELEMENTARY_CHARGE_C: f64 = 1.602_176_634e-19;

/// Boltzmann constant in J/K (exact, SI 2019).
pub const BOLTZMANN_J_PER_K: f64 = 1.380_649e-23;

/// Photodiode and receiver.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Photodiode {
    /// Current per optical power in A/W, > 0.
    pub responsivity_a_per_w: f64,
    /// Current without light in A, >= 0.
    pub dark_current_a: f64,
    /// The receiver's noise, or none.
    pub noise: Option<ReceiverNoise>,
}

/// White noise of the receiver over its bandwidth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReceiverNoise {
    /// Bandwidth in Hz, > 0.
    pub bandwidth_hz: f64,
    /// Load resistance in ohm, > 0.
    pub load_ohm: f64,
    /// Temperature of the load in K, >= 0.
    pub temperature_k: f64,
}

impl ReceiverNoise {
    /// All noise over a bandwidth in Hz, with a load in ohm at a temperature in K.
    pub const fn new(bandwidth_hz: f64, load_ohm: f64, temperature_k: f64) -> Self {
        Self {
            bandwidth_hz,
            load_ohm,
            temperature_k,
        }
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        let positive = f64::MIN_POSITIVE..f64::INFINITY;
        within("bandwidth", self.bandwidth_hz, positive.clone(), "> 0 Hz")?;
        within("load", self.load_ohm, positive, "> 0 ohm")?;
        within(
            "temperature",
            self.temperature_k,
            0.0..1e4,
            "in [0, 10000) K",
        )
    }

    /// Variance of the current in A^2 at a mean current in A (dark current included): shot noise
    /// 2 q I B and thermal noise 4 k T B / R.
    ///
    /// ```
    /// use photonics::detector::ReceiverNoise;
    /// let noise = ReceiverNoise { bandwidth_hz: 1.0, load_ohm: 50.0, temperature_k: 300.0 };
    /// // 18.2 pA/sqrt(Hz) without light; as much again, 17.9 pA/sqrt(Hz), from 1 mA.
    /// assert!((noise.variance_a2(0.0).sqrt() - 18.2e-12).abs() < 0.05e-12);
    /// let shot = noise.variance_a2(1e-3) - noise.variance_a2(0.0);
    /// assert!((shot.sqrt() - 17.9e-12).abs() < 0.05e-12);
    /// ```
    pub fn variance_a2(&self, current_a: f64) -> f64 {
        let (shot, thermal) = self.terms();
        shot.mul_add(current_a, thermal)
    }

    /// Shot noise variance per current in A, and thermal noise variance in A^2.
    pub(crate) fn terms(&self) -> (f64, f64) {
        (
            2.0 * ELEMENTARY_CHARGE_C * self.bandwidth_hz,
            4.0 * BOLTZMANN_J_PER_K * self.temperature_k * self.bandwidth_hz / self.load_ohm,
        )
    }
}

impl Photodiode {
    /// 1 A/W, no dark current, no noise: its current in A is the power in W.
    pub const fn ideal() -> Self {
        Self {
            responsivity_a_per_w: 1.0,
            dark_current_a: 0.0,
            noise: None,
        }
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
        within("dark current", self.dark_current_a, 0.0..1.0, "in [0, 1) A")?;
        if let Some(noise) = self.noise {
            noise.check()?;
        }
        Ok(())
    }
}
