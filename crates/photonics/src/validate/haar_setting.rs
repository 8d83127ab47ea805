//! Settings of a mesh at which it is a Haar-random unitary, as far as it can be.

use crate::mesh::correct::correct_as;
use crate::mesh::haar::haar_phases;
use crate::mesh::mzi_form::universal_plain;
use crate::mesh::{MeshHardware, MeshPhases, Topology};
use numerics::Stream;
use std::sync::Arc;

/// Draws settings.
#[derive(Clone, Debug)]
pub(super) struct HaarSettings {
    ideal: MeshHardware,
    /// The mesh of plain MZIs of which it is another form.
    plain: Option<Topology>,
}

impl HaarSettings {
    pub(super) fn new(topology: &Arc<Topology>) -> Self {
        Self {
            ideal: MeshHardware::ideal(topology.clone()),
            plain: universal_plain(topology),
        }
    }

    /// [theta | phi | gamma] in rad: of [`haar_phases`], in other forms of universal meshes those at which
    /// they are what the plain mesh is there.
    pub(super) fn draw(&self, stream: &mut Stream) -> Vec<f64> {
        let formed = self.plain.as_ref().and_then(|plain| {
            let phases = haar_phases(plain, stream);
            let phases = MeshPhases::split(&phases, plain.mzis(), plain.ports())?;
            Some(correct_as(&self.ideal, plain, phases).ok()?.phases_rad)
        });
        formed.unwrap_or_else(|| haar_phases(self.ideal.topology(), stream))
    }
}
