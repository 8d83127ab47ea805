use super::*;
use crate::baseline::{Cotangent, DifferentiableTwin, Gradient, train};
use crate::data::Split;
use crate::digital::{Mlp, MlpOptions};
use crate::goal::{CosineGoal, CrossEntropy, Goodness, Prototypes};
use crate::layerwise::{self, Scope, VoteRule};
use crate::ledger::Usage;
use crate::optimizer::OptimizerChoice;
use crate::streams::Stream;
use crate::testing::IntensityBox;
use crate::{LabelInput, Metered, Silent};
use std::ops::Range;

const VALUES: [f32; 24] = [
    1.0, 0.2, 0.0, 0.1, 0.9, 0.1, 0.1, 0.0, 0.1, 1.0, 0.1, 0.0, 0.0, 0.8, 0.2, 0.1, 0.1, 0.0, 0.2,
    1.0, 0.0, 0.1, 0.1, 0.9,
];
const LABELS: [u16; 6] = [0, 0, 1, 1, 2, 2];
const PASSES: u32 = 3;

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

/// A network that takes its own gradient for one that was measured.
struct Inside {
    network: Mlp<f64>,
    samples: Vec<f32>,
}

impl BlackBox for Inside {
    fn inputs(&self) -> usize {
        self.network.inputs()
    }

    fn layers(&self) -> usize {
        BlackBox::layers(&self.network)
    }

    fn layer(&self, layer: usize) -> &LayerShape {
        self.network.layer(layer)
    }

    fn program(
        &mut self,
        layer: usize,
        parameters: &[f64],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        BlackBox::program(&mut self.network, layer, parameters, purpose)
    }

    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.network.query(samples, taps, purpose)
    }
}

impl TappedBox for Inside {
    fn query_inside(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.samples = samples.values.to_vec();
        self.query(samples, taps, purpose)
    }

    fn gradient_passes(&self, layers: Range<usize>) -> u32 {
        PASSES * layers.len() as u32
    }

