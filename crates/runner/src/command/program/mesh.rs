//! The mesh that is programmed.

use crate::cli::ProgramArgs;
use crate::error::{Error, Problem};
use crate::mesh_file::MeshFile;
use photonics::mesh::decompose::diamond_ports;
use photonics::mesh::{NamedTopology, Topology};
use std::path::Path;
use std::sync::Arc;

/// A mesh, once the target says how large it is.
pub(super) struct Mesh {
    /// The named topology that it is, whatever a file calls it.
    pub(super) named: Option<NamedTopology>,
    /// The wiring in a file.
    file: Option<Arc<Topology>>,
    /// As messages call it.
    pub(super) said: String,
}

impl Mesh {
    /// What the options name.
    ///
    /// # Errors
    /// A file that is no mesh, extra columns that do not fit.
    pub(super) fn new(args: &ProgramArgs) -> Result<Self, Error> {
        let said = args.mesh.to_string();
        let named = args.mesh.named(args.extra_columns)?;
        let Some(path) = args.mesh.file() else {
            return Ok(Self {
                named,
                file: None,
                said,
            });
        };
        let topology = MeshFile::read(path)?.topology;
        Ok(Self {
            named: NamedTopology::of(&topology),
            file: Some(topology),
            said,
        })
    }

    /// Whether phases can be computed, not only searched.
    pub(super) fn has_decomposition(&self) -> bool {
        use NamedTopology::{Diamond, Rectangular, RedundantRectangular, Svd, Triangular};
        matches!(
            self.named,
            Some(Rectangular | Triangular | Diamond | RedundantRectangular { .. } | Svd)
        )
    }

    /// The wiring for a target of so many rows and columns.
    ///
    /// # Errors
    /// A target of another size.
    pub(super) fn topology(
        &self,
        target: &Path,
        rows: usize,
        columns: usize,
    ) -> Result<Arc<Topology>, Error> {
        let ports = match self.named {
            Some(NamedTopology::Diamond) => diamond_ports(rows),
            _ => rows.max(columns),
        };
        let Some(file) = &self.file else {
            let named = self.named.map(|named| named.build(ports));
            return match named {
                Some(Ok(topology)) => Ok(Arc::new(topology)),
                Some(Err(error)) => Err(Error::failed("the mesh cannot be built", error, "")),
                None => Err(Error::failed(
                    "the mesh cannot be built",
                    &self.said[..],
                    "",
                )),
            };
        };
        if file.ports() == ports {
            return Ok(file.clone());
        }
        let why = format!(
            "the target is {rows} x {columns}, the mesh {} has {} ports",
            self.said,
            file.ports()
        );
        let help = match self.named {
            Some(NamedTopology::Diamond) => "a diamond of 2 N - 2 ports takes N x N".to_owned(),
            _ => format!("give a matrix of {0} x {0}", file.ports()),
        };
        Err(Problem::of(target.display(), why, help).into())
    }
}
