use super::*;
use crate::Metered;
use crate::black_box::{BlackBox, DeviceError, LayerShape};
use crate::data::Split;
use crate::estimate::{Difference, DirectionLaw, EstimatorChoice, Radius};
use crate::goal::{CosineGoal, Prototypes, SoftmaxCosine};
use crate::layerwise::{Scope, VoteRule};
use crate::observe::Silent;
use crate::optimizer::{OptimizerChoice, Schedule};
use crate::testing::{FirstReadout, IntensityBox, NotANumberAfter, QuadraticBox, Recorder};
use numerics::normal::fill_standard_normal;

const WIDTH: usize = 6;

/// Three classes: a bright pair of pixels each, with noise.
fn samples(count: usize, index: u64) -> (Vec<f32>, Vec<u16>) {
    let mut noise = vec![0.0; count * WIDTH];
    fill_standard_normal(&mut Streams::new(77).derive("data", index, 0), &mut noise);
    let labels: Vec<u16> = (0..count).map(|i| (i % 3) as u16).collect();
    let values = noise
        .iter()
        .enumerate()
        .map(|(i, x)| {
            let bright = (i % WIDTH) / 2 == usize::from(labels[i / WIDTH]);
            ((0.15 * x).abs() + if bright { 0.8 } else { 0.0 }) as f32
        })
        .collect();
    (values, labels)
}

fn goals(layers: usize) -> Vec<Box<dyn LocalGoal>> {
    (0..layers)
        .map(|layer| {
            let mut stream = Stream::Prototypes.derive(&Streams::new(1), layer, 0);
            let prototypes = Prototypes::simplex(3, 8, &mut stream).unwrap();
            let goal: Box<dyn LocalGoal> = match layer {
                0 => Box::new(SoftmaxCosine::new(prototypes, 0.2).unwrap()),
                _ => Box::new(CosineGoal::new(prototypes)),
            };
            goal
        })
        .collect()
}

pub(super) fn plan() -> LayerwisePlan {
    LayerwisePlan {
        noise_repeats: 0,
        epochs: 6,
        batch: 16,
        evaluate_every: 2,
        estimator: EstimatorChoice::Directional {
            radius: Radius::Fixed(0.01),
            directions: 2,
            law: DirectionLaw::Gaussian,
            difference: Difference::Central,
        },
        optimizer: OptimizerChoice::Adam {
            beta1: 0.9,
            beta2: 0.99,
            epsilon: 1e-8,
        },
        learning_rate: 0.02,
        schedule: Schedule::Cosine {
            final_fraction: 0.1,
        },
        vote: VoteRule::AllLayers,
        ..LayerwisePlan::default()
    }
}

