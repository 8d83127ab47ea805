//! Reads the trained network back from `phases.npz`.

use super::npy::{self, NpyError};
use super::npz::array_name;
use crate::error::{Error, Problem};
use fzero::LayerShape;
use fzero::goal::Prototypes;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// What a layer has learned.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainedLayer {
    /// Its parameter vector, in the order of the device's groups.
    pub parameters: Vec<f64>,
    /// The prototypes of its local goal.
    pub prototypes: Prototypes,
}

const FINISHED: &str = "give the phases.npz of a finished run";

/// The layers of a file, which must be those of a device with these shapes and prototypes of so many
/// classes. Arrays of other names are left alone.
///
/// # Errors
/// The first problem, with the file, the array, what was found and what is needed.
pub fn read_trained(
    path: &Path,
    shapes: &[LayerShape],
    classes: usize,
) -> Result<Vec<TrainedLayer>, Error> {
    let place = path.display().to_string();
    if path.is_dir() {
        let help = format!(
            "give the phases.npz in it: {}",
            path.join("phases.npz").display()
        );
        return Err(Problem::of(&place, "a folder, a file is needed", help).into());
    }
    let reader = File::open(path)
        .map_err(|error| Problem::of(&place, format!("cannot be read: {error}"), FINISHED))?;
    Ok(read_layers(
        &place,
        BufReader::new(reader),
        shapes,
        classes,
    )?)
}

fn read_layers<R: Read + Seek>(
    place: &str,
    reader: R,
    shapes: &[LayerShape],
    classes: usize,
) -> Result<Vec<TrainedLayer>, Problem> {
    let archive = ZipArchive::new(reader).map_err(|error| match error {
        ZipError::Io(error) => Problem::of(place, format!("cannot be read: {error}"), FINISHED),
        error => Problem::of(place, format!("not an .npz archive: {error}"), FINISHED),
    })?;
    let mut file = TrainedFile { place, archive };
    file.check_layers(shapes.len())?;
    let layers = shapes.iter().enumerate();
    layers
        .map(|(layer, shape)| file.layer(layer, shape, classes))
        .collect()
}

struct TrainedFile<'a, R> {
    place: &'a str,
    archive: ZipArchive<R>,
}

impl<R: Read + Seek> TrainedFile<'_, R> {
    fn problem(&self, array: &str, why: impl ToString, help: &str) -> Problem {
        Problem {
            place: self.place.to_owned(),
            subject: array.to_owned(),
            why: why.to_string(),
            help: help.to_owned(),
        }
    }

    /// As many layers as the chip has.
    fn check_layers(&self, expected: usize) -> Result<(), Problem> {
        let numbers = self.archive.file_names().filter_map(|name| {
            let name = name.ok()?;
            let (number, _) = name.strip_prefix("layer")?.split_once('_')?;
            number.parse::<usize>().ok()
        });
        let found = numbers.max().map_or(0, |last| last.saturating_add(1));
        if found == expected {
            return Ok(());
        }
        let layers = |count| format!("{count} layer{}", if count == 1 { "" } else { "s" });
        if found == 0 {
            return Err(self.problem("", "holds no phases of a network", FINISHED));
        }
        let why = format!("holds {}, the chip has {expected}", layers(found));
        let help = format!(
            "set chip.layers={found}, or give the phases of {}",
            layers(expected)
        );
        Err(self.problem("", why, &help))
    }

    fn layer(
        &mut self,
        layer: usize,
        shape: &LayerShape,
        classes: usize,
    ) -> Result<TrainedLayer, Problem> {
        let mut parameters = Vec::with_capacity(shape.parameters());
        for group in &shape.groups {
            let name = array_name(layer, group.name);
            parameters.extend(self.array(&name, &[group.range.len() as u64])?);
        }
        let name = array_name(layer, "prototypes");
        let rows = self.array(&name, &[classes as u64, shape.readouts as u64])?;
        let prototypes = Prototypes::from_rows(classes, shape.readouts, rows)
            .map_err(|error| self.problem(&name, error, FINISHED))?;
        Ok(TrainedLayer {
            parameters,
            prototypes,
        })
    }

    /// The array of this name and shape, every number finite.
    fn array(&mut self, name: &str, shape: &[u64]) -> Result<Vec<f64>, Problem> {
        let bytes = self.entry(name, shape)?;
        npy::decode(&bytes, shape).map_err(|error| {
            let help = match error {
                NpyError::Shape { .. } => {
                    "load it onto the chip that it was trained for: chip.ports, chip.mesh and \
                     chip.readout of its config.toml"
                }
                NpyError::NotFinite { .. } => {
                    "replace the value, or give the phases of another run"
                }
                _ => "write it with numpy.savez, as float64",
            };
            self.problem(name, error, help)
        })
    }

    /// The bytes of an entry, one more than the array can have at most: a header may say anything, so
    /// what is kept in memory is bounded by what is needed.
    fn entry(&mut self, name: &str, shape: &[u64]) -> Result<Vec<u8>, Problem> {
        let most = npy::MAX_HEADER as u64 + 64 + 8 * shape.iter().product::<u64>();
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
            Err(ZipError::FileNotFound) => Err(self.problem(
                name,
                "missing",
                "give a file that has theta, phi, gamma and prototypes for each layer",
            )),
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

#[cfg(test)]
mod tests;
