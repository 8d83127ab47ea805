//! What was done with a chip, in numbers.

use serde::{Deserialize, Serialize};
use std::ops::{Add, AddAssign, Sub};

/// What was done with a chip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchUse {
    /// Programmings of a layer.
    pub programmings: u64,
    /// Heaters set in all programmings together.
    pub heaters_set: u64,
    /// Samples sent through, each counted once however often its readout is repeated.
    pub samples: u64,
    /// Numbers read: samples times readouts of the tapped layers, repetitions not counted.
    pub readouts: u64,
    /// Energy of the heaters in J.
    pub heaters_j: f64,
}

impl Add for BenchUse {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        // A forecast may be of an absurd plan, shown as the largest number there is.
        Self {
            programmings: self.programmings.saturating_add(other.programmings),
            heaters_set: self.heaters_set.saturating_add(other.heaters_set),
            samples: self.samples.saturating_add(other.samples),
            readouts: self.readouts.saturating_add(other.readouts),
            heaters_j: self.heaters_j + other.heaters_j,
        }
    }
}

impl Sub for BenchUse {
    type Output = Self;

    /// What was done since an earlier state of the same chip.
    fn sub(self, before: Self) -> Self {
        Self {
            programmings: self.programmings.saturating_sub(before.programmings),
            heaters_set: self.heaters_set.saturating_sub(before.heaters_set),
            samples: self.samples.saturating_sub(before.samples),
            readouts: self.readouts.saturating_sub(before.readouts),
            heaters_j: self.heaters_j - before.heaters_j,
        }
    }
}

impl AddAssign for BenchUse {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
