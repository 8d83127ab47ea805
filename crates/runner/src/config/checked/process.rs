//! Statistics of the foundry run and of the instruments. What each number is and where it may lie is
//! said in the table of [keys](super::super::keys); here they are typed. Defaults are the ideal chip.

use super::Instruments;
use serde::{Deserialize, Serialize};

/// From what a die is drawn, and with what it is driven and read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Laser, splitting tree, modulators.
    pub source: SourceProcess,
    /// Couplers, waveguides, phase shifters as light meets them.
    pub mesh: Mesh,
    /// Phase shifters and what drives them.
    pub heater: Heater,
    /// Photodiodes and their receivers.
    pub detector: Detector,
    /// What the instruments take.
    #[serde(default, skip_serializing_if = "Instruments::is_unstated")]
    pub instruments: Instruments,
    /// Monitors at the phase shifters.
    #[serde(default, skip_serializing_if = "Monitor::is_absent")]
    pub monitor: Monitor,
    /// What is broken.
    #[serde(default, skip_serializing_if = "Faults::is_empty")]
    pub faults: Faults,
}

/// Monitors at the phase shifters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Monitor {
    /// Part of the power that each takes; `None`: there are none, unless the solver needs them.
    pub tap_ratio: Option<f64>,
}

impl Monitor {
    /// Whether there are none, so that a file has no such table.
    pub fn is_absent(&self) -> bool {
        self.tap_ratio.is_none()
    }
}

/// Laser, splitting tree, modulators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceProcess {
    /// In dB/Hz; `None`: no noise.
    pub rin_db_per_hz: Option<f64>,
    /// Optical over electrical power.
    pub wall_plug_efficiency: f64,
    /// In dB.
    pub coupling_loss_db: f64,
    /// Of each 1x2 split, in dB.
    pub tree_excess_loss_db: f64,
    /// In dB.
    pub modulator_insertion_loss_db: f64,
    /// In dB; `None`: infinite.
    pub modulator_extinction_ratio_db: Option<f64>,
    /// `None`: continuous.
    pub modulator_dac_bits: Option<u8>,
}

/// Couplers, waveguides, phase shifters as light meets them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mesh {
    /// Of each coupler's angle, in rad.
    pub splitter_error_sigma_rad: f64,
    /// Share of its variance that follows the wafer position.
    pub splitter_correlation: f64,
    /// In um.
    pub splitter_correlation_length_um: f64,
    /// In dB.
    pub coupler_loss_db: f64,
    /// In dB.
    pub coupler_loss_sigma_db: f64,
    /// In dB.
    pub shifter_loss_db: f64,
    /// In dB.
    pub shifter_loss_sigma_db: f64,
    /// In dB/cm.
    pub waveguide_loss_db_per_cm: f64,
    /// Relative to the mean.
    pub waveguide_loss_sigma_relative: f64,
    /// In dB.
    pub crossing_loss_db: f64,
    /// In dB.
    pub crossing_loss_sigma_db: f64,
    /// In um.
    pub mzi_length_um: f64,
    /// In um.
    pub port_pitch_um: f64,
}

/// Phase shifters and what drives them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heater {
    /// What is set.
    pub law: HeaterLaw,
    /// In mW.
    pub p_pi_mw: f64,
    /// `None`: not stated, there are no voltages.
    pub resistance_ohm: Option<f64>,
    /// Relative.
    pub efficiency_sigma: f64,
    /// `None`: continuous.
    pub dac_bits: Option<u8>,
    /// In rad.
    pub full_scale_rad: f64,
    /// In rad.
    pub phase_offset_sigma_rad: f64,
    /// In us.
    pub response_time_us: f64,
    /// In us.
    pub settling_us: f64,
    /// In um.
    pub phi_x_um: f64,
    /// In um.
    pub theta_x_um: f64,
    /// How heaters warm each other.
    pub crosstalk: Crosstalk,
    /// How phases wander.
    pub drift: Drift,
}

/// What is set, and how the phase follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeaterLaw {
    /// The phase itself.
    Direct,
    /// The power.
    Power,
    /// The voltage.
    Voltage,
}

/// How heaters warm each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crosstalk {
    /// Share of the phase at the reference distance.
    pub coupling: f64,
    /// In um.
    pub reference_um: f64,
    /// In um.
    pub decay_length_um: f64,
}

/// How phases wander.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// In rad.
    pub sigma_rad: f64,
    /// In s.
    pub time_constant_s: f64,
}

/// Photodiodes and their receivers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detector {
    /// Whether there is noise.
    pub noise: bool,
    /// In A/W.
    pub responsivity_a_per_w: f64,
    /// Relative.
    pub responsivity_sigma: f64,
    /// In A.
    pub dark_current_a: f64,
    /// In Hz; of a noisy receiver, unless it has an integration time.
    pub bandwidth_hz: Option<f64>,
    /// In s.
    pub integration_time_s: Option<f64>,
    /// In ohm; of a noisy receiver, as all that follow.
    pub load_ohm: Option<f64>,
    /// In K.
    pub temperature_k: Option<f64>,
    /// Whether it counts.
    pub shot_noise: Option<bool>,
    /// Whether it counts.
    pub thermal_noise: Option<bool>,
    /// Whether it counts.
    pub intensity_noise: Option<bool>,
    /// In A; `None`: linear.
    pub saturation_a: Option<f64>,
    /// In dB below the layer's power; `None`: none.
    pub optical_crosstalk_floor_db: Option<f64>,
    /// `None`: continuous.
    pub adc_bits: Option<u8>,
    /// In A, one for all layers or one per layer; `None`: by the link budget.
    pub adc_full_scale_a: Option<Vec<f64>>,
}

/// What is broken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Faults {
    /// Input ports without light, from 0.
    pub open_ports: Option<Vec<usize>>,
    /// Detectors without current.
    pub dead_detectors: Option<Vec<DeadDetector>>,
    /// Phase shifters that stay where they are.
    pub stuck_heaters: Option<Vec<StuckHeater>>,
}

impl Faults {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A detector without current.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadDetector {
    /// From 0.
    pub layer: usize,
    /// From 0.
    pub port: usize,
}

/// A phase shifter that stays where it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StuckHeater {
    /// From 0.
    pub layer: usize,
    /// Which phase it should set.
    pub heater: HeaterKind,
    /// The MZI or the port, from 0.
    pub index: usize,
    /// In rad.
    pub phase_rad: Option<f64>,
    /// The code of its converter.
    pub code: Option<u32>,
}

/// Phase shifters by what they set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeaterKind {
    /// The internal phase of an MZI.
    Theta,
    /// Its external phase.
    Phi,
    /// The output phase of a port.
    Gamma,
}
