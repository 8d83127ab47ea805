//! Directional derivatives along random unit vectors (FFzero, arXiv:2603.24790).

use super::{Direction, DirectionLaw, Estimate, GradientEstimator, Objective, check_fit};
use crate::black_box::ParameterGroup;
use crate::error::TrainError;
use crate::vector;
use numerics::{Stream, vectorize};
use serde::{Deserialize, Serialize};

/// Which two losses are subtracted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// (l(p + r d) - l(p - r d)) / 2r: two losses per direction, error of second order in r.
    #[default]
    Central,
    /// (l(p + r d) - l(p)) / r: one loss per direction and one more, error of first order in r.
    OneSided,
}

impl Difference {
    /// Length over which it is taken, in radii.
    pub(super) const fn span(self) -> f64 {
        match self {
            Self::Central => 2.0,
            Self::OneSided => 1.0,
        }
    }
}

/// The mean over K directions d of (slope of the loss along d) d.
///
/// Each trained group has its own unit direction; all are shifted together and share the slope. The
/// expected value of a group's part is the gradient divided by the group's number of parameters,
/// up to the error of the difference quotient, so multiply by that number for a gradient
/// ([`crate::optimizer::Sgd`] can).
#[derive(Clone, Debug)]
pub struct Directional {
    radius: f64,
    directions: usize,
    law: DirectionLaw,
    difference: Difference,
    direction: Direction,
    shifted: Vec<f64>,
}

impl Directional {
    /// `radius`: length of the shift along each group's direction, above 0, in the parameters' unit.
    /// `directions`: K, where 0 means 1.
    pub fn new(radius: f64, directions: usize, law: DirectionLaw, difference: Difference) -> Self {
        Self {
            radius,
            directions: directions.max(1),
            law,
            difference,
            direction: Direction::default(),
            shifted: Vec::new(),
        }
    }
}

impl GradientEstimator for Directional {
    fn estimate(
        &mut self,
        objective: &mut Objective<'_>,
        at: &[f64],
        groups: &[ParameterGroup],
        directions: &mut Stream,
        gradient: &mut [f64],
    ) -> Result<Estimate, TrainError> {
        check_fit(at, groups, gradient)?;
        self.shifted.resize(at.len(), 0.0);
        let (direction, shifted) = (&mut self.direction, &mut self.shifted[..]);
        let count = self.directions as f64;
        let (mut losses, mut measured) = (0.0, 0.0);
        let (mut slopes, mut differences) = (0.0, 0.0);
        let span = self.difference.span() * self.radius;
        let here = match self.difference {
            Difference::Central => None,
            Difference::OneSided => {
                let here = objective(at)?;
                losses += here;
                measured += 1.0;
                Some(here)
            }
        };
        for k in 0..self.directions {
            direction.draw(self.law, at.len(), groups, directions);
            direction.shift(at, self.radius, shifted);
            let plus = objective(shifted)?;
            losses += plus;
            measured += 1.0;
            let other = match here {
                Some(here) => here,
                None => {
                    direction.shift(at, -self.radius, shifted);
                    let minus = objective(shifted)?;
                    losses += minus;
                    measured += 1.0;
                    minus
                }
            };
            let difference = plus - other;
            let slope = difference / span;
            differences += difference * difference;
            slopes += slope * slope;
            direction.add_to(gradient, slope / count, k == 0);
        }
        Ok(Estimate {
            loss: losses / measured,
            slope: (slopes / count).sqrt(),
            difference: (differences / count).sqrt(),
            gradient_square: if self.directions == 1 {
                // Without a look at the gradient: each group's part of a direction has length 1.
                slopes * direction.trained_groups() as f64
            } else {
                vectorize(
                    #[inline(always)]
                    || vector::sum_of_squares(gradient),
                )
            },
        })
    }

