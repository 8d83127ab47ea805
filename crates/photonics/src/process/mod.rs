//! The statistics of a foundry run and of the instruments.

pub mod detector;
pub mod faults;
mod mesh;

pub use detector::DetectorProcess;
pub use faults::{DeadDetector, Faults};
pub use mesh::MeshProcess;

use crate::design::DesignError;

/// From what the dies are drawn and with what they are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    /// The meshes: splitter errors and losses.
    pub mesh: MeshProcess,
    /// The photodiodes and their receivers.
    pub detector: DetectorProcess,
    /// What is broken.
    pub faults: Faults,
}

impl Process {
    /// No error, no loss, noiseless detectors of 1 A/W: exactly the ideal mesh.
    pub const fn ideal() -> Self {
        Self {
            mesh: MeshProcess::ideal(),
            detector: DetectorProcess::ideal(),
            faults: Faults::none(),
        }
    }

    /// Checks that every value is in its range. Whether what is broken exists is only known with the
    /// design: [`Faults::check`].
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        self.mesh.check()?;
        self.detector.check()
    }
}
