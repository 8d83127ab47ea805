//! `summary.json`: the final figures of a run.

use super::bench::BenchRecord;
use crate::wiring::Fitted;
use fzero::estimate::ChosenRadius;
use fzero::{Access, Ledger, Stop};
use serde::{Deserialize, Serialize};

/// What a run has found. A statistic that was not measured is `None`, never 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Name of the experiment.
    pub name: String,
    /// SHA-256 of the resolved configuration's canonical text.
    pub config_hash: String,
    /// Seed of the training.
    pub seed: u64,
    /// Seed of the die; none where there is no chip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub die_seed: Option<u64>,
    /// What is trained: `mesh`, `mlp` or `cnn`.
    #[serde(default = "mesh")]
    pub model: String,
    /// What the figures of `layers` and `vote` are.
    #[serde(default)]
    pub score: Score,
    /// The file of the phases, where they were loaded and not trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phases: Option<String>,
    /// What the trainer could see.
    pub access: Access,
    /// Why the training ended.
    pub stopped: Stop,
    /// Score of each layer; none of a layer that was not trained to predict.
    pub layers: Vec<Accuracy>,
    /// Score of the layers' vote, which is the network's; where labels are numbers, of the mean over the layers
    /// or of the last one.
    pub vote: Accuracy,
    /// Number of training samples behind each train score.
    pub train_samples: usize,
    /// Number of test samples behind each test score.
    pub test_samples: usize,
    /// The vote on the test set: row = class, column = prediction; none where labels are numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confusion: Vec<Vec<u32>>,
    /// The smoothing radius of each layer that was trained, what determined it, and the noise of a loss
    /// where it was measured.
    pub radii: Vec<ChosenRadius>,
    /// What the device was used for.
    pub ledger: Ledger,
    /// The measurements that the twin was fitted to, and how well it fits; none where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Fitted>,
    /// What the training on the twin gave on the device, where another on the device followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_fine_tuning: Option<LoadedTwin>,
    /// Time and energy on the bench; none where there is no chip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bench: Option<BenchRecord>,
    /// Trainable and fixed parameters of all layers.
    pub parameters: usize,
    /// Upper estimate of the memory that the run takes of the machine, in bytes, from the sizes of what it holds: it
    /// does not depend on the machine. None of an evaluation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_estimate_bytes: Option<u64>,
    /// Time of the run, in s.
    pub elapsed_s: f64,
    /// Threads used.
    pub threads: usize,
    /// SIMD level used.
    pub simd: String,
}

/// The device with the parameters of its twin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadedTwin {
    /// Score of each layer; none of a layer that was not trained to predict.
    pub layers: Vec<Accuracy>,
    /// Score of the network.
    pub vote: Accuracy,
    /// What the device had been used for until then.
    pub ledger: Ledger,
}

fn mesh() -> String {
    "mesh".into()
}

/// What a figure of merit is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Score {
    /// Share of images that were classified right, 0 to 1.
    #[default]
    Accuracy,
    /// Coefficient of determination of predicted numbers, at most 1.
    R2,
}

/// A score on both sets: shares of images that were classified right, 0 to 1, or R^2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// On the training set.
    pub train: Option<f64>,
    /// On the test set.
    pub test: Option<f64>,
}

/// Standard error of an accuracy `p` measured on `samples` images: sqrt(p (1 - p) / n), the
/// binomial's. `None` without images.
pub fn standard_error(p: f64, samples: usize) -> Option<f64> {
    (samples > 0).then(|| (p * (1.0 - p) / samples as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_error_of_known_cases() {
        assert_eq!(standard_error(0.5, 100), Some(0.05));
        assert_eq!(standard_error(1.0, 10), Some(0.0));
        assert_eq!(standard_error(0.5, 0), None);
        let digits = standard_error(0.93, 360).unwrap();
        assert!((digits - 0.0134).abs() < 1e-4);
    }
}
