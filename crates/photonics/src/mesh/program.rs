//! A mesh compiled for propagation: a flat list of 2x2 operations.
//!
//! # The rotation form
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

use super::general::{GeneralTerms, Matrices};
use super::hardware::{CouplerTerms, Form, MeshHardware};
use super::phases::MeshPhases;
use super::pushed::{Lanes, Pushed};
use super::schedule::{RUN, Run};
use super::topology::{PortPair, Topology};
use crate::real::Real;
use num_complex::Complex64;
use numerics::math::quarter_turn;
use numerics::vectorize;
use rayon::prelude::*;
use std::ops::Range;

/// Runs whose parts are computed together: they stay in the first-level cache.
const BAND: usize = 16;

/// Runs whose parts are computed together by all threads: they stay in the second-level cache.
const PARALLEL_BAND: usize = 64 * BAND;

/// MZIs from which on all threads compile.
const PARALLEL: usize = 1 << 14;

/// A compiled mesh in the precision `T`.
#[derive(Clone, Debug, Default)]
pub struct Program<T> {
    pub(crate) operations: Operations<T>,
    /// Output screen per port, with what was pushed out of the mesh and what is lost there.
    pub(crate) screen: Vec<[T; 2]>,
    pushed: Pushed<T>,
    parts: Vec<Parts<T>>,
    matrices: Vec<Matrices<T>>,
}

/// The 2x2 operations, one per MZI in the order of the schedule.
#[derive(Clone, Debug)]
pub(crate) enum Operations<T> {
    /// cos, sin, Re phase, Im phase
    Rotations([Vec<T>; 4]),
    /// Re and Im of the matrix elements 00, 01, 10, 11.
    General(Vec<[T; 8]>),
}

impl<T> Default for Operations<T> {
    fn default() -> Self {
        Self::Rotations(Default::default())
    }
}

impl<T: Real> Program<T> {
    /// Compiles `hardware` at `phases`.
    pub fn new(hardware: &MeshHardware, phases: MeshPhases<'_>) -> Self {
        let mut program = Self::default();
        program.compile(hardware, phases);
        program
    }

    /// Compiles anew and keeps the memory.
    ///
    /// # Panics
    /// When `phases` does not belong to a mesh of this size: an error of the caller, not of a user.
    pub fn compile(&mut self, hardware: &MeshHardware, phases: MeshPhases<'_>) {
        let topology = hardware.topology();
        assert_eq!(phases.theta_rad.len(), topology.mzis());
        assert_eq!(phases.phi_rad.len(), topology.mzis());
        assert_eq!(phases.gamma_rad.len(), topology.ports());
        self.pushed.reset(topology.ports());
        self.screen.resize(topology.ports(), [T::ZERO; 2]);
        match &hardware.form {
            Form::Lossless(terms) => self.compile_rotations(topology, terms.as_ref(), phases),
            Form::Lossy(terms) => self.compile_general(topology, terms, phases),
        }
        vectorize(
            #[inline(always)]
            || {
                for (port, (screen, &gamma)) in
                    self.screen.iter_mut().zip(phases.gamma_rad).enumerate()
                {
                    let [re, im] = self.pushed.get(port);
                    let (s, c) = T::sin_cos(gamma);
                    *screen = unit(multiply(re, im, c, s));
                }
                if let Some(losses) = hardware.losses() {
                    for (screen, &t) in self.screen.iter_mut().zip(&losses.output) {
                        let t = T::from_f64(t);
                        *screen = screen.map(|x| t * x);
                    }
                }
            },
        );
    }

    fn compile_rotations(
        &mut self,
        topology: &Topology,
        terms: Option<&CouplerTerms>,
        phases: MeshPhases<'_>,
    ) {
        let mut operations = match std::mem::take(&mut self.operations) {
            Operations::Rotations(operations) => operations,
            Operations::General(_) => Default::default(),
        };
        for coefficients in &mut operations {
            coefficients.resize(topology.mzis() + RUN, T::ZERO);
        }
        // The phases that travel along the ports: column after column.
        let pushed = &mut self.pushed;
        in_bands(
            topology,
            &mut self.parts,
            #[inline(always)]
            |parts, run| parts.compute(terms, phases, run.mzis()),
            #[inline(always)]
            |parts, run| push(parts, run, topology.pairs(), pushed, &mut operations),
        );
        self.operations = Operations::Rotations(operations);
    }

    fn compile_general(
        &mut self,
        topology: &Topology,
        terms: &GeneralTerms,
        phases: MeshPhases<'_>,
    ) {
        let mut operations = match std::mem::take(&mut self.operations) {
            Operations::General(operations) => operations,
            Operations::Rotations(_) => Vec::new(),
        };
        operations.resize(topology.mzis(), [T::ZERO; 8]);
        in_bands(
            topology,
            &mut self.matrices,
            #[inline(always)]
            |matrices, run| matrices.compute(terms, phases, run.mzis()),
            #[inline(always)]
            |matrices, run| matrices.store(run, &mut operations),
        );
        self.operations = Operations::General(operations);
    }

