//! The slow truth: a mesh as the product of the full matrices of its MZIs, each in turn the product
//! of its couplers and phase shifters. Every fast path is checked against it.

use super::hardware::MeshHardware;
use super::phases::MeshPhases;
use crate::component::mzi::mzi_matrix;
use nalgebra::DMatrix;
use num_complex::Complex64;

/// The transfer matrix `U[out, in]`, N x N, in O(N^3).
pub fn matrix(hardware: &MeshHardware, phases: MeshPhases<'_>) -> DMatrix<Complex64> {
    let topology = hardware.topology();
    let mut u = DMatrix::identity(topology.ports(), topology.ports());
    for (mzi, pair) in topology.pairs().iter().enumerate() {
        let [e1, e2] = hardware.errors_rad()[mzi];
        let t = hardware.transmission().map_or(1.0, |t| t[mzi]);
        let m =
            mzi_matrix(phases.theta_rad[mzi], phases.phi_rad[mzi], e1, e2) * Complex64::new(t, 0.0);
        let (a, b) = (pair.upper as usize, pair.lower as usize);
        for column in 0..topology.ports() {
            let (x, y) = (u[(a, column)], u[(b, column)]);
            u[(a, column)] = m[(0, 0)] * x + m[(0, 1)] * y;
            u[(b, column)] = m[(1, 0)] * x + m[(1, 1)] * y;
        }
    }
    for (port, &gamma) in phases.gamma_rad.iter().enumerate() {
        let screen = Complex64::from_polar(1.0, gamma);
        u.row_mut(port).iter_mut().for_each(|x| *x *= screen);
    }
    u
}
