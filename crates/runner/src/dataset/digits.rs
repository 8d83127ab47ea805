//! The handwritten digits that ship with the program.
//!
//! E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning
//! Repository, 1998, doi:10.24432/C50P49, CC BY 4.0. The rows are permuted.

use super::rows::{self, Format, RowError};
use super::{Dataset, Images};

static CSV: &[u8] = include_bytes!("../../data/digits/digits.csv");

/// Rows of the training set; the rest is the test set.
const TRAIN_ROWS: usize = 1437;

const FORMAT: Format = Format {
    set: "digits",
    rows: 1797,
    pixels: 64,
    pixel_max: 16,
    classes: 10,
};

/// The digits with pixel values of 0 to 16, as published.
pub(super) fn load() -> Result<Dataset, RowError> {
    let mut train = rows::read(CSV, &FORMAT)?;
    let test = Images {
        values: train.values.split_off(TRAIN_ROWS * FORMAT.pixels),
        labels: train.labels.split_off(TRAIN_ROWS),
    };
    Ok(Dataset {
        name: FORMAT.set,
        train,
        test,
        width: FORMAT.pixels,
        classes: usize::from(FORMAT.classes),
        height_pixels: 8,
        width_pixels: 8,
        source: "E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI Machine \
                 Learning Repository, 1998, doi:10.24432/C50P49; rows permuted",
        licence: "CC BY 4.0",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn per_class(labels: &[u16]) -> Vec<usize> {
        let mut counts = vec![0; 10];
        for label in labels {
            counts[usize::from(*label)] += 1;
        }
        counts
    }

    /// The counts were taken from the file with another program.
    #[test]
    fn split_and_classes() {
        let digits = load().unwrap();
        assert_eq!((digits.train.count(), digits.test.count()), (1437, 360));
        assert_eq!(digits.train.values.len(), 1437 * 64);
        assert_eq!(digits.test.values.len(), 360 * 64);
        assert_eq!(
            per_class(&digits.train.labels),
            [147, 147, 138, 150, 137, 153, 141, 139, 146, 139]
        );
        assert_eq!(
            per_class(&digits.test.labels),
            [31, 35, 39, 33, 44, 29, 40, 40, 28, 41]
        );
        assert_eq!(digits.classes, 10);
        assert_eq!(digits.height_pixels * digits.width_pixels, digits.width);
    }

    #[test]
    fn first_row() {
        let digits = load().unwrap();
        assert_eq!(
            digits.train.values[..16],
            [
                0., 0., 11., 16., 15., 3., 0., 0., 0., 5., 16., 12., 11., 13., 0., 0.
            ]
        );
        assert_eq!(digits.train.labels[..3], [2, 8, 2]);
    }
}
