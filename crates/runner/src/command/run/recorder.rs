//! Writes a line per epoch and passes on the wish to stop.

use crate::command::training::Watch;
use crate::error::Error;
use crate::progress::Progress;
use crate::record::MetricsLog;
use crate::record::metrics::TrainedOn;
use crate::record::position::Standing;
use fzero::{EpochRecord, Observer};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

pub(super) struct Recorder {
    log: MetricsLog,
    interrupted: Arc<AtomicBool>,
    began: Instant,
    failure: Option<Error>,
}

impl Recorder {
    pub(super) fn new(log: MetricsLog, interrupted: Arc<AtomicBool>) -> Self {
        Self {
            log,
            interrupted,
            began: Instant::now(),
            failure: None,
        }
    }

    /// The first failure to write.
    pub(super) fn finish(self) -> Result<(), Error> {
        self.failure.map_or(Ok(()), Err)
    }
}

impl Watch for Recorder {
    fn trained_on(&mut self, trained_on: TrainedOn) {
        self.log.trained_on(trained_on);
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

impl Observer for Recorder {
    fn epoch_ends(&mut self, record: &EpochRecord, _parameters: &[f64]) -> ControlFlow<()> {
        let elapsed_s = self.began.elapsed().as_secs_f64();
        if let Err(error) = self.log.append(record, elapsed_s) {
            self.failure = Some(error);
            return ControlFlow::Break(());
        }
        if self.interrupted.load(Ordering::SeqCst) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
