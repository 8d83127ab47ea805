//! The statistics of the phase shifters: how a phase asked for becomes a phase.

use crate::design::{DesignError, within};
use std::f64::consts::PI;

/// The phase shifters of a die and the instruments that drive them.
///
/// A thermo-optic phase shifter turns the light by `pi P / P_pi` where it dissipates the power `P`
/// (for example Jacques et al., Opt. Express 27, 10456 (2019), doi:10.1364/OE.27.010456).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeaterProcess {
    /// What is set, and how the phase follows it.
    pub law: HeaterLaw,
    /// Power for a phase of pi in W, > 0. Without effect on the phases.
    pub p_pi_w: f64,
    /// Relative standard deviation of what a heater dissipates at the same setting, in [0, 0.5). A
    /// heater never cools: an efficiency drawn below 0 counts as 0.
    pub efficiency_sigma: f64,
    /// Resolution of the digital-to-analog converters in bits, 1..=24; `None` is continuous.
    pub dac_bits: Option<u8>,
    /// Phase of the nominal heater at the largest setting, in rad, > 0; 2.2 pi is typical. Without
    /// effect under [`HeaterLaw::Direct`] with continuous settings.
    pub full_scale_rad: f64,
    /// How the heaters warm each other.
    pub crosstalk: ThermalCrosstalk,
    /// Time constant of the phase shifters in s, >= 0: after a change the rest `exp(-t / tau)` is
    /// still to come.
    pub response_time_s: f64,
    /// How long one waits between a setting and the light, in s, >= 0.
    pub settling_s: f64,
    /// How the phases wander.
    pub drift: Drift,
    /// Standard deviation of a path's phase with its heater off, in rad, in [0, 100).
    pub phase_offset_sigma_rad: f64,
}

/// What is set, and how the phase follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaterLaw {
    /// The phase itself, over any range as long as there is no converter, and without power.
    Direct,
    /// The power: the phase is proportional to the setting.
    Power,
    /// The voltage over a resistor: the phase is proportional to the square of the setting.
    Voltage,
}

/// Thermal crosstalk: the share `coupling exp((reference_m - |dx| - |dy|) / decay_length_m)` of the
/// phase of every heater reaches every other at the distance (dx, dy).
///
/// Phases that add up in proportion to all dissipated powers are the model of Milanizadeh et al., J.
/// Lightwave Technol. 37, 1325 (2019), doi:10.1109/JLT.2019.2892512. The exponential decay over the
/// sum of both distances is chosen because the sum over all pairs of heaters then costs O(heaters).
///
/// The MZIs of column `c` stand at `x = c pitch_x_m`, their phi and theta heaters at the offsets
/// `phi_x_m` and `theta_x_m` from there and at `y = upper port * pitch_y_m`. The output screen stands
/// where the phi heaters of one more column would be, one heater at each port.
///
/// In a mesh of other cells a column has the length of its longest cell
/// ([`crate::mesh::Cell::length`]), and the places of its heaters scale with it. A phase shifter and an
/// attenuator on one port, and a symmetric MZI, have theta at the place of theta; the latter has phi at the
/// same x on its lower port.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThermalCrosstalk {
    /// Share of the phase that reaches a heater at `reference_m`, in [0, 1).
    pub coupling: f64,
    /// The distance at which `coupling` is given, in m, >= 0.
    pub reference_m: f64,
    /// Distance over which the share falls to 1/e, in m, > 0.
    pub decay_length_m: f64,
    /// Distance of columns in m, > 0.
    pub pitch_x_m: f64,
    /// Distance of ports in m, > 0.
    pub pitch_y_m: f64,
    /// Place of the phi heater within its column in m, in [0, `theta_x_m`).
    pub phi_x_m: f64,
    /// Place of the theta heater within its column in m, below `pitch_x_m`.
    pub theta_x_m: f64,
}

/// Drift: every phase wanders by an Ornstein-Uhlenbeck process of its own, stationary from the start,
/// with the autocovariance `sigma^2 exp(-|t| / time constant)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// Standard deviation in rad, in [0, 100).
    pub sigma_rad: f64,
    /// Time constant in s, > 0.
    pub time_constant_s: f64,
}

impl HeaterProcess {
    /// Every phase is exactly what was asked for.
    pub const fn ideal() -> Self {
        Self {
            law: HeaterLaw::Direct,
            p_pi_w: 20e-3,
            efficiency_sigma: 0.0,
            dac_bits: None,
            full_scale_rad: 2.2 * PI,
            crosstalk: ThermalCrosstalk::ideal(),
            response_time_s: 0.0,
            settling_s: 0.0,
            drift: Drift::ideal(),
            phase_offset_sigma_rad: 0.0,
        }
    }

