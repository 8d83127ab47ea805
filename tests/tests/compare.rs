//! Solvers on the same die and images.

use e2e::binary::root;
use e2e::{Bench, DIGITS, TINY};
use fzero::Access;
use runner::config::checked::Solver;
use runner::record::compare::Row;
use std::path::PathBuf;

/// The shipped comparison.
fn shipped() -> Vec<String> {
    [
        "ff_dd",
        "ff_ad",
        "bp_dd",
        "bp_ad",
        "ff_insitu",
        "bp_insitu",
        "ff_goodness",
    ]
    .map(|name| {
        let path: PathBuf = root().join("configs/compare").join(format!("{name}.toml"));
        path.display().to_string()
    })
    .to_vec()
}

#[test]
fn the_shipped_solvers_are_set_beside_each_other_with_what_each_used() {
    let bench = Bench::new("");
    let files = shipped();
    let mut arguments = vec!["compare"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend([
        "--set",
        "training.epochs=2",
        "--set",
        "training.evaluate_every=1",
    ]);
    arguments.extend(["--out", "all"]);
    let json = [&arguments[..], &["--json", "--quiet"]].concat();
    let ended = bench.fzero(&json).done();
    assert_eq!(ended.stderr, "");
    let rows: Vec<Row> = serde_json::from_str(&ended.stdout).unwrap();
    let train = DIGITS[0] as u64;
    let found: Vec<_> = rows
        .iter()
        .map(|row| {
            let queries = row.summary.ledger.budgeted_queries();
            (row.solver, row.summary.access, queries / train)
        })
        .collect();
    // Two losses a step, two epochs, and two layers where each has its own; a pass for the goal and three for
    // each layer where it is measured inside; two labels.
    assert_eq!(
        found,
        [
            (Solver::FfDd, Access::ForwardOnly, 8),
            (Solver::FfAd, Access::Twin, 0),
            (Solver::BpDd, Access::ForwardOnly, 4),
            (Solver::BpAd, Access::Twin, 0),
            (Solver::FfInsitu, Access::InternalTaps, 16),
            (Solver::BpInsitu, Access::InternalTaps, 14),
            (Solver::FfDd, Access::ForwardOnly, 16),
        ]
    );
    for row in &rows {
        let results = bench.results(&format!("all/{}", row.summary.name));
        assert_eq!(results.summary(), row.summary);
        let global = row.solver.is_global();
        // Of layers trained together only the last one predicts, and what it predicts is the network's.
        assert_eq!(row.summary.layers[0].test.is_none(), global);
        if global {
            assert_eq!(row.summary.layers[1], row.summary.vote);
        }
        assert_eq!(results.metrics().len(), if global { 2 } else { 4 });
    }
    let curves = std::fs::read_to_string(bench.path().join("all/curves.csv")).unwrap();
    let lines: Vec<_> = curves.lines().collect();
    assert_eq!(lines.len(), 1 + 4 + 4 + 2 + 2 + 4 + 2 + 4);
    assert_eq!(
        lines[0],
        "name,layer,epoch,sample_queries,loss,train_accuracy,test_accuracy,trained_on"
    );
    assert!(lines[1].starts_with(&format!("ff_dd,0,1,{},", 2 * train)));
    // Not over an earlier one, unless that is said.
    let again = bench.fzero(&arguments);
    assert_eq!(again.code, Some(2));
    assert!(
        again.stderr.contains("holds an earlier comparison"),
        "{}",
        again.stderr
    );
    arguments.push("--overwrite");
    let table = bench.fzero(&arguments).done().stdout;
    for word in ["ff_ad", "bp-dd", "forward-only", "twin", "results: all"] {
        assert!(table.contains(word), "{table}");
    }
}

#[test]
fn what_is_not_on_one_die_is_refused_before_anything_is_written() {
    let bench = Bench::new(TINY);
    let other = format!("{}chip.die_seed = 1\n", TINY.replace("tiny", "other"));
    std::fs::write(bench.path().join("b.toml"), other).unwrap();
    let before = bench.entries();
    let ended = bench.fzero(&["compare", "a.toml", "b.toml", "--out", "all"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.starts_with("b.toml: chip: not that of a.toml"),
        "{}",
        ended.stderr
    );
    assert_eq!(bench.entries(), before);
}

/// An imperfect die shows what a twin knows, and what the device's own readouts are worth.
#[test]
fn a_twin_that_knows_the_die_beats_one_that_knows_the_design() {
    let process = "process.mesh.splitter_error_sigma_rad = 0.15\n";
    let settings = "chip.readout.kind = \"intensity\"\nchip.initial_phases = \"haar\"\n\
                    training.optimizer = { kind = \"adam\", learning_rate = 1e-2 }\n\
                    training.evaluate_every = 0\n";
    let bench = Bench::new(&format!(
        "{}{process}{settings}",
        TINY.replace("epochs = 2", "epochs = 12")
    ));
    let accuracy = |out: &str, solver: &str, knowledge: &str, access: Access| {
        let options = [
            "--set".to_owned(),
            format!("training.solver={solver}"),
            "--set".to_owned(),
            format!("training.twin.knowledge={knowledge}"),
        ];
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let summary = bench.run(out, &options).summary();
        assert_eq!(summary.access, access);
        summary.layers[0].test.unwrap()
    };
    let truth = accuracy("truth", "ff-ad", "truth", Access::Truth);
    let design = accuracy("design", "ff-ad", "design", Access::Twin);
    let aware = accuracy("aware", "ff-pat", "design", Access::DeviceAndTwin);
    eprintln!("truth {truth} design {design} aware {aware}");
    assert!(truth > 0.7, "{truth}");
    // Six standard errors of a difference of accuracies at 360 images are 0.22 at most.
    assert!(design < truth - 0.22, "{design} {truth}");
    assert!(aware > design, "{aware} {design}");
}

#[test]
fn threads_change_no_byte_of_what_a_twin_trains() {
    let settings = "training.solver = \"bp-ad\"\ntraining.goal.kind = \"cross-entropy\"\n\
                    training.optimizer.kind = \"adam\"\n";
    let bench = Bench::new(&format!("{TINY}{settings}"));
    let one = bench.run("one", &["--threads", "1"]);
    let two = bench.run("two", &["--threads", "2"]);
    assert_eq!(one.metrics_without_time(), two.metrics_without_time());
    assert!(one.bytes("phases.npz") == two.bytes("phases.npz"));
}

#[test]
fn keys_without_effect_and_gradients_scaled_twice_are_refused() {
    let bench = Bench::new(TINY);
    let refused = |settings: &[&str]| {
        let mut arguments = vec!["run", "a.toml", "--dry-run"];
        for setting in settings {
            arguments.extend(["--set", setting]);
        }
        let ended = bench.fzero(&arguments);
        assert_eq!(ended.code, Some(2));
        ended.stderr
    };
    let adam = "training.optimizer.kind=adam";
    let unused = refused(&[
        "training.solver=ff-ad",
        adam,
        "training.estimator.directions=4",
    ]);
    assert!(unused.contains("training.estimator.directions"), "{unused}");
    assert!(unused.contains("has no effect"), "{unused}");
    let scaled = refused(&["training.solver=bp-ad"]);
    assert!(
        scaled.contains("training.optimizer.dimension_scaling = true (default)"),
        "{scaled}"
    );
    let vote = refused(&["training.solver=bp-dd", "vote.rule=published"]);
    assert!(vote.contains("vote.rule"), "{vote}");
    let knowledge = refused(&["training.twin.knowledge=truth"]);
    assert!(knowledge.contains("training.twin.knowledge"), "{knowledge}");
}
