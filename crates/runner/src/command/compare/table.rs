//! The table that ends a comparison.

use crate::record::compare::Row;
use crate::record::summary::standard_error;
use crate::table::{grouped, percent, seconds, si};
use comfy_table::{CellAlignment, Table, presets};
use std::fmt;

/// A line per experiment.
pub(super) struct CompareTable<'a> {
    pub(super) rows: &'a [Row],
}

const HEADER: [&str; 9] = [
    "name",
    "solver",
    "access",
    "train",
    "test",
    "queries",
    "bench time",
    "energy",
    "wall time",
];

impl fmt::Display for CompareTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY);
        table.set_header(HEADER);
        for row in self.rows {
            table.add_row(cells(row));
        }
        for index in 3..HEADER.len() {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        writeln!(f, "{table}")?;
        let Some(first) = self.rows.first().map(|row| &row.summary) else {
            return Ok(());
        };
        let errors = self.rows.iter().filter_map(|row| {
            let test = row.summary.vote.test?;
            standard_error(test, row.summary.test_samples)
        });
        let largest = errors.fold(0.0, f64::max);
        write!(
            f,
            "accuracy of the network: train n = {}, test n = {}, standard error at most {:.1} points; one \
             training of each, seed {}{}\n\
             queries: samples sent through the device for training and calibration; bench time and energy \
             with evaluation, empty where the process states none",
            grouped(first.train_samples as u64),
            grouped(first.test_samples as u64),
            100.0 * largest,
            first.seed,
            first
                .die_seed
                .map_or_else(String::new, |die| format!(", die {die}")),
        )
    }
}

fn cells(row: &Row) -> [String; 9] {
    let summary = &row.summary;
    let bench = summary.bench.unwrap_or_default().total;
    [
        summary.name.clone(),
        row.solver.to_string(),
        summary.access.to_string(),
        percent(summary.vote.train),
        percent(summary.vote.test),
        grouped(summary.ledger.budgeted_queries()),
        bench
            .total_s
            .map_or_else(String::new, |time_s| si(time_s, "s")),
        bench
            .total_j
            .map_or_else(String::new, |energy_j| si(energy_j, "J")),
        seconds(summary.elapsed_s),
    ]
}
