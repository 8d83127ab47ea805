//! Lossless meshes without coupler errors: the phases that travel along the ports are sums of angles.
//!
//! With ideal couplers p = i sin(theta/2) and q = i cos(theta/2) (see `program.rs`), so that p' = q' = i
//! whatever the phases are, and
//!
//! ```text
//! exp(i theta/2) [[i s, i c], [i c, -i s]]
//!     = diag(i exp(i theta/2), -i exp(i theta/2)) [[s, c], [-c, s]]        s, c of theta/2
//! ```
//!
//! What leaves by both ports is theta/2 beside what came by the lower port, a quarter turn more on the
//! upper one and less on the lower one. Whole quarter turns are counted apart, so that no sum exceeds
//! one of them and each column adds a rounding of 1e-16 rad; the sine and cosine of the sum are taken
//! once, where a product of unit numbers would have to be kept from losing its modulus.

use super::phases::MeshPhases;
use super::pushed::{Lanes, Pushed};
use super::rotation::{Rotations, load};
use super::schedule::{RUN, Run};
use super::topology::PortPair;
use crate::real::Real;
use numerics::math::quarter_turn;

/// The phase on each port: an angle in rad, at most an eighth of a turn, and quarter turns modulo 4 in
/// the low bits.
#[derive(Clone, Debug, Default)]
pub(super) struct PushedAngles {
    angles_rad: Pushed<f64>,
    /// As wide as the angles, so that both are computed in the same registers.
    quarters: Pushed<u64>,
}

impl PushedAngles {
    /// No phase on any of `ports` ports.
    pub(super) fn reset(&mut self, ports: usize) {
        self.angles_rad.reset(ports, 0.0);
        self.quarters.reset(ports, 0);
    }

    /// Sine and cosine of the phase on a port and `more_rad`.
    #[inline(always)]
    pub(super) fn sin_cos<T: Real>(&self, port: usize, more_rad: f64) -> (T, T) {
        let (more_rad, more) = quarter_turn(more_rad);
        let (angle, quarters) = quarter_turn(more_rad + self.angles_rad.get(port));
        let quarters = (more + quarters).wrapping_add(self.quarters.get(port) as u32);
        T::sin_cos_on_quarter(T::from_f64(angle), quarters)
    }
}

/// A run of MZIs of one column. Lanes beyond the run hold numbers that nobody reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Straight<T> {
    /// Reduced theta/2 and its quarter turns.
    half: Lanes<T>,
    half_quarters: Lanes<u32>,
    /// The phase of the rotation, reduced, and its quarter turns.
    phase: Lanes<T>,
    phase_quarters: Lanes<u32>,
    rotations: Rotations<T>,
}

impl<T: Real> Straight<T> {
    /// Adds the phases of a run to what is on its ports.
    #[inline(always)]
    pub(super) fn enter(
        &mut self,
        phases: MeshPhases<'_>,
        run: &Run,
        pairs: &[PortPair],
        pushed: &mut PushedAngles,
    ) {
        let PushedAngles {
            angles_rad,
            quarters,
        } = pushed;
        let theta = load(phases.theta_rad, &run.mzis());
        let phi = load(phases.phi_rad, &run.mzis());
        let neighbours = run
            .port
            .and_then(|port| Some((angles_rad.neighbours(port)?, quarters.neighbours(port)?)));
        if let Some(([upper_rad, lower_rad], [upper, lower])) = neighbours {
            if run.len == RUN {
                self.add::<true>(RUN, &theta, &phi, upper_rad, lower_rad, upper, lower);
            } else {
                self.add::<false>(run.len, &theta, &phi, upper_rad, lower_rad, upper, lower);
            }
            return;
        }
        // Ports that do not follow each other are gathered and scattered.
        let pairs = &pairs[run.mzis()];
        let (mut upper_rad, mut lower_rad) = ([0.0; RUN], [0.0; RUN]);
        let (mut upper, mut lower) = ([0; RUN], [0; RUN]);
        for (i, pair) in pairs.iter().enumerate().take(RUN) {
            let (a, b) = (pair.upper as usize, pair.lower as usize);
            (upper_rad[i], upper[i]) = (angles_rad.get(a), quarters.get(a));
            (lower_rad[i], lower[i]) = (angles_rad.get(b), quarters.get(b));
        }
        self.add::<true>(
            RUN,
            &theta,
            &phi,
            &mut upper_rad,
            &mut lower_rad,
            &mut upper,
            &mut lower,
        );
        for (i, pair) in pairs.iter().enumerate().take(RUN) {
            let (a, b) = (pair.upper as usize, pair.lower as usize);
            angles_rad.set(a, upper_rad[i]);
            angles_rad.set(b, lower_rad[i]);
            quarters.set(a, upper[i]);
            quarters.set(b, lower[i]);
        }
    }

    /// Lanes from `len` on keep what they were, unless all are in use. References of their own let the
    /// compiler know that nothing overlaps.
    #[allow(clippy::too_many_arguments)]
    #[inline(always)]
    fn add<const ALL: bool>(
        &mut self,
        len: usize,
        theta: &Lanes<f64>,
        phi: &Lanes<f64>,
        upper_rad: &mut Lanes<f64>,
        lower_rad: &mut Lanes<f64>,
        upper: &mut Lanes<u64>,
        lower: &mut Lanes<u64>,
    ) {
        for i in 0..RUN {
            let keep = !ALL && i >= len;
            let (half, half_quarters) = quarter_turn(0.5 * theta[i]);
            self.half[i] = T::from_f64(half);
            self.half_quarters[i] = half_quarters;
            // Reduced before it meets other angles, or what is small of a large one would be lost.
            let (external, external_quarters) = quarter_turn(phi[i]);
            let (phase, quarters) = quarter_turn(external + (upper_rad[i] - lower_rad[i]));
            self.phase[i] = T::from_f64(phase);
            let difference = upper[i].wrapping_sub(lower[i]);
            let quarters = u64::from(external_quarters + quarters);
            self.phase_quarters[i] = quarters.wrapping_add(difference) as u32;
            let (sum, quarters) = quarter_turn(lower_rad[i] + half);
            upper_rad[i] = if keep { upper_rad[i] } else { sum };
            lower_rad[i] = if keep { lower_rad[i] } else { sum };
            let sum = lower[i].wrapping_add(u64::from(half_quarters + quarters));
            upper[i] = if keep { upper[i] } else { sum.wrapping_add(1) };
            lower[i] = if keep { lower[i] } else { sum.wrapping_sub(1) };
        }
    }

    /// The rotations of the run.
    #[inline(always)]
    pub(super) fn rotate(&mut self) {
        let rotations = &mut self.rotations;
        for i in 0..RUN {
            let (s, c) = T::sin_cos_on_quarter(self.half[i], self.half_quarters[i]);
            rotations.cos[i] = s;
            rotations.sin[i] = c;
            let (im, re) = T::sin_cos_on_quarter(self.phase[i], self.phase_quarters[i]);
            rotations.phase_re[i] = re;
            rotations.phase_im[i] = im;
        }
    }

    /// Puts the rotations in their place in the order of computation.
    #[inline(always)]
    pub(super) fn store(&self, run: &Run, operations: &mut [Rotations<T>]) {
        operations[run.place] = self.rotations;
    }
}
