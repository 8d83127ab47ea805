//! The phases of one layer: what was asked for, and what light meets.

use crate::chip::actuation::{Actuator, ActuatorState};
use serde::{Deserialize, Serialize};

/// The phase shifters of one layer, and when light last met them.
#[derive(Debug)]
pub(super) struct LayerPhases {
    /// `None` where light meets exactly what was asked for.
    actuator: Option<Actuator>,
    actual_rad: Vec<f64>,
    /// The time for which the phases were last written.
    at_s: f64,
}

/// What changes about the phases of a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PhasesState {
    actuator: ActuatorState,
    actual_rad: Vec<f64>,
    at_s: f64,
}

impl LayerPhases {
    /// At power-up, when nothing has been asked for.
    pub(super) fn new(actuator: Actuator) -> Self {
        let heaters = actuator.heaters();
        let actuator = (!actuator.is_ideal()).then_some(actuator);
        let mut phases = Self {
            actual_rad: vec![0.0; actuator.as_ref().map_or(0, |_| heaters)],
            actuator,
            at_s: 0.0,
        };
        if let Some(actuator) = &mut phases.actuator {
            actuator.refresh(0.0, &mut phases.actual_rad);
        }
        phases
    }

    /// The phases as last written; `None` where light meets exactly what was asked for.
    pub(super) fn actual_rad(&self) -> Option<&[f64]> {
        self.actuator.as_ref().map(|_| &self.actual_rad[..])
    }

    /// The phases that light meets at `now_s` after a setting, [theta | phi | gamma] in rad.
    pub(super) fn set<'a>(&'a mut self, requested_rad: &'a [f64], now_s: f64) -> &'a [f64] {
        self.at_s = now_s;
        match &mut self.actuator {
            None => requested_rad,
            Some(actuator) => {
                actuator.actuate(requested_rad, now_s, &mut self.actual_rad);
                &self.actual_rad
            }
        }
    }

    /// The phases that light meets at `now_s`, where time alone has changed them noticeably. What is
    /// not noticeable yet adds up from one time to the next.
    pub(super) fn refresh(&mut self, now_s: f64) -> Option<&[f64]> {
        let actuator = self.actuator.as_mut()?;
        if !actuator.changes_noticeably_in(now_s - self.at_s) {
            return None;
        }
        self.at_s = now_s;
        actuator.refresh(now_s, &mut self.actual_rad);
        Some(&self.actual_rad)
    }

    /// What changes about them; `None` where light meets exactly what was asked for.
    pub(super) fn state(&self) -> Option<PhasesState> {
        let actuator = self.actuator.as_ref()?;
        Some(PhasesState {
            actuator: actuator.state(),
            actual_rad: self.actual_rad.clone(),
            at_s: self.at_s,
        })
    }

    /// Whether a state is one of phases like these.
    pub(super) fn fits(&self, state: Option<&PhasesState>) -> bool {
        match (&self.actuator, state) {
            (None, None) => true,
            (Some(actuator), Some(state)) => {
                actuator.fits(&state.actuator) && state.actual_rad.len() == self.actual_rad.len()
            }
            _ => false,
        }
    }

    /// Goes on from a state that fits; returns the phases that light meets, those asked for being
    /// `requested_rad`.
    pub(super) fn restore<'a>(
        &'a mut self,
        state: Option<&PhasesState>,
        requested_rad: &'a [f64],
    ) -> &'a [f64] {
        match (&mut self.actuator, state) {
            (Some(actuator), Some(state)) => {
                actuator.restore(&state.actuator);
                self.actual_rad.clone_from(&state.actual_rad);
                self.at_s = state.at_s;
                &self.actual_rad
            }
            _ => requested_rad,
        }
    }

    /// The electrical power of all heaters together in W.
    pub(super) fn heater_power_w(&self) -> f64 {
        self.actuator.as_ref().map_or(0.0, Actuator::heater_power_w)
    }

    /// One step of the converters at mid scale in rad; `None` where settings are continuous.
    pub(super) fn resolution_rad(&self) -> Option<f64> {
        self.actuator.as_ref()?.resolution_rad()
    }
}
