//! Lossless MZIs as a phase and a real rotation each; the phases on the left are pushed on.
//!
//! Up to a common phase exp(i theta/2) a lossless MZI is [[p, q], [-q*, p*]] with
//! p = c p', q = s q', |p'| = |q'| = 1, whatever its coupler errors. So
//!
//! ```text
//! [[p, q], [-q*, p*]] = diag(q', p'*) [[c, s], [-s, c]] diag(p' q'*, 1)
//! ```
//!
//! The left diagonal is pushed into the next MZIs on its ports, at last into the output screen. What
//! remains per MZI is one phase on the upper arm and one real rotation: 12 multiplications or fused
//! multiply-adds per sample instead of the 16 of a general 2x2 matrix. Unequal loss does not commute
//! with this; lossy meshes use the general form (`general.rs`).

use super::hardware::CouplerTerms;
use super::phases::MeshPhases;
use super::pushed::{Lanes, Pushed};
use super::schedule::{RUN, Run};
use super::topology::PortPair;
use crate::real::Real;
use numerics::math::quarter_turn;
use std::ops::Range;

/// The rotations of a run of MZIs. Lanes beyond the run hold numbers that nobody reads.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Rotations<T> {
    pub(crate) cos: Lanes<T>,
    pub(crate) sin: Lanes<T>,
    /// The phase on the upper arm, a number of modulus 1.
    pub(crate) phase_re: Lanes<T>,
    pub(crate) phase_im: Lanes<T>,
}

/// The phase on each port, as a number of modulus 1.
#[derive(Clone, Debug, Default)]
pub(super) struct PushedUnits<T> {
    re: Pushed<T>,
    im: Pushed<T>,
}

impl<T: Real> PushedUnits<T> {
    /// No phase on any of `ports` ports.
    pub(super) fn reset(&mut self, ports: usize) {
        self.re.reset(ports, T::ONE);
        self.im.reset(ports, T::ZERO);
    }

    /// The phase on a port and `more_rad`, as a number of modulus 1.
    #[inline(always)]
    pub(super) fn at(&self, port: usize, more_rad: f64) -> [T; 2] {
        let (s, c) = T::sin_cos(more_rad);
        unit(multiply(self.re.get(port), self.im.get(port), c, s))
    }
}

/// (a + i b)(c + i d)
#[inline(always)]
pub(super) fn multiply<T: Real>(a: T, b: T, c: T, d: T) -> (T, T) {
    (a.mul_add(c, -(b * d)), a.mul_add(d, b * c))
}

/// A number of modulus near 1 brought to modulus 1 by one step of Newton: what rounding does to the
/// moduli of pushed phases would add up to columns^1.5 eps.
#[inline(always)]
fn unit<T: Real>((x, y): (T, T)) -> [T; 2] {
    let scale = T::from_f64(-0.5).mul_add(x.mul_add(x, y * y), T::from_f64(1.5));
    [x * scale, y * scale]
}

/// |p|, |q|, p' and q' of an MZI.
struct Amplitudes<T> {
    p_norm: T,
    q_norm: T,
    p: [T; 2],
    q: [T; 2],
}

impl<T: Real> Amplitudes<T> {
    /// From p and q.
    #[inline(always)]
    fn new([p_re, p_im]: [T; 2], [q_re, q_im]: [T; 2]) -> Self {
        let p_square = p_re.mul_add(p_re, p_im * p_im);
        let q_square = q_re.mul_add(q_re, q_im * q_im);
        let (p_norm, q_norm) = (p_square.sqrt(), q_square.sqrt());
        // Without light on a path its phase has no effect: 0.
        let (has_p, has_q) = (
            p_square > T::NEGLIGIBLE_SQUARE,
            q_square > T::NEGLIGIBLE_SQUARE,
        );
        let p_divisor = if has_p { p_norm } else { T::ONE };
        let q_divisor = if has_q { q_norm } else { T::ONE };
        let inverse = T::ONE / (p_divisor * q_divisor);
        let (p_inverse, q_inverse) = (inverse * q_divisor, inverse * p_divisor);
        Self {
            p_norm,
            q_norm,
            p: [
                if has_p { p_re * p_inverse } else { T::ONE },
                if has_p { p_im * p_inverse } else { T::ZERO },
            ],
            q: [
                if has_q { q_re * q_inverse } else { T::ONE },
                if has_q { q_im * q_inverse } else { T::ZERO },
            ],
        }
    }
}