    /// Bytes that a compiled mesh of this size takes.
    pub fn memory_bytes(mzis: usize, ports: usize, lossless: bool) -> usize {
        let coefficients = if lossless { 4 } else { 8 };
        mzis * coefficients * size_of::<T>() + ports * (2 * size_of::<T>() + 16)
    }

    /// Fused operations that the propagation of one sample through one MZI takes.
    pub fn operations_per_mzi(&self) -> usize {
        match self.operations {
            Operations::Rotations(_) => 12,
            Operations::General(_) => 16,
        }
    }

    /// The screen at the output, as complex numbers: of modulus 1 where nothing is lost, less elsewhere.
    pub fn screen(&self) -> Vec<Complex64> {
        self.screen
            .iter()
            .map(|[re, im]| Complex64::new(re.to_f64(), im.to_f64()))
            .collect()
    }
}

/// A number of modulus near 1 brought to modulus 1 by one step of Newton: what rounding does to the
/// moduli of pushed phases would add up to columns^1.5 eps.
#[inline(always)]
fn unit<T: Real>((x, y): (T, T)) -> [T; 2] {
    let scale = T::from_f64(-0.5).mul_add(x.mul_add(x, y * y), T::from_f64(1.5));
    [x * scale, y * scale]
}

/// Goes through the runs of a mesh, band by band: `compute` finds what depends on each MZI alone, in
/// parallel where there is much of it; `collect` then follows in propagation order.
fn in_bands<P: Default + Send>(
    topology: &Topology,
    parts: &mut Vec<P>,
    compute: impl Fn(&mut P, &Run) + Sync,
    mut collect: impl FnMut(&P, &Run),
) {
    let runs = topology.schedule().runs();
    let parallel = topology.mzis() >= PARALLEL && rayon::current_num_threads() > 1;
    let band = if parallel { PARALLEL_BAND } else { BAND };
    parts.resize_with(band.min(runs.len()), P::default);
    for runs in runs.chunks(band) {
        let compute = |(parts, runs): (&mut [P], &[Run])| {
            vectorize(
                #[inline(always)]
                || {
                    for (parts, run) in parts.iter_mut().zip(runs) {
                        compute(parts, run);
                    }
                },
            );
        };
        if parallel {
            parts
                .par_chunks_mut(BAND)
                .zip(runs.par_chunks(BAND))
                .for_each(compute);
        } else {
            compute((parts, runs));
        }
        vectorize(
            #[inline(always)]
            || {
                for (parts, run) in parts.iter().zip(runs) {
                    collect(parts, run);
                }
            },
        );
    }
}

/// (a + i b)(c + i d)
#[inline(always)]
pub(super) fn multiply<T: Real>(a: T, b: T, c: T, d: T) -> (T, T) {
    (a.mul_add(c, -(b * d)), a.mul_add(d, b * c))
}

/// What a run of MZIs of one column contributes, whatever light comes in. Lanes beyond the run hold
/// numbers that nobody reads.
#[derive(Clone, Debug, Default)]
struct Parts<T> {
    cos: Lanes<T>,
    sin: Lanes<T>,
    /// p' q'* exp(i phi): real, imaginary.
    phase: [Lanes<T>; 2],
    /// exp(i theta/2) q' and exp(i theta/2) p'*, which leave by the upper and the lower port.
    upper: [Lanes<T>; 2],
    lower: [Lanes<T>; 2],
}

impl<T: Real> Parts<T> {
    #[inline(always)]
    fn compute(
        &mut self,
        terms: Option<&CouplerTerms>,
        phases: MeshPhases<'_>,
        mzis: Range<usize>,
    ) {
        let theta = load(phases.theta_rad, &mzis);
        let phi = load(phases.phi_rad, &mzis);
        let [cos_sum, sin_sum, cos_difference, sin_difference] = match terms {
            Some(terms) => [
                &terms.cos_sum,
                &terms.sin_sum,
                &terms.cos_difference,
                &terms.sin_difference,
            ]
            .map(|values| load(values, &mzis).map(T::from_f64)),
            None => [T::ZERO, T::ONE, T::ONE, T::ZERO].map(|value| [value; RUN]),
        };
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
            let (p_re, p_im) = (c * cos_sum[i], s * cos_difference[i]);
            let (q_re, q_im) = (-(s * sin_difference[i]), c * sin_sum[i]);
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
            let p_re = if has_p { p_re * p_inverse } else { T::ONE };
            let p_im = if has_p { p_im * p_inverse } else { T::ZERO };
            let q_re = if has_q { q_re * q_inverse } else { T::ONE };
            let q_im = if has_q { q_im * q_inverse } else { T::ZERO };
            let (x, y) = multiply(p_re, p_im, q_re, -q_im);
            let (x, y) = multiply(x, y, phi_re, phi_im);
            let (a, b) = multiply(c, s, q_re, q_im);
            let (d, e) = multiply(c, s, p_re, -p_im);
            self.cos[i] = p_norm;
            self.sin[i] = q_norm;
            self.phase[0][i] = x;
            self.phase[1][i] = y;
            self.upper[0][i] = a;
            self.upper[1][i] = b;
            self.lower[0][i] = d;
            self.lower[1][i] = e;
        }
    }
}

