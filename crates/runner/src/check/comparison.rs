//! The drop from one mean to another.
//!
//! Two sides with runs of their own are compared by Welch's t test (B. L. Welch, Biometrika 34, 28 (1947),
//! doi:10.1093/biomet/34.1-2.28), each side with the variance of its clusters ([`estimate`]). Where every
//! run now has a partner in the baseline on the same die with the same seed, the differences of the pairs
//! are tested: what die and seed bring to both falls out. A side of a single run takes the spread from the
//! other one.
//!
//! [`estimate`]: super::estimate

use super::estimate::{Estimate, Observation, Variance};
use super::student::{critical, upper_tail};
use std::collections::BTreeMap;

/// The drop from the baseline to now: positive where it is lower now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Mean of the baseline less mean of now.
    pub drop: f64,
    /// Variance of the drop.
    pub variance: Variance,
    /// How it came about.
    pub design: Design,
}

/// What was set against each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Design {
    /// Runs of the same dies and seeds: differences of this many pairs.
    Paired {
        /// Number of pairs.
        pairs: usize,
    },
    /// Runs of their own on each side.
    Sides {
        /// Of the baseline's mean.
        baseline: Side,
        /// Of the mean now.
        now: Side,
    },
}

/// The mean of one side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    /// Number of runs.
    pub n: usize,
    /// Variance of their mean.
    pub variance: Variance,
}

/// Why two sides cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotComparable {
    /// A side without a run, or a single run on both.
    TooFew,
    /// All runs of a side are on one die, or have one seed, and those of the other side another: what that
    /// brings cannot be told from a change.
    Confounded {
        /// `die` or `seed`.
        factor: &'static str,
        /// The only one of the baseline.
        baseline: u64,
        /// The only one now.
        now: u64,
    },
}

impl Comparison {
    /// Compares two sides; `step` as for [`Estimate::of`].
    ///
    /// # Errors
    /// There are too few runs, or what differs is not the network alone.
    pub fn of(
        baseline: &[Observation],
        now: &[Observation],
        step: f64,
    ) -> Result<Self, NotComparable> {
        if let Some(pairs) = paired(baseline, now)
            && let Some(found) = Estimate::of(&pairs, step)
            && let Some(variance) = found.variance
        {
            return Ok(Self {
                drop: found.mean,
                variance,
                design: Design::Paired { pairs: pairs.len() },
            });
        }
        let of = |runs| Estimate::of(runs, step).ok_or(NotComparable::TooFew);
        let (before, after) = (of(baseline)?, of(now)?);
        confounded(baseline, now)?;
        let drop = before.mean - after.mean;
        // One run has the spread of the other side: V of both rests on the same squares.
        let borrowed = |own: &Estimate, other: &Estimate| {
            let (sd, of_mean) = (other.sd?, other.variance?);
            let value = (sd * sd).max(step * step / 12.0) / own.n as f64;
            Some(Variance {
                value,
                dof: of_mean.dof,
            })
        };
        let (left, right, shared) = match (before.variance, after.variance) {
            (Some(left), Some(right)) => (left, right, false),
            (Some(left), None) => {
                let right = borrowed(&after, &before).ok_or(NotComparable::TooFew)?;
                (left, right, true)
            }
            (None, Some(right)) => {
                let left = borrowed(&before, &after).ok_or(NotComparable::TooFew)?;
                (left, right, true)
            }
            (None, None) => return Err(NotComparable::TooFew),
        };
        let side = |estimate: &Estimate, variance| Side {
            n: estimate.n,
            variance,
        };
        Ok(Self {
            drop,
            variance: match shared {
                true => Variance {
                    value: left.value + right.value,
                    dof: left.dof,
                },
                false => welch(left, right),
            },
            design: Design::Sides {
                baseline: side(&before, left),
                now: side(&after, right),
            },
        })
    }

    /// p of the hypothesis that the true drop is at most `allowed`: small where it is larger.
    pub fn p_of_at_most(&self, allowed: f64) -> f64 {
        self.tail(self.drop - allowed)
    }

    /// p of the hypothesis that the true drop is at least `size`: small where it is smaller.
    pub fn p_of_at_least(&self, size: f64) -> f64 {
        self.tail(size - self.drop)
    }

    /// Lower and upper bound of the drop, each at confidence 1 − `alpha`.
    pub fn bounds(&self, alpha: f64) -> [f64; 2] {
        let half = critical(alpha, self.variance.dof) * self.variance.value.sqrt();
        [self.drop - half, self.drop + half]
    }

    fn tail(&self, distance: f64) -> f64 {
        let error = self.variance.value.sqrt();
        let t = match error > 0.0 {
            true => distance / error,
            // Without any spread there is no doubt.
            false if distance == 0.0 => 0.0,
            false => f64::INFINITY.copysign(distance),
        };
        upper_tail(t, self.variance.dof)
    }
}

/// Sum of two independent variances, degrees of freedom after Welch and Satterthwaite.
pub fn welch(a: Variance, b: Variance) -> Variance {
    let value = a.value + b.value;
    let weight = a.value * a.value / a.dof + b.value * b.value / b.dof;
    Variance {
        value,
        dof: match weight > 0.0 {
            true => value * value / weight,
            false => a.dof + b.dof,
        },
    }
}

/// Baseline less now of each run, where every run has its partner.
fn paired(baseline: &[Observation], now: &[Observation]) -> Option<Vec<Observation>> {
    let partners: BTreeMap<_, _> = baseline
        .iter()
        .map(|run| ((run.die, run.seed), run.value))
        .collect();
    now.iter()
        .map(|run| {
            let partner = partners.get(&(run.die, run.seed))?;
            Some(Observation {
                value: partner - run.value,
                ..*run
            })
        })
        .collect()
}

