//! From the phases that are asked for to the phases that light meets.
//!
//! ```text
//!  asked --> [0, 2 pi) --> inverse law, DAC --> x efficiency = drive --> response = heat
//!  actual = heat + crosstalk(heat) + offset + drift
//! ```
//! All of it counts in rad of the heater's own phase: a heater that dissipates P gives `pi P / P_pi`.
//! A stage without effect is left out, so ideal phase shifters give back what was asked for, bit for
//! bit.

use crate::chip::crosstalk::Crosstalk;
use crate::chip::drift::{Drift, DriftState};
use crate::design::DesignError;
use crate::fabricate::heater::HeaterStatics;
use crate::mesh::Topology;
use crate::process::heater::{HeaterLaw, HeaterProcess};
use crate::process::{StuckAt, StuckHeater};
use numerics::{Streams, vectorize};
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// What 2 pi lacks as a double.
const TAU_REST: f64 = 2.449_293_598_294_706_4e-16;

/// Added to a number in 0..2^32 it rounds it to the nearest integer, ties to even, left in the low
/// bits of the sum.
pub(crate) const ROUND: f64 = 4_503_599_627_370_496.0; // 2^52

/// Change of phases in rad, rms, below which they are not written anew: a thousandth of a step of a
/// converter of 12 bits, and about what propagation in single precision rounds. An integration time of
/// nanoseconds against a drift over minutes is far below.
pub const NOTICEABLE_RAD: f64 = 1e-6;

/// The phase shifters of one layer.
#[derive(Clone, Debug)]
pub struct Actuator {
    process: HeaterProcess,
    statics: Arc<HeaterStatics>,
    setting: Setting,
    stuck: Vec<Stuck>,
    /// Places without a phase shifter: their drive is 0, and so is the phase that is written.
    missing: Vec<usize>,
    crosstalk: Option<Crosstalk>,
    drift: Option<Drift>,
    /// What the heaters would give once they have settled, in rad.
    drive_rad: Vec<f64>,
    /// What they gave when light was last sent; empty where they follow at once.
    heat_rad: Vec<f64>,
    /// The most by which a heater still differs from its drive, in rad.
    unsettled_rad: f64,
    codes: Vec<u32>,
    last_s: Option<f64>,
}

/// What changes about the phase shifters of a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ActuatorState {
    drive_rad: Vec<f64>,
    heat_rad: Vec<f64>,
    unsettled_rad: f64,
    codes: Vec<u32>,
    last_s: Option<f64>,
    drift: Option<DriftState>,
}

/// How the nominal phase follows from the one asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Setting {
    /// It is the same.
    AsAsked,
    /// It ends at full scale.
    Continuous { full_scale: f64 },
    /// It is `step` times the code, which is `scale` times what was asked for.
    Linear {
        full_scale: f64,
        scale: f64,
        step: f64,
    },
    /// It is `step` times the square of the code, which is `largest` times the square root of the
    /// share of full scale.
    Square {
        full_scale: f64,
        largest: f64,
        step: f64,
    },
}

#[derive(Clone, Copy, Debug)]
struct Stuck {
    place: usize,
    drive_rad: f64,
    code: Option<u32>,
}

impl Setting {
    fn new(process: &HeaterProcess) -> Self {
        let full_scale = process.full_scale_rad;
        let Some(largest) = process.largest_code().map(f64::from) else {
            return match process.law {
                HeaterLaw::Direct => Self::AsAsked,
                _ => Self::Continuous { full_scale },
            };
        };
        match process.law {
            HeaterLaw::Voltage => Self::Square {
                full_scale,
                largest,
                step: full_scale / (largest * largest),
            },
            _ => Self::Linear {
                full_scale,
                scale: largest / full_scale,
                step: full_scale / largest,
            },
        }
    }

    /// The nominal phase at a code.
    fn at(self, code: u32) -> f64 {
        let code = f64::from(code);
        match self {
            Self::Linear { step, .. } => code * step,
            Self::Square { step, .. } => code * code * step,
            Self::AsAsked | Self::Continuous { .. } => 0.0,
        }
    }
}

