//! The trained network: `checkpoint.json` for this program, `phases.npz` for Python.

use super::folder::ResultsFolder;
use super::npz::{NamedArray, array_name, npz_bytes};
use crate::error::Error;
use fzero::Checkpoint;

/// Writes both files, each whole or not at all. In the archive a layer's arrays are its parameter
/// groups and its prototypes (classes x readouts): for a mesh `layer0_theta`, `layer0_phi`,
/// `layer0_gamma` (rad) and `layer0_prototypes`, with layers counted from 0.
///
/// # Errors
/// One problem that names the file; a failure when a layer's groups do not add up to its parameters.
pub fn write_checkpoint(folder: &ResultsFolder, checkpoint: &Checkpoint) -> Result<(), Error> {
    let failed = |why: String| Error::failed("phases.npz cannot be written", why, "");
    let arrays = named_arrays(checkpoint).map_err(failed)?;
    let bytes = npz_bytes(&arrays).map_err(|error| failed(error.to_string()))?;
    folder.write_compact_json("checkpoint.json", checkpoint)?;
    folder.write("phases.npz", &bytes)
}

fn named_arrays(checkpoint: &Checkpoint) -> Result<Vec<NamedArray<'_>>, String> {
    let mut arrays = Vec::new();
    for (index, layer) in checkpoint.layers.iter().enumerate() {
        let mut rest = layer.parameters.as_slice();
        for (name, length) in &layer.groups {
            let (values, after) = rest
                .split_at_checked(*length)
                .ok_or_else(|| format!("layer {index}: group {name} exceeds the parameters"))?;
            rest = after;
            arrays.push(NamedArray {
                name: array_name(index, name),
                shape: vec![*length as u64],
                values,
            });
        }
        if !rest.is_empty() {
            return Err(format!("layer {index}: parameters outside all groups"));
        }
        let (classes, readouts) = (layer.prototypes.classes(), layer.prototypes.dimension());
        arrays.push(NamedArray {
            name: array_name(index, "prototypes"),
            shape: vec![classes as u64, readouts as u64],
            values: layer.prototypes.rows(),
        });
    }
    Ok(arrays)
}

#[cfg(test)]
mod tests {
    use super::super::folder::tests::scratch_folder;
    use super::*;
    use fzero::checkpoint::LayerCheckpoint;
    use fzero::goal::Prototypes;
    use fzero::{Ledger, Stop};
    use npyz::npz::NpzArchive;

    fn checkpoint(lengths: [usize; 2]) -> Checkpoint {
        let layer = |shift: f64| LayerCheckpoint {
            parameters: vec![0.1 + shift, -0.0, 1.0 / 3.0],
            groups: vec![("theta".into(), lengths[0]), ("phi".into(), lengths[1])],
            prototypes: Prototypes::from_rows(2, 2, vec![0.6, 0.8, 0.8, -0.6]).unwrap(),
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
            write_checkpoint(&folder, &given).unwrap();
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
    fn groups_that_do_not_add_up_are_refused_before_anything_is_written() {
        let parent = tempfile::tempdir().unwrap();
        let folder = scratch_folder(parent.path());
        for lengths in [[2, 2], [1, 1]] {
            assert!(write_checkpoint(&folder, &checkpoint(lengths)).is_err());
            assert!(!folder.file("checkpoint.json").exists());
        }
    }
}
