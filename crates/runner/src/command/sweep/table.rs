//! The table that ends a sweep.

use crate::config::sweep::{in_order_of, short_names};
use crate::record::summary::Score;
use crate::record::sweep::{Aggregate, Aggregates, Spread};
use crate::table::grouped;
use comfy_table::{CellAlignment, Table, presets};
use std::fmt;

/// A line per setting.
pub(super) struct SweepTable<'a>(pub(super) &'a Aggregates);

impl fmt::Display for SweepTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.0;
        let most = |count: fn(&Aggregate) -> usize| found.settings.iter().map(count).max();
        let dies = most(|s| s.over_dies.map_or(0, |spread| spread.n)).unwrap_or(0);
        let trainings = most(|s| s.over_trainings.map_or(0, |spread| spread.n)).unwrap_or(0);
        let has_yield = found.settings.iter().any(|setting| setting.good.is_some());
        let axes = &found.axes;
        let mut header: Vec<String> = short_names(axes).into_iter().map(str::to_owned).collect();
        if axes.is_empty() {
            header.push("setting".into());
        }
        let text_columns = header.len();
        header.extend(["n", "mean", "min", "median", "max"].map(str::to_owned));
        for (several, name) in [(dies > 1, "dies"), (trainings > 1, "trainings")] {
            if several {
                header.push(format!("sd {name}"));
                header.push("±95 %".into());
            }
        }
        if has_yield {
            header.push("yield".into());
        }
        let columns = header.len();
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY);
        table.set_header(header);
        for setting in &found.settings {
            let mut cells = in_order_of(axes, &setting.point);
            if axes.is_empty() {
                cells.push("all".into());
            }
            cells.push(setting.n.to_string());
            let network = setting.network;
            let of = |x: Option<f64>| score(x, found.score);
            cells.push(of(network.map(|f| f.mean)));
            cells.push(of(network.map(|f| f.min)));
            cells.push(of(network.map(|f| f.q50)));
            cells.push(of(network.map(|f| f.max)));
            for (several, spread) in [
                (dies > 1, setting.over_dies),
                (trainings > 1, setting.over_trainings),
            ] {
                if several {
                    cells.push(of(spread.and_then(|spread| spread.sd)));
                    cells.push(of(spread.and_then(half)));
                }
            }
            if has_yield {
                cells.push(setting.good.map_or_else(String::new, |found| {
                    let (low, high) = (100.0 * found.low, 100.0 * found.high);
                    format!("{}/{} ({low:.0} to {high:.0} %)", found.good, found.dies)
                }));
            }
            table.add_row(cells);
        }
        for index in text_columns..columns {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        writeln!(f, "{table}")?;
        let what = match found.score {
            Score::Accuracy => "test accuracy of the network in %",
            Score::R2 => "R^2 of the network on the test set",
        };
        let images = found
            .settings
            .iter()
            .find_map(|setting| setting.test_images);
        write!(
            f,
            "{what}{}; n runs: {dies} dies x {trainings} trainings",
            images.map_or_else(String::new, |n| format!(
                " (test n = {})",
                grouped(n as u64)
            ))
        )?;
        if dies > 1 || trainings > 1 {
            write!(
                f,
                "\nsd: standard deviation of the means of dies, of trainings; ±95 %: half of Student's interval for the \
                 mean from so few"
            )?;
        }
        if let (Some(least), true) = (found.yield_at, has_yield) {
            write!(
                f,
                "\nyield: dies with at least {least}, the mean of their trainings, and Wilson's interval of 95 %"
            )?;
        }
        let sum = |count: fn(&Aggregate) -> usize| found.settings.iter().map(count).sum::<usize>();
        let (failed, missing) = (sum(|s| s.failed), sum(|s| s.missing));
        if failed > 0 {
            write!(
                f,
                "\n{failed} runs failed: rows.csv says why; --retry-failed does them again"
            )?;
        }
        if missing > 0 {
            write!(f, "\n{missing} runs are missing")?;
        }
        Ok(())
    }
}

fn score(x: Option<f64>, score: Score) -> String {
    match (x, score) {
        (None, _) => String::new(),
        (Some(x), Score::Accuracy) => format!("{:.1}", 100.0 * x),
        (Some(x), Score::R2) => format!("{x:.3}"),
    }
}

/// Half of the interval of the mean.
fn half(spread: Spread) -> Option<f64> {
    Some(0.5 * (spread.high? - spread.low?))
}
