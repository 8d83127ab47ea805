//! Why images cannot be had.

use super::csv_rows::CsvFault;
use super::idx::IdxFault;
use super::npz::NpzFault;
use super::rows::RowError;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a data set cannot be loaded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// The shipped digits are not what they should be.
    #[error(transparent)]
    Shipped(#[from] RowError),
    /// A key that does not fit what the files hold, or the file that it names is missing.
    #[error("{key}: {why}")]
    Setting {
        /// The key.
        key: &'static str,
        /// What does not fit.
        why: String,
        /// What to do about it.
        help: String,
    },
    /// A file that is not what it should be.
    #[error("{}: {fault}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        fault: FileFault,
    },
}

/// What is wrong with a file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileFault {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// A folder, a device or the like.
    #[error("not a file")]
    NotAFile,
    /// It has more bytes than are read.
    #[error("has {bytes} bytes, at most {most} are read")]
    TooLarge {
        /// Its bytes.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// Not an IDX file of images or labels.
    #[error(transparent)]
    Idx(#[from] IdxFault),
    /// Images and labels that do not go together.
    #[error("{labels} labels, its images are {images}")]
    Counts {
        /// Labels of the file.
        labels: usize,
        /// Images of the other.
        images: usize,
    },
    /// Test images of another size.
    #[error("images of {} x {} pixels, those to train on have {} x {}", found.0, found.1, needed.0, needed.1)]
    Size {
        /// Rows and columns of its images.
        found: (usize, usize),
        /// Those of the training images.
        needed: (usize, usize),
    },
    /// Not a table of images.
    #[error(transparent)]
    Csv(#[from] CsvFault),
    /// Not an archive of images.
    #[error(transparent)]
    Npz(#[from] NpzFault),
}

impl FileFault {
    /// What to do about it; empty when there is nothing to add.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Read(_) | Self::NotAFile => "name a file that can be read",
            Self::TooLarge { .. } => "make a smaller file",
            Self::Idx(fault) => fault.help(),
            Self::Counts { .. } => "take both files from the same set",
            Self::Size { .. } => "take both from the same set",
            Self::Csv(fault) => fault.help(),
            Self::Npz(fault) => fault.help(),
        }
    }
}
