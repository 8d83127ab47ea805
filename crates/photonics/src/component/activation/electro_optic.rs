//! The electro-optic activation of Williamson et al., IEEE JSTQE 26, 7700412 (2020),
//! doi:10.1109/JSTQE.2019.2930455.
//!
//! ```text
//!          alpha |E|^2 --> photodiode --> gain --> bias
//!                 |                                 |
//!  E in --[tap alpha]------------------------[ MZI modulator ]-- E out
//! ```

use super::chunks::for_each_lane;
use super::slope::{Slope, modulated};
use crate::design::{DesignError, finite, within};
use crate::field::PortLanes;
use crate::real::Real;
use numerics::math::sin_cos;

/// E -> sqrt(1 - alpha) exp(-i psi) cos(psi) E with psi = (g |E|^2 + b) / 2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ElectroOptic {
    /// alpha: the part of the power that is tapped, 0 <= alpha < 1.
    pub tap_fraction: f64,
    /// g: phase per incident power, in rad/W. It contains tap, responsivity, gain and V_pi.
    pub gain_rad_per_w: f64,
    /// b: phase without light, in rad.
    pub bias_rad: f64,
}

impl ElectroOptic {
    /// Without effect, bit for bit: nothing tapped, no drive.
    pub const fn ideal() -> Self {
        Self {
            tap_fraction: 0.0,
            gain_rad_per_w: 0.0,
            bias_rad: 0.0,
        }
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        within("tap fraction", self.tap_fraction, 0.0..1.0, "in [0, 1)")?;
        finite("activation gain in rad/W", self.gain_rad_per_w)?;
        finite("activation bias in rad", self.bias_rad)
    }

    /// Transmitted over incident power at an incident power in W.
    pub fn power_transmission(&self, power_w: f64) -> f64 {
        let psi = 0.5 * self.gain_rad_per_w.mul_add(power_w, self.bias_rad);
        let (_, c) = sin_cos(psi);
        (1.0 - self.tap_fraction) * c * c
    }

    pub(super) fn vjp<T: Real>(&self, before: &[PortLanes<T>], cotangents: &mut [PortLanes<T>]) {
        let half_gain = 0.5 * self.gain_rad_per_w;
        let half_bias = 0.5 * self.bias_rad;
        let pass = (1.0 - self.tap_fraction).sqrt();
        modulated(
            before,
            cotangents,
            #[inline(always)]
            |power_w| {
                let (s, c) = sin_cos(half_gain.mul_add(power_w, half_bias));
                // h' = -i pass g/2 exp(-2 i psi)
                let slope = pass * half_gain;
                Slope {
                    factor: [pass * c * c, -(pass * s * c)],
                    per_w: [-(slope * 2.0 * s * c), slope * s.mul_add(s, -(c * c))],
                }
            },
        );
    }

    pub(super) fn apply<T: Real>(&self, lanes: &mut [PortLanes<T>]) {
        if *self == Self::ideal() {
            return;
        }
        let half_gain = 0.5 * self.gain_rad_per_w;
        let half_bias = 0.5 * self.bias_rad;
        let pass = (1.0 - self.tap_fraction).sqrt();
        for_each_lane(
            lanes,
            #[inline(always)]
            |PortLanes { re, im }| {
                for (re, im) in re.iter_mut().zip(im) {
                    let (x, y) = (re.to_f64(), im.to_f64());
                    let psi = half_gain.mul_add(x.mul_add(x, y * y), half_bias);
                    let (s, c) = sin_cos(psi);
                    // exp(-i psi) cos(psi) = a - i b
                    let a = pass * c * c;
                    let b = pass * s * c;
                    *re = T::from_f64(a.mul_add(x, b * y));
                    *im = T::from_f64(a.mul_add(y, -(b * x)));
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
        fn it_is_the_published_formula(
            re in -2.0..2.0_f64, im in -2.0..2.0_f64,
            alpha in 0.0..0.99_f64, g in 0.0..5.0_f64, bias in -4.0..4.0_f64,
        ) {
            let activation = ElectroOptic { tap_fraction: alpha, gain_rad_per_w: g, bias_rad: bias };
            let e = Complex64::new(re, im);
            let found = pass::<f64>(Activation::ElectroOptic(activation), e);
            let psi = 0.5 * (g * e.norm_sqr() + bias);
            let expected = (1.0 - alpha).sqrt() * Complex64::from_polar(1.0, -psi) * psi.cos() * e;
            prop_assert!((found - expected).norm() < 1e-14);
            let transmission = activation.power_transmission(e.norm_sqr());
            prop_assert!((found.norm_sqr() - transmission * e.norm_sqr()).abs() < 1e-13);
        }
    }
}
