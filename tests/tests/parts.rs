//! Every activation, readout and tap runs through the whole program, and what must change changes.

use e2e::{Bench, TINY};

fn run(bench: &Bench, name: &str, options: &[&str]) -> e2e::Results {
    let set: Vec<_> = options
        .iter()
        .flat_map(|option| ["--set", *option])
        .collect();
    bench.run(name, &set)
}

/// 20 epochs of the recipe of the digits: enough to be well above chance.
const LEARN: [&str; 5] = [
    "training.epochs=20",
    "training.evaluate_every=0",
    "training.goal.kind=softmax",
    "training.optimizer.learning_rate=0.003",
    "training.estimator.smoothing_radius_rad=0.1",
];

#[test]
fn every_activation_learns() {
    let bench = Bench::new(TINY);
    let activations: [&[&str]; 6] = [
        &["chip.activation.kind=identity"],
        &["chip.activation.kind=saturable-absorber"],
        &[
            "chip.activation.kind=mod-relu",
            "chip.activation.threshold_sqrt_w=0.005",
        ],
        &[
            "chip.activation.kind=gain-stage",
            "chip.activation.noise_figure_db=6",
            "chip.activation.saturation_output_dbm=3",
        ],
        &[
            "chip.activation.kind=regenerator",
            "chip.activation.gain_per_a=5e3",
            "chip.activation.noise=true",
        ],
        &[
            "chip.activation.bias_rad=0",
            "chip.activation.gain_rad_per_mw=10",
        ],
    ];
    for (index, activation) in activations.into_iter().enumerate() {
        let results = run(
            &bench,
            &index.to_string(),
            &[&LEARN[..], activation].concat(),
        );
        for layer in results.summary().layers {
            let accuracy = layer.test.unwrap();
            assert!(accuracy > 0.25, "{activation:?}: {accuracy}");
        }
    }
}

#[test]
fn every_topology_learns() {
    let bench = Bench::new(TINY);
    let losses = [
        "process.mesh.crossing_loss_db=0.02",
        "process.mesh.coupler_loss_db=0.05",
    ];
    // The fewer phases, the longer the step: of each group it goes with their number.
    let of = |mzis: u64| 2 * mzis + 64;
    for (mesh, rate, extra, phases) in [
        ("triangular", "0.003", None, of(2016)),
        ("diamond", "0.01", None, of(1024)),
        (
            "redundant-rectangular",
            "0.003",
            Some("chip.extra_columns=3"),
            of(2016 + 32 + 31 + 32),
        ),
        ("butterfly", "0.03", None, of(192)),
        ("tree", "0.3", None, of(63)),
        ("permuting-rectangular", "0.003", None, of(2016)),
        // Attenuators have theta alone.
        ("svd", "0.003", None, of(2 * 2016) + 64),
        (
            "butterfly",
            "0.03",
            Some("chip.cell=three-splitter"),
            of(192),
        ),
        // In front 32 and on the edge 31.
        (
            "rectangular",
            "0.003",
            Some("chip.cell=symmetric"),
            of(2016) + 63,
        ),
    ] {
        let name = format!("{mesh}{}", extra.unwrap_or_default());
        let mesh = format!("chip.mesh={mesh}");
        let rate = format!("training.optimizer.learning_rate={rate}");
        let topology: Vec<_> = [mesh.as_str(), rate.as_str()]
            .into_iter()
            .chain(extra)
            .collect();
        let options = [&LEARN[..], &losses, &topology].concat();
        let set: Vec<_> = options
            .iter()
            .flat_map(|option| ["--set", *option])
            .collect();
        let dry = [&["run", "a.toml", "--dry-run"], &set[..]].concat();
        let stated = bench.fzero(&dry).done().stdout;
        let phases = runner::table::grouped(2 * phases);
        let line = format!("# parameters      {phases} phases");
        assert!(stated.contains(&line), "{mesh}: {stated}");
        let results = run(&bench, &name, &options);
        for layer in results.summary().layers {
            let accuracy = layer.test.unwrap();
            assert!(accuracy > 0.25, "{name}: {accuracy}");
        }
    }
}

#[test]
fn every_readout_learns() {
    let bench = Bench::new(TINY);
    for (index, options) in [
        &["chip.readout.kind=intensity"][..],
        &["chip.readout.kind=homodyne"],
        &["chip.readout.tap=coupler", "chip.readout.tap_ratio=0.2"],
        &["chip.readout.tap=activation"],
    ]
    .into_iter()
    .enumerate()
    {
        let results = run(&bench, &index.to_string(), &[&LEARN[..], options].concat());
        for layer in results.summary().layers {
            let accuracy = layer.test.unwrap();
            assert!(accuracy > 0.2, "{options:?}: {accuracy}");
        }
    }
}

#[test]
fn repeated_readouts_are_counted_and_announced() {
    let bench = Bench::new(TINY);
    let plain = run(&bench, "plain", &[]).summary().ledger;
    let options = ["chip.readout.averages=3"];
    let thrice = run(&bench, "thrice", &options).summary().ledger;
    assert_eq!(thrice, plain.clone().repeated(3));
    let dry = bench
        .fzero(&["run", "a.toml", "--dry-run", "--set", options[0]])
        .done();
    let announced = runner::table::grouped(3 * plain.total_queries());
    assert!(
        dry.stdout
            .contains(&format!("# sample queries  {announced} ")),
        "{}",
        dry.stdout
    );
    // A budget of samples holds for the repetitions too.
    let set = ["limits.sample_queries=1000", options[0]];
    let stopped = run(&bench, "stopped", &set).summary().ledger;
    assert!(stopped.budgeted_queries() <= 1000 && stopped.budgeted_queries() > 600);
}

#[test]
fn radii_are_reported_however_they_are_given() {
    let bench = Bench::new(TINY);
    let noisy = ["process.preset=mature", "chip.activation.bias_rad=0"];
    let radii = |name: &str, options: &[&str]| {
        let results = run(&bench, name, &[&noisy[..], options].concat());
        let snr = results
            .metrics()
            .iter()
            .map(|line| line.epoch.difference_snr)
            .collect::<Vec<_>>();
        (results.summary().radii, snr)
    };
    let (given, snr) = radii("given", &["training.estimator.smoothing_radius_rad=0.3"]);
    assert!(
        given
            .iter()
            .all(|chosen| chosen.radius == 0.3 && chosen.noise.is_none())
    );
    assert!(snr.iter().all(Option::is_none));
    let (known, snr) = radii(
        "known",
        &[
            "training.estimator.smoothing_radius_rad=0.3",
            "training.estimator.noise_repeats=8",
        ],
    );
    assert!(
        known
            .iter()
            .all(|chosen| chosen.noise.is_some_and(|noise| noise > 0.0))
    );
    assert!(snr.iter().all(|snr| snr.is_some_and(|snr| snr > 1.0)));
    // 12 bits over 2.2 pi, two steps rms over the 2016 phases of a group.
    let (steps, _) = radii(
        "steps",
        &["training.estimator.smoothing_radius_dac_steps=2"],
    );
    let expected = 2.0 * 2.2 * std::f64::consts::PI / 4095.0 * 2016_f64.sqrt();
    assert!(
        steps
            .iter()
            .all(|chosen| (chosen.radius / expected - 1.0).abs() < 1e-12)
    );
    let (auto, snr) = radii("auto", &["training.estimator.smoothing_radius=auto"]);
    // At least a step of the converter.
    assert!(
        auto.iter()
            .all(|chosen| chosen.radius >= 0.5 * expected * (1.0 - 1e-12))
    );
    assert!(snr.iter().all(Option::is_some));
}
