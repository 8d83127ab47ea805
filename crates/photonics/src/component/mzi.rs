//! The Mach-Zehnder interferometer: two couplers, an internal and an external phase shifter.
//!
//! ```text
//!  in 0 --[phi]--.  .--[theta]--.  .-- out 0
//!                 ==             ==            U = B(e2) diag(exp(i theta), 1) B(e1) diag(exp(i phi), 1)
//!  in 1 ---------'  '-----------'  '-- out 1
//!                 e1             e2
//! ```
//! theta = 0 is the cross state, theta = pi the bar state.

use super::coupler::coupler_matrix;
use nalgebra::Matrix2;
use num_complex::Complex64;

/// Field transmissions of one MZI, each in 0..=1.
///
/// ```text
///  in 0 --[outer upper]--.  .--[inner upper]--.  .-- out 0
///                         ==                   ==
///  in 1 --[outer lower]--'  '--[inner lower]--'  '-- out 1
/// ```
/// The outer arms stand before the first coupler (the upper one holds phi), the inner arms between
/// the couplers (the upper one holds theta). A loss that both arms share, like that of a coupler,
/// commutes with the couplers and is found in the inner arms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArmTransmission {
    /// Between the couplers, with theta.
    pub inner_upper: f64,
    /// Between the couplers, without a phase shifter.
    pub inner_lower: f64,
    /// Before the first coupler, with phi.
    pub outer_upper: f64,
    /// Before the first coupler, without a phase shifter.
    pub outer_lower: f64,
}

impl ArmTransmission {
    /// All light passes.
    pub const LOSSLESS: Self = Self::common(1.0);

    /// An MZI with balanced arms and the field transmission `t`.
    pub const fn common(t: f64) -> Self {
        Self {
            inner_upper: t,
            inner_lower: t,
            outer_upper: 1.0,
            outer_lower: 1.0,
        }
    }
}

/// Transfer matrix of a lossless MZI: phases in rad, coupler angle errors `e1_rad` (input side) and
/// `e2_rad` (output side) in rad.
///
/// ```
/// use photonics::component::mzi::mzi_matrix;
/// use std::f64::consts::PI;
/// let cross = mzi_matrix(0.0, 0.0, 0.0, 0.0);
/// assert!(cross[(0, 0)].norm() < 1e-15 && (cross[(1, 0)].norm() - 1.0).abs() < 1e-15);
/// let bar = mzi_matrix(PI, 0.0, 0.0, 0.0);
/// assert!(bar[(1, 0)].norm() < 1e-15 && (bar[(0, 0)].norm() - 1.0).abs() < 1e-15);
/// ```
pub fn mzi_matrix(theta_rad: f64, phi_rad: f64, e1_rad: f64, e2_rad: f64) -> Matrix2<Complex64> {
    lossy_mzi_matrix(
        theta_rad,
        phi_rad,
        e1_rad,
        e2_rad,
        ArmTransmission::LOSSLESS,
    )
}

/// Transfer matrix of an MZI whose arms lose light: B(e2) diag(a exp(i theta), b) B(e1)
/// diag(c exp(i phi), d) with the field transmissions a, b of the inner and c, d of the outer arms.
///
/// Light takes one arm alone where the couplers let everything pass straight:
/// ```
/// use photonics::component::mzi::{ArmTransmission, lossy_mzi_matrix};
/// use std::f64::consts::FRAC_PI_4;
/// let arms = ArmTransmission { inner_upper: 0.5, inner_lower: 0.6, outer_upper: 0.7, outer_lower: 0.8 };
/// let m = lossy_mzi_matrix(0.3, 0.4, -FRAC_PI_4, -FRAC_PI_4, arms);
/// assert!((m[(0, 0)].norm() - 0.35).abs() < 1e-15 && (m[(1, 1)].norm() - 0.48).abs() < 1e-15);
/// ```
pub fn lossy_mzi_matrix(
    theta_rad: f64,
    phi_rad: f64,
    e1_rad: f64,
    e2_rad: f64,
    arms: ArmTransmission,
) -> Matrix2<Complex64> {
    let shifter = |upper: f64, phase_rad: f64, lower: f64| {
        let zero = Complex64::ZERO;
        Matrix2::new(
            Complex64::from_polar(upper, phase_rad),
            zero,
            zero,
            Complex64::new(lower, 0.0),
        )
    };
    coupler_matrix(e2_rad)
        * shifter(arms.inner_upper, theta_rad, arms.inner_lower)
        * coupler_matrix(e1_rad)
        * shifter(arms.outer_upper, phi_rad, arms.outer_lower)
}

/// Extinction ratio (largest over smallest transmitted power) of the bar port of an MZI with coupler
/// errors in rad: cos^2(e1 - e2) / sin^2(e1 + e2) (Hamerly, Bandyopadhyay, Englund,
/// arXiv:2106.03249). Infinite where the errors cancel.
pub fn bar_extinction_ratio(e1_rad: f64, e2_rad: f64) -> f64 {
    ((e1_rad - e2_rad).cos() / (e1_rad + e2_rad).sin()).powi(2)
}

/// Extinction ratio of the cross port: cos^2(e1 + e2) / sin^2(e1 - e2). Infinite for equal errors.
pub fn cross_extinction_ratio(e1_rad: f64, e2_rad: f64) -> f64 {
    ((e1_rad + e2_rad).cos() / (e1_rad - e2_rad).sin()).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::PI;

    proptest! {
        #[test]
        fn extinction_ratios_are_their_closed_forms(e1 in -0.2..0.2_f64, e2 in -0.2..0.2_f64, phi in 0.0..6.0_f64) {
            prop_assume!((e1 - e2).abs() > 1e-3 && (e1 + e2).abs() > 1e-3);
            // The extremes over theta lie at 0 and pi.
            let power = |theta: f64, out: usize| mzi_matrix(theta, phi, e1, e2)[(out, 0)].norm_sqr();
            let bar = power(PI, 0) / power(0.0, 0);
            let cross = power(0.0, 1) / power(PI, 1);
            prop_assert!((bar / bar_extinction_ratio(e1, e2) - 1.0).abs() < 1e-9);
            prop_assert!((cross / cross_extinction_ratio(e1, e2) - 1.0).abs() < 1e-9);
        }
    }
}