/// exp(i d) for a run of MZIs, d being the phase that is pushed out of the lower port less that out of
/// the upper one: (p' q')*. Real and imaginary parts.
#[inline(always)]
pub(crate) fn pushed_difference<T: Real>(
    terms: &CouplerTerms,
    theta_rad: &[f64],
    mzis: Range<usize>,
) -> [Lanes<T>; 2] {
    let theta = load(theta_rad, &mzis);
    let cos_sum = load(&terms.cos_sum, &mzis).map(T::from_f64);
    let sin_sum = load(&terms.sin_sum, &mzis).map(T::from_f64);
    let cos_difference = load(&terms.cos_difference, &mzis).map(T::from_f64);
    let sin_difference = load(&terms.sin_difference, &mzis).map(T::from_f64);
    let mut lanes = [[T::ZERO; RUN]; 2];
    for i in 0..RUN {
        let (s, c) = T::sin_cos(0.5 * theta[i]);
        let Amplitudes { p, q, .. } = Amplitudes::new(
            [c * cos_sum[i], s * cos_difference[i]],
            [-(s * sin_difference[i]), c * sin_sum[i]],
        );
        let (re, im) = multiply(p[0], p[1], q[0], q[1]);
        (lanes[0][i], lanes[1][i]) = (re, -im);
    }
    lanes
}

/// What a run of MZIs of one column contributes, whatever light comes in. Lanes beyond the run hold
/// numbers that nobody reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts<T> {
    /// With the phase p' q'* exp(i phi), before what is on the ports is added.
    rotations: Rotations<T>,
    /// exp(i theta/2) q' and exp(i theta/2) p'*, which leave by the upper and the lower port.
    upper: [Lanes<T>; 2],
    lower: [Lanes<T>; 2],
}

impl<T: Real> Parts<T> {
    /// What depends on each MZI alone.
    #[inline(always)]
    pub(super) fn compute(
        &mut self,
        terms: &CouplerTerms,
        phases: MeshPhases<'_>,
        mzis: Range<usize>,
    ) {
        let theta = load(phases.theta_rad, &mzis);
        let phi = load(phases.phi_rad, &mzis);
        let cos_sum = load(&terms.cos_sum, &mzis).map(T::from_f64);
        let sin_sum = load(&terms.sin_sum, &mzis).map(T::from_f64);
        let cos_difference = load(&terms.cos_difference, &mzis).map(T::from_f64);
        let sin_difference = load(&terms.sin_difference, &mzis).map(T::from_f64);
        // Loops of one type each fill the registers: first all in f64, then all in T.
        let mut angles = [[T::ZERO; RUN]; 2];
        let mut quadrants = [[0; RUN]; 2];
        for i in 0..RUN {
            let (angle, quadrant) = quarter_turn(0.5 * theta[i]);
            (angles[0][i], quadrants[0][i]) = (T::from_f64(angle), quadrant);
            let (angle, quadrant) = quarter_turn(phi[i]);
            (angles[1][i], quadrants[1][i]) = (T::from_f64(angle), quadrant);
        }
        for i in 0..RUN {
            let (s, c) = T::sin_cos_on_quarter(angles[0][i], quadrants[0][i]);
            let (phi_im, phi_re) = T::sin_cos_on_quarter(angles[1][i], quadrants[1][i]);
            let Amplitudes {
                p_norm,
                q_norm,
                p: [p_re, p_im],
                q: [q_re, q_im],
            } = Amplitudes::new(
                [c * cos_sum[i], s * cos_difference[i]],
                [-(s * sin_difference[i]), c * sin_sum[i]],
            );
            let (x, y) = multiply(p_re, p_im, q_re, -q_im);
            let (x, y) = multiply(x, y, phi_re, phi_im);
            let (a, b) = multiply(c, s, q_re, q_im);
            let (d, e) = multiply(c, s, p_re, -p_im);
            self.rotations.cos[i] = p_norm;
            self.rotations.sin[i] = q_norm;
            self.rotations.phase_re[i] = x;
            self.rotations.phase_im[i] = y;
            self.upper[0][i] = a;
            self.upper[1][i] = b;
            self.lower[0][i] = d;
            self.lower[1][i] = e;
        }
    }
}

