//! Phase shifters that no longer do what they are told.

use crate::design::{DesignError, finite, within};
use crate::mesh::Topology;
use crate::process::heater::{HeaterLaw, HeaterProcess};

/// The phase shifters of a mesh, by what they set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeaterKind {
    /// The internal phase of an MZI.
    Theta,
    /// The external phase of an MZI.
    Phi,
    /// The phase of an output port.
    Gamma,
}

/// A phase shifter that stays where it is whatever is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StuckHeater {
    /// The layer, 0-based.
    pub layer: usize,
    /// What it should set.
    pub kind: HeaterKind,
    /// Which of its kind: the MZI or other cell, or the port of an output phase.
    pub index: usize,
    /// Where it stays.
    pub at: StuckAt,
}

/// Where a stuck phase shifter stays. What it dissipates there goes on warming its neighbours; offset,
/// crosstalk and drift of its own path remain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StuckAt {
    /// The heater gives this phase in rad, whatever its efficiency; >= 0 where phases are made by
    /// heat. 0 is a broken wire.
    Phase(f64),
    /// The converter gives this code.
    Code(u32),
}

impl StuckHeater {
    /// Checks that the heater exists in its layer and that it can be where it is said to be.
    ///
    /// # Errors
    /// The first value that does not fit.
    pub fn check(&self, topology: &Topology, process: &HeaterProcess) -> Result<(), DesignError> {
        let (count, range) = match self.kind {
            HeaterKind::Gamma => (topology.ports(), "the number of an existing port"),
            _ => (topology.mzis(), "the number of an existing MZI"),
        };
        let index = self.index as f64;
        within("stuck heater", index, 0.0..count as f64, range)?;
        if !topology.has_shifter(self.place(topology)) {
            let range = "the number of a cell that has this phase shifter";
            within("stuck heater", index, 0.0..0.0, range)?;
        }
        match self.at {
            StuckAt::Phase(phase) if process.law == HeaterLaw::Direct => {
                finite("phase of a stuck heater in rad", phase)
            }
            StuckAt::Phase(phase) => within(
                "phase of a stuck heater",
                phase,
                0.0..1e3,
                "in [0, 1000) rad",
            ),
            StuckAt::Code(code) => within(
                "code of a stuck heater",
                code.into(),
                0.0..process
                    .largest_code()
                    .map_or(0.0, |max| f64::from(max) + 1.0),
                "a code of the DAC",
            ),
        }
    }

    /// Its place in [theta | phi | gamma].
    pub fn place(&self, topology: &Topology) -> usize {
        self.index
            + match self.kind {
                HeaterKind::Theta => 0,
                HeaterKind::Phi => topology.mzis(),
                HeaterKind::Gamma => 2 * topology.mzis(),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::rectangular::rectangular;

    #[test]
    fn what_does_not_fit_is_named() {
        let topology = rectangular(4).unwrap();
        let process = HeaterProcess {
            law: HeaterLaw::Power,
            dac_bits: Some(4),
            ..HeaterProcess::ideal()
        };
        let at = |kind, index, at| {
            let layer = 0;
            StuckHeater {
                layer,
                kind,
                index,
                at,
            }
            .check(&topology, &process)
        };
        use HeaterKind::{Gamma, Phi, Theta};
        at(Theta, 5, StuckAt::Code(15)).unwrap();
        at(Gamma, 3, StuckAt::Phase(0.0)).unwrap();
        at(Phi, 6, StuckAt::Code(0)).unwrap_err();
        at(Gamma, 4, StuckAt::Code(0)).unwrap_err();
        at(Phi, 0, StuckAt::Code(16)).unwrap_err();
        at(Phi, 0, StuckAt::Phase(-0.1)).unwrap_err();
        at(Phi, 0, StuckAt::Phase(f64::NAN)).unwrap_err();
    }
}
