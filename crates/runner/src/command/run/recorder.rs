//! Writes a line per epoch and passes on the wish to stop.

use crate::error::Error;
use crate::record::MetricsLog;
use crate::record::metrics::TrainedOn;
use fzero::estimate::ChosenRadius;
use fzero::{EpochRecord, Observer};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

pub(super) struct Recorder {
    log: MetricsLog,
    interrupted: Arc<AtomicBool>,
    began: Instant,
    radii: Vec<ChosenRadius>,
    failure: Option<Error>,
}

impl Recorder {
    pub(super) fn new(log: MetricsLog, interrupted: Arc<AtomicBool>) -> Self {
        Self {
            log,
            interrupted,
            began: Instant::now(),
            radii: Vec::new(),
            failure: None,
        }
    }

    /// States in all further lines what is trained on.
    pub(super) fn trained_on(&mut self, trained_on: TrainedOn) {
        self.log.trained_on(trained_on);
    }

    /// The radius of each layer that was begun, or the first failure to write.
    pub(super) fn finish(self) -> Result<Vec<ChosenRadius>, Error> {
        self.failure.map_or(Ok(self.radii), Err)
    }
}

impl Observer for Recorder {
    fn radius_chosen(&mut self, _layer: usize, chosen: &ChosenRadius) {
        self.radii.push(*chosen);
    }

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
