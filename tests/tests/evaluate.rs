//! Phases of a finished run, loaded onto a die.

use e2e::binary::root;
use e2e::{Bench, DIGITS, TINY};
use runner::record::Summary;
use std::fs;

const EVALUATE: [&str; 4] = ["evaluate", "a.toml", "--phases", "out/phases.npz"];

/// What `fzero evaluate` with these options prints as JSON.
#[track_caller]
fn evaluated(bench: &Bench, options: &[&str]) -> Summary {
    let arguments = [&EVALUATE[..], &["--json"], options].concat();
    let ended = bench.fzero(&arguments).done();
    assert_eq!(ended.stderr, "");
    serde_json::from_str(&ended.stdout).unwrap()
}

#[test]
fn on_the_die_of_the_run_it_is_exactly_what_the_run_ended_with() {
    let process = "process.mesh = { splitter_error_sigma_rad = 0.01, coupler_loss_db = 0.1 }\n";
    let bench = Bench::new(&format!("{TINY}{process}chip.layers = 3\n"));
    let trained = bench.run("out", &["--die-seed", "4"]).summary();
    let before = bench.entries();
    let found = evaluated(&bench, &["--die-seed", "4"]);
    assert_eq!(found.layers, trained.layers);
    assert_eq!(
        (found.vote, &found.confusion),
        (trained.vote, &trained.confusion)
    );
    assert_eq!(found.parameters, trained.parameters);
    assert_eq!([found.train_samples, found.test_samples], DIGITS);
    assert_eq!(
        (found.die_seed, found.access),
        (Some(4), fzero::Access::ForwardOnly)
    );
    assert_eq!(found.config_hash, trained.config_hash);
    assert_eq!(found.phases.as_deref(), Some("out/phases.npz"));
    assert_eq!(trained.phases, None);
    // Each layer set once, each image sent once.
    let used = found.ledger.evaluation;
    assert_eq!(
        (used.programmings, used.queries, used.passes),
        (3, 1797, 3 + 1)
    );
    assert_eq!(found.ledger.total(), used);
    assert_eq!(
        bench.entries(),
        before,
        "an evaluation has written something"
    );
    // The folder's own configuration does as well, and threads change nothing.
    let own = [
        "evaluate",
        "out/config.toml",
        "--phases",
        "out/phases.npz",
        "--json",
    ];
    for threads in ["1", "2"] {
        let ended = bench.fzero(&[&own[..], &["--threads", threads]].concat());
        let again: Summary = serde_json::from_str(&ended.done().stdout).unwrap();
        let expected = Summary {
            elapsed_s: again.elapsed_s,
            threads: again.threads,
            ..found.clone()
        };
        assert_eq!(again, expected);
    }
}

#[test]
fn the_table_is_that_of_a_run_with_the_cost_on_the_bench() {
    let detector = "process.detector.noise = true\n";
    let bench = Bench::new(&format!("{TINY}{detector}"));
    bench.run("out", &[]);
    let ended = bench.fzero(&EVALUATE).done();
    for line in [
        "sample queries  1,797",
        "programmings    2",
        "bench time      898 ns: integration 898 ns; not stated: settling",
        "phases          out/phases.npz, on die 0",
    ] {
        assert!(
            ended.stdout.lines().any(|found| found == line),
            "{line}\n{}",
            ended.stdout
        );
    }
    for word in ["layer 1", "layer 2", "vote", "standard error"] {
        assert!(ended.stdout.contains(word), "{word}\n{}", ended.stdout);
    }
}

#[test]
fn phases_of_a_perfect_twin_lose_accuracy_on_a_die_with_splitter_errors() {
    let experiment = fs::read_to_string(root().join("configs/run/digits.toml")).unwrap();
    let bench = Bench::new(&experiment);
    let short = [
        "--set",
        "training.epochs=150",
        "--set",
        "training.evaluate_every=0",
    ];
    let twin = bench.run("out", &short).summary().vote.test.unwrap();
    assert!(twin > 0.8, "{twin}");
    let on_die = |die: &str, sigma: &str| {
        let sigma = format!("process.mesh.splitter_error_sigma_rad={sigma}");
        let found = evaluated(&bench, &["--die-seed", die, "--set", &sigma]);
        found.vote.test.unwrap()
    };
    // Another die of a process without errors is the same chip.
    assert_eq!(on_die("7", "0"), twin);
    for die in ["7", "8"] {
        let [fair, poor] = ["0.02", "0.1"].map(|sigma| on_die(die, sigma));
        assert!(poor < twin - 0.3 && poor < fair, "{twin} {fair} {poor}");
    }
}

#[test]
fn what_cannot_be_loaded_is_one_line_and_exit_code_2() {
    let bench = Bench::new(TINY);
    let whole = bench.run("out", &[]).bytes("phases.npz");
    fs::write(bench.path().join("short.npz"), &whole[..whole.len() / 2]).unwrap();
    fs::write(bench.path().join("text.npz"), "no archive").unwrap();
    let mut damaged = whole.clone();
    // Within the numbers of the first array.
    damaged[1000] ^= 0x10;
    fs::write(bench.path().join("damaged.npz"), damaged).unwrap();
    let before = bench.entries();
    let finished = "\n  help: give the phases.npz of a finished run\n";
    let cases: [(&str, &[&str], String); 7] = [
        (
            "none.npz",
            &[],
            format!("none.npz: cannot be read: No such file or directory (os error 2){finished}"),
        ),
        ("out", &[], "out: a folder, a file is needed\n  help: give the phases.npz in it: out/phases.npz\n".into()),
        ("text.npz", &[], "text.npz: not an .npz archive: ".into()),
        ("short.npz", &[], "short.npz: not an .npz archive: ".into()),
        ("damaged.npz", &[], "damaged.npz: layer0_theta: cannot be read: ".into()),
        (
            "out/phases.npz",
            &["--set", "chip.layers=1"],
            "out/phases.npz: holds 2 layers, the chip has 1\n  help: set chip.layers=2, or give the \
             phases of 1 layer\n"
                .into(),
        ),
        (
            "out/phases.npz",
            &["--set", "chip.ports=65"],
            "out/phases.npz: layer0_theta: has the shape (2016,), (2080,) is needed\n  help: load it \
             onto the chip that it was trained for: chip.ports, chip.mesh and chip.readout of its \
             config.toml\n"
                .into(),
        ),
    ];
    for (file, options, expected) in cases {
        let arguments = [&["evaluate", "a.toml", "--phases", file], options].concat();
        let ended = bench.fzero(&arguments);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{}",
            ended.stderr
        );
        assert!(ended.stderr.starts_with(&expected), "{}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 2, "{}", ended.stderr);
        assert!(ended.stderr.contains("\n  help: "), "{}", ended.stderr);
    }
    // The configuration is checked as for a run, and the file must be named.
    let ended = bench.fzero(&[
        "evaluate",
        "a.toml",
        "--phases",
        "x",
        "--set",
        "chip.prots=1",
    ]);
    assert!(
        ended.stderr.contains("did you mean chip.ports?"),
        "{}",
        ended.stderr
    );
    let ended = bench.fzero(&["evaluate", "a.toml"]);
    assert!(
        ended.stderr.contains("--phases <PHASES.npz>"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.code, Some(2));
    assert_eq!(bench.entries(), before);
}
