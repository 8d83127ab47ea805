//! Labelled images as rows of amplitudes.

pub mod digits;
mod rows;

pub use rows::RowError;

use crate::config::checked::{Data, DataSet, Normalisation};
use std::fmt;

/// Labelled images, split into training and test set.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Its name in the configuration.
    pub name: &'static str,
    /// Images to train on.
    pub train: Images,
    /// Images to test on.
    pub test: Images,
    /// Values per image.
    pub width: usize,
    /// Number of classes; labels are below it.
    pub classes: usize,
    /// Rows of an image.
    pub height_pixels: usize,
    /// Columns of an image.
    pub width_pixels: usize,
    /// Who made it and where it is from.
    pub source: &'static str,
    /// Its licence.
    pub licence: &'static str,
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
    /// [`RowError`] when a row of the data is not what its format says.
    pub fn load(data: &Data) -> Result<Self, RowError> {
        let mut set = match data.set {
            DataSet::Digits => digits::load()?,
        };
        match data.normalisation {
            Normalisation::PerImageMaximum => {
                divide_by_maximum(&mut set.train.values, set.width);
                divide_by_maximum(&mut set.test.values, set.width);
            }
        }
        Ok(set)
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
}

/// Divides each row by its largest value. A row without a positive value stays as it is.
fn divide_by_maximum(values: &mut [f32], width: usize) {
    for row in values.chunks_exact_mut(width) {
        let maximum = row.iter().copied().fold(0.0, f32::max);
        if maximum > 0.0 {
            for value in row {
                *value /= maximum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_divided_by_its_own_maximum_and_a_dark_one_stays_dark() {
        let mut values = [1.0, 2.0, 4.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0];
        divide_by_maximum(&mut values, 3);
        assert_eq!(values, [0.25, 0.5, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn loaded_amplitudes_fill_0_to_1() {
        let data = Data {
            set: DataSet::Digits,
            normalisation: Normalisation::PerImageMaximum,
        };
        let set = Dataset::load(&data).unwrap();
        for row in set.train.values.chunks_exact(64) {
            assert_eq!(row.iter().copied().fold(0.0, f32::max), 1.0);
            assert!(row.iter().all(|value| (0.0..=1.0).contains(value)));
        }
        assert_eq!(set.view().check(), Ok(()));
        // The first image's maximum is 16: 11 of 16.
        assert_eq!(set.train.values[2], 0.6875);
    }
}
