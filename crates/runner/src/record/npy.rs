//! Reads an array as `numpy.save` writes it (NumPy enhancement proposal 1, versions 1 to 3).
//!
//! Files come from people and may be anything, so this takes only plain arrays of floating-point numbers
//! and nothing that a crafted header could inflate or nest.

pub(crate) mod header;
mod matrix;

pub(super) use header::MAX_HEADER;
pub use matrix::{Matrix, Shape};
pub(super) use matrix::{decode_matrix, longest_file};

use header::{Header, split};
use thiserror::Error;

/// Why an array is not the one that is needed.
#[derive(Clone, Debug, Error, PartialEq)]
pub(super) enum NpyError {
    /// No header of a plain array.
    #[error("not a plain array of NumPy")]
    NotNpy,
    /// Another type of numbers.
    #[error("holds numbers of type {found}, {needed} is needed")]
    Type {
        /// As the header has it.
        found: String,
        /// What fits.
        needed: &'static str,
    },
    /// Another shape.
    #[error("has the shape {}, {needed} is needed", tuple(.found))]
    Shape {
        /// Its shape.
        found: Vec<u64>,
        /// What fits.
        needed: String,
    },
    /// Fewer or more bytes than the shape says.
    #[error("is {} than its shape says", if *.short { "shorter" } else { "longer" })]
    Length {
        /// Whether bytes are missing.
        short: bool,
    },
    /// NaN or infinite.
    #[error("value {index} (counted from 0) is {value}, a finite number is needed")]
    NotFinite {
        /// Which value, in row-major order.
        index: usize,
        /// The value.
        value: f64,
    },
}

/// As Python writes a tuple.
fn tuple(shape: &[u64]) -> String {
    match shape {
        [one] => format!("({one},)"),
        _ => {
            let axes: Vec<_> = shape.iter().map(u64::to_string).collect();
            format!("({})", axes.join(", "))
        }
    }
}

/// The finite numbers of an array of one axis, or of one row, at most `most` of them.
///
/// # Errors
/// The first thing about it that does not fit.
pub(super) fn decode_list(bytes: &[u8], most: u64) -> Result<Vec<f64>, NpyError> {
    let (header, _) = split(bytes).ok_or(NpyError::NotNpy)?;
    let found = Header::parse(header).ok_or(NpyError::NotNpy)?.shape;
    match found[..] {
        [count] if (1..=most).contains(&count) => decode(bytes, &[count]),
        [1, count] if (1..=most).contains(&count) => decode(bytes, &[1, count]),
        _ => {
            let needed = format!("(N,) with N from 1 to {most}");
            Err(NpyError::Shape { found, needed })
        }
    }
}

/// The finite numbers of an array of this shape, of one or two axes, in row-major order.
///
/// # Errors
/// The first thing about it that does not fit.
pub(super) fn decode(bytes: &[u8], expected: &[u64]) -> Result<Vec<f64>, NpyError> {
    let (header, data) = split(bytes).ok_or(NpyError::NotNpy)?;
    let header = Header::parse(header).ok_or(NpyError::NotNpy)?;
    let little = match header.descr.as_str() {
        "<f8" => true,
        ">f8" => false,
        _ => {
            let found = header.descr.escape_default().to_string();
            let needed = "float64 ('<f8')";
            return Err(NpyError::Type { found, needed });
        }
    };
    if header.shape != expected {
        let (found, needed) = (header.shape, tuple(expected));
        return Err(NpyError::Shape { found, needed });
    }
    let (words, rest) = data.as_chunks::<8>();
    let count: u64 = expected.iter().product();
    if words.len() as u64 != count || !rest.is_empty() {
        let short = (words.len() as u64) < count;
        return Err(NpyError::Length { short });
    }
    let mut values: Vec<f64> = words
        .iter()
        .map(|&word| match little {
            true => f64::from_le_bytes(word),
            false => f64::from_be_bytes(word),
        })
        .collect();
    if let (true, [rows, columns]) = (header.fortran_order, expected) {
        let (rows, columns) = (*rows as usize, *columns as usize);
        values = (0..rows * columns)
            .map(|index| values[index % columns * rows + index / columns])
            .collect();
    }
    match values.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(NpyError::NotFinite {
            index,
            value: values[index],
        }),
        None => Ok(values),
    }
}

#[cfg(test)]
mod tests {
    use super::header::MAGIC;
    use super::*;
    use proptest::prelude::*;

    pub(super) fn npy(version: u8, header: &str, values: &[u8]) -> Vec<u8> {
        let mut bytes = [MAGIC, &[version, 0]].concat();
        match version {
            1 => bytes.extend((header.len() as u16).to_le_bytes()),
            _ => bytes.extend((header.len() as u32).to_le_bytes()),
        }
        bytes.extend(header.as_bytes());
        bytes.extend(values);
        bytes
    }

