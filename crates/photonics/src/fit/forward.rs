//! One phase after the other, each to its best value, from transfer matrices alone.
//!
//! U = A + exp(i p) B for every phase p, so t = Tr V^H U = a + b exp(i p), while n_U = Tr U^H U and |t|^2
//! are c0 + c1 cos p + c2 sin p. Values at p, p + 2 pi/3 and p - 2 pi/3 fix the three numbers of each. The
//! objectives are then functions of one angle (one of the three values is known from the step before):
//!
//! ```text
//! infidelity    1 - |t|^2 / (n_U n_V)
//! free phase    (n_U + n_V - 2 |t|) / n_V
//! error         (n_U + n_V - 2 Re t) / n_V
//! ```
//! The quotient of two sinusoids N / D is greatest where N - q D, with q the greatest value, is 0 at its
//! greatest; that q solves a quadratic equation. The third objective is a sinusoid itself. The second is
//! one where nothing is lost (n_U constant: where |t| is greatest); with loss, |t| is replaced by
//! Re t exp(-i arg t) of the present t, which lies below |t| and touches it, so that no step goes up.
//!
//! After each sweep the mesh is tried further along the change of all phases together.

use super::objective::{Evaluator, Overlap, direction};
use super::{End, FitOptions, Objective};
use num_complex::Complex64;
use std::f64::consts::TAU;

/// A sweep that lowers the objective by a smaller part of it is the last.
const STALLED: f64 = 1e-9;

/// c0 + c1 cos d + c2 sin d, d the distance from the present phase.
#[derive(Clone, Copy)]
struct Sinusoid([f64; 3]);

impl Sinusoid {
    /// From the values at 0, 2 pi/3 and -2 pi/3.
    fn through([here, plus, minus]: [f64; 3]) -> Self {
        let mean = (here + plus + minus) / 3.0;
        Self([mean, here - mean, (plus - minus) / 3.0_f64.sqrt()])
    }

    fn combine(self, factor: f64, other: Self) -> Self {
        let ([a, b, c], [d, e, f]) = (self.0, other.0);
        Self([
            factor.mul_add(d, a),
            factor.mul_add(e, b),
            factor.mul_add(f, c),
        ])
    }

    fn at(self, distance: f64) -> f64 {
        let (sine, cosine) = libm::sincos(distance);
        let [c0, c1, c2] = self.0;
        c2.mul_add(sine, c1.mul_add(cosine, c0))
    }

    /// Whether it is the same everywhere, to rounding.
    fn is_flat(self) -> bool {
        let [c0, c1, c2] = self.0;
        c1.abs() + c2.abs() <= 1e-12 * c0.abs()
    }

    /// Where it is greatest.
    fn greatest_at(self) -> f64 {
        let [_, cosine, sine] = self.0;
        libm::atan2(sine, cosine)
    }

    /// Where self / other is greatest, other > 0.
    fn greatest_quotient_at(self, other: Self) -> f64 {
        // |N - q D| along the circle: (n0 - q d0)^2 = (n1 - q d1)^2 + (n2 - q d2)^2
        let ([n0, n1, n2], [d0, d1, d2]) = (self.0, other.0);
        let a = d0 * d0 - d1 * d1 - d2 * d2;
        let b = n0 * d0 - n1 * d1 - n2 * d2;
        let c = n0 * n0 - n1 * n1 - n2 * n2;
        let root = (b * b - a * c).max(0.0).sqrt();
        let greatest = (b + root) / a;
        if greatest.is_finite() {
            self.combine(-greatest, other).greatest_at()
        } else {
            0.0
        }
    }
}

pub(super) fn minimise(
    evaluator: &mut Evaluator,
    mut phases: Vec<f64>,
    options: &FitOptions,
) -> End {
    let mut iterations = 0;
    let mut converged = false;
    let mut here = evaluator.overlap(&phases);
    let mut value = evaluator.value(here);
    let mut best = phases.clone();
    let mut sweep = vec![0.0; phases.len()];
    while !converged && iterations < options.max_iterations {
        iterations += 1;
        for index in 0..phases.len() {
            let present = phases[index];
            let [plus, minus] = [TAU / 3.0, -TAU / 3.0].map(|distance| {
                phases[index] = present + distance;
                evaluator.overlap(&phases)
            });
            let circle = Circle::through([here, plus, minus]);
            let distance = circle.best(evaluator.objective(), here);
            phases[index] = present + distance;
            sweep[index] = distance;
            here = circle.at(distance);
        }
        // What is known without asking gathers rounding.
        here = evaluator.overlap(&phases);
        let mut now = evaluator.value(here);
        // Sweeps creep along valleys: the next ones are as this one, so go on while it pays.
        let mut length = 1.0;
        loop {
            let further: Vec<f64> = phases
                .iter()
                .zip(&sweep)
                .map(|(p, d)| length * d + p)
                .collect();
            let overlap = evaluator.overlap(&further);
            let reached = evaluator.value(overlap);
            if reached >= now {
                break;
            }
            (phases, here, now) = (further, overlap, reached);
            length *= 2.0;
        }
        converged = now <= options.tolerance || value - now <= STALLED * now;
        if now < value {
            best.clone_from(&phases);
            value = now;
        }
    }
    End {
        phases_rad: best,
        objective: value,
        iterations: iterations as u64,
        converged,
    }
}

/// What one phase makes of the overlap.
struct Circle {
    re: Sinusoid,
    im: Sinusoid,
    /// |t|^2
    power: Sinusoid,
    /// n_U
    square: Sinusoid,
}

impl Circle {
    /// From the overlaps at the distances 0, 2 pi/3 and -2 pi/3.
    fn through(three: [Overlap; 3]) -> Self {
        Self {
            re: Sinusoid::through(three.map(|overlap| overlap.t.re)),
            im: Sinusoid::through(three.map(|overlap| overlap.t.im)),
            power: Sinusoid::through(three.map(|overlap| overlap.t.norm_sqr())),
            square: Sinusoid::through(three.map(|overlap| overlap.square)),
        }
    }

    fn at(&self, distance: f64) -> Overlap {
        Overlap {
            t: Complex64::new(self.re.at(distance), self.im.at(distance)),
            square: self.square.at(distance),
        }
    }

    /// The distance at which the objective is least.
    fn best(&self, objective: Objective, here: Overlap) -> f64 {
        let turn = match objective {
            Objective::Infidelity => return self.power.greatest_quotient_at(self.square),
            Objective::FreePhase if self.square.is_flat() => return self.power.greatest_at(),
            Objective::FreePhase => direction(here.t),
            Objective::Error => Complex64::ONE,
        };
        let nothing = Sinusoid([0.0; 3]);
        let real = nothing.combine(2.0 * turn.re, self.re);
        let real = real.combine(2.0 * turn.im, self.im);
        real.combine(-1.0, self.square).greatest_at()
    }
}
