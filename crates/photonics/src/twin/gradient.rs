//! From the sums of a reverse pass to the gradient of all phases.
//!
//! With F the fields, G the cotangents and z = Im sum G* F at a port, a phase on that port has the
//! gradient -z. No loss and no phase on the way along a port changes z, so that phi takes it at the
//! upper input of its MZI and gamma at its output. Within an MZI
//!
//! ```text
//! dU/dtheta = i B(e2) diag(1, 0) B(e2)^H U
//! B(e) diag(1, 0) B(e)^H = (1 + cos 2a Z + sin 2a Y) / 2        a = pi/4 + e
//! dL/dtheta = -(z_u + z_l + cos 2a (z_u - z_l)) / 2 + sin 2a Re sum (G_u* F_l - G_l* F_u) / 2
//! ```
//! all behind it (X, Y and Z of Pauli). A coupler turns as dB(e)/de = i X B(e), so that
//!
//! ```text
//! dL/de2 = -Im sum (G_u* F_l + G_l* F_u)
//! dL/de1 = cos theta dL/de2 - sin theta (cos 2a Re sum (G_u* F_l - G_l* F_u) + sin 2a (z_u - z_l))
//! ```
//! where nothing is lost: X goes through the MZI by U X U^H. Every linear device leaves the sum of z over its ports as it is;
//! behind which of both inputs it belongs is, for rotations,
//! z_u before = c^2 z_u + s^2 z_l - c s Im sum (g_u* f_l + g_l* f_u).

use crate::mesh::hardware::Form;
use crate::mesh::program::Operations;
use crate::mesh::rotation::pushed_difference;
use crate::mesh::schedule::RUN;
use crate::mesh::{MeshHardware, Topology};
use crate::real::Real;
use libm::{cos, sin};
use numerics::vectorize;

/// The sums over some samples.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    /// Im sum g* f of every port behind the mesh.
    pub(super) outputs: Vec<f64>,
    /// Two per MZI, run by run in the order of computation.
    pub(super) runs: Vec<[[f64; RUN]; 2]>,
}

impl Sums {
    /// All 0.
    pub(super) fn reset(&mut self, topology: &Topology) {
        self.outputs.clear();
        self.outputs.resize(topology.ports(), 0.0);
        self.runs.clear();
        let runs = topology.schedule().runs().len();
        self.runs.resize(runs, [[0.0; RUN]; 2]);
    }

    /// Adds those of other samples.
    pub(super) fn add(&mut self, other: &Self) {
        let outputs = self.outputs.iter_mut().zip(&other.outputs);
        outputs.for_each(|(sum, x)| *sum += x);
        let lanes = self.runs.as_flattened_mut().as_flattened_mut();
        let others = other.runs.as_flattened().as_flattened();
        lanes.iter_mut().zip(others).for_each(|(sum, x)| *sum += x);
    }
}

/// What of a mesh enters its gradients beside its phases.
#[derive(Clone, Debug)]
pub(super) struct Gradient {
    /// cos 2a / 2 and sin 2a / 2 of the output couplers.
    couplers: Vec<[f64; 2]>,
    /// Im sum g* f on each port, on the way back.
    overlaps: Vec<f64>,
}

impl Gradient {
    /// # Panics
    /// When the mesh has other cells than MZIs: an error of the caller.
    pub(super) fn new(hardware: &MeshHardware) -> Self {
        let uniform = hardware.topology().is_uniform();
        assert!(uniform, "the gradient knows meshes of MZIs alone");
        let errors = hardware.errors_rad().iter();
        Self {
            couplers: errors
                .map(|[_, e2]| [-0.5 * sin(2.0 * e2), 0.5 * cos(2.0 * e2)])
                .collect(),
            overlaps: Vec::new(),
        }
    }

    /// Writes dL/d[theta | phi | gamma] per rad and, of a lossless mesh, dL/d[e1, e2] of as many MZIs as
    /// there are places.
    #[allow(
        clippy::too_many_arguments,
        reason = "what it reads and what it writes"
    )]
    pub(super) fn finish<T: Real>(
        &mut self,
        hardware: &MeshHardware,
        operations: &Operations<T>,
        phases_rad: &[f64],
        sums: &Sums,
        gradient: &mut [f64],
        couplers: &mut [[f64; 2]],
    ) {
        let topology = hardware.topology();
        let mzis = topology.mzis();
        let (theta, rest) = gradient.split_at_mut(mzis);
        let (phi, gamma) = rest.split_at_mut(mzis);
        for (gamma, z) in gamma.iter_mut().zip(&sums.outputs) {
            *gamma = -z;
        }
        self.overlaps.clone_from(&sums.outputs);
        let z = &mut self.overlaps[..];
        vectorize(
            #[inline(always)]
            || {
                for run in topology.schedule().runs().iter().rev() {
                    let [difference, second] = &sums.runs[run.place];
                    let pushed = match &hardware.form {
                        Form::Lossless(None) => [[-T::ONE; RUN], [T::ZERO; RUN]],
                        Form::Lossless(Some(terms)) => {
                            pushed_difference(terms, &phases_rad[..mzis], run.mzis())
                        }
                        // Mixed meshes are refused in `new`.
                        Form::Lossy(_) | Form::Mixed(_) => [[T::ONE; RUN], [T::ZERO; RUN]],
                    };
                    let rotations = match operations {
                        Operations::Rotations(rotations) => Some(&rotations[run.place]),
                        Operations::General(_) => None,
                    };
                    for i in (0..run.len).rev() {
                        let mzi = run.mzi + i;
                        let pair = topology.pairs()[mzi];
                        let (upper, lower) = (pair.upper as usize, pair.lower as usize);
                        let (z_upper, z_lower) = (z[upper], z[lower]);
                        let sum = z_upper + z_lower;
                        let (cross, before) = match rotations {
                            Some(r) => {
                                let (re, im) = (pushed[0][i].to_f64(), pushed[1][i].to_f64());
                                let (c, s) = (r.cos[i].to_f64(), r.sin[i].to_f64());
                                let before = (c * c).mul_add(z_upper, s * s * z_lower);
                                (
                                    re.mul_add(difference[i], -(im * second[i])),
                                    (-c * s).mul_add(second[i], before),
                                )
                            }
                            None => (difference[i], second[i]),
                        };
                        let [cosine, sine] = self.couplers[mzi];
                        let axial = cosine.mul_add(z_upper - z_lower, 0.5 * sum);
                        theta[mzi] = sine.mul_add(cross, -axial);
                        if let (Some(errors), Some(_)) = (couplers.get_mut(mzi), rotations) {
                            let (re, im) = (pushed[0][i].to_f64(), pushed[1][i].to_f64());
                            let output = -re.mul_add(second[i], im * difference[i]);
                            let (s, c) = <f64 as Real>::sin_cos(phases_rad[mzi]);
                            let turned = cosine.mul_add(cross, sine * (z_upper - z_lower));
                            *errors = [c.mul_add(output, -2.0 * s * turned), output];
                        }
                        phi[mzi] = -before;
                        z[upper] = before;
                        z[lower] = sum - before;
                    }
                }
            },
        );
    }
}
