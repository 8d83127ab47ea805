//! What a result was reached with.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a trainer could see. Results that differ in it do not compete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Access {
    /// Readouts of the device, and nothing else.
    #[default]
    #[serde(rename = "forward-only")]
    ForwardOnly,
    /// Readouts of the device, powers at its parameters, and light that is sent and received coherently at
    /// both ends of every layer: gradients of the device by measurements, without a model.
    #[serde(rename = "internal taps + backward light")]
    InternalTaps,
    /// Readouts of the device, and gradients of a model of it.
    #[serde(rename = "device+twin")]
    DeviceAndTwin,
    /// A model that was fitted to measurements of the device before the training; in that the device is
    /// only evaluated.
    #[serde(rename = "calibrated-twin")]
    CalibratedTwin,
    /// A model of the device alone, of which nothing was measured; the device is only evaluated.
    #[serde(rename = "twin")]
    Twin,
    /// The device as it is: what no measurement tells. An upper bound.
    #[serde(rename = "truth")]
    Truth,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::ForwardOnly => "forward-only",
            Self::InternalTaps => "internal taps + backward light",
            Self::DeviceAndTwin => "device+twin",
            Self::CalibratedTwin => "calibrated-twin",
            Self::Twin => "twin",
            Self::Truth => "truth",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_text_say_the_same() {
        for access in [
            Access::ForwardOnly,
            Access::InternalTaps,
            Access::DeviceAndTwin,
            Access::CalibratedTwin,
            Access::Twin,
            Access::Truth,
        ] {
            let json = serde_json::to_string(&access).unwrap();
            assert_eq!(json, format!("\"{access}\""));
        }
    }
}
