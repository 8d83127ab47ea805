//! Everything about a chip that its use changes.

use super::cost::BenchUse;
use super::phases::PhasesState;
use super::{Chip, ChipError, check_length, not_finite};
use numerics::math::all_finite;
use serde::{Deserialize, Serialize};

/// Where a chip stands: its clock, the settings, heat and drift of its phase shifters, the number of its
/// queries, and what it has been used for. The die is not in it, nor are phases that light meets exactly
/// as they were asked for.
///
/// A chip of the same design, process and die that is restored from it goes on to the last bit as the one it
/// was taken from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChipState {
    clock_s: f64,
    queries: u64,
    used: BenchUse,
    layers_w: Vec<f64>,
    phases: Vec<Option<PhasesState>>,
}

impl Chip {
    /// Where the chip stands.
    pub fn state(&self) -> ChipState {
        let (used, layers_w) = self.bench.state();
        ChipState {
            clock_s: self.clock_s,
            queries: self.receiver.queries(),
            used,
            layers_w,
            phases: self.phases.iter().map(|phases| phases.state()).collect(),
        }
    }

    /// Goes on from `state`, taken from a chip of the same design, process and die. `requested_rad`: for each
    /// layer the phases [theta | phi | gamma] that it was last programmed with. No time passes, and
    /// nothing is booked.
    ///
    /// # Errors
    /// A state of another chip (as far as numbers of layers, heaters and codes tell), a length that does not
    /// fit, a phase that is not finite; the chip is then as before.
    pub fn restore(
        &mut self,
        state: &ChipState,
        requested_rad: &[Vec<f64>],
    ) -> Result<(), ChipError> {
        let layers = self.layers.len();
        check_length("layers of the state", state.phases.len(), layers)?;
        check_length("layers of the state", state.layers_w.len(), layers)?;
        check_length("layers of phases", requested_rad.len(), layers)?;
        for (layer, info) in self.layers.iter().enumerate() {
            let phases = &requested_rad[layer];
            check_length("phases", phases.len(), 2 * info.mzis + self.ports)?;
            if !all_finite(phases) {
                return Err(not_finite("phase", phases.iter().copied()));
            }
            if !self.phases[layer].fits(state.phases[layer].as_ref()) {
                return Err(ChipError::ForeignState { layer });
            }
        }
        for (layer, requested_rad) in requested_rad.iter().enumerate() {
            let state = state.phases[layer].as_ref();
            let actual_rad = self.phases[layer].restore(state, requested_rad);
            self.optics.program(layer, actual_rad);
        }
        self.clock_s = state.clock_s;
        self.receiver.resume_at(state.queries);
        self.bench.restore(state.used, &state.layers_w);
        Ok(())
    }
}
