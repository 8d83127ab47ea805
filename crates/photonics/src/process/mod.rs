//! The statistics of a foundry run and of the instruments.

pub mod heater;

use crate::design::{DesignError, within};
use crate::detector::Photodiode;

/// From what the dies are drawn and with what they are read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Process {
    /// Standard deviation of a coupler's angle error in rad, >= 0; input and output side of an MZI are
    /// independent.
    pub splitter_error_sigma_rad: f64,
    /// Mean insertion loss of an MZI in dB, >= 0.
    pub mzi_loss_db: f64,
    /// Standard deviation of the insertion loss of an MZI in dB, >= 0. A loss drawn below 0 counts
    /// as 0: nothing amplifies.
    pub mzi_loss_sigma_db: f64,
    /// The photodiodes and their receivers.
    pub photodiode: Photodiode,
}

impl Process {
    /// No error, no loss, noiseless detectors of 1 A/W: exactly the ideal mesh.
    pub const fn ideal() -> Self {
        Self {
            splitter_error_sigma_rad: 0.0,
            mzi_loss_db: 0.0,
            mzi_loss_sigma_db: 0.0,
            photodiode: Photodiode::ideal(),
        }
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        within(
            "splitter error sigma",
            self.splitter_error_sigma_rad,
            0.0..std::f64::consts::FRAC_PI_4,
            "in [0, pi/4) rad",
        )?;
        within("MZI loss", self.mzi_loss_db, 0.0..100.0, "in [0, 100) dB")?;
        within(
            "MZI loss sigma",
            self.mzi_loss_sigma_db,
            0.0..100.0,
            "in [0, 100) dB",
        )?;
        self.photodiode.check()
    }
}
