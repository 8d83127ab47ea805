//! Criteria: what was measured, the limit, and whether it is met.
//!
//! A number that comes from a sample has an interval of 95 %. Where its limit lies within it, the sample does
//! not decide: neither passed nor failed.

use super::analyse::{Powers, Report};
use crate::config::validation::{Criteria, LeastDimension};
use photonics::validate::statistics::Z_95;
use photonics::validate::tolerance::Tolerance;
use serde::Serialize;

/// A criterion and its outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Verdict {
    /// The key.
    pub(super) criterion: &'static str,
    /// The number that counts; `None` where there is none.
    pub(super) measured: Option<f64>,
    /// Its interval of 95 %, where it comes from a sample.
    pub(super) interval: Option<[f64; 2]>,
    pub(super) limit: f64,
    /// Whether the limit is a least or a largest value.
    pub(super) bound: Bound,
    pub(super) unit: &'static str,
    pub(super) outcome: Outcome,
    /// Why there is no number.
    pub(super) note: Option<&'static str>,
}

/// On which side of its limit a number shall lie; the limit itself is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Bound {
    Least,
    Largest,
}

/// What came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Pass,
    Fail,
    /// The limit lies in the interval.
    Undecided,
}

/// A number to be judged.
struct Measure {
    criterion: &'static str,
    bound: Bound,
    unit: &'static str,
    value: f64,
    interval: Option<[f64; 2]>,
}

impl Measure {
    fn new(criterion: &'static str, bound: Bound, unit: &'static str, value: f64) -> Self {
        Self {
            criterion,
            bound,
            unit,
            value,
            interval: None,
        }
    }

    fn within(mut self, interval: Option<[f64; 2]>) -> Self {
        self.interval = interval;
        self
    }

    fn against(self, limit: f64) -> Verdict {
        let met = |x: f64| match self.bound {
            Bound::Least => x >= limit,
            Bound::Largest => x <= limit,
        };
        let [low, high] = self.interval.unwrap_or([self.value; 2]);
        let outcome = match (met(low), met(high)) {
            (true, true) => Outcome::Pass,
            (false, false) => Outcome::Fail,
            _ => Outcome::Undecided,
        };
        Verdict {
            criterion: self.criterion,
            measured: Some(self.value),
            interval: self.interval,
            limit,
            bound: self.bound,
            unit: self.unit,
            outcome,
            note: None,
        }
    }
}

