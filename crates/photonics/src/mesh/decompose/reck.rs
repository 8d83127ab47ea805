//! The decomposition of Reck et al., Phys. Rev. Lett. 73, 58 (1994), doi:10.1103/PhysRevLett.73.58.

use super::reduction::{Reduction, Step};
use super::{DecomposeError, check};
use crate::mesh::triangular::triangular;
use nalgebra::DMatrix;
use num_complex::Complex64;

/// The phases [theta | phi | gamma] in rad at which the ideal
/// [triangular mesh](crate::mesh::triangular::triangular) is `target`, an N x N unitary `U[out, in]`,
/// in O(N^3).
///
/// Ranges and error are those of [`clements`](super::clements).
///
/// # Errors
/// A target that is not square, not finite or not unitary.
pub fn reck(target: &DMatrix<Complex64>) -> Result<Vec<f64>, DecomposeError> {
    check(target)?;
    let topology = triangular(target.nrows()).map_err(|_| DecomposeError::Empty)?;
    Ok(Reduction::of(target, steps(target.nrows())).phases(&topology))
}

/// The MZIs of the triangular mesh on so many ports, in the order in which they are taken off.
pub(crate) fn steps(ports: usize) -> Vec<Step> {
    let rows = (1..ports).rev();
    rows.flat_map(|row| (0..row).map(move |port| Step::Input { row, port }))
        .collect()
}
