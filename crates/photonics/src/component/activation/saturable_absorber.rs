//! A saturable absorber, thin against the length over which it absorbs: the absorbed part of the
//! power is alpha_0 / (1 + P / P_s) + alpha_ns, as is fitted to measured absorbers (Bao et al., Adv.
//! Funct. Mater. 19, 3077 (2009), doi:10.1002/adfm.200901007, arXiv:0910.5820). In a waveguide of one
//! mode intensities are in the ratio of powers, so the formula holds in powers.
//!
//! A thick absorber, in which the power falls along the way, follows Selden, Br. J. Appl. Phys. 18,
//! 743 (1967), doi:10.1088/0508-3443/18/6/306; both agree to first order in alpha_0.

use super::chunks::for_each_lane;
use super::slope::{Slope, modulated};
use crate::design::{DesignError, within};
use crate::field::PortLanes;
use crate::real::Real;

/// |E out|^2 = T |E|^2 with T = 1 - alpha_ns - alpha_0 / (1 + |E|^2 / P_s); the phase stays.
///
/// It answers within the sample: its recovery time is short against the time of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SaturableAbsorber {
    /// alpha_0: the part of weak light that is absorbed and can be bleached, 0 <= alpha_0 <= 1.
    pub absorption: f64,
    /// alpha_ns: the part that is absorbed at any power, >= 0; alpha_0 + alpha_ns <= 1.
    pub unsaturable_absorption: f64,
    /// P_s: power at which alpha_0 counts half, in W, 1e-15 <= P_s < 1000.
    pub saturation_power_w: f64,
}

impl SaturableAbsorber {
    /// Without effect, bit for bit: it absorbs nothing.
    pub const fn ideal() -> Self {
        Self {
            absorption: 0.0,
            unsaturable_absorption: 0.0,
            saturation_power_w: 1e-3,
        }
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        let unit = 0.0..1.0_f64.next_up();
        within("absorption", self.absorption, unit.clone(), "in [0, 1]")?;
        within(
            "unsaturable absorption",
            self.unsaturable_absorption,
            unit.clone(),
            "in [0, 1]",
        )?;
        within(
            "absorption and unsaturable absorption together",
            self.absorption + self.unsaturable_absorption,
            unit,
            "in [0, 1]",
        )?;
        within(
            "saturation power",
            self.saturation_power_w,
            1e-15..1e3,
            "in [1e-15, 1000) W",
        )
    }

    /// Transmitted over incident power at an incident power in W.
    ///
    /// ```
    /// use photonics::component::activation::SaturableAbsorber;
    /// let absorber = SaturableAbsorber {
    ///     absorption: 0.5,
    ///     saturation_power_w: 1e-3,
    ///     ..SaturableAbsorber::ideal()
    /// };
    /// assert_eq!(absorber.power_transmission(0.0), 0.5);
    /// assert_eq!(absorber.power_transmission(1e-3), 0.75);
    /// ```
    pub fn power_transmission(&self, power_w: f64) -> f64 {
        let bleached = 1.0 + power_w / self.saturation_power_w;
        (1.0 - self.unsaturable_absorption - self.absorption / bleached).max(0.0)
    }

    pub(super) fn vjp<T: Real>(&self, before: &[PortLanes<T>], cotangents: &mut [PortLanes<T>]) {
        let bleached = 1.0 - self.unsaturable_absorption;
        let per_w = 1.0 / self.saturation_power_w;
        let absorption = self.absorption;
        modulated(
            before,
            cotangents,
            #[inline(always)]
            |power_w| {
                let share = 1.0 / power_w.mul_add(per_w, 1.0);
                let ratio = bleached - absorption * share;
                let field = if ratio > 0.0 { ratio.sqrt() } else { 0.0 };
                let slope = 0.5 * absorption * per_w * share * share / field;
                Slope::real(field, if ratio > 0.0 { slope } else { 0.0 })
            },
        );
    }

    pub(super) fn apply<T: Real>(&self, lanes: &mut [PortLanes<T>]) {
        if self.absorption == 0.0 && self.unsaturable_absorption == 0.0 {
            return;
        }
        let absorption = T::from_f64(self.absorption);
        let bleached = T::from_f64(1.0 - self.unsaturable_absorption);
        let per_w = T::from_f64(1.0 / self.saturation_power_w);
        for_each_lane(
            lanes,
            #[inline(always)]
            |PortLanes { re, im }| {
                for (re, im) in re.iter_mut().zip(im) {
                    let power = re.mul_add(*re, *im * *im);
                    let ratio = bleached - absorption / power.mul_add(per_w, T::ONE);
                    // Rounding can leave a little less than nothing.
                    let field = if ratio > T::ZERO { ratio } else { T::ZERO }.sqrt();
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
            re in -2.0..2.0_f64, im in -2.0..2.0_f64,
            total in 0.0..1.0_f64, share in 0.0..1.0_f64, log_saturation in -6.0..2.0_f64,
        ) {
            let activation = SaturableAbsorber {
                absorption: total * share,
                unsaturable_absorption: total * (1.0 - share),
                saturation_power_w: 10_f64.powf(log_saturation),
            };
            prop_assert_eq!(activation.check(), Ok(()));
            let e = Complex64::new(re, im);
            let expected = activation.power_transmission(e.norm_sqr()).sqrt() * e;
            // An error d of the transmission t is one of d / (2 sqrt(t)) of the field, at most sqrt(d).
            let found = pass::<f64>(Activation::SaturableAbsorber(activation), e);
            prop_assert!((found - expected).norm() <= 4.0 * f64::EPSILON.sqrt() * e.norm());
            prop_assert!((found.norm_sqr() - expected.norm_sqr()).abs() <= 1e-14 * e.norm_sqr());
            let found = pass::<f32>(Activation::SaturableAbsorber(activation), e);
            prop_assert!((found.norm_sqr() - expected.norm_sqr()).abs() <= 1e-6 * e.norm_sqr());
        }
    }

    #[test]
    fn strong_light_bleaches_it() {
        let activation = SaturableAbsorber {
            absorption: 0.9,
            unsaturable_absorption: 0.05,
            saturation_power_w: 1e-6,
        };
        assert!((activation.power_transmission(0.0) - 0.05).abs() < 1e-15);
        assert!((activation.power_transmission(1.0) - 0.95).abs() < 1e-6);
        let opaque = SaturableAbsorber {
            absorption: 0.9,
            unsaturable_absorption: 0.2,
            saturation_power_w: 1e-6,
        };
        assert!(opaque.check().is_err());
    }
}
