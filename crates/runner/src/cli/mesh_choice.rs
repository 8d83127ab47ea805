//! A mesh by its name or from a file.

use crate::error::Error;
use crate::mesh_file::{MeshFile, NAMES, named};
use photonics::mesh::Topology;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

/// A named topology, or a mesh file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeshChoice {
    /// One of [`NAMES`] but the redundant rectangular mesh, whose extra columns a file says.
    Named(&'static str),
    /// A file in TOML.
    File(PathBuf),
}

impl FromStr for MeshChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(name) = names().find(|name| *name == text) {
            return Ok(Self::Named(name));
        }
        if Path::new(text).extension().is_some_and(|end| end == "toml") {
            return Ok(Self::File(text.into()));
        }
        let names: Vec<_> = names().collect();
        Err(format!(
            "no mesh has this name ({}), and the path of a mesh file ends in .toml",
            names.join(", ")
        ))
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    NAMES
        .into_iter()
        .filter(|name| !name.starts_with("redundant"))
}

impl MeshChoice {
    /// The mesh; `ports` counts where a name does not say.
    ///
    /// # Errors
    /// A file that is not a mesh, or no port.
    pub fn topology(&self, ports: usize) -> Result<Arc<Topology>, Error> {
        match self {
            Self::File(path) => Ok(MeshFile::read(path)?.topology),
            Self::Named(name) => match named(name, 0).map(|topology| topology.build(ports)) {
                Some(Ok(topology)) => Ok(Arc::new(topology)),
                Some(Err(error)) => Err(Error::failed("the mesh cannot be built", error, "")),
                None => Err(Error::failed("the mesh cannot be built", *name, "")),
            },
        }
    }
}
