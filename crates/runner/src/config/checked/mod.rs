//! The typed experiment. It exists only once everything has been checked: ranges, conditions and
//! defaults are those of the table in [`keys`](super::keys), where each key is described.

mod chip;
mod data;
mod instruments;
mod model;
mod process;
mod training;

pub use chip::{
    Activation, CellKind, Chip, InitialPhases, MeshKind, Precision, Readout, ReadoutKind, Source,
    TapKind, TransferKind,
};
pub use data::{CsvHeader, Data, DataSet, FunctionSet, IdxFiles, LabelColumn, Normalisation};
pub use instruments::Instruments;
pub use model::{Cnn, Grouping, Mlp, Model};
pub use process::{
    Crosstalk, DeadDetector, Detector, Drift, Faults, Heater, HeaterKind, HeaterLaw, Mesh, Process,
    SourceProcess, StuckHeater,
};
pub use training::{
    AutoRadius, DirectionLaw, Estimator, EstimatorKind, FineTune, FineTuneSchedule, Goal, InSitu,
    Interference, LayerOrder, MeasuredRadius, Optimizer, Schedule, Solver, Training, TwinKnowledge,
    TwinModel, UpdateRule,
};

use super::fit;
use serde::{Deserialize, Serialize};

/// An experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Name, part of the results folder's name.
    pub name: String,
    /// Seed of the training, below 2^53.
    pub seed: u64,
    /// Images, or samples of a function.
    pub data: Data,
    /// What is trained.
    #[serde(skip_serializing_if = "Model::is_chip")]
    pub model: Model,
    /// The chip as designed; that of the defaults, of which nothing is made, with another model.
    pub chip: Chip,
    /// Statistics of the foundry run and the instruments; likewise.
    pub process: Process,
    /// The training.
    pub training: Training,
    /// How layers vote, where each is trained for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vote: Option<Vote>,
    /// What the run may use.
    pub limits: Limits,
}

impl Config {
    /// Readouts of each layer.
    pub fn readouts(&self) -> usize {
        fit::readouts(self.chip.ports, self.chip.readout.kind)
    }

    /// What the solver's twin knows, if it has one.
    pub fn knowledge(&self) -> TwinKnowledge {
        let twin = self.training.twin.as_ref();
        twin.map_or(TwinKnowledge::Design, |twin| twin.knowledge)
    }
}

/// How the layers' predictions become the network's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    /// The rule.
    pub rule: VoteRule,
}

/// Which layers vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VoteRule {
    /// All layers.
    AllLayers,
    /// All but the last, which breaks ties, as in the published code.
    Published,
    /// The sum of scores over all but the first.
    Accumulated,
}

/// What the run may use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Largest memory estimate that is accepted, in MiB.
    pub memory_mib: u64,
    /// Largest number of samples sent through the device; `None`: no budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_queries: Option<u64>,
}

#[cfg(test)]
mod tests;
