//! Comma-separated values (RFC 4180): an image in a row, its label first or last.

use super::raw::{Pixels, RawImages};
use crate::config::checked::{CsvHeader, LabelColumn};
use thiserror::Error;

/// Why a table holds no images. Lines and columns count from 1.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CsvFault {
    /// Not comma-separated values.
    #[error("not comma-separated values: {0}")]
    Csv(#[from] csv::Error),
    /// No row, or none below the header.
    #[error("holds no images")]
    Empty,
    /// A label without pixels.
    #[error("line {line}: a single column, a label and pixels are needed")]
    OneColumn {
        /// The line.
        line: u64,
    },
    /// A row of another length.
    #[error("line {line}: {found} columns, the first row has {needed}")]
    Columns {
        /// The line.
        line: u64,
        /// Its columns.
        found: usize,
        /// Those of the first row.
        needed: usize,
    },
    /// Not a value of a pixel.
    #[error("line {line}, column {column}: \"{text}\" is not a number of 0 or more")]
    Pixel {
        /// The line.
        line: u64,
        /// The column.
        column: usize,
        /// What stands there, its beginning.
        text: String,
    },
    /// Not a label.
    #[error(
        "line {line}, column {column}: \"{text}\" is not a label, a whole number of 0 to 65535"
    )]
    Label {
        /// The line.
        line: u64,
        /// The column.
        column: usize,
        /// What stands there, its beginning.
        text: String,
    },
}

impl CsvFault {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Label { .. } => "say with data.label_column where the labels stand",
            Self::OneColumn { .. } => "separate the values by commas",
            Self::Pixel { line: 1, .. } => {
                "data.header says whether the first row names the columns"
            }
            _ => "a row is a label and as many pixels as every other",
        }
    }
}

/// Reads all rows. Images of a square number of pixels are square, others a line.
pub(super) fn read(
    file: &[u8],
    label: LabelColumn,
    header: CsvHeader,
) -> Result<RawImages, CsvFault> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(file);
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    let mut columns = None;
    let mut record = csv::StringRecord::new();
    let mut first = true;
    while reader.read_record(&mut record)? {
        let line = record.position().map_or(0, |at| line(file, at));
        let needed = *columns.get_or_insert(record.len());
        if needed < 2 {
            return Err(CsvFault::OneColumn { line });
        }
        if record.len() != needed {
            return Err(CsvFault::Columns {
                line,
                found: record.len(),
                needed,
            });
        }
        let names = std::mem::take(&mut first)
            && match header {
                CsvHeader::Present => true,
                CsvHeader::None => false,
                CsvHeader::Auto => record.iter().any(|field| field.parse::<f64>().is_err()),
            };
        if names {
            continue;
        }
        let label_at = match label {
            LabelColumn::First => 0,
            LabelColumn::Last => needed - 1,
        };
        for (at, field) in record.iter().enumerate() {
            let column = at + 1;
            let text = || field.chars().take(20).collect();
            if at == label_at {
                let label = whole(field).ok_or_else(|| CsvFault::Label {
                    line,
                    column,
                    text: text(),
                })?;
                labels.push(label);
            } else {
                let value = field.parse().ok();
                let value = value.filter(|value: &f32| value.is_finite() && *value >= 0.0);
                let value = value.ok_or_else(|| CsvFault::Pixel {
                    line,
                    column,
                    text: text(),
                })?;
                // -0 is 0.
                values.push(value + 0.0);
            }
        }
    }
    if labels.is_empty() {
        return Err(CsvFault::Empty);
    }
    let (height, width) = sides(values.len() / labels.len());
    Ok(RawImages {
        pixels: Pixels::Reals(values),
        labels,
        height,
        width,
        full_scale: None,
    })
}

/// The line on which a record begins: the reader counts blank ones before it to the record.
fn line(file: &[u8], at: &csv::Position) -> u64 {
    let begin = usize::try_from(at.byte()).unwrap_or(usize::MAX);
    let before = file.get(begin..).unwrap_or_default();
    let before = before
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'));
    at.line() + before.filter(|byte| **byte == b'\n').count() as u64
}

/// A whole number, also as `3.0` and `3e0`.
fn whole(field: &str) -> Option<u16> {
    field.parse().ok().or_else(|| {
        let value: f64 = field.parse().ok()?;
        let fits = value.fract() == 0.0 && (0.0..=65_535.0).contains(&value);
        fits.then_some(value as u16)
    })
}

/// Rows and columns of an image of so many pixels.
pub(super) fn sides(pixels: usize) -> (usize, usize) {
    let side = pixels.isqrt();
    if side * side == pixels {
        (side, side)
    } else {
        (1, pixels)
    }
}

#[cfg(test)]
mod tests;
