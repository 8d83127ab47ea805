//! How a command that measured accuracies ends.

use super::print::print;
use crate::config::Loaded;
use crate::error::Error;
use crate::record::summary::{Accuracy, LoadedTwin, Score};
use crate::record::{BenchRecord, Summary};
use crate::table::{FinalTable, Origin};
use crate::wiring::{self, Fitted};
use fzero::estimate::ChosenRadius;
use fzero::layerwise::{NetworkAccuracy, Outcome, VoteRule};
use fzero::{Ledger, Stop};
use numerics::Level;

/// What was found, and at what cost.
pub(super) struct Conclusion<'a> {
    pub(super) train: &'a NetworkAccuracy,
    pub(super) test: &'a NetworkAccuracy,
    pub(super) ledger: &'a Ledger,
    /// Of a twin that was fitted.
    pub(super) calibration: Option<Fitted>,
    /// What a training on a twin gave that was followed by one on the device.
    pub(super) before: Option<&'a Outcome>,
    /// Of a chip.
    pub(super) bench: Option<BenchRecord>,
    pub(super) score: Score,
    pub(super) stopped: Stop,
    /// Trainable and fixed parameters of all layers.
    pub(super) parameters: usize,
    /// The smoothing radius of each layer that was trained.
    pub(super) radii: Vec<ChosenRadius>,
    /// The file of the phases, where they were not trained here.
    pub(super) phases: Option<String>,
    /// Upper estimate in bytes; none of an evaluation, which has no trainer.
    pub(super) memory: Option<u64>,
    pub(super) elapsed_s: f64,
    pub(super) simd: Level,
}

impl Conclusion<'_> {
    pub(super) fn summary(self, loaded: &Loaded) -> Summary {
        let config = &loaded.config;
        let accuracy = |train, test| Accuracy {
            train: Some(train),
            test: Some(test),
        };
        let count = self.train.layers.len();
        // Trained for the last layer's readouts alone, the others predict nothing.
        let predicts = |layer| !config.training.solver.is_global() || layer + 1 == count;
        let scores = |train: &NetworkAccuracy, test: &NetworkAccuracy| -> Vec<Accuracy> {
            let layers = train.layers.iter().zip(&test.layers).enumerate();
            layers
                .map(|(layer, (&train, &test))| match predicts(layer) {
                    true => accuracy(train, test),
                    false => Accuracy::default(),
                })
                .collect()
        };
        Summary {
            name: config.name.clone(),
            config_hash: loaded.hash(),
            seed: config.seed,
            die_seed: config.model.is_chip().then_some(config.chip.die_seed),
            model: config.model.name().into(),
            score: self.score,
            phases: self.phases,
            access: wiring::access(config),
            stopped: self.stopped,
            layers: scores(self.train, self.test),
            calibration: self.calibration,
            before_fine_tuning: self.before.map(|before| LoadedTwin {
                layers: scores(&before.train, &before.test),
                vote: accuracy(before.train.vote, before.test.vote),
                ledger: before.ledger.clone(),
            }),
            vote: accuracy(self.train.vote, self.test.vote),
            train_samples: self.train.samples,
            test_samples: self.test.samples,
            confusion: self.test.confusion.clone(),
            radii: self.radii,
            ledger: self.ledger.clone(),
            bench: self.bench,
            parameters: self.parameters,
            memory_estimate_bytes: self.memory,
            elapsed_s: self.elapsed_s,
            threads: rayon::current_num_threads(),
            simd: self.simd.to_string(),
        }
    }
}

/// Prints the summary, as a table or as JSON.
///
/// # Errors
/// Standard output cannot be written.
pub(super) fn show(
    summary: Summary,
    rule: VoteRule,
    origin: Origin,
    json: bool,
) -> Result<(), Error> {
    if json {
        let text = serde_json::to_string_pretty(&summary)
            .map_err(|error| Error::failed("the summary cannot be printed", error, ""))?;
        return print(text);
    }
    print(FinalTable {
        score: summary.score,
        layers: summary.layers,
        rule,
        vote: summary.vote,
        before: summary.before_fine_tuning.map(|before| before.vote),
        calibration: (summary.ledger.calibration, summary.calibration),
        train_samples: summary.train_samples,
        test_samples: summary.test_samples,
        sample_queries: summary.ledger.total_queries(),
        programmings: summary.ledger.total_programmings(),
        bench: summary.bench.unwrap_or_default(),
        access: summary.access,
        elapsed_s: summary.elapsed_s,
        origin,
    })?;
    match summary.stopped {
        Stop::Completed => Ok(()),
        Stop::Observer => print("stopped early by Ctrl-C: what was learned is kept"),
        Stop::Budget => print("stopped early: the budget of sample queries is spent"),
    }
}
