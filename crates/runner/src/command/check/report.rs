//! What a check has found, as data: for JSON, and for all that is shown.

use super::results::{CheckRow, Results, SettingRows};
use crate::check::comparison::{Design, NotComparable};
use crate::check::cost::{self, Cost, CostJudgement, CostSample};
use crate::check::estimate::{Estimate, Observation};
use crate::check::judge::{Judgement, Sample, Why, overall};
use crate::check::need::Need;
use crate::check::setting::setting;
use crate::check::{Limits, Verdict, judge};
use crate::cli::{CheckArgs, Measure};
use crate::record::baseline::{BaselineFile, BaselineRun, BaselineSetting};
use crate::record::summary::Score;
use crate::table::{grouped, seconds, shown};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A check.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
    pub(super) verdict: Verdict,
    pub(super) measure: Measure,
    pub(super) score: Score,
    /// Shares, not points.
    pub(super) margin: f64,
    pub(super) detect: f64,
    pub(super) confidence: f64,
    /// Settings over which p is corrected.
    pub(super) tests: usize,
    pub(super) baseline: Provenance,
    pub(super) settings: Vec<SettingReport>,
    pub(super) costs: Vec<CostReport>,
    pub(super) not_in_baseline: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// Where the baseline comes from.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Provenance {
    pub(super) file: String,
    pub(super) written: String,
    pub(super) version: String,
    pub(super) git_revision: Option<String>,
    pub(super) config_hash: Option<String>,
}

/// A setting.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SettingReport {
    pub(super) setting: String,
    pub(super) point: Map<String, Value>,
    pub(super) verdict: Verdict,
    pub(super) baseline: Option<Figures>,
    pub(super) now: Option<Figures>,
    pub(super) failed_runs: usize,
    /// Whether runs of the same dies and seeds were compared pair by pair.
    pub(super) paired: Option<bool>,
    pub(super) drop: Option<f64>,
    /// One-sided bounds at the confidence.
    pub(super) drop_at_least: Option<f64>,
    pub(super) drop_at_most: Option<f64>,
    /// Of "the drop is at most the margin", Holm's over all settings.
    pub(super) p: Option<f64>,
    /// Runs to add now.
    pub(super) more_runs: Option<usize>,
    /// Runs of each side in all, where the baseline is too small.
    pub(super) runs_each_side: Option<usize>,
    pub(super) message: String,
    /// Line in the file of the baseline.
    pub(super) line: usize,
}

/// A side.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Figures {
    pub(super) n: usize,
    pub(super) dies: usize,
    pub(super) seeds: usize,
    pub(super) mean: f64,
    pub(super) sd: Option<f64>,
}

/// A cost of a setting. Times in s, memory in bytes.
#[derive(Clone, Debug, Serialize)]
pub(super) struct CostReport {
    pub(super) cost: Cost,
    pub(super) setting: String,
    pub(super) verdict: Verdict,
    pub(super) baseline: Option<f64>,
    pub(super) now: Option<f64>,
    pub(super) ratio: Option<f64>,
    pub(super) limit: f64,
    pub(super) p: Option<f64>,
    pub(super) message: String,
    pub(super) line: usize,
}

/// The name of a setting for people.
pub(super) fn label(setting: &str) -> &str {
    match setting {
        "" => "the experiment",
        other => other,
    }
}

/// Points, or hundredths of R^2.
pub(super) fn unit(score: Score) -> &'static str {
    match score {
        Score::Accuracy => "points",
        Score::R2 => "hundredths",
    }
}

/// A difference of scores in points.
pub(super) fn points(difference: f64) -> String {
    // No minus at what rounds to nothing.
    let tenths = (1000.0 * difference).round() / 10.0 + 0.0;
    format!("{tenths:.1}")
}

/// A share in percent, without the digits of its rounding.
pub(super) fn hundredfold(share: f64) -> f64 {
    (1e8 * share).round() / 1e6
}

/// p for people.
pub(super) fn p_text(p: f64) -> String {
    match p {
        p if p < 0.001 => "<0.001".into(),
        p if p < 0.1 => format!("{p:.3}"),
        p => format!("{p:.2}"),
    }
}

