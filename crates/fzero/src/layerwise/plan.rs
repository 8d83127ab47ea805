//! What to do with each layer, and what it costs.

use super::VoteRule;
use super::evaluate::samples_per_pass;
use super::stage::{Scope, Stage, groups_by_part};
use crate::black_box::LayerShape;
use crate::error::{TrainError, check_positive};
use crate::estimate::EstimatorChoice;
use crate::label_input::LabelInput;
use crate::ledger::Ledger;
use crate::optimizer::{OptimizerChoice, Schedule};
use serde::{Deserialize, Serialize};

/// Where the gradient of a step comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GradientSource {
    /// Losses measured on the device: [`super::train`].
    #[default]
    Measured,
    /// A differentiable twin, forward and backward; the device is only evaluated:
    /// [`crate::baseline::train`].
    Twin,
    /// Physics-aware training (Wright et al., Nature 601, 549 (2022), doi:10.1038/s41586-021-04223-6):
    /// forward on the device, backward on the twin.
    DeviceAndTwin,
    /// The device, by measurements inside of it: [`crate::baseline::train_in_situ`].
    InSitu {
        /// How often a step sends each sample through each layer of a stage, beside the pass that reads
        /// the goal: what [`crate::TappedBox::gradient_passes`] says of one layer.
        passes_per_layer: u32,
    },
}

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
    /// Which layers are trained together.
    pub scope: Scope,
    /// Where gradients come from.
    pub gradient: GradientSource,
    /// How the gradient is estimated, where it is measured.
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
    /// How candidate labels are shown, for goals that judge them ([`crate::goal::Goodness`]).
    pub labels: Option<LabelInput>,
}

impl Default for LayerwisePlan {
    fn default() -> Self {
        Self {
            epochs: 100,
            batch: 128,
            evaluate_every: 1,
            scope: Scope::default(),
            gradient: GradientSource::default(),
            estimator: EstimatorChoice::default(),
            noise_repeats: 0,
            optimizer: OptimizerChoice::default(),
            schedule: Schedule::default(),
            learning_rate: 1e-3,
            vote: VoteRule::default(),
            labels: None,
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
        let why = match (self.gradient, &self.estimator) {
            (GradientSource::Measured, EstimatorChoice::Directional { .. }) => return Ok(()),
            (GradientSource::Measured, EstimatorChoice::Coordinate { .. }) => {
                "coordinate differences are not divided by the dimension; set it to false"
            }
            (GradientSource::Twin | GradientSource::DeviceAndTwin, _) => {
                "the gradient of a twin is not divided by the dimension; set it to false"
            }
            (GradientSource::InSitu { .. }, _) => {
                "the gradient is not divided by the dimension; set it to false"
            }
        };
        if let OptimizerChoice::Sgd {
            dimension_scaling: true,
            ..
        } = &self.optimizer
        {
            return Err(TrainError::Setting {
                key: "dimension_scaling",
                value: 1.0,
                why,
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

    /// What a complete run uses the device for: the dry run.
    pub fn queries(
        &self,
        train_samples: usize,
        test_samples: usize,
        layers: &[LayerShape],
    ) -> Ledger {
        let mut ledger = Ledger::default();
        for stage in self.scope.stages(layers.len()) {
            self.add_stage(&mut ledger, train_samples, test_samples, layers, &stage);
        }
        let evaluation = &mut ledger.evaluation;
        add(
            &mut evaluation.queries,
            1,
            self.samples(train_samples, test_samples),
        );
        add(
            &mut evaluation.passes,
            1,
            self.chunks(train_samples, test_samples),
        );
        ledger
    }

    /// What one stage of a network with these layers uses the device for: [`LayerwisePlan::queries`]
    /// without the last evaluation.
    pub fn stage_queries(
        &self,
        train_samples: usize,
        test_samples: usize,
        layers: &[LayerShape],
        stage: &Stage,
    ) -> Ledger {
        let mut ledger = Ledger::default();
        self.add_stage(&mut ledger, train_samples, test_samples, layers, stage);
        ledger
    }

    /// Samples that the evaluation at the very end sends.
    pub fn final_queries(&self, train_samples: usize, test_samples: usize) -> u64 {
        self.samples(train_samples, test_samples)
    }

    /// Samples of an evaluation, as often as they are sent.
    fn samples(&self, train: usize, test: usize) -> u64 {
        let candidates = self.labels.map_or(1, |labels| labels.classes);
        ((train + test) as u64).saturating_mul(candidates as u64)
    }

    /// Passes of an evaluation.
    fn chunks(&self, train: usize, test: usize) -> u64 {
        let chunk = samples_per_pass(self.labels.as_ref());
        (train.div_ceil(chunk) + test.div_ceil(chunk)) as u64
    }

    fn add_stage(
        &self,
        ledger: &mut Ledger,
        train_samples: usize,
        test_samples: usize,
        layers: &[LayerShape],
        stage: &Stage,
    ) {
        let layers: Vec<_> = layers[stage.layers()].iter().collect();
        let epochs = self.epochs as u64;
        let steps = epochs.saturating_mul(self.steps_per_epoch(train_samples) as u64);
        let shown = if self.labels.is_some() { 2 } else { 1 };
        let evaluations = self.evaluations_per_layer() as u64;
        let programmings = layers.len() as u64;
        let losses = match self.gradient {
            GradientSource::Measured => {
                let parts = groups_by_part(stage, &layers);
                self.estimator.evaluations_per_step(&parts) as u64
            }
            GradientSource::Twin => 0,
            GradientSource::DeviceAndTwin | GradientSource::InSitu { .. } => 1,
        };
        // Passes without a programming before them.
        let further = match self.gradient {
            GradientSource::InSitu { passes_per_layer } => {
                u64::from(passes_per_layer).saturating_mul(programmings)
            }
            _ => 0,
        };
        let training = &mut ledger.training;
        add(
            &mut training.queries,
            epochs.saturating_mul(shown * train_samples as u64),
            losses + further,
        );
        add(&mut training.passes, steps, losses + further);
        // One programming before the training, and one for each loss.
        add(&mut training.programmings, 1, programmings);
        add(
            &mut training.programmings,
            steps,
            losses.saturating_mul(programmings),
        );
        // For each part.
        let radius = match self.gradient {
            GradientSource::Measured => self.estimator.radius().measurements(self.noise_repeats),
            GradientSource::Twin
            | GradientSource::DeviceAndTwin
            | GradientSource::InSitu { .. } => 0,
        };
        let radius = (radius as u64).saturating_mul(stage.parts.len() as u64);
        let batch = shown * self.batch.min(train_samples) as u64;
        let calibration = &mut ledger.calibration;
        add(&mut calibration.queries, radius, batch);
        add(&mut calibration.passes, radius, 1);
        add(&mut calibration.programmings, radius, programmings);
        let evaluation = &mut ledger.evaluation;
        let all = self.samples(train_samples, test_samples);
        add(&mut evaluation.queries, evaluations, all);
        let passes = self.chunks(train_samples, test_samples);
        add(&mut evaluation.passes, evaluations, passes);
        add(&mut evaluation.programmings, evaluations, programmings);
    }
}

/// An absurd plan is shown as the largest number there is, not as a small one.
fn add(count: &mut u64, a: u64, b: u64) {
    *count = count.saturating_add(a.saturating_mul(b));
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
