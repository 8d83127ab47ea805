//! A sweep that ended before its end.
#![cfg(unix)]

use super::{Bytes, RUNS, SMALL, assert_same, rows, whole};
use e2e::Bench;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Far more than anything here takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const PART: &str = "out/parts/rows-1-of-1.jsonl";

/// Long enough to be ended in the middle.
const SLOWER: [&str; 6] = [
    "--set",
    "training.epochs=12",
    "--threads",
    "2",
    "--keep-every",
    "0",
];

#[track_caller]
fn wait_until(what: &str, mut reached: impl FnMut() -> bool) {
    let began = Instant::now();
    while !reached() {
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
        sleep(Duration::from_millis(2));
    }
}

fn lines(path: &Path) -> usize {
    fs::read_to_string(path).map_or(0, |text| text.matches('\n').count())
}

/// A sweep in the background that has finished `count` runs.
#[track_caller]
fn started(bench: &Bench, count: usize) -> Child {
    let arguments = [&["sweep", "a.toml", "--quiet", "--out", "out"][..], &SLOWER].concat();
    let mut child = bench
        .command(&arguments)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let part = bench.path().join(PART);
    wait_until("rows", || {
        lines(&part) >= count || child.try_wait().unwrap().is_some()
    });
    child
}

#[test]
fn killed_and_torn_it_does_what_is_missing_with_the_same_bytes() {
    let bench = Bench::new(SMALL);
    let reference = whole(&bench, "whole", &SLOWER);
    let positions = || {
        let entries = bench.entries();
        entries.iter().filter(|e| e.contains("position-")).count()
    };
    let mut child = started(&bench, 3);
    // Of the runs under way one has ended an epoch: where it stands is kept.
    wait_until("a position", || positions() > 0);
    child.kill().unwrap();
    child.wait().unwrap();
    let part = bench.path().join(PART);
    let before = fs::read_to_string(&part).unwrap();
    let done = lines(&part);
    assert!((3..RUNS).contains(&done), "{done}");
    assert!(!bench.path().join("out/rows.jsonl").exists());
    // What a process leaves that is killed while it writes.
    let mut file = OpenOptions::new().append(true).open(&part).unwrap();
    file.write_all(b"{\"run\":11,\"point\":{\"process.me")
        .unwrap();
    drop(file);
    let status = bench.fzero(&["sweep", "--status", "out"]);
    assert_eq!(status.code, Some(1));
    assert!(
        status
            .stdout
            .contains(&format!("{done} of {RUNS} runs are done")),
        "{}",
        status.stdout
    );
    let arguments = [&["sweep", "a.toml", "--out", "out"][..], &SLOWER].concat();
    let ended = bench.fzero(&arguments).done();
    let said = format!("{done} of {RUNS} runs are there already");
    assert!(ended.stderr.contains(&said), "{}", ended.stderr);
    assert_same(&Bytes::of(&bench.path().join("out")), &reference, "killed");
    let after = fs::read_to_string(&part).unwrap();
    assert!(
        after.starts_with(&before),
        "what was done was not done again"
    );
    assert_eq!(lines(&part), RUNS);
    assert_eq!(positions(), 0);
    assert_eq!(bench.fzero(&["sweep", "--status", "out"]).code, Some(0));
    // A third time there is nothing to do.
    bench.fzero(&arguments).done();
    assert_eq!(fs::read_to_string(&part).unwrap(), after);
}

#[test]
fn interrupted_it_keeps_what_is_done_and_nothing_half_done() {
    let bench = Bench::new(SMALL);
    let mut child = started(&bench, 1);
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    wait_until("the end", || child.try_wait().unwrap().is_some());
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let done = lines(&bench.path().join(PART));
    assert!((1..RUNS).contains(&done), "{done}");
    assert_eq!(output.status.code(), Some(1), "{stdout}");
    assert!(
        stdout.contains(&format!("stopped: {done} of {RUNS} runs are done")),
        "{stdout}"
    );
    // A training that was stopped is no run: every row has all its queries.
    let queries = 2 * 2 * 12 * 1437;
    for row in rows(&bench.path().join(PART)) {
        assert_eq!(row.queries, queries);
    }
}
