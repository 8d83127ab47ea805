//! The statistics of a foundry run and of the instruments.

pub mod detector;
pub mod faults;
pub mod heater;
pub mod instruments;
mod mesh;
mod monitors;
mod stuck_heater;

pub use detector::DetectorProcess;
pub use faults::{DeadDetector, Faults};
pub use heater::HeaterProcess;
pub use instruments::Instruments;
pub use mesh::MeshProcess;
pub use monitors::Monitors;
pub use stuck_heater::{HeaterKind, StuckAt, StuckHeater};

use crate::design::DesignError;

/// From what the dies are drawn and with what they are driven and read.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    /// The meshes: splitter errors and losses.
    pub mesh: MeshProcess,
    /// The phase shifters and what drives them.
    pub heater: HeaterProcess,
    /// The photodiodes and their receivers.
    pub detector: DetectorProcess,
    /// What is broken.
    pub faults: Faults,
    /// What the instruments take.
    pub instruments: Instruments,
    /// Monitors at the phase shifters, where the chip has them.
    pub monitors: Option<Monitors>,
}

impl Process {
    /// No error, no loss, phases as asked for, noiseless detectors of 1 A/W: exactly the ideal mesh. Of
    /// the instruments nothing is stated.
    pub const fn ideal() -> Self {
        Self {
            mesh: MeshProcess::ideal(),
            heater: HeaterProcess::ideal(),
            detector: DetectorProcess::ideal(),
            faults: Faults::none(),
            instruments: Instruments::ideal(),
            monitors: None,
        }
    }

    /// Checks that every value is in its range. Whether what is broken exists is only known with the
    /// design: [`Faults::check`].
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        self.mesh.check()?;
        self.heater.check()?;
        self.detector.check()?;
        self.monitors.map_or(Ok(()), |monitors| monitors.check())?;
        self.instruments.check()
    }
}