    fn evaluations_per_step(&self, _groups: &[ParameterGroup]) -> usize {
        match self.difference {
            Difference::Central => 2 * self.directions,
            Difference::OneSided => self.directions + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::QuadraticBox;
    use numerics::Streams;

    /// A quadratic of 9 parameters in groups of 5 (trained), 1 (fixed) and 3 (trained).
    fn problem() -> (QuadraticBox, Vec<f64>) {
        let curvature: Vec<f64> = (0..81)
            .map(|i| {
                let (row, column) = (i / 9, i % 9);
                if row == column { 2.0 + row as f64 } else { 0.3 }
            })
            .collect();
        let optimum = (0..9).map(|i| f64::from(i).sin()).collect();
        let device = QuadraticBox::new(curvature, optimum)
            .unwrap()
            .with_groups(&[(5, true), (1, false), (3, true)]);
        (device, vec![0.5; 9])
    }

    fn estimate(estimator: &mut dyn GradientEstimator, step: u64) -> (Estimate, Vec<f64>, usize) {
        let (device, at) = problem();
        let mut gradient = vec![f64::NAN; 9];
        let mut calls = 0;
        let mut objective = |p: &[f64]| {
            calls += 1;
            Ok(device.value(p))
        };
        let mut stream = Streams::new(11).derive("directions", 0, step);
        let result = estimator
            .estimate(
                &mut objective,
                &at,
                device.groups(),
                &mut stream,
                &mut gradient,
            )
            .unwrap();
        (result, gradient, calls)
    }

    /// With a group's dimension n, its gradient g, and the other groups h, the variance of an entry
    /// of n slope d is n/(n+2) (|g|^2 + 2 g_i^2) - g_i^2 + n sum |h|^2/dim(h) for Gaussian directions
    /// and |g|^2 - g_i^2 + n sum |h|^2/dim(h) for random signs.
    #[test]
    fn the_mean_over_directions_is_the_gradient_over_the_dimension() {
        let (device, at) = problem();
        let truth = device.gradient(&at);
        let directions = 40_000;
        for law in [DirectionLaw::Gaussian, DirectionLaw::Rademacher] {
            let mut estimator = Directional::new(0.1, directions, law, Difference::Central);
            let (_, found, _) = estimate(&mut estimator, 0);
            let trained: Vec<_> = device.groups().iter().filter(|g| g.trained).collect();
            for group in &trained {
                let square = |range: std::ops::Range<usize>| -> f64 {
                    truth[range].iter().map(|g| g * g).sum()
                };
                let n = group.range.len() as f64;
                let own = square(group.range.clone());
                let others: f64 = trained
                    .iter()
                    .filter(|other| other.range != group.range)
                    .map(|other| n * square(other.range.clone()) / other.range.len() as f64)
                    .sum();
                for i in group.range.clone() {
                    let g = truth[i] * truth[i];
                    let variance = others
                        + match law {
                            DirectionLaw::Gaussian => n / (n + 2.0) * (own + 2.0 * g) - g,
                            DirectionLaw::Rademacher => own - g,
                        };
                    let error = n * found[i] - truth[i];
                    let limit = 5.0 * (variance / directions as f64).sqrt();
                    assert!(error.abs() < limit, "{law:?} {i}: {error} > {limit}");
                }
            }
            assert_eq!(found[5].to_bits(), 0, "an untrained entry");
        }
    }

    #[test]
    fn the_central_slope_of_a_quadratic_is_exact_and_the_one_sided_is_off_by_half_the_curvature() {
        let (device, at) = problem();
        let truth = device.gradient(&at);
        let radius = 0.25;
        for difference in [Difference::Central, Difference::OneSided] {
            let mut estimator = Directional::new(radius, 1, DirectionLaw::Gaussian, difference);
            let (result, gradient, calls) = estimate(&mut estimator, 3);
            assert_eq!(calls, 2);
            assert_eq!(calls, estimator.evaluations_per_step(device.groups()));
            let mut direction = vec![0.0; 9];
            let mut stream = Streams::new(11).derive("directions", 0, 3);
            let mut drawn = Direction::default();
            drawn.draw(DirectionLaw::Gaussian, 9, device.groups(), &mut stream);
            drawn.add_to(&mut direction, 1.0, true);
            let mut slope: f64 = truth.iter().zip(&direction).map(|(g, d)| g * d).sum();
            if difference == Difference::OneSided {
                slope += 0.5 * radius * device.curvature_along(&direction);
            }
            // Losses are below 100, so a difference of two is right to 100 eps, some 10 roundings.
            let tolerance = 1e3 * f64::EPSILON / radius;
            assert!((result.slope - slope.abs()).abs() < tolerance);
            let span = radius * difference.span();
            assert!((result.difference - result.slope * span).abs() <= f64::EPSILON);
            let square: f64 = gradient.iter().map(|g| g * g).sum();
            assert!((result.gradient_square / square - 1.0).abs() < 1e-12);
            for (g, d) in gradient.iter().zip(&direction) {
                assert!((g - slope * d).abs() < tolerance);
            }
        }
    }

    #[test]
    fn the_loss_is_the_mean_of_what_was_measured_and_scratch_carries_nothing_over() {
        let (device, at) = problem();
        let mut estimator = Directional::new(0.1, 3, DirectionLaw::Gaussian, Difference::Central);
        let (first, gradient, _) = estimate(&mut estimator, 0);
        let (_, other, _) = estimate(&mut estimator, 1);
        let (again, repeated, _) = estimate(&mut estimator, 0);
        assert_eq!((first, &gradient), (again, &repeated));
        let square: f64 = gradient.iter().map(|g| g * g).sum();
        assert!((first.gradient_square / square - 1.0).abs() < 1e-12);
        assert_ne!(gradient, other);
        // The mean of l(p + r d) and l(p - r d) is l(p) + r^2/2 d A d, and d A d lies between 0 and
        // twice the largest curvature (two groups); it is at most 10 + 9 * 0.3 here.
        let excess = first.loss - device.value(&at);
        assert!(excess > 0.0 && excess < 0.5 * 0.01 * 2.0 * 12.7, "{excess}");
    }

    #[test]
    fn a_failing_measurement_is_passed_on() {
        let (device, at) = problem();
        let mut estimator = Directional::new(0.1, 1, DirectionLaw::Gaussian, Difference::Central);
        let mut objective = |_: &[f64]| Err(TrainError::NothingToTrain { layer: 4 });
        let mut stream = Streams::new(0).derive("directions", 0, 0);
        let mut gradient = vec![0.0; 9];
        let failed = estimator.estimate(
            &mut objective,
            &at,
            device.groups(),
            &mut stream,
            &mut gradient,
        );
        assert_eq!(failed, Err(TrainError::NothingToTrain { layer: 4 }));
        let short = &mut gradient[..8];
        let failed = estimator.estimate(&mut objective, &at, device.groups(), &mut stream, short);
        assert!(matches!(failed, Err(TrainError::WrongLength { .. })));
    }
}
