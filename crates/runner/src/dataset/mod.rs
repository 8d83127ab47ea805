//! Labelled images as rows of amplitudes.
//!
//! The way of a set: files -> `raw` images as the format has them -> `select`ed by class, permuted,
//! split and limited -> `pixels` cropped and averaged -> `normalise`d to amplitudes of 0 to 1.

mod csv_rows;
mod digits;
mod error;
mod file;
mod function;
mod idx;
mod idx_folder;
mod normalise;
mod npz;
mod pixels;
mod raw;
mod rows;
mod select;

pub use csv_rows::CsvFault;
pub use error::{DataError, FileFault};
pub use file::{DataFile, MAX_BYTES};
pub use function::FunctionSamples;
pub use idx::IdxFault;
pub use npz::{ArrayFault, NpzFault};
pub use rows::RowError;

use crate::config::checked::{Data, DataSet};
use crate::hash::sha256_of;
use normalise::Divisor;
use pixels::Shrink;
use raw::{RawData, RawImages, RawSet, UNSTATED};
use select::ClassOf;
use std::fmt;
use std::path::Path;

/// Labelled images, split into training and test set.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// What messages call it: `digits`, the folder's or the file's name.
    pub name: String,
    /// Images to train on.
    pub train: Images,
    /// Images to test on.
    pub test: Images,
    /// Values per image.
    pub width: usize,
    /// Number of classes, at least 2; labels are below it.
    pub classes: usize,
    /// The label that each class has in the files.
    pub class_labels: Vec<u16>,
    /// Rows of an image.
    pub height_pixels: usize,
    /// Columns of an image.
    pub width_pixels: usize,
    /// Who made it and where it is from.
    pub source: String,
    /// Its licence.
    pub licence: String,
    /// The files that it was read from; none where it ships with the program.
    pub files: Vec<DataFile>,
    /// Memory that reading it took at most, in bytes: files, values as the files have them, amplitudes.
    pub read_bytes: u64,
    /// SHA-256 of amplitudes and classes as they are used, 64 hexadecimal digits: for the training
    /// images and then for the test images, their number and the values per image as little-endian
    /// 64-bit integers, the amplitudes as little-endian f32, the classes as little-endian 16-bit
    /// integers.
    pub sha256: String,
}

/// Images with their labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Images {
    /// Amplitudes of 0 to 1, row-major: images x width.
    pub values: Vec<f32>,
    /// The class of each image.
    pub labels: Vec<u16>,
}

impl Images {
    /// Number of images.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    fn split(&self) -> fzero::Split<'_> {
        fzero::Split {
            values: &self.values,
            labels: &self.labels,
        }
    }
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} train and {} test images of {} x {} pixels, {} classes",
            self.name,
            self.train.count(),
            self.test.count(),
            self.height_pixels,
            self.width_pixels,
            self.classes
        )
    }
}

impl Dataset {
    /// Reads the set that an experiment asks for.
    ///
    /// # Errors
    /// [`DataError`] when a file is missing or not what it should be, or a key does not fit what the
    /// files hold.
    pub fn load(data: &Data) -> Result<Self, DataError> {
        let raw = read(&data.set)?;
        let chosen = select::select(data, &raw.set)?;
        let class_of = ClassOf::new(&chosen.classes);
        let divisor = Divisor::new(data, &raw)?;
        let (height, width) = (raw.set.train().height, raw.set.train().width);
        let shrink = Shrink::new(data, height, width)?;
        let amplitudes = |images: &RawImages, order: &[usize], what| {
            let mut values = Vec::new();
            let mut image = Vec::new();
            for &index in order {
                images.copy(index, &mut image);
                shrink.append(&image, &mut values);
            }
            let (rows, columns) = shrink.size();
            divisor.divide(&mut values, rows * columns, what)?;
            let labels = order
                .iter()
                .filter_map(|&index| class_of.get(images.labels[index]));
            Ok::<_, DataError>(Images {
                values,
                labels: labels.collect(),
            })
        };
        let train = amplitudes(raw.set.train(), &chosen.train, "training")?;
        let test = amplitudes(raw.set.test(), &chosen.test, "test")?;
        let (height_pixels, width_pixels) = shrink.size();
        Ok(Self {
            width: height_pixels * width_pixels,
            sha256: sha256(&train, &test, height_pixels * width_pixels),
            read_bytes: raw.files.iter().map(|file| file.bytes).sum::<u64>()
                + raw.set.bytes()
                + 4 * (train.values.len() + test.values.len()) as u64,
            name: raw.name,
            train,
            test,
            classes: chosen.classes.len(),
            class_labels: chosen.classes,
            height_pixels,
            width_pixels,
            source: raw.source,
            licence: raw.licence.to_owned(),
            files: raw.files,
        })
    }

