//! The general form: MZIs whose arms may lose light, each a complex 2x2 matrix.
//!
//! With the inner transmissions a, b and the outer ones c, d, and with m = (a + b)/2 and
//! h = (a - b)/2, the matrix B(e2) diag(a exp(i theta), b) B(e1) diag(c exp(i phi), d) is
//!
//! ```text
//!                  [[ x00 C + i y00 S,  i x01 C - y01 S ],     C = cos(theta/2), S = sin(theta/2)
//! exp(i theta/2)    [ i x10 C - y10 S,  x11 C - i y11 S ]] diag(exp(i phi), 1)
//!
//! x00 = c (m cos_sum + h cos_difference)     x01 = d (m sin_sum + h sin_difference)
//! y00 = c (m cos_difference + h cos_sum)     y01 = d (m sin_difference + h sin_sum)
//! x10 = c (m sin_sum - h sin_difference)     x11 = d (m cos_sum - h cos_difference)
//! y10 = c (h sin_sum - m sin_difference)     y11 = d (m cos_difference - h cos_sum)
//! ```
//! The eight numbers belong to the die and are computed once. With balanced arms (h = 0) no
//! difference of nearly equal numbers is taken, so cross and bar states keep their relative precision.

use super::hardware::CouplerTerms;
use super::phases::MeshPhases;
use super::pushed::Lanes;
use super::rotation::{load, multiply};
use super::schedule::{RUN, Run};
use crate::component::mzi::ArmTransmission;
use crate::real::Real;
use numerics::math::quarter_turn;
use std::ops::Range;

/// x00, y00, x01, y01, x10, y10, x11, y11; one entry per MZI each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GeneralTerms([Vec<f64>; 8]);

impl GeneralTerms {
    pub(crate) fn new(couplers: &CouplerTerms, arms: &[ArmTransmission]) -> Self {
        let mut terms: [Vec<f64>; 8] = [(); 8].map(|()| Vec::with_capacity(arms.len()));
        for (mzi, arms) in arms.iter().enumerate() {
            let couplers = [
                couplers.cos_sum[mzi],
                couplers.sin_sum[mzi],
                couplers.cos_difference[mzi],
                couplers.sin_difference[mzi],
            ];
            let values = general_terms(couplers, *arms);
            for (term, value) in terms.iter_mut().zip(values) {
                term.push(value);
            }
        }
        Self(terms)
    }
}

/// x00, y00, x01, y01, x10, y10, x11, y11 of one MZI, from cos and sin of the sum and of the difference
/// of its coupler angles.
pub(super) fn general_terms(
    [cos_sum, sin_sum, cos_difference, sin_difference]: [f64; 4],
    arms: ArmTransmission,
) -> [f64; 8] {
    let m = 0.5 * (arms.inner_upper + arms.inner_lower);
    let h = 0.5 * (arms.inner_upper - arms.inner_lower);
    let (c, d) = (arms.outer_upper, arms.outer_lower);
    [
        c * (m * cos_sum + h * cos_difference),
        c * (m * cos_difference + h * cos_sum),
        d * (m * sin_sum + h * sin_difference),
        d * (m * sin_difference + h * sin_sum),
        c * (m * sin_sum - h * sin_difference),
        c * (h * sin_sum - m * sin_difference),
        d * (m * cos_sum - h * cos_difference),
        d * (m * cos_difference - h * cos_sum),
    ]
}

/// The matrices of a run of MZIs of one column: Re and Im of the elements 00, 01, 10, 11. Lanes beyond
/// the run hold numbers that nobody reads.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Matrices<T>(pub(crate) [Lanes<T>; 8]);

impl<T: Real> Matrices<T> {
    #[inline(always)]
    pub(crate) fn compute(
        &mut self,
        terms: &GeneralTerms,
        phases: MeshPhases<'_>,
        mzis: Range<usize>,
    ) {
        let theta = load(phases.theta_rad, &mzis);
        let phi = load(phases.phi_rad, &mzis);
        let [x00, y00, x01, y01, x10, y10, x11, y11] = terms
            .0
            .each_ref()
            .map(|term| load(term, &mzis).map(T::from_f64));
        // Loops of one type each fill the registers: first all in f64, then all in T.
        let mut angles = [[T::ZERO; RUN]; 2];
        let mut quadrants = [[0; RUN]; 2];
        for i in 0..RUN {
            let (angle, quadrant) = quarter_turn(0.5 * theta[i]);
            (angles[0][i], quadrants[0][i]) = (T::from_f64(angle), quadrant);
            let (angle, quadrant) = quarter_turn(phi[i]);
            (angles[1][i], quadrants[1][i]) = (T::from_f64(angle), quadrant);
        }
        let [re00, im00, re01, im01, re10, im10, re11, im11] = &mut self.0;
        for i in 0..RUN {
            let (s, c) = T::sin_cos_on_quarter(angles[0][i], quadrants[0][i]);
            let (phi_im, phi_re) = T::sin_cos_on_quarter(angles[1][i], quadrants[1][i]);
            let (f_re, f_im) = multiply(c, s, phi_re, phi_im);
            (re00[i], im00[i]) = multiply(x00[i] * c, y00[i] * s, f_re, f_im);
            (re01[i], im01[i]) = multiply(-(y01[i] * s), x01[i] * c, c, s);
            (re10[i], im10[i]) = multiply(-(y10[i] * s), x10[i] * c, f_re, f_im);
            (re11[i], im11[i]) = multiply(x11[i] * c, -(y11[i] * s), c, s);
        }
    }

    /// Puts the matrices of a run in their place in the order of computation.
    #[inline(always)]
    pub(crate) fn store(&self, run: &Run, operations: &mut [Self]) {
        operations[run.place] = *self;
    }
}
