//! The loss of one stage on one batch, at given parameters.

use super::batches::below;
use super::stage::StageShape;
use crate::baseline::DifferentiableTwin;
use crate::black_box::{DeviceError, Purpose, Samples, Tap};
use crate::data::Split;
use crate::digital::{Cotangent, Gradient};
use crate::error::TrainError;
use crate::goal::{BatchLoss, GoalScratch, LocalGoal};
use crate::label_input::LabelInput;
use crate::metered::MeteredBox;
use crate::tapped::TappedBox;
use crate::target::Target;
use numerics::Stream;

/// One batch at the tap of one stage, with the statistics of the epoch. Its buffers are used again.
pub(super) struct Measurement<'a, Y> {
    shape: &'a StageShape,
    epoch: usize,
    goal: &'a dyn LocalGoal<Y>,
    width: usize,
    /// How labels are shown.
    shown: Option<LabelInput>,
    values: Vec<f32>,
    labels: Vec<Y>,
    readouts: Vec<f32>,
    cotangents: Vec<f64>,
    scratch: GoalScratch,
    loss_sum: f64,
    correct: usize,
    samples: usize,
}

impl<'a, Y: Target> Measurement<'a, Y> {
    pub(super) fn new(
        shape: &'a StageShape,
        goal: &'a dyn LocalGoal<Y>,
        width: usize,
        shown: Option<LabelInput>,
    ) -> Self {
        Self {
            shape,
            epoch: 0,
            goal,
            width,
            shown,
            values: Vec::new(),
            labels: Vec::new(),
            readouts: Vec::new(),
            cotangents: Vec::new(),
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

    /// Takes the samples `rows` of `split` as the batch: where labels are shown first with their own, then
    /// with wrong ones, drawn from `negatives`.
    pub(super) fn load(&mut self, split: &Split<'_, Y>, rows: &[u32], negatives: &mut Stream) {
        self.values.clear();
        self.labels.clear();
        for &row in rows {
            let row = row as usize;
            let values = &split.values[row * self.width..][..self.width];
            let label = split.labels[row];
            match (&self.shown, label.class()) {
                (Some(shown), Some(class)) => shown.show(values, class, &mut self.values),
                _ => self.values.extend_from_slice(values),
            }
            self.labels.push(label);
        }
        let mut times = 1;
        if let Some(shown) = &self.shown {
            times = 2;
            for (&row, label) in rows.iter().zip(&self.labels) {
                let values = &split.values[row as usize * self.width..][..self.width];
                let wrong = below(shown.classes as u32 - 1, negatives) as u16;
                let own = label.class().unwrap_or(0);
                shown.show(values, wrong + u16::from(wrong >= own), &mut self.values);
            }
        }
        let readouts = times * rows.len() * self.goal.readouts();
        self.readouts.resize(readouts, 0.0);
    }

    /// Programs the stage, sends the batch through and returns its mean loss.
    pub(super) fn measure(
        &mut self,
        device: &mut dyn MeteredBox,
        parameters: &[f64],
        purpose: Purpose,
    ) -> Result<f64, TrainError> {
        self.query(device, parameters, purpose)?;
        let batch = self
            .goal
            .loss(&self.readouts, &self.labels, &mut self.scratch)?;
        self.count(batch)
    }

    /// Programs the stage and reads its tap.
    fn query(
        &mut self,
        device: &mut dyn MeteredBox,
        parameters: &[f64],
        purpose: Purpose,
    ) -> Result<(), TrainError> {
        self.shape.program(device, parameters, purpose)?;
        let samples = Samples {
            values: &self.values,
            width: self.width,
        };
        let tap = Tap {
            layer: self.shape.stage.tap,
            readouts: &mut self.readouts,
        };
        Ok(device.query(samples, &mut [tap], purpose)?)
    }

    /// Writes the gradient of the batch's mean loss on `twin` and returns the sum of the squares of its
    /// entries.
    pub(super) fn on_twin(
        &mut self,
        twin: &mut dyn DifferentiableTwin,
        parameters: &[f64],
        gradient: &mut [f64],
    ) -> Result<f64, TrainError> {
        self.twin_forward(twin, parameters)?;
        self.twin_backward(twin, gradient)
    }

    /// The same with the readouts of `device`: the loss and its slopes are the device's, the way from them
    /// to the parameters is the twin's.
    pub(super) fn both_ways(
        &mut self,
        twin: &mut dyn DifferentiableTwin,
        device: &mut dyn MeteredBox,
        parameters: &[f64],
        gradient: &mut [f64],
    ) -> Result<f64, TrainError> {
        self.twin_forward(twin, parameters)?;
        self.query(device, parameters, Purpose::Training)?;
        self.twin_backward(twin, gradient)
    }

    /// The gradient that `device` measures inside of itself.
    pub(super) fn inside(
        &mut self,
        device: &mut dyn TappedBox,
        parameters: &[f64],
        gradient: &mut [f64],
    ) -> Result<f64, TrainError> {
        for (layer, own) in self.shape.parts(parameters) {
            device.program(layer, own, Purpose::Training)?;
        }
        let samples = Samples {
            values: &self.values,
            width: self.width,
        };
        let tap = Tap {
            layer: self.shape.stage.tap,
            readouts: &mut self.readouts,
        };
        device.query_inside(samples, &mut [tap], Purpose::Training)?;
        self.backward(gradient, |_, cotangents, gradients| {
            device.gradient(cotangents, gradients, Purpose::Training)
        })
    }

    fn twin_forward(
        &mut self,
        twin: &mut dyn DifferentiableTwin,
        parameters: &[f64],
    ) -> Result<(), TrainError> {
        for (layer, own) in self.shape.parts(parameters) {
            twin.program(layer, own)?;
        }
        let samples = Samples {
            values: &self.values,
            width: self.width,
        };
        let tap = Tap {
            layer: self.shape.stage.tap,
            readouts: &mut self.readouts,
        };
        Ok(twin.forward(samples, &mut [tap])?)
    }

    fn twin_backward(
        &mut self,
        twin: &mut dyn DifferentiableTwin,
        gradient: &mut [f64],
    ) -> Result<f64, TrainError> {
        self.backward(gradient, |samples, cotangents, gradients| {
            twin.vjp(samples, cotangents, gradients)
        })
    }

    /// From the readouts, as they are now, by `vjp`.
    fn backward(
        &mut self,
        gradient: &mut [f64],
        vjp: impl FnOnce(Samples<'_>, &[Cotangent<'_>], &mut [Gradient<'_>]) -> Result<(), DeviceError>,
    ) -> Result<f64, TrainError> {
        self.cotangents.resize(self.readouts.len(), 0.0);
        let batch = self.goal.gradient(
            &self.readouts,
            &self.labels,
            &mut self.cotangents,
            &mut self.scratch,
        )?;
        self.count(batch)?;
        let cotangent = Cotangent {
            layer: self.shape.stage.tap,
            readouts: &self.cotangents,
        };
        let parts = self.shape.parts_mut(gradient);
        let mut parts: Vec<_> = parts
            .map(|(layer, parameters)| Gradient { layer, parameters })
            .collect();
        let samples = Samples {
            values: &self.values,
            width: self.width,
        };
        vjp(samples, &[cotangent], &mut parts)?;
        Ok(self.keep_trained(gradient))
    }

    /// Sets what is not trained to 0; returns the sum of the squares of the rest.
    fn keep_trained(&self, gradient: &mut [f64]) -> f64 {
        for group in &self.shape.groups {
            if !group.trained {
                gradient[group.range.clone()].fill(0.0);
            }
            for &place in &group.missing {
                gradient[place] = 0.0;
            }
        }
        gradient.iter().map(|g| g * g).sum()
    }

    /// Takes a batch into the statistics of the epoch, and returns its loss.
    fn count(&mut self, batch: BatchLoss) -> Result<f64, TrainError> {
        let (layer, epoch) = (self.shape.stage.tap, self.epoch);
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
