//! What has to be kept of a run to use the trained network again.

use crate::goal::Prototypes;
use crate::ledger::Ledger;
use crate::stop::Stop;
use serde::{Deserialize, Serialize};

/// A trained network as plain data. Whoever runs the training writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Seed of all streams of the run.
    pub seed: u64,
    /// The layers from the input on.
    pub layers: Vec<LayerCheckpoint>,
    /// What the device was used for.
    pub ledger: Ledger,
    /// Why the run ended.
    pub stopped: Stop,
}

/// One layer of a [`Checkpoint`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerCheckpoint {
    /// The parameter vector, in the order of the device's groups.
    pub parameters: Vec<f64>,
    /// Names and lengths of its groups, in order.
    pub groups: Vec<(String, usize)>,
    /// The prototypes of the local goal.
    pub prototypes: Prototypes,
    /// Epochs that were completed.
    pub epochs: usize,
}