    fn words(values: &[f64]) -> Vec<u8> {
        values.iter().flat_map(|x| x.to_le_bytes()).collect()
    }

    const MATRIX: &str = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }   \n";

    #[test]
    fn arrays_in_every_order_and_version() {
        let values = [1.0, -0.0, 5e-324, f64::MAX, 1.0 / 3.0, -2.5];
        for version in 1..=3 {
            let bytes = npy(version, MATRIX, &words(&values));
            assert_eq!(decode(&bytes, &[2, 3]).unwrap(), values);
        }
        let columns = MATRIX.replace("False", "True");
        let bytes = npy(1, &columns, &words(&[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]));
        let rows = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert_eq!(decode(&bytes, &[2, 3]).unwrap(), rows);
        let line = "{\"shape\":(6,),\"descr\":\">f8\",\"fortran_order\":False}";
        let big: Vec<u8> = rows.iter().flat_map(|x| x.to_be_bytes()).collect();
        assert_eq!(decode(&npy(1, line, &big), &[6]).unwrap(), rows);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let message = |bytes: &[u8]| decode(bytes, &[2, 3]).unwrap_err().to_string();
        let values = words(&[0.0; 6]);
        let with = |from: &str, to: &str| npy(1, &MATRIX.replace(from, to), &values);
        assert_eq!(message(&[]), "not a plain array of NumPy");
        assert_eq!(
            message(&with("<f8", "<f4")),
            "holds numbers of type <f4, float64 ('<f8') is needed"
        );
        assert_eq!(
            message(&with("(2, 3)", "(6,)")),
            "has the shape (6,), (2, 3) is needed"
        );
        assert_eq!(
            message(&with("(2, 3)", "()")),
            "has the shape (), (2, 3) is needed"
        );
        assert_eq!(
            message(&npy(1, MATRIX, &values[..47])),
            "is shorter than its shape says"
        );
        let longer = [&values[..], &[0]].concat();
        assert_eq!(
            message(&npy(1, MATRIX, &longer)),
            "is longer than its shape says"
        );
        let nan = words(&[0.0, 0.0, f64::NAN, 0.0, 0.0, 0.0]);
        assert_eq!(
            message(&npy(1, MATRIX, &nan)),
            "value 2 (counted from 0) is NaN, a finite number is needed"
        );
        for bad in [
            with("(2, 3)", "(2, -3)"),
            with("(2, 3)", "(2, 99999999999999999999)"),
            with("(2, 3)", "((((2, 3"),
            with("'<f8'", "[('a', '<f8')]"),
            with("'descr'", "'more'"),
            with("False", "Maybe"),
            npy(4, MATRIX, &values),
            npy(2, &" ".repeat(MAX_HEADER + 1), &values),
        ] {
            assert_eq!(message(&bad), "not a plain array of NumPy");
        }
    }

    #[test]
    fn a_list_has_one_axis_of_a_bounded_length() {
        let line = MATRIX.replace("(2, 3)", "(6,)");
        let values = words(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let list = |header: &str, most| decode_list(&npy(1, header, &values), most);
        assert_eq!(list(&line, 6).unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        for (header, most, shape) in [(&line[..], 5, "(6,)"), (MATRIX, 6, "(2, 3)")] {
            assert_eq!(
                list(header, most).unwrap_err().to_string(),
                format!("has the shape {shape}, (N,) with N from 1 to {most} is needed")
            );
        }
        assert!(list(&line.replace('6', "0"), 6).is_err());
        let row = MATRIX.replace("(2, 3)", "(1, 6)");
        assert_eq!(list(&row, 6).unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert!(list(&row, 5).is_err());
    }

    proptest! {
        #[test]
        fn no_header_panics(header in "\\PC{0,200}", data in prop::collection::vec(any::<u8>(), 0..64)) {
            let bytes = npy(1, &header, &data);
            let _ = decode(&bytes, &[2, 3]);
            let _ = decode_list(&bytes, 8);
            let _ = decode_matrix(&bytes, 8, Shape::Any);
        }

        #[test]
        fn no_change_of_a_header_panics(
            at in 0..MATRIX.len(), to in any::<char>(), cut in 0_usize..120,
        ) {
            let header: String = MATRIX
                .chars()
                .enumerate()
                .map(|(index, c)| if index == at { to } else { c })
                .collect();
            let mut bytes = npy(1, &header, &words(&[0.0; 6]));
            let _ = decode(&bytes, &[2, 3]);
            bytes.truncate(cut);
            let _ = decode(&bytes, &[2, 3]);
        }
    }
}
