//! Files of the user, read whole and identified.

use super::error::{DataError, FileFault};
use crate::hash::sha256_hex;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Bytes of the largest file that is read, as it lies there and unpacked.
pub const MAX_BYTES: u64 = 2 << 30;

/// A file that images come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// Where it lay.
    pub path: String,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
}

/// The bytes of a file of at most [`MAX_BYTES`]; it is added to `files`.
pub(super) fn read(path: &Path, files: &mut Vec<DataFile>) -> Result<Vec<u8>, DataError> {
    let bytes = bytes(path).map_err(|fault| at(path, fault))?;
    files.push(DataFile {
        path: path.display().to_string(),
        bytes: bytes.len() as u64,
        sha256: sha256_hex(&bytes),
    });
    Ok(bytes)
}

fn bytes(path: &Path) -> Result<Vec<u8>, FileFault> {
    let most = MAX_BYTES;
    let found = fs::metadata(path)?;
    if !found.is_file() {
        return Err(FileFault::NotAFile);
    }
    if found.len() > most {
        let bytes = found.len();
        return Err(FileFault::TooLarge { bytes, most });
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The error that this file is at fault.
pub(super) fn at(path: &Path, fault: impl Into<FileFault>) -> DataError {
    DataError::File {
        file: path.to_owned(),
        fault: fault.into(),
    }
}

/// At most `most` bytes more of a reader. Memory grows with what really comes.
pub(super) fn read_at_most(reader: &mut impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
