//! The modReLU of Arjovsky, Shah and Bengio, Unitary evolution recurrent neural networks,
//! arXiv:1511.06464, there ReLU(|z| + b) z / |z| with a bias b; here b is the negative of a threshold.
//!
//! It is a mathematical reference for complex-valued networks: no component is known that does just
//! this. A positive bias would put out light where none comes in, so it is refused.

use super::chunks::for_each_lane;
use super::slope::{Slope, modulated};
use crate::design::{DesignError, within};
use crate::field::PortLanes;
use crate::real::Real;

/// E -> max(|E| - b, 0) E / |E|: weaker light is lost, the phase stays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModRelu {
    /// b: what is taken off the amplitude, in sqrt(W), 0 <= b < 32.
    pub threshold_sqrt_w: f64,
}

impl ModRelu {
    /// Without effect, bit for bit: the threshold is 0.
    pub const fn ideal() -> Self {
        Self {
            threshold_sqrt_w: 0.0,
        }
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        within(
            "modReLU threshold",
            self.threshold_sqrt_w,
            0.0..32.0,
            "in [0, 32) sqrt(W)",
        )
    }

    /// Transmitted over incident power at an incident power in W: (1 - b / |E|)^2 above the threshold.
    ///
    /// ```
    /// use photonics::component::activation::ModRelu;
    /// let activation = ModRelu { threshold_sqrt_w: 0.5 };
    /// assert_eq!(activation.power_transmission(0.2), 0.0);
    /// assert_eq!(activation.power_transmission(1.0), 0.25);
    /// ```
    pub fn power_transmission(&self, power_w: f64) -> f64 {
        if self.threshold_sqrt_w == 0.0 {
            return 1.0;
        }
        let field = 1.0 - self.threshold_sqrt_w / power_w.sqrt();
        field.max(0.0).powi(2)
    }

    pub(super) fn vjp<T: Real>(&self, before: &[PortLanes<T>], cotangents: &mut [PortLanes<T>]) {
        if self.threshold_sqrt_w == 0.0 {
            return;
        }
        let threshold = self.threshold_sqrt_w;
        modulated(
            before,
            cotangents,
            #[inline(always)]
            |power_w| {
                // Of what is lost: without light 1/0, infinity.
                let lost = threshold / power_w.sqrt();
                if lost < 1.0 {
                    Slope::real(1.0 - lost, 0.5 * lost / power_w)
                } else {
                    Slope::NONE
                }
            },
        );
    }

    pub(super) fn apply<T: Real>(&self, lanes: &mut [PortLanes<T>]) {
        if self.threshold_sqrt_w == 0.0 {
            return;
        }
        let threshold = T::from_f64(self.threshold_sqrt_w);
        for_each_lane(
            lanes,
            #[inline(always)]
            |PortLanes { re, im }| {
                for (re, im) in re.iter_mut().zip(im) {
                    // Without light this is 1 - b/0, minus infinity.
                    let field = T::ONE - threshold / re.mul_add(*re, *im * *im).sqrt();
                    let field = if field > T::ZERO { field } else { T::ZERO };
                    *re *= field;
                    *im *= field;
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::pass;
    use super::*;
    use crate::component::activation::Activation;
    use num_complex::Complex64;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_formula_in_both_precisions(
            re in -2.0..2.0_f64, im in -2.0..2.0_f64, threshold in 0.0..2.0_f64,
        ) {
            let activation = ModRelu { threshold_sqrt_w: threshold };
            let e = Complex64::new(re, im);
            let expected = Complex64::from_polar((e.norm() - threshold).max(0.0), e.arg());
            let found = pass::<f64>(Activation::ModRelu(activation), e);
            prop_assert!((found - expected).norm() < 1e-14);
            let found = pass::<f32>(Activation::ModRelu(activation), e);
            prop_assert!((found - expected).norm() < 2e-6);
            let power = activation.power_transmission(e.norm_sqr()) * e.norm_sqr();
            prop_assert!((power - expected.norm_sqr()).abs() < 1e-13);
        }
    }

    #[test]
    fn darkness_stays_dark() {
        let activation = Activation::ModRelu(ModRelu {
            threshold_sqrt_w: 0.1,
        });
        for weak in [0.0, 1e-30, 0.05] {
            let found = pass::<f32>(activation, Complex64::new(weak, -weak));
            assert_eq!(found, Complex64::new(0.0, 0.0));
        }
    }
}
