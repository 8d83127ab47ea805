//! Archives of arrays as `numpy.savez` and `numpy.savez_compressed` write them.
//!
//! Either `x_train`, `y_train`, `x_test` and `y_test`, as in the `mnist.npz` of Keras, or `x` and `y`.

use super::csv_rows::sides;
use super::file::read_at_most;
use super::raw::{Pixels, RawImages, RawSet};
use crate::record::npy::header::{Header, MAX_HEADER, split};
use std::io::{Cursor, Read};
use thiserror::Error;
use zip::ZipArchive;
use zip::result::ZipError;

/// Why an archive holds no images.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NpzFault {
    /// Not an archive.
    #[error("not an .npz archive: {0}")]
    Archive(ZipError),
    /// An array is missing.
    #[error("has no array {missing}; its arrays are {}", if .found.is_empty() { "none" } else { .found })]
    Missing {
        /// What is missing.
        missing: &'static str,
        /// What is there.
        found: String,
    },
    /// An array cannot be unpacked.
    #[error("{array}: cannot be read: {cause}")]
    Unpack {
        /// The array.
        array: &'static str,
        /// The reader's reason.
        cause: ZipError,
    },
    /// An array that does not fit.
    #[error("{array}: {fault}")]
    Array {
        /// The array.
        array: &'static str,
        /// What does not fit.
        fault: ArrayFault,
    },
}

/// Why an array does not fit.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ArrayFault {
    /// No header of a plain array.
    #[error("not a plain array of NumPy")]
    NotNpy,
    /// Another type of numbers.
    #[error("holds values of type {0}; integers and floating-point numbers are read")]
    Type(String),
    /// Another shape.
    #[error("has the shape {found:?}, {needed} is needed")]
    Shape {
        /// Its shape.
        found: Vec<u64>,
        /// What fits.
        needed: String,
    },
    /// Columns before rows.
    #[error("is in Fortran order")]
    Order,
    /// More than is read.
    #[error("is too large: its shape is {found:?}, at most {most} bytes are read")]
    TooLarge {
        /// Its shape.
        found: Vec<u64>,
        /// The limit.
        most: u64,
    },
    /// Fewer or more bytes than the shape says.
    #[error("is {} than its shape says", if *.short { "shorter" } else { "longer" })]
    Length {
        /// Whether bytes are missing.
        short: bool,
    },
    /// Not a value of a pixel or a label.
    #[error("value {index} (counted from 0) is {value}, {needed} is needed")]
    Value {
        /// Which value, in row-major order.
        index: usize,
        /// The value.
        value: f64,
        /// What fits.
        needed: &'static str,
    },
}

impl NpzFault {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Archive(_) | Self::Unpack { .. } => {
                "write it with numpy.savez or numpy.savez_compressed"
            }
            Self::Missing { .. } => {
                "name the arrays x_train, y_train, x_test and y_test, or x and y to be split"
            }
            Self::Array { fault, .. } => match fault {
                ArrayFault::Order => "write numpy.ascontiguousarray of it",
                ArrayFault::Shape { .. } => {
                    "images are (N, rows, columns) or (N, pixels), labels (N,)"
                }
                ArrayFault::TooLarge { .. } => "write fewer images, or as uint8",
                _ => "write it with numpy.savez, images as uint8 or float32, labels as integers",
            },
        }
    }
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Reads the images of an archive; no array may have more than `most` bytes.
pub(super) fn read(file: &[u8], most: u64) -> Result<RawSet, NpzFault> {
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(NpzFault::Archive)?;
    let mut names: Vec<String> = archive
        .file_names()
        .filter_map(|name| Some(name.ok()?.to_string()))
        .filter_map(|name| Some(name.strip_suffix(".npy")?.to_owned()))
        .collect();
    names.sort();
    let has = |name: &str| names.iter().any(|found| found == name);
    let needed: &[&'static str] = match has("x") && !has("x_train") {
        true => &["x", "y"],
        false => &["x_train", "y_train", "x_test", "y_test"],
    };
    if let Some(missing) = needed.iter().find(|name| !has(name)) {
        let found = names.join(", ").chars().take(120).collect();
        return Err(NpzFault::Missing { missing, found });
    }
    match *needed {
        [x, y] => Ok(RawSet::Whole(pair(&mut archive, x, y, most)?)),
        _ => {
            let train = pair(&mut archive, "x_train", "y_train", most)?;
            let test = pair(&mut archive, "x_test", "y_test", most)?;
            if (test.height, test.width) != (train.height, train.width) {
                let found = vec![test.count() as u64, test.height as u64, test.width as u64];
                let needed = format!("(N, {}, {})", train.height, train.width);
                let fault = ArrayFault::Shape { found, needed };
                return Err(NpzFault::Array {
                    array: "x_test",
                    fault,
                });
            }
            Ok(RawSet::Split { train, test })
        }
    }
}

