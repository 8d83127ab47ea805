//! A folder of IDX files, as MNIST and its relatives come.

use super::error::{DataError, FileFault};
use super::file::{self, DataFile, MAX_BYTES};
use super::idx;
use super::raw::{Pixels, RawData, RawImages, RawSet, UNSTATED};
use crate::config::checked::IdxFiles;
use std::path::{Path, PathBuf};

/// Where to get the files, for whoever does not have them.
const SOURCES: &str = "\
    MNIST: https://storage.googleapis.com/cvdf-datasets/mnist/ or \
    https://ossci-datasets.s3.amazonaws.com/mnist/; \
    Fashion-MNIST: https://github.com/zalandoresearch/fashion-mnist; more in docs/data.md";

/// Reads the files of a folder.
pub(super) fn load(
    folder: &Path,
    which: IdxFiles,
    prefix: Option<&str>,
) -> Result<RawData, DataError> {
    let prefix = prefix.unwrap_or_default();
    let mut files = Vec::new();
    let test = ["t10k", "test"];
    let test = if prefix.is_empty() { &test[..1] } else { &test };
    let set = match which {
        IdxFiles::T10k => {
            let paths = find(folder, prefix, &[test])?;
            RawSet::Whole(pair(&paths[0], &mut files)?)
        }
        IdxFiles::Both => {
            let paths = find(folder, prefix, &[&["train"], test])?;
            let train = pair(&paths[0], &mut files)?;
            let test = pair(&paths[1], &mut files)?;
            let size = |images: &RawImages| (images.height, images.width);
            if size(&test) != size(&train) {
                let (found, needed) = (size(&test), size(&train));
                return Err(file::at(&paths[1][0], FileFault::Size { found, needed }));
            }
            RawSet::Split { train, test }
        }
    };
    let name = folder.file_name().unwrap_or(folder.as_os_str());
    Ok(RawData {
        name: format!("{prefix}{}", name.to_string_lossy()),
        source: format!("IDX files in {}", folder.display()),
        licence: UNSTATED,
        files,
        set,
    })
}

/// Images and labels of each part, a part having one of some names; all that is missing is named at once.
fn find(folder: &Path, prefix: &str, parts: &[&[&str]]) -> Result<Vec<[PathBuf; 2]>, DataError> {
    let setting = |why: String, help: String| DataError::Setting {
        key: "data.folder",
        why,
        help,
    };
    let names: Vec<_> = parts
        .iter()
        .flat_map(|part| KINDS.map(|kind| format!("{prefix}{}-{}-{}", part[0], kind.0, kind.1)))
        .collect();
    let get = format!(
        "put {} there, each as it is or .gz; {SOURCES}",
        names.join(", ")
    );
    if !folder.is_dir() {
        let why = match folder.exists() {
            true => "not a folder",
            false => "no such folder",
        };
        return Err(setting(why.into(), get));
    }
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for part in parts {
        let pair = KINDS.map(|kind| {
            let paths = part
                .iter()
                .flat_map(|part| candidates(folder, prefix, part, kind));
            let path = paths.into_iter().find(|path| path.is_file());
            if path.is_none() {
                missing.push(format!("{prefix}{}-{}-{}", part[0], kind.0, kind.1));
            }
            path.unwrap_or_default()
        });
        found.push(pair);
    }
    if missing.is_empty() {
        return Ok(found);
    }
    // The 10,000 test images alone are often at hand.
    let alone = parts.len() == 2 && missing.iter().all(|name| name.contains("train-"));
    let help = match alone {
        true => format!("{get}; or set data.files = \"t10k\" to split the test images"),
        false => get,
    };
    Err(setting(format!("no {} in it", missing.join(", no ")), help))
}

/// What a file holds, and how its name ends.
const KINDS: [(&str, &str); 2] = [("images", "idx3-ubyte"), ("labels", "idx1-ubyte")];

/// The names that a file may have, unpacked ones first.
fn candidates(
    folder: &Path,
    prefix: &str,
    part: &str,
    (kind, ending): (&str, &str),
) -> Vec<PathBuf> {
    let name = |dash: char, packed: &str| {
        folder.join(format!("{prefix}{part}-{kind}{dash}{ending}{packed}"))
    };
    let packings = ["", ".gz"];
    packings
        .iter()
        .flat_map(|packed| [name('-', packed), name('.', packed)])
        .collect()
}

fn pair(
    [images, labels]: &[PathBuf; 2],
    files: &mut Vec<DataFile>,
) -> Result<RawImages, DataError> {
    let packed = file::read(images, files)?;
    let found = idx::images(&packed, MAX_BYTES).map_err(|fault| file::at(images, fault))?;
    let packed = file::read(labels, files)?;
    let found_labels = idx::labels(&packed, MAX_BYTES).map_err(|fault| file::at(labels, fault))?;
    if found_labels.len() != found.count {
        let fault = FileFault::Counts {
            labels: found_labels.len(),
            images: found.count,
        };
        return Err(file::at(labels, fault));
    }
    Ok(RawImages {
        pixels: Pixels::Bytes(found.bytes),
        labels: found_labels.into_iter().map(u16::from).collect(),
        height: found.height,
        width: found.width,
        full_scale: Some(255.0),
    })
}

#[cfg(test)]
mod tests;
