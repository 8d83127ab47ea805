//! L-BFGS: Newton's method with a curvature that is learnt from the last steps (Nocedal, Math. Comput.
//! 35, 773 (1980)). The step length is bisected until it satisfies the weak conditions of Wolfe, as in
//! Lewis and Overton, Math. Program. 141, 135 (2013), doi:10.1007/s10107-012-0514-2.
//!
//! Written here: it is a page, its sums have a fixed order, and a framework for optimisation would be
//! the largest dependency of this crate.

use super::objective::Evaluator;
use super::{End, FitOptions};
use std::collections::VecDeque;

/// Steps that are remembered.
const MEMORY: usize = 20;

/// Of the decrease that the slope promises, this part must come (Armijo).
const DECREASE: f64 = 1e-4;

/// Of the slope, at most this part may remain (Wolfe).
const CURVATURE: f64 = 0.9;

/// Bisections of one step.
const BISECTIONS: usize = 40;

/// Phases, and what is known there.
#[derive(Clone)]
struct Point {
    phases: Vec<f64>,
    gradient: Vec<f64>,
    value: f64,
}

impl Point {
    /// Goes `length` times `direction` from `from`.
    fn go(&mut self, evaluator: &mut Evaluator, from: &Self, direction: &[f64], length: f64) {
        let places = self.phases.iter_mut().zip(&from.phases).zip(direction);
        places.for_each(|((to, from), d)| *to = length.mul_add(*d, *from));
        self.value = evaluator.value_and_gradient(&self.phases, &mut self.gradient);
    }
}

/// A step that was taken: the differences of the phases and of the gradients, and 1 / their product.
struct Step {
    phases: Vec<f64>,
    gradient: Vec<f64>,
    inverse: f64,
}

pub(super) fn minimise(evaluator: &mut Evaluator, phases: Vec<f64>, options: &FitOptions) -> End {
    let mut here = Point {
        gradient: vec![0.0; phases.len()],
        value: 0.0,
        phases,
    };
    here.value = evaluator.value_and_gradient(&here.phases, &mut here.gradient);
    let (mut trial, mut good) = (here.clone(), here.clone());
    let mut memory: VecDeque<Step> = VecDeque::with_capacity(MEMORY);
    let mut iterations = 0;
    let mut converged = here.value <= options.tolerance;
    while !converged && iterations < options.max_iterations {
        iterations += 1;
        let direction = newton(&memory, &here.gradient);
        let slope = dot(&direction, &here.gradient);
        let down = slope < 0.0
            && search(
                evaluator,
                &here,
                &direction,
                slope,
                memory.is_empty(),
                &mut trial,
                &mut good,
            );
        if !down {
            // Not even down the slope: what is left is rounding.
            converged = memory.is_empty();
            memory.clear();
            continue;
        }
        let phases = difference(&good.phases, &here.phases);
        let gradient = difference(&good.gradient, &here.gradient);
        let product = dot(&phases, &gradient);
        if product > 0.0 {
            if memory.len() == MEMORY {
                memory.pop_front();
            }
            let inverse = 1.0 / product;
            memory.push_back(Step {
                phases,
                gradient,
                inverse,
            });
        }
        std::mem::swap(&mut here, &mut good);
        converged = here.value <= options.tolerance;
    }
    End {
        phases_rad: here.phases,
        objective: here.value,
        iterations: iterations as u64,
        converged,
    }
}

/// Looks along a direction for a point that is lower; `good` is the last that satisfied the first
/// condition. Whether there is one.
fn search(
    evaluator: &mut Evaluator,
    here: &Point,
    direction: &[f64],
    slope: f64,
    first: bool,
    trial: &mut Point,
    good: &mut Point,
) -> bool {
    // Without memory the direction is the gradient: at most one rad far.
    let mut length = if first {
        1.0 / (-slope).sqrt().max(1.0)
    } else {
        1.0
    };
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut found = false;
    for _ in 0..BISECTIONS {
        trial.go(evaluator, here, direction, length);
        let enough = (DECREASE * length).mul_add(slope, here.value);
        if trial.value <= enough && trial.value < here.value {
            found = true;
            std::mem::swap(trial, good);
            if dot(&good.gradient, direction) >= CURVATURE * slope {
                break;
            }
            low = length;
        } else {
            high = length;
        }
        length = if high.is_finite() {
            0.5 * (low + high)
        } else {
            2.0 * low
        };
    }
    found
}

/// Minus the gradient times the inverse of the curvature that the steps show.
fn newton(memory: &VecDeque<Step>, gradient: &[f64]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(memory.len());
    for step in memory.iter().rev() {
        let share = step.inverse * dot(&step.phases, &direction);
        add(&mut direction, -share, &step.gradient);
        shares.push(share);
    }
    if let Some(last) = memory.back() {
        let scale = 1.0 / (last.inverse * dot(&last.gradient, &last.gradient));
        direction.iter_mut().for_each(|d| *d *= scale);
    }
    for (step, share) in memory.iter().zip(shares.iter().rev()) {
        let other = step.inverse * dot(&step.gradient, &direction);
        add(&mut direction, share - other, &step.phases);
    }
    direction
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], factor: f64, other: &[f64]) {
    to.iter_mut()
        .zip(other)
        .for_each(|(to, x)| *to += factor * x);
}
