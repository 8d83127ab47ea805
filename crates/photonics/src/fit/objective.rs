//! How far a mesh is from a target, and the gradient of that.
//!
//! With t = Tr V^H U and the norms n_U = |U|^2, n_V = |V|^2 all objectives are |U - a V|^2 / n:
//!
//! ```text
//! infidelity   a = t / n_V               n = n_U     cotangent of U: 2 (U - a V - (objective) U) / n_U
//! free phase   a = t / |t|               n = n_V                     2 (U - a V) / n_V
//! error        a = 1                     n = n_V                     2 (U - a V) / n_V
//! ```
//! A target of fewer ports than the mesh has is compared with the first rows and columns of U, which are meant
//! by U above.
//!
//! Near the optimum that takes no difference of nearly equal numbers but those of the matrices.

use super::Objective;
use super::cells::CellModel;
use crate::field::FieldBatch;
use crate::mesh::MeshHardware;
use crate::twin::{MeshTwin, Tape};
use nalgebra::DMatrix;
use num_complex::Complex64;
use std::sync::Arc;

/// A mesh, a target, and how often the mesh was asked.
pub(super) struct Evaluator {
    model: Model,
    target: DMatrix<Complex64>,
    target_square: f64,
    objective: Objective,
    evaluations: u64,
    field: FieldBatch<f64>,
    cotangent: FieldBatch<f64>,
}

/// What computes the transfer matrix and takes cotangents back.
enum Model {
    /// Of MZIs.
    Twin(Box<MeshTwin<f64>>, Tape<f64>),
    /// Of any cells.
    Cells(CellModel),
}

/// t = Tr V^H U and n_U, sinusoids of every phase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Overlap {
    pub(super) t: Complex64,
    pub(super) square: f64,
}

impl Evaluator {
    pub(super) fn new(
        hardware: Arc<MeshHardware>,
        target: &DMatrix<Complex64>,
        objective: Objective,
    ) -> Self {
        let ports = hardware.topology().ports();
        let model = match CellModel::new(&hardware) {
            Some(cells) => Model::Cells(cells),
            None => Model::Twin(Box::new(MeshTwin::new(hardware)), Tape::default()),
        };
        Self {
            model,
            target: target.clone(),
            target_square: target.iter().map(Complex64::norm_sqr).sum(),
            objective,
            evaluations: 0,
            field: FieldBatch::dark(ports, ports),
            cotangent: FieldBatch::dark(ports, ports),
        }
    }

    pub(super) fn evaluations(&self) -> u64 {
        self.evaluations
    }

    pub(super) fn objective(&self) -> Objective {
        self.objective
    }

    /// The objective where the overlap is known.
    pub(super) fn value(&self, Overlap { t, square }: Overlap) -> f64 {
        let target = self.target_square;
        let value = match self.objective {
            Objective::Infidelity if square == 0.0 => 1.0,
            Objective::Infidelity => 1.0 - t.norm_sqr() / (square * target),
            Objective::FreePhase => (square + target - 2.0 * t.norm()) / target,
            Objective::Error => (square + target - 2.0 * t.re) / target,
        };
        // Rounding may leave less than 0.
        value.max(0.0)
    }

    /// Light at one input after the other.
    fn send(&mut self, phases_rad: &[f64]) {
        self.evaluations += 1;
        let ports = self.field.ports();
        match &mut self.model {
            Model::Cells(cells) => cells.forward(phases_rad, &mut self.field),
            Model::Twin(twin, tape) => {
                twin.program(phases_rad);
                self.field.resize(ports);
                for port in 0..ports {
                    self.field.set(port, port, Complex64::ONE);
                }
                twin.forward(&mut self.field, tape);
            }
        }
    }

    /// The overlap with the target.
    pub(super) fn overlap(&mut self, phases_rad: &[f64]) -> Overlap {
        self.send(phases_rad);
        self.present()
    }

    /// Of the ports that the target has.
    fn present(&self) -> Overlap {
        let signals = self.target.nrows();
        let (mut t, mut square) = (Complex64::ZERO, 0.0);
        for column in 0..signals {
            for row in 0..signals {
                let u = self.field.get(row, column);
                t += self.target[(row, column)].conj() * u;
                square += u.norm_sqr();
            }
        }
        Overlap { t, square }
    }

    /// The objective and its gradient per rad.
    pub(super) fn value_and_gradient(&mut self, phases_rad: &[f64], gradient: &mut [f64]) -> f64 {
        self.send(phases_rad);
        let Overlap { t, square } = self.present();
        let (ports, signals) = (self.field.ports(), self.target.nrows());
        let (factor, norm) = match self.objective {
            Objective::Infidelity => (t / self.target_square, square),
            Objective::FreePhase => (direction(t), self.target_square),
            Objective::Error => (Complex64::ONE, self.target_square),
        };
        let mut sum = 0.0;
        self.cotangent.resize(ports);
        // What leaves by other ports, or comes from them, counts for nothing.
        for column in 0..ports {
            let from = if column < signals { signals } else { 0 };
            for row in from..ports {
                self.cotangent.set(row, column, Complex64::ZERO);
            }
        }
        for column in 0..signals {
            for row in 0..signals {
                let difference = self.field.get(row, column) - factor * self.target[(row, column)];
                sum += difference.norm_sqr();
                self.cotangent.set(row, column, difference);
            }
        }
        // Nothing comes through whatever the phases: as far as can be.
        if norm == 0.0 {
            gradient.fill(0.0);
            return 1.0;
        }
        let value = sum / norm;
        for column in 0..signals {
            for row in 0..signals {
                let mut g = self.cotangent.get(row, column);
                if self.objective == Objective::Infidelity {
                    g -= value * self.field.get(row, column);
                }
                self.cotangent.set(row, column, g * (2.0 / norm));
            }
        }
        match &mut self.model {
            Model::Cells(cells) => cells.gradient(&self.cotangent, gradient),
            Model::Twin(twin, tape) => {
                twin.vjp(tape, &mut self.field, &mut self.cotangent, gradient);
            }
        }
        value
    }
}

