//! What some analyses ask of a mesh.

use crate::mesh::Topology;
use crate::mesh::cell::Cell;
use thiserror::Error;

/// The mesh has other cells than MZIs, and the analysis does not know them.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "cell {cell} of the mesh is of kind {kind}, this analysis is for meshes of plain MZIs alone"
)]
pub struct OtherCell {
    /// The number of the first of them.
    pub cell: usize,
    /// Its kind.
    pub kind: &'static str,
}

/// An error unless all cells are MZIs.
pub(super) fn mzis_alone(topology: &Topology) -> Result<(), OtherCell> {
    match (0..topology.mzis()).find(|&cell| topology.cell(cell) != Cell::Mzi) {
        None => Ok(()),
        Some(cell) => Err(OtherCell {
            cell,
            kind: topology.cell(cell).name(),
        }),
    }
}
