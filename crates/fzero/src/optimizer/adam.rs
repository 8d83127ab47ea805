//! Adam (Kingma and Ba, arXiv:1412.6980).

use super::Optimizer;
use crate::black_box::ParameterGroup;
use crate::vector;
use numerics::vectorize;
use serde::{Deserialize, Serialize};

/// Adam with bias correction. A common factor of the gradient does not change its steps (but for
/// `epsilon`), so it needs no dimension scaling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adam {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    mean: Vec<f64>,
    square: Vec<f64>,
    beta1_power: f64,
    beta2_power: f64,
}

impl Adam {
    /// `beta1`, `beta2`: 0 to below 1; `epsilon` above 0.
    pub fn new(beta1: f64, beta2: f64, epsilon: f64) -> Self {
        Self {
            beta1,
            beta2,
            epsilon,
            mean: Vec::new(),
            square: Vec::new(),
            beta1_power: 1.0,
            beta2_power: 1.0,
        }
    }
}

impl Optimizer for Adam {
    fn step(
        &mut self,
        parameters: &mut [f64],
        gradient: &[f64],
        groups: &[ParameterGroup],
        learning_rate: f64,
    ) -> bool {
        self.mean.resize(gradient.len(), 0.0);
        self.square.resize(gradient.len(), 0.0);
        self.beta1_power *= self.beta1;
        self.beta2_power *= self.beta2;
        let rule = Rule {
            beta1: self.beta1,
            beta2: self.beta2,
            epsilon: self.epsilon,
            rate: learning_rate / (1.0 - self.beta1_power),
            square_scale: 1.0 / (1.0 - self.beta2_power),
        };
        let mut finite = true;
        for group in groups.iter().filter(|group| group.trained) {
            let range = group.range.clone();
            if let (Some(parameters), Some(gradient), Some(mean), Some(square)) = (
                parameters.get_mut(range.clone()),
                gradient.get(range.clone()),
                self.mean.get_mut(range.clone()),
                self.square.get_mut(range),
            ) {
                finite &= vectorize(
                    #[inline(always)]
                    || rule.apply(parameters, gradient, mean, square),
                );
            }
        }
        finite
    }
}

struct Rule {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    rate: f64,
    square_scale: f64,
}

impl Rule {
    #[inline(always)]
    fn apply(&self, p: &mut [f64], g: &[f64], mean: &mut [f64], square: &mut [f64]) -> bool {
        let mut bad = 0;
        for (((p, g), mean), square) in p.iter_mut().zip(g).zip(mean).zip(square) {
            *mean = self.beta1.mul_add(*mean - g, *g);
            *square = self.beta2.mul_add(*square - g * g, g * g);
            let root = (*square * self.square_scale).sqrt();
            *p -= self.rate * *mean / (root + self.epsilon);
            bad |= vector::not_finite(*p);
        }
        bad == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group() -> Vec<ParameterGroup> {
        vec![ParameterGroup::new("all", 0..2, true)]
    }

    #[test]
    fn the_first_step_is_the_learning_rate_against_the_sign() {
        let mut adam = Adam::new(0.9, 0.999, 1e-8);
        let mut p = [0.0, 0.0];
        assert!(adam.step(&mut p, &[1e-3, -40.0], &group(), 0.01));
        // epsilon shortens the step by 1e-8/1e-3.
        assert!((p[0] + 0.01).abs() < 1.1e-7 && (p[1] - 0.01).abs() < 1e-11);
    }

    #[test]
    fn what_is_no_number_is_told() {
        for bad in [f64::NAN, f64::INFINITY] {
            let mut p = [0.0, bad];
            assert!(!Adam::new(0.9, 0.999, 1e-8).step(&mut p, &[1.0; 2], &group(), 0.01));
        }
    }

    #[test]
    fn three_steps_agree_with_the_published_formulas() {
        let (beta1, beta2, epsilon, rate) = (0.8, 0.95, 1e-6, 0.1);
        let mut adam = Adam::new(beta1, beta2, epsilon);
        let mut p = [0.3, -0.2];
        let (mut m, mut v, mut q) = (0.0, 0.0, 0.3_f64);
        for (t, g) in [(1, 0.7), (2, -0.1), (3, 2.0)] {
            assert!(adam.step(&mut p, &[g, 0.0], &group(), rate));
            m = beta1 * m + (1.0 - beta1) * g;
            v = beta2 * v + (1.0 - beta2) * g * g;
            let mean = m / (1.0 - f64::powi(beta1, t));
            let square: f64 = v / (1.0 - f64::powi(beta2, t));
            q -= rate * mean / (square.sqrt() + epsilon);
        }
        // Some tens of roundings of numbers below 1.
        assert!((p[0] - q).abs() < 50.0 * f64::EPSILON, "{} {q}", p[0]);
        assert_eq!(p[1], -0.2);
    }
}