/// Judges a report, criterion by criterion in the order of the keys.
pub(super) fn judge(report: &Report, criteria: &Criteria) -> Vec<Verdict> {
    use Bound::{Largest, Least};
    let mut verdicts = Vec::new();
    let mut check = |measure: Measure, limit: Option<f64>| {
        verdicts.extend(limit.map(|limit| measure.against(limit)));
    };
    let count = |limit: Option<usize>| limit.map(|limit| limit as f64);
    let sizes = &report.sizes;
    for (criterion, found, limit) in [
        ("max_lint_findings", report.findings.len(), criteria.max_lint_findings),
        ("max_columns", sizes.columns, criteria.max_columns),
        ("max_crossings", sizes.crossings, criteria.max_crossings),
    ] {
        check(Measure::new(criterion, Largest, "", found as f64), count(limit));
    }
    if let Some(losses) = &report.path_loss {
        for (criterion, found, limit) in [
            ("max_worst_loss_db", losses.worst_db(), criteria.max_worst_loss_db),
            ("max_imbalance_db", losses.imbalance_db(), criteria.max_imbalance_db),
        ] {
            check(Measure::new(criterion, Largest, "dB", found), limit);
        }
    }
    if let Some(reachable) = &report.reachable {
        let limit = match &criteria.reachable_dimension {
            Some(LeastDimension::AtLeast(least)) => Some(*least as f64),
            Some(LeastDimension::Full(_)) => Some(reachable.full as f64),
            None => None,
        };
        let rank = reachable.rank as f64;
        check(Measure::new("reachable_dimension", Least, "", rank), limit);
        let redundancy = reachable.redundancy() as f64;
        check(
            Measure::new("max_redundancy", Largest, "", redundancy),
            count(criteria.max_redundancy),
        );
    }
    if let Some(tolerances) = &report.tolerance {
        let both = [
            ("min_tolerance_rad", &tolerances.uncorrected, criteria.min_tolerance_rad),
            (
                "min_tolerance_corrected_rad",
                &tolerances.corrected,
                criteria.min_tolerance_corrected_rad,
            ),
        ];
        for (criterion, found, limit) in both {
            if let Some(limit) = limit {
                verdicts.push(of_tolerance(criterion, found.as_ref(), limit));
            }
        }
    }
    let mut check = |measure: Measure, limit: Option<f64>| {
        verdicts.extend(limit.map(|limit| measure.against(limit)));
    };
    match &report.heater_power {
        Some(Powers::Stated(powers)) => {
            let total = &powers.total_w;
            let interval = total.standard_error().map(|error| {
                let half = Z_95 * error;
                [total.mean - half, total.mean + half]
            });
            check(
                Measure::new("max_heater_power_w", Largest, "W", total.mean).within(interval),
                criteria.max_heater_power_w,
            );
        }
        Some(Powers::Unstated) => verdicts.extend(criteria.max_heater_power_w.map(|limit| {
            Verdict {
                criterion: "max_heater_power_w",
                measured: None,
                interval: None,
                limit,
                bound: Largest,
                unit: "W",
                outcome: Outcome::Fail,
                note: Some("process.heater.law = direct states no power"),
            }
        })),
        None => {}
    }
    if let Some(good) = report.die_yield.as_ref().map(|found| found.good) {
        let mut check = |measure: Measure, limit: Option<f64>| {
            verdicts.extend(limit.map(|limit| measure.against(limit)));
        };
        let share = good.share().unwrap_or(0.0);
        let interval = Some([good.low, good.high]);
        check(
            Measure::new("min_yield", Least, "", share).within(interval),
            criteria.min_yield,
        );
        check(
            Measure::new("min_yield_lower_bound", Least, "", good.low),
            criteria.min_yield_lower_bound,
        );
    }
    verdicts
}

/// Where even the largest splitter error leaves the fidelity, any is good enough.
fn of_tolerance(criterion: &'static str, found: Option<&Tolerance>, limit: f64) -> Verdict {
    match found {
        Some(found) => Measure::new(criterion, Bound::Least, "rad", found.sigma_rad)
            .within(found.interval_rad)
            .against(limit),
        None => Verdict {
            criterion,
            measured: None,
            interval: None,
            limit,
            bound: Bound::Least,
            unit: "rad",
            outcome: Outcome::Pass,
            note: Some("met up to pi/4"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(bound: Bound, interval: Option<[f64; 2]>, limit: f64) -> Outcome {
        let measure = Measure::new("x", bound, "", 0.5).within(interval);
        measure.against(limit).outcome
    }

    #[test]
    fn a_limit_is_allowed_itself() {
        use Bound::{Largest, Least};
        assert_eq!(outcome(Least, None, 0.5), Outcome::Pass);
        assert_eq!(outcome(Least, None, 0.5 + 1e-12), Outcome::Fail);
        assert_eq!(outcome(Largest, None, 0.5), Outcome::Pass);
        assert_eq!(outcome(Largest, None, 0.5 - 1e-12), Outcome::Fail);
    }

    #[test]
    fn within_the_interval_nothing_is_decided() {
        let interval = Some([0.4, 0.6]);
        for (bound, pass, fail) in [(Bound::Least, 0.4, 0.61), (Bound::Largest, 0.6, 0.39)] {
            assert_eq!(outcome(bound, interval, pass), Outcome::Pass);
            assert_eq!(outcome(bound, interval, 0.5), Outcome::Undecided);
            assert_eq!(outcome(bound, interval, fail), Outcome::Fail);
        }
    }
}
