//! Seconds and joules, part by part.

use std::ops::{Add, AddAssign, Sub};

/// Time in s and energy in J, part by part. `None` is a part that the process does not state, and
/// never 0; where no time is stated, neither is the energy of what is on all the time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BenchCost {
    /// Waiting for the phase shifters to settle.
    pub settling_s: Option<f64>,
    /// Integration by the receivers.
    pub integration_s: Option<f64>,
    /// Electrical energy of the laser.
    pub laser_j: Option<f64>,
    /// Energy of the heaters.
    pub heaters_j: Option<f64>,
    /// Energy of the input modulators.
    pub modulators_j: Option<f64>,
    /// Energy of the digital-to-analog converters of heaters and modulators.
    pub dac_j: Option<f64>,
    /// Energy of the analog-to-digital converters.
    pub adc_j: Option<f64>,
    /// Energy of the transimpedance amplifiers.
    pub tia_j: Option<f64>,
}

impl BenchCost {
    /// All time in s; `None` where none is stated.
    pub fn total_s(&self) -> Option<f64> {
        sum([self.settling_s, self.integration_s])
    }

    /// All energy that is stated, in J; `None` where none is.
    pub fn total_j(&self) -> Option<f64> {
        sum([
            self.laser_j,
            self.heaters_j,
            self.modulators_j,
            self.dac_j,
            self.adc_j,
            self.tia_j,
        ])
    }

    fn combine(self, other: Self, operation: fn(f64, f64) -> f64) -> Self {
        let part = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (None, None) => None,
            (a, b) => Some(operation(a.unwrap_or(0.0), b.unwrap_or(0.0))),
        };
        Self {
            settling_s: part(self.settling_s, other.settling_s),
            integration_s: part(self.integration_s, other.integration_s),
            laser_j: part(self.laser_j, other.laser_j),
            heaters_j: part(self.heaters_j, other.heaters_j),
            modulators_j: part(self.modulators_j, other.modulators_j),
            dac_j: part(self.dac_j, other.dac_j),
            adc_j: part(self.adc_j, other.adc_j),
            tia_j: part(self.tia_j, other.tia_j),
        }
    }
}

impl Add for BenchCost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.combine(other, |a, b| a + b)
    }
}

impl AddAssign for BenchCost {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for BenchCost {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.combine(other, |a, b| a - b)
    }
}

/// The sum of what is stated; `None` where nothing is.
pub(super) fn sum<const N: usize>(parts: [Option<f64>; N]) -> Option<f64> {
    parts.into_iter().flatten().reduce(|a, b| a + b)
}