fn pair(
    archive: &mut Archive<'_>,
    x: &'static str,
    y: &'static str,
    most: u64,
) -> Result<RawImages, NpzFault> {
    let at = |array| move |fault| NpzFault::Array { array, fault };
    let (header, data) = array(archive, x, most)?;
    let (height, width) = size(&header.shape).map_err(at(x))?;
    let bytes = header.descr == "|u1" || header.descr == "u1";
    let (pixels, full_scale) = if bytes {
        (Pixels::Bytes(data), Some(255.0))
    } else {
        let pixel = |value: f64| {
            let value = value as f32;
            // -0 is 0.
            (value.is_finite() && value >= 0.0).then_some(value + 0.0)
        };
        let needed = "a finite number of 0 or more";
        let values = numbers(&header.descr, &data, needed, pixel).map_err(at(x))?;
        (Pixels::Reals(values), None)
    };
    let count = header.shape[0];
    let (header, data) = array(archive, y, most)?;
    if !matches!(header.shape[..], [labels] | [labels, 1] if labels == count) {
        let found = header.shape;
        let needed = format!("({count},)");
        return Err(at(y)(ArrayFault::Shape { found, needed }));
    }
    let label = |value: f64| {
        let fits = value.fract() == 0.0 && (0.0..=65_535.0).contains(&value);
        fits.then_some(value as u16)
    };
    let needed = "a whole number of 0 to 65535";
    let labels = numbers(&header.descr, &data, needed, label).map_err(at(y))?;
    Ok(RawImages {
        pixels,
        labels,
        height,
        width,
        full_scale,
    })
}

/// Rows and columns of the images of an array of this shape.
fn size(shape: &[u64]) -> Result<(usize, usize), ArrayFault> {
    let fit = |x: u64| usize::try_from(x).ok().filter(|x| *x > 0);
    let size = match *shape {
        [count, rows, columns] | [count, rows, columns, 1] if count > 0 => {
            fit(rows).zip(fit(columns))
        }
        [count, pixels] if count > 0 => fit(pixels).map(sides),
        _ => None,
    };
    size.ok_or_else(|| ArrayFault::Shape {
        found: shape.to_vec(),
        needed: "(N, rows, columns) or (N, pixels)".to_owned(),
    })
}

