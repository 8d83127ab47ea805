//! When and where the position of a run is kept.

use super::position::{SavedRun, Standing};
use crate::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The clock of a run whose position is kept again and again.
#[derive(Debug)]
pub struct Keeping {
    path: PathBuf,
    config_hash: String,
    /// Time that the run had taken before.
    before: Duration,
    began: Instant,
    /// Time between two positions, and when the last one was.
    every: Duration,
    kept: Instant,
}

impl Keeping {
    /// In the file `path`, whenever `every_s` have passed, of a run that has taken `before_s` already.
    pub fn new(path: PathBuf, config_hash: String, before_s: f64, every_s: f64) -> Self {
        let duration = |s| Duration::try_from_secs_f64(s).unwrap_or(Duration::MAX);
        let now = Instant::now();
        Self {
            path,
            config_hash,
            before: duration(before_s),
            began: now,
            every: duration(every_s),
            kept: now,
        }
    }

    /// Time that the run has taken in all, in s.
    pub fn elapsed_s(&self) -> f64 {
        self.before
            .saturating_add(self.began.elapsed())
            .as_secs_f64()
    }

    /// Whether it is time to keep the position.
    pub fn is_due(&self) -> bool {
        self.kept.elapsed() >= self.every
    }

    /// Keeps it, with the bytes of `metrics.jsonl` that belong to it.
    ///
    /// # Errors
    /// One problem that names the file.
    pub fn keep(&mut self, standing: Standing, metrics_bytes: u64) -> Result<(), Error> {
        self.kept = Instant::now();
        let saved = SavedRun {
            config_hash: self.config_hash.clone(),
            metrics_bytes,
            elapsed_s: self.elapsed_s(),
            standing,
        };
        saved.write(&self.path)
    }
}