impl Report {
    /// Judges results by a baseline.
    pub(super) fn of(args: &CheckArgs, file: &BaselineFile, results: &Results) -> Self {
        let limits = Limits {
            margin: args.margin / 100.0,
            detect: args.detect / 100.0,
            alpha: 1.0 - args.confidence,
        };
        let baseline = &file.baseline;
        let nothing = SettingRows::default();
        let pairs: Vec<(usize, &BaselineSetting, &SettingRows)> = baseline
            .settings
            .iter()
            .enumerate()
            .map(|(index, before)| {
                let now = results.settings.get(&setting(&before.point));
                (file.line(index), before, now.unwrap_or(&nothing))
            })
            .collect();
        let samples: Vec<Sample> = pairs
            .iter()
            .map(|(_, before, now)| sample(args.measure, results.score, before, now))
            .collect();
        let judged = judge(&samples, &limits);
        let tests = judged
            .iter()
            .filter(|found| found.comparison.is_some())
            .count();
        let settings: Vec<_> = pairs
            .iter()
            .zip(&judged)
            .map(|(&(line, before, now), found)| {
                setting_report(args, &limits, results.score, before, now, found, line)
            })
            .collect();
        let costs = costs(args, &pairs, limits.alpha);
        let known: BTreeSet<_> = baseline
            .settings
            .iter()
            .map(|s| setting(&s.point))
            .collect();
        let not_in_baseline = results
            .settings
            .keys()
            .filter(|name| !known.contains(*name));
        let verdicts = settings.iter().map(|s| s.verdict);
        Self {
            verdict: overall(verdicts.chain(costs.iter().map(|c| c.verdict))),
            measure: args.measure,
            score: results.score,
            margin: limits.margin,
            detect: limits.detect,
            confidence: args.confidence,
            tests,
            baseline: Provenance {
                file: file.file.clone(),
                written: baseline.written.clone(),
                version: baseline.version.clone(),
                git_revision: baseline.git_revision.clone(),
                config_hash: baseline.config_hash.clone(),
            },
            settings,
            costs,
            not_in_baseline: not_in_baseline.cloned().collect(),
            notes: Vec::new(),
        }
    }

    /// Verdicts of settings and costs: passed, undecided, failed.
    pub(super) fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        let verdicts = self.settings.iter().map(|s| s.verdict);
        for verdict in verdicts.chain(self.costs.iter().map(|c| c.verdict)) {
            counts[verdict as usize] += 1;
        }
        counts
    }
}

fn accuracy(measure: Measure, row: &CheckRow) -> Option<f64> {
    match row.row.error {
        None => measure.of(row.row.accuracy.as_ref()?),
        Some(_) => None,
    }
}

fn sample(measure: Measure, score: Score, before: &BaselineSetting, now: &SettingRows) -> Sample {
    let observation = |die: Option<u64>, seed, value| Observation {
        die: die.unwrap_or(0),
        seed,
        value,
    };
    let baseline: Vec<_> = before
        .runs
        .iter()
        .filter_map(|run| {
            Some(observation(
                run.die_seed,
                run.seed,
                measure.of(&run.accuracy)?,
            ))
        })
        .collect();
    let scored: Vec<_> = now
        .rows
        .iter()
        .filter_map(|row| {
            let value = accuracy(measure, row)?;
            Some(observation(row.row.die_seed, row.row.seed, value))
        })
        .collect();
    let images = now.rows.iter().filter(|row| row.row.error.is_none());
    let images = images
        .map(|row| row.row.test_images)
        .chain([before.test_images])
        .min();
    Sample {
        failed: now.rows.len() - scored.len(),
        step: match (score, images) {
            (Score::Accuracy, Some(images)) if images > 0 => 1.0 / images as f64,
            _ => 0.0,
        },
        baseline,
        now: scored,
    }
}

fn setting_report(
    args: &CheckArgs,
    limits: &Limits,
    score: Score,
    before: &BaselineSetting,
    now: &SettingRows,
    found: &Judgement,
    line: usize,
) -> SettingReport {
    let bounds = found
        .comparison
        .map(|comparison| comparison.bounds(limits.alpha));
    let need = match found.why {
        Some(Why::TooFew(need)) => Some(need),
        _ => None,
    };
    SettingReport {
        setting: setting(&before.point),
        point: before.point.clone(),
        verdict: found.verdict,
        baseline: found.baseline.map(Figures::from),
        now: found.now.map(Figures::from),
        failed_runs: now
            .rows
            .iter()
            .filter(|row| accuracy(args.measure, row).is_none())
            .count(),
        paired: found
            .comparison
            .map(|comparison| matches!(comparison.design, Design::Paired { .. })),
        drop: found.comparison.map(|comparison| comparison.drop),
        drop_at_least: bounds.map(|[low, _]| low),
        drop_at_most: bounds.map(|[_, high]| high),
        p: found.adjusted_p,
        more_runs: match need {
            Some(Need::More { runs }) => Some(runs),
            _ => None,
        },
        runs_each_side: match need {
            Some(Need::EachSide { runs }) => Some(runs),
            _ => None,
        },
        message: message(args, limits, score, now, found),
        line,
    }
}

impl From<Estimate> for Figures {
    fn from(found: Estimate) -> Self {
        Self {
            n: found.n,
            dies: found.dies,
            seeds: found.seeds,
            mean: found.mean,
            sd: found.sd,
        }
    }
}

