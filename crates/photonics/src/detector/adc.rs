//! Analogue-to-digital conversion of currents.

use crate::design::{DesignError, within};

/// An ideal uniform converter: the nearest code (a tie goes to the even one), clipped at the ends of
/// the scale. For a signal much wider than a step the error is uniform, of variance step^2 / 12
/// (Bennett, Bell Syst. Tech. J. 27, 446 (1948), doi:10.1002/j.1538-7305.1948.tb01340.x).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adc {
    /// Number of bits, 1..=24.
    pub bits: u8,
    /// Full scale in A, > 0. A readout without sign spans 0..full scale in 2^bits codes; a signed one
    /// spans -full scale..full scale in as many (two's complement).
    pub full_scale_a: f64,
}

/// What a readout takes of a converter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// Current of one code in A.
    pub(crate) step_a: f64,
    /// Lowest and highest code.
    pub(crate) lowest: f64,
    pub(crate) highest: f64,
}

impl Adc {
    /// Current of one code in A.
    pub fn step_a(&self, signed: bool) -> f64 {
        self.scale(signed).step_a
    }

    /// The current in A that a current in A is read as.
    ///
    /// ```
    /// let adc = photonics::detector::Adc { bits: 3, full_scale_a: 8e-3 };
    /// assert_eq!(adc.read_a(3.4e-3, false), 3e-3);
    /// assert_eq!(adc.read_a(9e-3, false), 7e-3);
    /// assert_eq!(adc.read_a(-9e-3, true), -8e-3);
    /// ```
    pub fn read_a(&self, current_a: f64, signed: bool) -> f64 {
        let scale = self.scale(signed);
        scale.code(current_a / scale.step_a) * scale.step_a
    }

    pub(crate) fn scale(&self, signed: bool) -> Scale {
        let codes = f64::from(1_u32 << self.bits);
        if signed {
            Scale {
                step_a: 2.0 * self.full_scale_a / codes,
                lowest: -0.5 * codes,
                highest: 0.5f64.mul_add(codes, -1.0),
            }
        } else {
            Scale {
                step_a: self.full_scale_a / codes,
                lowest: 0.0,
                highest: codes - 1.0,
            }
        }
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        within("ADC bits", self.bits.into(), 1.0..25.0, "in 1..=24 bits")?;
        within(
            "ADC full scale",
            self.full_scale_a,
            1e-18..1e3,
            "in (0, 1000) A",
        )
    }
}

impl Scale {
    /// The code of a current in steps.
    #[inline(always)]
    pub(crate) fn code(&self, steps: f64) -> f64 {
        let code = steps.round_ties_even();
        // Not f64::clamp, which may panic and thus keeps a loop from being vectorised, nor min and max,
        // which would turn NaN into a code.
        let code = if code < self.lowest {
            self.lowest
        } else {
            code
        };
        if code > self.highest {
            self.highest
        } else {
            code
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_reading_is_the_nearest_code(
            bits in 1_u8..=24, full_scale_a in 1e-6..1.0_f64, x in -1.2..1.2_f64, signed: bool,
        ) {
            let adc = Adc { bits, full_scale_a };
            let step = adc.step_a(signed);
            let read = adc.read_a(x * full_scale_a, signed);
            let code = read / step;
            prop_assert!((code - code.round()).abs() < 1e-6);
            let lowest = if signed { -full_scale_a } else { 0.0 };
            let highest = full_scale_a - step;
            let inside = (x * full_scale_a).clamp(lowest, highest);
            prop_assert!((read - inside).abs() <= 0.5 * step * (1.0 + 1e-6));
        }
    }
}
