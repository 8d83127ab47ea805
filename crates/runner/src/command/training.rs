//! An experiment trained once, in memory: the one way of `fzero run`, `fzero compare` and every run of a
//! sweep.

use super::conclusion::Conclusion;
use super::experiment::Experiment;
use crate::config::Loaded;
use crate::error::Error;
use crate::record::checkpoint::{PARAMETERS, PHASES};
use crate::record::metrics::TrainedOn;
use crate::record::position::Standing;
use crate::record::{BenchRecord, Summary};
use crate::wiring::CalibrationError;
use fzero::baseline::DifferentiableTwin;
use fzero::checkpoint::LayerCheckpoint;
use fzero::estimate::ChosenRadius;
use fzero::layerwise::{Outcome, Position, Stage, Start};
use fzero::{Checkpoint, EpochRecord, Metered, Observer, Stop, TrainError};
use numerics::Level;
use std::ops::ControlFlow;
use std::time::Instant;
use thiserror::Error as ThisError;

/// What a training leaves.
pub(super) struct Trained {
    pub(super) summary: Summary,
    pub(super) checkpoint: Checkpoint,
    /// Name of the archive of its parameters.
    pub(super) archive: &'static str,
}

/// Watches an experiment.
pub(super) trait Watch: Observer {
    /// What gradients come from from here on, in an experiment that has both.
    fn trained_on(&mut self, trained_on: TrainedOn) {
        let _ = trained_on;
    }

    /// Where the run stands, after an epoch for which [`Observer::keeps_position`] was answered with yes.
    fn keep(&mut self, standing: Standing) {
        let _ = standing;
    }
}

/// Why a training ended without a result.
#[derive(Debug, ThisError)]
pub(super) enum Failure {
    /// Before it began.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    /// On its way.
    #[error(transparent)]
    Training(#[from] TrainError),
}

impl Failure {
    pub(super) fn with_help(self, help: impl std::fmt::Display) -> Error {
        let what = match self {
            Self::Calibration(_) => "the twin cannot be fitted",
            Self::Training(_) => "the training stopped",
        };
        Error::failed(what, self, help)
    }
}

/// Trains on this thread's pool, from the beginning or from where a run stood. The observer is told of
/// everything.
pub(super) fn train(
    loaded: &Loaded,
    experiment: Experiment,
    from: Option<Standing>,
    watch: &mut dyn Watch,
    simd: Level,
) -> Result<Trained, Failure> {
    let config = &loaded.config;
    let memory = experiment.memory_bytes();
    let began = Instant::now();
    let Experiment {
        task,
        device,
        twin,
        calibration,
        prototypes,
        initial,
        plan,
        fine_tuning,
        streams,
        memory: _,
        cautions: _,
    } = experiment;
    let shapes = device.shapes();
    let groups = shapes.iter().map(|shape| &shape.groups);
    let mut device = Metered::new(device).with_budget(config.limits.sample_queries);
    // A run that is gone on with measures anew what its twin is fitted to: on a device at power-up that
    // gives the same numbers, and afterwards the device is put where it stood.
    let measured = calibration.map(|calibration| calibration.measure(&mut device, &streams));
    let (fitted, calibration) = measured.transpose()?.unzip();
    let mut twin = twin.or_else(|| Some(Box::new(fitted?) as Box<dyn DifferentiableTwin>));
    let (mut before, radii, start) = match from {
        None => (None, Vec::new(), Start::Initial(initial)),
        Some(standing) => (standing.before, standing.radii, standing.position.into()),
    };
    let mut leg = Leg {
        watch,
        before: before.clone(),
        stage_began: radii.len(),
        radii,
    };
    if fine_tuning.is_some() && before.is_none() {
        leg.watch.trained_on(TrainedOn::Twin);
    }
    let outcome = match (&fine_tuning, &before) {
        (Some(plan), Some(_)) => {
            leg.watch.trained_on(TrainedOn::Device);
            task.train(&mut device, None, start, plan, &streams, &mut leg)?
        }
        _ => {
            let twin = twin
                .as_deref_mut()
                .map(|twin| twin as &mut dyn DifferentiableTwin);
            let outcome = task.train(&mut device, twin, start, &plan, &streams, &mut leg)?;
            match &fine_tuning {
                Some(plan) if outcome.stopped == Stop::Completed => {
                    leg.watch.trained_on(TrainedOn::Device);
                    let start = outcome.parameters.clone().into();
                    before = Some(outcome);
                    leg.before.clone_from(&before);
                    task.train(&mut device, None, start, plan, &streams, &mut leg)?
                }
                _ => outcome,
            }
        }
    };
    let radii = leg.radii;
    let elapsed_s = began.elapsed().as_secs_f64();
    let earlier = |layer: usize| before.as_ref().map_or(0, |before| before.epochs[layer]);
    let layers = outcome.parameters.iter().zip(&outcome.epochs).enumerate();
    let checkpoint = Checkpoint {
        seed: config.seed,
        layers: layers
            .map(|(layer, (parameters, epochs))| (parameters, epochs + earlier(layer)))
            .zip(groups.zip(prototypes))
            .map(
                |((parameters, epochs), (groups, prototypes))| LayerCheckpoint {
                    parameters: parameters.clone(),
                    groups: groups
                        .iter()
                        .map(|g| (g.name.into(), g.range.len()))
                        .collect(),
                    prototypes,
                    epochs,
                },
            )
            .collect(),
        ledger: outcome.ledger.clone(),
        stopped: outcome.stopped,
    };
    let chip = device.device().chip();
    let conclusion = Conclusion {
        train: &outcome.train,
        test: &outcome.test,
        ledger: &outcome.ledger,
        calibration,
        before: before.as_ref(),
        bench: chip.map(|chip| BenchRecord::from(&chip.bench_costs())),
        score: task.score(),
        stopped: outcome.stopped,
        parameters: shapes.iter().map(|shape| shape.existing()).sum(),
        radii,
        phases: None,
        memory: Some(memory),
        elapsed_s,
        simd,
    };
    Ok(Trained {
        summary: conclusion.summary(loaded),
        archive: if chip.is_some() { PHASES } else { PARAMETERS },
        checkpoint,
    })
}

/// One of the trainings of an experiment, on the twin or on the device.
struct Leg<'a> {
    watch: &'a mut dyn Watch,
    /// What the training before it left.
    before: Option<Outcome>,
    /// The radius of each layer that was begun.
    radii: Vec<ChosenRadius>,
    /// How many of them belong to earlier stages.
    stage_began: usize,
}

impl Observer for Leg<'_> {
    fn stage_begins(&mut self, stage: &Stage, epochs: usize) {
        self.stage_began = self.radii.len();
        self.watch.stage_begins(stage, epochs);
    }

    fn radius_chosen(&mut self, layer: usize, chosen: &ChosenRadius) {
        self.radii.push(*chosen);
        self.watch.radius_chosen(layer, chosen);
    }

    fn epoch_ends(&mut self, record: &EpochRecord, parameters: &[f64]) -> ControlFlow<()> {
        self.watch.epoch_ends(record, parameters)
    }

    fn keeps_position(&mut self, last: bool) -> bool {
        self.watch.keeps_position(last)
    }

    fn position(&mut self, position: Position) {
        self.watch.keep(Standing {
            before: self.before.clone(),
            radii: self.radii[..self.stage_began].to_vec(),
            position,
        });
    }
}
