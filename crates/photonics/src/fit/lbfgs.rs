//! L-BFGS: Newton's method with a curvature that is learnt from the last steps (Nocedal, Math. Comput.
//! 35, 773 (1980)). The step length is bisected until it satisfies the weak conditions of Wolfe, as in
//! Lewis and Overton, Math. Program. 141, 135 (2013), doi:10.1007/s10107-012-0514-2.
//!
//! Written here: it is a page, its sums have a fixed order, and a framework for optimisation would be
//! the largest dependency of this crate.

use std::collections::VecDeque;

/// Steps that are remembered.
const MEMORY: usize = 20;

/// Of the decrease that the slope promises, this part must come (Armijo).
const DECREASE: f64 = 1e-4;

/// Of the slope, at most this part may remain (Wolfe).
const CURVATURE: f64 = 0.9;

/// Bisections of one step.
const BISECTIONS: usize = 40;

/// Iterations over which too small a decrease ends the search.
const PATIENCE: usize = 20;

/// Writes the gradient at a point and returns the value there.
pub(crate) type Evaluate<'a> = dyn FnMut(&[f64], &mut [f64]) -> f64 + 'a;

/// When the search ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) max_iterations: usize,
    /// At or below this value.
    pub(crate) tolerance: f64,
    /// Where [`PATIENCE`] iterations together lowered the value by less than this part of it.
    pub(crate) stalled: f64,
}

/// Where it ended.
#[derive(Clone, Debug)]
pub(crate) struct Minimum {
    pub(crate) at: Vec<f64>,
    pub(crate) value: f64,
    pub(crate) iterations: usize,
    /// Whether it ended by the tolerance, stalled, or found nothing lower.
    pub(crate) converged: bool,
}

/// A place, and what is known there.
#[derive(Clone)]
struct Point {
    at: Vec<f64>,
    gradient: Vec<f64>,
    value: f64,
}

impl Point {
    /// Goes `length` times `direction` from `from`.
    fn go(&mut self, evaluate: &mut Evaluate<'_>, from: &Self, direction: &[f64], length: f64) {
        let places = self.at.iter_mut().zip(&from.at).zip(direction);
        places.for_each(|((to, from), d)| *to = length.mul_add(*d, *from));
        self.value = evaluate(&self.at, &mut self.gradient);
    }
}

/// A step that was taken: the differences of the places and of the gradients, and 1 / their product.
struct Step {
    way: Vec<f64>,
    gradient: Vec<f64>,
    inverse: f64,
}

/// The least value near `start`.
pub(crate) fn minimise(evaluate: &mut Evaluate<'_>, start: Vec<f64>, limits: &Limits) -> Minimum {
    let mut here = Point {
        gradient: vec![0.0; start.len()],
        value: 0.0,
        at: start,
    };
    here.value = evaluate(&here.at, &mut here.gradient);
    let (mut trial, mut good) = (here.clone(), here.clone());
    let mut memory: VecDeque<Step> = VecDeque::with_capacity(MEMORY);
    let mut iterations = 0;
    let mut converged = here.value <= limits.tolerance;
    let mut before = here.value;
    while !converged && iterations < limits.max_iterations {
        iterations += 1;
        let direction = newton(&memory, &here.gradient);
        let slope = dot(&direction, &here.gradient);
        let down = slope < 0.0
            && search(
                evaluate,
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
        let way = difference(&good.at, &here.at);
        let gradient = difference(&good.gradient, &here.gradient);
        let product = dot(&way, &gradient);
        if product > 0.0 {
            if memory.len() == MEMORY {
                memory.pop_front();
            }
            let inverse = 1.0 / product;
            memory.push_back(Step {
                way,
                gradient,
                inverse,
            });
        }
        std::mem::swap(&mut here, &mut good);
        converged = here.value <= limits.tolerance;
        if iterations.is_multiple_of(PATIENCE) {
            converged |= before - here.value < limits.stalled * here.value;
            before = here.value;
        }
    }
    Minimum {
        at: here.at,
        value: here.value,
        iterations,
        converged,
    }
}

/// Looks along a direction for a point that is lower; `good` is the last that satisfied the first
/// condition. Whether there is one.
fn search(
    evaluate: &mut Evaluate<'_>,
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
        trial.go(evaluate, here, direction, length);
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
        let share = step.inverse * dot(&step.way, &direction);
        add(&mut direction, -share, &step.gradient);
        shares.push(share);
    }
    if let Some(last) = memory.back() {
        let scale = 1.0 / (last.inverse * dot(&last.gradient, &last.gradient));
        direction.iter_mut().for_each(|d| *d *= scale);
    }
    for (step, share) in memory.iter().zip(shares.iter().rev()) {
        let other = step.inverse * dot(&step.gradient, &direction);
        add(&mut direction, share - other, &step.way);
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
