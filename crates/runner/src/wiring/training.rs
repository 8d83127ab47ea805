//! The training of an experiment.

use crate::config::checked::{self, Config, EstimatorKind, Goal, LayerOrder, Solver, UpdateRule};
use crate::dataset::Images;
use fzero::estimate::{AutoRadius, Difference, DirectionLaw, EstimatorChoice, Radius};
use fzero::goal::{
    CosineGoal, CrossEntropy, Goodness, LocalGoal, MarginGoal, Prototypes, SoftmaxCosine,
};
use fzero::layerwise::{GradientSource, LayerwisePlan, Scope, VoteRule};
use fzero::optimizer::{OptimizerChoice, Schedule};
use fzero::{LabelInput, TrainError};
use photonics::in_situ::PASSES_PER_LAYER;

/// How the layers are trained.
pub fn plan(config: &Config) -> LayerwisePlan {
    let training = &config.training;
    let measured = training.estimator.as_ref();
    LayerwisePlan {
        epochs: training.epochs,
        batch: training.batch,
        evaluate_every: training.evaluate_every,
        scope: match training.layers {
            None => Scope::Global,
            Some(LayerOrder::InTurn) => Scope::Layerwise,
            Some(LayerOrder::InParallel) => Scope::Parallel,
        },
        gradient: match training.solver {
            Solver::FfDd | Solver::BpDd => GradientSource::Measured,
            Solver::FfAd | Solver::BpAd => GradientSource::Twin,
            Solver::FfPat | Solver::BpPat => GradientSource::DeviceAndTwin,
            Solver::FfInsitu | Solver::BpInsitu => GradientSource::InSitu {
                passes_per_layer: PASSES_PER_LAYER,
            },
        },
        estimator: measured.map_or_else(EstimatorChoice::default, estimator),
        noise_repeats: measured.map_or(0, |estimator| estimator.noise_repeats),
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
        vote: match config.vote.as_ref().map(|vote| vote.rule) {
            Some(checked::VoteRule::AllLayers) => VoteRule::AllLayers,
            Some(checked::VoteRule::Published) => VoteRule::Published,
            Some(checked::VoteRule::Accumulated) => VoteRule::Accumulated,
            None => VoteRule::LastLayer,
        },
        labels: None,
    }
}

/// How labels are shown, for a goal that judges them, where there are so many classes.
pub fn label_input(config: &Config, classes: usize) -> Option<LabelInput> {
    match config.training.goal {
        Goal::Goodness {
            label_port,
            label_amplitude,
            ..
        } => Some(LabelInput {
            first: label_port,
            classes,
            amplitude: label_amplitude as f32,
        }),
        _ => None,
    }
}

/// How the layers are trained on the device after their training on a twin; `None` where they are not.
pub fn fine_tuning(config: &Config) -> Option<LayerwisePlan> {
    let tuning = config.training.fine_tune.as_ref()?;
    let plan = plan(config);
    Some(LayerwisePlan {
        epochs: tuning.epochs,
        gradient: GradientSource::Measured,
        optimizer: OptimizerChoice::Sgd {
            dimension_scaling: matches!(plan.estimator, EstimatorChoice::Directional { .. }),
            momentum: 0.0,
        },
        schedule: match tuning.schedule {
            checked::FineTuneSchedule::Constant => Schedule::Constant,
            checked::FineTuneSchedule::Cosine => Schedule::Cosine {
                final_fraction: 0.0,
            },
        },
        learning_rate: tuning.learning_rate,
        ..plan
    })
}

fn estimator(estimator: &checked::Estimator) -> EstimatorChoice {
    let radius = radius(estimator);
    let difference = match estimator.kind {
        EstimatorKind::Central => Difference::Central,
        EstimatorKind::OneSided => Difference::OneSided,
        EstimatorKind::Coordinate => return EstimatorChoice::Coordinate { radius },
    };
    EstimatorChoice::Directional {
        radius,
        directions: estimator.directions.unwrap_or(1),
        law: match estimator.law {
            Some(checked::DirectionLaw::Rademacher) => DirectionLaw::Rademacher,
            Some(checked::DirectionLaw::Gaussian) | None => DirectionLaw::Gaussian,
        },
        difference,
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

/// How the prototypes of an experiment are made, from the number of classes, that of readouts, and a stream:
/// a cross-entropy of readouts has their axes.
pub fn prototypes(
    config: &Config,
) -> impl Fn(usize, usize, &mut numerics::Stream) -> Result<Prototypes, TrainError> {
    // Of a goodness nothing but their number is used.
    let axes = matches!(
        config.training.goal,
        Goal::CrossEntropy { .. } | Goal::Goodness { .. }
    );
    move |classes, readouts, stream| match axes {
        true => Prototypes::axes(classes, readouts),
        false => Prototypes::simplex(classes, readouts, stream),
    }
}

/// The goal of a layer with these prototypes; a cross-entropy of readouts has their axes.
///
/// # Errors
/// A setting of the goal that is out of its range.
pub fn goal(config: &Config, prototypes: Prototypes) -> Result<Box<dyn LocalGoal>, TrainError> {
    Ok(match config.training.goal {
        Goal::Cosine => Box::new(CosineGoal::new(prototypes)),
        Goal::Softmax { temperature } => Box::new(SoftmaxCosine::new(prototypes, temperature)?),
        Goal::Margin { margin } => Box::new(MarginGoal::new(prototypes, margin)?),
        Goal::CrossEntropy { logit_scale_per_a } => Box::new(CrossEntropy::new(
            prototypes.classes(),
            prototypes.dimension(),
            logit_scale_per_a,
        )?),
        Goal::Goodness {
            threshold,
            sharpness,
            ..
        } => Box::new(Goodness::new(
            prototypes.classes(),
            prototypes.dimension(),
            threshold,
            sharpness,
        )?),
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
