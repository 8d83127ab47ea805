use super::*;
use crate::data::{Dataset, Split};
use crate::digital::functions::{Function, FunctionData, SampleOptions};
use crate::estimate::{Difference, DirectionLaw, EstimatorChoice, Radius};
use crate::goal::{LocalGoal, MarginGoal, Prototypes, RegressionCosine};
use crate::layerwise::{LayerwisePlan, train};
use crate::optimizer::{OptimizerChoice, Schedule};
use crate::{Metered, Silent, Stream};
use numerics::normal::fill_standard_normal;

fn options(inputs: usize, widths: &[usize], activation: bool) -> MlpOptions {
    MlpOptions {
        inputs,
        widths: widths.to_vec(),
        activation_between_layers: activation,
        grouping: Grouping::Layer,
    }
}

fn normal(count: usize, index: u64) -> Vec<f64> {
    let mut values = vec![0.0; count];
    fill_standard_normal(&mut Streams::new(6).derive("test", index, 0), &mut values);
    values
}

fn inputs(samples: usize, width: usize) -> Vec<f32> {
    normal(samples * width, 0)
        .iter()
        .map(|&x| x as f32)
        .collect()
}

fn programmed<T: Real>(options: MlpOptions) -> (Mlp<T>, Vec<Vec<f64>>) {
    let mut mlp = Mlp::new(options).unwrap();
    let parameters = mlp.initial_parameters(&Streams::new(2));
    for (layer, parameters) in parameters.iter().enumerate() {
        mlp.program(layer, parameters, Purpose::Training).unwrap();
    }
    (mlp, parameters)
}

/// The readouts of each layer for one sample, from the formula.
fn oracle(options: &MlpOptions, parameters: &[Vec<f64>], sample: &[f32]) -> Vec<Vec<f64>> {
    let mut x: Vec<f64> = sample.iter().map(|&x| f64::from(x)).collect();
    let mut all = Vec::new();
    for (&outputs, parameters) in options.widths.iter().zip(parameters) {
        let (weights, biases) = parameters.split_at(outputs * x.len());
        let rows = weights.chunks(x.len()).zip(biases);
        let y: Vec<f64> = rows
            .map(|(row, bias)| row.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>() + bias)
            .collect();
        x = match options.activation_between_layers {
            true => y.iter().map(|y| y.max(0.0)).collect(),
            false => y.clone(),
        };
        all.push(y);
    }
    all
}

#[test]
fn readouts_are_those_of_the_formula() {
    for (inputs_count, widths) in [(1, &[1][..]), (23, &[10, 17, 3]), (40, &[21, 9])] {
        for activation in [true, false] {
            let options = options(inputs_count, widths, activation);
            let (mut mlp, parameters) = programmed::<f64>(options.clone());
            let (mut single, _) = programmed::<f32>(options.clone());
            for samples in [1, 16, 37] {
                let values = inputs(samples, inputs_count);
                for (layer, &width) in widths.iter().enumerate() {
                    let samples = Samples {
                        values: &values,
                        width: inputs_count,
                    };
                    let found = mlp.readouts(samples, layer);
                    let rough = single.readouts(samples, layer);
                    let rows = found.chunks(width).zip(rough.chunks(width));
                    for (sample, (found, rough)) in values.chunks(inputs_count).zip(rows) {
                        let expected = &oracle(&options, &parameters, sample)[layer];
                        for ((found, rough), expected) in found.iter().zip(rough).zip(expected) {
                            // Sums of at most 41 terms of modulus below 4, layer after layer, each with
                            // weights that make no error grow by more than sqrt(inputs) < 7.
                            let roundings = 4.0 * 41.0 * 7.0_f64.powi(layer as i32);
                            assert!((found - expected).abs() < roundings * f64::EPSILON);
                            let single = f64::from(f32::EPSILON);
                            assert!((rough - expected).abs() < roundings * single);
                        }
                    }
                }
            }
        }
    }
}

