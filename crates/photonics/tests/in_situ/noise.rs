//! Receivers with noise: no bias where what does not interfere cancels.

use crate::bench::{Case, design, monitored};
use photonics::design::{Readout, Source};
use photonics::detector::{LocalOscillator, ReceiverNoise};
use photonics::in_situ::Interference;
use photonics::mesh::NamedTopology;
use photonics::process::{DetectorProcess, Process};

const REPEATS: usize = 16_000;

fn noisy() -> Process {
    Process {
        detector: DetectorProcess {
            dark_current_a: 1e-6,
            // About 10 uA rms, beside currents of up to 1 mA, and a weak local oscillator.
            noise: Some(ReceiverNoise::new(3e11, 50.0, 300.0)),
            local_oscillator: LocalOscillator {
                power_w: 1e-5,
                phase_rad: 0.0,
            },
            ..DetectorProcess::ideal()
        },
        ..monitored()
    }
}

/// Mean of the gradient over many measurements, and the variance of that mean.
fn statistics(case: &mut Case, interference: Interference) -> (Vec<f64>, Vec<f64>) {
    let length = case.actual_rad.concat().len();
    let (mut sum, mut squares) = (vec![0.0; length], vec![0.0; length]);
    for _ in 0..REPEATS {
        for ((sum, square), x) in sum
            .iter_mut()
            .zip(&mut squares)
            .zip(case.in_situ(interference))
        {
            *sum += x;
            *square += x * x;
        }
    }
    let n = REPEATS as f64;
    let mean: Vec<f64> = sum.iter().map(|sum| sum / n).collect();
    let variance = mean.iter().zip(&squares);
    let variance = variance.map(|(mean, square)| (square / n - mean * mean) / (n - 1.0));
    let variance = variance.collect();
    (mean, variance)
}

fn case() -> Case {
    let design = design(NamedTopology::Rectangular, 6, 1, Readout::Intensity);
    Case::new(design, noisy(), 1, 6)
}

#[test]
fn opposite_phases_have_no_bias() {
    let mut case = case();
    let expected = case.of_truth();
    let (mean, variance) = statistics(&mut case, Interference::OppositePhases);
    // Those of gamma are 0 to rounding: an intensity does not depend on its phase.
    let shifters = 2 * case.design.layers[0].topology.mzis();
    let (mean, variance) = (&mean[..shifters], &variance[..shifters]);
    let expected = &expected[..shifters];
    let squares = mean.iter().zip(expected).zip(variance);
    let squares: Vec<f64> = squares.map(|((m, e), v)| (m - e).powi(2) / v).collect();
    let p = squares.len() as f64;
    // They are correlated; were they all one, the mean would be a chi-square of one degree.
    let mean_square = squares.iter().sum::<f64>() / p;
    assert!(mean_square < 4.0, "{mean_square}");
    assert!(squares.iter().all(|x| *x < 25.0), "{squares:?}");
    // The noise is not small: of every phase more than a tenth of the mean gradient.
    let size = expected.iter().map(|x| x.abs()).sum::<f64>() / p;
    assert!(
        variance
            .iter()
            .all(|v| (v * REPEATS as f64).sqrt() > 0.1 * size)
    );
}

/// What was received with noise n is sent in again: |n|^2 remains. At the first phase shifters, which the light
/// meets unchanged, that is the variance of both quadratures.
#[test]
fn three_intensities_keep_the_power_of_the_noise() {
    let mut case = case();
    let expected = case.of_truth();
    let (mean, variance) = statistics(&mut case, Interference::ThreeIntensities);
    let detector = case.process.detector;
    let noise = detector.noise.unwrap();
    // Two diodes with half of the local oscillator each; the dark current is that of the three readings.
    let current_a = 2.0 * detector.dark_current_a + detector.local_oscillator.power_w;
    let both = noise.variance_a2(current_a) + noise.variance_a2(0.0);
    // E = I / (2 R sqrt(P_LO / 2)), and two quadratures.
    let power_w = 2.0 * both / (4.0 * 0.5 * detector.local_oscillator.power_w);
    let input_w: f64 = case
        .light
        .iter()
        .map(|x| 1e-3 * f64::from(*x).powi(2))
        .sum();
    let topology = case.design.layers[0].topology.clone();
    for mzi in topology.column(0) {
        let place = topology.mzis() + mzi;
        let off = mean[place] - expected[place];
        // The scale by which the cotangent was made as strong as the light.
        let scale = (input_w / cotangent_w(&case)).sqrt();
        let bias = 0.5 * (power_w - detector.dark_current_a) / scale;
        let sigma = variance[place].sqrt();
        // The scale is that of the noisy cotangent: its power has 1 % of noise.
        assert!(
            (off - bias).abs() < 4.0 * sigma + 0.05 * bias,
            "{off} {bias} {sigma}"
        );
        assert!(bias > 5.0 * sigma, "{bias} {sigma}");
    }
}

/// |g|^2 behind the mesh, without noise.
fn cotangent_w(case: &Case) -> f64 {
    let phases = photonics::mesh::MeshPhases::split(
        &case.actual_rad[0],
        case.design.layers[0].topology.mzis(),
        case.design.ports(),
    );
    let u = case.truth.layers()[0].matrix(phases.unwrap());
    let light = case.light.iter().map(|x| 1e-3_f64.sqrt() * f64::from(*x));
    let light = nalgebra::DVector::from_iterator(case.light.len(), light.map(Into::into));
    let out = u * light;
    let g = out
        .iter()
        .zip(&case.slopes)
        .map(|(e, y)| 4.0 * y * y * e.norm_sqr());
    g.sum()
}

/// The laser's power fluctuates in every pass by itself.
#[test]
fn intensity_noise_is_drawn_anew_in_every_pass() {
    let mut design = design(NamedTopology::Rectangular, 4, 1, Readout::Intensity);
    design.source = Source {
        rin_db_per_hz: Some(-140.0),
        ..design.source
    };
    let mut case = Case::new(design, noisy(), 2, 7);
    let first = case.in_situ(Interference::OppositePhases);
    let second = case.in_situ(Interference::OppositePhases);
    assert_ne!(first, second);
    // The same die measured in the same order gives the same numbers.
    let again = Case::new(case.design.clone(), noisy(), 2, 7).in_situ(Interference::OppositePhases);
    assert_eq!(first, again);
}