impl<T: Real> Parts<T> {
    /// What one MZI makes of the phases on its ports: the phase of its rotation, and the phases that
    /// leave by the upper and the lower port.
    #[inline(always)]
    fn pass(&self, i: usize, upper: [T; 2], lower: [T; 2]) -> [[T; 2]; 3] {
        // The phase of the lower port is common to both arms; the upper one enters relative to it.
        let (u, v) = multiply(upper[0], upper[1], lower[0], -lower[1]);
        let factors = [&self.phase, &self.upper, &self.lower].map(|part| [part[0][i], part[1][i]]);
        let [[p, q], [a, b], [c, d]] = factors;
        [
            unit(multiply(p, q, u, v)),
            multiply(a, b, lower[0], lower[1]).into(),
            multiply(c, d, lower[0], lower[1]).into(),
        ]
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

/// Pushes the phases on the ports of a run through it and stores its rotations.
#[inline(always)]
fn push<T: Real>(
    parts: &Parts<T>,
    run: &Run,
    pairs: &[PortPair],
    pushed: &mut Pushed<T>,
    operations: &mut [Vec<T>; 4],
) {
    let [cos, sin, phase_re, phase_im] = operations
        .each_mut()
        .map(|values| values[run.slot..].first_chunk_mut::<RUN>());
    let (Some(cos), Some(sin), Some(phase_re), Some(phase_im)) = (cos, sin, phase_re, phase_im)
    else {
        return;
    };
    let neighbours = run.port.and_then(|port| pushed.neighbours(port));
    if let Some([[upper_re, upper_im], [lower_re, lower_im]]) = neighbours {
        if run.len == RUN {
            store::<T, true>(run.len, &parts.cos, &parts.sin, cos, sin);
            push_lanes::<T, true>(
                parts, run.len, upper_re, upper_im, lower_re, lower_im, phase_re, phase_im,
            );
        } else {
            store::<T, false>(run.len, &parts.cos, &parts.sin, cos, sin);
            push_lanes::<T, false>(
                parts, run.len, upper_re, upper_im, lower_re, lower_im, phase_re, phase_im,
            );
        }
    } else {
        store::<T, false>(run.len, &parts.cos, &parts.sin, cos, sin);
        for (i, pair) in pairs[run.mzis()].iter().enumerate().take(RUN) {
            let (a, b) = (pair.upper as usize, pair.lower as usize);
            let [p, u, l] = parts.pass(i, pushed.get(a), pushed.get(b));
            [phase_re[i], phase_im[i]] = p;
            pushed.set(a, u);
            pushed.set(b, l);
        }
    }
}

/// Lanes from `len` on keep what they were, unless all are in use.
#[inline(always)]
fn store<T: Real, const ALL: bool>(
    len: usize,
    cos: &Lanes<T>,
    sin: &Lanes<T>,
    cos_out: &mut Lanes<T>,
    sin_out: &mut Lanes<T>,
) {
    for i in 0..RUN {
        let keep = !ALL && i >= len;
        cos_out[i] = if keep { cos_out[i] } else { cos[i] };
        sin_out[i] = if keep { sin_out[i] } else { sin[i] };
    }
}

/// Lanes from `len` on keep what they were, unless all are in use. References of their own let the
/// compiler know that nothing overlaps.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
fn push_lanes<T: Real, const ALL: bool>(
    parts: &Parts<T>,
    len: usize,
    upper_re: &mut Lanes<T>,
    upper_im: &mut Lanes<T>,
    lower_re: &mut Lanes<T>,
    lower_im: &mut Lanes<T>,
    phase_re: &mut Lanes<T>,
    phase_im: &mut Lanes<T>,
) {
    for i in 0..RUN {
        let upper = [upper_re[i], upper_im[i]];
        let lower = [lower_re[i], lower_im[i]];
        let [p, u, l] = parts.pass(i, upper, lower);
        let keep = !ALL && i >= len;
        phase_re[i] = if keep { phase_re[i] } else { p[0] };
        phase_im[i] = if keep { phase_im[i] } else { p[1] };
        upper_re[i] = if keep { upper_re[i] } else { u[0] };
        upper_im[i] = if keep { upper_im[i] } else { u[1] };
        lower_re[i] = if keep { lower_re[i] } else { l[0] };
        lower_im[i] = if keep { lower_im[i] } else { l[1] };
    }
}
