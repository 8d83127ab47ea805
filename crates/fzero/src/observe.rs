//! What a trainer tells while it works.

use crate::estimate::ChosenRadius;
use crate::layerwise::{Position, Stage};
use crate::ledger::Ledger;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// One epoch of one part of a stage. A statistic that was not measured is `None`, never 0. Accuracies are shares of
/// right predictions; where labels are numbers they are R^2 (see [`crate::Target`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// The layer that is read: the one in training, or the last of those that are trained together; 0-based.
    pub layer: usize,
    /// Epoch within the layer, from 1.
    pub epoch: usize,
    /// Mean of the local loss over the epoch's training measurements.
    pub loss: f64,
    /// Accuracy over the epoch's training measurements (perturbed phases, phases moving).
    #[serde(alias = "batch_r2")]
    pub batch_accuracy: f64,
    /// Accuracy of this layer on the whole training set at the epoch's end.
    #[serde(alias = "train_r2")]
    pub train_accuracy: Option<f64>,
    /// Accuracy of this layer on the test set at the epoch's end.
    #[serde(alias = "test_r2")]
    pub test_accuracy: Option<f64>,
    /// Norm of the estimated gradient, root mean square over the epoch's steps.
    pub gradient_norm: f64,
    /// Step size that the schedule gave to the epoch's last step.
    pub learning_rate: f64,
    /// Smoothing radius: length of the shift along each group's unit direction. `None` where the gradient
    /// is a twin's.
    pub radius: Option<f64>,
    /// Signal-to-noise of the loss differences: their root mean square over the epoch, as measured,
    /// divided by the standard deviation of a difference's noise. 1: nothing but noise. The noise is
    /// what was measured at the layer's start; a shorter batch has more, as of independent samples.
    /// `None` where the noise was not measured, or none was found.
    pub difference_snr: Option<f64>,
    /// What the device has been used for since the run began.
    pub ledger: Ledger,
}

/// Watches a training run.
pub trait Observer {
    /// A stage begins: its layers are trained together.
    fn stage_begins(&mut self, stage: &Stage, epochs: usize) {
        let _ = (stage, epochs);
    }

    /// The smoothing radius of the part that ends at a layer is chosen, before the stage's first step.
    fn radius_chosen(&mut self, layer: usize, chosen: &ChosenRadius) {
        let _ = (layer, chosen);
    }

    /// An epoch has ended, for one part of the stage; those of the others come at once before and after, in
    /// order. `parameters` are those of the stage's layers, one behind the other, at the epoch's end.
    /// [`ControlFlow::Break`] stops the training after this epoch, with all that was learned kept.
    fn epoch_ends(&mut self, record: &EpochRecord, parameters: &[f64]) -> ControlFlow<()> {
        let _ = (record, parameters);
        ControlFlow::Continue(())
    }

    /// Whether the position after the epoch that has just ended should be told: `last` when the training
    /// ends with it, because it is done or because the observer wishes so.
    fn keeps_position(&mut self, last: bool) -> bool {
        let _ = last;
        false
    }

    /// The position after the epoch that has just ended.
    fn position(&mut self, position: Position) {
        let _ = position;
    }
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}
