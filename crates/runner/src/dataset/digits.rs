//! The handwritten digits that ship with the program.
//!
//! E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning
//! Repository, 1998, doi:10.24432/C50P49, CC BY 4.0. The rows are permuted.

use super::Images;
use super::raw::{Pixels, RawData, RawImages, RawSet};
use super::rows::{self, Format, RowError};

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
pub(super) fn load() -> Result<RawData, RowError> {
    let mut train = rows::read(CSV, &FORMAT)?;
    let test = Images {
        values: train.values.split_off(TRAIN_ROWS * FORMAT.pixels),
        labels: train.labels.split_off(TRAIN_ROWS),
    };
    let raw = |images: Images| RawImages {
        pixels: Pixels::Reals(images.values),
        labels: images.labels,
        height: 8,
        width: 8,
        full_scale: Some(f32::from(FORMAT.pixel_max)),
    };
    Ok(RawData {
        name: FORMAT.set.to_owned(),
        source: "E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI Machine \
                 Learning Repository, 1998, doi:10.24432/C50P49; rows permuted"
            .to_owned(),
        licence: "CC BY 4.0",
        files: Vec::new(),
        set: RawSet::Split {
            train: raw(train),
            test: raw(test),
        },
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
        let digits = load().unwrap().set;
        let (train, test) = (digits.train(), digits.test());
        assert_eq!((train.count(), test.count()), (1437, 360));
        assert_eq!(
            per_class(&train.labels),
            [147, 147, 138, 150, 137, 153, 141, 139, 146, 139]
        );
        assert_eq!(
            per_class(&test.labels),
            [31, 35, 39, 33, 44, 29, 40, 40, 28, 41]
        );
        assert_eq!(train.height * train.width, FORMAT.pixels);
    }

    #[test]
    fn first_row() {
        let digits = load().unwrap().set;
        let mut image = Vec::new();
        digits.train().copy(0, &mut image);
        assert_eq!(image.len(), 64);
        assert_eq!(
            image[..16],
            [
                0., 0., 11., 16., 15., 3., 0., 0., 0., 5., 16., 12., 11., 13., 0., 0.
            ]
        );
        assert_eq!(digits.train().labels[..3], [2, 8, 2]);
    }
}
