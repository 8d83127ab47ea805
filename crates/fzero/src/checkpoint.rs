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
    /// The prototypes of the goal, one set or one for each channel of a convolutional layer; for a
    /// cross-entropy of readouts their axes.
    pub prototypes: Vec<Prototypes>,
    /// Epochs that were completed.
    pub epochs: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_survives_json_and_bad_prototypes_do_not() {
        let checkpoint = Checkpoint {
            seed: 3,
            layers: vec![LayerCheckpoint {
                parameters: vec![0.5, -1.25],
                groups: vec![("theta".into(), 2)],
                prototypes: vec![Prototypes::from_rows(1, 2, vec![0.0, 1.0]).unwrap()],
                epochs: 7,
            }],
            ledger: Ledger::default(),
            stopped: Stop::Budget,
        };
        let text = serde_json::to_string(&checkpoint).unwrap();
        assert_eq!(
            serde_json::from_str::<Checkpoint>(&text).unwrap(),
            checkpoint
        );
        let damaged = text.replace("[0.0,1.0]", "[0.0,2.0]");
        assert_ne!(damaged, text);
        let refused = serde_json::from_str::<Checkpoint>(&damaged).unwrap_err();
        assert!(refused.to_string().contains("length 1"), "{refused}");
    }
}