impl Actuator {
    /// The phase shifters of a layer at power-up, cold.
    ///
    /// Of `faults` those count that are in this layer. The process must have passed
    /// [`HeaterProcess::check`].
    ///
    /// # Errors
    /// Crosstalk that is too large for this layout, or a fault in a heater that does not exist.
    ///
    /// # Panics
    /// When the statics are those of another mesh.
    pub fn new(
        topology: &Arc<Topology>,
        statics: Arc<HeaterStatics>,
        process: &HeaterProcess,
        streams: Streams,
        layer: usize,
        faults: &[StuckHeater],
    ) -> Result<Self, DesignError> {
        let heaters = 2 * topology.mzis() + topology.ports();
        assert_eq!(statics.heaters(), heaters, "statics of another mesh");
        let setting = Setting::new(process);
        let efficiency = |place: usize| statics.efficiency().map_or(1.0, |x| x[place]);
        let mut stuck = Vec::new();
        for fault in faults.iter().filter(|fault| fault.layer == layer) {
            fault.check(topology, process)?;
            let place = fault.place(topology);
            let (drive_rad, code) = match fault.at {
                StuckAt::Phase(phase) => (phase, None),
                StuckAt::Code(code) => (setting.at(code) * efficiency(place), Some(code)),
            };
            stuck.push(Stuck {
                place,
                drive_rad,
                code,
            });
        }
        let mut actuator = Self {
            process: *process,
            setting,
            stuck,
            missing: topology.missing_shifters(),
            crosstalk: Crosstalk::new(topology, &process.crosstalk)?,
            drift: Drift::new(process.drift, heaters, streams, layer as u64),
            drive_rad: vec![0.0; heaters],
            heat_rad: Vec::new(),
            unsettled_rad: 0.0,
            codes: vec![0; process.dac_bits.map_or(0, |_| heaters)],
            last_s: None,
            statics,
        };
        actuator.stick();
        if process.response_time_s > 0.0 {
            actuator.heat_rad.clone_from(&actuator.drive_rad);
        }
        Ok(actuator)
    }

    /// Number of places for a heater, 2 cells + ports; not each has one in a mesh of other cells than MZIs
    /// ([`Topology::has_shifter`]).
    pub fn heaters(&self) -> usize {
        self.drive_rad.len()
    }

    /// Sets the phases [theta | phi | gamma] in rad and writes those that light meets at `now_s`.
    ///
    /// `now_s` is the time of the light; the setting was made `settling_s` before, and until then the
    /// heaters followed the setting before. A clock that goes back stands still.
    ///
    /// # Panics
    /// When a length does not fit.
    pub fn actuate(&mut self, requested_rad: &[f64], now_s: f64, actual_rad: &mut [f64]) {
        assert_eq!(requested_rad.len(), self.heaters(), "one phase per heater");
        let elapsed_s = self.pass_time(now_s);
        self.follow(elapsed_s - self.process.settling_s);
        self.set(requested_rad);
        self.unsettled_rad = largest_difference(&self.heat_rad, &self.drive_rad);
        self.follow(self.process.settling_s);
        self.write(actual_rad);
    }

    /// Writes the phases that light meets at `now_s` at the setting as it is: the heaters have come
    /// closer to it and the phases have drifted.
    ///
    /// # Panics
    /// When the length does not fit.
    pub fn refresh(&mut self, now_s: f64, actual_rad: &mut [f64]) {
        let elapsed_s = self.pass_time(now_s);
        self.follow(elapsed_s);
        self.write(actual_rad);
    }

    /// Whether the phases change with time alone, so that [`Actuator::refresh`] is worth its while.
    pub fn changes_with_time(&self) -> bool {
        self.drift.is_some() || !self.heat_rad.is_empty()
    }

    /// Whether within a time they change so much that [`Actuator::refresh`] is worth its while: by
    /// [`NOTICEABLE_RAD`] for a heater that has not settled, or rms where phases drift.
    pub fn changes_noticeably_in(&self, time_s: f64) -> bool {
        if time_s <= 0.0 {
            return false;
        }
        let drift = self.drift.as_ref();
        let heating_rad = if self.unsettled_rad > 0.0 {
            self.unsettled_rad * -libm::expm1(-time_s / self.process.response_time_s)
        } else {
            0.0
        };
        heating_rad >= NOTICEABLE_RAD
            || drift.is_some_and(|drift| drift.rms_change_rad(time_s) >= NOTICEABLE_RAD)
    }

