//! The trained network: `checkpoint.json` for this program, an archive of arrays for Python.

use super::folder::ResultsFolder;
use super::npz::{NamedArray, array_name, npz_bytes};
use crate::error::Error;
use fzero::Checkpoint;
use fzero::checkpoint::LayerCheckpoint;
use fzero::goal::Prototypes;

/// The archive of a chip.
pub const PHASES: &str = "phases.npz";

/// The archive of a network computed in numbers.
pub const PARAMETERS: &str = "parameters.npz";

/// Writes both files, each whole or not at all; `archive` is the name of the second. In it a layer's arrays are
/// its parameter groups and its prototypes (classes x readouts, or channels x classes x readouts): for a mesh
/// `layer0_theta`, `layer0_phi`, `layer0_gamma` (rad) and `layer0_prototypes`, with layers counted from 0. Of
/// groups of the same name the number follows it: `layer0_channel0`. Blanks in a name become `_`.
///
/// # Errors
/// One problem that names the file; a failure when a layer's groups do not add up to its parameters.
pub fn write_checkpoint(
    folder: &ResultsFolder,
    archive: &str,
    checkpoint: &Checkpoint,
) -> Result<(), Error> {
    let failed = |why: String| Error::failed(format!("{archive} cannot be written"), why, "");
    let prototypes: Vec<_> = checkpoint.layers.iter().map(all_prototypes).collect();
    let arrays = named_arrays(checkpoint, &prototypes).map_err(failed)?;
    let bytes = npz_bytes(&arrays).map_err(|error| failed(error.to_string()))?;
    folder.write_compact_json("checkpoint.json", checkpoint)?;
    folder.write(archive, &bytes)
}

/// The numbers of a layer's prototypes, channel by channel.
fn all_prototypes(layer: &LayerCheckpoint) -> Vec<f64> {
    let rows = layer.prototypes.iter().flat_map(Prototypes::rows);
    rows.copied().collect()
}

/// `prototypes`: the numbers of each layer's.
fn named_arrays<'a>(
    checkpoint: &'a Checkpoint,
    prototypes: &'a [Vec<f64>],
) -> Result<Vec<NamedArray<'a>>, String> {
    let mut arrays = Vec::new();
    for (index, layer) in checkpoint.layers.iter().enumerate() {
        let mut rest = layer.parameters.as_slice();
        for (place, (name, length)) in layer.groups.iter().enumerate() {
            let (values, after) = rest
                .split_at_checked(*length)
                .ok_or_else(|| format!("layer {index}: group {name} exceeds the parameters"))?;
            rest = after;
            arrays.push(NamedArray {
                name: array_name(index, &group_name(&layer.groups, place)),
                shape: vec![*length as u64],
                values,
            });
        }
        if !rest.is_empty() {
            return Err(format!("layer {index}: parameters outside all groups"));
        }
        let name = array_name(index, "prototypes");
        arrays.extend(prototype_array(name, &layer.prototypes, &prototypes[index]));
    }
    Ok(arrays)
}

/// The name of a group, which no other group of the layer has.
fn group_name(groups: &[(String, usize)], place: usize) -> String {
    let own = &groups[place].0;
    let same = |groups: &[(String, usize)]| groups.iter().filter(|(name, _)| name == own).count();
    let name = own.replace(' ', "_");
    match same(groups) {
        1 => name,
        _ => format!("{name}{}", same(&groups[..place])),
    }
}

/// One set as classes x readouts, those of several channels, all of the same size, with the channel first.
fn prototype_array<'a>(
    name: String,
    channels: &[Prototypes],
    values: &'a [f64],
) -> Option<NamedArray<'a>> {
    let first = channels.first()?;
    let own = [first.classes() as u64, first.dimension() as u64];
    let shape = match channels.len() {
        1 => own.to_vec(),
        several => [&[several as u64], &own[..]].concat(),
    };
    Some(NamedArray {
        name,
        shape,
        values,
    })
}