/// t / |t|, and 1 for 0.
pub(super) fn direction(t: Complex64) -> Complex64 {
    let norm = t.norm();
    if norm > 0.0 { t / norm } else { Complex64::ONE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::haar_unitary;
    use crate::mesh::haar::haar_phases;
    use crate::mesh::rectangular::rectangular;
    use crate::mesh::{Cell, MeshPhases, Placed, Topology};
    use numerics::Streams;

    /// With loss |U| depends on the phases, which a lossless mesh would hide.
    #[test]
    fn gradients_are_those_of_differences() {
        let topology = Arc::new(rectangular(5).unwrap());
        let arms = (0..topology.mzis()).map(|mzi| crate::component::mzi::ArmTransmission {
            inner_upper: 0.9 - 0.03 * mzi as f64,
            inner_lower: 0.9,
            outer_upper: 0.8,
            outer_lower: 1.0,
        });
        let losses = crate::mesh::MeshLosses {
            arms: arms.collect(),
            output: vec![0.9; 5],
        };
        let errors = vec![[0.05, -0.1]; topology.mzis()];
        let hardware = Arc::new(MeshHardware::with_losses(topology.clone(), errors, losses));
        let streams = Streams::new(1);
        assert_gradients(&hardware, streams, 5);
        // Of a mesh without loss, what leaves by other ports.
        for signals in 1..5 {
            let errors = vec![[0.05, -0.1]; topology.mzis()];
            let hardware = MeshHardware::new(topology.clone(), errors, None);
            assert_gradients(&Arc::new(hardware), streams, signals);
        }
    }

    /// Every kind of cell, with losses and errors in all.
    #[test]
    fn gradients_of_other_cells_are_those_of_differences() {
        let on_two = |cell| Placed::on_two(cell, 0, 1);
        let one = |cell| vec![Placed::on_one(cell, 1), Placed::on_two(Cell::Mzi, 2, 0)];
        let topology = Topology::of_cells(
            "cells",
            3,
            [
                vec![on_two(Cell::Mzi)],
                one(Cell::Shifter),
                vec![on_two(Cell::Symmetric)],
                one(Cell::Attenuator),
                vec![Placed::on_two(Cell::coupler(0.3), 1, 2)],
                one(Cell::Loss { loss_db: 0.7 }),
                vec![on_two(Cell::Crossing)],
                vec![Placed::on_two(Cell::Symmetric, 2, 1)],
            ],
        );
        let topology = Arc::new(topology.unwrap());
        let arms = (0..topology.mzis()).map(|cell| crate::component::mzi::ArmTransmission {
            inner_upper: 0.95 - 0.02 * cell as f64,
            inner_lower: 0.9,
            outer_upper: 0.8,
            outer_lower: 0.97,
        });
        let losses = crate::mesh::MeshLosses {
            arms: arms.collect(),
            output: vec![0.9, 0.8, 1.0],
        };
        let errors = vec![[0.05, -0.1]; topology.mzis()];
        let hardware = Arc::new(MeshHardware::with_losses(topology, errors, losses));
        assert_gradients(&hardware, Streams::new(2), 3);
        assert_gradients(&hardware, Streams::new(2), 2);
        let phases = haar_phases(hardware.topology(), &mut Streams::new(3).derive("p", 0, 0));
        let (mut cells, mut found) = (CellModel::new(&hardware).unwrap(), FieldBatch::dark(3, 3));
        cells.forward(&phases, &mut found);
        let mzis = hardware.topology().mzis();
        let expected = hardware.matrix(MeshPhases::split(&phases, mzis, 3).unwrap());
        for (port, row) in expected.row_iter().enumerate() {
            for (sample, x) in row.iter().enumerate() {
                // A few roundings per column.
                let error = (found.get(port, sample) - x).norm();
                assert!(error < 64.0 * f64::EPSILON, "{port} {sample}: {error:e}");
            }
        }
    }

    fn assert_gradients(hardware: &Arc<MeshHardware>, streams: Streams, signals: usize) {
        let topology = hardware.topology();
        let target = haar_unitary(signals, &mut streams.derive("target", 0, 0));
        let phases = haar_phases(topology, &mut streams.derive("phases", 0, 0));
        for objective in [
            Objective::Infidelity,
            Objective::FreePhase,
            Objective::Error,
        ] {
            let mut evaluator = Evaluator::new(hardware.clone(), &target, objective);
            let mut gradient = vec![0.0; phases.len()];
            let value = evaluator.value_and_gradient(&phases, &mut gradient);
            let overlap = evaluator.overlap(&phases);
            assert!((evaluator.value(overlap) - value).abs() < 16.0 * f64::EPSILON);
            // Truncation and rounding are each of the order of eps^(2/3); the third derivative of |t| grows as
            // 1/|t|^2 where little light comes to the ports of the target.
            let steepness = 1.0 + 1.0 / overlap.t.norm_sqr();
            let step = f64::EPSILON.cbrt();
            for (index, gradient) in gradient.iter().enumerate() {
                let mut at = |shift: f64| {
                    let mut moved = phases.clone();
                    moved[index] += shift;
                    let overlap = evaluator.overlap(&moved);
                    evaluator.value(overlap)
                };
                let expected = (at(step) - at(-step)) / (2.0 * step);
                let error = (gradient - expected).abs();
                assert!(
                    error < 4.0 * steepness * step * step,
                    "{objective:?} {index}: {error:e}"
                );
            }
        }
    }
}
