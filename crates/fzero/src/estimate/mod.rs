//! Gradients from measured losses.

mod coordinate;
mod direction;
mod directional;
mod radius;
mod search;

pub use coordinate::Coordinate;
pub use direction::{Direction, DirectionLaw};
pub use directional::{Difference, Directional};
pub use radius::{AutoRadius, ChosenRadius, ROUNDS, Radius, RadiusBound};

use crate::black_box::ParameterGroup;
use crate::error::TrainError;
use search::Probe;
use serde::{Deserialize, Serialize};

/// Measures the loss at a parameter vector.
pub type Objective<'a> = dyn FnMut(&[f64]) -> Result<f64, TrainError> + 'a;

/// Measures several losses at a parameter vector at once, in the same passes.
pub type Objectives<'a> = dyn FnMut(&[f64], &mut [f64]) -> Result<(), TrainError> + 'a;

/// Estimates the gradients of losses that can only be measured.
///
/// The parameter vector has parts, each with groups and a loss of its own, and the part of the gradient is
/// that of the part's own loss. All parts are shifted at the same time and all losses measured in the same
/// passes, so that many parts cost what one does. A loss also feels the shifts of other parts; directions
/// that are drawn independently make that noise with mean 0.
pub trait GradientEstimator: Send {
    /// Writes an estimate at `at` to `gradient`, both of the length of the parameter vector, and returns
    /// what it tells of each part.
    ///
    /// `parts`: the groups of each part; `objectives` writes one loss for each. Only trained groups are
    /// shifted; the other entries of `gradient` become exactly 0. All randomness comes from `directions`. A
    /// noisy objective may give different losses for the same parameters.
    ///
    /// # Errors
    /// Lengths that differ, and whatever `objectives` fails with; `gradient` is then meaningless.
    fn estimate(
        &mut self,
        objectives: &mut Objectives<'_>,
        at: &[f64],
        parts: &[Vec<ParameterGroup>],
        directions: &mut numerics::Stream,
        gradient: &mut [f64],
    ) -> Result<Vec<Estimate>, TrainError>;

    /// Measurements that one estimate takes, each of all losses, for parts with these groups.
    fn evaluations_per_step(&self, parts: &[Vec<ParameterGroup>]) -> usize;
}

/// What an estimate tells of one part besides the gradient.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// Mean of the measured losses.
    pub loss: f64,
    /// Root mean square of the measured slopes along unit directions.
    pub slope: f64,
    /// Root mean square of the measured loss differences, from which the slopes come.
    pub difference: f64,
    /// Sum of the squares of the gradient's entries, to rounding.
    pub gradient_square: f64,
}

/// An estimator by its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EstimatorChoice {
    /// [`Directional`].
    Directional {
        /// Length of a shift along each group's unit direction.
        radius: Radius,
        /// Directions per step, at least 1.
        directions: usize,
        /// How directions are drawn.
        law: DirectionLaw,
        /// Which differences are measured.
        difference: Difference,
    },
    /// [`Coordinate`].
    Coordinate {
        /// Shift of one parameter.
        radius: Radius,
    },
}

impl Default for EstimatorChoice {
    /// The published one: one Gaussian direction, central difference, radius 1e-3.
    fn default() -> Self {
        Self::Directional {
            radius: Radius::Fixed(1e-3),
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
    /// [`TrainError::Setting`] for a radius out of its range, or no direction.
    pub fn check(&self) -> Result<(), TrainError> {
        if let Self::Directional { directions: 0, .. } = self {
            return Err(TrainError::Setting {
                key: "directions",
                value: 0.0,
                why: "must be at least 1",
            });
        }
        self.radius().check()
    }

    /// The rule for the radius.
    pub fn radius(&self) -> Radius {
        match *self {
            Self::Directional { radius, .. } | Self::Coordinate { radius } => radius,
        }
    }

    /// The radius for a layer with these groups, programmed with `at`.
    ///
    /// `resolution`: smallest step of a parameter, above 0, if the device has one. [`Radius::Auto`]
    /// measures losses on the batch of `objective`, at `at` and around it, along directions from
    /// `probes`; a given radius measures `noise_repeats` of them at `at` for its noise, none where they
    /// are fewer than 2. Exactly [`Radius::measurements`] in either case.
    ///
    /// # Errors
    /// [`TrainError::Setting`] for a radius in steps without a resolution, lengths that differ, and
    /// whatever `objective` fails with.
    pub fn choose_radius(
        &self,
        objective: &mut Objective<'_>,
        at: &[f64],
        groups: &[ParameterGroup],
        resolution: Option<f64>,
        noise_repeats: usize,
        probes: &mut numerics::Stream,
    ) -> Result<ChosenRadius, TrainError> {
        check_groups(at, groups)?;
        let probe = self.probe();
        let rule = self.radius();
        rule.check_resolution(resolution)?;
        let radius = match rule {
            Radius::Fixed(radius) => radius,
            Radius::DacSteps(steps) => {
                let root = (probe.dimension(groups) as f64).sqrt();
                steps * resolution.unwrap_or(0.0) * root
            }
            Radius::Auto(auto) => {
                return auto.search(objective, at, groups, resolution, probe, probes);
            }
        };
        let variance = match rule.measurements(noise_repeats) {
            0 => None,
            repeats => Some(search::noise_variance(objective, at, repeats)?),
        };
        Ok(ChosenRadius {
            radius,
            bound: RadiusBound::Given,
            noise: variance.map(f64::sqrt),
            expected_ratio: None,
        })
    }

    fn probe(&self) -> Probe {
        match *self {
            Self::Directional {
                law, difference, ..
            } => Probe {
                law: Some(law),
                span: difference.span(),
            },
            Self::Coordinate { .. } => Probe {
                law: None,
                span: Difference::Central.span(),
            },
        }
    }

    /// The estimator with these radii, above 0, one for each part (see
    /// [`EstimatorChoice::choose_radius`]).
    pub fn build(&self, radii: Vec<f64>) -> Box<dyn GradientEstimator> {
        match *self {
            Self::Directional {
                directions,
                law,
                difference,
                ..
            } => Box::new(Directional::new(radii, directions, law, difference)),
            Self::Coordinate { .. } => Box::new(Coordinate::new(radii)),
        }
    }

    /// Measurements that one estimate takes, each of all losses, for parts with these groups.
    pub fn evaluations_per_step(&self, parts: &[Vec<ParameterGroup>]) -> usize {
        // The number does not depend on the radii.
        self.build(vec![1.0; parts.len()])
            .evaluations_per_step(parts)
    }
}

/// Parameters of the trained groups that exist.
pub(crate) fn trained_parameters(groups: &[ParameterGroup]) -> usize {
    let trained = groups.iter().filter(|group| group.trained);
    trained.map(ParameterGroup::existing).sum()
}

/// Refuses a gradient, radii or groups that do not fit the parameter vector and its parts.
fn check_fit(
    at: &[f64],
    parts: &[Vec<ParameterGroup>],
    radii: &[f64],
    gradient: &[f64],
) -> Result<(), TrainError> {
    crate::error::check_length("values of the gradient", gradient.len(), at.len())?;
    crate::error::check_length("smoothing radii", radii.len(), parts.len())?;
    parts.iter().try_for_each(|groups| check_groups(at, groups))
}

/// Refuses groups that reach beyond the parameter vector.
fn check_groups(at: &[f64], groups: &[ParameterGroup]) -> Result<(), TrainError> {
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
