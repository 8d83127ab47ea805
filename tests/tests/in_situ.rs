//! Solvers that measure their gradients inside of the chip.

use e2e::{Bench, DIGITS, TINY};
use fzero::Access;

const IMPERFECT: &str = "chip.readout.kind = \"intensity\"\nchip.initial_phases = \"haar\"\n\
    process.mesh.splitter_error_sigma_rad = 0.15\n\
    training.optimizer = { kind = \"adam\", learning_rate = 1e-2 }\n\
    training.evaluate_every = 0\n";

/// Of the kind that notices which solver it was.
fn accuracy(bench: &Bench, out: &str, settings: &[&str], access: Access) -> f64 {
    let mut options = Vec::new();
    for setting in settings {
        options.extend(["--set", setting]);
    }
    let summary = bench.run(out, &options).summary();
    assert_eq!(summary.access, access);
    summary.layers[0].test.unwrap()
}

/// On a die that loses nothing its own gradient is that of a twin that knows the die, which needs no truth.
#[test]
fn what_the_die_measures_is_worth_what_the_truth_is() {
    let bench = Bench::new(&format!(
        "{}{IMPERFECT}",
        TINY.replace("epochs = 2", "epochs = 12")
    ));
    let inside = accuracy(
        &bench,
        "a",
        &["training.solver=ff-insitu"],
        Access::InternalTaps,
    );
    let truth = ["training.solver=ff-ad", "training.twin.knowledge=truth"];
    let truth = accuracy(&bench, "b", &truth, Access::Truth);
    // The same steps but for rounding, which Adam spreads: an image or two in 360.
    assert!((inside - truth).abs() < 0.02, "{inside} {truth}");
    assert!(inside > 0.7, "{inside}");
}

/// One pass for the goal, three for each layer of a stage; what the dry run says is what is spent.
#[test]
fn passes_inside_are_counted_and_foretold() {
    let settings = "process.monitor.tap_ratio = 0.01\nprocess.preset = \"mature\"\n\
        training.optimizer = { kind = \"adam\", learning_rate = 1e-2 }\n";
    let bench = Bench::new(&format!("{TINY}{settings}"));
    let train = DIGITS[0] as u64;
    for (solver, stages, layers) in [("ff-insitu", 2, 1), ("bp-insitu", 1, 2)] {
        let solver = format!("training.solver={solver}");
        let dry = bench
            .fzero(&["run", "a.toml", "--dry-run", "--set", &solver])
            .done();
        let results = bench.run(&format!("out-{stages}"), &["--set", &solver]);
        let summary = results.summary();
        let ledger = &summary.ledger;
        assert_eq!(
            ledger.training.queries,
            2 * stages * train * (1 + 3 * layers)
        );
        assert_eq!(ledger.calibration.queries, 0);
        let said = |words: u64| {
            let digits = words.to_string();
            let grouped: Vec<_> = digits.as_bytes().rchunks(3).rev().collect();
            let grouped = grouped.iter().map(|x| std::str::from_utf8(x).unwrap());
            grouped.collect::<Vec<_>>().join(",")
        };
        let line = format!("# sample queries  {} (", said(ledger.total_queries()));
        assert!(dry.stdout.contains(&line), "{line}\n{}", dry.stdout);
    }
}

#[test]
fn threads_change_no_byte_of_noisy_measurements() {
    let settings = "training.solver = \"bp-insitu\"\nprocess.monitor.tap_ratio = 0.01\n\
        process.preset = \"mature\"\ntraining.optimizer.kind = \"adam\"\n";
    let bench = Bench::new(&format!("{TINY}{settings}"));
    let one = bench.run("one", &["--threads", "1"]);
    let two = bench.run("two", &["--threads", "2"]);
    assert_eq!(one.metrics_without_time(), two.metrics_without_time());
    assert!(one.bytes("phases.npz") == two.bytes("phases.npz"));
}

#[test]
fn what_has_no_inside_is_refused() {
    let bench = Bench::new(TINY);
    let refused = |settings: &[&str]| {
        let mut arguments = vec!["run", "a.toml", "--dry-run"];
        for setting in settings {
            arguments.extend(["--set", setting]);
        }
        let ended = bench.fzero(&arguments);
        assert_eq!(ended.code, Some(2), "{settings:?}");
        ended.stderr
    };
    let adam = "training.optimizer.kind=adam";
    let digital = refused(&["training.solver=ff-insitu", adam, "model.kind=mlp"]);
    assert!(
        digital.contains("training.solver = \"ff-insitu\""),
        "{digital}"
    );
    assert!(digital.contains("has no monitors"), "{digital}");
    let cells = refused(&["training.solver=bp-insitu", adam, "chip.mesh=svd"]);
    assert!(
        cells.contains("monitors stand in meshes of MZIs alone"),
        "{cells}"
    );
    let scaled = refused(&["training.solver=bp-insitu"]);
    assert!(
        scaled.contains("training.optimizer.dimension_scaling"),
        "{scaled}"
    );
    let unused = refused(&["training.in_situ.interference=three-intensities"]);
    assert!(unused.contains("has no effect"), "{unused}");
}
