//! What a device has been used for.

use crate::black_box::Purpose;
use serde::{Deserialize, Serialize};
use std::ops::{Add, AddAssign};

/// Uses of a device for one purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Samples sent through the device: the unit of cost on a chip.
    pub queries: u64,
    /// Batches sent through.
    pub passes: u64,
    /// Times that a layer was programmed.
    pub programmings: u64,
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            queries: self.queries + other.queries,
            passes: self.passes + other.passes,
            programmings: self.programmings + other.programmings,
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Uses of a device by purpose. Failed calls are not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Measurements from which gradients are estimated.
    pub training: Usage,
    /// Accuracy on the training and test sets.
    pub evaluation: Usage,
    /// Measurements of the device itself.
    pub calibration: Usage,
}

impl Add for Ledger {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            training: self.training + other.training,
            evaluation: self.evaluation + other.evaluation,
            calibration: self.calibration + other.calibration,
        }
    }
}

impl Ledger {
    /// The uses for one purpose.
    pub fn of(&self, purpose: Purpose) -> &Usage {
        match purpose {
            Purpose::Training => &self.training,
            Purpose::Evaluation => &self.evaluation,
            Purpose::Calibration => &self.calibration,
        }
    }

    /// The uses for one purpose, to add to.
    pub fn of_mut(&mut self, purpose: Purpose) -> &mut Usage {
        match purpose {
            Purpose::Training => &mut self.training,
            Purpose::Evaluation => &mut self.evaluation,
            Purpose::Calibration => &mut self.calibration,
        }
    }

    /// The uses for all purposes together.
    pub fn total(&self) -> Usage {
        self.training + self.evaluation + self.calibration
    }

    /// The same where a device repeats every query: [`crate::BlackBox::repetitions`].
    #[must_use]
    pub fn repeated(mut self, repetitions: u32) -> Self {
        for usage in [
            &mut self.training,
            &mut self.evaluation,
            &mut self.calibration,
        ] {
            usage.queries = usage.queries.saturating_mul(repetitions.into());
            usage.passes = usage.passes.saturating_mul(repetitions.into());
        }
        self
    }

    /// Samples sent through for all purposes.
    pub fn total_queries(&self) -> u64 {
        self.total().queries
    }

    /// Batches sent through for all purposes.
    pub fn total_passes(&self) -> u64 {
        self.total().passes
    }

    /// Programmings for all purposes.
    pub fn total_programmings(&self) -> u64 {
        self.total().programmings
    }

    /// Samples that count against a budget: those for training and calibration.
    pub fn budgeted_queries(&self) -> u64 {
        self.training.queries + self.calibration.queries
    }
}
