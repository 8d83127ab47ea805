//! Balanced homodyne detection (Yuen and Chan, Opt. Lett. 8, 177 (1983), doi:10.1364/OL.8.000177).
//!
//! ```text
//!   E --\       /--> R+ |E + L|^2 / 2 --\
//!        [50:50]                        (-) --> I
//!   L --/       \--> R- |E - L|^2 / 2 --/
//! ```
//!
//! With equal diodes I = 2 R Re(E L*) = 2 R sqrt(P_LO) Re(E exp(-i phase)), and both diodes together
//! carry R (|E|^2 + P_LO) and twice the dark current, which makes the shot noise. The local oscillator
//! is a part of the same laser: its relative intensity noise multiplies I, and what it adds on its own
//! cancels as far as the two diodes are equal.

use crate::design::{DesignError, finite, within};

/// The wave with which every port of a homodyne readout is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalOscillator {
    /// Its power per port in W, > 0.
    pub power_w: f64,
    /// Its phase in rad: 0 reads the real part of the field, pi/2 the imaginary part.
    pub phase_rad: f64,
}

impl LocalOscillator {
    /// 1 mW at phase 0.
    pub const fn ideal() -> Self {
        Self {
            power_w: 1e-3,
            phase_rad: 0.0,
        }
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        within(
            "local oscillator power",
            self.power_w,
            f64::MIN_POSITIVE..1e3,
            "in (0, 1000) W",
        )?;
        finite("local oscillator phase in rad", self.phase_rad)
    }
}
