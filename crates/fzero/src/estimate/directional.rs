//! Directional derivatives along random unit vectors (FFzero, arXiv:2603.24790).

use super::{Direction, DirectionLaw, Estimate, GradientEstimator, Objectives, check_fit};
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
/// Each trained group has its own unit direction; all are shifted together, and the groups of a part share
/// the slope of its loss. The expected value of a group's part is the gradient divided by the group's number
/// of parameters, up to the error of the difference quotient, so multiply by that number for a gradient
/// ([`crate::optimizer::Sgd`] can).
#[derive(Clone, Debug)]
pub struct Directional {
    radii: Vec<f64>,
    directions: usize,
    law: DirectionLaw,
    difference: Difference,
    direction: Direction,
    shifted: Vec<f64>,
    plus: Vec<f64>,
    /// On the other side, or here.
    other: Vec<f64>,
    steps: Vec<f64>,
}

impl Directional {
    /// `radii`: for each part the length of the shift along each group's direction, above 0, in the
    /// parameters' unit. `directions`: K, where 0 means 1.
    pub fn new(
        radii: Vec<f64>,
        directions: usize,
        law: DirectionLaw,
        difference: Difference,
    ) -> Self {
        Self {
            plus: vec![0.0; radii.len()],
            other: vec![0.0; radii.len()],
            steps: vec![0.0; radii.len()],
            radii,
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
        objectives: &mut Objectives<'_>,
        at: &[f64],
        parts: &[Vec<ParameterGroup>],
        directions: &mut Stream,
        gradient: &mut [f64],
    ) -> Result<Vec<Estimate>, TrainError> {
        check_fit(at, parts, &self.radii, gradient)?;
        self.shifted.resize(at.len(), 0.0);
        let (direction, shifted) = (&mut self.direction, &mut self.shifted[..]);
        let radii = &self.radii[..];
        let count = self.directions as f64;
        let mut sums = vec![Estimate::default(); parts.len()];
        let mut measured = 0.0;
        let add = |sums: &mut [Estimate], losses: &[f64]| {
            let sums = sums.iter_mut().zip(losses);
            sums.for_each(|(sum, loss)| sum.loss += loss);
        };
        if self.difference == Difference::OneSided {
            objectives(at, &mut self.other)?;
            add(&mut sums, &self.other);
            measured += 1.0;
        }
        for k in 0..self.directions {
            direction.draw(self.law, at.len(), parts, directions);
            direction.shift(at, 1.0, radii, shifted);
            objectives(shifted, &mut self.plus)?;
            add(&mut sums, &self.plus);
            measured += 1.0;
            if self.difference == Difference::Central {
                direction.shift(at, -1.0, radii, shifted);
                objectives(shifted, &mut self.other)?;
                add(&mut sums, &self.other);
                measured += 1.0;
            }
            for (part, sum) in sums.iter_mut().enumerate() {
                let difference = self.plus[part] - self.other[part];
                let slope = difference / (self.difference.span() * radii[part]);
                sum.difference += difference * difference;
                sum.slope += slope * slope;
                self.steps[part] = slope / count;
            }
            direction.add_to(gradient, &self.steps, k == 0);
        }
        Ok(sums
            .iter()
            .zip(parts)
            .enumerate()
            .map(|(part, (sum, groups))| Estimate {
                loss: sum.loss / measured,
                slope: (sum.slope / count).sqrt(),
                difference: (sum.difference / count).sqrt(),
                gradient_square: if self.directions == 1 {
                    // Without a look at the gradient: each group's part of a direction has length 1.
                    sum.slope * direction.trained_groups(part) as f64
                } else {
                    square_over(gradient, groups)
                },
            })
            .collect())
    }

    fn evaluations_per_step(&self, _parts: &[Vec<ParameterGroup>]) -> usize {
        match self.difference {
            Difference::Central => 2 * self.directions,
            Difference::OneSided => self.directions + 1,
        }
    }
}

/// Sum of the squares of the entries from the first of these groups to the last.
fn square_over(gradient: &[f64], groups: &[ParameterGroup]) -> f64 {
    let start = groups.iter().map(|group| group.range.start).min();
    let end = groups.iter().map(|group| group.range.end).max();
    let own = &gradient[start.unwrap_or(0)..end.unwrap_or(0)];
    vectorize(
        #[inline(always)]
        || vector::sum_of_squares(own),
    )
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
        let mut objective = |p: &[f64], losses: &mut [f64]| {
            calls += 1;
            losses[0] = device.value(p);
            Ok(())
        };
        let mut stream = Streams::new(11).derive("directions", 0, step);
        let result = estimator
            .estimate(
                &mut objective,
                &at,
                &[device.groups().to_vec()],
                &mut stream,
                &mut gradient,
            )
            .unwrap();
        (result[0], gradient, calls)
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
            let mut estimator = Directional::new(vec![0.1], directions, law, Difference::Central);
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
            let mut estimator =
                Directional::new(vec![radius], 1, DirectionLaw::Gaussian, difference);
            let (result, gradient, calls) = estimate(&mut estimator, 3);
            assert_eq!(calls, 2);
            assert_eq!(
                calls,
                estimator.evaluations_per_step(&[device.groups().to_vec()])
            );
            let mut direction = vec![0.0; 9];
            let mut stream = Streams::new(11).derive("directions", 0, 3);
            let mut drawn = Direction::default();
            let parts = [device.groups().to_vec()];
            drawn.draw(DirectionLaw::Gaussian, 9, &parts, &mut stream);
            drawn.add_to(&mut direction, &[1.0], true);
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
        let mut estimator =
            Directional::new(vec![0.1], 3, DirectionLaw::Gaussian, Difference::Central);
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
        let mut estimator =
            Directional::new(vec![0.1], 1, DirectionLaw::Gaussian, Difference::Central);
        let mut objective = |_: &[f64], _: &mut [f64]| Err(TrainError::NothingToTrain { layer: 4 });
        let parts = [device.groups().to_vec()];
        let mut stream = Streams::new(0).derive("directions", 0, 0);
        let mut gradient = vec![0.0; 9];
        let failed = estimator.estimate(&mut objective, &at, &parts, &mut stream, &mut gradient);
        assert_eq!(failed, Err(TrainError::NothingToTrain { layer: 4 }));
        let short = &mut gradient[..8];
        let failed = estimator.estimate(&mut objective, &at, &parts, &mut stream, short);
        assert!(matches!(failed, Err(TrainError::WrongLength { .. })));
    }

