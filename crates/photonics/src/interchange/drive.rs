//! Phases as what is set on a bench: power of a heater, voltage over it, code of its converter.
//!
//! The nominal heater of a process, whatever a die makes of it: `phi = pi P / P_pi` and `P = V^2 / R`. A
//! converter of b bits has the codes 0 ..= 2^b - 1 for the settings 0 ..= full scale; under
//! [`HeaterLaw::Voltage`] the setting is the voltage, under [`HeaterLaw::Power`] the power, under
//! [`HeaterLaw::Direct`] the phase itself, which takes no power. Codes are those of
//! [`crate::chip::actuation::Actuator`].

use crate::chip::actuation::{ROUND, wrap};
use crate::process::heater::{HeaterLaw, HeaterProcess};
use std::f64::consts::PI;
use thiserror::Error;

/// What may be beyond full scale by rounding alone, relative.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// A nominal heater and its converter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drive {
    law: HeaterLaw,
    p_pi_w: f64,
    full_scale_rad: f64,
    largest_code: Option<u32>,
    resistance_ohm: Option<f64>,
}

/// How a phase is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// The phase that the nominal heater then has, in rad.
    pub set_rad: f64,
    /// What the heater then dissipates, in W; `None` where phases take no power.
    pub power_w: Option<f64>,
    /// The voltage over the heater in V; `None` where its resistance is not known, or no power is taken.
    pub volt: Option<f64>,
    /// The code of the converter; `None` where there is none.
    pub code: Option<u32>,
    /// Whether the phase is beyond full scale and full scale is set instead.
    pub clipped: bool,
}

/// What cannot be set.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum DriveError {
    /// A resistance that is none.
    #[error("the heater resistance {ohm} ohm is not a finite number > 0")]
    Resistance {
        /// In ohm.
        ohm: f64,
    },
    /// There is no converter.
    #[error("the process has no DAC, so a code is no phase")]
    NoConverter,
    /// The converter does not have this code.
    #[error("the code {code} is not one of the DAC, 0 to {largest}")]
    Code {
        /// The code.
        code: f64,
        /// The largest it has.
        largest: u32,
    },
    /// Phases take no power.
    #[error("phase shifters of the law \"direct\" take no power")]
    NoPower,
    /// The resistance is not given.
    #[error("without the heater resistance a voltage is no phase")]
    NoResistance,
    /// Less than nothing, or more than full scale.
    #[error("{value:e} {unit} is not in 0 to full scale, {full_scale:e} {unit}")]
    Range {
        /// The value.
        value: f64,
        /// At full scale.
        full_scale: f64,
        /// Of both.
        unit: &'static str,
    },
}

impl Drive {
    /// The nominal heater of a process that has passed [`HeaterProcess::check`].
    ///
    /// # Errors
    /// A resistance that is not a finite number > 0.
    pub fn new(process: &HeaterProcess, resistance_ohm: Option<f64>) -> Result<Self, DriveError> {
        match resistance_ohm {
            Some(ohm) if !(ohm.is_finite() && ohm > 0.0) => Err(DriveError::Resistance { ohm }),
            _ => Ok(Self {
                law: process.law,
                p_pi_w: process.p_pi_w,
                full_scale_rad: process.full_scale_rad,
                largest_code: process.largest_code(),
                resistance_ohm,
            }),
        }
    }

