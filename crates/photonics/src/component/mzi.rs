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
    let shifter = |phase_rad: f64| {
        let one = Complex64::new(1.0, 0.0);
        let zero = Complex64::new(0.0, 0.0);
        Matrix2::new(Complex64::from_polar(1.0, phase_rad), zero, zero, one)
    };
    coupler_matrix(e2_rad) * shifter(theta_rad) * coupler_matrix(e1_rad) * shifter(phi_rad)
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
