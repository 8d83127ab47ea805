//! The training of an experiment.

use crate::config::checked::{self, Config, EstimatorKind, Goal, UpdateRule};
use crate::dataset::Images;
use fzero::TrainError;
use fzero::estimate::{AutoRadius, Difference, DirectionLaw, EstimatorChoice, Radius};
use fzero::goal::{CosineGoal, LocalGoal, MarginGoal, Prototypes, SoftmaxCosine};
use fzero::layerwise::{LayerwisePlan, VoteRule};
use fzero::optimizer::{OptimizerChoice, Schedule};

/// How the layers are trained.
pub fn plan(config: &Config) -> LayerwisePlan {
    let training = &config.training;
    let estimator = &training.estimator;
    LayerwisePlan {
        epochs: training.epochs,
        batch: training.batch,
        evaluate_every: training.evaluate_every,
        estimator: EstimatorChoice::Directional {
            radius: radius(estimator),
            directions: estimator.directions,
            law: match estimator.law {
                checked::DirectionLaw::Gaussian => DirectionLaw::Gaussian,
                checked::DirectionLaw::Rademacher => DirectionLaw::Rademacher,
            },
            difference: match estimator.kind {
                EstimatorKind::Central => Difference::Central,
                EstimatorKind::OneSided => Difference::OneSided,
            },
        },
        noise_repeats: training.estimator.noise_repeats,
        optimizer: match training.optimizer.rule {
            UpdateRule::Sgd {
                dimension_scaling,
                momentum,
            } => OptimizerChoice::Sgd {
                dimension_scaling,
                momentum,
            },
            UpdateRule::Adam {
                beta1,
                beta2,
                epsilon,
            } => OptimizerChoice::Adam {
                beta1,
                beta2,
                epsilon,
            },
        },
        schedule: match training.optimizer.schedule {
            checked::Schedule::Constant => Schedule::Constant,
            checked::Schedule::Cosine { final_fraction } => Schedule::Cosine { final_fraction },
        },
        learning_rate: training.optimizer.learning_rate,
        vote: match config.vote.rule {
            checked::VoteRule::AllLayers => VoteRule::AllLayers,
            checked::VoteRule::Published => VoteRule::Published,
        },
    }
}

fn radius(estimator: &checked::Estimator) -> Radius {
    if let Some(auto) = &estimator.auto {
        return Radius::Auto(AutoRadius {
            ratio: auto.ratio,
            repeats: auto.repeats,
            probes: auto.probes,
            smallest_rms: auto.smallest_rms_rad,
            largest_rms: auto.largest_rms_rad,
        });
    }
    match (
        estimator.smoothing_radius_dac_steps,
        estimator.smoothing_radius_rad,
    ) {
        (Some(steps), _) => Radius::DacSteps(steps),
        (None, Some(rad)) => Radius::Fixed(rad),
        (None, None) => Radius::Auto(AutoRadius::default()),
    }
}

/// The local goal of a layer with these prototypes.
///
/// # Errors
/// A setting of the goal that is out of its range.
pub fn goal(config: &Config, prototypes: Prototypes) -> Result<Box<dyn LocalGoal>, TrainError> {
    Ok(match config.training.goal {
        Goal::Cosine => Box::new(CosineGoal::new(prototypes)),
        Goal::Softmax { temperature } => Box::new(SoftmaxCosine::new(prototypes, temperature)?),
        Goal::Margin { margin } => Box::new(MarginGoal::new(prototypes, margin)?),
    })
}

/// Images as amplitudes of all ports: each pixel enters by a port of its own, further ports stay
/// dark.
pub fn amplitudes(images: &Images, width: usize, ports: usize) -> Images {
    let mut values = vec![0.0; images.count() * ports];
    for (row, pixels) in values
        .chunks_exact_mut(ports)
        .zip(images.values.chunks_exact(width))
    {
        row[..width].copy_from_slice(pixels);
    }
    Images {
        values,
        labels: images.labels.clone(),
    }
}
