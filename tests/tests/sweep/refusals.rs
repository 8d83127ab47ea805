//! What is refused, with exit code 2 and nothing written.

use super::SMALL;
use e2e::Bench;
use std::fs;

#[track_caller]
fn refused(text: &str, options: &[&str], expected: &[&str]) {
    let bench = Bench::new(text);
    let arguments = [&["sweep", "a.toml", "--out", "out"], options].concat();
    let ended = bench.fzero(&arguments);
    assert_eq!(ended.code, Some(2), "{}{}", ended.stdout, ended.stderr);
    for part in expected {
        assert!(ended.stderr.contains(part), "{part}\n{}", ended.stderr);
    }
    assert_eq!(bench.entries(), ["a.toml"]);
}

#[test]
fn axes_that_the_experiment_does_not_have_or_take() {
    refused(
        &SMALL.replace("splitter_error_sigma_rad", "splitter_eror_sigma_rad"),
        &[],
        &[
            "a.toml:10: axis[0].key = \"process.mesh.splitter_eror_sigma_rad\": unknown key",
            "help: did you mean process.mesh.splitter_error_sigma_rad?",
        ],
    );
    refused(
        &SMALL.replace("0.05]", "\"large\"]"),
        &[],
        &[
            "a.toml:11: process.mesh.splitter_error_sigma_rad = \"large\": a number is needed, found text (rad, 0 to ",
        ],
    );
    refused(
        &SMALL.replace("0.05]", "0.02]"),
        &[],
        &["setting 4 is the same experiment as setting 2"],
    );
    refused(
        SMALL,
        &["--set", "training.optimizer.learning_rate=1"],
        &["--set: training.optimizer.learning_rate = 1: axis[1] gives this key its values"],
    );
}

#[test]
fn absurd_grids() {
    let text = SMALL.replace("dies = 2", "dies = 1_000_000\ntrainings = 1_000");
    refused(
        &text,
        &[],
        &[
            "6 settings x 1000000 dies x 1000 trainings are 6,000,000,000 runs",
            "limits.runs = 10000",
        ],
    );
}

#[test]
fn folders_of_something_else() {
    let bench = Bench::new(SMALL);
    let sweep = |options: &[&str]| {
        bench.fzero(
            &[
                &[
                    "sweep", "a.toml", "--quiet", "--out", "out", "--shard", "12/12",
                ],
                options,
            ]
            .concat(),
        )
    };
    sweep(&[]).done();
    let before = bench.entries();
    let other = sweep(&["--set", "training.epochs=2"]);
    assert_eq!(other.code, Some(2));
    assert!(
        other
            .stderr
            .contains("out: holds another sweep: its experiment differ"),
        "{}",
        other.stderr
    );
    assert_eq!(bench.entries(), before);
    fs::create_dir(bench.path().join("mine")).unwrap();
    fs::write(bench.path().join("mine/thesis.tex"), "").unwrap();
    let mine = bench.fzero(&["sweep", "a.toml", "--out", "mine"]);
    assert_eq!(mine.code, Some(2));
    assert!(
        mine.stderr
            .contains("mine: not empty, and no sweep of fzero"),
        "{}",
        mine.stderr
    );
    for option in ["--merge", "--status"] {
        let none = bench.fzero(&["sweep", option, "mine"]);
        assert_eq!(none.code, Some(2));
        assert!(
            none.stderr
                .contains("mine: no sweep: there is no sweep.json in it"),
            "{}",
            none.stderr
        );
    }
}

#[test]
fn slurm_where_there_is_none() {
    let bench = Bench::new(SMALL);
    let script = bench
        .fzero(&[
            "sweep",
            "a.toml",
            "--out",
            "out",
            "--slurm",
            "--dry-run",
            "--tasks",
            "99",
            "--partition",
            "cpu",
        ])
        .done()
        .stdout;
    assert!(
        script.starts_with("#!/bin/sh\n#SBATCH --job-name=small\n#SBATCH --array=1-12\n"),
        "{script}"
    );
    assert!(
        script.contains("--shard \"$SLURM_ARRAY_TASK_ID/12\""),
        "{script}"
    );
    assert_eq!(bench.entries(), ["a.toml"]);
    let mut command = bench.command(&["sweep", "a.toml", "--out", "out", "--slurm"]);
    let ended = e2e::ended(command.env("PATH", ""));
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .contains("job.sh cannot be submitted: sbatch: "),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("help: run this where sbatch is"),
        "{}",
        ended.stderr
    );
}
