//! Meshes of any cells, and the gradient of what becomes of their transfer matrix.
//!
//! The twin ([`crate::twin`]) takes fields back through rotations and knows MZIs alone. Here the fields in
//! front of every cell are kept, which takes 16 to 32 bytes per cell and input, and each phase enters its cell
//! as A + exp(i p) B:
//!
//! ```text
//! dM/dp = (M(p + pi/2) - M(p - pi/2)) / 2
//! ```

use crate::field::FieldBatch;
use crate::mesh::MeshHardware;
use crate::mesh::hardware::Form;
use crate::mesh::mixed::{Complex, MixedTerm, Transfer, times, turn};
use num_complex::Complex64;
use numerics::vectorize;
use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

/// A mesh, and the fields of the last light through it: all inputs, lit one at a time.
pub(super) struct CellModel {
    hardware: Arc<MeshHardware>,
    phases_rad: Vec<f64>,
    /// Port by port.
    field: Vec<Complex>,
    /// In front of each cell on its upper and, where it has one, its lower port.
    kept: Vec<Complex>,
}

impl CellModel {
    /// `None` where all cells are MZIs.
    pub(super) fn new(hardware: &Arc<MeshHardware>) -> Option<Self> {
        let Form::Mixed(_) = hardware.form else {
            return None;
        };
        Some(Self {
            hardware: hardware.clone(),
            phases_rad: Vec::new(),
            field: Vec::new(),
            kept: Vec::new(),
        })
    }

    fn terms(&self) -> &[MixedTerm] {
        match &self.hardware.form {
            Form::Mixed(terms) => terms,
            // Checked in `new`.
            _ => &[],
        }
    }

    /// The transfer matrix at these phases, sample by sample; keeps what the way back needs.
    pub(super) fn forward(&mut self, phases_rad: &[f64], out: &mut FieldBatch<f64>) {
        self.phases_rad.clear();
        self.phases_rad.extend_from_slice(phases_rad);
        let (mut field, mut kept) = (
            std::mem::take(&mut self.field),
            std::mem::take(&mut self.kept),
        );
        kept.clear();
        let topology = self.hardware.topology();
        let (ports, cells) = (topology.ports(), topology.mzis());
        field.clear();
        field.resize(ports * ports, [0.0; 2]);
        for port in 0..ports {
            field[port * ports + port] = [1.0, 0.0];
        }
        vectorize(
            #[inline(always)]
            || {
                for (cell, (term, pair)) in self.terms().iter().zip(topology.pairs()).enumerate() {
                    let (theta, phi) = (phases_rad[cell], phases_rad[cells + cell]);
                    let [a, b] = [pair.upper, pair.lower].map(|port| port as usize * ports);
                    kept.extend_from_slice(&field[a..a + ports]);
                    match term.transfer(theta, phi) {
                        Transfer::One(factor) => {
                            for x in &mut field[a..a + ports] {
                                *x = times(factor, *x);
                            }
                        }
                        Transfer::Two(matrix) => {
                            kept.extend_from_slice(&field[b..b + ports]);
                            both(matrix, &mut field, [a, b], ports);
                        }
                    }
                }
                for port in 0..ports {
                    let gamma = turn(self.phases_rad[2 * cells + port]);
                    let t = self
                        .hardware
                        .losses()
                        .map_or(1.0, |losses| losses.output[port]);
                    for x in &mut field[port * ports..(port + 1) * ports] {
                        *x = times(gamma, *x).map(|part| t * part);
                    }
                }
            },
        );
        out.resize(ports);
        for port in 0..ports {
            for sample in 0..ports {
                let [re, im] = field[port * ports + sample];
                out.set(port, sample, Complex64::new(re, im));
            }
        }
        (self.field, self.kept) = (field, kept);
    }

