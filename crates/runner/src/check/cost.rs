//! Limits on what a run costs.
//!
//! Queries and memory are the same for the same program: their means are compared as they are. Times are
//! not, so the logarithms of all times of both sides are compared by Welch's t test: above the limit is
//! what is so at the stated confidence, over all settings.

use super::comparison::Comparison;
use super::estimate::Observation;
use super::holm;
use super::judge::Verdict;
use serde::Serialize;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cost {
    /// Samples sent through the device.
    Queries,
    /// Wall time of a run.
    Time,
    /// Memory of a run.
    Memory,
}

impl Cost {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queries => "queries",
            Self::Time => "time",
            Self::Memory => "memory",
        }
    }
}

/// A cost of a setting, of each run that has it.
#[derive(Clone, Debug, PartialEq)]
pub struct CostSample {
    /// Of the baseline.
    pub baseline: Vec<f64>,
    /// Of now.
    pub now: Vec<f64>,
}

/// What was found of a cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CostJudgement {
    /// Mean of the baseline, of times the geometric one; none where nothing was measured.
    pub baseline: Option<f64>,
    /// The same now.
    pub now: Option<f64>,
    /// Now over the baseline.
    pub ratio: Option<f64>,
    /// p of "the true ratio is at most the limit", corrected for the number of settings; of times alone.
    pub adjusted_p: Option<f64>,
    /// Fail above the limit, undecided where nothing was measured or times do not tell.
    pub verdict: Verdict,
}

/// Judges one cost over all settings against the largest ratio to the baseline that is allowed.
pub fn judge(cost: Cost, samples: &[CostSample], limit: f64, alpha: f64) -> Vec<CostJudgement> {
    // Each run by itself, counted on from `first`, so that none now has a partner in the baseline.
    let logs = |first: usize, values: &[f64]| -> Vec<Observation> {
        (first as u64..)
            .zip(values)
            .map(|(run, value)| Observation {
                die: run,
                seed: run,
                value: value.ln(),
            })
            .collect()
    };
    // The sides are turned around: a rise of the time is a drop from now to the baseline.
    let compared: Vec<_> = samples
        .iter()
        .map(|sample| match cost {
            Cost::Time => {
                let (now, baseline) = (&sample.now, &sample.baseline);
                Comparison::of(&logs(0, now), &logs(now.len(), baseline), 0.0).ok()
            }
            Cost::Queries | Cost::Memory => None,
        })
        .collect();
    let p: Vec<f64> = compared
        .iter()
        .flatten()
        .map(|comparison| comparison.p_of_at_most(limit.ln()))
        .collect();
    let mut adjusted = holm::adjusted(&p).into_iter();
    samples
        .iter()
        .zip(&compared)
        .map(|(sample, compared)| {
            let adjusted_p = compared.and_then(|_| adjusted.next());
            let (baseline, now) = (mean(cost, &sample.baseline), mean(cost, &sample.now));
            let ratio = match (baseline, now) {
                (Some(0.0), Some(0.0)) => Some(1.0),
                (Some(baseline), Some(now)) => Some(now / baseline),
                _ => None,
            };
            let verdict = match ratio {
                None => Verdict::Undecided,
                Some(ratio) if ratio <= limit => Verdict::Pass,
                Some(_) if cost != Cost::Time => Verdict::Fail,
                Some(_) if adjusted_p.is_some_and(|p| p <= alpha) => Verdict::Fail,
                Some(_) => Verdict::Undecided,
            };
            CostJudgement {
                baseline,
                now,
                ratio,
                adjusted_p,
                verdict,
            }
        })
        .collect()
}

fn mean(cost: Cost, values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    (!values.is_empty()).then(|| match cost {
        Cost::Time => (values.iter().map(|x| x.ln()).sum::<f64>() / n).exp(),
        Cost::Queries | Cost::Memory => values.iter().sum::<f64>() / n,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(cost: Cost, baseline: &[f64], now: &[f64], limit: f64) -> CostJudgement {
        let sample = CostSample {
            baseline: baseline.into(),
            now: now.into(),
        };
        judge(cost, &[sample], limit, 0.05).remove(0)
    }

    #[test]
    fn queries_are_counted_not_estimated() {
        let found = one(Cost::Queries, &[100.0, 100.0], &[110.0], 1.1);
        assert_eq!((found.verdict, found.ratio), (Verdict::Pass, Some(1.1)));
        let found = one(Cost::Queries, &[100.0, 100.0], &[111.0], 1.1);
        assert_eq!(found.verdict, Verdict::Fail);
        let found = one(Cost::Queries, &[0.0], &[0.0], 1.0);
        assert_eq!((found.verdict, found.ratio), (Verdict::Pass, Some(1.0)));
        let found = one(Cost::Queries, &[0.0], &[1.0], 2.0);
        assert_eq!(found.verdict, Verdict::Fail);
    }

    #[test]
    fn what_was_not_measured_does_not_pass() {
        let found = one(Cost::Memory, &[1.0], &[], 2.0);
        assert_eq!((found.verdict, found.ratio), (Verdict::Undecided, None));
    }

    #[test]
    fn one_slow_run_is_luck_and_many_are_not() {
        let steady = [1.0, 1.1, 0.9, 1.05, 0.95];
        let luck = one(Cost::Time, &steady, &[1.0, 1.0, 4.0, 0.9, 1.1], 1.2);
        assert!(luck.ratio.unwrap() > 1.2);
        assert_eq!(luck.verdict, Verdict::Undecided, "{luck:?}");
        let slow = one(Cost::Time, &steady, &steady.map(|x| 1.5 * x), 1.2);
        assert_eq!(slow.verdict, Verdict::Fail, "{slow:?}");
        assert!((slow.ratio.unwrap() - 1.5).abs() < 1e-14);
        let fast = one(Cost::Time, &steady, &steady.map(|x| 0.5 * x), 1.2);
        assert_eq!(fast.verdict, Verdict::Pass);
        let alone = one(Cost::Time, &[1.0], &[2.0], 1.2);
        assert_eq!(alone.verdict, Verdict::Undecided);
    }
}
