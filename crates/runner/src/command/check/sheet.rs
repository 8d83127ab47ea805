//! The report for people.

use super::report::{
    CostReport, Figures, Report, cost_text, hundredfold, label, p_text, points, unit,
};
use crate::check::Verdict;
use crate::check::setting::shown as value_text;
use crate::cli::Measure;
use crate::record::baseline::{Baseline, BaselineSetting};
use crate::record::summary::Score;
use crate::table::grouped;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// Verdicts of all settings.
pub(super) struct Sheet<'a>(pub(super) &'a Report);

/// A baseline that was written.
pub(super) struct BaselineSheet<'a> {
    pub(super) baseline: &'a Baseline,
    pub(super) file: &'a str,
}

/// A verdict as a word; what stops a change stands out.
pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Undecided => "undecided",
        Verdict::Fail => "FAIL",
    }
}

fn measure_text(measure: Measure, score: Score) -> &'static str {
    match (measure, score) {
        (Measure::Vote, Score::Accuracy) => "test accuracy of the vote",
        (Measure::Vote, Score::R2) => "test R^2 of the network",
        (Measure::Last, Score::Accuracy) => "test accuracy of the last layer",
        (Measure::Last, Score::R2) => "test R^2 of the last layer",
    }
}

impl fmt::Display for Sheet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        let origin = &report.baseline;
        write!(
            f,
            "baseline {}: written {} by fzero {}",
            origin.file, origin.written, origin.version
        )?;
        if let Some(revision) = &origin.git_revision {
            write!(f, ", revision {revision}")?;
        }
        writeln!(f)?;
        let points_of = report.settings.iter().map(|s| &s.point);
        let columns = Columns::of(points_of);
        let mut table = new_table();
        table.set_header(columns.header(&["baseline", "now", "drop", "p", ""]));
        for found in &report.settings {
            let drop = match (found.drop, found.drop_at_least, found.drop_at_most) {
                (Some(drop), Some(low), Some(high)) => {
                    format!("{} ({} to {})", points(drop), points(low), points(high))
                }
                _ => String::new(),
            };
            table.add_row(columns.row(
                &found.point,
                [
                    figures(found.baseline.as_ref(), report.score),
                    figures(found.now.as_ref(), report.score),
                    drop,
                    found.p.map_or_else(String::new, p_text),
                    word(found.verdict).to_owned(),
                ],
            ));
        }
        columns.align(&mut table, 4);
        writeln!(f, "{table}")?;
        let unit = unit(report.score);
        writeln!(
            f,
            "{}{}: mean ± standard deviation (runs); drop in {unit}, its bounds each at {} %;\n\
             p of such a drop by chance, where the true one is at most {} {unit}, corrected for {} setting{} (Holm)",
            measure_text(report.measure, report.score),
            match report.score {
                Score::Accuracy => " in %",
                Score::R2 => "",
            },
            hundredfold(report.confidence),
            hundredfold(report.margin),
            report.tests,
            if report.tests == 1 { "" } else { "s" },
        )?;
        if report.settings.iter().any(|s| s.paired == Some(true)) {
            writeln!(
                f,
                "runs of the same dies and seeds were compared pair by pair"
            )?;
        }
        if !report.costs.is_empty() {
            costs(report, &columns, f)?;
        }
        let undecided = report
            .settings
            .iter()
            .filter(|s| s.verdict == Verdict::Undecided);
        for found in undecided {
            writeln!(f, "undecided: {}: {}", label(&found.setting), found.message)?;
        }
        let costs = report
            .costs
            .iter()
            .filter(|c| c.verdict == Verdict::Undecided);
        for found in costs {
            writeln!(f, "undecided: {}: {}", label(&found.setting), found.message)?;
        }
        for setting in &report.not_in_baseline {
            writeln!(f, "not in the baseline, not checked: {}", label(setting))?;
        }
        let [passed, undecided, failed] = report.counts();
        write!(
            f,
            "{}: {passed} pass, {failed} fail, {undecided} undecided",
            word(report.verdict)
        )
    }
}