    fn gradient(
        &mut self,
        cotangents: &[Cotangent<'_>],
        gradients: &mut [Gradient<'_>],
        _purpose: Purpose,
    ) -> Result<(), DeviceError> {
        let samples = Samples {
            values: &self.samples,
            width: 4,
        };
        DifferentiableTwin::vjp(&mut self.network, samples, cotangents, gradients)
    }
}

fn device() -> Metered<Inside> {
    Metered::new(Inside {
        network: network(),
        samples: Vec::new(),
    })
}

fn plan(scope: Scope, gradient: GradientSource) -> LayerwisePlan {
    LayerwisePlan {
        epochs: 20,
        batch: 4,
        evaluate_every: 7,
        scope,
        gradient,
        optimizer: OptimizerChoice::Adam {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        },
        learning_rate: 0.03,
        ..LayerwisePlan::default()
    }
}

const IN_SITU: GradientSource = GradientSource::InSitu {
    passes_per_layer: PASSES,
};

fn goals(scope: Scope, streams: &Streams) -> Vec<Box<dyn LocalGoal>> {
    let goal = |(layer, readouts)| -> Box<dyn LocalGoal> {
        if scope == Scope::Global {
            return Box::new(CrossEntropy::new(3, readouts, 2.0).unwrap());
        }
        let mut stream = Stream::Prototypes.derive(streams, layer, 0);
        Box::new(CosineGoal::new(
            Prototypes::simplex(3, readouts, &mut stream).unwrap(),
        ))
    };
    [5, 6].into_iter().enumerate().map(goal).collect()
}

/// Gradients that are the same lead to the same parameters, and every pass is counted.
#[test]
fn the_loop_is_that_of_a_twin_and_counts_what_is_measured() {
    for scope in [Scope::Layerwise, Scope::Parallel, Scope::Global] {
        let streams = Streams::new(3);
        let initial = network().initial_parameters(&streams);
        let goals = goals(scope, &streams);
        let mut device = device();
        let in_situ = plan(scope, IN_SITU);
        let observer = &mut Silent;
        let found = train_in_situ(
            &mut device,
            &data(),
            &goals,
            initial.clone(),
            &in_situ,
            &streams,
            observer,
        )
        .unwrap();
        let exact = plan(scope, GradientSource::Twin);
        let twin = train(
            &mut Metered::new(network()),
            &mut network(),
            &data(),
            &goals,
            initial,
            &exact,
            &streams,
            observer,
        )
        .unwrap();
        assert_eq!(found.parameters, twin.parameters);
        let shapes: Vec<_> = (0..2).map(|layer| device.layer(layer).clone()).collect();
        assert_eq!(found.ledger, in_situ.queries(6, 6, &shapes));
        let (stages, layers) = match scope {
            Scope::Layerwise => (2, 1),
            Scope::Parallel | Scope::Global => (1, 2),
        };
        let passes = u64::from(1 + PASSES * layers);
        assert_eq!(
            found.ledger.training,
            Usage {
                queries: stages * 20 * 6 * passes,
                passes: stages * 20 * 2 * passes,
                programmings: 2 + stages * 20 * 2 * u64::from(layers),
            }
        );
    }
}

#[test]
fn the_budget_counts_passes_inside() {
    let streams = Streams::new(3);
    let initial = network().initial_parameters(&streams);
    let budget = 4 * 6 + 5;
    let mut device = device().with_budget(Some(budget));
    let outcome = train_in_situ(
        &mut device,
        &data(),
        &goals(Scope::Layerwise, &streams),
        initial,
        &plan(Scope::Layerwise, IN_SITU),
        &streams,
        &mut Silent,
    )
    .unwrap();
    assert_eq!(outcome.stopped, crate::Stop::Budget);
    // The first batch of the second epoch was read; three passes more were too many.
    assert_eq!(outcome.ledger.budgeted_queries(), 4 * 6 + 4);
}

#[test]
fn who_was_not_handed_the_inside_does_not_get_it() {
    let streams = Streams::new(3);
    let goals = goals(Scope::Layerwise, &streams);
    let initial = network().initial_parameters(&streams);
    let plan_in_situ = plan(Scope::Layerwise, IN_SITU);
    let outside = layerwise::train(
        &mut device(),
        &data(),
        &goals,
        initial.clone(),
        &plan_in_situ,
        &streams,
        &mut Silent,
    );
    assert_eq!(outside, Err(TrainError::TwinNeeded));
    let inside = |plan: &LayerwisePlan| {
        train_in_situ(
            &mut device(),
            &data(),
            &goals,
            initial.clone(),
            plan,
            &streams,
            &mut Silent,
        )
    };
    let exact = plan(Scope::Layerwise, GradientSource::Twin);
    assert_eq!(inside(&exact), Err(TrainError::TwinNeeded));
    let scaled = LayerwisePlan {
        optimizer: OptimizerChoice::default(),
        ..plan_in_situ
    };
    assert!(matches!(
        inside(&scaled),
        Err(TrainError::Setting {
            key: "dimension_scaling",
            ..
        })
    ));
}

/// Positive and negative samples, accumulated goodness, and what it costs to ask for every label.
#[test]
fn goodness_learns_from_measured_losses() {
    let values = [
        0.0, 0.0, 1.0, 0.1, 0.0, 0.0, 0.9, 0.2, 0.0, 0.0, 0.1, 1.0, 0.0, 0.0, 0.2, 0.8,
    ];
    let labels = [0, 0, 1, 1];
    let split = Split {
        values: &values,
        labels: &labels,
    };
    let data = Dataset {
        train: split,
        test: split,
        width: 4,
        classes: 2,
    };
    let streams = Streams::new(1);
    let mut device = Metered::new(IntensityBox::new(4, &[8, 8]));
    let initial = device.device().random_parameters(&streams);
    let goals: Vec<Box<dyn LocalGoal>> = (0..2)
        .map(|_| Box::new(Goodness::new(2, 8, 0.5, 10.0).unwrap()) as Box<dyn LocalGoal>)
        .collect();
    let shown = LabelInput {
        first: 0,
        classes: 2,
        amplitude: 1.0,
    };
    let plan = LayerwisePlan {
        epochs: 300,
        batch: 4,
        evaluate_every: 100,
        learning_rate: 0.05,
        vote: VoteRule::Accumulated,
        labels: Some(shown),
        ..LayerwisePlan::default()
    };
    let observer = &mut Silent;
    let outcome = layerwise::train(
        &mut device,
        &data,
        &goals,
        initial.clone(),
        &plan,
        &streams,
        observer,
    )
    .unwrap();
    assert_eq!(outcome.test.vote, 1.0);
    assert_eq!(outcome.test.vote, outcome.test.layers[1]);
    let shapes: Vec<_> = (0..2).map(|layer| device.layer(layer).clone()).collect();
    assert_eq!(outcome.ledger, plan.queries(4, 4, &shapes));
    // Two losses of each sample with two labels; both labels of both splits.
    assert_eq!(outcome.ledger.training.queries, 2 * 300 * 4 * 2 * 2);
    assert_eq!(outcome.ledger.evaluation.queries, (2 * 3 + 1) * 8 * 2);
    let without = LayerwisePlan {
        labels: None,
        ..plan
    };
    let refused = layerwise::train(
        &mut device,
        &data,
        &goals,
        initial,
        &without,
        &streams,
        observer,
    );
    assert!(matches!(refused, Err(TrainError::WrongLength { .. })));
}
