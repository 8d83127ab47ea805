//! Rows that are cut off, doubled, or no rows.

use crate::{GOOD, bench, check, refused, rows, write};
use serde_json::json;
use std::fs;

#[test]
fn a_row_that_is_cut_off_is_left_out_and_noted() {
    let bench = bench();
    write(&bench, "now", &rows(0, &GOOD, 0));
    let path = bench.path().join("now/rows.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() - 40]).unwrap();
    let ended = check(&bench, "now", &[]).done();
    assert_eq!(
        ended.stderr,
        "note: now/rows.jsonl:20: the last row is cut off and left out; start the sweep again to redo it\n"
    );
    assert!(ended.stdout.contains("(9)"), "{}", ended.stdout);
    // A whole one is kept also without its line end.
    fs::write(&path, text.trim_end()).unwrap();
    let ended = check(&bench, "now", &[]).done();
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_wrong_row_elsewhere_is_refused_with_its_line() {
    let bench = bench();
    const HELP: &str =
        "\n  help: give the folder of a fzero sweep, or a file with a row per run: docs/check.md";
    let all = rows(0, &GOOD, 0);
    write(&bench, "now", &all);
    let path = bench.path().join("now/rows.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"vote\":0.95", "\"vote\":NaN", 1)).unwrap();
    let ended = check(&bench, "now", &[]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.starts_with("now/rows.jsonl:1: no row: "),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.trim_end().ends_with(HELP), "{}", ended.stderr);
    let mut wrong = all.clone();
    wrong[2]["accuracy"]["vote"] = json!(1.5);
    write(&bench, "now", &wrong);
    refused(
        &bench,
        "now",
        &[],
        "now/rows.jsonl:3: accuracy 1.5: not 0 to 1\n  help: run it again",
    );
    let mut wrong = all.clone();
    wrong[2].as_object_mut().unwrap().remove("seed");
    write(&bench, "now", &wrong);
    let ended = check(&bench, "now", &[]);
    assert!(
        ended
            .stderr
            .starts_with("now/rows.jsonl:3: no row: missing field `seed`"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_run_counts_once() {
    let bench = bench();
    let mut all = rows(0, &GOOD, 0);
    let mut again = all[4].clone();
    again["elapsed_s"] = json!(9.0);
    all.push(again);
    write(&bench, "now", &all);
    let ended = check(&bench, "now", &[]).done();
    assert_eq!(
        ended.stderr,
        "note: now/rows.jsonl:21: the same run as before, left out\n"
    );
    all[20]["accuracy"]["vote"] = json!(0.5);
    write(&bench, "now", &all);
    refused(
        &bench,
        "now",
        &[],
        "now/rows.jsonl:21: seed 0 on die 4 is there before, with another result\n  help: results of different \
         programs or machines do not belong together: check one of them",
    );
}

#[test]
fn nothing_to_check() {
    let bench = bench();
    write(&bench, "now", &[]);
    refused(
        &bench,
        "now",
        &[],
        "now/rows.jsonl: no rows: there is nothing to check\n  help: let fzero sweep finish first",
    );
    fs::create_dir(bench.path().join("empty")).unwrap();
    refused(
        &bench,
        "empty",
        &[],
        "empty: neither rows.jsonl nor summary.json in it\n  help: give the folder of a fzero sweep or a fzero \
         run that has ended",
    );
    let ended = check(&bench, "no", &[]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.starts_with("no: cannot be read: "),
        "{}",
        ended.stderr
    );
}

#[test]
fn accuracy_and_r2_are_not_mixed() {
    let bench = bench();
    let mut all = rows(0, &GOOD, 0);
    for row in &mut all {
        row["score"] = json!("r2");
        row["accuracy"]["layers"] = json!([-3.5, 0.9]);
    }
    write(&bench, "now", &all);
    refused(
        &bench,
        "now",
        &[],
        "base.json: of another figure of merit: accuracy on one side, R^2 on the other\n  help: if the change \
         is meant, make the results the baseline with --update",
    );
    check(&bench, "now", &["--update"]).done();
    let text = check(&bench, "now", &[]).done().stdout;
    assert!(
        text.contains("test R^2 of the network: mean") && text.contains("0.950 ± 0.008 (10)"),
        "{text}"
    );
    all[0]["score"] = json!("accuracy");
    all[0]["accuracy"]["layers"] = json!([0.9]);
    write(&bench, "now", &all);
    let ended = check(&bench, "now", &[]);
    let start = "now/rows.jsonl:2: accuracies and R^2 cannot be checked together";
    assert!(ended.stderr.starts_with(start), "{}", ended.stderr);
}