fn message(
    args: &CheckArgs,
    limits: &Limits,
    score: Score,
    now: &SettingRows,
    found: &Judgement,
) -> String {
    let unit = unit(score);
    let percent = hundredfold(args.confidence);
    let mut parts = Vec::new();
    if let (Some(before), Some(after), Some(comparison)) =
        (found.baseline, found.now, found.comparison)
    {
        let [low, high] = comparison.bounds(limits.alpha);
        parts.push(format!(
            "{} over {} run{} now, {} over {} in the baseline: a drop of {} {unit} ({} to {}, each bound at \
             {percent} %)",
            shown(Some(after.mean), score),
            after.n,
            if after.n == 1 { "" } else { "s" },
            shown(Some(before.mean), score),
            before.n,
            points(comparison.drop),
            points(low),
            points(high),
        ));
    }
    let aim = format!(
        "for a drop of {} {unit}{} to be found in 9 of 10 checks",
        args.detect,
        match args.margin > 0.0 {
            true => format!(" beyond the margin of {}", args.margin),
            false => String::new(),
        }
    );
    match found.why {
        None => {}
        Some(Why::NoRuns) => parts.push("not in the results".into()),
        Some(Why::Failed(count)) => {
            let first = now.rows.iter().find_map(|row| row.row.error.as_deref());
            parts.push(format!(
                "{count} of {} runs failed: {}",
                now.rows.len(),
                first.unwrap_or("no such accuracy was measured")
            ));
        }
        Some(Why::NotComparable(NotComparable::TooFew)) => {
            parts.push("a single run on each side: at least 3 in the baseline are needed".into());
        }
        Some(Why::NotComparable(NotComparable::Confounded {
            factor,
            baseline,
            now,
        })) => parts.push(format!(
            "all runs have {factor} {now}, those of the baseline {baseline}: what that brings cannot be told \
             from a change; use the same {factor}, or several"
        )),
        Some(Why::TooFew(Need::More { runs })) => {
            parts.push(format!("too few runs: {runs} more are needed {aim}"));
        }
        Some(Why::TooFew(Need::EachSide { runs })) => parts.push(format!(
            "too few runs, also in the baseline: {runs} on each side are needed {aim}"
        )),
        Some(Why::TooFew(Need::Beyond)) => parts.push(format!(
            "the spread is so large that more than 100,000 runs would be needed {aim}"
        )),
    }
    parts.join("; ")
}

fn costs(
    args: &CheckArgs,
    pairs: &[(usize, &BaselineSetting, &SettingRows)],
    alpha: f64,
) -> Vec<CostReport> {
    let limits = [
        (Cost::Queries, args.max_queries_ratio),
        (Cost::Time, args.max_time_ratio),
        (Cost::Memory, args.max_memory_ratio),
    ];
    let mut reports = Vec::new();
    for (cost, limit) in limits {
        let Some(limit) = limit else { continue };
        let samples: Vec<CostSample> = pairs
            .iter()
            .map(|(_, before, now)| cost_sample(cost, before, now))
            .collect();
        let judged = cost::judge(cost, &samples, limit, alpha);
        for ((line, before, _), found) in pairs.iter().zip(judged) {
            reports.push(CostReport {
                cost,
                setting: setting(&before.point),
                verdict: found.verdict,
                baseline: found.baseline,
                now: found.now,
                ratio: found.ratio,
                limit,
                p: found.adjusted_p,
                message: cost_message(cost, &found, limit),
                line: *line,
            });
        }
    }
    reports
}

fn bytes(bytes: Option<u64>) -> Option<f64> {
    bytes.map(|bytes| bytes as f64)
}

fn time(elapsed_s: f64) -> Option<f64> {
    (elapsed_s > 0.0).then_some(elapsed_s)
}

fn cost_sample(cost: Cost, before: &BaselineSetting, now: &SettingRows) -> CostSample {
    let ended = || now.rows.iter().filter(|row| row.row.error.is_none());
    let both = |of_baseline: fn(&BaselineRun) -> Option<f64>,
                of_row: fn(&CheckRow) -> Option<f64>| {
        CostSample {
            baseline: before.runs.iter().filter_map(of_baseline).collect(),
            now: ended().filter_map(of_row).collect(),
        }
    };
    match cost {
        Cost::Queries => both(
            |run| Some(run.queries as f64),
            |row| Some(row.row.queries as f64),
        ),
        Cost::Time => both(|run| time(run.elapsed_s), |row| time(row.row.elapsed_s)),
        Cost::Memory => {
            let measured = both(|run| bytes(run.memory_bytes), |row| bytes(row.memory_bytes));
            // A measured memory is not compared with an estimate.
            if !measured.baseline.is_empty() && !measured.now.is_empty() {
                return measured;
            }
            both(
                |run| bytes(run.memory_estimate_bytes),
                |row| bytes(row.row.memory_estimate_bytes),
            )
        }
    }
}

/// A cost for people.
pub(super) fn cost_text(cost: Cost, value: f64) -> String {
    match cost {
        Cost::Queries => grouped(value.round() as u64),
        Cost::Time => seconds(value),
        Cost::Memory => format!("{:.1} MiB", value / f64::from(1 << 20)),
    }
}

fn cost_message(cost: Cost, found: &CostJudgement, limit: f64) -> String {
    let (Some(before), Some(now), Some(ratio)) = (found.baseline, found.now, found.ratio) else {
        return format!("{} not known on both sides", cost.name());
    };
    let mut text = format!(
        "{} {} now, {} in the baseline: {ratio:.3} of it, at most {limit} allowed",
        cost.name(),
        cost_text(cost, now),
        cost_text(cost, before),
    );
    if found.verdict == Verdict::Undecided {
        text.push_str("; the times vary too much to tell: more runs are needed");
    }
    text
}
