use super::*;
use crate::estimate::{Difference, EstimatorChoice, Radius};
use numerics::Streams;
use numerics::normal::fill_standard_normal;

/// Two trained groups of 200 and one that is not, in which the loss has slopes as well.
const SIZES: [(usize, bool); 3] = [(200, true), (10, false), (200, true)];
const PARAMETERS: usize = 410;

fn groups() -> Vec<ParameterGroup> {
    let mut start = 0;
    SIZES
        .iter()
        .map(|&(size, trained)| {
            let range = start..start + size;
            start += size;
            ParameterGroup::new("part", range, trained)
        })
        .collect()
}

fn gradient() -> Vec<f64> {
    let mut gradient = vec![0.0; PARAMETERS];
    fill_standard_normal(&mut Streams::new(6).derive("gradient", 0, 0), &mut gradient);
    gradient
}

/// Rms slope along directions with unit parts: the sum over groups of |g|^2 / n, square root.
fn slope() -> f64 {
    let gradient = gradient();
    let square = |group: &ParameterGroup| -> f64 {
        let part = &gradient[group.range.clone()];
        part.iter().map(|g| g * g).sum::<f64>() / part.len() as f64
    };
    let groups = groups();
    let trained = groups.iter().filter(|group| group.trained);
    trained.map(square).sum::<f64>().sqrt()
}

fn directional(auto: AutoRadius, difference: Difference) -> EstimatorChoice {
    EstimatorChoice::Directional {
        radius: Radius::Auto(auto),
        directions: 1,
        law: DirectionLaw::Gaussian,
        difference,
    }
}

/// Wide limits, so that the noise decides.
fn auto() -> AutoRadius {
    AutoRadius {
        ratio: 5.0,
        largest_rms: 0.3,
        ..Default::default()
    }
}

fn central() -> EstimatorChoice {
    directional(auto(), Difference::Central)
}

/// Chooses a radius for `loss`, which gets the parameters, and the measurement's number and a normal
/// number of it.
fn choose(
    choice: &EstimatorChoice,
    resolution: Option<f64>,
    seed: u64,
    loss: impl Fn(&[f64], f64, f64) -> f64,
) -> ChosenRadius {
    let mut calls = 0;
    let streams = Streams::new(seed);
    let mut noise = vec![0.0; choice.radius().measurements(0)];
    fill_standard_normal(&mut streams.derive("readout", 0, 0), &mut noise);
    let mut objective = |p: &[f64]| {
        calls += 1;
        Ok(loss(p, calls as f64, noise[calls - 1]))
    };
    let chosen = choice
        .choose_radius(
            &mut objective,
            &[0.0; PARAMETERS],
            &groups(),
            resolution,
            0,
            &mut streams.derive("probes", 0, 0),
        )
        .unwrap();
    assert_eq!(calls, choice.radius().measurements(0));
    chosen
}

fn linear(p: &[f64]) -> f64 {
    p.iter().zip(gradient()).map(|(p, g)| p * g).sum()
}

const SEEDS: u64 = 200;

/// Sorted ratios of signal to noise that the chosen radii really give.
fn true_ratios(
    choice: &EstimatorChoice,
    sigma: f64,
    span: f64,
    loss: impl Fn(&[f64], f64, f64) -> f64,
) -> Vec<f64> {
    let unit = span * slope() / (2.0_f64.sqrt() * sigma);
    let mut ratios: Vec<f64> = (0..SEEDS)
        .map(|seed| choose(choice, None, seed, &loss).radius * unit)
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios
}

/// The middle of `SEEDS` is off by 1.25 * 25 % / sqrt(200) = 2.2 % (one standard error), and its
/// expected value by some per cent, for the ratio is not normal.
fn assert_about(ratios: &[f64], wanted: f64) {
    let middle = ratios[ratios.len() / 2];
    assert!(
        (middle / wanted - 1.0).abs() < 0.15,
        "{middle} for {wanted}"
    );
}

#[test]
fn the_wanted_ratio_is_met_as_well_as_the_measurements_allow() {
    // The first radius is from 18 times too small to 56 times too large.
    for sigma in [1.0, 0.1, 0.01, 1e-3] {
        let ratios = true_ratios(&central(), sigma, 2.0, |p, _, noise| {
            linear(p) + sigma * noise
        });
        assert_about(&ratios, 5.0);
        // 95 % lie between 3 and 8: of 200, 190 with a standard deviation of 3.1.
        let within = ratios.iter().filter(|r| (3.0..8.0).contains(*r)).count();
        assert!(within >= 180, "{sigma}: {within} of {SEEDS}");
    }
}

#[test]
fn a_one_sided_difference_needs_twice_the_radius() {
    let choice = directional(auto(), Difference::OneSided);
    let ratios = true_ratios(&choice, 0.01, 1.0, |p, _, noise| linear(p) + 0.01 * noise);
    assert_about(&ratios, 5.0);
}

#[test]
fn coordinate_differences_shift_one_parameter() {
    let choice = EstimatorChoice::Coordinate {
        radius: Radius::Auto(AutoRadius {
            probes: 100,
            ..auto()
        }),
    };
    let sigma = 0.01;
    let chosen = choose(&choice, None, 3, |p, _, noise| {
        let shifted = p.iter().filter(|p| **p != 0.0).count();
        assert!(shifted <= 1 && p[200..210].iter().all(|p| *p == 0.0));
        linear(p) + sigma * noise
    });
    // The slope along one parameter: that of a direction but for its two parts.
    let ratio = chosen.radius * 2.0 * slope() / 2.0_f64.sqrt() / (2.0_f64.sqrt() * sigma);
    assert!((2.5..10.0).contains(&ratio), "{ratio}");
    assert_eq!(chosen.bound, RadiusBound::Noise);
}