    /// Whether light always meets exactly the phases that were asked for, bit for bit.
    pub fn is_ideal(&self) -> bool {
        self.setting == Setting::AsAsked
            && self.stuck.is_empty()
            && self.crosstalk.is_none()
            && self.statics.is_ideal()
            && !self.changes_with_time()
    }

    /// What the converters are set to; `None` where settings are continuous.
    pub fn codes(&self) -> Option<&[u32]> {
        self.process.dac_bits.map(|_| &self.codes[..])
    }

    /// The electrical power of all heaters together at the present setting, in W.
    pub fn heater_power_w(&self) -> f64 {
        if self.process.law == HeaterLaw::Direct {
            return 0.0;
        }
        // Eight sums, whatever the width of the vector unit.
        let (eights, rest) = self.drive_rad.as_chunks::<8>();
        let sums = vectorize(
            #[inline(always)]
            || {
                let mut sums = [0.0; 8];
                for eight in eights {
                    for (sum, x) in sums.iter_mut().zip(eight) {
                        *sum += x;
                    }
                }
                sums
            },
        );
        let sum: f64 = sums.iter().chain(rest).sum();
        sum * self.process.p_pi_w / PI
    }

    /// One step of the converter at mid scale, in rad; `None` where settings are continuous.
    pub fn resolution_rad(&self) -> Option<f64> {
        self.process.resolution_rad()
    }

    /// Settings, heat and drift as they are.
    pub(super) fn state(&self) -> ActuatorState {
        ActuatorState {
            drive_rad: self.drive_rad.clone(),
            heat_rad: self.heat_rad.clone(),
            unsettled_rad: self.unsettled_rad,
            codes: self.codes.clone(),
            last_s: self.last_s,
            drift: self.drift.as_ref().map(Drift::state),
        }
    }

    /// Whether a state is one of phase shifters like these.
    pub(super) fn fits(&self, state: &ActuatorState) -> bool {
        let heaters = self.heaters();
        let drift = match (&self.drift, &state.drift) {
            (None, None) => true,
            (Some(_), Some(drift)) => drift.state_rad.len() == heaters,
            _ => false,
        };
        drift
            && state.drive_rad.len() == heaters
            && state.heat_rad.len() == self.heat_rad.len()
            && state.codes.len() == self.codes.len()
    }

    /// Goes on from a state that fits.
    pub(super) fn restore(&mut self, state: &ActuatorState) {
        self.drive_rad.clone_from(&state.drive_rad);
        self.heat_rad.clone_from(&state.heat_rad);
        self.unsettled_rad = state.unsettled_rad;
        self.codes.clone_from(&state.codes);
        self.last_s = state.last_s;
        if let (Some(drift), Some(state)) = (&mut self.drift, &state.drift) {
            drift.restore(state);
        }
    }

    /// The time since light was last sent; the drift has gone on by it.
    fn pass_time(&mut self, now_s: f64) -> f64 {
        let last_s = self.last_s.unwrap_or(now_s);
        let elapsed_s = (now_s - last_s).max(0.0);
        self.last_s = Some(last_s + elapsed_s);
        if let Some(drift) = &mut self.drift {
            drift.advance(elapsed_s);
        }
        elapsed_s
    }

    /// Lets the heaters follow their drive: what is missing falls by exp(-t / response time).
    fn follow(&mut self, time_s: f64) {
        if self.heat_rad.is_empty() || time_s <= 0.0 {
            return;
        }
        let missing = libm::exp(-time_s / self.process.response_time_s);
        self.unsettled_rad *= missing;
        vectorize(
            #[inline(always)]
            || {
                for (heat, drive) in self.heat_rad.iter_mut().zip(&self.drive_rad) {
                    *heat = missing.mul_add(*heat - drive, *drive);
                }
            },
        );
    }

