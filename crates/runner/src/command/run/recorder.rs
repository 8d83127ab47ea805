//! Writes a line per epoch and passes on the wish to stop.

use crate::error::Error;
use crate::record::MetricsLog;
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
