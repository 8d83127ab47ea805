//! The verdict of each setting.
//!
//! | verdict | when |
//! |---|---|
//! | fail | "the drop is at most the margin" is rejected at α, over all settings ([`holm`]) |
//! | pass | not so, and "the drop is the margin and more by `detect`" is rejected at α |
//! | undecided | neither: too few runs for their spread; or nothing to compare |
//!
//! So of networks that are as good as their baseline at most a share α fails, whatever the number of
//! settings; and a setting that has lost `detect` beyond the margin passes with probability α at most,
//! however few the runs. The second kind of test is not corrected for several settings: all must pass for
//! the check to pass (intersection-union test: R. L. Berger, Technometrics 24, 295 (1982),
//! doi:10.2307/1267823).
//!
//! [`holm`]: super::holm

use super::comparison::{Comparison, NotComparable};
use super::estimate::{Estimate, Observation};
use super::holm;
use super::need::{Need, need};
use serde::Serialize;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// A drop that is allowed.
    pub margin: f64,
    /// A drop beyond the margin that must not pass, above 0.
    pub detect: f64,
    /// Probability of a false alarm, 0 to 0.5: 1 − confidence.
    pub alpha: f64,
}

/// How a setting, or a check, has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is as good as it was.
    Pass,
    /// The runs do not tell.
    Undecided,
    /// It has become worse.
    Fail,
}

/// The runs of a setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Of the baseline.
    pub baseline: Vec<Observation>,
    /// Of now.
    pub now: Vec<Observation>,
    /// Runs now that ended with an error.
    pub failed: usize,
    /// In which figures can differ: 1 / test images, or 0.
    pub step: f64,
}

/// What was found of a setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Of the baseline; none without runs.
    pub baseline: Option<Estimate>,
    /// Of now; none without runs.
    pub now: Option<Estimate>,
    /// The drop, where it can be estimated.
    pub comparison: Option<Comparison>,
    /// p of "the drop is at most the margin", corrected for the number of settings.
    pub adjusted_p: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is undecided.
    pub why: Option<Why>,
}

/// Why a setting is undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// There are no runs now.
    NoRuns,
    /// Runs ended with an error, and those that did not show no drop.
    Failed(usize),
    /// The two sides differ in more than the network.
    NotComparable(NotComparable),
    /// There are too few runs.
    TooFew(Need),
}

/// The verdicts of all settings of a check.
pub fn judge(samples: &[Sample], limits: &Limits) -> Vec<Judgement> {
    let compared: Vec<_> = samples
        .iter()
        .map(|sample| Comparison::of(&sample.baseline, &sample.now, sample.step))
        .collect();
    let p: Vec<f64> = compared
        .iter()
        .flatten()
        .map(|comparison| comparison.p_of_at_most(limits.margin))
        .collect();
    let mut adjusted = holm::adjusted(&p).into_iter();
    samples
        .iter()
        .zip(compared)
        .map(|(sample, compared)| {
            let adjusted_p = compared.is_ok().then(|| adjusted.next()).flatten();
            let (verdict, why) = verdict(sample, compared, adjusted_p, limits, p.len());
            Judgement {
                baseline: Estimate::of(&sample.baseline, sample.step),
                now: Estimate::of(&sample.now, sample.step),
                comparison: compared.ok(),
                adjusted_p,
                verdict,
                why,
            }
        })
        .collect()
}

fn verdict(
    sample: &Sample,
    compared: Result<Comparison, NotComparable>,
    adjusted_p: Option<f64>,
    limits: &Limits,
    tests: usize,
) -> (Verdict, Option<Why>) {
    let undecided = |why| (Verdict::Undecided, Some(why));
    if adjusted_p.is_some_and(|p| p <= limits.alpha) {
        return (Verdict::Fail, None);
    }
    if sample.failed > 0 {
        return undecided(Why::Failed(sample.failed));
    }
    if sample.now.is_empty() {
        return undecided(Why::NoRuns);
    }
    match compared {
        Err(why) => undecided(Why::NotComparable(why)),
        Ok(found) if found.p_of_at_least(limits.margin + limits.detect) <= limits.alpha => {
            (Verdict::Pass, None)
        }
        Ok(found) => undecided(Why::TooFew(need(&found, limits, tests))),
    }
}

