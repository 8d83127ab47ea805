//! Hinton's forward-forward on a chip.

use e2e::{Bench, DIGITS, TINY};
use fzero::goal::{GoalScratch, Goodness, LocalGoal};
use fzero::{Access, BlackBox, Purpose, Samples, Tap};
use numerics::Streams;
use numerics::normal::fill_standard_normal;
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap as OpticalTap};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::mesh::rectangular::rectangular;
use photonics::process::{MeshProcess, Process};
use runner::wiring::ChipBox;
use std::sync::Arc;

const PORTS: usize = 6;

fn device(splitter_error_sigma_rad: f64) -> ChipBox {
    let layer = LayerDesign {
        topology: Arc::new(rectangular(PORTS).unwrap()),
        readout: Readout::Intensity,
        tap: OpticalTap::Lossless,
        adc_full_scale_a: None,
        activation: Activation::Identity,
    };
    let design = ChipDesign {
        layers: vec![layer],
        source: Source::ideal(1e-3),
        precision: Precision::Double,
    };
    let process = Process {
        mesh: MeshProcess {
            splitter_error_sigma_rad,
            ..MeshProcess::ideal()
        },
        ..Process::ideal()
    };
    let (chip, _) = fabricate(&design, &process, DieSeed(3)).unwrap();
    ChipBox::new(chip, true)
}

fn readouts(device: &mut ChipBox, phases: &[f64], light: &[f32]) -> Vec<f32> {
    device.program(0, phases, Purpose::Training).unwrap();
    let mut readouts = vec![0.0; light.len()];
    let samples = Samples {
        values: light,
        width: PORTS,
    };
    let tap = Tap {
        layer: 0,
        readouts: &mut readouts,
    };
    device
        .query(samples, &mut [tap], Purpose::Training)
        .unwrap();
    readouts
}

/// Without loss all the light comes out whatever the phases: the sum of the squares of a field, Hinton's
/// goodness, has nothing to learn. The share of a half of the ports has.
#[test]
fn phases_change_the_share_of_the_light_and_not_its_sum() {
    for case in 0..32 {
        let mut device = device(0.01 * case as f64);
        let numbers = |name: &str, count: usize| {
            let mut numbers = vec![0.0; count];
            let mut stream = Streams::new(case).derive(name, 0, 0);
            fill_standard_normal(&mut stream, &mut numbers);
            numbers
        };
        let light = numbers("light", 2 * PORTS).into_iter();
        let light: Vec<f32> = light.map(|x| x.abs().min(1.0) as f32).collect();
        let count = device.layer(0).parameters();
        let before = readouts(&mut device, &numbers("before", count), &light);
        let after = readouts(&mut device, &numbers("after", count), &light);
        for (powers, light) in [&before, &after]
            .into_iter()
            .flat_map(|x| x.chunks(PORTS))
            .zip(light.chunks(PORTS).cycle())
        {
            let sum: f64 = powers.iter().map(|&x| f64::from(x)).sum();
            let sent: f64 = light.iter().map(|x| 1e-3 * f64::from(*x).powi(2)).sum();
            // Every readout is rounded to f32 once or twice; the light is in f64.
            assert!(
                (sum - sent).abs() < f64::from(f32::EPSILON) * sent,
                "{sum} {sent}"
            );
        }
        let goal = Goodness::new(2, PORTS, 0.5, 10.0).unwrap();
        let loss = |readouts: &[f32]| {
            goal.loss(readouts, &[0], &mut GoalScratch::default())
                .unwrap()
                .loss
        };
        assert!((loss(&before) - loss(&after)).abs() > 1e-6);
    }
}

/// Two labels for every training image, all ten to ask what it shows.
#[test]
fn it_learns_measured_and_exact_and_counts_what_labels_cost() {
    let settings = "chip.readout.kind = \"intensity\"\nchip.initial_phases = \"haar\"\n\
        training.goal = { kind = \"goodness\", sharpness = 30.0 }\nvote.rule = \"accumulated\"\n\
        training.evaluate_every = 0\n";
    let bench = Bench::new(&format!("{TINY}{settings}"));
    let (train, all) = (DIGITS[0] as u64, (DIGITS[0] + DIGITS[1]) as u64);
    let measured = bench.run("dd", &[]).summary();
    assert_eq!(measured.access, Access::ForwardOnly);
    // Two epochs, two layers, two losses; one evaluation per layer and one of both.
    assert_eq!(measured.ledger.training.queries, 2 * 2 * 2 * 2 * train);
    assert_eq!(measured.ledger.evaluation.queries, 3 * 10 * all);
    let exact = [
        "training.solver=ff-insitu",
        "training.epochs=12",
        "training.optimizer.kind=adam",
        "training.optimizer.learning_rate=1e-2",
    ];
    let exact = exact.map(|setting| ["--set", setting]).concat();
    let results = bench.run("exact", &exact);
    let exact = results.summary();
    assert_eq!(exact.access, Access::InternalTaps);
    assert_eq!(exact.ledger.training.queries, 12 * 2 * (1 + 3) * 2 * train);
    // The first layer is not heard.
    assert_eq!(exact.vote, exact.layers[1]);
    let accuracy = exact.vote.test.unwrap();
    assert!(accuracy > 0.7, "{accuracy}");
    // What was learned can be loaded again, though it has no prototypes.
    let evaluated = bench
        .fzero(&[
            "evaluate",
            "exact/config.toml",
            "--phases",
            "exact/phases.npz",
            "--json",
        ])
        .done();
    let again: serde_json::Value = serde_json::from_str(&evaluated.stdout).unwrap();
    assert_eq!(again["vote"]["test"].as_f64(), exact.vote.test);
}

#[test]
fn what_is_no_share_of_light_is_refused() {
    let bench = Bench::new(TINY);
    let refused = |settings: &[&str]| {
        let mut arguments = vec![
            "run",
            "a.toml",
            "--dry-run",
            "--set",
            "training.goal.kind=goodness",
        ];
        for setting in settings {
            arguments.extend(["--set", setting]);
        }
        let ended = bench.fzero(&arguments);
        assert_eq!(ended.code, Some(2), "{settings:?}");
        ended.stderr
    };
    let signed = refused(&["chip.readout.kind=signed"]);
    assert!(
        signed.contains("set chip.readout.kind = intensity"),
        "{signed}"
    );
    let digital = refused(&["model.kind=mlp"]);
    assert!(digital.contains("share of light"), "{digital}");
    let far = refused(&["chip.readout.kind=intensity", "training.goal.label_port=55"]);
    assert!(
        far.contains("10 labels from port 55 on do not fit 64 ports"),
        "{far}"
    );
}
