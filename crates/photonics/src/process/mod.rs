//! The statistics of a foundry run and of the instruments.

mod mesh;

pub use mesh::MeshProcess;

use crate::design::DesignError;
use crate::detector::Photodiode;

/// From what the dies are drawn and with what they are read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Process {
    /// The meshes: splitter errors, losses, phase offsets.
    pub mesh: MeshProcess,
    /// The photodiodes and their receivers.
    pub photodiode: Photodiode,
}

impl Process {
    /// No error, no loss, noiseless detectors of 1 A/W: exactly the ideal mesh.
    pub const fn ideal() -> Self {
        Self {
            mesh: MeshProcess::ideal(),
            photodiode: Photodiode::ideal(),
        }
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        self.mesh.check()?;
        self.photodiode.check()
    }
}
