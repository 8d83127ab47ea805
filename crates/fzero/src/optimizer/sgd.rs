//! Gradient descent.

use super::Optimizer;
use crate::black_box::ParameterGroup;
use crate::vector;
use numerics::vectorize;
use serde::{Deserialize, Serialize};

/// v = momentum v + g, p -= learning rate * scale * v, where scale is the group's number of
/// parameters with `dimension_scaling` and 1 without.
///
/// The scale undoes the division by the dimension in [`crate::estimate::Directional`]; the published
/// recipe has it (arXiv:2603.24790).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sgd {
    dimension_scaling: bool,
    momentum: f64,
    velocity: Vec<f64>,
}

impl Sgd {
    /// `momentum`: 0 to below 1.
    pub fn new(dimension_scaling: bool, momentum: f64) -> Self {
        Self {
            dimension_scaling,
            momentum,
            velocity: Vec::new(),
        }
    }
}

impl Optimizer for Sgd {
    fn step(
        &mut self,
        parameters: &mut [f64],
        gradient: &[f64],
        groups: &[ParameterGroup],
        learning_rate: f64,
    ) -> bool {
        if self.momentum != 0.0 {
            self.velocity.resize(gradient.len(), 0.0);
            for (velocity, gradient) in self.velocity.iter_mut().zip(gradient) {
                *velocity = self.momentum * *velocity + gradient;
            }
        }
        let step = if self.momentum != 0.0 {
            &self.velocity[..]
        } else {
            gradient
        };
        let mut finite = true;
        for group in groups.iter().filter(|group| group.trained) {
            let range = group.range.clone();
            let scale = if self.dimension_scaling {
                group.existing() as f64
            } else {
                1.0
            };
            if let (Some(parameters), Some(step)) =
                (parameters.get_mut(range.clone()), step.get(range))
            {
                finite &= vectorize(
                    #[inline(always)]
                    || vector::add_scaled(parameters, -learning_rate * scale, step),
                );
            }
        }
        finite
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups() -> Vec<ParameterGroup> {
        [(0..3, true), (3..4, false), (4..5, true)]
            .map(|(range, trained)| ParameterGroup::new("group", range, trained))
            .to_vec()
    }

    #[test]
    fn what_is_missing_is_not_in_the_dimension() {
        let mut groups = groups();
        groups[0].missing = vec![1];
        let mut p = [0.0; 5];
        let gradient = [1.0, 0.0, 1.0, 0.0, 1.0];
        assert!(Sgd::new(true, 0.0).step(&mut p, &gradient, &groups, 0.125));
        assert_eq!(p, [-0.25, 0.0, -0.25, 0.0, -0.125]);
    }

    #[test]
    fn the_step_scales_with_each_groups_dimension() {
        let mut scaled = [1.0; 5];
        let mut plain = [1.0; 5];
        let gradient = [1.0, 2.0, -1.0, 9.0, 4.0];
        assert!(Sgd::new(true, 0.0).step(&mut scaled, &gradient, &groups(), 0.125));
        assert!(Sgd::new(false, 0.0).step(&mut plain, &gradient, &groups(), 0.125));
        assert_eq!(scaled, [0.625, 0.25, 1.375, 1.0, 0.5]);
        assert_eq!(plain, [0.875, 0.75, 1.125, 1.0, 0.5]);
    }

    #[test]
    fn what_is_no_number_is_told_where_it_moves() {
        for bad in [f64::NAN, f64::INFINITY] {
            for (place, finite) in [(1, false), (3, true), (4, false)] {
                let mut p = [0.0; 5];
                p[place] = bad;
                let mut sgd = Sgd::new(true, 0.0);
                assert_eq!(sgd.step(&mut p, &[1.0; 5], &groups(), 0.1), finite);
            }
        }
    }

    #[test]
    fn momentum_sums_a_geometric_series() {
        let mut sgd = Sgd::new(false, 0.5);
        let mut p = [0.0; 5];
        for _ in 0..3 {
            assert!(sgd.step(&mut p, &[1.0; 5], &groups(), 1.0));
        }
        // Velocities 1, 1.5, 1.75.
        assert_eq!(p, [-4.25, -4.25, -4.25, 0.0, -4.25]);
    }
}
