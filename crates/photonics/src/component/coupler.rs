//! The directional coupler, nominally 50:50.
//!
//! ```text
//!  in 0 --.  .-- out 0
//!          ==          B(e) = [[cos(pi/4 + e), i sin(pi/4 + e)],
//!  in 1 --'  '-- out 1         [i sin(pi/4 + e), cos(pi/4 + e)]]
//! ```

use nalgebra::Matrix2;
use num_complex::Complex64;
use std::f64::consts::FRAC_PI_4;

/// Transfer matrix of a lossless coupler with angle error `error_rad` in rad.
pub fn coupler_matrix(error_rad: f64) -> Matrix2<Complex64> {
    coupler_matrix_at(FRAC_PI_4 + error_rad)
}

/// Transfer matrix of a lossless coupler of any ratio: cos^2 of `angle_rad` passes straight, sin^2 across.
pub fn coupler_matrix_at(angle_rad: f64) -> Matrix2<Complex64> {
    let (s, c) = angle_rad.sin_cos();
    Matrix2::new(
        Complex64::new(c, 0.0),
        Complex64::new(0.0, s),
        Complex64::new(0.0, s),
        Complex64::new(c, 0.0),
    )
}