/// The header of an array and its bytes, as many as the header says.
fn array(
    archive: &mut Archive<'_>,
    array: &'static str,
    most: u64,
) -> Result<(Header, Vec<u8>), NpzFault> {
    let at = |fault| NpzFault::Array { array, fault };
    let unpack = |cause: ZipError| NpzFault::Unpack { array, cause };
    let mut entry = archive.by_name(&format!("{array}.npy")).map_err(unpack)?;
    let bytes = |entry: &mut dyn Read, most| {
        read_at_most(&mut { entry }, most).map_err(|error| unpack(error.into()))
    };
    // Magic, version and length of the header stand before it.
    let mut begin = bytes(&mut entry, 12 + MAX_HEADER as u64)?;
    let (text, rest) = split(&begin).ok_or_else(|| at(ArrayFault::NotNpy))?;
    let header = Header::parse(text).ok_or_else(|| at(ArrayFault::NotNpy))?;
    let begun = begin.len() - rest.len();
    let Some(size) = bytes_of(&header.descr) else {
        let shown = header.descr.escape_default().take(20).collect();
        return Err(at(ArrayFault::Type(shown)));
    };
    // The order makes no difference to a single axis.
    if header.fortran_order && header.shape.len() > 1 {
        return Err(at(ArrayFault::Order));
    }
    let needed = header
        .shape
        .iter()
        .try_fold(size, |product, axis| product.checked_mul(*axis));
    let Some(needed) = needed.filter(|needed| *needed <= most) else {
        let found = header.shape;
        return Err(at(ArrayFault::TooLarge { found, most }));
    };
    let mut data = begin.split_off(begun);
    if (data.len() as u64) <= needed {
        // One more shows whether there is more, and makes the archive check its sum.
        data.extend(bytes(&mut entry, needed - data.len() as u64 + 1)?);
    }
    if data.len() as u64 != needed {
        let short = (data.len() as u64) < needed;
        return Err(at(ArrayFault::Length { short }));
    }
    Ok((header, data))
}

/// Bytes of a number of a type that is read.
fn bytes_of(descr: &str) -> Option<u64> {
    Some(match descr {
        "|u1" | "u1" | "|i1" | "i1" => 1,
        "<u2" | ">u2" | "<i2" | ">i2" => 2,
        "<u4" | ">u4" | "<i4" | ">i4" | "<f4" | ">f4" => 4,
        "<u8" | ">u8" | "<i8" | ">i8" | "<f8" | ">f8" => 8,
        _ => return None,
    })
}

/// The values of an array of this type, each as `accept` takes it.
fn numbers<T>(
    descr: &str,
    data: &[u8],
    needed: &'static str,
    accept: impl Fn(f64) -> Option<T>,
) -> Result<Vec<T>, ArrayFault> {
    macro_rules! read {
        ($type:ty, $from:ident) => {
            collect(data, |word| <$type>::$from(word) as f64, needed, accept)
        };
    }
    match descr {
        "|u1" | "u1" => read!(u8, from_le_bytes),
        "|i1" | "i1" => read!(i8, from_le_bytes),
        "<u2" => read!(u16, from_le_bytes),
        ">u2" => read!(u16, from_be_bytes),
        "<i2" => read!(i16, from_le_bytes),
        ">i2" => read!(i16, from_be_bytes),
        "<u4" => read!(u32, from_le_bytes),
        ">u4" => read!(u32, from_be_bytes),
        "<i4" => read!(i32, from_le_bytes),
        ">i4" => read!(i32, from_be_bytes),
        "<u8" => read!(u64, from_le_bytes),
        ">u8" => read!(u64, from_be_bytes),
        "<i8" => read!(i64, from_le_bytes),
        ">i8" => read!(i64, from_be_bytes),
        "<f4" => read!(f32, from_le_bytes),
        ">f4" => read!(f32, from_be_bytes),
        "<f8" => read!(f64, from_le_bytes),
        ">f8" => read!(f64, from_be_bytes),
        _ => Err(ArrayFault::Type(descr.escape_default().take(20).collect())),
    }
}

fn collect<T, const N: usize>(
    data: &[u8],
    number: impl Fn([u8; N]) -> f64,
    needed: &'static str,
    accept: impl Fn(f64) -> Option<T>,
) -> Result<Vec<T>, ArrayFault> {
    let (words, _) = data.as_chunks::<N>();
    let mut values = Vec::with_capacity(words.len());
    for (index, word) in words.iter().enumerate() {
        let value = number(*word);
        let accepted = accept(value).ok_or(ArrayFault::Value {
            index,
            value,
            needed,
        })?;
        values.push(accepted);
    }
    Ok(values)
}

#[cfg(test)]
mod tests;
