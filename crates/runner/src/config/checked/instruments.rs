//! What the instruments on the bench take.

use serde::{Deserialize, Serialize};

/// Data sheet figures; `None`: not stated, and then without a cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Instruments {
    /// Energy of one digital-to-analog conversion, in pJ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dac_pj_per_conversion: Option<f64>,
    /// Energy of one analog-to-digital conversion, in pJ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adc_pj_per_conversion: Option<f64>,
    /// Power of one transimpedance amplifier, in mW.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tia_mw: Option<f64>,
    /// Energy of a modulator for one amplitude at one port, in fJ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modulator_fj_per_symbol: Option<f64>,
}

impl Instruments {
    /// Whether nothing is stated, so that a file has no such table.
    pub fn is_unstated(&self) -> bool {
        *self == Self::default()
    }
}
