//! The choice of the smoothing radius within a training.

use super::tests::{device, initial, plan, run_on, shapes};
use super::*;
use crate::Metered;
use crate::estimate::{AutoRadius, Difference, DirectionLaw, EstimatorChoice, Radius, RadiusBound};
use crate::layerwise::Scope;
use crate::observe::Silent;
use crate::testing::{IntensityBox, NoisyBox, Recorder};

fn with_radius(radius: Radius) -> LayerwisePlan {
    LayerwisePlan {
        estimator: EstimatorChoice::Directional {
            radius,
            directions: 2,
            law: DirectionLaw::Gaussian,
            difference: Difference::Central,
        },
        ..plan()
    }
}

fn auto() -> LayerwisePlan {
    with_radius(Radius::Auto(AutoRadius {
        ratio: 5.0,
        largest_rms: 0.3,
        ..Default::default()
    }))
}

fn noisy(sigma: f32) -> NoisyBox<IntensityBox> {
    let device = IntensityBox::new(6, &[8, 8]);
    NoisyBox::new(device, sigma, Streams::new(40))
}

#[test]
fn the_dry_run_predicts_what_the_radius_costs() {
    let coordinate = LayerwisePlan {
        estimator: EstimatorChoice::Coordinate {
            radius: Radius::Auto(AutoRadius::default()),
        },
        ..plan()
    };
    let large_batch = LayerwisePlan {
        batch: 64,
        ..auto()
    };
    for plan in [auto(), coordinate, large_batch] {
        let mut device = Metered::new(noisy(0.05));
        let outcome = run_on(&mut device, &plan, &mut Silent).unwrap();
        assert_eq!(outcome.ledger, plan.queries(50, 21, &shapes()));
        let losses = 2 * 72;
        assert_eq!(outcome.ledger.calibration.passes, losses);
        assert_eq!(outcome.ledger.calibration.programmings, losses);
        let batch = plan.batch.min(50) as u64;
        assert_eq!(outcome.ledger.calibration.queries, losses * batch);
    }
}

#[test]
fn records_tell_the_radius_and_the_signal_to_noise() {
    let mut recorder = Recorder::default();
    run_on(&mut Metered::new(noisy(0.05)), &auto(), &mut recorder).unwrap();
    let [(0, first), (1, second)] = recorder.radii[..] else {
        panic!("{:?}", recorder.radii);
    };
    assert_ne!(first.radius, second.radius);
    for record in &recorder.records {
        let chosen = [first, second][record.layer];
        assert_eq!(chosen.bound, RadiusBound::Noise);
        assert_eq!(record.radius, Some(chosen.radius));
        // The radius is for 5, known to a quarter, at the layer's start; later slopes are others.
        let snr = record.difference_snr.unwrap();
        let range = if record.epoch == 1 {
            2.0..12.0
        } else {
            0.8..20.0
        };
        assert!(range.contains(&snr), "{record:?}");
    }

    // Without noise there is a radius and no ratio; with a given radius nothing is measured.
    let mut recorder = Recorder::default();
    run_on(&mut device(), &auto(), &mut recorder).unwrap();
    for record in &recorder.records {
        let weights: f64 = [48.0, 64.0][record.layer];
        assert_eq!(record.radius, Some(1e-4 * weights.sqrt()));
        assert_eq!(record.difference_snr, None);
    }
    let mut recorder = Recorder::default();
    let given = with_radius(Radius::Fixed(0.02));
    let outcome = run_on(&mut Metered::new(noisy(0.05)), &given, &mut recorder).unwrap();
    assert_eq!(outcome.ledger.calibration, Default::default());
    let known = |record: &EpochRecord| (record.radius, record.difference_snr) == (Some(0.02), None);
    assert!(recorder.records.iter().all(known));
}

#[test]
fn noise_that_drowns_a_small_radius_is_overcome_by_the_measured_one() {
    let accuracy = |plan: LayerwisePlan| {
        let plan = LayerwisePlan {
            epochs: 150,
            evaluate_every: 0,
            ..plan
        };
        // Evaluated without noise, so that only what was learned counts.
        let mut device = Metered::new(noisy(0.3));
        let outcome = run_on(&mut device, &plan, &mut Silent).unwrap();
        let mut quiet = Metered::new(IntensityBox::new(6, &[8, 8]));
        super::tests::accuracy_of(&mut quiet, &outcome.parameters)
    };
    let small = accuracy(with_radius(Radius::Fixed(1e-4)));
    let measured = accuracy(auto());
    assert!(small < 0.7 && measured > 0.9, "{small} {measured}");
}

