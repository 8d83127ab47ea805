//! An experiment trained once, in memory: the one way of `fzero run`, `fzero compare` and every run of a
//! sweep.

use super::conclusion::Conclusion;
use super::experiment::Experiment;
use crate::config::Loaded;
use crate::record::checkpoint::{PARAMETERS, PHASES};
use crate::record::{BenchRecord, Summary};
use fzero::checkpoint::LayerCheckpoint;
use fzero::estimate::ChosenRadius;
use fzero::{Checkpoint, EpochRecord, Metered, Observer, TrainError};
use numerics::Level;
use std::ops::ControlFlow;
use std::time::Instant;

/// What a training leaves.
pub(super) struct Trained {
    pub(super) summary: Summary,
    pub(super) checkpoint: Checkpoint,
    /// Name of the archive of its parameters.
    pub(super) archive: &'static str,
}

/// Trains on this thread's pool. The observer is told of everything.
pub(super) fn train(
    loaded: &Loaded,
    experiment: Experiment,
    observer: &mut dyn Observer,
    simd: Level,
) -> Result<Trained, TrainError> {
    let config = &loaded.config;
    let began = Instant::now();
    let Experiment {
        task,
        device,
        twin,
        prototypes,
        initial,
        plan,
        streams,
        memory: _,
        cautions: _,
    } = experiment;
    let shapes = device.shapes();
    let groups = shapes.iter().map(|shape| &shape.groups);
    let mut device = Metered::new(device).with_budget(config.limits.sample_queries);
    let mut radii = Radii {
        inner: observer,
        chosen: Vec::new(),
    };
    let outcome = task.train(&mut device, twin, initial, &plan, &streams, &mut radii)?;
    let elapsed_s = began.elapsed().as_secs_f64();
    let layers = outcome.parameters.iter().zip(&outcome.epochs);
    let checkpoint = Checkpoint {
        seed: config.seed,
        layers: layers
            .zip(groups.zip(prototypes))
            .map(
                |((parameters, &epochs), (groups, prototypes))| LayerCheckpoint {
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
        bench: chip.map(|chip| BenchRecord::from(&chip.bench_costs())),
        score: task.score(),
        stopped: outcome.stopped,
        parameters: shapes.iter().map(|shape| shape.existing()).sum(),
        radii: radii.chosen,
        phases: None,
        elapsed_s,
        simd,
    };
    Ok(Trained {
        summary: conclusion.summary(loaded),
        archive: if chip.is_some() { PHASES } else { PARAMETERS },
        checkpoint,
    })
}

/// Keeps the radius of each layer that was begun.
struct Radii<'a> {
    inner: &'a mut dyn Observer,
    chosen: Vec<ChosenRadius>,
}

impl Observer for Radii<'_> {
    fn layer_begins(&mut self, layer: usize, epochs: usize) {
        self.inner.layer_begins(layer, epochs);
    }

    fn radius_chosen(&mut self, layer: usize, chosen: &ChosenRadius) {
        self.chosen.push(*chosen);
        self.inner.radius_chosen(layer, chosen);
    }

    fn epoch_ends(&mut self, record: &EpochRecord, parameters: &[f64]) -> ControlFlow<()> {
        self.inner.epoch_ends(record, parameters)
    }
}
