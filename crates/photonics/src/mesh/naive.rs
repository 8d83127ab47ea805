//! The slow truth: a mesh as the product of the full matrices of its cells, each in turn the product
//! of its couplers and arms. Every fast path is checked against it.

use super::cell::Cell;
use super::hardware::MeshHardware;
use super::phases::MeshPhases;
use crate::component::coupler::{coupler_matrix, coupler_matrix_at};
use crate::component::mzi::{ArmTransmission, lossy_mzi_matrix, mzi_matrix};
use crate::units::loss_db_to_field_ratio;
use nalgebra::{DMatrix, Matrix2};
use num_complex::Complex64;

/// The transfer matrix `U[out, in]`, N x N, in O(N^3).
pub fn matrix(hardware: &MeshHardware, phases: MeshPhases<'_>) -> DMatrix<Complex64> {
    let topology = hardware.topology();
    let mut u = DMatrix::identity(topology.ports(), topology.ports());
    for (cell, pair) in topology.pairs().iter().enumerate() {
        let (theta, phi) = (phases.theta_rad[cell], phases.phi_rad[cell]);
        let errors = hardware.errors_rad()[cell];
        let arms = hardware.losses().map(|losses| losses.arms[cell]);
        let m = match cell_matrix(topology.cell(cell), theta, phi, errors, arms) {
            Transfer::Two(m) => m,
            Transfer::One(factor) => {
                let mut row = u.row_mut(pair.upper as usize);
                row.iter_mut().for_each(|x| *x *= factor);
                continue;
            }
        };
        let (a, b) = (pair.upper as usize, pair.lower as usize);
        for column in 0..topology.ports() {
            let (x, y) = (u[(a, column)], u[(b, column)]);
            u[(a, column)] = m[(0, 0)] * x + m[(0, 1)] * y;
            u[(b, column)] = m[(1, 0)] * x + m[(1, 1)] * y;
        }
    }
    for (port, &gamma) in phases.gamma_rad.iter().enumerate() {
        let t = hardware.losses().map_or(1.0, |losses| losses.output[port]);
        let screen = Complex64::from_polar(t, gamma);
        u.row_mut(port).iter_mut().for_each(|x| *x *= screen);
    }
    u
}

/// What a cell does to the fields on its ports.
enum Transfer {
    One(Complex64),
    Two(Matrix2<Complex64>),
}

fn cell_matrix(
    cell: Cell,
    theta: f64,
    phi: f64,
    [e1, e2]: [f64; 2],
    arms: Option<ArmTransmission>,
) -> Transfer {
    let Some(arms) = arms.or((cell != Cell::Mzi).then_some(ArmTransmission::LOSSLESS)) else {
        return Transfer::Two(mzi_matrix(theta, phi, e1, e2));
    };
    let diagonal = |upper: Complex64, lower: Complex64| {
        Matrix2::new(upper, Complex64::ZERO, Complex64::ZERO, lower)
    };
    let inner_upper = |phase: f64| Complex64::from_polar(arms.inner_upper, phase);
    let inner_lower = |phase: f64| Complex64::from_polar(arms.inner_lower, phase);
    let outer = diagonal(arms.outer_upper.into(), arms.outer_lower.into());
    let plain = diagonal(inner_upper(0.0), inner_lower(0.0)) * outer;
    match cell {
        Cell::Mzi => Transfer::Two(lossy_mzi_matrix(theta, phi, e1, e2, arms)),
        Cell::Symmetric => Transfer::Two(
            coupler_matrix(e2)
                * diagonal(inner_upper(theta), inner_lower(phi))
                * coupler_matrix(e1)
                * outer,
        ),
        Cell::Coupler { angle_rad } => Transfer::Two(coupler_matrix_at(angle_rad + e1) * plain),
        Cell::Crossing => {
            let [zero, one] = [Complex64::ZERO, Complex64::ONE];
            Transfer::Two(Matrix2::new(zero, one, one, zero) * plain)
        }
        Cell::Shifter => Transfer::One(inner_upper(theta) * arms.outer_upper),
        // Nothing comes in at the lower input, and what leaves by the lower output is lost.
        Cell::Attenuator => Transfer::One(lossy_mzi_matrix(theta, 0.0, e1, e2, arms)[(0, 0)]),
        Cell::Loss { loss_db } => Transfer::One(plain[(0, 0)] * loss_db_to_field_ratio(loss_db)),
    }
}