impl<T: Real> Parts<T> {
    /// Pushes the phases on the ports of a run through it and puts its rotations in their place in the
    /// order of computation.
    #[inline(always)]
    pub(super) fn push(
        &self,
        run: &Run,
        pairs: &[PortPair],
        pushed: &mut PushedUnits<T>,
        operations: &mut [Rotations<T>],
    ) {
        let PushedUnits { re, im } = pushed;
        let mut rotations = self.rotations;
        let neighbours = run
            .port
            .and_then(|port| Some((re.neighbours(port)?, im.neighbours(port)?)));
        if let Some(([upper_re, lower_re], [upper_im, lower_im])) = neighbours {
            if run.len == RUN {
                self.pass::<true>(RUN, &mut rotations, upper_re, upper_im, lower_re, lower_im);
            } else {
                let len = run.len;
                self.pass::<false>(len, &mut rotations, upper_re, upper_im, lower_re, lower_im);
            }
        } else {
            // Ports that do not follow each other are gathered and scattered.
            let pairs = &pairs[run.mzis()];
            let mut lanes = [[T::ZERO; RUN]; 4];
            let [upper_re, upper_im, lower_re, lower_im] = &mut lanes;
            for (i, pair) in pairs.iter().enumerate().take(RUN) {
                let (a, b) = (pair.upper as usize, pair.lower as usize);
                (upper_re[i], upper_im[i]) = (re.get(a), im.get(a));
                (lower_re[i], lower_im[i]) = (re.get(b), im.get(b));
            }
            self.pass::<true>(RUN, &mut rotations, upper_re, upper_im, lower_re, lower_im);
            for (i, pair) in pairs.iter().enumerate().take(RUN) {
                let (a, b) = (pair.upper as usize, pair.lower as usize);
                re.set(a, upper_re[i]);
                im.set(a, upper_im[i]);
                re.set(b, lower_re[i]);
                im.set(b, lower_im[i]);
            }
        }
        operations[run.place] = rotations;
    }

    /// What the MZIs make of the phases on their ports: of `phase`, and of what leaves by the ports.
    /// Lanes of ports from `len` on keep what they were, unless all are in use. References of their
    /// own let the compiler know that nothing overlaps.
    #[inline(always)]
    fn pass<const ALL: bool>(
        &self,
        len: usize,
        rotations: &mut Rotations<T>,
        upper_re: &mut Lanes<T>,
        upper_im: &mut Lanes<T>,
        lower_re: &mut Lanes<T>,
        lower_im: &mut Lanes<T>,
    ) {
        for i in 0..RUN {
            let (c, d) = (lower_re[i], lower_im[i]);
            // The phase of the lower port is common to both arms; the upper one enters relative to it.
            let (u, v) = multiply(upper_re[i], upper_im[i], c, -d);
            let phase = multiply(self.rotations.phase_re[i], self.rotations.phase_im[i], u, v);
            [rotations.phase_re[i], rotations.phase_im[i]] = unit(phase);
            let upper = multiply(self.upper[0][i], self.upper[1][i], c, d);
            let lower = multiply(self.lower[0][i], self.lower[1][i], c, d);
            let keep = !ALL && i >= len;
            upper_re[i] = if keep { upper_re[i] } else { upper.0 };
            upper_im[i] = if keep { upper_im[i] } else { upper.1 };
            lower_re[i] = if keep { lower_re[i] } else { lower.0 };
            lower_im[i] = if keep { lower_im[i] } else { lower.1 };
        }
    }
}

/// Lanes beyond the run are computed and dropped, so what is read there does not matter.
#[inline(always)]
pub(super) fn load(values: &[f64], mzis: &Range<usize>) -> Lanes<f64> {
    match values[mzis.start..].first_chunk::<RUN>() {
        Some(all) => *all,
        None => {
            let mut lanes = [0.0; RUN];
            for (lane, &value) in lanes.iter_mut().zip(&values[mzis.clone()]) {
                *lane = value;
            }
            lanes
        }
    }
}
