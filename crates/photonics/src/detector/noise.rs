//! White noise of a receiver (Saleh and Teich, Fundamentals of Photonics, 2nd ed., section 18.6).

use crate::design::{DesignError, within};

/// Elementary charge in C (exact, SI 2019).
pub const ELEMENTARY_CHARGE_C: f64 = 1.602_176_634e-19;

/// Boltzmann constant in J/K (exact, SI 2019).
pub const BOLTZMANN_J_PER_K: f64 = 1.380_649e-23;

/// How fast a receiver answers, which is how much white noise it lets through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Response {
    /// A filter of this noise bandwidth.
    Bandwidth {
        /// B in Hz, > 0.
        hz: f64,
    },
    /// The mean over a time T, as of an integrate-and-dump circuit: B = 1 / (2 T), the integral of
    /// sinc^2 over positive frequencies.
    Integration {
        /// T in s, > 0.
        s: f64,
    },
}

impl Response {
    /// Noise bandwidth B in Hz.
    pub fn noise_bandwidth_hz(self) -> f64 {
        match self {
            Self::Bandwidth { hz } => hz,
            Self::Integration { s } => 0.5 / s,
        }
    }

    /// The time that one readout takes in s: the integration time with this noise bandwidth,
    /// 1 / (2 B).
    pub fn integration_s(self) -> f64 {
        match self {
            Self::Bandwidth { hz } => 0.5 / hz,
            Self::Integration { s } => s,
        }
    }
}

/// White noise of the receiver over its bandwidth B, and which of it is switched on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReceiverNoise {
    /// Bandwidth or integration time.
    pub response: Response,
    /// Load resistance in ohm, > 0.
    pub load_ohm: f64,
    /// Temperature of the load in K, >= 0.
    pub temperature_k: f64,
    /// Shot noise: variance 2 q I B.
    pub shot: bool,
    /// Thermal noise: variance 4 k T B / R.
    pub thermal: bool,
    /// The laser's relative intensity noise, where the source states one: variance 10^(RIN/10) B of
    /// the relative power. See [`crate::source`].
    pub rin: bool,
}

impl ReceiverNoise {
    /// All noise over a bandwidth in Hz, with a load in ohm at a temperature in K.
    pub const fn new(bandwidth_hz: f64, load_ohm: f64, temperature_k: f64) -> Self {
        Self {
            response: Response::Bandwidth { hz: bandwidth_hz },
            load_ohm,
            temperature_k,
            shot: true,
            thermal: true,
            rin: true,
        }
    }

    /// Variance of the current in A^2 at a mean current in A (dark current included): shot noise
    /// 2 q I B and thermal noise 4 k T B / R, as far as switched on.
    ///
    /// ```
    /// use photonics::detector::ReceiverNoise;
    /// let noise = ReceiverNoise::new(1.0, 50.0, 300.0);
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
        let bandwidth_hz = self.response.noise_bandwidth_hz();
        let on = |switch: bool, variance: f64| if switch { variance } else { 0.0 };
        (
            on(self.shot, 2.0 * ELEMENTARY_CHARGE_C * bandwidth_hz),
            on(
                self.thermal,
                4.0 * BOLTZMANN_J_PER_K * self.temperature_k * bandwidth_hz / self.load_ohm,
            ),
        )
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        let positive = f64::MIN_POSITIVE..f64::INFINITY;
        match self.response {
            Response::Bandwidth { hz } => within("bandwidth", hz, positive.clone(), "> 0 Hz")?,
            Response::Integration { s } => within("integration time", s, 1e-18..1e18, "> 0 s")?,
        }
        within("load", self.load_ohm, positive, "> 0 ohm")?;
        within(
            "temperature",
            self.temperature_k,
            0.0..1e4,
            "in [0, 10000) K",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integration_time_is_half_its_inverse_in_bandwidth() {
        let noise = ReceiverNoise::new(0.5e9, 50.0, 300.0);
        let integrating = ReceiverNoise {
            response: Response::Integration { s: 1e-9 },
            ..noise
        };
        let (a, b) = (noise.variance_a2(1e-6), integrating.variance_a2(1e-6));
        assert!((a / b - 1.0).abs() < 1e-15);
        // Poisson: n = I T / q electrons have the variance n, so the current q n / T has q I / T.
        let variance = ReceiverNoise {
            thermal: false,
            ..integrating
        }
        .variance_a2(1e-3);
        assert!((variance / (ELEMENTARY_CHARGE_C * 1e-3 / 1e-9) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn switches_leave_the_other_noise() {
        let noise = ReceiverNoise::new(1e9, 50.0, 300.0);
        let shot = ReceiverNoise {
            thermal: false,
            ..noise
        };
        let thermal = ReceiverNoise {
            shot: false,
            ..noise
        };
        assert_eq!(shot.terms(), (noise.terms().0, 0.0));
        assert_eq!(thermal.terms(), (0.0, noise.terms().1));
    }
}
