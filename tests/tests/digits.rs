//! The shipped digits are learned, forward-only.

use e2e::{Bench, binary};

#[test]
fn the_shipped_experiment_learns() {
    let bench = Bench::new("");
    let config = binary::root().join("configs/run/digits.toml");
    let options = ["--quiet", "--out", "out", "--set", "training.epochs=60"];
    bench
        .fzero(&[&["run", config.to_str().unwrap()], &options[..]].concat())
        .done();
    let summary = bench.results("out").summary();
    assert_eq!(summary.access, "forward-only");
    let accuracy = summary.vote.test.unwrap();
    assert!(accuracy > 0.80, "{accuracy}");
}
