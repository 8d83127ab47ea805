//! Where a run of a sweep stands, so that one that is killed need not begin anew.

use crate::command::training::Watch;
use crate::record::position::{SavedRun, Standing};
use fzero::{EpochRecord, Observer};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Where and how often a run's position is kept.
pub(super) struct Keep<'a> {
    pub(super) path: PathBuf,
    /// Time between two positions in s.
    pub(super) every_s: f64,
    /// Ends the run after its epoch.
    pub(super) stop: &'a AtomicBool,
}

impl Keep<'_> {
    /// What was kept of the run with this configuration. What cannot be read says so, and the run begins anew.
    pub(super) fn read(&self, config_hash: &str) -> Option<SavedRun> {
        match SavedRun::read(&self.path) {
            Ok(saved) => saved.filter(|saved| saved.config_hash == config_hash),
            Err(error) => {
                eprintln!("{}\nthis run begins anew", error.report());
                None
            }
        }
    }
}

/// Watches a run.
pub(super) struct Keeper<'a> {
    keep: &'a Keep<'a>,
    config_hash: String,
    before: Duration,
    began: Instant,
    every: Duration,
    kept: Instant,
}

impl<'a> Keeper<'a> {
    /// Of a run that has taken `before_s` already.
    pub(super) fn new(keep: &'a Keep<'a>, config_hash: String, before_s: f64) -> Self {
        let duration = |s| Duration::try_from_secs_f64(s).unwrap_or(Duration::MAX);
        let now = Instant::now();
        Self {
            keep,
            config_hash,
            before: duration(before_s),
            began: now,
            every: duration(keep.every_s),
            kept: now,
        }
    }
}

impl Watch for Keeper<'_> {
    fn keep(&mut self, standing: Standing) {
        self.kept = Instant::now();
        let elapsed = self.before.saturating_add(self.began.elapsed());
        let saved = SavedRun {
            config_hash: self.config_hash.clone(),
            metrics_bytes: 0,
            elapsed_s: elapsed.as_secs_f64(),
            standing,
        };
        // Without it the run would begin anew after a kill, no more; rows tell of a full disk.
        if let Err(error) = saved.write(&self.keep.path) {
            eprintln!("{}", error.report());
        }
    }
}

impl Observer for Keeper<'_> {
    fn epoch_ends(&mut self, _record: &EpochRecord, _parameters: &[f64]) -> ControlFlow<()> {
        match self.keep.stop.load(Ordering::SeqCst) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn keeps_position(&mut self, last: bool) -> bool {
        // One that is done has a row in a moment.
        let stopped = last && self.keep.stop.load(Ordering::SeqCst);
        stopped || self.kept.elapsed() >= self.every
    }
}
