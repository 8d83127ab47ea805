//! Random unit directions in parameter space.

use crate::black_box::ParameterGroup;
use crate::vector;
use numerics::Stream;
use numerics::normal::fill_standard_normal_f32;
use numerics::vectorize;
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How a direction is drawn. For both laws the mean of d d^T is the identity divided by the dimension.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DirectionLaw {
    /// Uniform on the unit sphere: normal numbers, divided by their norm.
    #[default]
    Gaussian,
    /// Each entry +-1/sqrt(dimension) with equal chance (simultaneous perturbation, Spall 1992,
    /// doi:10.1109/9.119632).
    Rademacher,
}

/// A vector in parameter space of which each trained group's part has length 1.
///
/// Its entries are kept as they were drawn, in single precision, with one factor per group: of a large
/// device a step reads them several times, and memory is what that costs. The direction is what these
/// numbers say, exactly, so nothing is lost by their precision.
#[derive(Clone, Debug, Default)]
pub struct Direction {
    values: Vec<f32>,
    groups: Vec<Drawn>,
}

/// The part of a direction that is a trained group's.
#[derive(Clone, Debug)]
struct Drawn {
    range: Range<usize>,
    factor: f64,
    /// The part of the parameter vector that the group belongs to.
    part: usize,
}

impl Direction {
    /// Draws anew for a vector of `parameters` entries, whose parts have the groups `parts`, and keeps the
    /// memory. The trained groups take their numbers from `stream` in their order, a number for every place
    /// of the group: one that is missing on the device is then set to 0, and does not count in the length.
    pub fn draw(
        &mut self,
        law: DirectionLaw,
        parameters: usize,
        parts: &[Vec<ParameterGroup>],
        stream: &mut Stream,
    ) {
        self.values.resize(parameters, 0.0);
        self.groups.clear();
        let groups = parts
            .iter()
            .enumerate()
            .flat_map(|(part, groups)| groups.iter().map(move |group| (part, group)));
        let trained = groups.filter(|(_, group)| group.trained);
        for (part_of, group) in trained.filter(|(_, group)| group.existing() > 0) {
            let Some(part) = self.values.get_mut(group.range.clone()) else {
                continue;
            };
            match law {
                DirectionLaw::Gaussian => fill_standard_normal_f32(stream, part),
                DirectionLaw::Rademacher => fill_signs(stream, part),
            }
            for place in &group.missing {
                part[place - group.range.start] = 0.0;
            }
            let factor = match law {
                DirectionLaw::Gaussian => to_length_one(part, group),
                DirectionLaw::Rademacher => 1.0 / (group.existing() as f64).sqrt(),
            };
            self.groups.push(Drawn {
                range: group.range.clone(),
                factor,
                part: part_of,
            });
        }
    }

    /// Trained groups of a part that have a parameter.
    pub fn trained_groups(&self, part: usize) -> usize {
        self.groups
            .iter()
            .filter(|drawn| drawn.part == part)
            .count()
    }

    /// `out = at + sign * radius * direction`, with the radius of each part; what is not trained is copied.
    pub fn shift(&self, at: &[f64], sign: f64, radii: &[f64], out: &mut [f64]) {
        self.by_group(out, |range, drawn, out| match drawn {
            Some(drawn) => {
                let step = sign * radii[drawn.part] * drawn.factor;
                vector::shift(&at[range.clone()], step, &self.values[range], out);
            }
            None => out.copy_from_slice(&at[range]),
        });
    }

    /// `sum += step * direction`, or `sum = step * direction` where `fresh`, with the step of each part.
    pub fn add_to(&self, sum: &mut [f64], steps: &[f64], fresh: bool) {
        self.by_group(sum, |range, drawn, sum| match drawn {
            Some(drawn) => {
                let step = steps[drawn.part] * drawn.factor;
                match fresh {
                    true => vector::scaled(step, &self.values[range], sum),
                    false => vector::add_scaled_f32(sum, step, &self.values[range]),
                }
            }
            None if fresh => sum.fill(0.0),
            None => {}
        });
    }

