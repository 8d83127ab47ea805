//! Reads the trained network back from `phases.npz`.

use super::archive::{Advice, Archive, open};
use super::npz::array_name;
use crate::error::{Error, Problem};
use fzero::LayerShape;
use fzero::goal::Prototypes;
use std::io::{Read, Seek};
use std::path::Path;

/// What a layer has learned.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainedLayer {
    /// Its parameter vector, in the order of the device's groups.
    pub parameters: Vec<f64>,
    /// The prototypes of its local goal.
    pub prototypes: Prototypes,
}

const FINISHED: &str = "give the phases.npz of a finished run";

const ADVICE: Advice = Advice {
    give: FINISHED,
    missing: "give a file that has theta, phi, gamma and prototypes for each layer",
    shape: "load it onto the chip that it was trained for: chip.ports, chip.mesh and chip.readout of \
            its config.toml",
    value: "replace the value, or give the phases of another run",
};

/// The layers of a file, which must be those of a device with these shapes and prototypes of so many
/// classes, or the axes of its readouts where it has no `own_prototypes`. Arrays of other names are left
/// alone.
///
/// # Errors
/// The first problem, with the file, the array, what was found and what is needed.
pub fn read_trained(
    path: &Path,
    shapes: &[LayerShape],
    classes: usize,
    own_prototypes: bool,
) -> Result<Vec<TrainedLayer>, Error> {
    let place = path.display().to_string();
    if path.is_dir() {
        let help = format!(
            "give the phases.npz in it: {}",
            path.join("phases.npz").display()
        );
        return Err(Problem::of(&place, "a folder, a file is needed", help).into());
    }
    let reader = open(path, &ADVICE)?;
    Ok(read_layers(
        &place,
        reader,
        shapes,
        classes,
        own_prototypes,
    )?)
}

fn read_layers<R: Read + Seek>(
    place: &str,
    reader: R,
    shapes: &[LayerShape],
    classes: usize,
    own_prototypes: bool,
) -> Result<Vec<TrainedLayer>, Problem> {
    let mut file = TrainedFile(Archive::new(place, reader, &ADVICE)?);
    file.check_layers(shapes.len())?;
    let layers = shapes.iter().enumerate();
    layers
        .map(|(layer, shape)| file.layer(layer, shape, classes, own_prototypes))
        .collect()
}

struct TrainedFile<'a, R>(Archive<'a, R>);

impl<R: Read + Seek> TrainedFile<'_, R> {
    /// As many layers as the chip has.
    fn check_layers(&self, expected: usize) -> Result<(), Problem> {
        let numbers = self.0.names().filter_map(|name| {
            let (number, _) = name.strip_prefix("layer")?.split_once('_')?;
            number.parse::<usize>().ok()
        });
        let found = numbers.max().map_or(0, |last| last.saturating_add(1));
        if found == expected {
            return Ok(());
        }
        let layers = |count| format!("{count} layer{}", if count == 1 { "" } else { "s" });
        if found == 0 {
            return Err(self.0.problem("", "holds no phases of a network", FINISHED));
        }
        let why = format!("holds {}, the chip has {expected}", layers(found));
        let help = format!(
            "set chip.layers={found}, or give the phases of {}",
            layers(expected)
        );
        Err(self.0.problem("", why, &help))
    }

    fn layer(
        &mut self,
        layer: usize,
        shape: &LayerShape,
        classes: usize,
        own_prototypes: bool,
    ) -> Result<TrainedLayer, Problem> {
        let mut parameters = Vec::with_capacity(shape.parameters());
        for group in &shape.groups {
            let name = array_name(layer, group.name);
            parameters.extend(self.0.array(&name, &[group.range.len() as u64])?);
        }
        let name = array_name(layer, "prototypes");
        let prototypes = if own_prototypes {
            let rows = self
                .0
                .array(&name, &[classes as u64, shape.readouts as u64])?;
            Prototypes::from_rows(classes, shape.readouts, rows)
        } else {
            Prototypes::axes(classes, shape.readouts)
        };
        let prototypes = prototypes.map_err(|error| self.0.problem(&name, error, FINISHED))?;
        Ok(TrainedLayer {
            parameters,
            prototypes,
        })
    }
}

#[cfg(test)]
mod tests;
