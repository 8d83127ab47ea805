//! The loss of one layer on one batch, measured at given parameters.

use crate::black_box::{Purpose, Samples, Tap};
use crate::data::Split;
use crate::error::TrainError;
use crate::goal::{GoalScratch, LocalGoal};
use crate::metered::MeteredBox;
use crate::target::Target;

/// One batch at one layer, with the statistics of the epoch. Its buffers are used again.
pub(super) struct Measurement<'a, Y> {
    pub(super) layer: usize,
    pub(super) epoch: usize,
    goal: &'a dyn LocalGoal<Y>,
    width: usize,
    values: Vec<f32>,
    labels: Vec<Y>,
    readouts: Vec<f32>,
    scratch: GoalScratch,
    loss_sum: f64,
    correct: usize,
    samples: usize,
}

impl<'a, Y: Target> Measurement<'a, Y> {
    pub(super) fn new(layer: usize, goal: &'a dyn LocalGoal<Y>, width: usize) -> Self {
        Self {
            layer,
            epoch: 0,
            goal,
            width,
            values: Vec::new(),
            labels: Vec::new(),
            readouts: Vec::new(),
            scratch: GoalScratch::default(),
            loss_sum: 0.0,
            correct: 0,
            samples: 0,
        }
    }

    /// Begins an epoch (from 1) with empty statistics.
    pub(super) fn begin(&mut self, epoch: usize) {
        self.epoch = epoch;
        (self.loss_sum, self.correct, self.samples) = (0.0, 0, 0);
    }

    /// Takes the samples `rows` of `split` as the batch.
    pub(super) fn load(&mut self, split: &Split<'_, Y>, rows: &[u32]) {
        self.values.clear();
        self.labels.clear();
        for &row in rows {
            let row = row as usize;
            let values = &split.values[row * self.width..][..self.width];
            self.values.extend_from_slice(values);
            self.labels.push(split.labels[row]);
        }
        self.readouts.resize(rows.len() * self.goal.readouts(), 0.0);
    }

    /// Programs the layer, sends the batch through and returns its mean loss.
    pub(super) fn measure(
        &mut self,
        device: &mut dyn MeteredBox,
        parameters: &[f64],
        purpose: Purpose,
    ) -> Result<f64, TrainError> {
        let (layer, epoch) = (self.layer, self.epoch);
        device.program(layer, parameters, purpose)?;
        let samples = Samples {
            values: &self.values,
            width: self.width,
        };
        let tap = Tap {
            layer,
            readouts: &mut self.readouts,
        };
        device.query(samples, &mut [tap], purpose)?;
        let batch = self
            .goal
            .loss(&self.readouts, &self.labels, &mut self.scratch)?;
        if !batch.loss.is_finite() {
            return Err(TrainError::NonFinite {
                layer,
                epoch,
                what: "loss",
            });
        }
        if batch.dead == self.labels.len() {
            return Err(TrainError::ReadoutsDead { layer, epoch });
        }
        self.loss_sum += batch.loss * self.labels.len() as f64;
        self.correct += batch.correct;
        self.samples += self.labels.len();
        Ok(batch.loss)
    }

    /// Samples of the batch.
    pub(super) fn batch(&self) -> usize {
        self.labels.len()
    }

    /// Mean loss and share of right predictions over the epoch's measurements so far.
    pub(super) fn statistics(&self) -> (f64, f64) {
        let samples = self.samples as f64;
        (self.loss_sum / samples, self.correct as f64 / samples)
    }
}
