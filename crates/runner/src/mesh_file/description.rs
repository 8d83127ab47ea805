//! What a mesh file says, before anything is built.

use photonics::mesh::{MziForm, NamedTopology, Placed};

/// Ports of the largest mesh.
pub(super) const MAX_PORTS: usize = 4096;

/// A mesh as described. Places are bytes of the text.
#[derive(Debug)]
pub(super) struct Description {
    pub(super) name: String,
    pub(super) ports: usize,
    /// Of the MZIs of a topology or of columns.
    pub(super) form: MziForm,
    pub(super) wiring: Wiring,
}

#[derive(Debug)]
pub(super) enum Wiring {
    /// On all ports.
    Named { topology: NamedTopology, at: usize },
    /// Columns of cells, each with its place.
    Columns(Vec<Column>),
    /// In the order in which light meets them.
    Parts(Vec<Part>),
}

/// Cells side by side, each with its place.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) cells: Vec<(Placed, usize)>,
    pub(super) at: usize,
}

/// Something that is put into columns as soon as its ports allow.
#[derive(Debug)]
pub(super) enum Part {
    Cell {
        placed: Placed,
        at: usize,
    },
    Block {
        topology: NamedTopology,
        form: MziForm,
        /// The ports of the mesh on which its ports lie.
        ports: Vec<usize>,
        at: usize,
    },
}