    /// How a phase in rad is set: less whole turns, at most full scale, to the nearest code.
    ///
    /// ```
    /// use photonics::interchange::drive::Drive;
    /// use photonics::process::heater::{HeaterLaw, HeaterProcess};
    /// use std::f64::consts::PI;
    /// let process = HeaterProcess { law: HeaterLaw::Voltage, p_pi_w: 25e-3, ..HeaterProcess::ideal() };
    /// let drive = Drive::new(&process, Some(400.0)).unwrap();
    /// let pi = drive.setting(PI);
    /// // sqrt(25 mW x 400 ohm)
    /// assert!((pi.volt.unwrap() - 10.0_f64.sqrt()).abs() < 1e-15);
    /// ```
    pub fn setting(&self, phase_rad: f64) -> Setting {
        let full = self.full_scale_rad;
        if self.law == HeaterLaw::Direct && self.largest_code.is_none() {
            return self.at(phase_rad, None, false);
        }
        let turn = wrap(phase_rad);
        let (clipped, wanted) = (turn > full, turn.min(full));
        let Some(largest) = self.largest_code.map(f64::from) else {
            return self.at(wanted, None, clipped);
        };
        // The same operations as the actuator's, so that the codes are the same at the halves too.
        let code = match self.law {
            HeaterLaw::Voltage => (wanted / full).sqrt().mul_add(largest, ROUND) - ROUND,
            _ => wanted.mul_add(largest / full, ROUND) - ROUND,
        };
        self.at(self.of_code(code, largest), Some(code as u32), clipped)
    }

    /// The phase in rad at a code.
    ///
    /// # Errors
    /// No converter, or not a code of it.
    pub fn phase_of_code(&self, code: f64) -> Result<f64, DriveError> {
        let largest = self.largest_code.ok_or(DriveError::NoConverter)?;
        if code.fract() != 0.0 || !(0.0..=f64::from(largest)).contains(&code) {
            return Err(DriveError::Code { code, largest });
        }
        Ok(self.of_code(code, largest.into()))
    }

    /// The phase in rad at a voltage in V over the heater.
    ///
    /// # Errors
    /// No resistance or no power, or a voltage below 0 or beyond full scale.
    pub fn phase_of_volt(&self, volt: f64) -> Result<f64, DriveError> {
        let full_scale_w = self.full_scale_w().ok_or(DriveError::NoPower)?;
        let ohm = self.resistance_ohm.ok_or(DriveError::NoResistance)?;
        within(volt, (full_scale_w * ohm).sqrt(), "V")?;
        Ok(self.of_power(volt * volt / ohm))
    }

    /// The phase in rad at a power in W.
    ///
    /// # Errors
    /// Phases without power, or one below 0 or beyond full scale.
    pub fn phase_of_power(&self, power_w: f64) -> Result<f64, DriveError> {
        within(
            power_w,
            self.full_scale_w().ok_or(DriveError::NoPower)?,
            "W",
        )?;
        Ok(self.of_power(power_w))
    }

    /// What a heater dissipates at full scale, in W; `None` where phases take no power.
    pub fn full_scale_w(&self) -> Option<f64> {
        self.power_w(self.full_scale_rad)
    }

    /// The voltage over a heater at full scale, in V; `None` where it is not known.
    pub fn full_scale_v(&self) -> Option<f64> {
        self.volt(self.full_scale_rad)
    }

    fn at(&self, set_rad: f64, code: Option<u32>, clipped: bool) -> Setting {
        Setting {
            set_rad,
            power_w: self.power_w(set_rad),
            volt: self.volt(set_rad),
            code,
            clipped,
        }
    }

    fn of_code(&self, code: f64, largest: f64) -> f64 {
        match self.law {
            HeaterLaw::Voltage => code * code * (self.full_scale_rad / (largest * largest)),
            _ => code * (self.full_scale_rad / largest),
        }
    }

    fn of_power(&self, power_w: f64) -> f64 {
        PI * power_w / self.p_pi_w
    }

    fn power_w(&self, phase_rad: f64) -> Option<f64> {
        (self.law != HeaterLaw::Direct).then(|| phase_rad * self.p_pi_w / PI)
    }

    fn volt(&self, phase_rad: f64) -> Option<f64> {
        Some((self.power_w(phase_rad)? * self.resistance_ohm?).sqrt())
    }
}

fn within(value: f64, full_scale: f64, unit: &'static str) -> Result<(), DriveError> {
    if (0.0..=full_scale * (1.0 + ROUNDING)).contains(&value) {
        Ok(())
    } else {
        Err(DriveError::Range {
            value,
            full_scale,
            unit,
        })
    }
}

#[cfg(test)]
mod tests;
