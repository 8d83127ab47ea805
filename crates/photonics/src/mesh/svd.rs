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
    use num_complex::Complex64;
    use std::f64::consts::{FRAC_PI_2, PI};

    /// [[3, 0], [4, 5]] / sqrt(45): singular values 1 and 1/3, V at 45 degrees, U = [[1, -3], [3, 1]] / sqrt(10).
    #[test]
    fn a_real_matrix_is_programmed_by_hand() {
        let mesh = MeshHardware::ideal(svd(2).unwrap().into());
        // V^H on the ports (1, 1) and (1, -1) over sqrt(2): theta = pi/2 gives i e^(i pi/4) of it.
        // An attenuator passes i e^(i theta/2) sin(theta/2): theta = pi is -1, and theta/2 = asin(1/3) turns
        // the second port by asin(1/3) + pi/2, which phi of U takes from the first.
        let third = (1.0_f64 / 3.0).asin();
        // U: an MZI is i e^(i theta/2) [[s, c], [c, -s]], wanted [[1, 3], [3, -1]] / sqrt(10) with the second
        // input negative.
        let half = (1.0 / 10.0_f64.sqrt()).asin();
        // Cells: V^H, attenuators 0 and 1, U.
        let theta = [FRAC_PI_2, PI, 2.0 * third, 2.0 * half];
        // What is ahead at the first port: pi against third + pi/2, and then a sign.
        let phi = [0.0, 0.0, 0.0, third + FRAC_PI_2 - PI];
        let common = (FRAC_PI_2 + FRAC_PI_2 / 2.0) + (third + FRAC_PI_2) + (FRAC_PI_2 + half);
        let gamma = [-common; 2];
        let phases = MeshPhases {
            theta_rad: &theta,
            phi_rad: &phi,
            gamma_rad: &gamma,
        };
        let u = mesh.matrix(phases);
        let scale = 45.0_f64.sqrt();
        // U S V^H with U = [[1, 3], [3, -1]] / sqrt(10), S = (1, 1/3), V^H = [[1, 1], [1, -1]] / sqrt(2):
        // the columns of [[3, 0], [4, 5]] with the order of the ports.
        let expected = [[2.0, 0.0], [8.0 / 3.0, 10.0 / 3.0]].map(|row| row.map(|x| x / 20.0_f64.sqrt()));
        for (i, row) in expected.iter().enumerate() {
            for (j, x) in row.iter().enumerate() {
                let error = (u[(i, j)] - Complex64::new(*x, 0.0)).norm();
                assert!(error < 1e-15, "{i} {j}: {} {x} {scale}", u[(i, j)]);
            }
        }
    }
}
