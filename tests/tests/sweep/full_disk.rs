//! A disk that fills up.
#![cfg(unix)]

use super::{Bytes, RUNS, SMALL, assert_same, rows, whole};
use e2e::{Bench, binary, ended};
use std::fs;

/// With files of at most 4 kB, which stand for a full disk, a sweep ends with what was finished; with room
/// it is completed.
#[test]
fn what_is_finished_is_kept_and_the_rest_done_later() {
    let bench = Bench::new(SMALL);
    let reference = whole(&bench, "whole", &[]);
    // Begun, so that what is written first is there.
    let begun = [
        "sweep", "a.toml", "--quiet", "--out", "out", "--shard", "12/12",
    ];
    bench.fzero(&begun).done();
    let mut command = bench.command(&[]);
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec '{}' sweep a.toml --quiet --out out --threads 2",
        binary::path().display()
    );
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", &script]).current_dir(bench.path());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    command.current_dir(bench.path());
    let stopped = ended(&mut limited);
    assert_eq!(
        stopped.code,
        Some(2),
        "{}{}",
        stopped.stdout,
        stopped.stderr
    );
    assert!(
        stopped
            .stderr
            .contains("rows-1-of-1.jsonl cannot be written"),
        "{}",
        stopped.stderr
    );
    assert!(
        stopped.stderr.contains("what was finished is kept"),
        "{}",
        stopped.stderr
    );
    let part = bench.path().join("out/parts/rows-1-of-1.jsonl");
    assert!(
        fs::read_to_string(&part).unwrap().ends_with('\n'),
        "a torn row was left"
    );
    let done = rows(&part).len();
    assert!((1..RUNS - 1).contains(&done), "{done}");
    bench
        .fzero(&["sweep", "a.toml", "--quiet", "--out", "out"])
        .done();
    assert_same(
        &Bytes::of(&bench.path().join("out")),
        &reference,
        "filled up",
    );
}
