//! Runs that fail.

use super::{Bytes, rows};
use e2e::Bench;
use std::fs;

/// The digits have 64 pixels, more than 32 ports take.
const PORTS: &str = "\
name = \"ports\"
trainings = 2

[set]
data.set = \"digits\"
training.epochs = 1

[[axis]]
key = \"chip.ports\"
values = [64, 32, 66]
";

#[test]
fn one_is_recorded_with_its_error_and_the_rest_goes_on() {
    let bench = Bench::new(PORTS);
    let ended = bench.fzero(&["sweep", "a.toml", "--out", "out"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("failed (chip.ports = 32): "),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stdout.contains("2 runs failed: rows.csv says why"),
        "{}",
        ended.stdout
    );
    let found = rows(&bench.path().join("out/rows.jsonl"));
    let failed: Vec<_> = found
        .iter()
        .filter(|row| row.error.is_some())
        .map(|row| row.run)
        .collect();
    assert_eq!(failed, [2, 3]);
    assert!(
        found[2].error.as_ref().unwrap().contains("chip.ports = 32"),
        "{:?}",
        found[2].error
    );
    assert!(found[2].accuracy.is_none());
    assert!(
        found
            .iter()
            .all(|row| row.error.is_some() != row.network().is_some())
    );
    let status = bench.fzero(&["sweep", "--status", "out", "--json"]);
    assert_eq!(status.code, Some(1));
    let status: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(
        (&status["failed"], &status["missing"]),
        (&2.into(), &0.into())
    );
    // Failed runs are not missing, unless it is asked for.
    let part = bench.path().join("out/parts/rows-1-of-1.jsonl");
    let before = Bytes::of(&bench.path().join("out"));
    for (options, lines) in [(&[][..], 6), (&["--retry-failed"], 8)] {
        let arguments = [&["sweep", "a.toml", "--quiet", "--out", "out"], options].concat();
        assert_eq!(bench.fzero(&arguments).code, Some(1));
        assert_eq!(fs::read_to_string(&part).unwrap().lines().count(), lines);
    }
    assert!(Bytes::of(&bench.path().join("out")) == before);
}

#[test]
fn a_first_run_that_cannot_be_made_stops_before_anything_is_written() {
    let bench = Bench::new(&PORTS.replace("[64, 32, 66]", "[32, 64]"));
    let ended = bench.fzero(&["sweep", "a.toml", "--out", "out"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("chip.ports = 32: "),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("at the setting chip.ports = 32"),
        "{}",
        ended.stderr
    );
    assert_eq!(bench.entries(), ["a.toml"]);
}
