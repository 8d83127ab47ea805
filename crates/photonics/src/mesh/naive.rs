//! The slow truth: a mesh as the product of the full matrices of its MZIs, each in turn the product
//! of its couplers and arms. Every fast path is checked against it.

use super::hardware::MeshHardware;
use super::phases::MeshPhases;
use crate::component::mzi::{lossy_mzi_matrix, mzi_matrix};
use nalgebra::DMatrix;
use num_complex::Complex64;

/// The transfer matrix `U[out, in]`, N x N, in O(N^3).
pub fn matrix(hardware: &MeshHardware, phases: MeshPhases<'_>) -> DMatrix<Complex64> {
    let topology = hardware.topology();
    let mut u = DMatrix::identity(topology.ports(), topology.ports());
    for (mzi, pair) in topology.pairs().iter().enumerate() {
        let [e1, e2] = hardware.errors_rad()[mzi];
        let (theta, phi) = (phases.theta_rad[mzi], phases.phi_rad[mzi]);
        let m = match hardware.losses() {
            None => mzi_matrix(theta, phi, e1, e2),
            Some(losses) => lossy_mzi_matrix(theta, phi, e1, e2, losses.arms[mzi]),
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
