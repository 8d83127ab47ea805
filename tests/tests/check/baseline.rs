//! Writing a baseline, and what it must be to be compared with.

use crate::{CONFIG, GOOD, bench, check, refused, report, rows, write};
use e2e::{Bench, TINY};
use runner::record::baseline::Baseline;
use serde_json::{Value, json};
use std::fs;

fn edited(bench: &Bench, edit: impl Fn(&mut Value)) {
    let path = bench.path().join("base.json");
    let mut value: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    edit(&mut value);
    fs::write(path, serde_json::to_string_pretty(&value).unwrap()).unwrap();
}

#[test]
fn a_baseline_says_where_it_comes_from() {
    let bench = bench();
    let text = fs::read_to_string(bench.path().join("base.json")).unwrap();
    let baseline: Baseline = serde_json::from_str(&text).unwrap();
    assert_eq!(baseline.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(baseline.results, ["before/rows.jsonl"]);
    assert!(baseline.written.ends_with('Z'));
    assert_eq!(baseline.config_hash.unwrap().len(), 64);
    // Neither seeds, nor the name, nor what the settings vary.
    let config = baseline.config.unwrap();
    assert_eq!(
        config.keys().collect::<Vec<_>>(),
        ["chip.ports", "training.epochs"]
    );
    assert_eq!(baseline.settings.len(), 2);
    for setting in &baseline.settings {
        assert_eq!(
            (setting.n, setting.runs.len(), setting.test_images),
            (10, 10, 360)
        );
        assert!((setting.mean - 342.0 / 360.0).abs() < 1e-15);
        // Squares of the deviations in images: 70.
        let sd = (70.0_f64 / 9.0).sqrt() / 360.0;
        assert!((setting.sd.unwrap() - sd).abs() < 1e-14);
    }
    // Another one takes its place whole.
    write(&bench, "now", &rows(0, &GOOD[..5], 0));
    let shown = check(&bench, "now", &["--update"]).done();
    assert!(shown.stdout.contains("(5)"), "{}", shown.stdout);
    let text = fs::read_to_string(bench.path().join("base.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<Baseline>(&text).unwrap().settings[0].n,
        5
    );
}

#[test]
fn of_another_configuration_it_is_refused_with_the_keys() {
    let bench = bench();
    let config = CONFIG
        .replace("epochs = 50", "epochs = 60")
        .replace("ports = 64", "ports = 64\nlayers = 3");
    write(&bench, "now", &rows(0, &GOOD, 0));
    fs::write(bench.path().join("now/config.toml"), &config).unwrap();
    refused(
        &bench,
        "now",
        &["--junit", "check.xml"],
        "base.json: of another configuration than now/config.toml: chip.layers = absent there, 3 here; \
         training.epochs = 50 there, 60 here\n  help: if the change is meant, make the results the baseline \
         with --update",
    );
    // Seeds and names are free.
    let config = CONFIG
        .replace("seed = 0", "seed = 9")
        .replace("\"a\"", "\"b\"");
    fs::write(bench.path().join("now/config.toml"), config).unwrap();
    check(&bench, "now", &[]).done();
    // Without one nothing can be said, which is said.
    fs::remove_file(bench.path().join("now/config.toml")).unwrap();
    let ended = check(&bench, "now", &[]).done();
    assert!(
        ended
            .stderr
            .starts_with("note: no config.toml beside now/rows.jsonl"),
        "{}",
        ended.stderr
    );
}

#[test]
fn results_of_two_configurations_are_not_one() {
    let bench = bench();
    write(&bench, "a", &rows(0, &GOOD, 0));
    write(&bench, "b", &rows(20, &GOOD, 0));
    bench
        .fzero(&["check", "a", "b", "--baseline", "base.json"])
        .done();
    fs::write(
        bench.path().join("b/config.toml"),
        CONFIG.replace("50", "60"),
    )
    .unwrap();
    let ended = bench.fzero(&["check", "a", "b", "--baseline", "base.json"]);
    assert_eq!(ended.code, Some(2));
    let start = "b/config.toml: another configuration than a/config.toml: training.epochs = 50 there, 60 here";
    assert!(ended.stderr.starts_with(start), "{}", ended.stderr);
}

#[test]
fn an_empty_damaged_or_foreign_baseline_is_refused() {
    let bench = bench();
    let anew = "\n  help: write it anew with --update: a baseline is not to be edited";
    edited(&bench, |value| {
        value["settings"][1]["runs"][0]["accuracy"]["vote"] = json!(0.5)
    });
    let text = fs::read_to_string(bench.path().join("base.json")).unwrap();
    let line = text
        .lines()
        .enumerate()
        .filter(|(_, l)| l.contains("\"point\""))
        .nth(1)
        .unwrap()
        .0
        + 1;
    let ended = check(&bench, "before", &[]);
    let start = format!("base.json:{line}: mean = 0.94");
    assert!(ended.stderr.starts_with(&start), "{}", ended.stderr);
    assert!(ended.stderr.contains(", but that of its runs is 0.90"));
    assert!(ended.stderr.trim_end().ends_with(anew));
    edited(&bench, |value| value["settings"][1]["n"] = json!(3));
    refused(
        &bench,
        "before",
        &[],
        &format!("base.json:{line}: n = 3, but 10 runs{anew}"),
    );
    edited(&bench, |value| {
        value["settings"][1]["runs"][0]["accuracy"]["vote"] = json!(null)
    });
    let ended = check(&bench, "before", &[]);
    assert_eq!(ended.code, Some(2));
    edited(&bench, |value| value["settings"] = json!([]));
    refused(
        &bench,
        "before",
        &[],
        "base.json: no settings: there is nothing to compare with\n  help: write it anew with --update",
    );
    edited(&bench, |value| value["format_version"] = json!(2));
    refused(
        &bench,
        "before",
        &[],
        "base.json: format_version = 2: this fzero reads 1\n  help: use the fzero that wrote it, or write it \
         anew with --update",
    );
    fs::write(bench.path().join("base.json"), "{}").unwrap();
    let ended = check(&bench, "before", &[]);
    assert!(
        ended
            .stderr
            .starts_with("base.json: no baseline of fzero check: missing field"),
        "{}",
        ended.stderr
    );
    fs::remove_file(bench.path().join("base.json")).unwrap();
    let ended = check(&bench, "before", &[]);
    assert_eq!(ended.code, Some(2));
    let end = "help: write a baseline with fzero check RESULTS --baseline FILE --update";
    assert!(ended.stderr.trim_end().ends_with(end), "{}", ended.stderr);
}

#[test]
fn of_another_version_it_is_compared_and_noted() {
    let bench = bench();
    edited(&bench, |value| value["version"] = json!("0.0.9"));
    let ended = check(&bench, "before", &[]).done();
    let note = format!(
        "note: base.json: written by fzero 0.0.9, this is {}\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(ended.stderr, note);
}

#[test]
fn failed_runs_make_no_baseline() {
    let bench = bench();
    let mut all = rows(0, &GOOD, 0);
    all[0]["accuracy"] = json!(null);
    all[0]["error"] = json!("no memory");
    write(&bench, "now", &all);
    refused(
        &bench,
        "now",
        &["--update"],
        "--update: process.mesh.splitter_error_sigma_rad = 0.005: die 0, seed 0: failed: no memory\n  help: a \
         baseline is made of runs that ended well: start the sweep again, or mend its cause",
    );
}

/// Folders of `fzero run` are runs like any others.
#[test]
fn real_runs_make_a_baseline_and_pass_it() {
    let bench = Bench::new(TINY);
    let folders = ["r0", "r1", "r2"];
    for (seed, folder) in folders.iter().enumerate() {
        bench.run(folder, &["--seed", &seed.to_string()]);
    }
    let arguments = [&["check"], &folders[..], &["--baseline", "base.json"]].concat();
    bench
        .fzero(&[&arguments[..], &["--update"]].concat())
        .done();
    let ended = bench
        .fzero(&[&arguments[..], &["--detect", "20", "--json"]].concat())
        .done();
    assert_eq!(ended.stderr, "");
    let found: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(found["settings"][0]["setting"], "");
    assert_eq!(found["settings"][0]["now"]["seeds"], 3);
    assert_eq!(found["settings"][0]["now"]["dies"], 1);
    // Trained for longer, it is another experiment.
    bench.run("longer", &["--set", "training.epochs=3"]);
    let ended = bench.fzero(&["check", "longer", "--baseline", "base.json"]);
    let why = "of another configuration than longer/config.toml: training.epochs = 2 there, 3 here";
    assert!(ended.stderr.contains(why), "{}", ended.stderr);
    let (report, code) = report(&bench, "r1", &["--detect", "20"]);
    assert_eq!(code, Some(0), "{report}");
}
