//! What the parts of a mesh let through.

use crate::component::mzi::ArmTransmission;

/// The losses of a mesh, as field transmissions.
///
/// What a port loses on its way past a column without an MZI there is found in the outer arm of the
/// next MZI on that port, or in the output.
#[derive(Clone, Debug, PartialEq)]
pub struct MeshLosses {
    /// Per MZI.
    pub arms: Vec<ArmTransmission>,
    /// Per port, behind the last MZI, in 0..=1.
    pub output: Vec<f64>,
}
