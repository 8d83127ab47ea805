//! How often `fzero check` raises a false alarm, and what it misses: thousands of simulated checks.
//!
//! Networks are simulated, not trained: a die has a true accuracy, normal about the setting's with the dies'
//! spread (no more than 1), a seed shifts it likewise, and a run classifies each of its test images right with
//! that probability. Of 2,000 checks a rate of 5 % has a standard error of 0.5 %.

use numerics::{Stream, Streams};
use rand::Rng;
use runner::check::estimate::Observation;
use runner::check::judge::{Sample, overall};
use runner::check::need::Need;
use runner::check::{Limits, Verdict, judge};

/// Test images of the digits.
const IMAGES: u32 = 360;

/// 5 % stated, and a drop of 3 points that must not pass.
const LIMITS: Limits = Limits {
    margin: 0.0,
    detect: 0.03,
    alpha: 0.05,
};

const CHECKS: u64 = 2000;

/// What accuracies are drawn from.
#[derive(Clone, Copy)]
struct Population {
    accuracy: f64,
    dies: f64,
    seeds: f64,
}

/// A population of dies alone.
fn dies(accuracy: f64, spread: f64) -> Population {
    Population {
        accuracy,
        dies: spread,
        seeds: 0.0,
    }
}

/// Dies and seeds of a side; `first` keeps those of the sides apart.
#[derive(Clone, Copy)]
struct Grid {
    dies: u64,
    seeds: u64,
    first: u64,
}

/// `n` dies, all trained with the same seed.
fn row(n: u64, first: u64) -> Grid {
    Grid {
        dies: n,
        seeds: 1,
        first,
    }
}

fn normals(stream: &mut Stream, n: u64) -> Vec<f64> {
    let mut out = vec![0.0; n as usize];
    numerics::normal::fill_standard_normal(stream, &mut out);
    out
}

/// The accuracy of a run: how many of the images are right.
fn measured(truth: f64, stream: &mut Stream) -> f64 {
    let threshold = (truth.clamp(0.0, 1.0) * f64::from(u32::MAX)) as u32;
    let right = (0..IMAGES).filter(|_| stream.next_u32() < threshold).count();
    right as f64 / f64::from(IMAGES)
}

/// The runs of a side.
fn side(from: Population, grid: Grid, stream: &mut Stream) -> Vec<Observation> {
    let die_effects = normals(stream, grid.dies);
    let seed_effects = normals(stream, grid.seeds);
    let mut runs = Vec::new();
    for (die, a) in die_effects.iter().enumerate() {
        for (seed, b) in seed_effects.iter().enumerate() {
            let truth = from.accuracy + from.dies * a + from.seeds * b;
            runs.push(Observation {
                die: grid.first + die as u64,
                // One seed alone is the same on both sides, or it could not be told from a change.
                seed: if grid.seeds > 1 { grid.first } else { 0 } + seed as u64,
                value: measured(truth, stream),
            });
        }
    }
    runs
}

/// A check of `settings` like settings that lost `drop`.
fn check(from: Population, drop: f64, grids: [Grid; 2], settings: usize, stream: &mut Stream) -> Verdict {
    let now = Population {
        accuracy: from.accuracy - drop,
        ..from
    };
    let samples: Vec<_> = (0..settings)
        .map(|_| Sample {
            baseline: side(from, grids[0], stream),
            now: side(now, grids[1], stream),
            failed: 0,
            step: 1.0 / f64::from(IMAGES),
        })
        .collect();
    overall(judge(&samples, &LIMITS).iter().map(|found| found.verdict))
}

/// Share of checks that end so.
fn share(name: &str, case: u64, checks: u64, of: impl Fn(&mut Stream) -> Verdict + Sync) -> impl Fn(Verdict) -> f64 {
    let streams = Streams::new(case);
    let verdicts: Vec<_> = (0..checks)
        .map(|number| of(&mut streams.derive(name, number, 0)))
        .collect();
    move |verdict| verdicts.iter().filter(|&&v| v == verdict).count() as f64 / checks as f64
}

#[track_caller]
fn assert_stated(rate: f64, what: &str) {
    assert!((0.02..=0.08).contains(&rate), "{what}: {rate}");
}

#[test]
fn identical_reruns_on_fresh_dies_fail_as_often_as_stated() {
    let mut case = 0;
    for spread in [0.005, 0.01, 0.02, 0.03] {
        for n in [[5, 5], [10, 10], [20, 20], [20, 5], [5, 20]] {
            case += 1;
            let grids = [row(n[0], 0), row(n[1], 100)];
            let share = share("identical", case, CHECKS, |stream| {
                check(dies(0.9, spread), 0.0, grids, 1, stream)
            });
            println!("{spread} {n:?} {} {}", share(Verdict::Fail), share(Verdict::Pass));
            assert_stated(share(Verdict::Fail), &format!("{spread} {n:?}"));
        }
    }
}

#[test]
fn identical_reruns_of_several_settings_fail_as_often_as_stated() {
    for (case, (settings, spread, n)) in [(5, 0.01, 5), (5, 0.03, 10), (12, 0.005, 10), (12, 0.02, 5)]
        .into_iter()
        .enumerate()
    {
        let grids = [row(n, 0), row(n, 100)];
        let share = share("several", case as u64, CHECKS, |stream| {
            check(dies(0.92, spread), 0.0, grids, settings, stream)
        });
        println!("{settings} {spread} {n} {} {}", share(Verdict::Fail), share(Verdict::Pass));
        assert_stated(share(Verdict::Fail), &format!("{settings} {spread} {n}"));
    }
}

#[test]
fn dies_times_seeds_fail_at_most_as_often_as_stated() {
    for (case, (d, s, die_spread, seed_spread)) in [
        (5, 4, 0.01, 0.01),
        (5, 4, 0.03, 0.005),
        (5, 4, 0.005, 0.02),
        (10, 2, 0.02, 0.0),
        (10, 2, 0.01, 0.01),
        (10, 3, 0.01, 0.01),
        (5, 5, 0.0, 0.0),
    ]
    .into_iter()
    .enumerate()
    {
        let grid = |first| Grid {
            dies: d,
            seeds: s,
            first,
        };
        let from = Population {
            accuracy: 0.9,
            dies: die_spread,
            seeds: seed_spread,
        };
        let share = share("grid", case as u64, CHECKS, |stream| {
            check(from, 0.0, [grid(0), grid(100)], 1, stream)
        });
        println!("{d} {s} {die_spread} {seed_spread} {} {}", share(Verdict::Fail), share(Verdict::Pass));
    }
}

#[test]
fn a_drop_of_3_points_with_10_runs_a_side_is_caught_and_never_passes() {
    for (case, spread) in [0.005, 0.01, 0.015, 0.02, 0.03].into_iter().enumerate() {
        let grids = [row(10, 0), row(10, 100)];
        let share = share("drop", case as u64, CHECKS, |stream| {
            check(dies(0.95, spread), 0.03, grids, 1, stream)
        });
        println!("{spread} {} {}", share(Verdict::Fail), share(Verdict::Pass));
    }
}
