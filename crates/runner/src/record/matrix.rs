//! A transfer matrix as `.npy`, `U[out, in]`.

use super::archive::{Advice, Archive, open};
use super::mesh_phases::MAX_PORTS;
use super::npy::{self, NpyError};
pub use super::npy::{Matrix, Shape};
use super::npz::archive_bytes;
use crate::error::Problem;
use nalgebra::DMatrix;
use npyz::WriterBuilder;
use num_complex::Complex64;
use std::io::{self, Read};
use std::path::Path;

const ADVICE: Advice = Advice {
    give: "give a matrix as numpy.save writes it",
    missing: "--array names the array that holds the matrix",
    shape: "give the matrix alone, U[out, in], one row and one column per port",
    value: "",
};

/// The matrix in a file, of complex128, complex64, float64 or float32.
///
/// # Errors
/// What is wrong with the file, what was found and what is needed.
pub fn read_matrix(path: &Path, shape: Shape) -> Result<Matrix, Problem> {
    let most = npy::longest_file(MAX_PORTS);
    let problem = |why: String, help| Problem::of(path.display(), why, help);
    let mut bytes = Vec::new();
    open(path, &ADVICE)?
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| problem(format!("cannot be read: {error}"), ADVICE.give))?;
    npy::decode_matrix(&bytes, MAX_PORTS, shape).map_err(|error| {
        let help = match error {
            NpyError::Shape { .. } => ADVICE.shape,
            NpyError::Type { .. } => "write it with numpy.save(file, U.astype(complex))",
            NpyError::Length { .. } => "the file is damaged: copy it again",
            _ => ADVICE.give,
        };
        problem(error.to_string(), help)
    })
}

/// The square matrix of this name in an `.npz` archive.
///
/// # Errors
/// What is wrong with the file, what was found and what is needed.
pub fn read_matrix_array(path: &Path, name: &str) -> Result<Matrix, Problem> {
    let place = path.display().to_string();
    Archive::new(&place, open(path, &ADVICE)?, &ADVICE)?.matrix(name, MAX_PORTS)
}

/// A matrix as an array of an `.npz` archive.
///
/// # Errors
/// None in practice: bytes in memory are written.
pub fn matrix_npz_bytes(name: &str, matrix: &DMatrix<Complex64>) -> io::Result<Vec<u8>> {
    archive_bytes(&[(name, matrix_bytes(matrix)?)])
}

/// A matrix as complex128 in row-major order, for `numpy.load`.
///
/// # Errors
/// None in practice: bytes in memory are written.
pub fn matrix_bytes(matrix: &DMatrix<Complex64>) -> io::Result<Vec<u8>> {
    // Columns of the transpose are rows.
    let rows = matrix.transpose();
    let mut bytes = Vec::new();
    let mut writer = npyz::WriteOptions::new()
        .default_dtype()
        .shape(&[matrix.nrows() as u64, matrix.ncols() as u64])
        .writer(&mut bytes)
        .begin_nd()?;
    writer.extend(rows.iter())?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let matrix = DMatrix::from_fn(3, 3, |i, j| Complex64::new(i as f64, -0.1 * j as f64));
        let bytes = matrix_bytes(&matrix).unwrap();
        let found = npy::decode_matrix(&bytes, 3, Shape::Square).unwrap();
        assert_eq!(found.elements, matrix);
        assert!(!found.single);
    }
}
