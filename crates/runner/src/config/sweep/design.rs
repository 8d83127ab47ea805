//! Which settings come from the axes.

use super::axis::{Axis, Spread};
use crate::config::raw::Entry;
use crate::error::Problem;
use numerics::{Stream, Streams};
use rand::Rng;

/// How settings come from axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Design {
    /// All combinations, the first axis slowest.
    Grid,
    /// First values together, second values, ..
    Zip,
    /// So many, drawn independently from the streams of a seed.
    Random(u64, u64),
    /// So many, each axis covered evenly.
    LatinHypercube(u64, u64),
}

/// Number of settings; more than fit into 64 bits are as many as these.
///
/// # Errors
/// Axes that the design does not take.
pub(super) fn count(design: Design, axes: &[Axis]) -> Result<u64, Vec<Problem>> {
    let drawn = matches!(design, Design::Random(..) | Design::LatinHypercube(..));
    let misfits: Vec<_> = axes
        .iter()
        .filter_map(|axis| match (&axis.spread, axis.len()) {
            (Spread::Linear(_) | Spread::Log(_), None) if !drawn => Some(axis.problem(
                "steps is missing".into(),
                "say how many values the range has, both ends counted".into(),
            )),
            (Spread::Linear(_) | Spread::Log(_), Some(_)) if drawn => Some(axis.problem(
                "steps has no effect where values are drawn".into(),
                "remove steps; samples says how many there are".into(),
            )),
            _ => None,
        })
        .collect();
    if !misfits.is_empty() {
        return Err(misfits);
    }
    let lengths = || axes.iter().filter_map(Axis::len);
    match design {
        Design::Grid => Ok(lengths().fold(1, u64::saturating_mul)),
        Design::Zip => {
            let Some(first) = lengths().next() else {
                return Ok(1);
            };
            let others = axes.iter().filter(|axis| axis.len() != Some(first));
            let unequal: Vec<_> = others
                .map(|axis| {
                    axis.problem(
                        format!(
                            "{} values, the first axis has {first}",
                            axis.len().unwrap_or_default()
                        ),
                        "zipped axes need the same number of values".into(),
                    )
                })
                .collect();
            if unequal.is_empty() {
                Ok(first)
            } else {
                Err(unequal)
            }
        }
        Design::Random(samples, _) | Design::LatinHypercube(samples, _) => Ok(samples),
    }
}

/// The values of each setting, one per axis, for axes that [`count`] takes.
pub(super) fn settings(design: Design, axes: &[Axis], count: u64) -> Vec<Vec<Entry>> {
    match design {
        Design::Grid => (0..count)
            .map(|mut number| {
                let mut values: Vec<_> = axes
                    .iter()
                    .rev()
                    .map(|axis| {
                        let length = axis.len().unwrap_or(1);
                        let at = number % length;
                        number /= length;
                        axis.value(at)
                    })
                    .collect();
                values.reverse();
                values
            })
            .collect(),
        Design::Zip => (0..count)
            .map(|number| axes.iter().map(|axis| axis.value(number)).collect())
            .collect(),
        Design::Random(_, seed) => {
            let shares = |_: usize, uniform: &[f64]| uniform.to_vec();
            drawn(axes, count, seed, shares)
        }
        Design::LatinHypercube(_, seed) => {
            let shares = |axis: usize, uniform: &[f64]| {
                let order = permutation(uniform.len(), seed, axis);
                let strata = order.iter().zip(uniform);
                strata
                    .map(|(&stratum, u)| (stratum as f64 + u) / uniform.len() as f64)
                    .collect()
            };
            drawn(axes, count, seed, shares)
        }
    }
}

/// `shares` makes of an axis and uniform numbers from 0 to below 1 those at which its values are taken.
fn drawn(
    axes: &[Axis],
    count: u64,
    seed: u64,
    shares: impl Fn(usize, &[f64]) -> Vec<f64>,
) -> Vec<Vec<Entry>> {
    let columns: Vec<Vec<Entry>> = axes
        .iter()
        .enumerate()
        .map(|(index, axis)| {
            let mut stream = Streams::new(seed).derive("sweep-samples", index as u64, 0);
            let uniform: Vec<f64> = (0..count).map(|_| unit(&mut stream)).collect();
            let taken = shares(index, &uniform);
            taken.into_iter().map(|u| axis.drawn(u)).collect()
        })
        .collect();
    (0..count as usize)
        .map(|number| {
            columns
                .iter()
                .map(|column| column[number].clone())
                .collect()
        })
        .collect()
}

