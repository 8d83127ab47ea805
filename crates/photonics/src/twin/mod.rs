//! The differentiable twin: a model of a mesh, or of a whole chip, that also tells the gradient.
//!
//! A chip on the bench tells what comes out. A model of it (its design, an estimate from calibration,
//! or the truth) tells as well how a real loss L of its outputs changes with every phase, at the cost of
//! a few passes of light. Reverse mode, written by hand.

mod chip;
mod gradient;
mod mesh;
mod network;
mod readout;
mod reverse;
mod tape;

pub(crate) use readout::Reader;

pub use chip::{Knowledge, Twin, TwinError};
pub use mesh::MeshTwin;
pub use tape::Tape;
