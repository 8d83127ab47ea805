//! Central differences, one parameter at a time: the slow and exact way.

use super::{Estimate, GradientEstimator, Objectives, check_fit, trained_parameters};
use crate::black_box::ParameterGroup;
use crate::error::TrainError;
use numerics::Stream;

/// The gradient by (l(p + r e_i) - l(p - r e_i)) / 2r for every trained parameter i, l being the loss of
/// its part.
///
/// It is the gradient itself, error of second order in r, and not divided by any dimension, at two
/// measurements per parameter.
#[derive(Clone, Debug)]
pub struct Coordinate {
    radii: Vec<f64>,
    shifted: Vec<f64>,
}

impl Coordinate {
    /// `radii`: for each part the shift of one parameter, above 0, in its unit.
    pub fn new(radii: Vec<f64>) -> Self {
        Self {
            radii,
            shifted: Vec::new(),
        }
    }
}

impl GradientEstimator for Coordinate {
    fn estimate(
        &mut self,
        objectives: &mut Objectives<'_>,
        at: &[f64],
        parts: &[Vec<ParameterGroup>],
        _directions: &mut Stream,
        gradient: &mut [f64],
    ) -> Result<Vec<Estimate>, TrainError> {
        check_fit(at, parts, &self.radii, gradient)?;
        self.shifted.clear();
        self.shifted.extend_from_slice(at);
        gradient.fill(0.0);
        let mut losses = vec![0.0; parts.len()];
        let mut estimates = Vec::with_capacity(parts.len());
        for (part, (groups, &radius)) in parts.iter().zip(&self.radii).enumerate() {
            let mut sums = Estimate::default();
            for group in groups.iter().filter(|group| group.trained) {
                for i in group.places() {
                    self.shifted[i] = at[i] + radius;
                    objectives(&self.shifted, &mut losses)?;
                    let plus = losses[part];
                    self.shifted[i] = at[i] - radius;
                    objectives(&self.shifted, &mut losses)?;
                    let minus = losses[part];
                    self.shifted[i] = at[i];
                    let difference = plus - minus;
                    gradient[i] = difference / (2.0 * radius);
                    sums.loss += plus + minus;
                    sums.gradient_square += gradient[i] * gradient[i];
                    sums.difference += difference * difference;
                }
            }
            let count = trained_parameters(groups).max(1) as f64;
            estimates.push(Estimate {
                loss: sums.loss / (2.0 * count),
                slope: (sums.gradient_square / count).sqrt(),
                difference: (sums.difference / count).sqrt(),
                gradient_square: sums.gradient_square,
            });
        }
        Ok(estimates)
    }

    fn evaluations_per_step(&self, parts: &[Vec<ParameterGroup>]) -> usize {
        parts
            .iter()
            .map(|groups| 2 * trained_parameters(groups))
            .sum()
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
        let mut estimator = Coordinate::new(vec![0.5]);
        let mut gradient = [f64::NAN; 3];
        let mut calls = 0;
        let mut objective = |p: &[f64], losses: &mut [f64]| {
            calls += 1;
            losses[0] = device.value(p);
            Ok(())
        };
        let parts = [device.groups().to_vec()];
        let mut stream = Streams::new(0).derive("directions", 0, 0);
        estimator
            .estimate(&mut objective, &at, &parts, &mut stream, &mut gradient)
            .unwrap();
        assert_eq!(calls, 4);
        assert_eq!(calls, estimator.evaluations_per_step(&parts));
        for i in 0..2 {
            // A dozen roundings of losses below 4, divided by 2r = 1.
            assert!((gradient[i] - truth[i]).abs() < 50.0 * f64::EPSILON);
        }
        assert_eq!(gradient[2].to_bits(), 0);

        // A parameter that does not exist costs nothing and is left alone.
        let mut groups = device.groups().to_vec();
        groups[0].missing = vec![0];
        let mut calls = 0;
        let mut objective = |p: &[f64], losses: &mut [f64]| {
            calls += 1;
            assert_eq!(p[0], at[0]);
            losses[0] = device.value(p);
            Ok(())
        };
        let parts = [groups];
        estimator
            .estimate(&mut objective, &at, &parts, &mut stream, &mut gradient)
            .unwrap();
        assert_eq!((calls, estimator.evaluations_per_step(&parts)), (2, 2));
        assert_eq!(gradient[0].to_bits(), 0);
    }
}
