//! Where a run of a sweep stands, so that one that is killed need not begin anew.

use crate::command::training::Watch;
use crate::record::keeping::Keeping;
use crate::record::position::{SavedRun, Standing};
use fzero::{EpochRecord, Observer};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

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
    stop: &'a AtomicBool,
    keeping: Keeping,
}

impl<'a> Keeper<'a> {
    /// Of a run that has taken `before_s` already.
    pub(super) fn new(keep: &Keep<'a>, config_hash: String, before_s: f64) -> Self {
        let path = keep.path.clone();
        Self {
            stop: keep.stop,
            keeping: Keeping::new(path, config_hash, before_s, keep.every_s),
        }
    }
}

impl Watch for Keeper<'_> {
    fn keep(&mut self, standing: Standing) {
        // Without it the run would begin anew after a kill, no more; rows tell of a full disk.
        if let Err(error) = self.keeping.keep(standing, 0) {
            eprintln!("{}", error.report());
        }
    }
}

impl Observer for Keeper<'_> {
    fn epoch_ends(&mut self, _record: &EpochRecord, _parameters: &[f64]) -> ControlFlow<()> {
        match self.stop.load(Ordering::SeqCst) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn keeps_position(&mut self, last: bool) -> bool {
        // One that is done has a row in a moment.
        let stopped = last && self.stop.load(Ordering::SeqCst);
        stopped || self.keeping.is_due()
    }
}
