//! The decomposition of Reck et al., Phys. Rev. Lett. 73, 58 (1994), doi:10.1103/PhysRevLett.73.58.

use super::reduction::Reduction;
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
    let ports = target.nrows();
    let topology = triangular(ports).map_err(|_| DecomposeError::Empty)?;
    let mut reduction = Reduction::new(target);
    for row in (1..ports).rev() {
        for port in 0..row {
            reduction.null_from_input(row, port);
        }
    }
    Ok(reduction.phases(&topology))
}
