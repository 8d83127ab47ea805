//! Writes a line per epoch, keeps where the run stands, and passes on the wish to stop.

use crate::command::training::Watch;
use crate::error::Error;
use crate::progress::Progress;
use crate::record::MetricsLog;
use crate::record::keeping::Keeping;
use crate::record::metrics::TrainedOn;
use crate::record::position::Standing;
use fzero::{EpochRecord, Observer};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) struct Recorder {
    keeping: Keeping,
    log: MetricsLog,
    interrupted: Arc<AtomicBool>,
    failure: Option<Error>,
}

impl Recorder {
    pub(super) fn new(keeping: Keeping, log: MetricsLog, interrupted: Arc<AtomicBool>) -> Self {
        Self {
            keeping,
            log,
            interrupted,
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

    fn keep(&mut self, standing: Standing) {
        // Lines that a position counts must be there when it is.
        let bytes = self.log.safe_bytes();
        let kept = bytes.and_then(|bytes| self.keeping.keep(standing, bytes));
        if let Err(error) = kept {
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

impl Observer for Recorder {
    fn epoch_ends(&mut self, record: &EpochRecord, _parameters: &[f64]) -> ControlFlow<()> {
        if self.failure.is_none()
            && let Err(error) = self.log.append(record, self.keeping.elapsed_s())
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
        self.failure.is_none() && (last || self.keeping.is_due())
    }
}
