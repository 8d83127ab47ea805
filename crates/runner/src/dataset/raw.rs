//! Images as a file has them.

use super::file::DataFile;

/// Values of pixels, row-major, all finite and not negative.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pixels {
    Bytes(Vec<u8>),
    Reals(Vec<f32>),
}

/// Images of one file, or of a pair.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RawImages {
    /// Images x height x width.
    pub(super) pixels: Pixels,
    pub(super) labels: Vec<u16>,
    pub(super) height: usize,
    pub(super) width: usize,
    /// The largest value of the format, where it has one.
    pub(super) full_scale: Option<f32>,
}

impl RawImages {
    pub(super) fn count(&self) -> usize {
        self.labels.len()
    }

    /// Memory that it takes.
    pub(super) fn bytes(&self) -> u64 {
        let pixels = match &self.pixels {
            Pixels::Bytes(bytes) => size_of_val(&bytes[..]),
            Pixels::Reals(values) => size_of_val(&values[..]),
        };
        (pixels + size_of_val(&self.labels[..])) as u64
    }

    /// Copies an image.
    pub(super) fn copy(&self, index: usize, image: &mut Vec<f32>) {
        let size = self.height * self.width;
        let range = index * size..(index + 1) * size;
        image.clear();
        match &self.pixels {
            Pixels::Bytes(bytes) => image.extend(bytes[range].iter().map(|x| f32::from(*x))),
            Pixels::Reals(values) => image.extend(&values[range]),
        }
    }
}

/// Training and test images, or images that will be split.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RawSet {
    Split { train: RawImages, test: RawImages },
    Whole(RawImages),
}

impl RawSet {
    /// The images that training ones are taken of.
    pub(super) fn train(&self) -> &RawImages {
        match self {
            Self::Split { train, .. } | Self::Whole(train) => train,
        }
    }

    /// The images that test ones are taken of.
    pub(super) fn test(&self) -> &RawImages {
        match self {
            Self::Split { test, .. } | Self::Whole(test) => test,
        }
    }

    /// Memory that it takes.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Split { train, test } => train.bytes() + test.bytes(),
            Self::Whole(images) => images.bytes(),
        }
    }
}

/// A set with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RawData {
    pub(super) name: String,
    pub(super) source: String,
    pub(super) licence: &'static str,
    pub(super) files: Vec<DataFile>,
    pub(super) set: RawSet,
}

/// The licence of files that say nothing of it.
pub(super) const UNSTATED: &str = "not stated by the files";
