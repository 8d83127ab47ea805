//! A matrix of complex or real numbers.

use super::header::{Header, split};
use super::{MAX_HEADER, NpyError};
use nalgebra::DMatrix;
use num_complex::Complex64;

/// A matrix, and how exactly a file has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// The elements, `[row, column]`; they may be NaN or infinite.
    pub elements: DMatrix<Complex64>,
    /// Whether the file has them in single precision.
    pub single: bool,
}

/// Bytes of the longest file with a matrix of `most` rows, and one more.
pub(in super::super) fn longest_file(most: u64) -> u64 {
    MAX_HEADER as u64 + 64 + 16 * most * most
}

/// How the numbers are stored.
struct Numbers {
    single: bool,
    complex: bool,
    little: bool,
}

impl Numbers {
    fn parse(descr: &str) -> Option<Self> {
        let (order, kind) = descr.split_at_checked(1)?;
        let little = match order {
            "<" => true,
            ">" => false,
            _ => return None,
        };
        let (complex, single) = match kind {
            "c16" => (true, false),
            "c8" => (true, true),
            "f8" => (false, false),
            "f4" => (false, true),
            _ => return None,
        };
        Some(Self {
            single,
            complex,
            little,
        })
    }

    fn bytes_per_part(&self) -> usize {
        if self.single { 4 } else { 8 }
    }

    fn parts(&self) -> usize {
        if self.complex { 2 } else { 1 }
    }

    fn part(&self, bytes: &[u8]) -> f64 {
        // Of one length the first fits, of the other the second.
        match (<[u8; 4]>::try_from(bytes), <[u8; 8]>::try_from(bytes)) {
            (Ok(word), _) if self.little => f32::from_le_bytes(word).into(),
            (Ok(word), _) => f32::from_be_bytes(word).into(),
            (_, Ok(word)) if self.little => f64::from_le_bytes(word),
            (_, Ok(word)) => f64::from_be_bytes(word),
            _ => f64::NAN,
        }
    }
}

/// Shapes that fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As many rows as columns.
    Square,
    /// Any number of either.
    Any,
}

