//! Rows and statistics as CSV. What is not known is empty.

use super::aggregate::{Aggregate, Aggregates, Spread};
use super::plan::Plan;
use crate::config::sweep::in_order_of;
use crate::record::Row;
use std::collections::BTreeMap;

/// `rows.csv`.
pub(super) fn rows(plan: &Plan, rows: &BTreeMap<usize, Row>) -> csv::Result<Vec<u8>> {
    let layers = |row: &Row| {
        row.accuracy
            .as_ref()
            .map_or(0, |accuracy| accuracy.layers.len())
    };
    let most = rows.values().map(layers).max().unwrap_or(0);
    let mut table = Table::new();
    let mut header = vec!["run".to_owned()];
    header.extend(plan.axes.iter().cloned());
    header.extend(["die_seed", "seed", "network", "last_layer"].map(str::to_owned));
    header.extend((0..most).map(|layer| format!("layer{layer}")));
    header.extend(
        [
            "test_images",
            "queries",
            "memory_estimate_bytes",
            "error",
            "elapsed_s",
        ]
        .map(str::to_owned),
    );
    table.write(header)?;
    for row in rows.values() {
        let accuracy = row.accuracy.clone().unwrap_or_default();
        let failed = row.error.is_some();
        let mut cells = vec![row.run.to_string()];
        cells.extend(in_order_of(&plan.axes, &row.point));
        cells.push(
            row.die_seed
                .map_or_else(String::new, |seed| seed.to_string()),
        );
        cells.push(row.seed.to_string());
        cells.push(number(accuracy.vote));
        cells.push(number(accuracy.last));
        cells.extend((0..most).map(|at| number(accuracy.layers.get(at).copied().flatten())));
        let count = |count: u64| {
            if failed {
                String::new()
            } else {
                count.to_string()
            }
        };
        cells.push(count(row.test_images as u64));
        cells.push(count(row.queries));
        cells.push(
            row.memory_estimate_bytes
                .map_or_else(String::new, |bytes| bytes.to_string()),
        );
        // On one line, for programs that do not know quotes.
        let error = row.error.as_deref().unwrap_or_default();
        cells.push(error.replace('\n', ";"));
        cells.push(number(Some(row.elapsed_s)));
        table.write(cells)?;
    }
    table.finish()
}

const STATISTICS: [&str; 28] = [
    "n",
    "failed",
    "missing",
    "test_images",
    "mean",
    "sd",
    "min",
    "q05",
    "q25",
    "q50",
    "q75",
    "q95",
    "max",
    "last_layer_mean",
    "dies",
    "dies_sd",
    "dies_low",
    "dies_high",
    "trainings",
    "trainings_sd",
    "trainings_low",
    "trainings_high",
    "good_dies",
    "yield_dies",
    "yield",
    "yield_low",
    "yield_high",
    "mean_queries",
];

/// `aggregates.csv`.
pub(super) fn aggregates(found: &Aggregates) -> csv::Result<Vec<u8>> {
    let mut table = Table::new();
    let mut header = vec!["setting".to_owned()];
    header.extend(found.axes.iter().cloned());
    header.extend(STATISTICS.map(str::to_owned));
    table.write(header)?;
    for setting in &found.settings {
        table.write(cells(&found.axes, setting))?;
    }
    table.finish()
}

fn cells(axes: &[String], setting: &Aggregate) -> Vec<String> {
    let mut cells = vec![setting.setting.to_string()];
    cells.extend(in_order_of(axes, &setting.point));
    cells.extend([setting.n, setting.failed, setting.missing].map(|count| count.to_string()));
    cells.push(count(setting.test_images));
    let network = setting.network;
    cells.push(number(network.map(|f| f.mean)));
    cells.push(number(network.and_then(|f| f.sd)));
    let places = network.map(|f| [f.min, f.q05, f.q25, f.q50, f.q75, f.q95, f.max]);
    cells.extend((0..7).map(|at| number(places.map(|places| places[at]))));
    cells.push(number(setting.last_layer_mean));
    for spread in [setting.over_dies, setting.over_trainings] {
        cells.push(count(spread.map(|spread| spread.n)));
        let of = |part: fn(Spread) -> Option<f64>| number(spread.and_then(part));
        cells.extend([of(|s| s.sd), of(|s| s.low), of(|s| s.high)]);
    }
    let good = setting.good;
    cells.push(count(good.map(|good| good.good)));
    cells.push(count(good.map(|good| good.dies)));
    cells.extend([
        number(good.map(|good| good.share)),
        number(good.map(|good| good.low)),
        number(good.map(|good| good.high)),
        number(setting.mean_queries),
    ]);
    cells
}

/// The spelling that reads back as the same bits.
fn number(x: Option<f64>) -> String {
    x.map_or_else(String::new, |x| format!("{x:?}"))
}

fn count(count: Option<usize>) -> String {
    count.map_or_else(String::new, |count| count.to_string())
}

struct Table(csv::Writer<Vec<u8>>);

impl Table {
    fn new() -> Self {
        Self(csv::Writer::from_writer(Vec::new()))
    }

    fn write(&mut self, cells: Vec<String>) -> csv::Result<()> {
        self.0.write_record(cells)
    }

    fn finish(self) -> csv::Result<Vec<u8>> {
        self.0
            .into_inner()
            .map_err(|error| error.into_error().into())
    }
}
