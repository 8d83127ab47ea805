//! Rows of small integers with a label at the end.

use super::Images;
use thiserror::Error;

/// A row that is not what its format says. Rows and columns count from 1.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RowError {
    /// Not comma-separated values.
    #[error("{set}: row {row}: not comma-separated values")]
    Csv {
        /// The data set.
        set: &'static str,
        /// The row.
        row: usize,
        /// The reader's reason.
        source: csv::Error,
    },
    /// The wrong number of columns.
    #[error("{set}: row {row}: {found} columns, {expected} are needed")]
    Columns {
        /// The data set.
        set: &'static str,
        /// The row.
        row: usize,
        /// Columns found.
        found: usize,
        /// Columns of the format.
        expected: usize,
    },
    /// Not an integer of the range.
    #[error("{set}: row {row}, column {column}: \"{text}\" is not a whole number of 0 to {max}")]
    Value {
        /// The data set.
        set: &'static str,
        /// The row.
        row: usize,
        /// The column.
        column: usize,
        /// What stands there.
        text: String,
        /// Largest value allowed.
        max: u16,
    },
    /// The wrong number of rows.
    #[error("{set}: {found} rows, {expected} are needed")]
    Rows {
        /// The data set.
        set: &'static str,
        /// Rows found.
        found: usize,
        /// Rows of the format.
        expected: usize,
    },
}

/// What a file of rows holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    pub(super) set: &'static str,
    pub(super) rows: usize,
    pub(super) pixels: usize,
    pub(super) pixel_max: u16,
    pub(super) classes: u16,
}

/// Reads all rows: pixels, then the label, without a header.
pub(super) fn read(bytes: &[u8], format: &Format) -> Result<Images, RowError> {
    let set = format.set;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut images = Images::default();
    for (index, record) in reader.records().enumerate() {
        let row = index + 1;
        let record = record.map_err(|source| RowError::Csv { set, row, source })?;
        if record.len() != format.pixels + 1 {
            return Err(RowError::Columns {
                set,
                row,
                found: record.len(),
                expected: format.pixels + 1,
            });
        }
        for (column, text) in record.iter().enumerate() {
            let is_label = column == format.pixels;
            let max = if is_label {
                format.classes - 1
            } else {
                format.pixel_max
            };
            let value = text
                .trim()
                .parse::<u16>()
                .ok()
                .filter(|value| *value <= max);
            let value = value.ok_or_else(|| RowError::Value {
                set,
                row,
                column: column + 1,
                text: text.to_owned(),
                max,
            })?;
            if is_label {
                images.labels.push(value);
            } else {
                images.values.push(f32::from(value));
            }
        }
    }
    if images.count() != format.rows {
        return Err(RowError::Rows {
            set,
            found: images.count(),
            expected: format.rows,
        });
    }
    Ok(images)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMAT: Format = Format {
        set: "tiny",
        rows: 2,
        pixels: 3,
        pixel_max: 16,
        classes: 2,
    };

    #[test]
    fn good_rows() {
        let images = read(b"0,1,16,1\n2, 3 ,4,0\n", &FORMAT).unwrap();
        assert_eq!(images.values, [0.0, 1.0, 16.0, 2.0, 3.0, 4.0]);
        assert_eq!(images.labels, [1, 0]);
    }

    #[test]
    fn bad_rows_name_row_and_column() {
        let cases: &[(&[u8], &str)] = &[
            (b"0,1,2,1\n0,1,2\n", "tiny: row 2: 3 columns, 4 are needed"),
            (
                b"0,1,17,1\n0,1,2,1\n",
                "tiny: row 1, column 3: \"17\" is not a whole number of 0 to 16",
            ),
            (
                b"0,1,2,1\n0,1,2,2\n",
                "tiny: row 2, column 4: \"2\" is not a whole number of 0 to 1",
            ),
            (
                b"0,-1,2,1\n",
                "tiny: row 1, column 2: \"-1\" is not a whole number of 0 to 16",
            ),
            (
                b"0,x,2,1\n",
                "tiny: row 1, column 2: \"x\" is not a whole number of 0 to 16",
            ),
            (b"0,\xff,2,1\n", "tiny: row 1: not comma-separated values"),
            (b"0,1,2,1\n", "tiny: 1 rows, 2 are needed"),
            (b"", "tiny: 0 rows, 2 are needed"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(read(bytes, &FORMAT).unwrap_err().to_string(), *expected);
        }
    }
}