/// Uniform from 0 to below 1, in steps of 2^-53.
fn unit(stream: &mut Stream) -> f64 {
    (stream.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// Fisher and Yates.
fn permutation(length: usize, seed: u64, axis: usize) -> Vec<usize> {
    let mut stream = Streams::new(seed).derive("sweep-strata", axis as u64, 0);
    let mut order: Vec<usize> = (0..length).collect();
    for last in (1..length).rev() {
        // The product's upper half: off from uniform by at most length / 2^64.
        let at = (u128::from(stream.next_u64()) * (last as u128 + 1)) >> 64;
        order.swap(last, at as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::super::axis::Bounds;
    use super::*;
    use crate::config::keys::KEYS;
    use crate::config::raw::{Place, RawValue};

    fn axis(path: &str, spread: Spread) -> Axis {
        Axis {
            key: KEYS.iter().find(|key| key.path == path).unwrap(),
            place: Place::File("s.toml".into()),
            name: "axis[0]".into(),
            shown: "..".into(),
            spread,
        }
    }

    fn list(path: &str, values: &[i64]) -> Axis {
        let value = |&x: &i64| (RawValue::Integer(Some(x)), x.to_string());
        axis(path, Spread::List(values.iter().map(value).collect()))
    }

    fn shown(design: Design, axes: &[Axis]) -> Vec<String> {
        let count = count(design, axes).unwrap();
        settings(design, axes, count)
            .iter()
            .map(|values| {
                let shown: Vec<_> = values.iter().map(|value| value.shown.as_str()).collect();
                shown.join(" ")
            })
            .collect()
    }

    #[test]
    fn a_grid_has_all_combinations_the_first_axis_slowest() {
        let axes = [
            list("chip.layers", &[1, 2]),
            list("training.epochs", &[7, 8, 9]),
        ];
        assert_eq!(
            shown(Design::Grid, &axes),
            ["1 7", "1 8", "1 9", "2 7", "2 8", "2 9"]
        );
        assert_eq!(shown(Design::Grid, &[]), [""]);
    }

    #[test]
    fn zipped_axes_go_together_and_have_one_length() {
        let axes = [
            list("chip.layers", &[1, 2]),
            list("training.epochs", &[7, 8]),
        ];
        assert_eq!(shown(Design::Zip, &axes), ["1 7", "2 8"]);
        let unequal = [list("chip.layers", &[1, 2]), list("training.epochs", &[7])];
        assert_eq!(count(Design::Zip, &unequal).unwrap_err().len(), 1);
    }

    #[test]
    fn a_grid_too_large_for_64_bits_is_as_large_as_they_hold() {
        let wide = || {
            let bounds = Bounds {
                from: 0.0,
                to: 0.1,
                steps: Some(1 << 40),
            };
            axis(
                "process.mesh.splitter_error_sigma_rad",
                Spread::Linear(bounds),
            )
        };
        assert_eq!(count(Design::Grid, &[wide(), wide()]), Ok(u64::MAX));
    }

    #[test]
    fn steps_belong_to_ranges_that_are_not_drawn() {
        let sigma = |steps| {
            let bounds = Bounds {
                from: 0.0,
                to: 0.1,
                steps,
            };
            [axis(
                "process.mesh.splitter_error_sigma_rad",
                Spread::Linear(bounds),
            )]
        };
        assert!(count(Design::Grid, &sigma(None)).is_err());
        assert!(count(Design::Random(4, 0), &sigma(Some(3))).is_err());
        assert_eq!(count(Design::Random(4, 0), &sigma(None)), Ok(4));
    }

    /// In each of n equal parts of each axis there is exactly one of n settings; and what is drawn does not
    /// go along between axes.
    #[test]
    fn a_latin_hypercube_covers_each_axis_evenly() {
        const N: u64 = 50;
        let bounds = Bounds {
            from: 0.0,
            to: 0.5,
            steps: None,
        };
        let path = "process.mesh.splitter_error_sigma_rad";
        let axes = [
            axis(path, Spread::Linear(bounds)),
            axis(path, Spread::Linear(bounds)),
        ];
        let columns = |design| {
            let settings = settings(design, &axes, N);
            [0, 1].map(|axis| {
                let values = settings.iter().map(|values| match values[axis].value {
                    RawValue::Float(x) => (x / 0.5 * N as f64) as u64,
                    _ => panic!("no number"),
                });
                values.collect::<Vec<_>>()
            })
        };
        let [first, second] = columns(Design::LatinHypercube(N, 3));
        assert_ne!(first, second);
        for strata in [first, second] {
            let mut sorted = strata.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..N).collect::<Vec<_>>());
            assert_ne!(strata, sorted, "not in order");
        }
        let [random, _] = columns(Design::Random(N, 3));
        let distinct: std::collections::BTreeSet<_> = random.iter().collect();
        // 32 of 50 are expected, with a standard deviation of 3.
        assert!((18..=46).contains(&distinct.len()), "{}", distinct.len());
        assert_ne!(columns(Design::Random(N, 4))[0], random, "another seed");
        assert_eq!(columns(Design::Random(N, 3))[0], random, "the same seed");
    }
}
