//! `fzero check` as a whole, on rows that were written by hand, and on a real sweep.

mod baseline;
mod damaged;
mod limits;
mod real_sweep;
mod reports;
mod verdicts;

use e2e::{Bench, Ended};
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs;

/// Accuracies of ten dies in units of 1/360: 0.950 on the mean, 0.9 points of spread.
pub(crate) const GOOD: [u32; 10] = [342, 344, 339, 346, 341, 343, 337, 345, 340, 343];

/// Two settings.
pub(crate) const SIGMAS: [f64; 2] = [0.005, 0.02];

/// The resolved configuration beside the rows, as much of it as the tests need.
pub(crate) const CONFIG: &str = "name = \"a\"\nseed = 0\n\n[chip]\nports = 64\ndie_seed = 3\n\n[training]\n\
                                 epochs = 50\n\n[process.mesh]\nsplitter_error_sigma_rad = 0.005\n";

/// A row.
pub(crate) fn row(sigma: f64, die: u64, seed: u64, right: u32) -> Value {
    let accuracy = f64::from(right) / 360.0;
    json!({
        "point": { "process.mesh.splitter_error_sigma_rad": sigma },
        "die_seed": die,
        "seed": seed,
        "accuracy": { "vote": accuracy, "last": accuracy - 0.01, "layers": [accuracy - 0.02, accuracy - 0.01] },
        "test_images": 360,
        "queries": 1000,
        "elapsed_s": 2.0,
        "error": null,
    })
}

/// Both settings on dies from `first` on, with `shift` images more in the second one.
pub(crate) fn rows(first: u64, right: &[u32], shift: i32) -> Vec<Value> {
    let mut rows = Vec::new();
    for (sigma, shift) in SIGMAS.into_iter().zip([0, shift]) {
        for (die, &right) in (first..).zip(right) {
            rows.push(row(sigma, die, 0, right.saturating_add_signed(shift)));
        }
    }
    rows
}

/// Makes a folder as a sweep leaves it.
pub(crate) fn write(bench: &Bench, folder: &str, rows: &[Value]) {
    let path = bench.path().join(folder);
    fs::create_dir_all(&path).unwrap();
    let mut text = String::new();
    for row in rows {
        writeln!(text, "{row}").unwrap();
    }
    fs::write(path.join("rows.jsonl"), text).unwrap();
    fs::write(path.join("config.toml"), CONFIG).unwrap();
}

/// A scratch folder with a baseline of the ten dies in `base.json`.
pub(crate) fn bench() -> Bench {
    let bench = Bench::new("");
    write(&bench, "before", &rows(0, &GOOD, 0));
    check(&bench, "before", &["--update"]).done();
    bench
}

/// Checks a folder against `base.json`.
pub(crate) fn check(bench: &Bench, results: &str, options: &[&str]) -> Ended {
    bench.fzero(&[&["check", results, "--baseline", "base.json"], options].concat())
}

/// The JSON report of a check, and its exit code.
pub(crate) fn report(bench: &Bench, results: &str, options: &[&str]) -> (Value, Option<i32>) {
    let ended = check(bench, results, &[&["--json"], options].concat());
    let report = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr));
    (report, ended.code)
}

/// That a check is refused with just this message, and nothing is written.
#[track_caller]
pub(crate) fn refused(bench: &Bench, results: &str, options: &[&str], expected: &str) {
    let before = bench.entries();
    let ended = check(bench, results, options);
    assert_eq!(ended.stderr.trim_end(), expected);
    assert_eq!(ended.code, Some(2));
    assert_eq!(ended.stdout, "");
    assert_eq!(bench.entries(), before);
}
