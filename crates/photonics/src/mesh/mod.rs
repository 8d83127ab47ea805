//! Meshes of MZIs: their wiring, their phases, and the propagation of light through them.

pub mod correct;
pub mod decompose;
mod general;
pub mod haar;
pub mod hardware;
pub mod loss;
pub mod naive;
pub mod phases;
pub mod program;
pub mod propagate;
mod pushed;
pub mod rectangular;
mod rotation;
pub(crate) mod schedule;
mod straight;
pub mod topology;
pub mod triangular;

pub use hardware::MeshHardware;
pub use loss::MeshLosses;
pub use phases::MeshPhases;
pub use program::Program;
pub use topology::{Topology, TopologyError};
