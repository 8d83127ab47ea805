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
//! with this; lossy meshes use the general form.

use super::hardware::{CouplerTerms, MeshHardware};
use super::phases::MeshPhases;
use super::schedule::{RUN, Run};
use super::topology::PortPair;
use crate::real::Real;
use num_complex::Complex64;
use numerics::math::sin_cos;
use numerics::vectorize;
use std::ops::Range;

/// Below this, sin^2 or cos^2 of a mixing angle counts as 0 and its phase, which then has no effect,
/// as 0. Squares of what rounding leaves over are near 1e-33.
const NEGLIGIBLE: f64 = 1e-200;

/// A compiled mesh in the precision `T`.
#[derive(Clone, Debug, Default)]
pub struct Program<T> {
    pub(crate) operations: Operations<T>,
    /// Output phase screen per port, with what was pushed out of the mesh.
    pub(crate) screen: Vec<[T; 2]>,
    /// Phases pushed along the ports during compilation: real parts, imaginary parts. The last
    /// 2 RUN entries belong to no port, so that whole vectors can be read and written.
    pushed: [Vec<f64>; 2],
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
        for (pushed, start) in self.pushed.iter_mut().zip([1.0, 0.0]) {
            pushed.clear();
            pushed.resize(topology.ports() + 2 * RUN, start);
        }
        self.screen.resize(topology.ports(), [T::ZERO; 2]);
        match hardware.transmission() {
            None => self.compile_rotations(hardware, phases),
            Some(transmission) => self.compile_general(hardware, phases, transmission),
        }
        vectorize(#[inline(always)] || {
            let pushed = self.pushed[0].iter().zip(&self.pushed[1]);
            for ((screen, (&re, &im)), &gamma) in
                self.screen.iter_mut().zip(pushed).zip(phases.gamma_rad)
            {
                let (s, c) = sin_cos(gamma);
                let (x, y) = multiply(re, im, c, s);
                *screen = [T::from_f64(x), T::from_f64(y)];
            }
        });
    }

    fn compile_rotations(&mut self, hardware: &MeshHardware, phases: MeshPhases<'_>) {
        let topology = hardware.topology();
        let mut operations = match std::mem::take(&mut self.operations) {
            Operations::Rotations(operations) => operations,
            Operations::General(_) => Default::default(),
        };
        for coefficients in &mut operations {
            coefficients.resize(topology.mzis(), T::ZERO);
        }
        vectorize(
            #[inline(always)]
            || {
                let mut chunk = Chunk::default();
                for run in topology.schedule().runs() {
                    let mzis = run.mzi..run.mzi + run.len;
                    chunk.load(&hardware.couplers, phases, mzis.clone());
                    match run.port {
                        Some(port) => {
                            chunk.take_neighbours(&self.pushed, port);
                            chunk.rotate();
                            chunk.give_neighbours(&mut self.pushed, port, run.len);
                        }
                        None => {
                            chunk.take(&self.pushed, &topology.pairs()[mzis.clone()]);
                            chunk.rotate();
                            chunk.give(&mut self.pushed, &topology.pairs()[mzis]);
                        }
                    }
                    chunk.store(&mut operations, run);
                }
            },
        );
        self.operations = Operations::Rotations(operations);
    }

    fn compile_general(
        &mut self,
        hardware: &MeshHardware,
        phases: MeshPhases<'_>,
        transmission: &[f64],
    ) {
        let mut operations = match std::mem::take(&mut self.operations) {
            Operations::General(operations) => operations,
            Operations::Rotations(_) => Vec::new(),
        };
        operations.resize(hardware.topology().mzis(), [T::ZERO; 8]);
        let terms = &hardware.couplers;
        let slots = hardware.topology().schedule().slots();
        vectorize(#[inline(always)] || {
            for (mzi, &slot) in slots.iter().enumerate() {
                let (s, c) = sin_cos(0.5 * phases.theta_rad[mzi]);
                let t = transmission[mzi];
                let (p_re, p_im) = (c * terms.cos_sum[mzi], s * terms.cos_difference[mzi]);
                let (q_re, q_im) = (-s * terms.sin_difference[mzi], c * terms.sin_sum[mzi]);
                let (g_re, g_im) = (t * c, t * s);
                let (phi_im, phi_re) = sin_cos(phases.phi_rad[mzi]);
                let (m01_re, m01_im) = multiply(q_re, q_im, g_re, g_im);
                let (m11_re, m11_im) = multiply(p_re, -p_im, g_re, g_im);
                let (f_re, f_im) = multiply(g_re, g_im, phi_re, phi_im);
                let (m00_re, m00_im) = multiply(p_re, p_im, f_re, f_im);
                let (m10_re, m10_im) = multiply(-q_re, q_im, f_re, f_im);
                operations[slot as usize] = [
                    T::from_f64(m00_re),
                    T::from_f64(m00_im),
                    T::from_f64(m01_re),
                    T::from_f64(m01_im),
                    T::from_f64(m10_re),
                    T::from_f64(m10_im),
                    T::from_f64(m11_re),
                    T::from_f64(m11_im),
                ];
            }
        });
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

    /// The phase screen at the output, as complex numbers of modulus 1.
    pub fn screen(&self) -> Vec<Complex64> {
        self.screen
            .iter()
            .map(|[re, im]| Complex64::new(re.to_f64(), im.to_f64()))
            .collect()
    }
}

