//! Steps from gradients. Every optimizer is plain data that can be saved with its state.

mod adam;
mod schedule;
mod sgd;

pub use adam::Adam;
pub use schedule::Schedule;
pub use sgd::Sgd;

use crate::black_box::ParameterGroup;
use crate::error::TrainError;
use serde::{Deserialize, Serialize};

/// Moves parameters against a gradient.
pub trait Optimizer: Send {
    /// One step, in place. `parameters` and `gradient` have equal lengths and `groups` lie within;
    /// what does not fit is left alone, and so are untrained groups. Returns whether all that moved is
    /// finite.
    #[must_use]
    fn step(
        &mut self,
        parameters: &mut [f64],
        gradient: &[f64],
        groups: &[ParameterGroup],
        learning_rate: f64,
    ) -> bool;
}

/// An optimizer by its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerChoice {
    /// [`Sgd`].
    Sgd {
        /// Multiply each group's gradient by its number of parameters.
        dimension_scaling: bool,
        /// Share of the last step's velocity that is kept, 0 to below 1.
        momentum: f64,
    },
    /// [`Adam`].
    Adam {
        /// Decay of the mean gradient, 0 to below 1.
        beta1: f64,
        /// Decay of the mean square, 0 to below 1.
        beta2: f64,
        /// Added to the root mean square, above 0.
        epsilon: f64,
    },
}

impl Default for OptimizerChoice {
    /// The published one: gradient descent with dimension scaling, no momentum.
    fn default() -> Self {
        Self::Sgd {
            dimension_scaling: true,
            momentum: 0.0,
        }
    }
}

impl OptimizerChoice {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`TrainError::Setting`] for a value out of its range.
    pub fn check(&self) -> Result<(), TrainError> {
        let fraction = |key, value: f64| {
            if (0.0..1.0).contains(&value) {
                Ok(())
            } else {
                Err(TrainError::Setting {
                    key,
                    value,
                    why: "must be at least 0 and below 1",
                })
            }
        };
        match *self {
            Self::Sgd { momentum, .. } => fraction("momentum", momentum),
            Self::Adam {
                beta1,
                beta2,
                epsilon,
            } => {
                fraction("beta1", beta1)?;
                fraction("beta2", beta2)?;
                crate::error::check_positive("epsilon", epsilon)
            }
        }
    }

    /// The optimizer before its first step.
    pub fn build(&self) -> OptimizerState {
        match *self {
            Self::Sgd {
                dimension_scaling,
                momentum,
            } => OptimizerState::Sgd(Sgd::new(dimension_scaling, momentum)),
            Self::Adam {
                beta1,
                beta2,
                epsilon,
            } => OptimizerState::Adam(Adam::new(beta1, beta2, epsilon)),
        }
    }
}

/// An optimizer in the middle of its work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerState {
    /// [`Sgd`].
    Sgd(Sgd),
    /// [`Adam`].
    Adam(Adam),
}

impl Optimizer for OptimizerState {
    fn step(
        &mut self,
        parameters: &mut [f64],
        gradient: &[f64],
        groups: &[ParameterGroup],
        learning_rate: f64,
    ) -> bool {
        match self {
            Self::Sgd(sgd) => sgd.step(parameters, gradient, groups, learning_rate),
            Self::Adam(adam) => adam.step(parameters, gradient, groups, learning_rate),
        }
    }
}