/// The matrix in a file, with at most `most` rows and columns.
///
/// # Errors
/// The first thing about it that does not fit.
pub(in super::super) fn decode_matrix(
    bytes: &[u8],
    most: u64,
    shape: Shape,
) -> Result<Matrix, NpyError> {
    let (header, data) = split(bytes).ok_or(NpyError::NotNpy)?;
    let header = Header::parse(header).ok_or(NpyError::NotNpy)?;
    let Some(numbers) = Numbers::parse(&header.descr) else {
        return Err(NpyError::Type {
            found: header.descr.escape_default().to_string(),
            needed: "complex128, complex64, float64 or float32",
        });
    };
    let fits = |size: u64| (1..=most).contains(&size);
    let (rows, columns) = match header.shape[..] {
        [rows, columns]
            if fits(rows) && fits(columns) && (shape == Shape::Any || rows == columns) =>
        {
            (rows as usize, columns as usize)
        }
        _ => {
            return Err(NpyError::Shape {
                found: header.shape,
                needed: match shape {
                    Shape::Square => format!("(N, N) with N from 1 to {most}"),
                    Shape::Any => format!("(M, N) with M and N from 1 to {most}"),
                },
            });
        }
    };
    let part = numbers.bytes_per_part();
    let element = part * numbers.parts();
    let needed = rows * columns * element;
    if data.len() != needed {
        let short = data.len() < needed;
        return Err(NpyError::Length { short });
    }
    let elements = data.chunks_exact(element).map(|bytes| {
        let (re, im) = bytes.split_at(part);
        let im = if im.is_empty() { 0.0 } else { numbers.part(im) };
        Complex64::new(numbers.part(re), im)
    });
    let elements = if header.fortran_order {
        DMatrix::from_iterator(rows, columns, elements)
    } else {
        DMatrix::from_iterator(columns, rows, elements).transpose()
    };
    Ok(Matrix {
        elements,
        single: numbers.single,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::npy;
    use super::*;

    fn header(descr: &str, shape: &str, fortran: bool) -> String {
        let fortran = if fortran { "True" } else { "False" };
        format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n")
    }

    #[test]
    fn a_matrix_need_not_be_square() {
        let data: Vec<u8> = (0..6).flat_map(|x| f64::from(x).to_le_bytes()).collect();
        for fortran in [false, true] {
            let bytes = npy(1, &header("<f8", "(2, 3)", fortran), &data);
            let found = decode_matrix(&bytes, 3, Shape::Any).unwrap().elements;
            assert_eq!(found.shape(), (2, 3));
            assert_eq!(found[(0, 1)].re, if fortran { 2.0 } else { 1.0 });
            assert!(decode_matrix(&bytes, 3, Shape::Square).is_err());
            let error = decode_matrix(&bytes, 2, Shape::Any)
                .unwrap_err()
                .to_string();
            assert!(
                error.ends_with("(M, N) with M and N from 1 to 2 is needed"),
                "{error}"
            );
        }
    }

    #[test]
    fn every_kind_of_number_in_every_order() {
        let rows: [[f64; 2]; 4] = [[1.0, -2.0], [3.5, 0.25], [-0.5, 8.0], [0.0, 1.0]];
        for (descr, complex, single) in [
            ("<c16", true, false),
            (">c16", true, false),
            ("<c8", true, true),
            (">c8", true, true),
            ("<f8", false, false),
            (">f8", false, false),
            ("<f4", false, true),
            (">f4", false, true),
        ] {
            let mut data = Vec::new();
            for element in rows {
                for &part in &element[..if complex { 2 } else { 1 }] {
                    match (single, descr.starts_with('<')) {
                        (true, true) => data.extend((part as f32).to_le_bytes()),
                        (true, false) => data.extend((part as f32).to_be_bytes()),
                        (false, true) => data.extend(part.to_le_bytes()),
                        (false, false) => data.extend(part.to_be_bytes()),
                    }
                }
            }
            let elements = rows.map(|[re, im]| Complex64::new(re, if complex { im } else { 0.0 }));
            let expected = DMatrix::from_row_slice(2, 2, &elements);
            for fortran in [false, true] {
                let bytes = npy(1, &header(descr, "(2, 2)", fortran), &data);
                let found = decode_matrix(&bytes, 2, Shape::Square).unwrap();
                assert_eq!(found.single, single, "{descr}");
                let expected = if fortran {
                    expected.transpose()
                } else {
                    expected.clone()
                };
                assert_eq!(found.elements, expected, "{descr}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let message = |descr: &str, shape: &str, bytes: usize| {
            let bytes = npy(1, &header(descr, shape, false), &vec![0; bytes]);
            decode_matrix(&bytes, 8, Shape::Square)
                .unwrap_err()
                .to_string()
        };
        for shape in ["(2, 3)", "(4,)", "()", "(0, 0)", "(9, 9)", "(1, 1, 1)"] {
            assert_eq!(
                message("<c16", shape, 64),
                format!("has the shape {shape}, (N, N) with N from 1 to 8 is needed")
            );
        }
        for descr in ["<i8", "|b1", "<c32", "<f2", "|O", "<U3", "é8", ""] {
            assert!(
                message(descr, "(2, 2)", 64)
                    .ends_with("complex128, complex64, float64 or float32 is needed"),
                "{descr}"
            );
        }
        assert_eq!(
            message("<c16", "(2, 2)", 63),
            "is shorter than its shape says"
        );
        assert_eq!(
            message("<c8", "(2, 2)", 33),
            "is longer than its shape says"
        );
        let found = decode_matrix(b"PK", 8, Shape::Square).unwrap_err();
        assert_eq!(found, NpyError::NotNpy);
    }
}
