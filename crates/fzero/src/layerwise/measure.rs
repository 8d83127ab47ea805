//! The losses of one stage on one batch, at given parameters.

use super::batches::below;
use super::stage::StageShape;
use crate::baseline::DifferentiableTwin;
use crate::black_box::{DeviceError, ParameterGroup, Purpose, Samples, Tap};
use crate::data::Split;
use crate::digital::{Cotangent, Gradient};
use crate::error::TrainError;
use crate::goal::{BatchLoss, GoalScratch, LocalGoal};
use crate::label_input::LabelInput;
use crate::metered::MeteredBox;
use crate::tapped::TappedBox;
use crate::target::Target;
use numerics::Stream;

/// One batch at the taps of one stage, with the statistics of the epoch. Its buffers are used again.
pub(super) struct Measurement<'a, Y> {
    shape: &'a StageShape,
    epoch: usize,
    width: usize,
    /// How labels are shown.
    shown: Option<LabelInput>,
    values: Vec<f32>,
    labels: Vec<Y>,
    /// One for each part of the stage.
    judged: Vec<Judged<'a, Y>>,
}

/// What one tap says.
struct Judged<'a, Y> {
    tap: usize,
    goal: &'a dyn LocalGoal<Y>,
    readouts: Vec<f32>,
    cotangents: Vec<f64>,
    scratch: GoalScratch,
    loss_sum: f64,
    correct: usize,
    samples: usize,
}

impl<'a, Y: Target> Measurement<'a, Y> {
    /// `goals`: of all layers.
    pub(super) fn new(
        shape: &'a StageShape,
        goals: &'a [Box<dyn LocalGoal<Y>>],
        width: usize,
        shown: Option<LabelInput>,
    ) -> Self {
        let judged = |tap: usize| Judged {
            tap,
            goal: goals[tap].as_ref(),
            readouts: Vec::new(),
            cotangents: Vec::new(),
            scratch: GoalScratch::default(),
            loss_sum: 0.0,
            correct: 0,
            samples: 0,
        };
        Self {
            shape,
            epoch: 0,
            width,
            shown,
            values: Vec::new(),
            labels: Vec::new(),
            judged: shape.stage.taps().map(judged).collect(),
        }
    }

    /// Begins an epoch (from 1) with empty statistics.
    pub(super) fn begin(&mut self, epoch: usize) {
        self.epoch = epoch;
        for judged in &mut self.judged {
            (judged.loss_sum, judged.correct, judged.samples) = (0.0, 0, 0);
        }
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
        for judged in &mut self.judged {
            let readouts = times * rows.len() * judged.goal.readouts();
            judged.readouts.resize(readouts, 0.0);
        }
    }

    /// Programs the stage, sends the batch through and writes the mean loss of each part.
    pub(super) fn measure(
        &mut self,
        device: &mut dyn MeteredBox,
        parameters: &[f64],
        purpose: Purpose,
        losses: &mut [f64],
    ) -> Result<(), TrainError> {
        self.query(device, parameters, purpose)?;
        for (judged, loss) in self.judged.iter_mut().zip(losses) {
            *loss = judged.judge(&self.labels, self.epoch)?;
        }
        Ok(())
    }

    /// The same with the loss of one part alone.
    pub(super) fn measure_part(
        &mut self,
        device: &mut dyn MeteredBox,
        parameters: &[f64],
        purpose: Purpose,
        part: usize,
    ) -> Result<f64, TrainError> {
        self.shape.program(device, parameters, purpose)?;
        let judged = &mut self.judged[part];
        let samples = Samples {
            values: &self.values,
            width: self.width,
        };
        device.query(samples, &mut [judged.read_here()], purpose)?;
        judged.judge(&self.labels, self.epoch)
    }

