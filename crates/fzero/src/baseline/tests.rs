use super::*;
use crate::data::Split;
use crate::digital::{Mlp, MlpOptions};
use crate::goal::{CosineGoal, CrossEntropy, Prototypes};
use crate::layerwise::{self, Scope, VoteRule};
use crate::ledger::Usage;
use crate::optimizer::OptimizerChoice;
use crate::streams::Stream;
use crate::testing::NoisyBox;
use crate::{Metered, Silent};

/// Three classes of four pixels.
const VALUES: [f32; 24] = [
    1.0, 0.2, 0.0, 0.1, 0.9, 0.1, 0.1, 0.0, 0.1, 1.0, 0.1, 0.0, 0.0, 0.8, 0.2, 0.1, 0.1, 0.0, 0.2,
    1.0, 0.0, 0.1, 0.1, 0.9,
];
const LABELS: [u16; 6] = [0, 0, 1, 1, 2, 2];

fn data() -> Dataset<'static> {
    let split = Split {
        values: &VALUES,
        labels: &LABELS,
    };
    Dataset {
        train: split,
        test: split,
        width: 4,
        classes: 3,
    }
}

fn network() -> Mlp<f64> {
    Mlp::new(MlpOptions {
        inputs: 4,
        widths: vec![5, 6],
        ..MlpOptions::default()
    })
    .unwrap()
}

fn plan(scope: Scope, gradient: GradientSource) -> LayerwisePlan {
    LayerwisePlan {
        epochs: 60,
        batch: 4,
        scope,
        gradient,
        optimizer: OptimizerChoice::Adam {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        },
        learning_rate: 0.03,
        vote: match scope {
            Scope::Layerwise | Scope::Parallel => VoteRule::AllLayers,
            Scope::Global => VoteRule::LastLayer,
        },
        ..LayerwisePlan::default()
    }
}

fn goals(scope: Scope, streams: &Streams) -> Vec<Box<dyn LocalGoal>> {
    [5, 6]
        .into_iter()
        .enumerate()
        .map(|(layer, readouts)| match scope {
            Scope::Global => {
                Box::new(CrossEntropy::new(3, readouts, 2.0).unwrap()) as Box<dyn LocalGoal>
            }
            Scope::Layerwise | Scope::Parallel => {
                let mut stream = Stream::Prototypes.derive(streams, layer, 0);
                let prototypes = Prototypes::simplex(3, readouts, &mut stream).unwrap();
                Box::new(CosineGoal::new(prototypes))
            }
        })
        .collect()
}

#[test]
fn all_scopes_learn_from_a_twin_and_use_what_the_plan_says() {
    for scope in [Scope::Layerwise, Scope::Parallel, Scope::Global] {
        for gradient in [GradientSource::Twin, GradientSource::DeviceAndTwin] {
            let streams = Streams::new(3);
            let mut device = Metered::new(network());
            let initial = device.device().initial_parameters(&streams);
            let mut twin = network();
            let plan = plan(scope, gradient);
            let outcome = train(
                &mut device,
                &mut twin,
                &data(),
                &goals(scope, &streams),
                initial,
                &plan,
                &streams,
                &mut Silent,
            )
            .unwrap();
            assert_eq!(outcome.test.vote, 1.0, "{scope:?} {gradient:?}");
            let shapes: Vec<_> = (0..2)
                .map(|layer| crate::BlackBox::layer(device.device(), layer).clone())
                .collect();
            assert_eq!(outcome.ledger, plan.queries(6, 6, &shapes));
            let training = outcome.ledger.training;
            match (gradient, scope) {
                // The two programmings before the first step.
                (GradientSource::Twin, _) => assert_eq!(
                    training,
                    Usage {
                        programmings: 2,
                        ..Usage::default()
                    }
                ),
                (_, Scope::Global) => assert_eq!(
                    training,
                    Usage {
                        queries: 6 * 60,
                        passes: 2 * 60,
                        programmings: 2 + 2 * 2 * 60,
                    }
                ),
                (_, Scope::Layerwise) => assert_eq!(training.queries, 2 * 6 * 60),
                (_, Scope::Parallel) => assert_eq!(training.queries, 6 * 60),
            }
        }
    }
}