#[cfg(test)]
mod tests {
    use super::super::folder::tests::scratch_folder;
    use super::*;
    use fzero::{Ledger, Stop};
    use npyz::npz::NpzArchive;

    fn checkpoint(lengths: [usize; 2]) -> Checkpoint {
        let layer = |shift: f64| LayerCheckpoint {
            parameters: vec![0.1 + shift, -0.0, 1.0 / 3.0],
            groups: vec![("theta".into(), lengths[0]), ("phi".into(), lengths[1])],
            prototypes: vec![Prototypes::from_rows(2, 2, vec![0.6, 0.8, 0.8, -0.6]).unwrap()],
            epochs: 3,
        };
        Checkpoint {
            seed: 7,
            layers: vec![layer(0.0), layer(0.2)],
            ledger: Ledger::default(),
            stopped: Stop::Completed,
        }
    }

    #[test]
    fn both_files_hold_the_same_bits_and_repeat_byte_by_byte() {
        let parent = tempfile::tempdir().unwrap();
        let folder = scratch_folder(parent.path());
        let given = checkpoint([2, 1]);
        let write = || {
            write_checkpoint(&folder, PHASES, &given).unwrap();
            ["checkpoint.json", "phases.npz"].map(|name| std::fs::read(folder.file(name)).unwrap())
        };
        let files = write();
        assert_eq!(files, write());
        let back: Checkpoint = serde_json::from_slice(&files[0]).unwrap();
        assert_eq!(back, given);
        assert!(back.layers[0].parameters[1].is_sign_negative());
        let mut archive = NpzArchive::open(folder.file("phases.npz")).unwrap();
        let mut array = |name: &str| {
            let array = archive.by_name(name).unwrap().unwrap();
            let shape = array.shape().to_vec();
            (shape, array.into_vec::<f64>().unwrap())
        };
        assert_eq!(array("layer0_theta"), (vec![2], vec![0.1, -0.0]));
        assert_eq!(array("layer1_theta"), (vec![2], vec![0.1 + 0.2, -0.0]));
        assert_eq!(array("layer1_phi"), (vec![1], vec![1.0 / 3.0]));
        assert_eq!(
            array("layer1_prototypes"),
            (vec![2, 2], vec![0.6, 0.8, 0.8, -0.6])
        );
    }

    #[test]
    fn channels_have_names_of_their_own_and_their_prototypes_lie_in_one_array() {
        let rows = |sign: f64| Prototypes::from_rows(1, 2, vec![0.6 * sign, 0.8]).unwrap();
        let layer = LayerCheckpoint {
            parameters: vec![1.0, 2.0, 3.0, 4.0, 5.0],
            groups: vec![
                ("channel".into(), 2),
                ("channel".into(), 2),
                ("weights and biases".into(), 1),
            ],
            prototypes: vec![rows(1.0), rows(-1.0)],
            epochs: 3,
        };
        let network = Checkpoint {
            layers: vec![layer],
            ..checkpoint([2, 1])
        };
        let prototypes = [all_prototypes(&network.layers[0])];
        let arrays = named_arrays(&network, &prototypes).unwrap();
        let found: Vec<_> = arrays
            .iter()
            .map(|array| (array.name.as_str(), array.shape.as_slice(), array.values))
            .collect();
        assert_eq!(
            found,
            [
                ("layer0_channel0", &[2][..], &[1.0, 2.0][..]),
                ("layer0_channel1", &[2], &[3.0, 4.0]),
                ("layer0_weights_and_biases", &[1], &[5.0]),
                ("layer0_prototypes", &[2, 1, 2], &[0.6, 0.8, -0.6, 0.8]),
            ]
        );
    }

    #[test]
    fn groups_that_do_not_add_up_are_refused_before_anything_is_written() {
        let parent = tempfile::tempdir().unwrap();
        let folder = scratch_folder(parent.path());
        for lengths in [[2, 2], [1, 1]] {
            assert!(write_checkpoint(&folder, PHASES, &checkpoint(lengths)).is_err());
            assert!(!folder.file("checkpoint.json").exists());
        }
    }
}