/// (a + i b)(c + i d)
#[inline(always)]
fn multiply(a: f64, b: f64, c: f64, d: f64) -> (f64, f64) {
    (a.mul_add(c, -(b * d)), a.mul_add(d, b * c))
}

/// One number for each of the MZIs that are compiled together.
type Lanes = [f64; RUN];

/// What goes into and comes out of the compilation of up to RUN MZIs of one column. Lanes beyond
/// these hold what was there before, which nobody reads.
#[derive(Default)]
struct Chunk {
    theta: Lanes,
    phi: Lanes,
    cos_sum: Lanes,
    sin_sum: Lanes,
    cos_difference: Lanes,
    sin_difference: Lanes,
    /// Pushed phases of the upper and lower ports, before and after: real, imaginary.
    upper: [Lanes; 2],
    lower: [Lanes; 2],
    /// cos, sin, Re phase, Im phase.
    rotation: [Lanes; 4],
}

#[inline(always)]
fn load(lanes: &mut Lanes, values: &[f64], mzis: &Range<usize>) {
    // Lanes beyond the run are computed and dropped, so what is read there does not matter.
    match values[mzis.start..].first_chunk::<RUN>() {
        Some(all) => *lanes = *all,
        None => lanes[..mzis.len()].copy_from_slice(&values[mzis.clone()]),
    }
}

impl Chunk {
    #[inline(always)]
    fn load(&mut self, terms: &CouplerTerms, phases: MeshPhases<'_>, mzis: Range<usize>) {
        load(&mut self.theta, phases.theta_rad, &mzis);
        load(&mut self.phi, phases.phi_rad, &mzis);
        load(&mut self.cos_sum, &terms.cos_sum, &mzis);
        load(&mut self.sin_sum, &terms.sin_sum, &mzis);
        load(&mut self.cos_difference, &terms.cos_difference, &mzis);
        load(&mut self.sin_difference, &terms.sin_difference, &mzis);
    }

    #[inline(always)]
    fn take_neighbours(&mut self, pushed: &[Vec<f64>; 2], port: usize) {
        for part in 0..2 {
            if let Some(ports) = pushed[part][port..].first_chunk::<{ 2 * RUN }>() {
                for i in 0..RUN {
                    self.upper[part][i] = ports[2 * i];
                    self.lower[part][i] = ports[2 * i + 1];
                }
            }
        }
    }

    #[inline(always)]
    fn give_neighbours(&self, pushed: &mut [Vec<f64>; 2], port: usize, len: usize) {
        for part in 0..2 {
            if let Some(ports) = pushed[part][port..].first_chunk_mut::<{ 2 * RUN }>() {
                for i in 0..RUN {
                    let (upper, lower) = (ports[2 * i], ports[2 * i + 1]);
                    ports[2 * i] = if i < len { self.upper[part][i] } else { upper };
                    ports[2 * i + 1] = if i < len { self.lower[part][i] } else { lower };
                }
            }
        }
    }

