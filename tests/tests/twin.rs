//! Twins of the design, of a calibration and of the truth; and training on the device after one.

use e2e::{Bench, DIGITS, binary};
use fzero::{Access, Stop, Usage};
use runner::config::Loaded;
use runner::record::metrics::TrainedOn;

/// A die whose errors the design does not know, trained on a twin.
const DIE: &str = "name = \"tiny\"\ndata.set = \"digits\"\n\
    process.mesh.splitter_error_sigma_rad = 0.05\nprocess.heater.phase_offset_sigma_rad = 0.05\n\
    training.solver = \"ff-ad\"\ntraining.epochs = 2\ntraining.evaluate_every = 0\n\
    training.optimizer = { kind = \"adam\", learning_rate = 1e-2 }\n";

/// Far too little to know the die; enough to count.
const SHORT: &str = "training.twin = { knowledge = \"calibration\", programmings = 3, samples = 8, \
    iterations = 4 }\n";

const TUNE: &str = "training.fine_tune = { epochs = 1, learning_rate = 3e-3 }\n";

/// What the shortened calibration takes.
const CALIBRATION: Usage = Usage {
    queries: 24,
    passes: 3,
    programmings: 6,
};

#[test]
fn what_was_measured_of_the_device_and_when_is_in_the_record() {
    let known = |knowledge: &str| format!("training.twin.knowledge = \"{knowledge}\"\n");
    let cases = [
        (known("design"), Access::Twin, Access::DeviceAndTwin),
        (
            SHORT.to_owned(),
            Access::CalibratedTwin,
            Access::DeviceAndTwin,
        ),
        (known("truth"), Access::Truth, Access::Truth),
    ];
    for (twin, alone, tuned) in cases {
        let bench = Bench::new(&format!("{DIE}{twin}"));
        let summary = bench.run("alone", &[]).summary();
        assert_eq!(summary.access, alone);
        let calibrated = alone == Access::CalibratedTwin;
        let expected = if calibrated {
            CALIBRATION
        } else {
            Usage::default()
        };
        assert_eq!(summary.ledger.calibration, expected);
        assert_eq!(summary.ledger.training.queries, 0);
        assert_eq!(summary.before_fine_tuning, None);
        assert_eq!(summary.calibration.is_some(), calibrated);
        if let Some(fitted) = &summary.calibration {
            assert_eq!((fitted.programmings, fitted.samples), (3, 8));
            assert_eq!(
                (fitted.relative_error.len(), &fitted.iterations[..]),
                (2, &[4, 4][..])
            );
        }
        let bench = Bench::new(&format!("{DIE}{twin}{TUNE}"));
        let results = bench.run("tuned", &[]);
        let tuned_summary = results.summary();
        assert_eq!(tuned_summary.access, tuned);
        let before = tuned_summary.before_fine_tuning.unwrap();
        assert_eq!(
            (&before.layers, before.vote),
            (&summary.layers, summary.vote)
        );
        assert_eq!(before.ledger, summary.ledger);
        // Two losses of every image for each of two layers.
        assert_eq!(tuned_summary.ledger.training.queries, 4 * DIGITS[0] as u64);
        assert_eq!(tuned_summary.ledger.calibration, expected);
        let found: Vec<_> = results
            .metrics()
            .iter()
            .map(|line| {
                (
                    line.trained_on,
                    line.epoch.layer,
                    line.epoch.radius.is_some(),
                )
            })
            .collect();
        let (twin, device) = (Some(TrainedOn::Twin), Some(TrainedOn::Device));
        assert_eq!(
            found,
            [
                (twin, 0, false),
                (twin, 0, false),
                (twin, 1, false),
                (twin, 1, false),
                (device, 0, true),
                (device, 1, true),
            ]
        );
        let epochs = results
            .checkpoint()
            .layers
            .iter()
            .map(|layer| layer.epochs)
            .sum::<usize>();
        assert_eq!(epochs, 6);
        // Told beforehand.
        let report = bench.fzero(&["run", "a.toml", "--dry-run"]).done().stdout;
        let total = tuned_summary.ledger.total_queries();
        assert_eq!(announced(&report, "sample queries"), total, "{report}");
        let total = tuned_summary.ledger.total_programmings();
        assert_eq!(announced(&report, "programmings"), total, "{report}");
    }
}