    /// Programs the stage and reads its taps.
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
        let mut taps: Vec<_> = self.judged.iter_mut().map(Judged::read_here).collect();
        Ok(device.query(samples, &mut taps, purpose)?)
    }

    /// Writes the gradient of the batch's mean loss on `twin`, for each part of its own loss, and the sum
    /// of the squares of its entries to `squares`, one for each part.
    pub(super) fn on_twin(
        &mut self,
        twin: &mut dyn DifferentiableTwin,
        parameters: &[f64],
        gradient: &mut [f64],
        squares: &mut [f64],
    ) -> Result<(), TrainError> {
        self.twin_forward(twin, parameters)?;
        self.twin_backward(twin, gradient, squares)
    }

    /// The same with the readouts of `device`: the losses and their slopes are the device's, the way from
    /// them to the parameters is the twin's.
    pub(super) fn both_ways(
        &mut self,
        twin: &mut dyn DifferentiableTwin,
        device: &mut dyn MeteredBox,
        parameters: &[f64],
        gradient: &mut [f64],
        squares: &mut [f64],
    ) -> Result<(), TrainError> {
        self.twin_forward(twin, parameters)?;
        self.query(device, parameters, Purpose::Training)?;
        self.twin_backward(twin, gradient, squares)
    }

    /// The gradients that `device` measures inside of itself.
    pub(super) fn inside(
        &mut self,
        device: &mut dyn TappedBox,
        parameters: &[f64],
        gradient: &mut [f64],
        squares: &mut [f64],
    ) -> Result<(), TrainError> {
        for (layer, own) in self.shape.split(parameters) {
            device.program(layer, own, Purpose::Training)?;
        }
        let samples = Samples {
            values: &self.values,
            width: self.width,
        };
        let mut taps: Vec<_> = self.judged.iter_mut().map(Judged::read_here).collect();
        device.query_inside(samples, &mut taps, Purpose::Training)?;
        self.backward(gradient, squares, |_, cotangents, gradients| {
            device.gradient(cotangents, gradients, Purpose::Training)
        })
    }

    fn twin_forward(
        &mut self,
        twin: &mut dyn DifferentiableTwin,
        parameters: &[f64],
    ) -> Result<(), TrainError> {
        for (layer, own) in self.shape.split(parameters) {
            twin.program(layer, own)?;
        }
        let samples = Samples {
            values: &self.values,
            width: self.width,
        };
        let mut taps: Vec<_> = self.judged.iter_mut().map(Judged::read_here).collect();
        Ok(twin.forward(samples, &mut taps)?)
    }

    fn twin_backward(
        &mut self,
        twin: &mut dyn DifferentiableTwin,
        gradient: &mut [f64],
        squares: &mut [f64],
    ) -> Result<(), TrainError> {
        self.backward(gradient, squares, |samples, cotangents, gradients| {
            twin.vjp(samples, cotangents, gradients)
        })
    }

    /// From the readouts, as they are now, by `vjp`: once for each part.
    fn backward(
        &mut self,
        gradient: &mut [f64],
        squares: &mut [f64],
        mut vjp: impl FnMut(
            Samples<'_>,
            &[Cotangent<'_>],
            &mut [Gradient<'_>],
        ) -> Result<(), DeviceError>,
    ) -> Result<(), TrainError> {
        let samples = Samples {
            values: &self.values,
            width: self.width,
        };
        let mut layers = self.shape.split_mut(gradient);
        for (part, judged) in self.shape.stage.parts.iter().zip(&mut self.judged) {
            judged.slopes(&self.labels, self.epoch)?;
            let cotangent = Cotangent {
                layer: judged.tap,
                readouts: &judged.cotangents,
            };
            let own = layers.by_ref().take(part.layers.len());
            let mut own: Vec<_> = own
                .map(|(layer, parameters)| Gradient { layer, parameters })
                .collect();
            vjp(samples, &[cotangent], &mut own)?;
        }
        drop(layers);
        for (groups, square) in self.shape.parts.iter().zip(squares) {
            *square = keep_trained(groups, gradient);
        }
        Ok(())
    }

    /// Samples of the batch.
    pub(super) fn batch(&self) -> usize {
        self.labels.len()
    }

    /// Mean loss of a part and share of right predictions over the epoch's measurements so far.
    pub(super) fn statistics(&self, part: usize) -> (f64, f64) {
        let judged = &self.judged[part];
        let samples = judged.samples as f64;
        (judged.loss_sum / samples, judged.correct as f64 / samples)
    }
}

impl<Y: Target> Judged<'_, Y> {
    fn read_here(&mut self) -> Tap<'_> {
        Tap {
            layer: self.tap,
            readouts: &mut self.readouts,
        }
    }

    /// The loss of the readouts.
    fn judge(&mut self, labels: &[Y], epoch: usize) -> Result<f64, TrainError> {
        let batch = self.goal.loss(&self.readouts, labels, &mut self.scratch)?;
        self.count(batch, labels.len(), epoch)
    }

    /// The same with its slopes.
    fn slopes(&mut self, labels: &[Y], epoch: usize) -> Result<f64, TrainError> {
        self.cotangents.resize(self.readouts.len(), 0.0);
        let batch = self.goal.gradient(
            &self.readouts,
            labels,
            &mut self.cotangents,
            &mut self.scratch,
        )?;
        self.count(batch, labels.len(), epoch)
    }

    /// Takes a batch into the statistics of the epoch, and returns its loss.
    fn count(&mut self, batch: BatchLoss, samples: usize, epoch: usize) -> Result<f64, TrainError> {
        let layer = self.tap;
        if !batch.loss.is_finite() {
            return Err(TrainError::NonFinite {
                layer,
                epoch,
                what: "loss",
            });
        }
        if batch.dead == samples {
            return Err(TrainError::ReadoutsDead { layer, epoch });
        }
        self.loss_sum += batch.loss * samples as f64;
        self.correct += batch.correct;
        self.samples += samples;
        Ok(batch.loss)
    }
}

/// Sets what is not trained to 0; returns the sum of the squares of the rest.
fn keep_trained(groups: &[ParameterGroup], gradient: &mut [f64]) -> f64 {
    let mut square = 0.0;
    for group in groups {
        if !group.trained {
            gradient[group.range.clone()].fill(0.0);
        }
        for &place in &group.missing {
            gradient[place] = 0.0;
        }
        let own = gradient[group.range.clone()].iter();
        square = own.fold(square, |sum, g| sum + g * g);
    }
    square
}
