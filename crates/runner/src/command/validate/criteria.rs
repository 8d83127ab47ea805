//! Criteria: what was measured, the limit, and whether it is met.
//!
//! A number that comes from a sample has an interval of 95 %. Where its limit lies within it, the sample does
//! not decide: neither passed nor failed. What cannot be measured is not met.

use super::analyse::{Powers, Report};
use crate::config::validation::{Criteria, LeastDimension};
use photonics::validate::statistics::{Summary, Z_95};
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

    /// A verdict without a number, to be given an outcome.
    fn unmeasured(self, limit: f64) -> Verdict {
        Verdict {
            measured: None,
            ..self.against(limit)
        }
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
    let mut verdicts = of_wiring(report, criteria);
    verdicts.extend(of_light(report, criteria));
    verdicts.extend(of_phases(report, criteria));
    verdicts.extend(of_dies(report, criteria));
    // An analysis that is switched off takes no criterion, so what is left is not done for such a mesh.
    for (criterion, bound, unit, limit) in limits(criteria) {
        if verdicts
            .iter()
            .all(|verdict| verdict.criterion != criterion)
        {
            verdicts.push(Verdict {
                outcome: Outcome::Fail,
                note: Some("not done for such a mesh"),
                ..Measure::new(criterion, bound, unit, f64::NAN).unmeasured(limit)
            });
        }
    }
    verdicts
}

/// Every limit that is set; `full` as infinity, as it is not known how much that is.
fn limits(criteria: &Criteria) -> Vec<(&'static str, Bound, &'static str, f64)> {
    use Bound::{Largest, Least};
    let count = |limit: Option<usize>| limit.map(|limit| limit as f64);
    let dimension = criteria
        .reachable_dimension
        .as_ref()
        .map(|least| match least {
            LeastDimension::AtLeast(least) => *least as f64,
            LeastDimension::Full(_) => f64::INFINITY,
        });
    let calibratable = criteria.all_calibratable.then_some(0.0);
    let all = [
        (
            "max_worst_loss_db",
            Largest,
            "dB",
            criteria.max_worst_loss_db,
        ),
        ("max_imbalance_db", Largest, "dB", criteria.max_imbalance_db),
        ("reachable_dimension", Least, "", dimension),
        (
            "max_redundancy",
            Largest,
            "",
            count(criteria.max_redundancy),
        ),
        ("min_fidelity_reach", Least, "", criteria.min_fidelity_reach),
        ("all_calibratable", Largest, "", calibratable),
        (
            "min_tolerance_rad",
            Least,
            "rad",
            criteria.min_tolerance_rad,
        ),
        (
            "min_tolerance_corrected_rad",
            Least,
            "rad",
            criteria.min_tolerance_corrected_rad,
        ),
        ("min_yield", Least, "", criteria.min_yield),
        (
            "min_yield_lower_bound",
            Least,
            "",
            criteria.min_yield_lower_bound,
        ),
    ];
    let set = all
        .into_iter()
        .filter_map(|(criterion, bound, unit, limit)| {
            limit.map(|limit| (criterion, bound, unit, limit))
        });
    set.collect()
}

/// The verdict, where there is a limit.
fn check(measure: Measure, limit: Option<f64>) -> Option<Verdict> {
    limit.map(|limit| measure.against(limit))
}

fn of_wiring(report: &Report, criteria: &Criteria) -> Vec<Verdict> {
    let sizes = &report.sizes;
    let counts = [
        (
            "max_lint_findings",
            report.findings.len(),
            criteria.max_lint_findings,
        ),
        ("max_columns", sizes.columns, criteria.max_columns),
        ("max_crossings", sizes.crossings, criteria.max_crossings),
    ];
    let verdicts = counts.into_iter().filter_map(|(criterion, found, limit)| {
        let measure = Measure::new(criterion, Bound::Largest, "", found as f64);
        check(measure, limit.map(|limit| limit as f64))
    });
    verdicts.collect()
}

