//! Central differences, one parameter at a time: the slow and exact way.

use super::{Estimate, GradientEstimator, Objective, check_fit, trained_parameters};
use crate::black_box::ParameterGroup;
use crate::error::TrainError;
use numerics::Stream;

/// The gradient by (l(p + r e_i) - l(p - r e_i)) / 2r for every trained parameter i.
///
/// It is the gradient itself, error of second order in r, and not divided by any dimension, at two
/// losses per parameter.
#[derive(Clone, Debug)]
pub struct Coordinate {
    radius: f64,
    shifted: Vec<f64>,
}

impl Coordinate {
    /// `radius`: shift of one parameter, above 0, in its unit.
    pub fn new(radius: f64) -> Self {
        Self {
            radius,
            shifted: Vec::new(),
        }
    }
}

impl GradientEstimator for Coordinate {
    fn estimate(
        &mut self,
        objective: &mut Objective<'_>,
        at: &[f64],
        groups: &[ParameterGroup],
        _directions: &mut Stream,
        gradient: &mut [f64],
    ) -> Result<Estimate, TrainError> {
        check_fit(at, groups, gradient)?;
        self.shifted.clear();
        self.shifted.extend_from_slice(at);
        gradient.fill(0.0);
        let (mut losses, mut slopes, mut differences) = (0.0, 0.0, 0.0);
        for group in groups.iter().filter(|group| group.trained) {
            for i in group.places() {
                self.shifted[i] = at[i] + self.radius;
                let plus = objective(&self.shifted)?;
                self.shifted[i] = at[i] - self.radius;
                let minus = objective(&self.shifted)?;
                self.shifted[i] = at[i];
                let difference = plus - minus;
                gradient[i] = difference / (2.0 * self.radius);
                losses += plus + minus;
                slopes += gradient[i] * gradient[i];
                differences += difference * difference;
            }
        }
        let count = trained_parameters(groups).max(1) as f64;
        Ok(Estimate {
            loss: losses / (2.0 * count),
            slope: (slopes / count).sqrt(),
            difference: (differences / count).sqrt(),
            gradient_square: slopes,
        })
    }

    fn evaluations_per_step(&self, groups: &[ParameterGroup]) -> usize {
        2 * trained_parameters(groups)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::QuadraticBox;
    use numerics::Streams;

    #[test]
    fn a_quadratic_has_exact_differences() {
        let curvature = vec![2.0, 0.5, 0.0, 0.5, 1.0, -0.2, 0.0, -0.2, 3.0];
        let device = QuadraticBox::new(curvature, vec![0.3, -0.4, 1.0])
            .unwrap()
            .with_groups(&[(2, true), (1, false)]);
        let at = [0.1, 0.2, 0.3];
        let truth = device.gradient(&at);
        let mut estimator = Coordinate::new(0.5);
        let mut gradient = [f64::NAN; 3];
        let mut calls = 0;
        let mut objective = |p: &[f64]| {
            calls += 1;
            Ok(device.value(p))
        };
        let mut stream = Streams::new(0).derive("directions", 0, 0);
        estimator
            .estimate(
                &mut objective,
                &at,
                device.groups(),
                &mut stream,
                &mut gradient,
            )
            .unwrap();
        assert_eq!(calls, 4);
        assert_eq!(calls, estimator.evaluations_per_step(device.groups()));
        for i in 0..2 {
            // A dozen roundings of losses below 4, divided by 2r = 1.
            assert!((gradient[i] - truth[i]).abs() < 50.0 * f64::EPSILON);
        }
        assert_eq!(gradient[2].to_bits(), 0);

        // A parameter that does not exist costs nothing and is left alone.
        let mut groups = device.groups().to_vec();
        groups[0].missing = vec![0];
        let mut calls = 0;
        let mut objective = |p: &[f64]| {
            calls += 1;
            assert_eq!(p[0], at[0]);
            Ok(device.value(p))
        };
        estimator
            .estimate(&mut objective, &at, &groups, &mut stream, &mut gradient)
            .unwrap();
        assert_eq!((calls, estimator.evaluations_per_step(&groups)), (2, 2));
        assert_eq!(gradient[0].to_bits(), 0);
    }
}
