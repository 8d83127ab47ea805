//! The same rows, however they were made.

use super::{Bytes, RUNS, SMALL, assert_same, rows, whole};
use e2e::Bench;

#[test]
fn on_any_number_of_threads_and_in_any_shares() {
    let bench = Bench::new(SMALL);
    let reference = whole(&bench, "one", &["--threads", "1"]);
    assert_eq!(reference.rows.lines().count(), RUNS);
    for threads in ["2", "3"] {
        let found = whole(&bench, threads, &["--threads", threads]);
        assert_same(&found, &reference, threads);
    }
    // In another order than theirs, and one of them begun by the whole sweep.
    for share in ["3/3", "1/3", "2/3"] {
        let arguments = [
            "sweep", "a.toml", "--quiet", "--out", "shares", "--shard", share,
        ];
        let ended = bench.fzero(&arguments).done();
        assert!(
            ended.stdout.contains("4 runs are done, 0 failed"),
            "{}",
            ended.stdout
        );
    }
    let folder = bench.path().join("shares");
    assert!(!folder.join("rows.jsonl").exists(), "no share has all rows");
    let ended = bench.fzero(&["sweep", "--merge", "shares"]).done();
    assert!(ended.stdout.contains("results: shares"), "{}", ended.stdout);
    assert_same(&Bytes::of(&folder), &reference, "shares");
}

/// A run of a sweep is what `fzero run` makes of the same keys and seeds.
#[test]
fn as_of_the_same_run_alone() {
    let bench = Bench::new(SMALL);
    whole(&bench, "out", &["--set", "training.goal.kind=softmax"]);
    let all = rows(&bench.path().join("out/rows.jsonl"));
    let row = &all[7];
    assert_eq!((row.run, row.die_seed, row.seed), (7, Some(1), 0));
    let single = Bench::new("name = \"small\"\ndata.set = \"digits\"\ntraining.epochs = 1\n");
    let results = single.run(
        "out",
        &[
            "--set",
            "training.goal.kind=softmax",
            "--set",
            "process.mesh.splitter_error_sigma_rad=0.02",
            "--set",
            "training.optimizer.learning_rate=0.01",
            "--die-seed",
            "1",
        ],
    );
    let summary = results.summary();
    assert_eq!(row.config_hash, summary.config_hash);
    assert_eq!(row.network(), summary.vote.test);
    assert_eq!(row.queries, summary.ledger.budgeted_queries());
    assert!(row.memory_estimate_bytes.is_some());
    assert_eq!(row.memory_estimate_bytes, summary.memory_estimate_bytes);
    let accuracy = row.accuracy.clone().unwrap();
    let layers: Vec<_> = summary.layers.iter().map(|layer| layer.test).collect();
    assert_eq!(accuracy.layers, layers);
    assert_eq!(accuracy.last, layers[1]);
    assert_eq!(row.test_images, 360);
}
