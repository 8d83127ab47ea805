//! The arrangement U S V^H for any matrix up to a scale: a mesh for V^H, a column of attenuators, a mesh for U
//! (Miller, Photon. Res. 1, 1 (2013), doi:10.1364/PRJ.1.000001; with rectangular meshes Shen et al., Nat.
//! Photon. 11, 441 (2017), arXiv:1610.02365).
//!
//! ```text
//!  0 --[ V^H ]--[a]--[ U ]--      N ports: two rectangular meshes, and an attenuator (a) on each port
//!  1 --[     ]--[a]--[   ]--      between them. The light of dark ports and what the attenuators dump
//!  2 --[     ]--[a]--[   ]--      is lost: singular values are at most 1.
//! ```
//! V^H has no output screen of its own: a phase on its outputs is that of the attenuator's port, taken by phi
//! of U and by gamma.

use super::cell::{Cell, Placed};
use super::counts::Counts;
use super::rectangular::{self, rectangular};
use super::topology::{Topology, TopologyError};

/// The arrangement on `ports` ports.
///
/// # Errors
/// No port.
pub fn svd(ports: usize) -> Result<Topology, TopologyError> {
    let mesh = rectangular(ports)?;
    let cells: Vec<Placed> = mesh.placed().collect();
    let columns: Vec<Vec<Placed>> = (0..mesh.columns())
        .map(|column| cells[mesh.column(column)].to_vec())
        .collect();
    let attenuators = (0..ports).map(|port| Placed::on_one(Cell::Attenuator, port));
    let mut all = columns.clone();
    all.push(attenuators.collect());
    all.extend(columns);
    Topology::of_cells("svd", ports, all)
}

/// N(N - 1) MZIs and N attenuators.
pub fn counts(ports: usize) -> Counts {
    let Counts { mzis, columns } = rectangular::counts(ports);
    Counts {
        mzis: 2 * mzis + ports,
        columns: 2 * columns + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::{MeshHardware, MeshPhases};
    use nalgebra::dmatrix;
    use num_complex::Complex64;
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

    /// [[3, 0], [4, 5]] / sqrt(45) has the singular values 1 and 1/3, with
    /// U = [[1, 3], [3, -1]] / sqrt(10) and V^H = [[1, 1], [1, -1]] / sqrt(2).
    #[test]
    fn a_real_matrix_is_programmed_by_hand() {
        let mesh = MeshHardware::ideal(svd(2).unwrap().into());
        // An MZI is i e^(i theta/2) [[s, c], [c, -s]], so theta/2 is pi/4 for V^H and atan(1/3) for U.
        let (v_half, u_half) = (FRAC_PI_4, (1.0_f64 / 3.0).atan());
        // An attenuator passes i e^(i theta/2) sin(theta/2): theta/2 = pi/2 and asin(1/3).
        let third = (1.0_f64 / 3.0).asin();
        // Cells: V^H, attenuators 0 and 1, U.
        let theta = [2.0 * v_half, PI, 2.0 * third, 2.0 * u_half];
        // phi of U takes the phase of the first attenuator to that of the second.
        let phi = [0.0, 0.0, 0.0, third - FRAC_PI_2];
        // i e^(i theta/2) of V^H, of the second attenuator, of U.
        let common = 3.0 * FRAC_PI_2 + v_half + third + u_half;
        let phases = MeshPhases {
            theta_rad: &theta,
            phi_rad: &phi,
            gamma_rad: &[-common; 2],
        };
        let found = mesh.matrix(phases);
        let scale = 45.0_f64.sqrt();
        let expected = dmatrix![3.0 / scale, 0.0; 4.0 / scale, 5.0 / scale].map(Complex64::from);
        assert!((found - expected).norm() < 8.0 * f64::EPSILON);
    }
}
