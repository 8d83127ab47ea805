//! Time and energy on the bench, as `summary.json` has them.

use crate::wiring::BenchCosts;
use photonics::chip::cost::BenchCost;
use serde::{Deserialize, Serialize};

/// What a run took on the bench, by purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchRecord {
    /// Measurements from which gradients are estimated.
    pub training: CostRecord,
    /// Accuracy on the training and test sets.
    pub evaluation: CostRecord,
    /// Measurements of the device itself.
    pub calibration: CostRecord,
    /// All together.
    pub total: CostRecord,
}

/// Time in s and energy in J, part by part; `null` where the process does not state it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CostRecord {
    /// All time.
    pub total_s: Option<f64>,
    /// Settling of the phase shifters.
    pub settling_s: Option<f64>,
    /// Integration by the receivers.
    pub integration_s: Option<f64>,
    /// All energy that is stated.
    pub total_j: Option<f64>,
    /// Electrical energy of the laser.
    pub laser_j: Option<f64>,
    /// Heaters.
    pub heaters_j: Option<f64>,
    /// Input modulators.
    pub modulators_j: Option<f64>,
    /// Digital-to-analog converters.
    pub dac_j: Option<f64>,
    /// Analog-to-digital converters.
    pub adc_j: Option<f64>,
    /// Transimpedance amplifiers.
    pub tia_j: Option<f64>,
}

impl From<&BenchCosts> for BenchRecord {
    fn from(costs: &BenchCosts) -> Self {
        Self {
            training: costs.training.into(),
            evaluation: costs.evaluation.into(),
            calibration: costs.calibration.into(),
            total: costs.total().into(),
        }
    }
}

impl From<BenchCost> for CostRecord {
    fn from(cost: BenchCost) -> Self {
        Self {
            total_s: cost.total_s(),
            settling_s: cost.settling_s,
            integration_s: cost.integration_s,
            total_j: cost.total_j(),
            laser_j: cost.laser_j,
            heaters_j: cost.heaters_j,
            modulators_j: cost.modulators_j,
            dac_j: cost.dac_j,
            adc_j: cost.adc_j,
            tia_j: cost.tia_j,
        }
    }
}
