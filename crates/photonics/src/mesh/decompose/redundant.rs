//! The rectangular mesh with extra columns, which it does not need for a unitary.

use super::clements::steps;
use super::reduction::Reduction;
use super::{DecomposeError, check};
use crate::mesh::redundant_rectangular::redundant_rectangular;
use nalgebra::DMatrix;
use num_complex::Complex64;

/// The phases [theta | phi | gamma] in rad at which the ideal
/// [mesh with extra columns](mod@crate::mesh::redundant_rectangular) is `target`, an N x N unitary
/// `U[out, in]`, in O(N^3 + N `extra_columns`).
///
/// The first N columns are those of [`clements`](super::clements); every MZI of the extra columns is
/// the identity: bar, theta = phi = pi. What the extra columns are for, nearness to a unitary on a die
/// with splitter errors, takes an optimisation, which this is not.
///
/// # Errors
/// A target that is not square, not finite or not unitary.
pub fn redundant_clements(
    target: &DMatrix<Complex64>,
    extra_columns: usize,
) -> Result<Vec<f64>, DecomposeError> {
    check(target)?;
    let topology =
        redundant_rectangular(target.nrows(), extra_columns).map_err(|_| DecomposeError::Empty)?;
    Ok(Reduction::of(target, steps(target.nrows())).phases(&topology))
}
