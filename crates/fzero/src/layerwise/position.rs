//! Where a training stands between two epochs, and where one begins.

use super::stage::StageShape;
use crate::error::{TrainError, check_length};
use crate::estimate::ChosenRadius;
use crate::ledger::Ledger;
use crate::optimizer::OptimizerState;
use serde::{Deserialize, Serialize};

/// Where a training stands at the end of an epoch, as plain data.
///
/// Given to a training with the same arguments, and a device of the same kind, it is gone on with as if it
/// had never been interrupted: with the same numbers to the last bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// The parameters of each layer.
    pub parameters: Vec<Vec<f64>>,
    /// Epochs that each layer completed.
    pub epochs: Vec<usize>,
    /// The stage in training, 0-based.
    pub stage: usize,
    /// Steps of that stage so far.
    pub step: usize,
    /// Its optimizer.
    pub optimizer: OptimizerState,
    /// The smoothing radii of its parts; none where gradients are not measured.
    pub radii: Vec<ChosenRadius>,
    /// What the device has been used for.
    pub ledger: Ledger,
    /// Where the device stands: [`crate::BlackBox::state`].
    pub device: Vec<u8>,
}

/// Where a training begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// With these parameters of each layer.
    Initial(Vec<Vec<f64>>),
    /// Where another one was interrupted.
    Resumed(Box<Position>),
}

impl From<Vec<Vec<f64>>> for Start {
    fn from(initial: Vec<Vec<f64>>) -> Self {
        Self::Initial(initial)
    }
}

impl From<Position> for Start {
    fn from(position: Position) -> Self {
        Self::Resumed(Box::new(position))
    }
}

impl Start {
    /// The parameters of each layer.
    pub fn parameters(&self) -> &[Vec<f64>] {
        match self {
            Self::Initial(initial) => initial,
            Self::Resumed(position) => &position.parameters,
        }
    }
}

impl Position {
    /// Refuses a position of another training, as far as numbers of stages, epochs and parts tell.
    pub(super) fn check(
        &self,
        shapes: &[StageShape],
        epochs: usize,
        measured: bool,
    ) -> Result<(), TrainError> {
        let refuse = |why| Err(TrainError::ForeignPosition { why });
        let Some(shape) = shapes.get(self.stage) else {
            return refuse("it is in a stage that there is not");
        };
        let layers = shapes.iter().map(|shape| shape.stage.layers().len()).sum();
        check_length("layers of the position", self.epochs.len(), layers)?;
        let done = &self.epochs[shape.stage.layers()];
        if done.iter().any(|&own| own > epochs || own != done[0]) {
            return refuse("its epochs are not those of the plan");
        }
        let parts = if measured { shape.parts.len() } else { 0 };
        check_length("smoothing radii of the position", self.radii.len(), parts)
    }
}
