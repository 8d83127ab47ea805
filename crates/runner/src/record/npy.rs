//! Reads an array as `numpy.save` writes it (NumPy enhancement proposal 1, versions 1 to 3).
//!
//! Files come from people and may be anything, so this takes only plain arrays of float64 and nothing
//! that a crafted header could inflate or nest.

use thiserror::Error;

/// Bytes of the longest header that is read; `numpy` writes 128 for a plain array.
pub(super) const MAX_HEADER: usize = 4096;

const MAGIC: &[u8] = b"\x93NUMPY";

/// Why an array is not the one that is needed.
#[derive(Clone, Debug, Error, PartialEq)]
pub(super) enum NpyError {
    /// No header of a plain array.
    #[error("not a plain array of NumPy")]
    NotNpy,
    /// Another type of numbers.
    #[error("holds numbers of type {found}, float64 ('<f8') is needed")]
    Type {
        /// As the header has it.
        found: String,
    },
    /// Another shape.
    #[error("has the shape {}, {} is needed", tuple(.found), tuple(.expected))]
    Shape {
        /// Its shape.
        found: Vec<u64>,
        /// What fits.
        expected: Vec<u64>,
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
            return Err(NpyError::Type { found });
        }
    };
    if header.shape != expected {
        let (found, expected) = (header.shape, expected.to_vec());
        return Err(NpyError::Shape { found, expected });
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

/// The text of the header, and what follows it.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (&[major, _minor], rest) = rest.split_first_chunk::<2>()?;
    let (length, rest) = if major == 1 {
        let (length, rest) = rest.split_first_chunk::<2>()?;
        (u16::from_le_bytes(*length).into(), rest)
    } else {
        let (length, rest) = rest.split_first_chunk::<4>()?;
        (u32::from_le_bytes(*length) as usize, rest)
    };
    if !(1..=3).contains(&major) || length > MAX_HEADER {
        return None;
    }
    let (header, data) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// The dictionary of a plain array: `{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }`.
#[derive(Debug, PartialEq)]
struct Header {
    descr: String,
    fortran_order: bool,
    shape: Vec<u64>,
}

impl Header {
    fn parse(text: &str) -> Option<Self> {
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        let mut rest = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
        while !rest.is_empty() {
            let (key, after) = quoted(rest)?;
            let value = after.trim_start().strip_prefix(':')?.trim_start();
            let after = match key {
                "descr" => {
                    let (text, after) = quoted(value)?;
                    descr = Some(text.to_owned());
                    after
                }
                "fortran_order" => {
                    let (word, after) =
                        value.split_at(value.find([',', ' ', '}']).unwrap_or(value.len()));
                    fortran_order = Some(match word {
                        "True" => true,
                        "False" => false,
                        _ => return None,
                    });
                    after
                }
                "shape" => {
                    let (inner, after) = value.strip_prefix('(')?.split_once(')')?;
                    shape = Some(axes(inner)?);
                    after
                }
                _ => return None,
            };
            let after = after.trim_start();
            rest = match after.strip_prefix(',') {
                Some(after) => after.trim_start(),
                None if after.is_empty() => after,
                None => return None,
            };
        }
        Some(Self {
            descr: descr?,
            fortran_order: fortran_order?,
            shape: shape?,
        })
    }
}

/// The text between the quotes that `text` begins with, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    text[1..].split_once(quote)
}

/// `2, 3` or `6,` or nothing.
fn axes(text: &str) -> Option<Vec<u64>> {
    let text = text.trim();
    let text = text.strip_suffix(',').unwrap_or(text);
    if text.is_empty() {
        return Some(Vec::new());
    }
    text.split(',')
        .map(|axis| axis.trim().parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn npy(version: u8, header: &str, values: &[u8]) -> Vec<u8> {
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

    proptest! {
        #[test]
        fn no_header_panics(header in "\\PC{0,200}", data in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode(&npy(1, &header, &data), &[2, 3]);
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
