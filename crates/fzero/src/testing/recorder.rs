//! An observer that remembers.

use crate::observe::{EpochRecord, Observer};
use std::ops::ControlFlow;

/// Keeps every record and may stop the run.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    /// The records so far.
    pub records: Vec<EpochRecord>,
    /// The parameters that came with each record.
    pub parameters: Vec<Vec<f64>>,
    /// Layers that began, with their epochs.
    pub begun: Vec<(usize, usize)>,
    /// Break after this many records.
    pub stop_after: Option<usize>,
}

impl Observer for Recorder {
    fn layer_begins(&mut self, layer: usize, epochs: usize) {
        self.begun.push((layer, epochs));
    }

    fn epoch_ends(&mut self, record: &EpochRecord, parameters: &[f64]) -> ControlFlow<()> {
        self.records.push(record.clone());
        self.parameters.push(parameters.to_vec());
        if self.stop_after == Some(self.records.len()) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
