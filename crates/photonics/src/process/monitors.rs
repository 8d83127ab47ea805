//! Power monitors at the phase shifters.

use crate::design::{DesignError, within};

/// A monitor in front of every phase shifter theta and phi, which reads the light that comes from either
/// side, and coherent transmitters and receivers at both ends of every mesh: what back-propagation by
/// measurements needs ([`crate::in_situ`]).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Monitors {
    /// The part of the power that a monitor takes, in [0, 1). 0 is a monitor that reads all the light and
    /// takes none of it.
    pub tap_ratio: f64,
}

impl Monitors {
    /// The part of the power that becomes current.
    pub fn detected_ratio(&self) -> f64 {
        if self.tap_ratio == 0.0 {
            1.0
        } else {
            self.tap_ratio
        }
    }

    /// Field transmission past a monitor.
    pub fn passed(&self) -> f64 {
        (1.0 - self.tap_ratio).sqrt()
    }

    /// Checks that the value is in its range.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(&self) -> Result<(), DesignError> {
        within("monitor tap ratio", self.tap_ratio, 0.0..1.0, "in [0, 1)")
    }
}
