//! Meshes in TOML: a named topology, columns of MZIs, or components and blocks on listed ports.
//!
//! The way of a file: text -> `read` its keys, with their lines -> a description -> `build`: sizes are
//! checked, components put into columns, the [`Topology`] made. The format: `docs/meshes.md`.

mod build;
mod description;
mod fields;
mod names;
mod places;
mod read;

pub use names::{FORMS, NAMES, form, named};

use crate::error::{Error, Problem};
use photonics::mesh::{Finding, Topology};
use places::Places;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Largest file that is read, in bytes.
const MAX_FILE: u64 = 64 << 20;

/// A mesh from a file. Two are equal by their text and mesh, whatever the file is called.
#[derive(Clone, Debug)]
pub struct MeshFile {
    /// The file's text, from which the same mesh is made again.
    pub text: String,
    /// The mesh; its name is the file's `name`.
    pub topology: Arc<Topology>,
    /// What messages call the file.
    file: String,
    places: Places,
}

impl PartialEq for MeshFile {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, &self.topology) == (&other.text, &other.topology)
    }
}

impl MeshFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Problems`] with everything that is wrong, each with its line.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file = path.display().to_string();
        let unreadable = |error: std::io::Error| {
            let help = "give the path of a mesh in TOML";
            Problem::of(&file, format!("cannot be read: {error}"), help)
        };
        let bytes = fs::metadata(path).map_err(unreadable)?.len();
        if bytes > MAX_FILE {
            let why = format!("has {bytes} bytes, a mesh file at most {MAX_FILE}");
            let help = "state regular parts as a topology or as blocks";
            return Err(Problem::of(&file, why, help).into());
        }
        let text = fs::read(path).map_err(unreadable)?;
        let text = String::from_utf8(text)
            .map_err(|_| Problem::of(&file, "not UTF-8", "save the file as UTF-8 text"))?;
        Self::from_text(&file, text)
    }

    /// Makes the mesh of a text; `file` is what messages call it.
    ///
    /// # Errors
    /// As [`MeshFile::read`].
    pub fn from_text(file: &str, text: String) -> Result<Self, Error> {
        let description = read::read(file, &text).map_err(Error::Problems)?;
        let (topology, places) =
            build::build(file, &text, &description).map_err(Error::Problems)?;
        Ok(Self {
            topology: Arc::new(topology),
            text,
            file: file.to_owned(),
            places,
        })
    }

    /// What is odd about the wiring, each with file and line where it is about a cell or a column that the
    /// file states.
    pub fn with_lines(&self, findings: &[Finding]) -> Vec<String> {
        let ends: Vec<usize> = self.text.match_indices('\n').map(|(at, _)| at).collect();
        let said = |finding: &Finding| match self.places.of(finding) {
            Some(at) => {
                let line = 1 + ends.partition_point(|&end| end < at);
                format!("{}:{line}: {finding}", self.file)
            }
            None => finding.to_string(),
        };
        findings.iter().map(said).collect()
    }
}

#[cfg(test)]
mod tests;