/// A layer's outputs are linear in its own parameters and what follows is piecewise linear, so central
/// differences along one layer's parameters are exact up to rounding while no unit changes sign.
#[test]
fn gradients_are_central_differences() {
    for activation in [true, false] {
        let options = options(13, &[11, 19, 5], activation);
        let (mut mlp, parameters) = programmed::<f64>(options.clone());
        let values = inputs(21, 13);
        let samples = Samples {
            values: &values,
            width: 13,
        };
        let weights: Vec<Vec<f64>> = options
            .widths
            .iter()
            .zip(1..)
            .map(|(&width, index)| normal(21 * width, index))
            .collect();
        let taps = [0, 2];
        let cotangents = taps.map(|layer| Cotangent {
            layer,
            readouts: &weights[layer],
        });
        let mut gradients: Vec<Vec<f64>> =
            parameters.iter().map(|p| vec![f64::NAN; p.len()]).collect();
        let mut asked: Vec<Gradient<'_>> = gradients
            .iter_mut()
            .enumerate()
            .map(|(layer, parameters)| Gradient { layer, parameters })
            .collect();
        mlp.vjp(samples, &cotangents, &mut asked).unwrap();
        let step = 1e-6;
        for layer in 0..3 {
            let direction = normal(parameters[layer].len(), 10 + layer as u64);
            let mut loss = |step: f64| {
                let shifted: Vec<f64> = parameters[layer]
                    .iter()
                    .zip(&direction)
                    .map(|(p, d)| p + step * d)
                    .collect();
                mlp.program(layer, &shifted, Purpose::Training).unwrap();
                let mut terms = Vec::new();
                for tap in taps {
                    let readouts = mlp.readouts(samples, tap);
                    terms.extend(readouts.iter().zip(&weights[tap]).map(|(r, w)| r * w));
                }
                let size: f64 = terms.iter().map(|t| t.abs()).sum();
                (terms.iter().sum::<f64>(), size)
            };
            let ((above, size), (below, _)) = (loss(step), loss(-step));
            loss(0.0);
            let expected = (above - below) / (2.0 * step);
            let found: f64 = gradients[layer]
                .iter()
                .zip(&direction)
                .map(|(g, d)| g * d)
                .sum();
            // Each term carries some 20 roundings of its layers' sums.
            let tolerance = 20.0 * size * f64::EPSILON / step;
            assert!(expected.abs() > 1e3 * tolerance);
            assert!(
                (found - expected).abs() < tolerance,
                "{layer}: {found} {expected}"
            );
        }
    }
}

#[test]
fn a_gradient_goes_no_further_than_asked_and_is_zero_where_nothing_leads() {
    let (mut mlp, parameters) = programmed::<f64>(options(4, &[3, 6, 2], true));
    let values = inputs(5, 4);
    let samples = Samples {
        values: &values,
        width: 4,
    };
    let ones = [1.0; 30];
    let mut run = |layers: &[usize]| {
        let mut all: Vec<Vec<f64>> = layers
            .iter()
            .map(|&layer| vec![f64::NAN; parameters[layer].len()])
            .collect();
        let mut asked: Vec<Gradient<'_>> = layers
            .iter()
            .zip(&mut all)
            .map(|(&layer, parameters)| Gradient { layer, parameters })
            .collect();
        let cotangents = [Cotangent {
            layer: 1,
            readouts: &ones,
        }];
        mlp.vjp(samples, &cotangents, &mut asked).unwrap();
        all
    };
    let all = run(&[0, 1, 2]);
    assert!(all[2].iter().all(|&g| g == 0.0));
    // The loss is the sum of all readouts, so a bias has the gradient 1 per sample.
    assert_eq!(all[1][18..], [5.0; 6]);
    assert_eq!(run(&[1])[0], all[1]);
    assert_eq!(run(&[0])[0], all[0]);
}

#[test]
fn what_does_not_fit_is_refused() {
    for bad in [
        options(0, &[3], true),
        options(3, &[], true),
        options(3, &[2, 0], true),
    ] {
        assert!(matches!(
            Mlp::<f32>::new(bad),
            Err(TrainError::Setting { .. })
        ));
    }
    let (mut mlp, parameters) = programmed::<f32>(options(3, &[4, 2], true));
    assert_eq!(mlp.layer(0).parameters(), 16);
    assert!(mlp.program(2, &parameters[1], Purpose::Training).is_err());
    assert!(mlp.program(0, &parameters[1], Purpose::Training).is_err());
    let mut bad = parameters[1].clone();
    bad[3] = f64::NAN;
    assert!(mlp.program(1, &bad, Purpose::Training).is_err());
    let mut query = |values: &[f32], width, layer, length| {
        let mut readouts = vec![0.0; length];
        let tap = Tap {
            layer,
            readouts: &mut readouts,
        };
        mlp.query(Samples { values, width }, &mut [tap], Purpose::Training)
    };
    assert_eq!(query(&[0.5; 6], 3, 1, 4), Ok(()));
    assert!(query(&[0.5; 6], 2, 1, 4).is_err());
    assert!(query(&[0.5; 7], 3, 1, 4).is_err());
    assert!(query(&[0.5; 6], 3, 2, 4).is_err());
    assert!(query(&[0.5; 6], 3, 1, 5).is_err());
    let infinite = query(&[0.5, 0.5, f32::INFINITY], 3, 1, 2);
    assert!(matches!(
        infinite,
        Err(DeviceError::NotFinite { index: 2, .. })
    ));
    let samples = Samples {
        values: &[0.5; 6],
        width: 3,
    };
    for (layer, length, own) in [(2, 4, 10), (1, 3, 10), (1, 4, 9)] {
        let (readouts, mut parameters) = (vec![0.0; length], vec![0.0; own]);
        let cotangent = Cotangent {
            layer,
            readouts: &readouts,
        };
        let gradient = Gradient {
            layer: 1,
            parameters: &mut parameters,
        };
        assert!(mlp.vjp(samples, &[cotangent], &mut [gradient]).is_err());
    }
}

