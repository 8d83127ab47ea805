//! Measures the radius that the noise of the loss asks for.

use super::radius::{ROUNDS, largest_group};
use super::trained_parameters;
use super::{AutoRadius, ChosenRadius, Direction, DirectionLaw, Objective, RadiusBound};
use crate::black_box::ParameterGroup;
use crate::error::TrainError;
use numerics::Stream;

/// Rms shift of a parameter in the first round, in rad: in 128 phases along a path through 64 ports
/// it adds up to 0.1 rad, where a loss is still about linear.
const FIRST_RMS: f64 = 0.01;

/// Largest factor from one round to the next. From 0.01 rad, three rounds reach any limit.
const GROWTH: f64 = 10.0;

/// How an estimator shifts parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe {
    /// Along directions of this law, or one parameter at a time.
    pub(super) law: Option<DirectionLaw>,
    /// Length over which the estimator takes its difference, in radii.
    pub(super) span: f64,
}

impl Probe {
    /// Parameters that share a shift of length 1.
    pub(super) fn dimension(&self, groups: &[ParameterGroup]) -> usize {
        match self.law {
            Some(_) => largest_group(groups),
            None => 1,
        }
    }
}

impl AutoRadius {
    /// Measures `repeats` losses at `at` and 2 losses along each probe, always as many.
    ///
    /// Each round measures central differences at its radius, whatever the estimator does, for they
    /// hold nothing of the curvature, and scales the radius to the wanted ratio. Where a loss
    /// saturates, a difference far out is too small for its radius, so the radius found from there is
    /// too large, but not as large as before: the rounds approach from above. Where the noise hides
    /// the difference the next round goes further out.
    pub(super) fn search(
        &self,
        objective: &mut Objective<'_>,
        at: &[f64],
        groups: &[ParameterGroup],
        resolution: Option<f64>,
        probe: Probe,
        stream: &mut Stream,
    ) -> Result<ChosenRadius, TrainError> {
        let dimension = probe.dimension(groups);
        let (mut lower, upper, mut lower_bound) = self.limits(dimension, resolution);
        let mut radius = (FIRST_RMS * (dimension as f64).sqrt()).clamp(lower, upper);
        let variance = noise_variance(objective, at, self.repeats)?;
        // Of a difference of two losses.
        let noise = 2.0 * variance;
        let mut expected = 0.0;
        let mut prober = Prober::new(at, groups, probe);
        for round in 0..ROUNDS {
            let mut square = 0.0;
            let probes = self.probes_in(round);
            for k in 0..probes {
                let place = (k * ROUNDS + round) as f64 / (probes * ROUNDS) as f64;
                let difference = prober.difference(objective, radius, place, stream)?;
                square += difference * difference / probes as f64;
            }
            // A central difference spans two radii, the estimator's own `span`.
            let signal = (square - noise).max(0.0) * (0.5 * probe.span).powi(2);
            if square == 0.0 {
                (lower, lower_bound) = ((radius * GROWTH).min(upper), RadiusBound::Resolution);
            }
            let factor = if signal * GROWTH * GROWTH > self.ratio * self.ratio * noise {
                self.ratio * (noise / signal).sqrt()
            } else {
                GROWTH
            };
            let next = (radius * factor).clamp(lower, upper);
            expected = signal.sqrt() * (next / radius);
            radius = next;
        }
        Ok(ChosenRadius {
            radius,
            bound: if radius >= upper {
                RadiusBound::Largest
            } else if radius > lower {
                RadiusBound::Noise
            } else {
                lower_bound
            },
            noise: Some(variance.sqrt()),
            expected_ratio: (noise > 0.0).then(|| expected / noise.sqrt()),
        })
    }
}

/// Variance of one loss at `at`, from the differences of `repeats` successive ones, at least 2.
pub(super) fn noise_variance(
    objective: &mut Objective<'_>,
    at: &[f64],
    repeats: usize,
) -> Result<f64, TrainError> {
    let mut previous = objective(at)?;
    let mut square = 0.0;
    for _ in 1..repeats {
        let next = objective(at)?;
        square += (next - previous) * (next - previous);
        previous = next;
    }
    Ok(square / (2 * (repeats - 1)) as f64)
}

/// Central differences of a loss around one place.
struct Prober<'a> {
    at: &'a [f64],
    /// One part.
    parts: [Vec<ParameterGroup>; 1],
    probe: Probe,
    direction: Direction,
    shifted: Vec<f64>,
}

impl<'a> Prober<'a> {
    fn new(at: &'a [f64], groups: &[ParameterGroup], probe: Probe) -> Self {
        Self {
            at,
            parts: [groups.to_vec()],
            probe,
            direction: Direction::default(),
            shifted: at.to_vec(),
        }
    }

    /// l(p + r d) - l(p - r d) for a drawn direction, or for the trained parameter at `place` (0 to
    /// below 1 of their number) where one is shifted at a time.
    fn difference(
        &mut self,
        objective: &mut Objective<'_>,
        radius: f64,
        place: f64,
        stream: &mut Stream,
    ) -> Result<f64, TrainError> {
        let (at, shifted) = (self.at, &mut self.shifted[..]);
        if let Some(law) = self.probe.law {
            self.direction.draw(law, at.len(), &self.parts, stream);
            self.direction.shift(at, 1.0, &[radius], shifted);
            let plus = objective(shifted)?;
            self.direction.shift(at, -1.0, &[radius], shifted);
            return Ok(plus - objective(shifted)?);
        }
        let Some(i) = self.parameter(place) else {
            return Ok(0.0);
        };
        self.shifted[i] = self.at[i] + radius;
        let plus = objective(&self.shifted)?;
        self.shifted[i] = self.at[i] - radius;
        let minus = objective(&self.shifted)?;
        self.shifted[i] = self.at[i];
        Ok(plus - minus)
    }

    fn parameter(&self, place: f64) -> Option<usize> {
        let [groups] = &self.parts;
        let count = trained_parameters(groups);
        let trained = groups.iter().filter(|group| group.trained);
        trained
            .flat_map(ParameterGroup::places)
            .nth((place * count as f64) as usize)
    }
}

#[cfg(test)]
mod tests;
