//! The electro-optic activation of Williamson et al., IEEE JSTQE 26, 7700412 (2020),
//! doi:10.1109/JSTQE.2019.2930455.
//!
//! ```text
//!          alpha |E|^2 --> photodiode --> gain --> bias
//!                 |                                 |
//!  E in --[tap alpha]------------------------[ MZI modulator ]-- E out
//! ```

use crate::field::PortLanes;
use crate::real::Real;
use numerics::math::sin_cos;
use numerics::vectorize;

/// What stands between two layers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// Nothing: the fields pass.
    Identity,
    /// A tapped part of the light drives a modulator for the rest.
    ElectroOptic(ElectroOptic),
}

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

impl Activation {
    /// Applies it in place to fields in sqrt(W).
    pub fn apply<T: Real>(&self, lanes: &mut [PortLanes<T>]) {
        match self {
            Self::Identity => {}
            Self::ElectroOptic(activation) => vectorize(
                #[inline(always)]
                || activation.apply(lanes),
            ),
        }
    }
}

impl ElectroOptic {
    /// Transmitted over incident power at an incident power in W.
    pub fn power_transmission(&self, power_w: f64) -> f64 {
        let psi = 0.5 * self.gain_rad_per_w.mul_add(power_w, self.bias_rad);
        (1.0 - self.tap_fraction) * psi.cos().powi(2)
    }

    #[inline(always)]
    fn apply<T: Real>(&self, lanes: &mut [PortLanes<T>]) {
        let half_gain = 0.5 * self.gain_rad_per_w;
        let half_bias = 0.5 * self.bias_rad;
        let pass = (1.0 - self.tap_fraction).sqrt();
        for PortLanes { re, im } in lanes {
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FieldBatch;
    use num_complex::Complex64;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_published_formula(
            re in -2.0..2.0_f64, im in -2.0..2.0_f64,
            alpha in 0.0..0.99_f64, g in 0.0..5.0_f64, bias in -4.0..4.0_f64,
        ) {
            let activation = ElectroOptic { tap_fraction: alpha, gain_rad_per_w: g, bias_rad: bias };
            let mut field = FieldBatch::dark(1, 1);
            let e = Complex64::new(re, im);
            field.set(0, 0, e);
            Activation::ElectroOptic(activation).apply(field.lanes_mut());
            let psi = 0.5 * (g * e.norm_sqr() + bias);
            let expected = (1.0 - alpha).sqrt() * Complex64::from_polar(1.0, -psi) * psi.cos() * e;
            prop_assert!((field.get(0, 0) - expected).norm() < 1e-14);
            // Energy never grows.
            prop_assert!(field.power_w(0) <= e.norm_sqr() * (1.0 + 1e-14));
            let transmission = activation.power_transmission(e.norm_sqr());
            prop_assert!((field.power_w(0) - transmission * e.norm_sqr()).abs() < 1e-13);
        }
    }
}
