//! Meshes of MZIs and other cells: their wiring, their phases, and the propagation of light through them.

pub mod butterfly;
pub mod cell;

pub mod correct;
pub mod counts;
pub mod crossings;
pub mod decompose;
pub mod diamond;
pub(crate) mod general;
pub mod haar;
pub mod hardware;
pub mod lint;
pub mod loss;
pub(crate) mod mixed;
pub(crate) mod monitored;
pub mod mzi_form;
pub mod naive;
pub mod named;
pub mod permuting_rectangular;
pub mod phases;
pub mod program;
pub mod propagate;
mod pushed;
pub mod reach;
pub mod rectangular;
pub mod redundant_rectangular;
pub(crate) mod rotation;
pub(crate) mod schedule;
mod straight;
pub mod svd;
pub mod topology;
pub mod tree;
pub mod triangular;
pub(crate) mod waiting;

pub use cell::{Cell, Parts, Placed};

pub use counts::Counts;
pub use hardware::MeshHardware;
pub use lint::Finding;
pub use loss::MeshLosses;
pub use mzi_form::MziForm;
pub use named::NamedTopology;
pub use phases::MeshPhases;
pub use program::Program;
pub use reach::Reach;
pub use topology::{Topology, TopologyError};
