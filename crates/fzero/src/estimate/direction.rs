//! Random unit directions in parameter space.

use crate::black_box::ParameterGroup;
use crate::vector;
use numerics::Stream;
use numerics::normal::fill_standard_normal;
use numerics::vectorize;
use rand::Rng;
use serde::{Deserialize, Serialize};

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

/// Fills the range of each trained group with a unit vector of its own and all else with 0.
///
/// `direction` has the length of the parameter vector. The groups take their numbers from `stream` in
/// their order.
pub fn draw_direction(
    law: DirectionLaw,
    groups: &[ParameterGroup],
    stream: &mut Stream,
    direction: &mut [f64],
) {
    direction.fill(0.0);
    for group in groups.iter().filter(|group| group.trained) {
        let Some(part) = direction.get_mut(group.range.clone()) else {
            continue;
        };
        match law {
            DirectionLaw::Gaussian => {
                fill_standard_normal(stream, part);
                vectorize(
                    #[inline(always)]
                    || normalise(part),
                );
            }
            DirectionLaw::Rademacher => fill_signs(stream, part),
        }
    }
}

#[inline(always)]
fn normalise(x: &mut [f64]) {
    let norm = vector::sum_of_squares(x).sqrt();
    if norm > 0.0 {
        vector::scale(x, 1.0 / norm);
    } else if let Some(first) = x.first_mut() {
        // A normal number of the generator may be exactly 0, and a group may have one parameter.
        *first = 1.0;
    }
}

fn fill_signs(stream: &mut Stream, out: &mut [f64]) {
    let size = 1.0 / (out.len() as f64).sqrt();
    for chunk in out.chunks_mut(64) {
        let bits = stream.next_u64();
        for (i, value) in chunk.iter_mut().enumerate() {
            let sign = (bits >> i) << 63;
            *value = f64::from_bits(size.to_bits() | sign);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use numerics::Streams;

    fn groups() -> Vec<ParameterGroup> {
        [
            (0..7, true),
            (7..10, false),
            (10..210, true),
            (210..211, true),
        ]
        .map(|(range, trained)| ParameterGroup {
            name: "group",
            range,
            trained,
        })
        .to_vec()
    }

    #[test]
    fn each_trained_group_has_length_one_and_the_others_are_zero() {
        for law in [DirectionLaw::Gaussian, DirectionLaw::Rademacher] {
            let mut direction = vec![f64::NAN; 211];
            let mut stream = Streams::new(3).derive("directions", 0, 0);
            draw_direction(law, &groups(), &mut stream, &mut direction);
            for group in groups() {
                let part = &direction[group.range.clone()];
                if group.trained {
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
        assert!(x.iter().all(|v| v.abs() == 1.0 / root));
        // Five standard errors of a sum of n signs, in units of 1/root and 1/n.
        let sum: f64 = x.iter().sum();
        assert!(sum.abs() < 5.0);
        for lag in [1, 64] {
            let sum: f64 = x.windows(lag + 1).map(|w| w[0] * w[lag]).sum();
            assert!((sum * root).abs() < 5.0, "lag {lag}");
        }
    }
}
