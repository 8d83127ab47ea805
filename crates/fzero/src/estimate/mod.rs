//! Gradients from measured losses.

mod coordinate;
mod direction;
mod directional;

pub use coordinate::Coordinate;
pub use direction::{Direction, DirectionLaw};
pub use directional::{Difference, Directional};

use crate::black_box::ParameterGroup;
use crate::error::{TrainError, check_positive};
use serde::{Deserialize, Serialize};

/// Measures the loss at a parameter vector.
pub type Objective<'a> = dyn FnMut(&[f64]) -> Result<f64, TrainError> + 'a;

/// Estimates the gradient of a loss that can only be measured.
pub trait GradientEstimator: Send {
    /// Writes an estimate at `at` to `gradient`, both of the length of the parameter vector.
    ///
    /// Only the trained groups are shifted; the other entries of `gradient` become exactly 0. All
    /// randomness comes from `directions`. A noisy `objective` may return different losses for the
    /// same parameters.
    ///
    /// # Errors
    /// Lengths that differ, and whatever `objective` fails with; `gradient` is then meaningless.
    fn estimate(
        &mut self,
        objective: &mut Objective<'_>,
        at: &[f64],
        groups: &[ParameterGroup],
        directions: &mut numerics::Stream,
        gradient: &mut [f64],
    ) -> Result<Estimate, TrainError>;

    /// Losses that one estimate measures, for a layer with these groups.
    fn evaluations_per_step(&self, groups: &[ParameterGroup]) -> usize;
}

/// What an estimate tells besides the gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Mean of the measured losses.
    pub loss: f64,
    /// Root mean square of the measured slopes along unit directions.
    pub slope: f64,
}

/// An estimator by its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EstimatorChoice {
    /// [`Directional`].
    Directional {
        /// Length of a shift along each group's unit direction, in the parameters' unit.
        radius: f64,
        /// Directions per step, at least 1.
        directions: usize,
        /// How directions are drawn.
        law: DirectionLaw,
        /// Which differences are measured.
        difference: Difference,
    },
    /// [`Coordinate`].
    Coordinate {
        /// Shift of one parameter, in its unit.
        radius: f64,
    },
}

impl Default for EstimatorChoice {
    /// The published one: one Gaussian direction, central difference, radius 1e-3.
    fn default() -> Self {
        Self::Directional {
            radius: 1e-3,
            directions: 1,
            law: DirectionLaw::Gaussian,
            difference: Difference::Central,
        }
    }
}

impl EstimatorChoice {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`TrainError::Setting`] for a radius that is not above 0, or no direction.
    pub fn check(&self) -> Result<(), TrainError> {
        match *self {
            Self::Directional {
                radius, directions, ..
            } => {
                if directions == 0 {
                    return Err(TrainError::Setting {
                        key: "directions",
                        value: 0.0,
                        why: "must be at least 1",
                    });
                }
                check_positive("radius", radius)
            }
            Self::Coordinate { radius } => check_positive("radius", radius),
        }
    }

    /// The estimator.
    pub fn build(&self) -> Box<dyn GradientEstimator> {
        match *self {
            Self::Directional {
                radius,
                directions,
                law,
                difference,
            } => Box::new(Directional::new(radius, directions, law, difference)),
            Self::Coordinate { radius } => Box::new(Coordinate::new(radius)),
        }
    }

    /// Losses that one estimate measures, for a layer with these groups.
    pub fn evaluations_per_step(&self, groups: &[ParameterGroup]) -> usize {
        self.build().evaluations_per_step(groups)
    }
}

/// Parameters of the trained groups.
pub(crate) fn trained_parameters(groups: &[ParameterGroup]) -> usize {
    let trained = groups.iter().filter(|group| group.trained);
    trained.map(|group| group.range.len()).sum()
}

/// Refuses a gradient or groups that do not fit the parameter vector.
fn check_fit(at: &[f64], groups: &[ParameterGroup], gradient: &[f64]) -> Result<(), TrainError> {
    crate::error::check_length("values of the gradient", gradient.len(), at.len())?;
    let end = groups.iter().map(|group| group.range.end).max();
    let end = end.unwrap_or(0);
    if end > at.len() {
        return Err(TrainError::WrongLength {
            what: "values of the parameter vector",
            found: at.len(),
            expected: end,
        });
    }
    Ok(())
}