    #[inline(always)]
    fn take(&mut self, pushed: &[Vec<f64>; 2], pairs: &[PortPair]) {
        for part in 0..2 {
            let pushed = pushed[part].as_slice();
            for (i, pair) in pairs.iter().enumerate().take(RUN) {
                self.upper[part][i] = pushed[pair.upper as usize];
                self.lower[part][i] = pushed[pair.lower as usize];
            }
        }
    }

    #[inline(always)]
    fn give(&self, pushed: &mut [Vec<f64>; 2], pairs: &[PortPair]) {
        for part in 0..2 {
            let pushed = pushed[part].as_mut_slice();
            for (i, pair) in pairs.iter().enumerate().take(RUN) {
                pushed[pair.upper as usize] = self.upper[part][i];
                pushed[pair.lower as usize] = self.lower[part][i];
            }
        }
    }

    #[inline(always)]
    fn store<T: Real>(&self, operations: &mut [Vec<T>; 4], run: &Run) {
        for (lanes, coefficients) in self.rotation.iter().zip(operations) {
            let out = &mut coefficients[run.slot..];
            match out.first_chunk_mut::<RUN>() {
                Some(all) if run.whole => {
                    for i in 0..RUN {
                        all[i] = T::from_f64(lanes[i]);
                    }
                }
                _ => {
                    for (out, &x) in out[..run.len].iter_mut().zip(lanes) {
                        *out = T::from_f64(x);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn rotate(&mut self) {
        for i in 0..RUN {
            let (s, c) = sin_cos(0.5 * self.theta[i]);
            let (phi_im, phi_re) = sin_cos(self.phi[i]);
            let (p_re, p_im) = (c * self.cos_sum[i], s * self.cos_difference[i]);
            let (q_re, q_im) = (-(s * self.sin_difference[i]), c * self.sin_sum[i]);
            let p_square = p_re.mul_add(p_re, p_im * p_im);
            let q_square = q_re.mul_add(q_re, q_im * q_im);
            let (p_norm, q_norm) = (p_square.sqrt(), q_square.sqrt());
            let (has_p, has_q) = (p_square > NEGLIGIBLE, q_square > NEGLIGIBLE);
            let p_divisor = if has_p { p_norm } else { 1.0 };
            let q_divisor = if has_q { q_norm } else { 1.0 };
            let inverse = 1.0 / (p_divisor * q_divisor);
            let (p_inverse, q_inverse) = (inverse * q_divisor, inverse * p_divisor);
            let p_re = if has_p { p_re * p_inverse } else { 1.0 };
            let p_im = if has_p { p_im * p_inverse } else { 0.0 };
            let q_re = if has_q { q_re * q_inverse } else { 1.0 };
            let q_im = if has_q { q_im * q_inverse } else { 0.0 };
            let (upper_re, upper_im) = (self.upper[0][i], self.upper[1][i]);
            let (lower_re, lower_im) = (self.lower[0][i], self.lower[1][i]);
            // p' q'* exp(i phi) and the pushed phase of the upper port relative to the lower
            let (x, y) = multiply(p_re, p_im, q_re, -q_im);
            let (x, y) = multiply(x, y, phi_re, phi_im);
            let (u, v) = multiply(upper_re, upper_im, lower_re, -lower_im);
            let (x, y) = multiply(x, y, u, v);
            // exp(i theta/2) and the pushed phase of the lower port are common to both arms
            let (common_re, common_im) = multiply(lower_re, lower_im, c, s);
            let (a, b) = multiply(common_re, common_im, q_re, q_im);
            let (d, e) = multiply(common_re, common_im, p_re, -p_im);
            self.rotation[0][i] = p_norm;
            self.rotation[1][i] = q_norm;
            self.rotation[2][i] = x;
            self.rotation[3][i] = y;
            self.upper[0][i] = a;
            self.upper[1][i] = b;
            self.lower[0][i] = d;
            self.lower[1][i] = e;
        }
    }
}