#[test]
fn groups_cover_a_layer() {
    let mut apart = options(3, &[4, 2], true);
    apart.grouping = Grouping::Kinds;
    let mlp = Mlp::<f32>::new(apart).unwrap();
    let ranges: Vec<_> = mlp
        .layer(1)
        .groups
        .iter()
        .map(|g| (g.name, g.range.clone()))
        .collect();
    assert_eq!(ranges, [("weights", 0..8), ("biases", 8..10)]);
    let together = Mlp::<f32>::new(options(3, &[4, 2], true)).unwrap();
    assert_eq!(together.layer(1).groups.len(), 1);
    assert_eq!(together.layer(1).parameters(), 10);
}

fn plan(epochs: usize, learning_rate: f64) -> LayerwisePlan {
    LayerwisePlan {
        epochs,
        batch: 32,
        evaluate_every: 0,
        learning_rate,
        estimator: EstimatorChoice::Directional {
            radius: Radius::Fixed(1e-2),
            directions: 1,
            law: DirectionLaw::Gaussian,
            difference: Difference::Central,
        },
        optimizer: OptimizerChoice::Sgd {
            dimension_scaling: true,
            momentum: 0.0,
        },
        schedule: Schedule::Constant,
        ..LayerwisePlan::default()
    }
}

/// Three classes: which two of six numbers are large.
fn toy(count: usize, index: u64) -> (Vec<f32>, Vec<u16>) {
    let labels: Vec<u16> = (0..count).map(|i| (i % 3) as u16).collect();
    let values = normal(6 * count, index)
        .iter()
        .enumerate()
        .map(|(i, x)| {
            let bright = (i % 6) / 2 == usize::from(labels[i / 6]);
            (0.3 * x + if bright { 1.0 } else { 0.0 }) as f32
        })
        .collect();
    (values, labels)
}

#[test]
fn forward_measurements_teach_classes() {
    let (train_values, train_labels) = toy(96, 20);
    let (test_values, test_labels) = toy(90, 21);
    let data = Dataset {
        train: Split {
            values: &train_values,
            labels: &train_labels,
        },
        test: Split {
            values: &test_values,
            labels: &test_labels,
        },
        width: 6,
        classes: 3,
    };
    let streams = Streams::new(4);
    let widths = [12, 8];
    let mut device = Metered::new(Mlp::<f32>::new(options(6, &widths, true)).unwrap());
    let initial = device.device().initial_parameters(&streams);
    let goals: Vec<Box<dyn LocalGoal>> = (0..2)
        .map(|layer| {
            let mut stream = Stream::Prototypes.derive(&streams, layer, 0);
            let prototypes = Prototypes::simplex(3, widths[layer], &mut stream).unwrap();
            Box::new(MarginGoal::new(prototypes, 0.3).unwrap()) as Box<dyn LocalGoal>
        })
        .collect();
    let run = |device: &mut Metered<Mlp>, initial: Vec<Vec<f64>>, epochs| {
        let plan = plan(epochs, 0.01);
        train(device, &data, &goals, initial, &plan, &streams, &mut Silent).unwrap()
    };
    let outcome = run(&mut device, initial, 150);
    assert!(
        outcome.test.layers.iter().all(|&share| share > 0.85),
        "{outcome:?}"
    );
    assert_eq!(outcome.test.confusion.iter().flatten().sum::<u32>(), 90);
}

#[test]
fn forward_measurements_teach_a_function() {
    let streams = Streams::new(4);
    let sizes = SampleOptions {
        train: 512,
        test: 200,
        noise: 0.05,
    };
    let data = FunctionData::sample(Function::F1, &sizes, &streams).unwrap();
    let widths = [30, 10];
    let mut device = Metered::new(Mlp::<f32>::new(options(2, &widths, true)).unwrap());
    let initial = device.device().initial_parameters(&streams);
    let goals: Vec<Box<dyn LocalGoal<f64>>> = (0..2)
        .map(|layer| {
            let mut stream = Stream::Prototypes.derive(&streams, layer, 0);
            let prototypes = Prototypes::simplex(1, widths[layer], &mut stream).unwrap();
            Box::new(RegressionCosine::new(prototypes).unwrap()) as Box<dyn LocalGoal<f64>>
        })
        .collect();
    let mut recorder = crate::testing::Recorder::default();
    let outcome = train(
        &mut device,
        &data.dataset(),
        &goals,
        initial,
        &plan(120, 0.01),
        &streams,
        &mut recorder,
    )
    .unwrap();
    assert!(
        outcome.test.layers.iter().all(|&score| score > 0.6),
        "{:?}",
        outcome.test
    );
    assert!(outcome.test.vote > 0.6 && outcome.test.vote <= 1.0);
    assert!(outcome.test.confusion.is_empty());
    let last = recorder.records.last().unwrap();
    assert_eq!(last.test_accuracy, Some(outcome.test.layers[1]));
    // The batches' score: of the same data, but on the way.
    assert!((last.batch_accuracy - last.train_accuracy.unwrap()).abs() < 0.05);
    // The published "vote" is the last layer.
    let published = crate::layerwise::evaluate(
        &mut device,
        &data.dataset().test,
        2,
        &goals,
        crate::layerwise::VoteRule::Published,
        None,
    );
    assert_eq!(published.unwrap().vote, outcome.test.layers[1]);
}
