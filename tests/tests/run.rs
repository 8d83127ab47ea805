//! A whole run, and what it leaves.

use e2e::{Bench, DIGITS, Results, TINY};
use fzero::{Ledger, Purpose, Stop};
use npyz::npz::NpzArchive;
use runner::record::Summary;
use std::collections::BTreeMap;

const FILES: [&str; 6] = [
    "checkpoint.json",
    "config.toml",
    "manifest.json",
    "metrics.jsonl",
    "phases.npz",
    "summary.json",
];

const PORTS: usize = 64;
const MZIS: usize = PORTS * (PORTS - 1) / 2;

#[test]
fn leaves_exactly_its_files_and_a_line_of_metrics_per_epoch_and_layer() {
    let bench = Bench::new(TINY);
    let options = [
        "--set",
        "training.evaluate_every=2",
        "--set",
        "training.epochs=3",
    ];
    let results = bench.run("out", &options);
    assert_eq!(results.names(), FILES);
    assert_eq!(bench.entries().len(), 2 + FILES.len());
    let lines = results.metrics();
    let found: Vec<_> = lines
        .iter()
        .map(|line| (line.epoch.layer, line.epoch.epoch))
        .collect();
    assert_eq!(found, [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3)]);
    let mut before = 0.0;
    for line in &lines {
        let epoch = &line.epoch;
        // Every second epoch and the last.
        let evaluated = epoch.epoch > 1;
        assert_eq!(epoch.train_accuracy.is_some(), evaluated);
        assert_eq!(epoch.test_accuracy.is_some(), evaluated);
        assert!((0.0..=2.0).contains(&epoch.loss), "1 - cosine");
        // A fixed radius is not chosen by measurement, so no noise is known.
        assert!(epoch.radius > Some(0.0) && epoch.difference_snr.is_none());
        assert!(line.elapsed_s >= before);
        before = line.elapsed_s;
    }
    for line in results.text("metrics.jsonl").lines() {
        let line: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        let keys: Vec<_> = line.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "batch_accuracy",
                "difference_snr",
                "elapsed_s",
                "epoch",
                "gradient_norm",
                "layer",
                "learning_rate",
                "ledger",
                "loss",
                "radius",
                "test_accuracy",
                "train_accuracy",
            ]
        );
    }
}

/// The number that follows `label` in the report of a dry run.
#[track_caller]
fn announced(report: &str, label: &str) -> u64 {
    let line = report
        .lines()
        .find_map(|line| line.strip_prefix(&format!("# {label} ")));
    let line = line.unwrap_or_else(|| panic!("no {label} in:\n{report}"));
    let number = line.trim_start().split(' ').next().unwrap();
    number.replace(',', "").parse().unwrap()
}

#[test]
fn spends_exactly_what_a_dry_run_announces() {
    for setting in [
        "training.evaluate_every = 0",
        "training.estimator = { kind = \"one-sided\", directions = 3 }",
        "training.batch = 1000",
    ] {
        let bench = Bench::new(&format!("{TINY}{setting}\n"));
        let report = bench.fzero(&["run", "a.toml", "--dry-run"]).done();
        assert_eq!(
            bench.entries(),
            ["a.toml"],
            "a dry run has written something"
        );
        let results = bench.run("out", &[]);
        let ledger = results.summary().ledger;
        let report = &report.stdout;
        assert_eq!(
            announced(report, "sample queries"),
            ledger.total_queries(),
            "{setting}"
        );
        assert_eq!(
            announced(report, "programmings"),
            ledger.total_programmings(),
            "{setting}"
        );
        assert_eq!(
            announced(report, "parameters"),
            results.summary().parameters as u64
        );
        assert_eq!(ledger, results.checkpoint().ledger);
        // After the last epoch comes the final evaluation: both sets once, in chunks of 512.
        let mut last: Ledger = results.metrics().pop().unwrap().epoch.ledger;
        let evaluation = last.of_mut(Purpose::Evaluation);
        evaluation.queries += DIGITS.iter().sum::<usize>() as u64;
        evaluation.passes += 3 + 1;
        assert_eq!(ledger, last, "{setting}");
    }
}

#[test]
fn the_archive_for_python_holds_the_checkpoint() {
    let bench = Bench::new(TINY);
    let results = bench.run(
        "out",
        &["--set", "chip.layers=3", "--set", "training.epochs=1"],
    );
    let checkpoint = results.checkpoint();
    assert_eq!(checkpoint.layers.len(), 3);
    let mut archive = NpzArchive::open(results.path().join("phases.npz")).unwrap();
    let names: Vec<_> = archive.array_names().map(str::to_owned).collect();
    assert_eq!(names.len(), 4 * checkpoint.layers.len(), "{names:?}");
    let mut array = |name: String| {
        let array = archive
            .by_name(&name)
            .unwrap()
            .unwrap_or_else(|| panic!("no {name}"));
        let shape = array.shape().to_vec();
        (shape, array.into_vec::<f64>().unwrap())
    };
    for (index, layer) in checkpoint.layers.iter().enumerate() {
        let lengths = [("theta", MZIS), ("phi", MZIS), ("gamma", PORTS)];
        let mut rest = &layer.parameters[..];
        for (name, length) in lengths {
            let (values, after) = rest.split_at(length);
            rest = after;
            let expected = (vec![length as u64], values.to_vec());
            assert_eq!(array(format!("layer{index}_{name}")), expected);
        }
        assert!(rest.is_empty());
        let expected = (
            vec![10, PORTS as u64 / 2],
            layer.prototypes[0].rows().to_vec(),
        );
        assert_eq!(array(format!("layer{index}_prototypes")), expected);
    }
}