fn announced(report: &str, what: &str) -> u64 {
    let mut lines = report.lines().filter_map(|line| line.strip_prefix("# "));
    let line = lines.find_map(|line| line.strip_prefix(what)).unwrap();
    let number = line.split_whitespace().next().unwrap().replace(',', "");
    number.parse().unwrap()
}

/// At splitter errors and offsets of 0.05 rad the design knows little of the die.
#[test]
fn a_twin_that_was_fitted_to_the_die_beats_that_of_the_design() {
    let bench = Bench::new(&DIE.replace("epochs = 2", "epochs = 20"));
    let accuracy = |out: &str, options: &[&str]| {
        let summary = bench.run(out, options).summary();
        if let Some(fitted) = summary.calibration {
            assert!(fitted.relative_error.iter().all(|x| *x < 0.1), "{fitted:?}");
        }
        summary.vote.test.unwrap()
    };
    let design = accuracy("design", &[]);
    let calibration = accuracy(
        "calibration",
        &[
            "--set",
            "training.twin.knowledge=calibration",
            "--set",
            "training.twin.samples=32",
            "--set",
            "training.twin.iterations=100",
        ],
    );
    let truth = accuracy("truth", &["--set", "training.twin.knowledge=truth"]);
    // Six standard errors of a difference of accuracies at 360 images are 0.22 at most.
    assert!(truth > design + 0.22, "{design} {truth}");
    assert!(calibration > design + 0.22, "{design} {calibration}");
}

#[test]
fn a_spent_budget_ends_the_fine_tuning_and_keeps_what_there_is() {
    let bench = Bench::new(&format!("{DIE}{SHORT}{TUNE}"));
    // Room for the calibration and for some steps of the first layer.
    let summary = bench
        .run("out", &["--set", "limits.sample_queries=1000"])
        .summary();
    assert_eq!(summary.stopped, Stop::Budget);
    assert_eq!(summary.ledger.calibration, CALIBRATION);
    let spent = summary.ledger.budgeted_queries();
    assert!((1000 - 128..=1000).contains(&spent), "{spent}");
    assert!(summary.before_fine_tuning.is_some() && summary.vote.test.is_some());
}

#[test]
fn threads_change_no_byte_of_a_calibrated_and_tuned_training() {
    let bench = Bench::new(&format!("{DIE}{SHORT}{TUNE}"));
    let [one, two] = ["1", "2"].map(|threads| bench.run(threads, &["--threads", threads]));
    assert_eq!(one.bytes("phases.npz"), two.bytes("phases.npz"));
    assert_eq!(one.metrics_without_time(), two.metrics_without_time());
}

#[test]
fn what_cannot_be_calibrated_or_tuned_is_refused_before_anything_is_written() {
    let bench = Bench::new(&format!("{DIE}{SHORT}"));
    for (options, expected) in [
        (
            &["limits.sample_queries=23"][..],
            "training.twin.programmings = 3: 24 sample queries for the calibration",
        ),
        (
            &["chip.cell=symmetric"],
            "training.solver = \"ff-ad\": twins know meshes of MZIs alone",
        ),
        (
            &["model.kind=mlp"],
            "training.twin.knowledge = \"calibration\": a network computed in numbers",
        ),
        (
            &["training.estimator.noise_repeats=2"],
            "or give training.fine_tune.epochs",
        ),
    ] {
        let mut arguments = vec!["run", "a.toml", "--out", "out"];
        for option in options {
            arguments.extend(["--set", option]);
        }
        let before = bench.entries();
        let ended = bench.fzero(&arguments);
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
        assert_eq!(bench.entries(), before);
    }
}

/// On one die, and each under its own name.
#[test]
fn the_shipped_comparison_can_be_announced() {
    let bench = Bench::new("");
    let folder = binary::root().join("configs/compare/twin");
    let names = [
        "design",
        "design_tuned",
        "calibration",
        "calibration_tuned",
        "truth",
        "in_situ",
    ];
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), names.len());
    let mut dies = Vec::new();
    for name in names {
        let path = folder.join(name).with_extension("toml");
        let loaded = Loaded::read(&path, &[]).unwrap_or_else(|error| panic!("{}", error.report()));
        assert_eq!(loaded.config.name, name);
        dies.push((
            loaded.config.chip,
            loaded.config.process,
            loaded.config.seed,
        ));
        bench
            .fzero(&["run", path.to_str().unwrap(), "--dry-run"])
            .done();
    }
    assert!(dies.windows(2).all(|pair| pair[0] == pair[1]));
}