pub(super) fn run_on<B: BlackBox>(
    device: &mut Metered<B>,
    plan: &LayerwisePlan,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainError> {
    run_from(device, initial().into(), plan, observer)
}

pub(super) fn run_from<B: BlackBox>(
    device: &mut Metered<B>,
    start: Start,
    plan: &LayerwisePlan,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainError> {
    let (train_values, train_labels) = samples(50, 0);
    let (test_values, test_labels) = samples(21, 1);
    let data = Dataset {
        train: Split {
            values: &train_values,
            labels: &train_labels,
        },
        test: Split {
            values: &test_values,
            labels: &test_labels,
        },
        width: WIDTH,
        classes: 3,
    };
    let streams = Streams::new(12);
    train(device, &data, &goals(2), start, plan, &streams, observer)
}

pub(super) fn device() -> Metered<IntensityBox> {
    Metered::new(IntensityBox::new(WIDTH, &[8, 8]))
}

pub(super) fn initial() -> Vec<Vec<f64>> {
    IntensityBox::new(WIDTH, &[8, 8]).random_parameters(&Streams::new(12))
}

pub(super) fn accuracy_of(device: &mut Metered<IntensityBox>, parameters: &[Vec<f64>]) -> f64 {
    for (layer, parameters) in parameters.iter().enumerate() {
        device
            .program(layer, parameters, Purpose::Evaluation)
            .unwrap();
    }
    let (values, labels) = samples(300, 1);
    let split = Split {
        values: &values,
        labels: &labels,
    };
    let found = evaluate(device, &split, WIDTH, &goals(2), VoteRule::AllLayers, None);
    found.unwrap().vote
}

pub(super) fn shapes() -> Vec<LayerShape> {
    let device = device();
    (0..2).map(|layer| device.layer(layer).clone()).collect()
}

#[test]
fn a_network_learns_from_measurements_alone() {
    let plan = LayerwisePlan {
        epochs: 150,
        evaluate_every: 0,
        ..plan()
    };
    let mut recorder = Recorder::default();
    let outcome = run_on(&mut device(), &plan, &mut recorder).unwrap();
    assert_eq!(outcome.stopped, Stop::Completed);
    assert_eq!(outcome.epochs, [150, 150]);
    let stages = Scope::Layerwise.stages(2).into_iter();
    let begun: Vec<_> = stages.map(|stage| (stage, 150)).collect();
    assert_eq!(recorder.begun, begun);
    assert_eq!(outcome.test.samples, 21);
    assert!(
        outcome.train.vote > 0.95 && outcome.test.vote > 0.9,
        "{outcome:?}"
    );
    let counted: u32 = outcome.test.confusion.iter().flatten().sum();
    assert_eq!(counted, 21);
    let right: u32 = (0..3)
        .map(|class| outcome.test.confusion[class][class])
        .sum();
    assert_eq!(f64::from(right) / 21.0, outcome.test.vote);
    for layer in [&recorder.records[..150], &recorder.records[150..]] {
        assert!(layer[149].loss < 0.8 * layer[0].loss);
        assert!(layer[148].test_accuracy.is_none() && layer[149].test_accuracy.is_some());
    }
    // The final pass reads what the layers' last evaluations read.
    assert_eq!(
        recorder.records[149].test_accuracy,
        Some(outcome.test.layers[0])
    );
    assert_eq!(
        recorder.records[299].train_accuracy,
        Some(outcome.train.layers[1])
    );
    // Untrained parameters have not moved.
    for (trained, initial) in outcome.parameters.iter().zip(initial()) {
        let screen = trained.len() - 8;
        assert_eq!(trained[screen..], initial[screen..]);
        assert_ne!(trained[..screen], initial[..screen]);
    }
}

#[test]
fn a_quadratic_is_followed_to_its_minimum() {
    let curvature = vec![1.0, 0.2, 0.0, 0.2, 0.8, 0.1, 0.0, 0.1, 1.2];
    let optimum = vec![0.5, -0.3, 0.2];
    let mut device = Metered::new(QuadraticBox::new(curvature, optimum.clone()).unwrap());
    let split = Split {
        values: &[0.5; 10],
        labels: &[0; 10],
    };
    let data = Dataset {
        train: split,
        test: split,
        width: 1,
        classes: 1,
    };
    let goals: Vec<Box<dyn LocalGoal>> = vec![Box::new(FirstReadout)];
    let plan = LayerwisePlan {
        epochs: 200,
        batch: 5,
        estimator: EstimatorChoice::Directional {
            radius: Radius::Fixed(0.05),
            directions: 1,
            law: DirectionLaw::Rademacher,
            difference: Difference::Central,
        },
        learning_rate: 0.1,
        ..Default::default()
    };
    let start = vec![vec![0.0; 3]];
    let streams = Streams::new(3);
    let outcome = train(
        &mut device,
        &data,
        &goals,
        start,
        &plan,
        &streams,
        &mut Silent,
    )
    .unwrap();
    // The smallest curvature is above 0.6, so a step shrinks the mean distance at least by
    // 1 - 0.1 * 0.6, whose 400th power is 2e-11; the f32 loss resolves slopes to 1e-9 there.
    for (found, expected) in outcome.parameters[0].iter().zip(optimum) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
}

#[test]
fn the_dry_run_predicts_the_ledger() {
    let directional = |directions, difference| EstimatorChoice::Directional {
        radius: Radius::Fixed(0.01),
        directions,
        law: DirectionLaw::Rademacher,
        difference,
    };
    for (estimator, evaluate_every) in [
        (directional(1, Difference::Central), 0),
        (directional(3, Difference::OneSided), 1),
        (directional(2, Difference::Central), 4),
        (
            EstimatorChoice::Coordinate {
                radius: Radius::Fixed(0.01),
            },
            3,
        ),
    ] {
        let plan = LayerwisePlan {
            estimator,
            evaluate_every,
            ..plan()
        };
        let mut device = device();
        let outcome = run_on(&mut device, &plan, &mut Silent).unwrap();
        assert_eq!(outcome.ledger, plan.queries(50, 21, &shapes()));
        assert_eq!(outcome.ledger, *device.ledger());
    }
}

#[test]
fn evaluating_more_often_changes_nothing_else() {
    let run = |evaluate_every| {
        let plan = LayerwisePlan {
            evaluate_every,
            ..plan()
        };
        let mut recorder = Recorder::default();
        let outcome = run_on(&mut device(), &plan, &mut recorder).unwrap();
        let losses: Vec<f64> = recorder.records.iter().map(|record| record.loss).collect();
        (
            outcome.parameters,
            outcome.test,
            recorder.parameters,
            losses,
        )
    };
    let seldom = run(0);
    assert_eq!(seldom, run(1));
    assert_eq!(seldom, run(4));
}

#[test]
fn an_observer_stops_the_run_and_keeps_what_was_learned() {
    let mut whole = Recorder::default();
    run_on(&mut device(), &plan(), &mut whole).unwrap();
    for stop_after in [3, 4, 8] {
        let mut recorder = Recorder {
            stop_after: Some(stop_after),
            ..Default::default()
        };
        let mut device = device();
        let outcome = run_on(&mut device, &plan(), &mut recorder).unwrap();
        assert_eq!(outcome.stopped, Stop::Observer);
        assert_eq!(recorder.records, whole.records[..stop_after]);
        let layer = (stop_after - 1) / 6;
        assert_eq!(outcome.parameters[layer], whole.parameters[stop_after - 1]);
        assert_eq!(outcome.epochs[layer], (stop_after - 1) % 6 + 1);
        if layer == 0 {
            assert_eq!(outcome.parameters[1], initial()[1]);
            assert_eq!(outcome.epochs[1], 0);
        }
        left_as_reported(&mut device, &outcome);
    }
}

/// The device is programmed with the reported parameters: a fresh evaluation gives the same figures.
fn left_as_reported(device: &mut Metered<IntensityBox>, outcome: &Outcome) {
    let (values, labels) = samples(21, 1);
    let split = Split {
        values: &values,
        labels: &labels,
    };
    let found = |device: &mut Metered<IntensityBox>| {
        let mut readouts = [vec![0.0; 21 * 8], vec![0.0; 21 * 8]];
        let [first, second] = &mut readouts;
        let mut taps = [first, second].map(|readouts| readouts.as_mut_slice());
        let mut taps: Vec<_> = taps
            .iter_mut()
            .enumerate()
            .map(|(layer, readouts)| crate::Tap { layer, readouts })
            .collect();
        let samples = crate::Samples {
            values: split.values,
            width: WIDTH,
        };
        device
            .query(samples, &mut taps, Purpose::Evaluation)
            .unwrap();
        readouts
    };
    let left = found(device);
    for (layer, parameters) in outcome.parameters.iter().enumerate() {
        device
            .program(layer, parameters, Purpose::Evaluation)
            .unwrap();
    }
    assert_eq!(left, found(device));
}

#[test]
fn a_spent_budget_ends_the_run_with_what_was_learned() {
    let whole = plan().queries(50, 21, &shapes()).training.queries;
    // In the middle of the third epoch of layer 1: six epochs of 200 queries before it, two whole
    // epochs, then two steps of 4 x 16 and one loss.
    let limit = 1200 + 400 + 2 * 64 + 20;
    assert!(limit < whole);
    let mut device = device().with_budget(Some(limit));
    let mut recorder = Recorder::default();
    let outcome = run_on(&mut device, &plan(), &mut recorder).unwrap();
    assert_eq!(outcome.stopped, Stop::Budget);
    assert_eq!(outcome.epochs, [6, 2]);
    assert_eq!(recorder.records.len(), 8);
    assert_eq!(outcome.ledger.training.queries, 1200 + 400 + 2 * 64 + 16);
    assert_ne!(outcome.parameters[1], recorder.parameters[7]);
    left_as_reported(&mut device, &outcome);
    // Exactly enough is enough.
    let mut device = Metered::new(IntensityBox::new(WIDTH, &[8, 8])).with_budget(Some(whole));
    let outcome = run_on(&mut device, &plan(), &mut Silent).unwrap();
    assert_eq!(outcome.stopped, Stop::Completed);
}

#[test]
fn readouts_that_are_no_numbers_are_reported_with_their_place() {
    // Four losses per step, four steps per epoch: the 20th query is in epoch 2.
    let broken = NotANumberAfter::new(IntensityBox::new(WIDTH, &[8, 8]), 20);
    let failed = run_on(
        &mut Metered::new(broken),
        &LayerwisePlan {
            evaluate_every: 0,
            ..plan()
        },
        &mut Silent,
    );
    let expected = TrainError::NonFinite {
        layer: 0,
        epoch: 2,
        what: "loss",
    };
    assert_eq!(failed, Err(expected.clone()));
    assert!(expected.to_string().contains("lower the learning rate"));
    // The 16 queries of epoch 1 are good, its evaluation is not.
    let broken = NotANumberAfter::new(IntensityBox::new(WIDTH, &[8, 8]), 16);
    let plan = LayerwisePlan {
        evaluate_every: 1,
        ..plan()
    };
    let failed = run_on(&mut Metered::new(broken), &plan, &mut Silent);
    assert_eq!(failed, Err(TrainError::ReadoutNotFinite { layer: 0 }));
}

#[test]
fn a_learning_rate_beyond_reason_and_dead_readouts_are_reported() {
    let plan = LayerwisePlan {
        learning_rate: 1e308,
        optimizer: OptimizerChoice::Sgd {
            dimension_scaling: true,
            momentum: 0.9,
        },
        ..plan()
    };
    let failed = run_on(&mut device(), &plan, &mut Silent);
    assert!(
        matches!(
            failed,
            Err(TrainError::NonFinite {
                layer: 0,
                epoch: 1,
                ..
            })
        ),
        "{failed:?}"
    );

    let dark = Split {
        values: &[0.0; 4 * WIDTH],
        labels: &[0; 4],
    };
    let data = Dataset {
        train: dark,
        test: dark,
        width: WIDTH,
        classes: 3,
    };
    let failed = train(
        &mut device(),
        &data,
        &goals(2),
        initial(),
        &LayerwisePlan::default(),
        &Streams::new(0),
        &mut Silent,
    );
    assert_eq!(failed, Err(TrainError::ReadoutsDead { layer: 0, epoch: 1 }));
}

#[test]
fn what_does_not_fit_is_refused_before_the_device_is_touched() {
    let (values, labels) = samples(6, 0);
    let split = Split {
        values: &values,
        labels: &labels,
    };
    let data = Dataset {
        train: split,
        test: split,
        width: WIDTH,
        classes: 3,
    };
    let mut device = device();
    let mut attempt = |data: &Dataset<'_>, goals: &[Box<dyn LocalGoal>], initial: Vec<Vec<f64>>| {
        let plan = LayerwisePlan::default();
        let failed = train(
            &mut device,
            data,
            goals,
            initial,
            &plan,
            &Streams::new(0),
            &mut Silent,
        );
        assert_eq!(*device.ledger(), Ledger::default());
        failed.unwrap_err().to_string()
    };
    let narrow = Dataset { width: 3, ..data };
    let narrow = Dataset {
        train: Split {
            values: &values[..18],
            ..split
        },
        test: Split {
            values: &values[..18],
            ..split
        },
        ..narrow
    };
    assert_eq!(
        attempt(&narrow, &goals(2), initial()),
        "values of a sample: 3 where 6 are needed"
    );
    assert_eq!(
        attempt(&data, &goals(1), initial()),
        "local goals: 1 where 2 are needed"
    );
    assert_eq!(
        attempt(&data, &goals(2), vec![vec![0.0; 56], vec![0.0; 3]]),
        "initial parameters of a layer: 3 where 72 are needed"
    );
    let more = Dataset { classes: 4, ..data };
    assert_eq!(
        attempt(&more, &goals(2), initial()),
        "classes of a local goal: 3 where 4 are needed"
    );
    let missing = DeviceError::NoSuchLayer {
        layer: 2,
        layers: 2,
    };
    assert_eq!(device.program(2, &[], Purpose::Training), Err(missing));
}

#[test]
fn layers_in_parallel_learn_at_the_queries_of_one() {
    let parallel = LayerwisePlan {
        epochs: 600,
        evaluate_every: 200,
        scope: Scope::Parallel,
        ..plan()
    };
    let mut recorder = Recorder::default();
    let outcome = run_on(&mut device(), &parallel, &mut recorder).unwrap();
    assert!(
        outcome.train.vote > 0.95 && outcome.test.vote > 0.9,
        "{outcome:?}"
    );
    assert_eq!(outcome.epochs, [600, 600]);
    assert_eq!(outcome.ledger, parallel.queries(50, 21, &shapes()));
    // Two directions, two losses each.
    assert_eq!(outcome.ledger.training.queries, 600 * 50 * 4);
    assert_eq!(outcome.ledger.evaluation.queries, (3 + 1) * 71);
    let layers: Vec<_> = recorder
        .records
        .iter()
        .map(|r| (r.epoch, r.layer))
        .collect();
    let expected: Vec<_> = (1..=600).flat_map(|e| [(e, 0), (e, 1)]).collect();
    assert_eq!(layers, expected);
    for layer in 0..2 {
        let of = |epoch: usize| &recorder.records[2 * (epoch - 1) + layer];
        assert!(of(600).loss < 0.8 * of(1).loss);
        assert_eq!(of(600).test_accuracy, Some(outcome.test.layers[layer]));
        assert!(of(599).test_accuracy.is_none());
    }
    assert_eq!(recorder.begun, [(Scope::Parallel.stages(2).remove(0), 600)]);
}

/// A wish to stop is heard after any of the parts, and those behind it still tell of their epoch.
#[test]
fn parts_of_a_stage_end_an_epoch_together() {
    let parallel = LayerwisePlan {
        scope: Scope::Parallel,
        ..plan()
    };
    let mut recorder = Recorder {
        stop_after: Some(3),
        ..Recorder::default()
    };
    let outcome = run_on(&mut device(), &parallel, &mut recorder).unwrap();
    assert_eq!(
        (outcome.stopped, outcome.epochs),
        (Stop::Observer, vec![2, 2])
    );
    assert_eq!(recorder.records.len(), 4);
    assert_eq!(recorder.parameters[2], outcome.parameters.concat());
}
