//! Writes a line per epoch, keeps where the run stands, and passes on the wish to stop.

use crate::command::training::Watch;
use crate::error::Error;
use crate::progress::Progress;
use crate::record::metrics::TrainedOn;
use crate::record::position::{self, SavedRun, Standing};
use crate::record::{MetricsLog, ResultsFolder};
use fzero::{EpochRecord, Observer};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

pub(super) struct Recorder<'a> {
    folder: &'a ResultsFolder,
    config_hash: String,
    log: MetricsLog,
    interrupted: Arc<AtomicBool>,
    /// Time that the run had taken before.
    before: Duration,
    began: Instant,
    /// Time between two positions that are kept, and when the last one was.
    every: Duration,
    kept: Instant,
    failure: Option<Error>,
}

impl<'a> Recorder<'a> {
    /// Of a run that has taken `before_s` already, whose position is kept whenever `every_s` have passed.
    pub(super) fn new(
        folder: &'a ResultsFolder,
        config_hash: String,
        log: MetricsLog,
        interrupted: Arc<AtomicBool>,
        before_s: f64,
        every_s: f64,
    ) -> Self {
        let duration = |s| Duration::try_from_secs_f64(s).unwrap_or(Duration::MAX);
        let now = Instant::now();
        Self {
            folder,
            config_hash,
            log,
            interrupted,
            before: duration(before_s),
            began: now,
            every: duration(every_s),
            kept: now,
            failure: None,
        }
    }

    /// The first failure to write.
    pub(super) fn finish(self) -> Result<(), Error> {
        self.failure.map_or(Ok(()), Err)
    }

    fn elapsed_s(&self) -> f64 {
        self.before
            .saturating_add(self.began.elapsed())
            .as_secs_f64()
    }

    fn write(&self, standing: Standing) -> Result<(), Error> {
        // Lines that a position counts must be there when it is.
        let metrics_bytes = self.log.safe_bytes()?;
        let saved = SavedRun {
            config_hash: self.config_hash.clone(),
            metrics_bytes,
            elapsed_s: self.elapsed_s(),
            standing,
        };
        saved.write(&self.folder.file(position::FILE))
    }
}

impl Watch for Recorder<'_> {
    fn trained_on(&mut self, trained_on: TrainedOn) {
        self.log.trained_on(trained_on);
    }

    fn keep(&mut self, standing: Standing) {
        self.kept = Instant::now();
        if let Err(error) = self.write(standing) {
            self.failure.get_or_insert(error);
        }
    }
}

impl<O: Watch> Watch for Progress<O> {
    fn trained_on(&mut self, trained_on: TrainedOn) {
        self.inner_mut().trained_on(trained_on);
    }

    fn keep(&mut self, standing: Standing) {
        self.inner_mut().keep(standing);
    }
}

impl Observer for Recorder<'_> {
    fn epoch_ends(&mut self, record: &EpochRecord, _parameters: &[f64]) -> ControlFlow<()> {
        if self.failure.is_none()
            && let Err(error) = self.log.append(record, self.elapsed_s())
        {
            self.failure = Some(error);
        }
        if self.failure.is_some() || self.interrupted.load(Ordering::SeqCst) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn keeps_position(&mut self, last: bool) -> bool {
        // After a failed write what was kept before is the best there is.
        self.failure.is_none() && (last || self.kept.elapsed() >= self.every)
    }
}