fn of_light(report: &Report, criteria: &Criteria) -> Vec<Verdict> {
    let Some(losses) = &report.path_loss else {
        return Vec::new();
    };
    let losses = [
        (
            "max_worst_loss_db",
            losses.worst_db(),
            criteria.max_worst_loss_db,
        ),
        (
            "max_imbalance_db",
            losses.imbalance_db(),
            criteria.max_imbalance_db,
        ),
    ];
    let verdicts = losses.into_iter().filter_map(|(criterion, found, limit)| {
        check(Measure::new(criterion, Bound::Largest, "dB", found), limit)
    });
    verdicts.collect()
}

fn of_phases(report: &Report, criteria: &Criteria) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    if let Some(reachable) = &report.reachable {
        let limit = match &criteria.reachable_dimension {
            Some(LeastDimension::AtLeast(least)) => Some(*least as f64),
            Some(LeastDimension::Full(_)) => Some(reachable.full as f64),
            None => None,
        };
        let rank = Measure::new(
            "reachable_dimension",
            Bound::Least,
            "",
            reachable.rank as f64,
        );
        verdicts.extend(check(rank, limit));
        let found = reachable.redundancy() as f64;
        let redundancy = Measure::new("max_redundancy", Bound::Largest, "", found);
        verdicts.extend(check(
            redundancy,
            criteria.max_redundancy.map(|limit| limit as f64),
        ));
    }
    if let (Some(reach), Some(limit)) = (&report.reach, criteria.min_fidelity_reach) {
        let mean = reach.fidelity.mean;
        verdicts.push(
            Measure::new("min_fidelity_reach", Bound::Least, "", mean)
                .within(interval(&reach.fidelity))
                .against(limit),
        );
    }
    if let Some(found) = report
        .calibration
        .as_ref()
        .filter(|_| criteria.all_calibratable)
    {
        let open = found.theta_not_found.len() + found.phi.len()
            - found.phi_measured()
            - found.phi_references();
        verdicts
            .push(Measure::new("all_calibratable", Bound::Largest, "", open as f64).against(0.0));
    }
    if let Some(tolerances) = &report.tolerance {
        let both = [
            (
                "min_tolerance_rad",
                Some(&tolerances.uncorrected),
                criteria.min_tolerance_rad,
            ),
            (
                "min_tolerance_corrected_rad",
                tolerances.corrected.as_ref(),
                criteria.min_tolerance_corrected_rad,
            ),
        ];
        verdicts.extend(both.into_iter().filter_map(|(criterion, found, limit)| {
            Some(of_tolerance(criterion, found?.as_ref(), limit?))
        }));
    }
    verdicts
}

fn of_dies(report: &Report, criteria: &Criteria) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    if let (Some(powers), Some(limit)) = (&report.heater_power, criteria.max_heater_power_w) {
        let measure = |value| Measure::new("max_heater_power_w", Bound::Largest, "W", value);
        verdicts.push(match powers {
            Powers::Stated(powers) => measure(powers.total_w.mean)
                .within(interval(&powers.total_w))
                .against(limit),
            Powers::Unstated => Verdict {
                outcome: Outcome::Fail,
                note: Some("not stated: process.heater.law = direct"),
                ..measure(f64::NAN).unmeasured(limit)
            },
        });
    }
    if let Some(good) = report.die_yield.as_ref().map(|found| found.good) {
        let share = Measure::new("min_yield", Bound::Least, "", good.share().unwrap_or(0.0));
        verdicts.extend(check(
            share.within(Some([good.low, good.high])),
            criteria.min_yield,
        ));
        let low = Measure::new("min_yield_lower_bound", Bound::Least, "", good.low);
        verdicts.extend(check(low, criteria.min_yield_lower_bound));
    }
    verdicts
}

/// The interval of 95 % of a mean.
fn interval(found: &Summary) -> Option<[f64; 2]> {
    let half = Z_95 * found.standard_error()?;
    Some([found.mean - half, found.mean + half])
}

/// Where even the largest splitter error leaves the fidelity, any is good enough.
fn of_tolerance(criterion: &'static str, found: Option<&Tolerance>, limit: f64) -> Verdict {
    match found {
        Some(found) => Measure::new(criterion, Bound::Least, "rad", found.sigma_rad)
            .within(found.interval_rad)
            .against(limit),
        None => Verdict {
            outcome: Outcome::Pass,
            note: Some("met up to pi/4"),
            ..Measure::new(criterion, Bound::Least, "rad", f64::NAN).unmeasured(limit)
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
