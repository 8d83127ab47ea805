//! Phases at which an ideal mesh is a given unitary.

pub(crate) mod clements;
mod diamond;
mod nearest;
pub(crate) mod reck;
pub(crate) mod reduction;
mod redundant;
mod singular;
mod svd;

pub use clements::clements;
pub use diamond::{diamond, diamond_ports};
pub use nearest::{Nearest, nearest_unitary};
pub use reck::reck;
pub use redundant::redundant_clements;
pub use svd::{SvdProgram, attenuation, svd};

use crate::matrix::unitarity_defect;
use nalgebra::DMatrix;
use num_complex::Complex64;
use thiserror::Error;

/// The largest [`unitarity_defect`] of a target. A target with less is decomposed, with an error of
/// that order.
pub const UNITARITY_LIMIT: f64 = 1e-9;

/// Why a matrix cannot be decomposed.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum DecomposeError {
    /// It has no elements.
    #[error("the target matrix is empty")]
    Empty,
    /// It is not square.
    #[error("the target matrix is {rows} x {columns}, not square")]
    NotSquare {
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// An element is NaN or infinite.
    #[error("element ({row}, {column}) of the target matrix is not a finite number")]
    NotFinite {
        /// Its row, 0-based.
        row: usize,
        /// Its column, 0-based.
        column: usize,
    },
    /// It is not unitary.
    #[error(
        "the target matrix is not unitary: |U^H U - 1|_F / sqrt(N) = {residual:e}, \
         at most {UNITARITY_LIMIT:e} allowed"
    )]
    NotUnitary {
        /// Its [`unitarity_defect`].
        residual: f64,
    },
    /// All elements are 0, so no unitary is nearer than another.
    #[error("the target matrix is zero: no unitary is nearer to it than another")]
    Zero,
    /// Its singular values were not found.
    #[error("the singular values of the target matrix were not found in {sweeps} sweeps")]
    NotConverged {
        /// Sweeps done.
        sweeps: usize,
    },
}

/// An error unless `target` is a unitary matrix.
pub(crate) fn check(target: &DMatrix<Complex64>) -> Result<(), DecomposeError> {
    check_shape(target)?;
    let residual = unitarity_defect(target);
    if residual <= UNITARITY_LIMIT {
        Ok(())
    } else {
        Err(DecomposeError::NotUnitary { residual })
    }
}

/// An error unless `target` is a square matrix of numbers.
fn check_shape(target: &DMatrix<Complex64>) -> Result<(), DecomposeError> {
    let (rows, columns) = target.shape();
    if rows != columns {
        return Err(DecomposeError::NotSquare { rows, columns });
    }
    check_elements(target)
}

/// An error unless `target` is a matrix of numbers.
fn check_elements(target: &DMatrix<Complex64>) -> Result<(), DecomposeError> {
    let rows = target.nrows();
    if target.is_empty() {
        return Err(DecomposeError::Empty);
    }
    if let Some(index) = target.iter().position(|x| !x.is_finite()) {
        return Err(DecomposeError::NotFinite {
            row: index % rows,
            column: index / rows,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::haar_unitary;
    use numerics::Streams;

    /// N (N - 1) / 2 rotations of N pairs of elements, whatever the target.
    #[test]
    fn decomposing_costs_the_cube_of_the_size() {
        for ports in [1, 2, 3, 16, 65] {
            let mut stream = Streams::new(1).derive("cost", ports as u64, 0);
            let haar = haar_unitary(ports, &mut stream);
            for target in [haar, DMatrix::identity(ports, ports)] {
                for steps in [clements::steps, reck::steps, diamond::steps] {
                    let rotated = reduction::Reduction::of(&target, steps(ports)).rotated;
                    assert_eq!(rotated, ports * (ports * (ports - 1) / 2));
                }
            }
        }
    }
}
