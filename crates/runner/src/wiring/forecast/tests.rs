use super::*;
use crate::wiring::{BenchCosts, ChipBox};
use fzero::estimate::{AutoRadius, Difference, DirectionLaw, EstimatorChoice, Radius};
use fzero::goal::{CosineGoal, LocalGoal, Prototypes};
use fzero::layerwise::{self, Scope};
use fzero::{BlackBox, Dataset, Ledger, Metered, Samples, Silent, Split, Stream, Tap};
use numerics::Streams;
use photonics::chip::cost::BenchCost;
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source};
use photonics::detector::{Adc, ReceiverNoise};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::mesh::rectangular::rectangular;
use photonics::process::heater::HeaterLaw;
use photonics::process::{DetectorProcess, HeaterProcess, Instruments, Process};
use std::f64::consts::PI;
use std::sync::Arc;

const PORTS: usize = 6;
const TRAIN: usize = 11;
const TEST: usize = 5;

fn device_of(law: HeaterLaw) -> ChipBox {
    let layer = LayerDesign {
        topology: Arc::new(rectangular(PORTS).unwrap()),
        readout: Readout::Signed,
        tap: photonics::design::Tap::Lossless,
        adc_full_scale_a: None,
        activation: Activation::Identity,
    };
    let design = ChipDesign {
        layers: vec![layer; 2],
        source: Source::ideal(1e-3),
        precision: Precision::Double,
    };
    let process = Process {
        heater: HeaterProcess {
            law,
            dac_bits: Some(16),
            full_scale_rad: 2.0 * PI,
            settling_s: 10e-6,
            ..HeaterProcess::ideal()
        },
        detector: DetectorProcess {
            noise: Some(ReceiverNoise::new(1e9, 50.0, 300.0)),
            adc: Some(Adc {
                bits: 12,
                full_scale_a: 2e-3,
            }),
            averages: 3,
            ..DetectorProcess::ideal()
        },
        instruments: Instruments {
            dac_j_per_conversion: Some(12e-12),
            adc_j_per_conversion: Some(1.48e-12),
            tia_w: Some(3e-3),
            modulator_j_per_symbol: Some(450e-15),
        },
        ..Process::ideal()
    };
    let (chip, _truth) = fabricate(&design, &process, DieSeed(1)).unwrap();
    ChipBox::new(chip, false)
}

/// What is forecast, and what a training spends.
fn forecast_and_spent(
    law: HeaterLaw,
    radius: Radius,
    scope: Scope,
) -> [(BenchLedger, BenchCosts); 2] {
    let mut device = Metered::new(device_of(law));
    let shapes = device.device().shapes().to_vec();
    let streams = Streams::new(1);
    let mut stream = streams.derive("forecast test", 0, 0);
    let mut uniform = |count: usize| -> Vec<f64> {
        (0..count)
            .map(|_| rand::RngExt::random::<f64>(&mut stream))
            .collect()
    };
    let initial: Vec<Vec<f64>> = shapes
        .iter()
        .map(|shape| {
            uniform(shape.parameters())
                .iter()
                .map(|x| 2.0 * PI * x)
                .collect()
        })
        .collect();
    let values: Vec<f32> = uniform(PORTS * (TRAIN + TEST))
        .iter()
        .map(|&x| x as f32)
        .collect();
    let labels: Vec<u16> = (0..TRAIN + TEST).map(|sample| sample as u16 % 3).collect();
    let split = |from: usize, to: usize| Split {
        values: &values[from * PORTS..to * PORTS],
        labels: &labels[from..to],
    };
    let data = Dataset {
        train: split(0, TRAIN),
        test: split(TRAIN, TRAIN + TEST),
        width: PORTS,
        classes: 3,
    };
    let goals: Vec<Box<dyn LocalGoal>> = (0..2)
        .map(|layer| {
            let mut stream = Stream::Prototypes.derive(&streams, layer, 0);
            let prototypes = Prototypes::simplex(3, 3, &mut stream).unwrap();
            Box::new(CosineGoal::new(prototypes)) as Box<dyn LocalGoal>
        })
        .collect();
    let plan = LayerwisePlan {
        epochs: 5,
        batch: 4,
        evaluate_every: 2,
        learning_rate: 0.01,
        scope,
        estimator: EstimatorChoice::Directional {
            radius,
            directions: 2,
            law: DirectionLaw::Gaussian,
            difference: Difference::Central,
        },
        ..LayerwisePlan::default()
    };
    let rates = *device.device().bench_rates();
    let mut fresh = device_of(law);
    for (layer, initial) in initial.iter().enumerate() {
        fresh.program(layer, initial, Purpose::Training).unwrap();
    }
    let heaters_w = fresh.heater_power_w();
    let ledger = forecast(&plan, TRAIN, TEST, &shapes, &rates, heaters_w);
    let outcome = layerwise::train(
        &mut device,
        &data,
        &goals,
        initial,
        &plan,
        &streams,
        &mut Silent,
    )
    .unwrap();
    let repetitions = device.repetitions();
    assert_counts(&outcome.ledger, device.device().bench(), repetitions);
    let costs = device.device().bench_costs();
    [
        (ledger, ledger.costs(&rates)),
        (*device.device().bench(), costs),
    ]
}