    /// Two parts with a loss each, of which the second feels the parameters of the first too: the mean over
    /// directions is each part's gradient of its own loss over the dimension. With g_o the gradient of a
    /// loss by the other part's parameters (n_o of them), the variance of an entry gains n |g_o|^2 / n_o.
    #[test]
    fn parts_are_estimated_at_once_and_do_not_bias_each_other() {
        let (first, second) = (5, 4);
        let parts = [
            vec![ParameterGroup::new("a", 0..first, true)],
            vec![ParameterGroup::new("b", first..first + second, true)],
        ];
        let slopes: [Vec<f64>; 2] = [
            (0..9)
                .map(|i| {
                    if i < first {
                        f64::from(i as u8 + 1)
                    } else {
                        0.0
                    }
                })
                .collect(),
            (0..9).map(|i| 0.7 * f64::from(i as u8) - 2.0).collect(),
        ];
        let radii = vec![0.1, 0.3];
        let directions = 40_000;
        let mut estimator = Directional::new(
            radii,
            directions,
            DirectionLaw::Rademacher,
            Difference::Central,
        );
        let mut objectives = |p: &[f64], losses: &mut [f64]| {
            for (loss, slopes) in losses.iter_mut().zip(&slopes) {
                *loss = slopes.iter().zip(p).map(|(g, p)| g * p).sum();
            }
            Ok(())
        };
        let mut stream = Streams::new(12).derive("directions", 0, 0);
        let mut gradient = vec![f64::NAN; 9];
        let estimates = estimator
            .estimate(
                &mut objectives,
                &[0.5; 9],
                &parts,
                &mut stream,
                &mut gradient,
            )
            .unwrap();
        assert_eq!(estimates.len(), 2);
        for (part, range, other) in [(0, 0..5, 5..9), (1, 5..9, 0..5)] {
            let square = |range: std::ops::Range<usize>| -> f64 {
                slopes[part][range].iter().map(|g| g * g).sum()
            };
            let n = range.len() as f64;
            // A shift of the other part counts in the ratio of the radii.
            let ratio = if part == 0 { 3.0 } else { 1.0 / 3.0_f64 };
            let foreign = ratio * ratio * n * square(other.clone()) / other.len() as f64;
            for i in range.clone() {
                let truth = slopes[part][i];
                let variance = square(range.clone()) - truth * truth + foreign;
                let limit = 5.0 * (variance / directions as f64).sqrt() + 1e-12;
                let error = n * gradient[i] - truth;
                assert!(error.abs() < limit, "part {part}, {i}: {error} > {limit}");
            }
            let found: f64 = gradient[range].iter().map(|g| g * g).sum();
            assert!((estimates[part].gradient_square / found - 1.0).abs() < 1e-12);
        }
    }
}
