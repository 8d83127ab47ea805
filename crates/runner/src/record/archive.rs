//! Reads arrays out of an `.npz` archive that may be anything.

use super::npy::{self, NpyError};
use crate::error::Problem;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// What to do about each kind of problem with a file.
#[derive(Debug)]
pub(super) struct Advice {
    /// Which file to give, where this is another.
    pub(super) give: &'static str,
    /// An array is missing.
    pub(super) missing: &'static str,
    /// An array has another shape.
    pub(super) shape: &'static str,
    /// A number is not finite.
    pub(super) value: &'static str,
}

/// Opens a file for reading.
pub(super) fn open(path: &Path, advice: &Advice) -> Result<BufReader<File>, Problem> {
    let place = path.display();
    if path.is_dir() {
        return Err(Problem::of(
            place,
            "a folder, a file is needed",
            advice.give,
        ));
    }
    match File::open(path) {
        Ok(file) => Ok(BufReader::new(file)),
        Err(error) => Err(Problem::of(
            place,
            format!("cannot be read: {error}"),
            advice.give,
        )),
    }
}

/// An archive of arrays.
pub(super) struct Archive<'a, R> {
    place: &'a str,
    archive: ZipArchive<R>,
    advice: &'a Advice,
}

impl<'a, R: Read + Seek> Archive<'a, R> {
    pub(super) fn new(place: &'a str, reader: R, advice: &'a Advice) -> Result<Self, Problem> {
        let archive = ZipArchive::new(reader).map_err(|error| {
            let why = match error {
                ZipError::Io(error) => format!("cannot be read: {error}"),
                error => format!("not an .npz archive: {error}"),
            };
            Problem::of(place, why, advice.give)
        })?;
        Ok(Self {
            place,
            archive,
            advice,
        })
    }

    /// Something that is wrong with an array, or with the file where `array` is empty.
    pub(super) fn problem(&self, array: &str, why: impl ToString, help: &str) -> Problem {
        Problem {
            place: self.place.to_owned(),
            subject: array.to_owned(),
            why: why.to_string(),
            help: help.to_owned(),
        }
    }

    /// The names of the entries that are text.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let names = self.archive.file_names();
        names.filter_map(|name| Some(name.ok()?.to_string()))
    }

    /// The array of this name and shape, every number finite.
    pub(super) fn array(&mut self, name: &str, shape: &[u64]) -> Result<Vec<f64>, Problem> {
        let bytes = self.entry(name, shape.iter().product())?;
        npy::decode(&bytes, shape).map_err(|error| self.unfit(name, error))
    }

    /// The array of this name with one axis of 1 to `most` numbers, each finite.
    pub(super) fn list(&mut self, name: &str, most: u64) -> Result<Vec<f64>, Problem> {
        let bytes = self.entry(name, most)?;
        npy::decode_list(&bytes, most).map_err(|error| self.unfit(name, error))
    }

    /// The square matrix of this name with at most `most` rows.
    pub(super) fn matrix(&mut self, name: &str, most: u64) -> Result<npy::Matrix, Problem> {
        let bytes = self.entry(name, 2 * most * most)?;
        npy::decode_matrix(&bytes, most, npy::Shape::Square)
            .map_err(|error| self.unfit(name, error))
    }

    fn unfit(&self, name: &str, error: NpyError) -> Problem {
        let help = match error {
            NpyError::Shape { .. } => self.advice.shape,
            NpyError::NotFinite { .. } => self.advice.value,
            _ => "write it with numpy.savez, as float64",
        };
        self.problem(name, error, help)
    }

    /// The bytes of an entry, one more than `count` numbers can have at most: a header may say anything,
    /// so what is kept in memory is bounded by what is needed.
    fn entry(&mut self, name: &str, count: u64) -> Result<Vec<u8>, Problem> {
        let most = npy::MAX_HEADER as u64 + 64 + 8 * count;
        let mut bytes = Vec::new();
        let read = self
            .archive
            .by_name(&format!("{name}.npy"))
            .and_then(|entry| match entry.compression() {
                CompressionMethod::Stored => Ok(entry.take(most).read_to_end(&mut bytes)?),
                _ => Err(ZipError::CompressionMethodNotSupported(0)),
            });
        match read {
            Ok(_) => Ok(bytes),
            Err(ZipError::FileNotFound) => Err(self.problem(name, "missing", self.advice.missing)),
            Err(ZipError::CompressionMethodNotSupported(_)) => Err(self.problem(
                name,
                "is compressed",
                "write it with numpy.savez, not numpy.savez_compressed",
            )),
            Err(error) => Err(self.problem(
                name,
                format!("cannot be read: {error}"),
                "the file is damaged: copy it again",
            )),
        }
    }
}
