//! Statistics of the foundry run and of the instruments.

use super::Instruments;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What differs from die to die, and what detectors add. All zero and off: the ideal chip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Standard deviation of each coupler's angle error, in rad.
    pub splitter_error_sigma_rad: f64,
    /// Mean insertion loss of an MZI, in dB, at least 0.
    pub mzi_loss_db: f64,
    /// Standard deviation of the insertion loss over the die, in dB.
    pub mzi_loss_sigma_db: f64,
    /// Detectors.
    pub detector: Detector,
    /// What the instruments take.
    #[serde(default, skip_serializing_if = "Instruments::is_unstated")]
    pub instruments: Instruments,
}

/// Photodiodes and their receivers.
#[derive(Clone, Debug, PartialEq)]
pub struct Detector {
    /// Photocurrent per optical power, in A/W.
    pub responsivity_a_per_w: f64,
    /// Current without light, in A.
    pub dark_current_a: f64,
    /// Shot and thermal noise; `None`: off.
    pub noise: Option<Noise>,
}

/// What sets the noise of a receiver: shot noise 2 q (I + I_dark) B, thermal noise 4 k T B / R.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// B, in Hz.
    pub bandwidth_hz: f64,
    /// R, in ohm.
    pub load_ohm: f64,
    /// T, in K.
    pub temperature_k: f64,
}

/// As the file has it: a switch beside the values that it makes effective.
#[derive(Serialize, Deserialize)]
struct DetectorInFile {
    noise: bool,
    responsivity_a_per_w: f64,
    dark_current_a: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bandwidth_hz: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    load_ohm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature_k: Option<f64>,
}

impl Serialize for Detector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        DetectorInFile {
            noise: self.noise.is_some(),
            responsivity_a_per_w: self.responsivity_a_per_w,
            dark_current_a: self.dark_current_a,
            bandwidth_hz: self.noise.map(|noise| noise.bandwidth_hz),
            load_ohm: self.noise.map(|noise| noise.load_ohm),
            temperature_k: self.noise.map(|noise| noise.temperature_k),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Detector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let file = DetectorInFile::deserialize(deserializer)?;
        let needed = |value: Option<f64>, name: &'static str| {
            value.ok_or_else(|| serde::de::Error::missing_field(name))
        };
        let noise = if file.noise {
            Some(Noise {
                bandwidth_hz: needed(file.bandwidth_hz, "bandwidth_hz")?,
                load_ohm: needed(file.load_ohm, "load_ohm")?,
                temperature_k: needed(file.temperature_k, "temperature_k")?,
            })
        } else {
            None
        };
        Ok(Self {
            responsivity_a_per_w: file.responsivity_a_per_w,
            dark_current_a: file.dark_current_a,
            noise,
        })
    }
}