#[test]
fn slow_drift_is_not_taken_for_noise() {
    let sigma = 0.01;
    // Over the 24 repeats it is 7 sigma.
    let ratios = true_ratios(&central(), sigma, 2.0, |p, call, noise| {
        linear(p) + sigma * (noise + 0.3 * call)
    });
    assert_about(&ratios, 5.0);
}

#[test]
fn the_noise_and_the_ratio_are_reported() {
    let sigma = 0.01;
    let chosen = choose(&central(), None, 0, |p, _, noise| linear(p) + sigma * noise);
    assert_eq!(chosen.bound, RadiusBound::Noise);
    // Five standard errors of 18 %.
    assert!((chosen.noise.unwrap() / sigma - 1.0).abs() < 0.9);
    assert!((chosen.expected_ratio.unwrap() - 5.0).abs() < 1e-12);
}

#[test]
fn without_noise_the_smallest_radius_or_the_resolution_holds() {
    let root = 200.0_f64.sqrt();
    let loss = |p: &[f64], _, _| linear(p);
    let free = choose(&central(), None, 0, loss);
    let expected = ChosenRadius {
        radius: 1e-4 * root,
        bound: RadiusBound::Smallest,
        noise: Some(0.0),
        expected_ratio: None,
    };
    assert_eq!(free, expected);
    let coarse = choose(&central(), Some(0.02), 0, loss);
    let expected = ChosenRadius {
        radius: 0.02 * root,
        bound: RadiusBound::Resolution,
        ..expected
    };
    assert_eq!(coarse, expected);
}

#[test]
fn noise_that_nothing_can_outweigh_gives_the_largest_radius() {
    let upper = 0.3 * 200.0_f64.sqrt();
    for seed in 0..20 {
        let chosen = choose(&central(), None, seed, |p, _, noise| {
            linear(p) + 100.0 * noise
        });
        assert_eq!((chosen.radius, chosen.bound), (upper, RadiusBound::Largest));
        assert!(chosen.expected_ratio.unwrap() < 2.5);
    }
    // So does a loss that nothing changes.
    let chosen = choose(&central(), None, 0, |_, _, _| 0.7);
    assert_eq!((chosen.radius, chosen.bound), (upper, RadiusBound::Largest));
}

#[test]
fn a_loss_that_saturates_is_approached_from_above() {
    let sigma = 1e-3;
    let saturating = |height: f64| {
        move |p: &[f64], _: f64, noise: f64| {
            let x = linear(p) / height;
            height * x / (1.0 + x.abs()) + sigma * noise
        }
    };
    // The radius wanted is 0.0025, the first one is 0.14, where the losses are a third and a tenth of
    // what the slope promises. The second time three rounds end above, by a factor of 2.
    assert_about(&true_ratios(&central(), sigma, 2.0, saturating(0.1)), 5.0);
    let far = true_ratios(&central(), sigma, 2.0, saturating(0.02));
    let middle = far[far.len() / 2];
    assert!((5.0..15.0).contains(&middle), "{middle}");
}

#[test]
fn where_rounding_hides_small_shifts_they_are_not_used() {
    // The device states no resolution, but rounds to 1e-3, beyond five times the smallest rms shift:
    // the numbers of a direction, at most 4 times the rms, are all lost at the smallest.
    let chosen = choose(&central(), None, 0, |p, _, _| {
        let rounded: Vec<f64> = p.iter().map(|p| (p / 1e-3).round() * 1e-3).collect();
        linear(&rounded)
    });
    let expected = 1e-3 * 200.0_f64.sqrt();
    assert!((chosen.radius / expected - 1.0).abs() < 4.0 * f64::EPSILON);
    assert_eq!(chosen.bound, RadiusBound::Resolution);
}

#[test]
fn a_radius_in_steps_is_an_rms_shift_of_so_many() {
    let choice = EstimatorChoice::Directional {
        radius: Radius::DacSteps(2.0),
        directions: 1,
        law: DirectionLaw::Rademacher,
        difference: Difference::Central,
    };
    let chosen = choose(&choice, Some(0.01), 0, |_, _, _| unreachable!());
    assert_eq!(chosen.radius, 0.02 * 200.0_f64.sqrt());
    assert_eq!(chosen.bound, RadiusBound::Given);
    let single = EstimatorChoice::Coordinate {
        radius: Radius::DacSteps(2.0),
    };
    let chosen = choose(&single, Some(0.01), 0, |_, _, _| unreachable!());
    assert_eq!(chosen.radius, 0.02);
}

#[test]
fn a_failing_measurement_is_passed_on_at_once() {
    let mut calls = 0;
    let mut objective = |_: &[f64]| {
        calls += 1;
        match calls {
            1..30 => Ok(0.0),
            _ => Err(TrainError::NothingToTrain { layer: 4 }),
        }
    };
    let failed = central().choose_radius(
        &mut objective,
        &[0.0; PARAMETERS],
        &groups(),
        None,
        0,
        &mut Streams::new(0).derive("probes", 0, 0),
    );
    assert_eq!(failed, Err(TrainError::NothingToTrain { layer: 4 }));
    assert_eq!(calls, 30);
}
