//! From a sweep to a verdict: rows that `fzero sweep` wrote, not a test.

use crate::check;
use e2e::{Bench, binary};
use runner::config::Sweep;
use runner::record::baseline::BaselineFile;
use std::collections::BTreeSet;
use std::fs;

/// Two settings on three dies, two trainings each. Long enough that a tenth of it is far worse.
const SWEEP: &str = "\
name = \"gate\"
dies = 3
trainings = 2

[set]
data.set = \"digits\"
chip.readout.kind = \"signed\"
training.epochs = 40
training.evaluate_every = 0
training.estimator.smoothing_radius_rad = 0.1
training.goal.kind = \"softmax\"
training.goal.temperature = 0.1
training.optimizer.learning_rate = 0.003
training.optimizer.schedule = \"cosine\"

[[axis]]
key = \"process.mesh.splitter_error_sigma_rad\"
values = [0.01, 0.03]
";

const LIMITS: [&str; 4] = ["--max-queries-ratio", "1", "--max-memory-ratio", "1"];

/// The sweep, and its results as the baseline `base.json`.
fn bench() -> Bench {
    let bench = Bench::new(SWEEP);
    sweep(&bench, "before", &[]);
    check(&bench, "before", &["--update"]).done();
    bench
}

fn sweep(bench: &Bench, out: &str, options: &[&str]) {
    let arguments = [&["sweep", "a.toml", "--quiet", "--out", out], options].concat();
    bench.fzero(&arguments).done();
}

#[test]
fn a_rerun_passes_and_its_costs_are_decided() {
    let bench = bench();
    sweep(&bench, "now", &["--threads", "1"]);
    let text = check(&bench, "now", &LIMITS).done().stdout;
    assert!(
        text.ends_with("\npass: 6 pass, 0 fail, 0 undecided\n"),
        "{text}"
    );
    assert!(text.contains(" MiB"), "{text}");
}

/// Few runs on other dies with other seeds: as good, or too few to tell.
#[test]
fn fresh_dies_and_seeds_do_not_fail() {
    let bench = bench();
    fs::write(
        bench.path().join("a.toml"),
        SWEEP
            .replace("dies = 3", "die_seeds = [20, 21, 22]")
            .replace("trainings = 2", "seeds = [30, 31]"),
    )
    .unwrap();
    sweep(&bench, "now", &[]);
    let ended = check(&bench, "now", &LIMITS);
    let last = ended.stdout.lines().last().unwrap_or_default().to_owned();
    match ended.code {
        Some(0) => assert!(last.starts_with("pass: "), "{}", ended.stdout),
        Some(2) => assert!(last.starts_with("undecided: "), "{}", ended.stdout),
        _ => panic!("{}{}", ended.stdout, ended.stderr),
    }
}

#[test]
fn a_shorter_training_is_another_configuration_and_its_rows_are_worse() {
    let bench = bench();
    sweep(&bench, "short", &["--set", "training.epochs=4"]);
    let ended = check(&bench, "short", &[]);
    assert_eq!(
        ended.stderr.trim_end(),
        "base.json: of another configuration than short/config.toml: training.epochs = 40 there, 4 here\n  help: if \
         the change is meant, make the results the baseline with --update"
    );
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    // As a program that trains worse would leave it: the baseline's configuration beside these rows.
    let config = bench.path().join("before/config.toml");
    fs::copy(config, bench.path().join("short/config.toml")).unwrap();
    let ended = check(&bench, "short", &[]);
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    assert!(
        ended
            .stdout
            .ends_with("\nFAIL: 0 pass, 2 fail, 0 undecided\n"),
        "{}",
        ended.stdout
    );
}

/// The job for CI, with a sweep and a baseline of one's own.
#[cfg(unix)]
#[test]
fn the_script_for_ci_sweeps_anew_and_checks() {
    let bench = bench();
    let script = || {
        let mut command = std::process::Command::new(binary::root().join("configs/ci/check.sh"));
        command
            .current_dir(bench.path())
            .env("FZERO", binary::path())
            .env("SWEEP", "a.toml")
            .env("BASELINE", "base.json")
            .env("OUT", "ci out")
            .env_remove("OPTIONS");
        e2e::ended(&mut command)
    };
    let ended = script().done();
    assert!(ended.stdout.contains("pass: 6 pass"), "{}", ended.stdout);
    let junit = fs::read_to_string(bench.path().join("ci out/check.xml")).unwrap();
    assert!(
        junit.contains("tests=\"6\" failures=\"0\" errors=\"0\""),
        "{junit}"
    );
    // What an earlier program left does not count: rows that say otherwise are not taken over.
    let parts = bench.path().join("ci out/sweep/parts/rows-1-of-1.jsonl");
    let rows = fs::read_to_string(&parts).unwrap();
    fs::write(&parts, rows.replace("\"vote\":0.", "\"vote\":0.0")).unwrap();
    script().done();
    // Its exit code is that of the check.
    let worse = fs::read_to_string(bench.path().join("base.json")).unwrap();
    fs::write(
        bench.path().join("base.json"),
        worse.replace("\"n\": 6", "\"n\": 7"),
    )
    .unwrap();
    let ended = script();
    assert_eq!(ended.code, Some(2), "{}{}", ended.stdout, ended.stderr);
}

/// Settings, dies and seeds of the shipped baseline are those of the shipped sweep.
#[test]
fn the_shipped_baseline_is_of_the_shipped_sweep() {
    let folder = binary::root().join("configs/ci");
    let sweep = Sweep::read(&folder.join("noise_digits.toml"), &[])
        .unwrap_or_else(|error| panic!("{}", error.report()));
    let file = BaselineFile::read(&folder.join("baseline.json"))
        .unwrap_or_else(|problem| panic!("{}", problem.why));
    let mut planned = BTreeSet::new();
    for number in 0..sweep.runs() {
        let run = sweep.run(number);
        let point = serde_json::to_string(&run.setting.point).unwrap();
        planned.insert((point, run.die_seed, run.seed));
    }
    let mut stored = BTreeSet::new();
    for setting in &file.baseline.settings {
        let point = serde_json::to_string(&setting.point).unwrap();
        for run in &setting.runs {
            stored.insert((point.clone(), run.die_seed, run.seed));
            assert!(run.memory_estimate_bytes.is_some());
        }
    }
    assert_eq!(stored, planned);
    // One run of it is enough to see that the configuration is the same.
    let bench = Bench::new("");
    let sweep = folder.join("noise_digits.toml");
    let share = [
        "sweep",
        sweep.to_str().unwrap(),
        "--quiet",
        "--out",
        "out",
        "--shard",
        "1/80",
    ];
    bench.fzero(&share).done();
    bench.fzero(&["sweep", "--merge", "out"]);
    let baseline = folder.join("baseline.json");
    let ended = bench.fzero(&["check", "out", "--baseline", baseline.to_str().unwrap()]);
    assert_eq!(ended.code, Some(2), "one run of 80: undecided");
    assert!(
        ended.stdout.contains("\nundecided: "),
        "{}{}",
        ended.stdout,
        ended.stderr
    );
}
