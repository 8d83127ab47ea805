//! `position.bin`: where a run stands, so that it can be gone on with.
//!
//! ```text
//! 16 bytes   "fzero position" and two line feeds
//!  4 bytes   version
//!  8 bytes   length n of the rest
//! 32 bytes   SHA-256 of version, length and the rest
//!  n bytes   a [`SavedRun`] in postcard's encoding
//! ```
//! Numbers are little-endian. The file is written anew as a whole, beside the old one, and then takes its
//! place, so a process that is killed leaves one or the other.

use super::atomic;
use super::folder::unwritable;
use crate::error::{Error, Problem};
use fzero::estimate::ChosenRadius;
use fzero::layerwise::{Outcome, Position};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs;
use std::io;
use std::path::Path;
use thiserror::Error;

/// Its name in a results folder.
pub const FILE: &str = "position.bin";

const MAGIC: [u8; 16] = *b"fzero position\n\n";

/// The version that is written, and the only one that is read.
const VERSION: u32 = 1;

const HEADER: usize = MAGIC.len() + 4 + 8 + 32;

/// A run between two epochs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedRun {
    /// Hash of its configuration.
    pub config_hash: String,
    /// Bytes of `metrics.jsonl` that belong to it.
    pub metrics_bytes: u64,
    /// Time that the training has taken in s.
    pub elapsed_s: f64,
    /// Where it stands.
    pub standing: Standing,
}

/// Where an experiment stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// What the training on the twin left, where that on the device has begun.
    pub before: Option<Outcome>,
    /// The smoothing radii of the stages before the present one.
    pub radii: Vec<ChosenRadius>,
    /// Where the training stands.
    pub position: Position,
}

/// What is wrong with a file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PositionFault {
    /// Something else.
    #[error("this is not a position of a run")]
    Foreign,
    /// Another version.
    #[error("it is of version {found}, and this program reads version {VERSION}")]
    Version {
        /// Its version.
        found: u32,
    },
    /// Too short or too long.
    #[error("it has {found} bytes where it says it has {expected}")]
    Length {
        /// Bytes of the file.
        found: u64,
        /// Bytes that its header asks for.
        expected: u64,
    },
    /// Not the bytes that were written.
    #[error("its checksum does not match: bytes of it have changed since it was written")]
    Checksum,
    /// The checksum is right, and still it cannot be read.
    #[error("it cannot be decoded: {0}")]
    Undecodable(String),
}

impl SavedRun {
    /// The bytes of the file.
    ///
    /// # Errors
    /// Numbers that cannot be encoded; none is known.
    pub fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        let payload = postcard::to_stdvec(self)?;
        let mut bytes = MAGIC.to_vec();
        let (version, length) = (VERSION.to_le_bytes(), (payload.len() as u64).to_le_bytes());
        bytes.extend(version);
        bytes.extend(length);
        bytes.extend(checksum(version, length, &payload));
        bytes.extend(payload);
        Ok(bytes)
    }

    /// What such bytes say.
    ///
    /// # Errors
    /// Bytes that are not those of a file that was written whole by this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, PositionFault> {
        let (magic, rest) = bytes.split_first_chunk().ok_or(PositionFault::Foreign)?;
        if *magic != MAGIC {
            return Err(PositionFault::Foreign);
        }
        let short = || PositionFault::Length {
            found: bytes.len() as u64,
            expected: HEADER as u64,
        };
        let (&version, rest) = rest.split_first_chunk().ok_or_else(short)?;
        let found = u32::from_le_bytes(version);
        if found != VERSION {
            return Err(PositionFault::Version { found });
        }
        let (&length, rest) = rest.split_first_chunk().ok_or_else(short)?;
        let (stated, payload) = rest.split_first_chunk().ok_or_else(short)?;
        let expected = u64::from_le_bytes(length).saturating_add(HEADER as u64);
        if expected != bytes.len() as u64 {
            return Err(PositionFault::Length {
                found: bytes.len() as u64,
                expected,
            });
        }
        if checksum(version, length, payload) != *stated {
            return Err(PositionFault::Checksum);
        }
        postcard::from_bytes(payload).map_err(|fault| PositionFault::Undecodable(fault.to_string()))
    }

    /// Writes it to a file, whole or not at all.
    ///
    /// # Errors
    /// One problem that names the file.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let failed =
            |error| Error::failed(format!("{} cannot be written", path.display()), error, "");
        let bytes = self.encode().map_err(failed)?;
        atomic::write(path, &bytes).map_err(|error| unwritable(path, &error).into())
    }

    /// The one of a file; `None` where there is none.
    ///
    /// # Errors
    /// One problem that names the file and what is wrong with it.
    pub fn read(path: &Path) -> Result<Option<Self>, Error> {
        let problem = |why: String, help: &str| Error::from(Problem::of(path.display(), why, help));
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(problem(format!("cannot be read: {error}"), "")),
        };
        let read = Self::decode(&bytes).map_err(|fault| {
            let help = match fault {
                PositionFault::Version { .. } => {
                    "go on with the program that wrote it, or delete it and begin anew"
                }
                _ => "delete it, and the run begins anew",
            };
            problem(fault.to_string(), help)
        })?;
        Ok(Some(read))
    }
}