    /// Calls `work` for every stretch of the parameter vector, with the group that was drawn for it.
    fn by_group(&self, out: &mut [f64], work: impl Fn(Range<usize>, Option<&Drawn>, &mut [f64])) {
        vectorize(
            #[inline(always)]
            || {
                let mut done = 0;
                for drawn in &self.groups {
                    let range = &drawn.range;
                    work(done..range.start, None, &mut out[done..range.start]);
                    work(range.clone(), Some(drawn), &mut out[range.clone()]);
                    done = range.end;
                }
                work(done..out.len(), None, &mut out[done..]);
            },
        );
    }
}

/// The factor that gives a group's normal numbers the length 1.
fn to_length_one(out: &mut [f32], group: &ParameterGroup) -> f64 {
    let square = vectorize(
        #[inline(always)]
        || vector::sum_of_squares_f32(out),
    );
    if square > 0.0 {
        return 1.0 / square.sqrt();
    }
    // A normal number of the generator may be exactly 0, and a group may have one parameter.
    if let Some(first) = group.places().next() {
        out[first - group.range.start] = 1.0;
    }
    1.0
}

/// Fills with +-1.
fn fill_signs(stream: &mut Stream, out: &mut [f32]) {
    for chunk in out.chunks_mut(32) {
        let bits = stream.next_u32();
        for (i, value) in chunk.iter_mut().enumerate() {
            *value = f32::from_bits(1.0_f32.to_bits() | (bits >> i) << 31);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use numerics::Streams;

    fn groups() -> Vec<ParameterGroup> {
        [
            (0..7, true, vec![]),
            (7..10, false, vec![]),
            (10..210, true, vec![]),
            (210..211, true, vec![]),
            (211..218, true, vec![212, 213, 216]),
            (218..219, true, vec![218]),
            (219..219, true, vec![]),
        ]
        .map(|(range, trained, missing)| ParameterGroup {
            missing,
            ..ParameterGroup::new("group", range, trained)
        })
        .to_vec()
    }

    #[test]
    fn each_trained_group_has_length_one_and_the_others_are_zero() {
        for law in [DirectionLaw::Gaussian, DirectionLaw::Rademacher] {
            let mut drawn = Direction::default();
            let mut stream = Streams::new(3).derive("directions", 0, 0);
            drawn.draw(law, 219, &[groups()], &mut stream);
            // Of the last two none exists.
            assert_eq!(drawn.trained_groups(0), 4);
            let mut direction = vec![f64::NAN; 219];
            drawn.add_to(&mut direction, &[1.0], true);
            // Shifting from 0 and adding to 0 are the same.
            let mut shifted = vec![f64::NAN; 219];
            drawn.shift(&[0.0; 219], 1.0, &[1.0], &mut shifted);
            assert_eq!(shifted, direction);
            let mut twice = direction.clone();
            drawn.add_to(&mut twice, &[1.0], false);
            for (twice, once) in twice.iter().zip(&direction) {
                assert_eq!(*twice, 2.0 * once);
            }
            for group in groups() {
                let part = &direction[group.range.clone()];
                assert!(group.places().all(|place| !group.missing.contains(&place)));
                assert_eq!(group.places().count(), group.existing());
                for &place in &group.missing {
                    assert_eq!(direction[place].to_bits(), 0);
                }
                if group.trained && group.existing() > 0 {
                    let norm: f64 = part.iter().map(|x| x * x).sum();
                    let tolerance = 2.0 * part.len() as f64 * f64::EPSILON;
                    assert!((norm - 1.0).abs() <= tolerance, "{norm}");
                } else {
                    assert!(part.iter().all(|x| x.to_bits() == 0));
                }
            }
        }
    }

    #[test]
    fn signs_are_fair_and_independent() {
        let n = 100_000;
        let mut x = vec![0.0; n];
        fill_signs(&mut Streams::new(8).derive("directions", 0, 0), &mut x);
        let root = (n as f64).sqrt();
        assert!(x.iter().all(|v| v.abs() == 1.0));
        let x: Vec<f64> = x.iter().map(|&v| f64::from(v) / root).collect();
        // Five standard errors of a sum of n signs, in units of 1/root and 1/n.
        let sum: f64 = x.iter().sum();
        assert!(sum.abs() < 5.0);
        for lag in [1, 64] {
            let sum: f64 = x.windows(lag + 1).map(|w| w[0] * w[lag]).sum();
            assert!((sum * root).abs() < 5.0, "lag {lag}");
        }
    }
}