#[test]
fn coarse_parameters_ask_for_a_step_each() {
    let coarse = || Metered::new(noisy(0.0).with_resolution(0.05));
    let mut recorder = Recorder::default();
    run_on(&mut coarse(), &auto(), &mut recorder).unwrap();
    let steps = with_radius(Radius::DacSteps(1.0));
    let mut given = Recorder::default();
    run_on(&mut coarse(), &steps, &mut given).unwrap();
    for ((_, auto), (_, steps)) in recorder.radii.iter().zip(&given.radii) {
        assert_eq!(auto.radius, steps.radius);
        assert_eq!(auto.bound, RadiusBound::Resolution);
    }
    assert_eq!(recorder.parameters, given.parameters);

    // Refused before the device is touched.
    let mut smooth = device();
    let failed = run_on(&mut smooth, &steps, &mut Silent).unwrap_err();
    assert!(failed.to_string().contains("resolution"), "{failed}");
    assert_eq!(*smooth.ledger(), Ledger::default());
}

#[test]
fn a_budget_spent_on_the_radius_ends_the_run_cleanly() {
    let mut device = Metered::new(noisy(0.05)).with_budget(Some(40 * 16));
    let mut recorder = Recorder::default();
    let outcome = run_on(&mut device, &auto(), &mut recorder).unwrap();
    assert_eq!(outcome.stopped, Stop::Budget);
    assert_eq!(outcome.epochs, [0, 0]);
    assert_eq!(outcome.parameters, initial());
    assert_eq!(outcome.ledger.calibration.queries, 40 * 16);
    assert_eq!(outcome.ledger.training.queries, 0);
    assert!(recorder.records.is_empty() && recorder.radii.is_empty());
    // The last programming is that of the unshifted parameters.
    assert_eq!(outcome.ledger.evaluation.programmings, 1);
}

#[test]
fn a_given_radius_has_a_signal_to_noise_where_the_noise_is_measured() {
    let plan = LayerwisePlan {
        noise_repeats: 24,
        ..with_radius(Radius::Fixed(0.3))
    };
    let mut recorder = Recorder::default();
    let outcome = run_on(&mut Metered::new(noisy(0.05)), &plan, &mut recorder).unwrap();
    assert_eq!(outcome.ledger, plan.queries(50, 21, &shapes()));
    assert_eq!(outcome.ledger.calibration.passes, 2 * 24);
    for (layer, chosen) in &recorder.radii {
        assert_eq!(
            (chosen.radius, chosen.bound),
            (0.3, RadiusBound::Given),
            "{layer}"
        );
        assert!(chosen.noise.unwrap() > 0.0);
    }
    assert!(
        recorder
            .records
            .iter()
            .all(|record| record.difference_snr.unwrap() > 0.0)
    );
    // Measuring it changes nothing else.
    let blind = with_radius(Radius::Fixed(0.3));
    let mut device = Metered::new(IntensityBox::new(6, &[8, 8]));
    let without = run_on(&mut device, &blind, &mut Silent).unwrap();
    let mut device = Metered::new(IntensityBox::new(6, &[8, 8]));
    let with = run_on(&mut device, &plan, &mut Silent).unwrap();
    assert_eq!(with.parameters, without.parameters);
}

/// Each part has a radius and a noise of its own, at its own cost.
#[test]
fn parts_of_a_stage_choose_their_radii_apart() {
    let parallel = LayerwisePlan {
        scope: Scope::Parallel,
        ..auto()
    };
    let mut recorder = Recorder::default();
    let outcome = run_on(&mut Metered::new(noisy(0.05)), &parallel, &mut recorder).unwrap();
    assert_eq!(outcome.ledger, parallel.queries(50, 21, &shapes()));
    assert_eq!(outcome.ledger.calibration.passes, 2 * 72);
    assert_eq!(outcome.ledger.calibration.programmings, 2 * 2 * 72);
    let layers: Vec<_> = recorder.radii.iter().map(|(layer, _)| *layer).collect();
    assert_eq!(layers, [0, 1]);
    assert_ne!(recorder.radii[0].1.radius, recorder.radii[1].1.radius);
    for record in &recorder.records {
        let (_, chosen) = recorder.radii[record.layer];
        assert_eq!(record.radius, Some(chosen.radius));
        assert!(record.difference_snr.is_some());
    }
}
