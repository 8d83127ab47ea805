//! The shipped digits are learned, forward-only.

use e2e::{Bench, binary};

#[test]
fn the_shipped_experiment_learns() {
    let bench = Bench::new("");
    let config = binary::root().join("configs/run/digits.toml");
    let options = ["--quiet", "--out", "out", "--set", "training.epochs=120"];
    bench
        .fzero(&[&["run", config.to_str().unwrap()], &options[..]].concat())
        .done();
    let summary = bench.results("out").summary();
    assert_eq!(summary.access, fzero::Access::ForwardOnly);
    let accuracy = summary.vote.test.unwrap();
    // Measured: 87.5 % to 90.6 % with seeds 0 to 4, 0.9 s to 1.8 s each; the standard error of 360
    // images is 1.6 points, and guessing gives 10 %.
    assert!(accuracy > 0.80, "{accuracy}");
}

#[test]
fn the_noisy_chip_learns_with_its_radius_and_not_with_the_published_one() {
    let bench = Bench::new("");
    let config = binary::root().join("configs/run/digits_noisy.toml");
    let accuracies = |out: &str, radius: &[&str]| {
        let arguments = [
            &["run", config.to_str().unwrap(), "--quiet", "--out", out][..],
            &[
                "--set",
                "training.epochs=150",
                "--set",
                "training.evaluate_every=0",
            ],
            radius,
        ]
        .concat();
        bench.fzero(&arguments).done();
        let layers = bench.results(out).summary().layers;
        layers
            .iter()
            .map(|layer| layer.test.unwrap())
            .collect::<Vec<_>>()
    };
    let with = accuracies("with", &[]);
    assert!(with.iter().all(|accuracy| *accuracy > 0.75), "{with:?}");
    // 1e-3 rad over 2,016 phases is a hundredth of a step of their converters.
    let radius = "training.estimator.smoothing_radius_rad=1e-3";
    let without = accuracies("without", &["--set", radius]);
    assert!(
        without.iter().all(|accuracy| *accuracy < 0.4),
        "{without:?}"
    );
}
