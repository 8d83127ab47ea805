//! What to do with each layer, and what it costs.

use super::{EVALUATION_CHUNK, VoteRule};
use crate::black_box::LayerShape;
use crate::error::{TrainError, check_positive};
use crate::estimate::EstimatorChoice;
use crate::ledger::Ledger;
use crate::optimizer::{OptimizerChoice, Schedule};
use serde::{Deserialize, Serialize};

/// How the layers are trained. The default is the published recipe (arXiv:2603.24790) but for its
/// vote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerwisePlan {
    /// Passes over the training set per layer, at least 1.
    pub epochs: usize,
    /// Samples per step, at least 1. The last batch of an epoch may be shorter.
    pub batch: usize,
    /// Epochs between evaluations; 0: only after the last one, which is always evaluated.
    pub evaluate_every: usize,
    /// How the gradient is estimated.
    pub estimator: EstimatorChoice,
    /// Losses measured at each layer's start for the noise of a loss difference, where the radius is
    /// given and not measured itself; below 2: none, and the signal-to-noise is not known.
    pub noise_repeats: usize,
    /// How the gradient moves the parameters; each layer starts afresh.
    pub optimizer: OptimizerChoice,
    /// How the learning rate changes over each layer's steps.
    pub schedule: Schedule,
    /// Learning rate, above 0.
    pub learning_rate: f64,
    /// How the layers vote in the end.
    pub vote: VoteRule,
}

impl Default for LayerwisePlan {
    fn default() -> Self {
        Self {
            epochs: 100,
            batch: 128,
            evaluate_every: 1,
            estimator: EstimatorChoice::default(),
            noise_repeats: 0,
            optimizer: OptimizerChoice::default(),
            schedule: Schedule::default(),
            learning_rate: 1e-3,
            vote: VoteRule::default(),
        }
    }
}

impl LayerwisePlan {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`TrainError::Setting`] for a value out of its range, or dimension scaling of an estimate that
    /// is not divided by the dimension.
    pub fn check(&self) -> Result<(), TrainError> {
        for (key, value) in [("epochs", self.epochs), ("batch", self.batch)] {
            if value == 0 {
                return Err(TrainError::Setting {
                    key,
                    value: 0.0,
                    why: "must be at least 1",
                });
            }
        }
        check_positive("learning_rate", self.learning_rate)?;
        self.estimator.check()?;
        self.optimizer.check()?;
        self.schedule.check()?;
        if let (
            EstimatorChoice::Coordinate { .. },
            OptimizerChoice::Sgd {
                dimension_scaling: true,
                ..
            },
        ) = (&self.estimator, &self.optimizer)
        {
            return Err(TrainError::Setting {
                key: "dimension_scaling",
                value: 1.0,
                why: "coordinate differences are not divided by the dimension; set it to false",
            });
        }
        Ok(())
    }

    /// Steps of one epoch.
    pub fn steps_per_epoch(&self, train_samples: usize) -> usize {
        train_samples.div_ceil(self.batch.max(1))
    }

    /// Evaluations during the training of one layer.
    pub fn evaluations_per_layer(&self) -> usize {
        if self.evaluate_every == 0 {
            return self.epochs.min(1);
        }
        self.epochs.div_ceil(self.evaluate_every)
    }

    /// Whether the layer is evaluated after this epoch (from 1).
    pub(super) fn evaluates(&self, epoch: usize) -> bool {
        epoch == self.epochs
            || (self.evaluate_every > 0 && epoch.is_multiple_of(self.evaluate_every))
    }

    /// What a complete run of [`super::train`] uses the device for: the dry run.
    pub fn queries(
        &self,
        train_samples: usize,
        test_samples: usize,
        layers: &[LayerShape],
    ) -> Ledger {
        let mut ledger = Ledger::default();
        let samples = (train_samples + test_samples) as u64;
        let chunks = (train_samples.div_ceil(EVALUATION_CHUNK)
            + test_samples.div_ceil(EVALUATION_CHUNK)) as u64;
        let epochs = self.epochs as u64;
        let steps = epochs.saturating_mul(self.steps_per_epoch(train_samples) as u64);
        let evaluations = self.evaluations_per_layer() as u64;
        // An absurd plan is shown as the largest number there is, not as a small one.
        let add = |count: &mut u64, a: u64, b: u64| {
            *count = count.saturating_add(a.saturating_mul(b));
        };
        for layer in layers {
            let losses = self.estimator.evaluations_per_step(&layer.groups) as u64;
            let training = &mut ledger.training;
            add(
                &mut training.queries,
                epochs.saturating_mul(train_samples as u64),
                losses,
            );
            add(&mut training.passes, steps, losses);
            // One programming before the training, and one for each loss.
            add(&mut training.programmings, 1, 1);
            add(&mut training.programmings, steps, losses);
            let radius = self.estimator.radius().measurements(self.noise_repeats) as u64;
            let batch = self.batch.min(train_samples) as u64;
            add(&mut ledger.calibration.queries, radius, batch);
            add(&mut ledger.calibration.passes, radius, 1);
            add(&mut ledger.calibration.programmings, radius, 1);
            add(&mut ledger.evaluation.queries, evaluations, samples);
            add(&mut ledger.evaluation.passes, evaluations, chunks);
            add(&mut ledger.evaluation.programmings, evaluations, 1);
        }
        add(&mut ledger.evaluation.queries, 1, samples);
        add(&mut ledger.evaluation.passes, 1, chunks);
        ledger
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Radius;

    #[test]
    fn settings_out_of_range_are_refused() {
        let good = LayerwisePlan::default();
        assert_eq!(good.check(), Ok(()));
        let key = |plan: LayerwisePlan| match plan.check() {
            Err(TrainError::Setting { key, .. }) => key,
            other => panic!("{other:?}"),
        };
        let plan = |change: fn(&mut LayerwisePlan)| {
            let mut plan = good.clone();
            change(&mut plan);
            key(plan)
        };
        assert_eq!(plan(|p| p.epochs = 0), "epochs");
        assert_eq!(plan(|p| p.batch = 0), "batch");
        assert_eq!(plan(|p| p.learning_rate = f64::NAN), "learning_rate");
        assert_eq!(
            plan(|p| p.estimator = EstimatorChoice::Coordinate {
                radius: Radius::Fixed(0.0)
            }),
            "radius"
        );
        assert_eq!(
            plan(|p| p.estimator = EstimatorChoice::Coordinate {
                radius: Radius::Fixed(0.1)
            }),
            "dimension_scaling"
        );
        assert_eq!(
            plan(|p| p.optimizer = OptimizerChoice::Sgd {
                dimension_scaling: true,
                momentum: 1.0
            }),
            "momentum"
        );
    }

    #[test]
    fn the_last_epoch_is_always_evaluated() {
        let evaluations = |epochs, evaluate_every| {
            LayerwisePlan {
                epochs,
                evaluate_every,
                ..Default::default()
            }
            .evaluations_per_layer()
        };
        assert_eq!(evaluations(7, 0), 1);
        assert_eq!(evaluations(7, 1), 7);
        assert_eq!(evaluations(7, 3), 3);
        assert_eq!(evaluations(6, 3), 2);
        assert_eq!(evaluations(2, 9), 1);
    }
}
