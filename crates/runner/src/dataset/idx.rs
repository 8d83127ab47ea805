//! IDX, the format of MNIST (Y. LeCun, C. Cortes, C. Burges: The MNIST database of handwritten
//! digits): a magic number, the length of each axis, then the bytes, row-major; numbers big-endian.
//!
//! The magic number is 0x0000TTAA: TT the type of the values, 8 for unsigned bytes, AA the number of axes.
//! The whole may be packed with gzip (RFC 1952), whatever its name says.

use super::file::read_at_most;
use flate2::read::MultiGzDecoder;
use std::io::{self, Read};
use thiserror::Error;

/// Why a file is not the IDX file that is needed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IdxFault {
    /// Another magic number.
    #[error("begins with 0x{found:08x}, IDX {what} begin with 0x{needed:08x}")]
    Magic {
        /// Images or labels.
        what: &'static str,
        /// Its first four bytes.
        found: u32,
        /// Those that are needed.
        needed: u32,
    },
    /// It ends within its header.
    #[error("ends within its header, after {found} of {needed} bytes")]
    Header {
        /// Bytes that are there.
        found: usize,
        /// Bytes of the header.
        needed: usize,
    },
    /// An axis of length 0.
    #[error("holds nothing: its axes are {}", by(.0))]
    Empty(Vec<u32>),
    /// More than is read, whether it is there or not.
    #[error("says that its axes are {}, at most {most} bytes are read", by(.axes))]
    TooLarge {
        /// Length of each axis.
        axes: Vec<u32>,
        /// The limit.
        most: u64,
    },
    /// Fewer bytes than the header says.
    #[error("ends after {found} of the {needed} bytes of its axes {}", by(.axes))]
    Truncated {
        /// Length of each axis.
        axes: Vec<u32>,
        /// Bytes behind the header.
        found: usize,
        /// Bytes that the header says.
        needed: u64,
    },
    /// More bytes than the header says.
    #[error("goes on after the {needed} bytes of its axes {}", by(.axes))]
    Trailing {
        /// Length of each axis.
        axes: Vec<u32>,
        /// Bytes that the header says.
        needed: u64,
    },
    /// It cannot be unpacked.
    #[error("cannot be unpacked: {0}")]
    Unpack(#[from] io::Error),
}

fn by(lengths: &[u32]) -> String {
    let lengths: Vec<_> = lengths.iter().map(u32::to_string).collect();
    lengths.join(" x ")
}

impl IdxFault {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Magic { found: IMAGES, .. } | Self::Magic { found: LABELS, .. } => {
                "images and labels have changed places: check the names of the files"
            }
            Self::Magic { .. } => "images are unsigned bytes of three axes, labels of one",
            Self::Empty(_) | Self::TooLarge { .. } => "get the file again, or another",
            _ => "the file is damaged: get it again",
        }
    }
}

const IMAGES: u32 = 0x0803;
const LABELS: u32 = 0x0801;

/// Images of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IdxImages {
    pub(super) count: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) bytes: Vec<u8>,
}

/// Reads images, of which all together have at most `most` bytes.
pub(super) fn images(file: &[u8], most: u64) -> Result<IdxImages, IdxFault> {
    let (axes, bytes) = unpacked::<3>(file, "images", IMAGES, most)?;
    let [count, height, width] = axes.map(|axis| axis as usize);
    Ok(IdxImages {
        count,
        height,
        width,
        bytes,
    })
}

/// Reads labels, at most `most`.
pub(super) fn labels(file: &[u8], most: u64) -> Result<Vec<u8>, IdxFault> {
    let ([_], bytes) = unpacked::<1>(file, "labels", LABELS, most)?;
    Ok(bytes)
}

fn unpacked<const N: usize>(
    file: &[u8],
    what: &'static str,
    magic: u32,
    most: u64,
) -> Result<([u32; N], Vec<u8>), IdxFault> {
    if file.starts_with(&[0x1f, 0x8b]) {
        read(MultiGzDecoder::new(file), what, magic, most)
    } else {
        read(file, what, magic, most)
    }
}

fn read<const N: usize>(
    mut reader: impl Read,
    what: &'static str,
    needed: u32,
    most: u64,
) -> Result<([u32; N], Vec<u8>), IdxFault> {
    let header = read_at_most(&mut reader, 4 + 4 * N as u64)?;
    let (words, _) = header.as_chunks::<4>();
    let mut words = words.iter().map(|word| u32::from_be_bytes(*word));
    let found = words.next();
    if let Some(found) = found.filter(|found| *found != needed) {
        return Err(IdxFault::Magic {
            what,
            found,
            needed,
        });
    }
    if header.len() < 4 + 4 * N {
        return Err(IdxFault::Header {
            found: header.len(),
            needed: 4 + 4 * N,
        });
    }
    let mut axes = [0; N];
    for (axis, word) in axes.iter_mut().zip(words) {
        *axis = word;
    }
    if axes.contains(&0) {
        return Err(IdxFault::Empty(axes.to_vec()));
    }
    let bytes: Option<u64> = axes
        .iter()
        .try_fold(1_u64, |product, axis| product.checked_mul((*axis).into()));
    let Some(needed) = bytes.filter(|bytes| *bytes <= most) else {
        let axes = axes.to_vec();
        return Err(IdxFault::TooLarge { axes, most });
    };
    // One more shows whether there is more, and makes gzip check its sum.
    let bytes = read_at_most(&mut reader, needed + 1)?;
    let found = bytes.len();
    if (found as u64) < needed {
        return Err(IdxFault::Truncated {
            axes: axes.to_vec(),
            found,
            needed,
        });
    }
    if found as u64 > needed {
        let axes = axes.to_vec();
        return Err(IdxFault::Trailing { axes, needed });
    }
    Ok((axes, bytes))
}

#[cfg(test)]
pub(super) mod tests;
