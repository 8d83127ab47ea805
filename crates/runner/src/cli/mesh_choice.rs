//! A mesh by its name or from a file.

use crate::error::{Error, Problem};
use crate::mesh_file::{MeshFile, NAMES, named};
use photonics::mesh::{NamedTopology, Topology};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

/// A named topology, or a mesh file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeshChoice {
    /// One of [`NAMES`].
    Named(&'static str),
    /// A file in TOML.
    File(PathBuf),
}

impl FromStr for MeshChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(name) = NAMES.into_iter().find(|name| *name == text) {
            return Ok(Self::Named(name));
        }
        if Path::new(text).extension().is_some_and(|end| end == "toml") {
            return Ok(Self::File(text.into()));
        }
        Err(format!(
            "no mesh has this name ({}), and the path of a mesh file ends in .toml",
            NAMES.join(", ")
        ))
    }
}

impl fmt::Display for MeshChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl MeshChoice {
    /// The file that is read, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Named(_) => None,
            Self::File(path) => Some(path),
        }
    }

    /// The named topology; `None` where a file says what the mesh is.
    ///
    /// # Errors
    /// Extra columns of a mesh that has none, or none of one that needs them.
    pub fn named(&self, extra_columns: Option<u16>) -> Result<Option<NamedTopology>, Problem> {
        let found = match self {
            Self::Named(name) => named(name, extra_columns.unwrap_or(0).into()),
            Self::File(_) => None,
        };
        let redundant = matches!(found, Some(NamedTopology::RedundantRectangular { .. }));
        match extra_columns {
            None if redundant => Err(Problem::of(
                "--mesh",
                "redundant-rectangular needs its number of extra columns",
                "give --extra-columns, for example --extra-columns 2",
            )),
            Some(_) if !redundant => Err(Problem::of(
                "--extra-columns",
                match self {
                    Self::Named(name) => format!("{name} has none"),
                    Self::File(path) => format!("{} says them itself", path.display()),
                },
                "leave it out, or give --mesh redundant-rectangular",
            )),
            _ => Ok(found),
        }
    }

    /// The mesh; `ports` counts where a name does not say.
    ///
    /// # Errors
    /// As [`MeshChoice::named`]; a file that is not a mesh, or no port.
    pub fn topology(
        &self,
        ports: usize,
        extra_columns: Option<u16>,
    ) -> Result<Arc<Topology>, Error> {
        match (self, self.named(extra_columns)?) {
            (Self::File(path), _) => Ok(MeshFile::read(path)?.topology),
            (_, Some(named)) => named
                .build(ports)
                .map(Arc::new)
                .map_err(|error| Error::failed("the mesh cannot be built", error, "")),
            (Self::Named(name), None) => Err(Error::failed("the mesh cannot be built", *name, "")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meshes_have_the_names_of_experiments() {
        for name in NAMES {
            assert_eq!(name.parse(), Ok(MeshChoice::Named(name)));
        }
        assert_eq!("a.toml".parse(), Ok(MeshChoice::File("a.toml".into())));
        assert!("clements".parse::<MeshChoice>().is_err());
    }
}
