//! Options: which accuracy, and what it may cost.

use crate::{GOOD, bench, check, report, rows, write};
use serde_json::json;

#[test]
fn the_last_layer_is_checked_apart_from_the_vote() {
    let bench = bench();
    let mut all = rows(0, &GOOD, 0);
    for row in &mut all {
        let last = row["accuracy"]["last"].as_f64().unwrap();
        row["accuracy"]["last"] = json!(last - 0.1);
    }
    write(&bench, "now", &all);
    check(&bench, "now", &[]).done();
    assert_eq!(check(&bench, "now", &["--measure", "last"]).code, Some(1));
}

#[test]
fn more_queries_fail_where_they_are_limited() {
    let bench = bench();
    let mut all = rows(0, &GOOD, 0);
    for row in &mut all[10..] {
        row["queries"] = json!(1100);
    }
    write(&bench, "now", &all);
    check(&bench, "now", &[]).done();
    check(&bench, "now", &["--max-queries-ratio", "1.1"]).done();
    let (found, code) = report(&bench, "now", &["--max-queries-ratio", "1.05"]);
    assert_eq!(code, Some(1));
    assert_eq!(found["costs"][0]["verdict"], "pass");
    assert_eq!(found["costs"][1]["verdict"], "fail");
    assert_eq!(found["costs"][1]["ratio"], 1.1);
    assert_eq!(found["settings"][1]["verdict"], "pass");
}

#[test]
fn time_is_judged_by_statistics_and_memory_must_be_there() {
    let bench = bench();
    let mut all = rows(0, &GOOD, 0);
    all[0]["elapsed_s"] = json!(60.0);
    write(&bench, "now", &all);
    // One run of ten took thirty times as long: by luck, for all that is known.
    let ended = check(&bench, "now", &["--max-time-ratio", "1.2"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("the times vary too much to tell"),
        "{}",
        ended.stdout
    );
    for row in &mut all {
        row["elapsed_s"] = json!(3.0);
    }
    write(&bench, "now", &all);
    assert_eq!(
        check(&bench, "now", &["--max-time-ratio", "1.2"]).code,
        Some(1)
    );
    check(&bench, "now", &["--max-time-ratio", "1.6"]).done();
    let ended = check(&bench, "now", &["--max-memory-ratio", "1.2"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stdout.contains("memory not known on both sides"),
        "{}",
        ended.stdout
    );
    for row in &mut all {
        row["memory_bytes"] = json!(1_000_000);
    }
    write(&bench, "now", &all);
    check(&bench, "now", &["--update"]).done();
    all[0]["memory_bytes"] = json!(9_000_000);
    write(&bench, "now", &all);
    assert_eq!(
        check(&bench, "now", &["--max-memory-ratio", "1.2"]).code,
        Some(1)
    );
}

#[test]
fn wrong_options_are_refused() {
    let bench = bench();
    for options in [
        &["--margin", "-1"][..],
        &["--margin", "nan"],
        &["--detect", "0"],
        &["--confidence", "1"],
        &["--confidence", "0.4"],
        &["--max-time-ratio", "0"],
        &["--update", "--junit", "a.xml"],
        &["--annotations-file", "a.json"],
        &["--junit", "base.json"],
        &["--junit", "no/a.xml"],
    ] {
        let before = bench.entries();
        let ended = check(&bench, "before", options);
        assert_eq!(ended.code, Some(2), "{options:?}");
        assert_eq!(ended.stdout, "");
        assert_eq!(bench.entries(), before, "{options:?}");
    }
}