/// One plain step of rate r moves the parameters by -r times the gradient of the loss, whose differences
/// tell the same: along each coordinate, to second order.
#[test]
fn a_step_goes_down_the_gradient_of_the_loss_at_the_tap() {
    for scope in [Scope::Layerwise, Scope::Parallel, Scope::Global] {
        let streams = Streams::new(4);
        let initial = network().initial_parameters(&streams);
        let goals = goals(scope, &streams);
        let rate = 1e-3;
        let plan = LayerwisePlan {
            epochs: 1,
            batch: 6,
            optimizer: OptimizerChoice::Sgd {
                dimension_scaling: false,
                momentum: 0.0,
            },
            learning_rate: rate,
            ..plan(scope, GradientSource::Twin)
        };
        let outcome = train(
            &mut Metered::new(network()),
            &mut network(),
            &data(),
            &goals,
            initial.clone(),
            &plan,
            &streams,
            &mut Silent,
        )
        .unwrap();
        for layer in 0..2 {
            let tap = if scope == Scope::Global { 1 } else { layer };
            let mut at = initial.clone();
            if scope == Scope::Layerwise && layer == 1 {
                // The layer before it has been trained.
                at[0] = outcome.parameters[0].clone();
            }
            let loss = |parameters: &[Vec<f64>]| {
                let mut network = network();
                for (layer, own) in parameters.iter().enumerate() {
                    DifferentiableTwin::program(&mut network, layer, own).unwrap();
                }
                let samples = crate::Samples {
                    values: &VALUES,
                    width: 4,
                };
                let mut readouts = vec![0.0; 6 * goals[tap].readouts()];
                let tap = crate::Tap {
                    layer: tap,
                    readouts: &mut readouts,
                };
                let goal = &goals[tap.layer];
                network.forward(samples, &mut [tap]).unwrap();
                let mut scratch = crate::goal::GoalScratch::default();
                goal.loss(&readouts, &LABELS, &mut scratch).unwrap().loss
            };
            let h = 1e-3;
            for i in 0..at[layer].len() {
                let middle = at[layer][i];
                let moved = outcome.parameters[layer][i] - middle;
                at[layer][i] = middle + h;
                let plus = loss(&at);
                at[layer][i] = middle - h;
                let minus = loss(&at);
                at[layer][i] = middle;
                let slope = (plus - minus) / (2.0 * h);
                // Readouts are rounded to f32 (1e-7 of each, over 2h), and h^2 of the third derivative.
                let tolerance = 2e-4 + 10.0 * h * h;
                assert!(
                    (moved / -rate - slope).abs() < tolerance,
                    "{scope:?} layer {layer}, {i}: {} {slope}",
                    moved / -rate
                );
            }
        }
    }
}

/// The readouts that count are the device's: a wrong twin that is only asked for the way back still leads
/// to the device's own optimum where one that is asked for both ways does not.
#[test]
fn physics_aware_training_takes_its_losses_from_the_device() {
    let streams = Streams::new(5);
    let goals = goals(Scope::Global, &streams);
    let initial = network().initial_parameters(&streams);
    let mut parameters = Vec::new();
    for gradient in [GradientSource::Twin, GradientSource::DeviceAndTwin] {
        for sigma in [0.0, 0.2] {
            let mut device = Metered::new(NoisyBox::new(network(), sigma, Streams::new(9)));
            let outcome = train(
                &mut device,
                &mut network(),
                &data(),
                &goals,
                initial.clone(),
                &plan(Scope::Global, gradient),
                &streams,
                &mut Silent,
            )
            .unwrap();
            parameters.push(outcome.parameters);
        }
    }
    // What is trained on the twin knows nothing of the device's noise.
    assert_eq!(parameters[0], parameters[1]);
    assert_eq!(parameters[0], parameters[2]);
    assert_ne!(parameters[2], parameters[3]);
}

#[test]
fn access_and_plan_have_to_fit() {
    let streams = Streams::new(5);
    let initial = || network().initial_parameters(&streams);
    let goals = goals(Scope::Layerwise, &streams);
    let with_twin = |plan: &LayerwisePlan| {
        train(
            &mut Metered::new(network()),
            &mut network(),
            &data(),
            &goals,
            initial(),
            plan,
            &streams,
            &mut Silent,
        )
    };
    let measured = plan(Scope::Layerwise, GradientSource::Measured);
    assert_eq!(with_twin(&measured), Err(TrainError::TwinNeeded));
    let exact = plan(Scope::Layerwise, GradientSource::Twin);
    let without = layerwise::train(
        &mut Metered::new(network()),
        &data(),
        &goals,
        initial(),
        &exact,
        &streams,
        &mut Silent,
    );
    assert_eq!(without, Err(TrainError::TwinNeeded));
    let scaled = LayerwisePlan {
        optimizer: OptimizerChoice::default(),
        ..exact
    };
    assert!(matches!(
        with_twin(&scaled),
        Err(TrainError::Setting {
            key: "dimension_scaling",
            ..
        })
    ));
}

#[test]
fn measured_gradients_train_all_layers_at_once() {
    let streams = Streams::new(6);
    let mut device = Metered::new(network());
    let initial = device.device().initial_parameters(&streams);
    let plan = LayerwisePlan {
        epochs: 1500,
        evaluate_every: 0,
        optimizer: OptimizerChoice::default(),
        learning_rate: 0.02,
        ..plan(Scope::Global, GradientSource::Measured)
    };
    let outcome = layerwise::train(
        &mut device,
        &data(),
        &goals(Scope::Global, &streams),
        initial.clone(),
        &plan,
        &streams,
        &mut Silent,
    )
    .unwrap();
    assert_eq!(outcome.test.vote, 1.0);
    assert_eq!(outcome.epochs, [1500, 1500]);
    for (before, after) in initial.iter().zip(&outcome.parameters) {
        assert!(before.iter().zip(after).all(|(a, b)| a != b));
    }
    let shapes: Vec<_> = (0..2)
        .map(|layer| crate::BlackBox::layer(device.device(), layer).clone())
        .collect();
    assert_eq!(outcome.ledger, plan.queries(6, 6, &shapes));
}