    /// The gradient per rad where this is the cotangent of the transfer matrix, of the last light.
    pub(super) fn gradient(&self, cotangent: &FieldBatch<f64>, gradient: &mut [f64]) {
        let topology = self.hardware.topology();
        let (ports, cells) = (topology.ports(), topology.mzis());
        // Conjugated: then it goes back by the transposed matrices.
        let mut back: Vec<Complex> = Vec::with_capacity(ports * ports);
        for port in 0..ports {
            let samples = (0..ports).map(|sample| cotangent.get(port, sample));
            back.extend(samples.map(|g| [g.re, -g.im]));
        }
        gradient.fill(0.0);
        vectorize(
            #[inline(always)]
            || {
                for port in 0..ports {
                    let samples = port * ports..(port + 1) * ports;
                    // dU/dgamma = i U
                    let [_, im] = sum(&back[samples.clone()], &self.field[samples.clone()]);
                    gradient[2 * cells + port] = -im;
                    let gamma = turn(self.phases_rad[2 * cells + port]);
                    let t = self
                        .hardware
                        .losses()
                        .map_or(1.0, |losses| losses.output[port]);
                    for g in &mut back[samples] {
                        *g = times(gamma, *g).map(|part| t * part);
                    }
                }
                let mut end = self.kept.len();
                let all = self.terms().iter().zip(topology.pairs()).enumerate();
                for (cell, (term, pair)) in all.rev() {
                    let kind = topology.cell(cell);
                    let (theta, phi) = (self.phases_rad[cell], self.phases_rad[cells + cell]);
                    let [a, b] = [pair.upper, pair.lower].map(|port| port as usize * ports);
                    // Sums over the samples of conj(g_i) f_j, and then of their products with dM_ij.
                    let mut sums = [[0.0; 2]; 4];
                    let here = term.transfer(theta, phi);
                    match here {
                        Transfer::One(_) => {
                            end -= ports;
                            sums[0] = sum(&back[a..a + ports], &self.kept[end..end + ports]);
                        }
                        Transfer::Two(_) => {
                            end -= 2 * ports;
                            let (upper, lower) = self.kept[end..end + 2 * ports].split_at(ports);
                            let [g, h] = [a, b].map(|at| &back[at..at + ports]);
                            sums = [sum(g, upper), sum(g, lower), sum(h, upper), sum(h, lower)];
                        }
                    }
                    let slope = |shift: [f64; 2]| {
                        let [plus, minus] = [1.0, -1.0].map(|sign| {
                            let [x, y] = shift.map(|x| sign * x);
                            match term.transfer(theta + x, phi + y) {
                                Transfer::One(m) => [m, [0.0; 2], [0.0; 2], [0.0; 2]],
                                Transfer::Two(m) => m,
                            }
                        });
                        let parts = plus.iter().zip(&minus).zip(&sums);
                        parts
                            .map(|((p, m), s)| 0.5 * times([p[0] - m[0], p[1] - m[1]], *s)[0])
                            .sum::<f64>()
                    };
                    if kind.has_theta() {
                        gradient[cell] = slope([FRAC_PI_2, 0.0]);
                    }
                    if kind.has_phi() {
                        gradient[cells + cell] = slope([0.0, FRAC_PI_2]);
                    }
                    match here {
                        Transfer::One(factor) => {
                            for g in &mut back[a..a + ports] {
                                *g = times(factor, *g);
                            }
                        }
                        Transfer::Two([m00, m01, m10, m11]) => {
                            both([m00, m10, m01, m11], &mut back, [a, b], ports);
                        }
                    }
                }
            },
        );
    }
}

/// Two rows times a matrix.
#[inline(always)]
fn both([m00, m01, m10, m11]: [Complex; 4], field: &mut [Complex], [a, b]: [usize; 2], n: usize) {
    for sample in 0..n {
        let (x, y) = (field[a + sample], field[b + sample]);
        field[a + sample] = add(times(m00, x), times(m01, y));
        field[b + sample] = add(times(m10, x), times(m11, y));
    }
}

#[inline(always)]
fn add([a, b]: Complex, [c, d]: Complex) -> Complex {
    [a + c, b + d]
}

/// The sum of the products.
#[inline(always)]
fn sum(a: &[Complex], b: &[Complex]) -> Complex {
    let products = a.iter().zip(b).map(|(a, b)| times(*a, *b));
    products.fold([0.0; 2], add)
}
