//! What the parts of a mesh let through.

use crate::component::mzi::ArmTransmission;

/// The losses of a mesh, as field transmissions.
///
/// What a port loses on its way past a column without an MZI there is found in the outer arm of the
/// next MZI on that port, or in the output.
#[derive(Clone, Debug, PartialEq)]
pub struct MeshLosses {
    /// Per MZI or other cell ([`super::cell`]). A symmetric MZI has phi in its lower inner arm. Of a coupler
    /// and of a crossing the two arms of a port count together, with both of a port in front of it; of a cell
    /// on one port the upper ones, of an attenuator all but the lower outer one.
    pub arms: Vec<ArmTransmission>,
    /// Per port, behind the last MZI, in 0..=1.
    pub output: Vec<f64>,
}