    /// As a trainer takes it.
    pub fn view(&self) -> fzero::Dataset<'_> {
        fzero::Dataset {
            train: self.train.split(),
            test: self.test.split(),
            width: self.width,
            classes: self.classes,
        }
    }

    /// Training images of each class for people, each with its label in the files: at most 20.
    pub fn shown_per_class(&self) -> String {
        const SHOWN: usize = 20;
        let counts = self.class_labels.iter().zip(self.per_class());
        let shown = counts
            .take(SHOWN)
            .map(|(label, count)| format!("{label}: {count}"));
        let more = if self.classes > SHOWN { ", .." } else { "" };
        shown.collect::<Vec<_>>().join(", ") + more
    }

    /// Training images of each class.
    pub fn per_class(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes];
        for label in &self.train.labels {
            counts[usize::from(*label)] += 1;
        }
        counts
    }
}

fn read(set: &DataSet) -> Result<RawData, DataError> {
    let mut files = Vec::new();
    let (file, source, set) = match set {
        DataSet::Digits => return Ok(digits::load()?),
        DataSet::F1(_) | DataSet::F2(_) => {
            return Err(DataError::Setting {
                key: "data.set",
                why: "samples of a function are no images".into(),
                help: "name a set of images".into(),
            });
        }
        DataSet::Idx {
            folder,
            files,
            prefix,
        } => return idx_folder::load(folder, *files, prefix.as_deref()),
        DataSet::Csv {
            file,
            test_file,
            label_column,
            header,
        } => {
            let mut images = |path: &Path| {
                let bytes = file::read(path, &mut files)?;
                csv_rows::read(&bytes, *label_column, *header)
                    .map_err(|fault| file::at(path, fault))
            };
            let train = images(file)?;
            let set = match test_file {
                None => RawSet::Whole(train),
                Some(path) => {
                    let test = images(path)?;
                    let (found, needed) = ((test.height, test.width), (train.height, train.width));
                    if found != needed {
                        return Err(file::at(path, FileFault::Size { found, needed }));
                    }
                    RawSet::Split { train, test }
                }
            };
            (file, "comma-separated values", set)
        }
        DataSet::Npz { file } => {
            let bytes = file::read(file, &mut files)?;
            let set = npz::read(&bytes, MAX_BYTES).map_err(|fault| file::at(file, fault))?;
            (file, "arrays", set)
        }
    };
    let name = file.file_name().unwrap_or(file.as_os_str());
    Ok(RawData {
        name: name.to_string_lossy().into_owned(),
        source: format!("{source} in {}", file.display()),
        licence: UNSTATED,
        files,
        set,
    })
}

fn sha256(train: &Images, test: &Images, width: usize) -> String {
    let parts = [train, test].into_iter().flat_map(|images| {
        let sizes = [images.count() as u64, width as u64].map(u64::to_le_bytes);
        let values = images.values.iter().flat_map(|value| value.to_le_bytes());
        let labels = images.labels.iter().flat_map(|label| label.to_le_bytes());
        sizes.into_iter().flatten().chain(values).chain(labels)
    });
    sha256_of(parts)
}

#[cfg(test)]
mod tests;
