//! The splitting ratio of one MZI: which it can have, and at which theta.

use super::Unreachable;
use libm::{atan2, cos, sin, sqrt};
use num_complex::Complex64;
use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// What the splitting ratio of an MZI comes to, whether it is missed or not.
pub(super) fn split(mzi: usize, wanted_rad: f64, errors_rad: [f64; 2]) -> Unreachable {
    let [cross, bar] = extremes(errors_rad);
    // Errors beyond pi/4 put the extremes in the other order.
    let nearest_rad = wanted_rad.clamp(cross.min(bar), cross.max(bar));
    Unreachable {
        mzi,
        wanted_rad,
        nearest_rad,
    }
}

/// asin |p| at theta = 0 and at theta = pi.
fn extremes([e1, e2]: [f64; 2]) -> [f64; 2] {
    [fold(e1 + e2), FRAC_PI_2 - fold(e1 - e2)]
}

/// theta in [0, pi] at which asin |p| is `split`, which lies within reach.
pub(super) fn theta_of(split: f64, errors_rad: [f64; 2]) -> f64 {
    let [cross, bar] = extremes(errors_rad);
    // sin^2 x - sin^2 y = sin(x - y) sin(x + y) does not cancel where x and y are close. Both differences
    // have the sign of bar - cross.
    let root = |x: f64, y: f64| sqrt((sin(x - y) * sin(x + y)).abs());
    2.0 * atan2(root(split, cross), root(bar, split))
}

/// The angles in rad of an MZI's amplitudes without phi: p, q, and theta/2 common to both.
pub(super) struct Amplitudes {
    pub(super) bar: f64,
    pub(super) cross: f64,
    pub(super) common: f64,
}

impl Amplitudes {
    pub(super) fn new(theta_rad: f64, [e1, e2]: [f64; 2]) -> Self {
        // Beyond a turn of theta the signs repeat; below it the sums of angles round less.
        let half = 0.5 * theta_rad.rem_euclid(2.0 * TAU);
        let (sin_half, cos_half) = (sin(half), cos(half));
        Self {
            bar: atan2(sin_half * cos(e1 - e2), -cos_half * sin(e1 + e2)),
            cross: atan2(cos_half * cos(e1 + e2), -sin_half * sin(e1 - e2)),
            common: half,
        }
    }
}

/// The distance in [0, pi/2] of an angle from the nearest multiple of pi: asin |sin x|.
pub(super) fn fold(x: f64) -> f64 {
    let x = x.abs() % PI;
    x.min(PI - x)
}

/// A lossless 2x2 matrix, `[out][in]`.
pub(super) type Unitary = [[Complex64; 2]; 2];

/// The matrix of an MZI without the phase exp(i theta/2) of both its outputs.
pub(super) fn matrix(theta_rad: f64, phi_rad: f64, [e1, e2]: [f64; 2]) -> Unitary {
    let half = 0.5 * theta_rad;
    let (s, c) = (sin(half), cos(half));
    let p = Complex64::new(-c * sin(e1 + e2), s * cos(e1 - e2));
    let q = Complex64::new(-s * sin(e1 - e2), c * cos(e1 + e2));
    let turn = turn(phi_rad);
    [[p * turn, q], [-q.conj() * turn, p.conj()]]
}

/// A coupler of this angle; of the opposite one it is the inverse.
pub(super) fn coupler(angle_rad: f64) -> Unitary {
    let (straight, across) = (
        Complex64::new(cos(angle_rad), 0.0),
        Complex64::new(0.0, sin(angle_rad)),
    );
    [[straight, across], [across, straight]]
}

/// A phase on the upper port.
pub(super) fn upper(phase_rad: f64) -> Unitary {
    [
        [turn(phase_rad), Complex64::ZERO],
        [Complex64::ZERO, Complex64::ONE],
    ]
}

/// First `a`, then `b`.
pub(super) fn then(a: &Unitary, b: &Unitary) -> Unitary {
    let element = |out: usize, input: usize| b[out][0] * a[0][input] + b[out][1] * a[1][input];
    [0, 1].map(|out| [0, 1].map(|input| element(out, input)))
}

/// The angle of a complex number in rad, 0 of 0.
pub(super) fn angle(z: Complex64) -> f64 {
    atan2(z.im, z.re)
}

/// The modulus.
pub(super) fn modulus(z: Complex64) -> f64 {
    libm::hypot(z.re, z.im)
}

fn turn(phase_rad: f64) -> Complex64 {
    Complex64::new(cos(phase_rad), sin(phase_rad))
}
