//! What keeps a die from its target, cause by cause.

use crate::process::Process;
use crate::process::heater::{Drift, ThermalCrosstalk};
use crate::process::{HeaterProcess, MeshProcess};
use std::fmt;

/// A cause of errors that a process may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Splitter errors.
    SplitterErrors,
    /// Losses of couplers, phase shifters, waveguides and crossings, as far as they are unequal: what all
    /// paths lose is no error.
    Losses,
    /// Spread of the heaters' efficiency.
    HeaterEfficiency,
    /// Resolution and range of the converters.
    Converters,
    /// Heaters that warm each other.
    ThermalCrosstalk,
    /// Phases of paths with their heater off.
    PhaseOffsets,
    /// Phases that wander.
    Drift,
    /// Phase shifters that do not follow.
    StuckHeaters,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::SplitterErrors => "splitter errors",
            Self::Losses => "losses",
            Self::HeaterEfficiency => "heater efficiency",
            Self::Converters => "converters",
            Self::ThermalCrosstalk => "thermal crosstalk",
            Self::PhaseOffsets => "phase offsets",
            Self::Drift => "drift",
            Self::StuckHeaters => "stuck heaters",
        })
    }
}

impl Cause {
    /// All causes.
    pub const ALL: [Self; 8] = [
        Self::SplitterErrors,
        Self::Losses,
        Self::HeaterEfficiency,
        Self::Converters,
        Self::ThermalCrosstalk,
        Self::PhaseOffsets,
        Self::Drift,
        Self::StuckHeaters,
    ];

    /// The process without this cause.
    #[must_use]
    pub fn taken_from(self, process: &Process) -> Process {
        let mut process = process.clone();
        let (mesh, heater) = (&mut process.mesh, &mut process.heater);
        match self {
            Self::SplitterErrors => mesh.splitter_error_sigma_rad = 0.0,
            Self::Losses => {
                let ideal = MeshProcess::ideal();
                mesh.coupler_loss_db = ideal.coupler_loss_db;
                mesh.coupler_loss_sigma_db = ideal.coupler_loss_sigma_db;
                mesh.shifter_loss_db = ideal.shifter_loss_db;
                mesh.shifter_loss_sigma_db = ideal.shifter_loss_sigma_db;
                mesh.waveguide_loss_db_per_m = ideal.waveguide_loss_db_per_m;
                mesh.crossing_loss_db = ideal.crossing_loss_db;
                mesh.crossing_loss_sigma_db = ideal.crossing_loss_sigma_db;
            }
            Self::HeaterEfficiency => heater.efficiency_sigma = 0.0,
            Self::Converters => {
                heater.dac_bits = None;
                // Any phase in a turn can be set.
                heater.full_scale_rad = heater
                    .full_scale_rad
                    .max(HeaterProcess::ideal().full_scale_rad);
            }
            Self::ThermalCrosstalk => {
                heater.crosstalk.coupling = ThermalCrosstalk::ideal().coupling;
            }
            Self::PhaseOffsets => heater.phase_offset_sigma_rad = 0.0,
            Self::Drift => heater.drift.sigma_rad = Drift::ideal().sigma_rad,
            Self::StuckHeaters => process.faults.stuck_heaters.clear(),
        }
        process
    }

    /// The process without any other cause.
    #[must_use]
    pub fn alone_in(self, process: &Process) -> Process {
        let others = Self::ALL.into_iter().filter(|&cause| cause != self);
        others.fold(process.clone(), |process, other| other.taken_from(&process))
    }

    /// Whether the process has this cause.
    pub fn is_in(self, process: &Process) -> bool {
        self.taken_from(process) != *process
    }
}