fn checksum(version: [u8; 4], length: [u8; 8], payload: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(version);
    hasher.update(length);
    hasher.update(payload);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fzero::Ledger;
    use fzero::estimate::RadiusBound;
    use fzero::optimizer::OptimizerChoice;
    use proptest::prelude::*;

    fn saved() -> SavedRun {
        SavedRun {
            config_hash: "0123".into(),
            metrics_bytes: 4321,
            elapsed_s: 1.5,
            standing: Standing {
                before: None,
                radii: Vec::new(),
                position: Position {
                    parameters: vec![vec![0.1, -0.0, f64::MIN_POSITIVE], vec![]],
                    epochs: vec![3, 0],
                    stage: 0,
                    step: 36,
                    optimizer: OptimizerChoice::default().build(),
                    radii: vec![ChosenRadius {
                        radius: 0.3,
                        bound: RadiusBound::Noise,
                        noise: None,
                        expected_ratio: Some(4.0),
                    }],
                    ledger: Ledger::default(),
                    device: vec![1, 2, 3],
                },
            },
        }
    }

    #[test]
    fn it_comes_back_bit_for_bit() {
        let bytes = saved().encode().unwrap();
        let back = SavedRun::decode(&bytes).unwrap();
        assert_eq!(back, saved());
        assert_eq!(back.encode().unwrap(), bytes);
        assert!(back.standing.position.parameters[0][1].is_sign_negative());
    }

    #[test]
    fn every_truncation_and_every_flipped_bit_is_told() {
        let bytes = saved().encode().unwrap();
        for length in 0..bytes.len() {
            let fault = SavedRun::decode(&bytes[..length]).unwrap_err();
            let foreign = length < MAGIC.len();
            let expected = match fault {
                PositionFault::Foreign => foreign,
                PositionFault::Length { found, .. } => !foreign && found == length as u64,
                _ => false,
            };
            assert!(expected, "{length}: {fault}");
        }
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let fault = SavedRun::decode(&flipped).unwrap_err();
            let expected = match bit / 8 {
                0..16 => fault == PositionFault::Foreign,
                16..20 => matches!(fault, PositionFault::Version { .. }),
                20..28 => matches!(fault, PositionFault::Length { .. }),
                _ => fault == PositionFault::Checksum,
            };
            assert!(expected, "{bit}: {fault}");
        }
        let longer = [&bytes[..], &[0]].concat();
        let fault = SavedRun::decode(&longer).unwrap_err();
        assert!(matches!(fault, PositionFault::Length { .. }));
    }

    proptest! {
        /// Whatever follows a right header, there is an answer and no panic.
        #[test]
        fn no_bytes_are_too_strange(payload in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (version, length) = (VERSION.to_le_bytes(), (payload.len() as u64).to_le_bytes());
            let sum = checksum(version, length, &payload);
            let bytes = [&MAGIC[..], &version, &length, &sum, &payload].concat();
            if let Ok(saved) = SavedRun::decode(&bytes) {
                // A length may be spelt in more than one way; what it says stays the same.
                let again = SavedRun::decode(&saved.encode().unwrap());
                prop_assert!(again.is_ok());
            }
        }
    }
}