    fn set(&mut self, requested_rad: &[f64]) {
        let drive = &mut self.drive_rad[..];
        let codes = &mut self.codes[..];
        match self.setting {
            Setting::AsAsked => drive.copy_from_slice(requested_rad),
            Setting::Continuous { full_scale } => vectorize(
                #[inline(always)]
                || {
                    for (drive, x) in drive.iter_mut().zip(requested_rad) {
                        *drive = wrap(*x).min(full_scale);
                    }
                },
            ),
            Setting::Linear {
                full_scale,
                scale,
                step,
            } => vectorize(
                #[inline(always)]
                || {
                    let places = drive.iter_mut().zip(codes).zip(requested_rad);
                    for ((drive, code), x) in places {
                        let sum = wrap(*x).min(full_scale).mul_add(scale, ROUND);
                        *code = sum.to_bits() as u32;
                        *drive = (sum - ROUND) * step;
                    }
                },
            ),
            Setting::Square {
                full_scale,
                largest,
                step,
            } => vectorize(
                #[inline(always)]
                || {
                    let places = drive.iter_mut().zip(codes).zip(requested_rad);
                    for ((drive, code), x) in places {
                        let share = wrap(*x).min(full_scale) / full_scale;
                        let sum = share.sqrt().mul_add(largest, ROUND);
                        *code = sum.to_bits() as u32;
                        let voltage = sum - ROUND;
                        *drive = voltage * voltage * step;
                    }
                },
            ),
        }
        if let Some(efficiency) = self.statics.efficiency() {
            vectorize(
                #[inline(always)]
                || {
                    for (drive, efficiency) in self.drive_rad.iter_mut().zip(efficiency) {
                        *drive *= efficiency;
                    }
                },
            );
        }
        self.stick();
    }

    fn stick(&mut self) {
        for &place in &self.missing {
            self.drive_rad[place] = 0.0;
            if let Some(code) = self.codes.get_mut(place) {
                *code = 0;
            }
        }
        for stuck in &self.stuck {
            self.drive_rad[stuck.place] = stuck.drive_rad;
            if let Some(code) = stuck.code {
                self.codes[stuck.place] = code;
            }
        }
    }

    fn write(&mut self, actual_rad: &mut [f64]) {
        assert_eq!(actual_rad.len(), self.heaters(), "one phase per heater");
        let heat_rad = if self.heat_rad.is_empty() {
            &self.drive_rad
        } else {
            &self.heat_rad
        };
        match &mut self.crosstalk {
            Some(crosstalk) => crosstalk.add(heat_rad, actual_rad),
            None => actual_rad.copy_from_slice(heat_rad),
        }
        let more = [
            self.statics.offset_rad(),
            self.drift.as_ref().map(Drift::state_rad),
        ];
        for more in more.into_iter().flatten() {
            vectorize(
                #[inline(always)]
                || {
                    for (actual, more) in actual_rad.iter_mut().zip(more) {
                        *actual += more;
                    }
                },
            );
        }
        for &place in &self.missing {
            actual_rad[place] = 0.0;
        }
    }
}

/// The largest |a - b| of two lists, of which the shorter counts.
fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    let mut largest = [0.0_f64; 8];
    vectorize(
        #[inline(always)]
        || {
            for (a, b) in a.chunks(8).zip(b.chunks(8)) {
                for (largest, (a, b)) in largest.iter_mut().zip(a.iter().zip(b)) {
                    *largest = largest.max((a - b).abs());
                }
            }
        },
    );
    largest.into_iter().fold(0.0, f64::max)
}

/// `x` in rad less whole turns, in [0, 2 pi); what is there already stays as it is.
#[inline(always)]
pub(crate) fn wrap(x: f64) -> f64 {
    let turns = (x * (1.0 / TAU)).floor();
    let rest = turns.mul_add(-TAU, x);
    let rest = turns.mul_add(-TAU_REST, rest);
    // Rounding may leave it just outside.
    let rest = if rest < 0.0 { rest + TAU } else { rest };
    if rest < TAU { rest } else { 0.0 }
}

#[cfg(test)]
mod tests;