    /// Checks that every value is in its range. Whether the heaters of a mesh warm each other too much
    /// is only known with its layout: [`crate::chip::crosstalk::Crosstalk::new`].
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        let positive = f64::MIN_POSITIVE;
        within("power for pi", self.p_pi_w, positive..1e3, "in (0, 1000) W")?;
        within(
            "heater efficiency sigma",
            self.efficiency_sigma,
            0.0..0.5,
            "in [0, 0.5), relative",
        )?;
        if let Some(bits) = self.dac_bits {
            within("DAC resolution", bits.into(), 1.0..24.5, "1 to 24 bits")?;
        }
        within(
            "full-scale phase",
            self.full_scale_rad,
            positive..100.0,
            "in (0, 100) rad",
        )?;
        self.crosstalk.check()?;
        if self.law == HeaterLaw::Direct {
            within(
                "thermal crosstalk of phase shifters without power",
                self.crosstalk.coupling,
                0.0..positive,
                "0: only the laws of power and voltage heat",
            )?;
        }
        within(
            "heater response time",
            self.response_time_s,
            0.0..1e6,
            "in [0, 1e6) s",
        )?;
        within("settling time", self.settling_s, 0.0..1e6, "in [0, 1e6) s")?;
        self.drift.check()?;
        within(
            "phase offset sigma",
            self.phase_offset_sigma_rad,
            0.0..100.0,
            "in [0, 100) rad",
        )
    }

    /// One step of the converter at mid scale in rad; `None` where settings are continuous.
    ///
    /// Codes c of 0..=m lead to the phases F c/m under the laws of phase and power, and F (c/m)^2
    /// under that of the voltage; the step in the middle is F/m for both.
    pub fn resolution_rad(&self) -> Option<f64> {
        Some(self.full_scale_rad / f64::from(self.largest_code()?))
    }

    /// The code at full scale; `None` where settings are continuous.
    pub fn largest_code(&self) -> Option<u32> {
        Some((1 << u32::from(self.dac_bits?)) - 1)
    }
}

impl ThermalCrosstalk {
    /// No heater warms another.
    pub const fn ideal() -> Self {
        Self {
            coupling: 0.0,
            reference_m: 100e-6,
            decay_length_m: 50e-6,
            pitch_x_m: 400e-6,
            pitch_y_m: 100e-6,
            phi_x_m: 100e-6,
            theta_x_m: 300e-6,
        }
    }

    fn check(&self) -> Result<(), DesignError> {
        let lengths = f64::MIN_POSITIVE..10.0;
        within(
            "thermal crosstalk coupling",
            self.coupling,
            0.0..1.0,
            "in [0, 1), a share of the phase",
        )?;
        within(
            "thermal crosstalk reference distance",
            self.reference_m,
            0.0..10.0,
            "in [0, 10) m",
        )?;
        within(
            "thermal crosstalk decay length",
            self.decay_length_m,
            lengths.clone(),
            "in (0, 10) m",
        )?;
        within(
            "pitch of columns",
            self.pitch_x_m,
            lengths.clone(),
            "in (0, 10) m",
        )?;
        within("pitch of ports", self.pitch_y_m, lengths, "in (0, 10) m")?;
        within(
            "place of the theta heater",
            self.theta_x_m,
            f64::MIN_POSITIVE..self.pitch_x_m,
            "in (0, pitch of columns) m",
        )?;
        within(
            "place of the phi heater",
            self.phi_x_m,
            0.0..self.theta_x_m,
            "in [0, place of the theta heater) m",
        )
    }
}

impl Drift {
    /// No drift.
    pub const fn ideal() -> Self {
        Self {
            sigma_rad: 0.0,
            time_constant_s: 3600.0,
        }
    }

    fn check(&self) -> Result<(), DesignError> {
        within("drift sigma", self.sigma_rad, 0.0..100.0, "in [0, 100) rad")?;
        within(
            "drift time constant",
            self.time_constant_s,
            f64::MIN_POSITIVE..f64::INFINITY,
            "a finite number > 0 s",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_named() {
        HeaterProcess::ideal().check().unwrap();
        type Change = fn(&mut HeaterProcess);
        let cases: [(Change, &str); 17] = [
            (|p| p.p_pi_w = 0.0, "power for pi"),
            (|p| p.efficiency_sigma = -0.1, "heater efficiency sigma"),
            (|p| p.efficiency_sigma = f64::NAN, "heater efficiency sigma"),
            (
                |p| p.dac_bits = Some(0),
                "DAC resolution = 0: must be 1 to 24 bits",
            ),
            (|p| p.dac_bits = Some(25), "DAC resolution"),
            (|p| p.full_scale_rad = 0.0, "full-scale phase"),
            (|p| p.crosstalk.coupling = 0.01, "without power"),
            (|p| p.crosstalk.coupling = 1.0, "crosstalk coupling"),
            (|p| p.crosstalk.reference_m = -1.0, "reference distance"),
            (|p| p.crosstalk.decay_length_m = 0.0, "decay length"),
            (|p| p.crosstalk.pitch_y_m = 0.0, "pitch of ports"),
            (
                |p| p.crosstalk.theta_x_m = 400e-6,
                "place of the theta heater",
            ),
            (|p| p.crosstalk.phi_x_m = 300e-6, "place of the phi heater"),
            (|p| p.response_time_s = f64::INFINITY, "response time"),
            (|p| p.settling_s = -1.0, "settling time"),
            (|p| p.drift.time_constant_s = 0.0, "drift time constant"),
            (|p| p.phase_offset_sigma_rad = -1.0, "phase offset sigma"),
        ];
        for (change, text) in cases {
            let mut process = HeaterProcess::ideal();
            change(&mut process);
            let error = process.check().unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
        for bits in [1, 24] {
            let dac_bits = Some(bits);
            let process = HeaterProcess {
                dac_bits,
                ..HeaterProcess::ideal()
            };
            process.check().unwrap();
        }
    }

    #[test]
    fn the_step_is_full_scale_over_the_largest_code() {
        let mut process = HeaterProcess::ideal();
        assert_eq!(process.resolution_rad(), None);
        process.dac_bits = Some(8);
        assert_eq!(process.largest_code(), Some(255));
        assert_eq!(process.resolution_rad(), Some(2.2 * PI / 255.0));
    }
}
