//! `fzero sweep`: runs over axes, dies and trainings.

mod failures;
mod full_disk;
mod refusals;
mod resume;
mod sameness;
mod shipped;

use e2e::Bench;
use runner::record::Row;
use std::fs;
use std::path::Path;

/// Two axes, two dies: twelve short runs.
const SMALL: &str = "\
name = \"small\"
dies = 2
yield_at = 0.2

[set]
data.set = \"digits\"
training.epochs = 1

[[axis]]
key = \"process.mesh.splitter_error_sigma_rad\"
values = [0.0, 0.02, 0.05]

[[axis]]
key = \"training.optimizer.learning_rate\"
log_range = { from = 1e-3, to = 1e-2, steps = 2 }
";

/// Runs of it.
const RUNS: usize = 12;

/// What must not depend on how a sweep was done: rows less their times, and statistics.
#[derive(PartialEq)]
struct Bytes {
    rows: String,
    table: String,
    aggregates: [Vec<u8>; 2],
}

impl Bytes {
    #[track_caller]
    fn of(folder: &Path) -> Self {
        let text = |name: &str| fs::read_to_string(folder.join(name)).expect(name);
        let without_time = |text: String, before: &str, after: &str| -> String {
            let lines = text.lines().map(|line| {
                let (kept, time) = line.rsplit_once(before).expect("a time");
                let time = time.strip_suffix(after).expect("the end of a line");
                assert!(
                    time == "elapsed_s" || time.parse::<f64>().is_ok_and(|t| t >= 0.0),
                    "{time}"
                );
                format!("{kept}\n")
            });
            lines.collect()
        };
        Self {
            rows: without_time(text("rows.jsonl"), ",\"elapsed_s\":", "}"),
            table: without_time(text("rows.csv"), ",", ""),
            aggregates: ["aggregates.json", "aggregates.csv"]
                .map(|name| fs::read(folder.join(name)).expect(name)),
        }
    }
}

fn rows(path: &Path) -> Vec<Row> {
    Row::read_lines(&fs::read_to_string(path).expect("rows")).expect("whole rows")
}

/// Does the whole sweep `a.toml` in the folder `out`.
#[track_caller]
fn whole(bench: &Bench, out: &str, options: &[&str]) -> Bytes {
    let arguments = [&["sweep", "a.toml", "--quiet", "--out", out], options].concat();
    bench.fzero(&arguments).done();
    Bytes::of(&bench.path().join(out))
}

#[track_caller]
fn assert_same(found: &Bytes, expected: &Bytes, how: &str) {
    assert_eq!(found.rows, expected.rows, "{how}");
    assert_eq!(found.table, expected.table, "{how}");
    assert!(found.aggregates == expected.aggregates, "{how}");
}