fn costs(report: &Report, columns: &Columns, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut table = new_table();
    table.set_header(columns.header(&["cost", "baseline", "now", "ratio", "limit", ""]));
    let point = |cost: &CostReport| {
        let same = report.settings.iter().find(|s| s.setting == cost.setting);
        same.map(|s| s.point.clone()).unwrap_or_default()
    };
    for cost in &report.costs {
        let text = |value: Option<f64>| value.map_or_else(String::new, |x| cost_text(cost.cost, x));
        table.add_row(
            columns.row(
                &point(cost),
                [
                    cost.cost.name().to_owned(),
                    text(cost.baseline),
                    text(cost.now),
                    cost.ratio
                        .map_or_else(String::new, |ratio| format!("{ratio:.3}")),
                    format!("≤ {}", cost.limit),
                    word(cost.verdict).to_owned(),
                ],
            ),
        );
    }
    columns.align(&mut table, 5);
    writeln!(f, "{table}")
}

impl fmt::Display for BaselineSheet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let baseline = self.baseline;
        let columns = Columns::of(baseline.settings.iter().map(|s| &s.point));
        let mut table = new_table();
        table.set_header(columns.header(&["mean ± sd (runs)", "dies", "seeds", "test images"]));
        for setting in &baseline.settings {
            let [dies, seeds] = levels(setting);
            let figures_of = Figures {
                n: setting.n,
                dies,
                seeds,
                mean: setting.mean,
                sd: setting.sd,
            };
            table.add_row(columns.row(
                &setting.point,
                [
                    figures(Some(&figures_of), baseline.score),
                    dies.to_string(),
                    seeds.to_string(),
                    grouped(setting.test_images as u64),
                ],
            ));
        }
        columns.align(&mut table, 4);
        writeln!(f, "{table}")?;
        if baseline.score == Score::Accuracy {
            writeln!(f, "{} in %", measure_text(baseline.measure, baseline.score))?;
        } else {
            writeln!(f, "{}", measure_text(baseline.measure, baseline.score))?;
        }
        let config = baseline.config_hash.as_ref().map_or_else(
            || "not known".to_owned(),
            |hash| hash.chars().take(8).collect(),
        );
        write!(
            f,
            "baseline written to {}; configuration {config}",
            self.file
        )
    }
}

/// Numbers of different dies and seeds.
fn levels(setting: &BaselineSetting) -> [usize; 2] {
    let count = |of: fn(&crate::record::baseline::BaselineRun) -> u64| {
        let levels: std::collections::BTreeSet<u64> = setting.runs.iter().map(of).collect();
        levels.len()
    };
    [
        count(|run| run.die_seed.unwrap_or(0)),
        count(|run| run.seed),
    ]
}

fn figures(found: Option<&Figures>, score: Score) -> String {
    let Some(found) = found else {
        return String::new();
    };
    let text = |x: f64| match score {
        Score::Accuracy => format!("{:.1}", 100.0 * x),
        Score::R2 => format!("{x:.3}"),
    };
    match found.sd {
        Some(sd) => format!("{} ± {} ({})", text(found.mean), text(sd), found.n),
        None => format!("{} ({})", text(found.mean), found.n),
    }
}

fn new_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table
}

/// A column per key that the settings vary, named by its last word where that is enough.
struct Columns {
    keys: Vec<(String, String)>,
}

impl Columns {
    fn of<'a>(points: impl Iterator<Item = &'a Map<String, Value>>) -> Self {
        let mut keys: Vec<String> = points.flat_map(|point| point.keys().cloned()).collect();
        keys.sort();
        keys.dedup();
        let leaf = |key: &str| key.rsplit('.').next().unwrap_or(key).to_owned();
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for key in &keys {
            *count.entry(leaf(key)).or_default() += 1;
        }
        let named = keys.into_iter().map(|key| {
            let name = match leaf(&key) {
                leaf if count[&leaf] == 1 => leaf,
                _ => key.clone(),
            };
            (key, name)
        });
        Self {
            keys: named.collect(),
        }
    }

    fn header(&self, rest: &[&str]) -> Vec<String> {
        let keys = self.keys.iter().map(|(_, name)| name.clone());
        keys.chain(rest.iter().map(ToString::to_string)).collect()
    }

    fn row<const N: usize>(&self, point: &Map<String, Value>, rest: [String; N]) -> Vec<String> {
        let value = |key: &String| point.get(key).map_or_else(String::new, value_text);
        let keys = self.keys.iter().map(|(key, _)| value(key));
        keys.chain(rest).collect()
    }

    /// Numbers to the right: keys, and that many columns after them.
    fn align(&self, table: &mut Table, numbers: usize) {
        for index in 0..self.keys.len() + numbers {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
}