/// Programmings and queries are the same in both ledgers; a repeated sample is so many queries.
#[track_caller]
fn assert_counts(ledger: &Ledger, bench: &BenchLedger, repetitions: u32) {
    for (usage, used) in [
        (ledger.training, bench.training),
        (ledger.evaluation, bench.evaluation),
        (ledger.calibration, bench.calibration),
    ] {
        let counts = (used.programmings, used.samples * u64::from(repetitions));
        assert_eq!(counts, (usage.programmings, usage.queries));
    }
}

const RADII: [Radius; 2] = [
    Radius::Fixed(0.3),
    Radius::Auto(AutoRadius {
        ratio: 10.0,
        repeats: 6,
        probes: 4,
        smallest_rms: 1e-3,
        largest_rms: 0.1,
    }),
];

#[test]
fn without_heaters_it_is_exactly_what_a_training_spends() {
    let scopes = [Scope::Layerwise, Scope::Parallel, Scope::Global];
    for (radius, scope) in RADII.into_iter().flat_map(|r| scopes.map(|s| (r, s))) {
        let [forecast, spent] = forecast_and_spent(HeaterLaw::Direct, radius, scope);
        assert_eq!(forecast, spent);
        let calibrated = spent.1.calibration.total_j() > Some(0.0);
        assert_eq!(calibrated, radius != RADII[0]);
        assert!(spent.1.total().total_j() > spent.1.training.total_j());
    }
}

#[test]
fn heaters_are_estimated_and_all_else_is_exact() {
    for radius in RADII {
        let [forecast, spent] = forecast_and_spent(HeaterLaw::Power, radius, Scope::Layerwise);
        let [estimate_j, spent_j] = [forecast, spent].map(|(_, costs)| {
            let total = costs.total();
            total.heaters_j.unwrap()
        });
        // 72 phases uniform in a turn: their mean power is known to 7 %, and training moves them.
        let ratio = estimate_j / spent_j;
        assert!((0.8..1.25).contains(&ratio), "{ratio}");
        let without = |(_, costs): (BenchLedger, BenchCosts)| {
            [costs.training, costs.evaluation, costs.calibration].map(|cost| BenchCost {
                heaters_j: None,
                ..cost
            })
        };
        assert_eq!(without(forecast), without(spent));
    }
}

#[test]
fn a_refusal_books_nothing() {
    let mut device = device_of(HeaterLaw::Power);
    assert!(device.program(7, &[0.0; 36], Purpose::Training).is_err());
    let mut readouts = [0.0; 3];
    for (layer, width) in [(7, PORTS), (0, 5)] {
        let samples = Samples {
            values: &[0.5; PORTS],
            width,
        };
        let mut taps = [Tap {
            layer,
            readouts: &mut readouts,
        }];
        let refused = device.query(samples, &mut taps, Purpose::Calibration);
        assert!(refused.is_err());
    }
    assert_eq!(*device.bench(), BenchLedger::default());
}

#[test]
fn an_absurd_plan_has_an_absurd_cost() {
    let device = device_of(HeaterLaw::Power);
    let plan = LayerwisePlan {
        epochs: usize::MAX,
        ..LayerwisePlan::default()
    };
    let rates = device.bench_rates();
    let ledger = forecast(&plan, usize::MAX / 4, 1, device.shapes(), rates, 1.0);
    let total = ledger.costs(rates).total();
    assert!(total.total_s() > Some(1e12) && total.total_j().is_some_and(f64::is_finite));
}