#[test]
fn json_is_the_summary_alone() {
    let bench = Bench::new(TINY);
    let ended = bench
        .fzero(&["run", "a.toml", "--json", "--out", "out"])
        .done();
    let printed: Summary = serde_json::from_str(&ended.stdout).unwrap();
    let kept = bench.results("out").summary();
    assert_eq!(printed, kept);
    assert_eq!(
        (kept.name.as_str(), kept.seed, kept.stopped),
        ("tiny", 0, Stop::Completed)
    );
    assert_eq!(kept.access, fzero::Access::ForwardOnly);
    assert_eq!([kept.train_samples, kept.test_samples], DIGITS);
    let counted: u32 = kept.confusion.iter().flatten().sum();
    assert_eq!(counted as usize, DIGITS[1]);
    let right: u32 = (0..10).map(|class| kept.confusion[class][class]).sum();
    assert_eq!(kept.vote.test, Some(f64::from(right) / DIGITS[1] as f64));
}

#[test]
fn progress_is_plain_lines_without_a_terminal_and_silent_when_quiet() {
    let bench = Bench::new(TINY);
    let ended = bench.fzero(&["run", "a.toml", "--out", "shown"]).done();
    assert!(!ended.stderr.contains(['\r', '\x1b']), "{:?}", ended.stderr);
    for layer in ["layer 1/2  epoch 2/2  loss ", "layer 2/2  epoch 2/2  loss "] {
        assert_eq!(
            ended
                .stderr
                .lines()
                .filter(|line| line.starts_with(layer))
                .count(),
            1
        );
    }
    for word in [
        "layer 1",
        "layer 2",
        "vote",
        "sample queries",
        "results         shown",
    ] {
        assert!(
            ended.stdout.contains(word),
            "no {word} in:\n{}",
            ended.stdout
        );
    }
    let ended = bench
        .fzero(&["run", "a.toml", "--out", "quiet", "--quiet"])
        .done();
    assert_eq!(ended.stderr, "");
    assert!(ended.stdout.contains("vote"));
}

#[test]
fn the_kept_configuration_runs_again_to_the_same_results() {
    let bench = Bench::new(TINY);
    let options = [
        "--seed",
        "5",
        "--die-seed",
        "6",
        "--set",
        "process.mesh.coupler_loss_db=0.1",
    ];
    let first = bench.run("first", &options);
    let manifest = first.manifest();
    assert_eq!((manifest.seed, manifest.die_seed), (5, Some(6)));
    assert!(first.text("config.toml").contains(&manifest.config_hash));
    let arguments = ["run", "first/config.toml", "--quiet", "--out", "second"];
    bench.fzero(&arguments).done();
    let second = bench.results("second");
    assert_eq!(second.manifest().config_hash, manifest.config_hash);
    assert_eq!(second.text("config.toml"), first.text("config.toml"));
    assert_eq!(second.metrics_without_time(), first.metrics_without_time());
    assert_eq!(
        second.bytes("checkpoint.json"),
        first.bytes("checkpoint.json")
    );
}

#[test]
fn without_out_each_run_gets_a_folder_of_its_own_under_results() {
    let bench = Bench::new(TINY);
    let mut hash = String::new();
    for suffix in ["", "-2"] {
        bench
            .fzero(&["run", "a.toml", "--quiet", "--seed", "9"])
            .done();
        let mut folders: Vec<_> = bench.results("results").names();
        let folder = folders.pop().unwrap();
        let results: Results = bench.results(&format!("results/{folder}"));
        assert_eq!(results.names(), FILES);
        hash = results.manifest().config_hash;
        assert_eq!(folder, format!("tiny-seed9-{}{suffix}", &hash[..8]));
    }
    assert_eq!(hash.len(), 64);
}

#[test]
fn an_earlier_result_is_replaced_only_on_demand() {
    let bench = Bench::new(TINY);
    let earlier = bench.run("out", &[]).bytes("checkpoint.json");
    let again = ["run", "a.toml", "--quiet", "--seed", "1", "--out", "out"];
    let refused = bench.fzero(&again);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("holds an earlier result"),
        "{}",
        refused.stderr
    );
    assert_eq!(bench.results("out").bytes("checkpoint.json"), earlier);
    bench.fzero(&[&again[..], &["--overwrite"]].concat()).done();
    let results = bench.results("out");
    assert_eq!(results.names(), FILES);
    assert_eq!(results.summary().seed, 1);
    assert_ne!(results.bytes("checkpoint.json"), earlier);
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_nobody_takes_is_no_panic() {
    let bench = Bench::new(TINY);
    for arguments in [
        &["run", "a.toml", "--quiet", "--dry-run"][..],
        &["run", "a.toml", "--quiet", "--json"],
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let ended = e2e::ended(bench.command(arguments).stdout(full));
        let expected = "standard output cannot be written: No space left on device (os error 28)\n";
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(2), expected));
        // As in `fzero .. | head -0`.
        let mut child = bench.command(arguments).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    }
}
