//! Arrays for `numpy.load`.

use npyz::WriterBuilder;
use std::io::{self, Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A named array of f64 in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedArray<'a> {
    /// Its key in the archive.
    pub name: String,
    /// Its extent along each axis; the product is the number of values.
    pub shape: Vec<u64>,
    /// Its values.
    pub values: &'a [f64],
}

/// The key of a layer's array, layers counted from 0: `layer0_theta`.
pub(super) fn array_name(layer: usize, part: &str) -> String {
    format!("layer{layer}_{part}")
}

/// An uncompressed `.npz` archive, as `numpy.savez` makes it. The same arrays give the same bytes:
/// the entries carry the fixed date 1980-01-01.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] when a shape does not fit its values or a name occurs twice.
pub fn npz_bytes(arrays: &[NamedArray<'_>]) -> io::Result<Vec<u8>> {
    let mut entries = Vec::with_capacity(arrays.len());
    for array in arrays {
        let count: u64 = array.shape.iter().product();
        if count != array.values.len() as u64 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "{}: shape {:?} does not fit its values",
                    array.name, array.shape
                ),
            ));
        }
        let mut entry = Vec::new();
        let mut writer = npyz::WriteOptions::new()
            .default_dtype()
            .shape(&array.shape)
            .writer(&mut entry)
            .begin_nd()?;
        writer.extend(array.values)?;
        writer.finish()?;
        entries.push((&array.name[..], entry));
    }
    archive_bytes(&entries)
}

/// An archive of arrays that are `.npy` files already.
///
/// # Errors
/// As [`npz_bytes`], of names.
pub(super) fn archive_bytes(entries: &[(&str, Vec<u8>)]) -> io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, entry) in entries {
        archive
            .start_file(npyz::npz::file_name_from_array_name(name), options)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        archive.write_all(entry)?;
    }
    let bytes = archive.finish().map_err(io::Error::other)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use npyz::npz::NpzArchive;

    fn arrays(values: &[f64]) -> Vec<NamedArray<'_>> {
        vec![
            NamedArray {
                name: "layer0_theta".into(),
                shape: vec![values.len() as u64],
                values,
            },
            NamedArray {
                name: "layer0_prototypes".into(),
                shape: vec![2, values.len() as u64 / 2],
                values,
            },
        ]
    }

    #[test]
    fn arrays_come_back_and_bytes_repeat() {
        let values = [0.1, -0.0, 5e-324, f64::MAX, 1.0 / 3.0, -2.5];
        let bytes = npz_bytes(&arrays(&values)).unwrap();
        assert_eq!(bytes, npz_bytes(&arrays(&values)).unwrap());
        let mut archive = NpzArchive::new(Cursor::new(&bytes)).unwrap();
        for (name, shape) in [("layer0_theta", vec![6]), ("layer0_prototypes", vec![2, 3])] {
            let array = archive.by_name(name).unwrap().unwrap();
            assert_eq!(array.shape(), shape);
            assert_eq!(array.order(), npyz::Order::C);
            let back: Vec<f64> = array.into_vec().unwrap();
            let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&back), bits(&values));
        }
    }

    #[test]
    fn entries_carry_the_fixed_date() {
        let bytes = npz_bytes(&arrays(&[1.0, 2.0])).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        for index in 0..archive.len() {
            let entry = archive.by_index(index).unwrap();
            let date = entry.last_modified().unwrap();
            assert_eq!((date.year(), date.month(), date.day()), (1980, 1, 1));
            assert_eq!((date.hour(), date.minute(), date.second()), (0, 0, 0));
        }
    }

    #[test]
    fn a_wrong_shape_and_a_second_name_are_refused() {
        let mut wrong = arrays(&[1.0, 2.0]);
        wrong[0].shape = vec![3];
        let kind = |arrays: &[NamedArray<'_>]| npz_bytes(arrays).unwrap_err().kind();
        assert_eq!(kind(&wrong), io::ErrorKind::InvalidInput);
        let mut twice = arrays(&[1.0, 2.0]);
        twice[1].name = twice[0].name.clone();
        assert_eq!(kind(&twice), io::ErrorKind::InvalidInput);
    }
}