fn confounded(baseline: &[Observation], now: &[Observation]) -> Result<(), NotComparable> {
    type Level = fn(&Observation) -> u64;
    let factors: [(_, Level); 2] = [("die", |run| run.die), ("seed", |run| run.seed)];
    for (factor, of) in factors {
        if let (Some(baseline), Some(now)) = (only(baseline, of), only(now, of))
            && baseline != now
        {
            return Err(NotComparable::Confounded {
                factor,
                baseline,
                now,
            });
        }
    }
    Ok(())
}

/// The level of all runs, if there is only one.
fn only(runs: &[Observation], of: fn(&Observation) -> u64) -> Option<u64> {
    let first = of(runs.first()?);
    runs.iter().all(|run| of(run) == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dies(first: u64, values: &[f64]) -> Vec<Observation> {
        (first..)
            .zip(values)
            .map(|(die, &value)| Observation {
                die,
                seed: 0,
                value,
            })
            .collect()
    }

    /// By hand: means 10 and 8, s^2 of 2.5 over 5 and of 4 over 3 runs.
    #[test]
    fn welch_is_counted_by_hand() {
        let baseline = dies(0, &[8.0, 9.0, 10.0, 11.0, 12.0]);
        let now = dies(10, &[6.0, 8.0, 10.0]);
        let found = Comparison::of(&baseline, &now, 0.0).unwrap();
        let (a, b) = (2.5 / 5.0, 4.0 / 3.0);
        assert_eq!(found.drop, 2.0);
        assert!((found.variance.value - (a + b)).abs() < 1e-14);
        let dof = (a + b) * (a + b) / (a * a / 4.0 + b * b / 2.0);
        assert!((found.variance.dof - dof).abs() < 1e-13);
        let p = upper_tail((2.0 - 0.5) / (a + b).sqrt(), dof);
        assert!((found.p_of_at_most(0.5) - p).abs() < 1e-15);
        // Both bounds are where their p is alpha.
        let [low, high] = found.bounds(0.05);
        assert!((found.p_of_at_most(low) - 0.05).abs() < 1e-9);
        assert!((found.p_of_at_least(high) - 0.05).abs() < 1e-9);
    }

    #[test]
    fn pairs_lose_what_their_dies_share() {
        let baseline = dies(0, &[0.90, 0.80, 0.95, 0.70]);
        let now = dies(0, &[0.89, 0.79, 0.93]);
        let found = Comparison::of(&baseline, &now, 0.0).unwrap();
        assert_eq!(found.design, Design::Paired { pairs: 3 });
        assert!((found.drop - 0.04 / 3.0).abs() < 1e-15);
        assert!(found.p_of_at_most(0.0) < 0.03);
        // The same figures on other dies say nothing.
        let now = dies(20, &[0.89, 0.79, 0.93]);
        let found = Comparison::of(&baseline, &now, 0.0).unwrap();
        assert!(found.p_of_at_most(0.0) > 0.3, "{found:?}");
    }

    #[test]
    fn nothing_has_changed() {
        let runs = dies(0, &[0.9, 0.8, 0.95]);
        let found = Comparison::of(&runs, &runs, 1.0 / 360.0).unwrap();
        assert_eq!(found.drop, 0.0);
        assert!((found.p_of_at_most(0.0) - 0.5).abs() < 1e-15);
        assert!(found.p_of_at_least(0.03) < 0.001);
        // Without a step there is no doubt at all.
        let found = Comparison::of(&runs, &runs, 0.0).unwrap();
        assert!((found.p_of_at_most(0.0) - 0.5).abs() < 1e-15);
        assert_eq!(found.p_of_at_least(0.03), 0.0);
    }

    #[test]
    fn a_single_run_takes_the_spread_of_the_other_side() {
        let baseline = dies(0, &[8.0, 9.0, 10.0, 11.0, 12.0]);
        let now = dies(9, &[8.0]);
        let found = Comparison::of(&baseline, &now, 0.0).unwrap();
        // s^2 (1 + 1/n) with n - 1 degrees of freedom.
        assert!((found.variance.value - 2.5 * 1.2).abs() < 1e-14);
        assert_eq!(found.variance.dof, 4.0);
        let swapped = Comparison::of(&now, &baseline, 0.0).unwrap();
        assert_eq!(swapped.drop, -found.drop);
        assert_eq!(swapped.variance, found.variance);
        let few = Comparison::of(&dies(9, &[1.0]), &dies(9, &[1.0]), 0.0);
        assert_eq!(few, Err(NotComparable::TooFew));
        assert_eq!(
            Comparison::of(&baseline, &[], 0.0),
            Err(NotComparable::TooFew)
        );
    }

    #[test]
    fn another_seed_for_all_cannot_be_told_from_a_change() {
        let baseline = dies(0, &[0.9, 0.8, 0.95]);
        let mut now = dies(0, &[0.9, 0.8, 0.95]);
        now.iter_mut().for_each(|run| run.seed = 1);
        let expected = NotComparable::Confounded {
            factor: "seed",
            baseline: 0,
            now: 1,
        };
        assert_eq!(Comparison::of(&baseline, &now, 0.0), Err(expected));
        // Two seeds on a side show what a seed brings.
        now[0].seed = 2;
        assert!(Comparison::of(&baseline, &now, 0.0).is_ok());
    }
}
