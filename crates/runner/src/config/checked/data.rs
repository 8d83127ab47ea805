//! The images.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Which images, and how they become amplitudes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Data {
    /// The set.
    #[serde(flatten)]
    pub set: DataSet,
    /// Labels of the classes in their order, at least 2 and different; `None`: all, ascending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<u16>>,
    /// Whether the images of each file are permuted; `None` for the digits, which are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permuted: Option<bool>,
    /// Seed of the permutation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_seed: Option<u64>,
    /// Number of training images, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub train_images: Option<usize>,
    /// Number of test images, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_images: Option<usize>,
    /// Side of the square of the centre that is kept, in pixels, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crop_pixels: Option<usize>,
    /// Side of the blocks that become a pixel, at least 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub downsample: Option<usize>,
    /// How values become amplitudes; those of a function stay as they are.
    #[serde(default)]
    pub normalisation: Normalisation,
    /// Value of amplitude 1, above 0; `None`: that of the format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_scale: Option<f64>,
}

impl Data {
    /// All of a set as it is, each image divided by its largest value.
    pub fn of(set: DataSet) -> Self {
        Self {
            set,
            classes: None,
            permuted: None,
            split_seed: None,
            train_images: None,
            test_images: None,
            crop_pixels: None,
            downsample: None,
            normalisation: Normalisation::PerImageMaximum,
            full_scale: None,
        }
    }
}

/// Where images come from, or which function is sampled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "set", rename_all = "kebab-case")]
pub enum DataSet {
    /// 1,797 handwritten digits of 8x8 pixels, shipped with the program.
    Digits,
    /// Files as MNIST comes in.
    Idx {
        /// Where they lie, absolute.
        folder: PathBuf,
        /// Which of them.
        files: IdxFiles,
        /// What their names begin with.
        #[serde(skip_serializing_if = "Option::is_none")]
        prefix: Option<String>,
    },
    /// Comma-separated values, an image in a row.
    Csv {
        /// The file, absolute.
        file: PathBuf,
        /// The test images, absolute; `None`: a part of `file`.
        #[serde(skip_serializing_if = "Option::is_none")]
        test_file: Option<PathBuf>,
        /// Where the label stands.
        label_column: LabelColumn,
        /// Whether the first row names the columns.
        header: CsvHeader,
    },
    /// Arrays of NumPy.
    Npz {
        /// The file, absolute.
        file: PathBuf,
    },
    /// sin x0 + cos x1.
    F1(FunctionSet),
    /// exp(x0) sin x1 + x2 cos x3 - x4 x0.
    F2(FunctionSet),
}

/// How a function is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionSet {
    /// Samples to train on, at least 2.
    pub train_samples: usize,
    /// Samples to test on, at least 2.
    pub test_samples: usize,
    /// Noise on the training targets over their standard deviation, 0 to 100.
    pub noise: f64,
}

/// Which pairs of IDX files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdxFiles {
    /// The training and the test pair.
    Both,
    /// The test pair alone, to be split.
    T10k,
}

/// Where the label stands in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelColumn {
    /// Before the pixels.
    First,
    /// Behind the pixels.
    Last,
}

/// Whether the first row names the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CsvHeader {
    /// Where one of its fields is no number.
    Auto,
    /// It does.
    Present,
    /// It is an image.
    None,
}

/// How pixel values become amplitudes of 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalisation {
    /// Each image is divided by its own largest value.
    #[default]
    PerImageMaximum,
    /// Each image is divided by its Euclidean norm.
    PerImageNorm,
    /// All are divided by the same value.
    FullScale,
}
