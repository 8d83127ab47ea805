//! What a chip has done on the bench, by purpose.

use fzero::Purpose;
use photonics::chip::cost::{BenchCost, BenchRates, BenchUse};
use serde::{Deserialize, Serialize};

/// The use of a chip, booked by purpose like the queries of [`fzero::Ledger`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchLedger {
    /// Measurements from which gradients are estimated.
    pub training: BenchUse,
    /// Accuracy on the training and test sets.
    pub evaluation: BenchUse,
    /// Measurements of the device itself.
    pub calibration: BenchUse,
}

/// What it has cost, by purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BenchCosts {
    /// Of the training.
    pub training: BenchCost,
    /// Of the evaluation.
    pub evaluation: BenchCost,
    /// Of the calibration.
    pub calibration: BenchCost,
}

impl BenchLedger {
    /// Adds to the use for one purpose.
    pub(super) fn book(&mut self, purpose: Purpose, used: BenchUse) {
        *match purpose {
            Purpose::Training => &mut self.training,
            Purpose::Evaluation => &mut self.evaluation,
            Purpose::Calibration => &mut self.calibration,
        } += used;
    }

    /// Adds another use.
    pub fn add(&mut self, other: &Self) {
        self.training += other.training;
        self.evaluation += other.evaluation;
        self.calibration += other.calibration;
    }

    /// What it costs.
    pub fn costs(&self, rates: &BenchRates) -> BenchCosts {
        BenchCosts {
            training: rates.cost(&self.training),
            evaluation: rates.cost(&self.evaluation),
            calibration: rates.cost(&self.calibration),
        }
    }
}

impl BenchCosts {
    /// For all purposes together.
    pub fn total(&self) -> BenchCost {
        self.training + self.evaluation + self.calibration
    }
}
