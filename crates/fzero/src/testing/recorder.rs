//! An observer that remembers.

use crate::estimate::ChosenRadius;
use crate::layerwise::Stage;
use crate::observe::{EpochRecord, Observer};
use std::ops::ControlFlow;

/// Keeps every record and may stop the run.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    /// The records so far.
    pub records: Vec<EpochRecord>,
    /// The parameters that came with each record.
    pub parameters: Vec<Vec<f64>>,
    /// Stages that began, with their epochs.
    pub begun: Vec<(Stage, usize)>,
    /// The smoothing radii with their layers.
    pub radii: Vec<(usize, ChosenRadius)>,
    /// Break after this many records.
    pub stop_after: Option<usize>,
}

impl Observer for Recorder {
    fn stage_begins(&mut self, stage: &Stage, epochs: usize) {
        self.begun.push((stage.clone(), epochs));
    }

    fn radius_chosen(&mut self, layer: usize, chosen: &ChosenRadius) {
        self.radii.push((layer, *chosen));
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