/// The verdict of all together: one that fails fails all, one that is undecided leaves all so.
pub fn overall(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    verdicts.into_iter().max().unwrap_or(Verdict::Undecided)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        margin: 0.0,
        detect: 0.03,
        alpha: 0.05,
    };

    fn sample(baseline: &[f64], now: &[f64]) -> Sample {
        let runs = |first: u64, values: &[f64]| {
            (first..)
                .zip(values)
                .map(|(die, &value)| Observation {
                    die,
                    seed: 0,
                    value,
                })
                .collect()
        };
        Sample {
            baseline: runs(0, baseline),
            now: runs(100, now),
            failed: 0,
            step: 1.0 / 360.0,
        }
    }

    const GOOD: [f64; 5] = [0.95, 0.955, 0.96, 0.952, 0.948];

    fn one(sample: Sample) -> (Verdict, Option<Why>) {
        let found = judge(&[sample], &LIMITS).remove(0);
        (found.verdict, found.why)
    }

    #[test]
    fn as_good_worse_and_unclear() {
        assert_eq!(one(sample(&GOOD, &GOOD)), (Verdict::Pass, None));
        let worse = GOOD.map(|x| x - 0.05);
        assert_eq!(one(sample(&GOOD, &worse)), (Verdict::Fail, None));
        let wide = [0.99, 0.85, 0.93];
        let (verdict, why) = one(sample(&GOOD, &wide));
        assert_eq!(verdict, Verdict::Undecided);
        assert!(matches!(
            why,
            Some(Why::TooFew(Need::EachSide { .. } | Need::More { .. }))
        ));
        let (verdict, why) = one(sample(&GOOD, &[]));
        assert_eq!((verdict, why), (Verdict::Undecided, Some(Why::NoRuns)));
    }

    #[test]
    fn a_margin_moves_both_tests() {
        let worse = GOOD.map(|x| x - 0.03);
        assert_eq!(one(sample(&GOOD, &worse)).0, Verdict::Fail);
        let limits = Limits {
            margin: 0.03,
            ..LIMITS
        };
        let found = judge(&[sample(&GOOD, &worse)], &limits).remove(0);
        assert_eq!(found.verdict, Verdict::Pass);
    }

    #[test]
    fn many_settings_are_corrected() {
        let worse = [0.942, 0.95, 0.951, 0.945, 0.941];
        let alone = judge(&[sample(&GOOD, &worse)], &LIMITS).remove(0);
        assert_eq!(alone.verdict, Verdict::Fail, "{alone:?}");
        let mut many = vec![sample(&GOOD, &GOOD); 20];
        many.push(sample(&GOOD, &worse));
        let last = judge(&many, &LIMITS).pop().unwrap();
        assert_ne!(last.verdict, Verdict::Fail, "{last:?}");
        assert!(last.adjusted_p.unwrap() > 20.0 * alone.adjusted_p.unwrap());
    }

    #[test]
    fn runs_with_an_error_cannot_pass_but_fail() {
        let mut good = sample(&GOOD, &GOOD);
        good.failed = 2;
        assert_eq!(one(good), (Verdict::Undecided, Some(Why::Failed(2))));
        let mut worse = sample(&GOOD, &GOOD.map(|x| x - 0.05));
        worse.failed = 2;
        assert_eq!(one(worse).0, Verdict::Fail);
    }

    #[test]
    fn all_together() {
        use Verdict::{Fail, Pass, Undecided};
        assert_eq!(overall([Pass, Pass]), Pass);
        assert_eq!(overall([Pass, Undecided]), Undecided);
        assert_eq!(overall([Fail, Undecided, Pass]), Fail);
        assert_eq!(overall([]), Undecided);
    }
}
