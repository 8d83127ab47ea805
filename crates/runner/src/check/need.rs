//! How many runs decide.

use super::comparison::{Comparison, Design, welch};
use super::estimate::Variance;
use super::judge::Limits;
use super::student::critical;

/// How often a drop of the size that matters shall be found.
pub const POWER: f64 = 0.9;

/// More runs than this are not proposed.
const MOST: usize = 100_000;

/// The runs that are lacking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// This many more now, beside the baseline as it is.
    More {
        /// Number of runs to add.
        runs: usize,
    },
    /// The baseline is too small itself: this many on each side.
    EachSide {
        /// Number of runs of a side in all.
        runs: usize,
    },
    /// More than can be proposed.
    Beyond,
}

/// The runs with which a drop of the size that matters is found in 9 of 10 checks, and with which a drop
/// as it is now is decided. By the spread so far, and t's sum for the power: D ≥ (t_α + t_β) · SE
/// (normal approximation of the noncentral t, one degree-of-freedom count for both).
pub fn need(comparison: &Comparison, limits: &Limits, tests: usize) -> Need {
    let alpha = limits.alpha / tests.max(1) as f64;
    let decides = |variance: Variance| {
        let error = variance.value.sqrt();
        let t = critical(alpha, variance.dof);
        let found = (t + critical(1.0 - POWER, variance.dof)) * error <= limits.detect;
        let above = comparison.drop - limits.margin;
        found && t * error <= above.max(limits.detect - above)
    };
    match comparison.design {
        Design::Paired { pairs } => {
            let at = |n: usize| grown(comparison.variance, pairs, n);
            match least(pairs + 1, |n| decides(at(n))) {
                Some(runs) => Need::EachSide { runs },
                None => Need::Beyond,
            }
        }
        Design::Sides { baseline, now } => {
            let after = |n| grown(now.variance, now.n, n);
            if let Some(n) = least(now.n + 1, |n| decides(welch(baseline.variance, after(n)))) {
                // A few more in the baseline are worth many now.
                if n <= 4 * now.n.max(baseline.n) {
                    return Need::More { runs: n - now.n };
                }
            }
            let both = |n| welch(grown(baseline.variance, baseline.n, n), after(n));
            match least(now.n.min(baseline.n) + 1, |n| decides(both(n))) {
                Some(runs) => Need::EachSide { runs },
                None => Need::Beyond,
            }
        }
    }
}

/// The variance of a mean over `to` runs by that over `from`.
fn grown(variance: Variance, from: usize, to: usize) -> Variance {
    let (from_f, to_f) = (from as f64, to as f64);
    let dof = match from > 1 {
        true => variance.dof * (to_f - 1.0) / (from_f - 1.0),
        false => to_f - 1.0,
    };
    Variance {
        value: variance.value * from_f / to_f,
        dof: dof.max(1.0),
    }
}

/// The least n from `first` on that suffices, which all larger ones do.
fn least(first: usize, suffices: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut low, mut high) = (first.max(2), first.max(2));
    while !suffices(high) {
        if high >= MOST {
            return None;
        }
        low = high + 1;
        high = (2 * high).min(MOST);
    }
    while low < high {
        let middle = low.midpoint(high);
        match suffices(middle) {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::comparison::Side;

    const LIMITS: Limits = Limits {
        margin: 0.0,
        detect: 0.03,
        alpha: 0.05,
    };

    fn sides(n: [usize; 2], sd: f64, drop: f64) -> Comparison {
        let side = |n: usize| Side {
            n,
            variance: Variance {
                value: sd * sd / n as f64,
                dof: (n - 1) as f64,
            },
        };
        let (baseline, now) = (side(n[0]), side(n[1]));
        Comparison {
            drop,
            variance: welch(baseline.variance, now.variance),
            design: Design::Sides { baseline, now },
        }
    }

    /// The textbook's n a side for 90 % at one-sided 5 %: 2 (1.645 + 1.282)^2 (s/d)^2 = 17.1 (s/d)^2, and
    /// about one more for t.
    #[test]
    fn both_sides_alike_is_the_textbooks_number() {
        let found = need(&sides([4, 4], 0.03, 0.0), &LIMITS, 1);
        assert!(
            matches!(found, Need::EachSide { runs: 18 | 19 }),
            "{found:?}"
        );
    }

    #[test]
    fn a_good_baseline_needs_only_runs_now() {
        let found = need(&sides([40, 5], 0.03, 0.0), &LIMITS, 1);
        let Need::More { runs } = found else {
            panic!("{found:?}");
        };
        // 1/n = (d / 2.97 s)^2 - 1/40: about 11.5.
        assert!((6..=8).contains(&runs), "{runs}");
        // More tests, more runs.
        let more = need(&sides([40, 5], 0.03, 0.0), &LIMITS, 10);
        assert!(
            matches!(more, Need::More { runs: r } if r > runs),
            "{more:?}"
        );
    }

    #[test]
    fn a_drop_between_both_hypotheses_needs_more() {
        let clear = need(&sides([4, 4], 0.03, 0.0), &LIMITS, 1);
        let middle = need(&sides([4, 4], 0.03, 0.015), &LIMITS, 1);
        let (Need::EachSide { runs: a }, Need::EachSide { runs: b }) = (clear, middle) else {
            panic!("{clear:?} {middle:?}");
        };
        // (2 * 1.645)^2 / (1.645 + 1.282)^2 = 1.26.
        assert!(b > a && b < 2 * a, "{a} {b}");
    }

    #[test]
    fn hopeless() {
        assert_eq!(need(&sides([4, 4], 30.0, 0.0), &LIMITS, 1), Need::Beyond);
        let pairs = Comparison {
            design: Design::Paired { pairs: 4 },
            ..sides([4, 4], 0.03, 0.0)
        };
        assert!(matches!(need(&pairs, &LIMITS, 1), Need::EachSide { runs } if runs > 4));
    }
}
