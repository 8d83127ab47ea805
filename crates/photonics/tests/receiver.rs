//! What detectors make of light: closed forms for every noise source alone and for every other effect.

mod common;

use common::{random_phases, stream};
use num_complex::Complex64;
use photonics::chip::Chip;
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, DesignError, LayerDesign, Precision, Readout, Source, Tap};
use photonics::detector::{Adc, LocalOscillator, ReceiverNoise, Response};
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::mesh::Topology;
use photonics::mesh::rectangular::rectangular;
use photonics::process::{DeadDetector, DetectorProcess, Faults, Process};
use std::sync::Arc;

/// Elementary charge in C and Boltzmann constant in J/K.
const Q: f64 = 1.602_176_634e-19;
const K: f64 = 1.380_649e-23;

const BANDWIDTH_HZ: f64 = 1e9;

const NOISE: ReceiverNoise = ReceiverNoise::new(BANDWIDTH_HZ, 50.0, 300.0);

/// No noise but that of the laser.
const RIN_ALONE: ReceiverNoise = ReceiverNoise {
    shot: false,
    thermal: false,
    ..NOISE
};

const IDEAL: DetectorProcess = DetectorProcess::ideal();

fn design(layers: &[Topology], readout: Readout) -> ChipDesign {
    let layer = |topology: &Topology| LayerDesign {
        topology: Arc::new(topology.clone()),
        readout,
        tap: Tap::Lossless,
        adc_full_scale_a: None,
        activation: Activation::Identity,
    };
    ChipDesign {
        layers: layers.iter().map(layer).collect(),
        source: Source::ideal(1e-3),
        precision: Precision::Single,
    }
}

fn die(design: &ChipDesign, detector: DetectorProcess) -> (Chip, GroundTruth) {
    let process = Process {
        detector,
        ..Process::ideal()
    };
    fabricate(design, &process, DieSeed(1)).unwrap()
}

fn chip(layers: &[Topology], readout: Readout, detector: DetectorProcess) -> Chip {
    die(&design(layers, readout), detector).0
}

/// Ports that lead straight to their photodiodes.
fn straight(ports: usize) -> Topology {
    Topology::new("wires", ports, []).unwrap()
}

/// 64 of them.
fn wires() -> Topology {
    straight(64)
}

/// One tap of one query.
fn measure(chip: &mut Chip, layer: usize, amplitudes: &[f32]) -> Vec<f32> {
    let samples = amplitudes.len() / chip.ports();
    let mut currents = vec![0.0; samples * chip.readouts(layer).unwrap()];
    chip.measure(amplitudes, &mut [(layer, &mut currents)])
        .unwrap();
    currents
}

/// Mean and variance.
fn moments(x: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = x.clone().count() as f64;
    let mean = x.clone().sum::<f64>() / n;
    (mean, x.map(|x| (x - mean).powi(2)).sum::<f64>() / n)
}

/// Equal within 2 %.
#[track_caller]
fn assert_variance(found: f64, expected: f64) {
    assert!(
        (found / expected - 1.0).abs() < 0.02,
        "{found:e} is not {expected:e}"
    );
}

#[track_caller]
fn assert_close(found: f32, expected: f64, tolerance: f64) {
    assert!(
        (f64::from(found) - expected).abs() <= tolerance,
        "{found:e} is not {expected:e}"
    );
}

/// The currents of 10^6 readouts at equal light, twice.
fn two_queries(detector: DetectorProcess, amplitude: f32) -> [Vec<f32>; 2] {
    let mut chip = chip(&[wires()], Readout::Intensity, detector);
    let amplitudes = vec![amplitude; 1_000_000];
    [(); 2].map(|()| measure(&mut chip, 0, &amplitudes))
}

#[test]
fn variances_are_their_closed_forms() {
    // Light, dark current, responsivity, temperature: thermal noise alone, shot noise alone, both.
    let cases = [
        (0.0, 0.0, 1.0, 300.0),
        (0.8, 0.0, 1.0, 0.0),
        (0.0, 2e-6, 1.0, 0.0),
        (1.0, 1e-4, 0.9, 150.0),
    ];
    for (amplitude, dark_current_a, responsivity_a_per_w, temperature_k) in cases {
        let detector = DetectorProcess {
            responsivity_a_per_w,
            dark_current_a,
            noise: Some(ReceiverNoise {
                temperature_k,
                ..NOISE
            }),
            ..IDEAL
        };
        let currents = two_queries(detector, amplitude);
        let n = currents[0].len() as f64;
        let power_w = 1e-3 * f64::from(amplitude) * f64::from(amplitude);
        let mean = responsivity_a_per_w * power_w + dark_current_a;
        let shot = 2.0 * Q * mean * BANDWIDTH_HZ;
        let thermal = 4.0 * K * temperature_k * BANDWIDTH_HZ / NOISE.load_ohm;
        let variance = shot + thermal;
        let noise = currents.map(|query| {
            query
                .iter()
                .map(|&x| f64::from(x) - mean)
                .collect::<Vec<_>>()
        });
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / n;
        for query in &noise {
            let found = query.iter().sum::<f64>() / n;
            // Five standard errors, and the rounding of a current to single precision.
            let limit = 5.0 * (variance / n).sqrt() + f64::from(f32::EPSILON) * mean;
            assert!(found.abs() < limit, "mean {found:e} {limit:e}");
            let found = product(query, query) / variance;
            assert!(
                (found - 1.0).abs() < 5.0 * (2.0 / n).sqrt(),
                "variance {found}"
            );
            // Neighbouring ports, neighbouring samples, neighbouring blocks of samples.
            for lag in [1, 64, 4096] {
                let found = product(query, &query[lag..]) / variance;
                assert!(found.abs() < 5.0 / n.sqrt(), "lag {lag}: {found}");
            }
        }
        let found = product(&noise[0], &noise[1]) / variance;
        assert!(found.abs() < 5.0 / n.sqrt(), "queries correlate: {found}");
    }
}

#[test]
fn without_noise_a_current_is_what_the_light_makes() {
    let detector = DetectorProcess {
        responsivity_a_per_w: 0.8,
        dark_current_a: 1e-6,
        noise: None,
        ..IDEAL
    };
    let [first, second] = two_queries(detector, 0.5);
    assert_eq!(first, second);
    let expected = 0.8 * 0.25e-3 + 1e-6;
    assert!(
        first
            .iter()
            .all(|&x| (f64::from(x) / expected - 1.0).abs() < 1e-6)
    );
}

#[test]
fn noise_depends_on_the_number_of_the_query_alone() {
    let detector = DetectorProcess {
        noise: Some(NOISE),
        ..IDEAL
    };
    let topology = rectangular(6).unwrap();
    let results = [1, 2].map(|history| {
        let mut chip = chip(
            &[topology.clone(), topology.clone()],
            Readout::Intensity,
            detector,
        );
        let mut stream = stream("history", history);
        for _ in 0..3 {
            for _ in 0..history {
                chip.program(0, &random_phases(&topology, &mut stream))
                    .unwrap();
            }
            // Of different sizes, at different taps.
            let mut currents = vec![0.0; 6 * history];
            chip.measure(&vec![0.3; 6 * history], &mut [(history - 1, &mut currents)])
                .unwrap();
        }
        chip.program(0, &[0.4; 36]).unwrap();
        let mut currents = [vec![0.0; 600], vec![0.0; 600]];
        let [first, second] = &mut currents;
        chip.measure(&[0.7; 600], &mut [(0, first), (1, second)])
            .unwrap();
        currents
    });
    assert_eq!(results[0], results[1]);
}

#[test]
fn every_tap_has_noise_of_its_own() {
    let detector = DetectorProcess {
        noise: Some(NOISE),
        ..IDEAL
    };
    let mut chip = chip(&[wires(), wires()], Readout::Intensity, detector);
    let mut currents = [vec![0.0; 64_000], vec![0.0; 64_000]];
    let [first, second] = &mut currents;
    chip.measure(&[0.0; 64_000], &mut [(0, first), (1, second)])
        .unwrap();
    let product =
        |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    let [first, second] = &currents;
    let correlation =
        product(first, second) / (product(first, first) * product(second, second)).sqrt();
    assert!(correlation.abs() < 5.0 / 64_000_f64.sqrt(), "{correlation}");
}

#[test]
fn a_signed_readout_is_the_difference_of_a_pair() {
    let detector = DetectorProcess {
        noise: Some(NOISE),
        dark_current_a: 1e-7,
        ..IDEAL
    };
    for ports in [2, 5, 8] {
        let topology = rectangular(ports).unwrap();
        let phases = random_phases(&topology, &mut stream("signed", ports));
        let samples = 70;
        let amplitudes: Vec<f32> = (0..samples * ports)
            .map(|k| (k % 11) as f32 / 11.0)
            .collect();
        let read = |readout: Readout| {
            let mut chip = chip(std::slice::from_ref(&topology), readout, detector);
            chip.program(0, &phases).unwrap();
            let mut currents = vec![0.0; samples * chip.readouts(0).unwrap()];
            chip.measure(&amplitudes, &mut [(0, &mut currents)])
                .unwrap();
            currents
        };
        let expected: Vec<f32> = read(Readout::Intensity)
            .chunks_exact(ports)
            .flat_map(|row| {
                row.as_chunks::<2>()
                    .0
                    .iter()
                    .map(|[plus, minus]| plus - minus)
            })
            .collect();
        assert_eq!(read(Readout::Signed), expected);
    }
}

#[test]
fn a_switch_leaves_one_noise_alone() {
    let light = vec![0.7; 1_000_000];
    let power_w = 1e-3 * f64::from(0.7_f32).powi(2);
    let shot = 2.0 * Q * (power_w + 1e-6) * BANDWIDTH_HZ;
    let thermal = 4.0 * K * 300.0 * BANDWIDTH_HZ / 50.0;
    for (shot_on, thermal_on) in [(true, false), (false, true), (true, true)] {
        // An integration time of 0.5 ns is a bandwidth of 1 GHz.
        for response in [NOISE.response, Response::Integration { s: 0.5e-9 }] {
            let detector = DetectorProcess {
                dark_current_a: 1e-6,
                noise: Some(ReceiverNoise {
                    response,
                    shot: shot_on,
                    thermal: thermal_on,
                    ..NOISE
                }),
                ..IDEAL
            };
            let currents = measure(
                &mut chip(&[wires()], Readout::Intensity, detector),
                0,
                &light,
            );
            let (_, found) = moments(currents.iter().map(|&x| f64::from(x)));
            let expected =
                if shot_on { shot } else { 0.0 } + if thermal_on { thermal } else { 0.0 };
            assert_variance(found, expected);
        }
    }
}

#[test]
fn the_laser_s_noise_is_common_to_all_diodes_and_taps() {
    let samples = 1_000_000;
    // -130 dB/Hz over 1 GHz: 1 % of the power.
    let variance = 1e-13 * BANDWIDTH_HZ;
    let noisy = |readout| {
        let mut design = design(&[straight(4), straight(4)], readout);
        design.source.rin_db_per_hz = Some(-130.0);
        die(
            &design,
            DetectorProcess {
                noise: Some(RIN_ALONE),
                ..IDEAL
            },
        )
        .0
    };
    let row = [1.0, 0.5, 0.8, 0.8];
    let light: Vec<f32> = row.iter().copied().cycle().take(4 * samples).collect();
    let mut currents = [vec![0.0; 4 * samples], vec![0.0; 4 * samples]];
    let [first, second] = &mut currents;
    noisy(Readout::Intensity)
        .measure(&light, &mut [(0, first), (1, second)])
        .unwrap();
    let power = |port: usize| 1e-3 * f64::from(row[port]).powi(2);
    let relative = |tap: usize, sample: usize, port: usize| {
        f64::from(currents[tap][4 * sample + port]) / power(port) - 1.0
    };
    let (mean, found) = moments((0..samples).map(|sample| relative(0, sample, 0)));
    assert_variance(found, variance);
    assert!(mean.abs() < 5.0 * (variance / samples as f64).sqrt() + 1e-7);
    for sample in 0..samples {
        let common = relative(0, sample, 0);
        for tap in 0..2 {
            for port in 0..4 {
                assert!((relative(tap, sample, port) - common).abs() < 1e-6);
            }
        }
    }
    // The balanced difference is as noisy as it is large.
    let signed = measure(&mut noisy(Readout::Signed), 0, &light);
    let pair = |k: usize| signed[k..].iter().step_by(2).map(|&x| f64::from(x));
    let (mean, found) = moments(pair(0));
    assert!((mean / (power(0) - power(1)) - 1.0).abs() < 1e-4);
    assert_variance(found, (power(0) - power(1)).powi(2) * variance);
    assert!(pair(1).all(|x| x == 0.0));
}

#[test]
fn repeated_readouts_divide_the_variance() {
    let light = vec![0.7; 1_000_000];
    let detector = DetectorProcess {
        dark_current_a: 1e-5,
        noise: Some(NOISE),
        ..IDEAL
    };
    let power_w = 1e-3 * f64::from(0.7_f32).powi(2);
    let variance = NOISE.variance_a2(power_w + 1e-5);
    let spread = |detector: DetectorProcess, rin_db_per_hz| {
        let mut design = design(&[straight(1)], Readout::Intensity);
        design.source.rin_db_per_hz = rin_db_per_hz;
        let currents = measure(&mut die(&design, detector).0, 0, &light);
        moments(currents.iter().map(|&x| f64::from(x)))
    };
    // Steps a little larger than the noise, and repetitions that each meet the converter anew.
    let adc = Adc {
        bits: 8,
        full_scale_a: 256.0 * 1.2 * variance.sqrt(),
    };
    let step = adc.step_a(false);
    for averages in [1, 3, 16] {
        let n = f64::from(averages);
        let repeated = DetectorProcess {
            averages,
            ..detector
        };
        assert_variance(spread(repeated, None).1, variance / n);
        let laser = power_w * power_w * 1e-13 * BANDWIDTH_HZ;
        assert_variance(spread(repeated, Some(-130.0)).1, (variance + laser) / n);
        let digital = DetectorProcess {
            adc: Some(Adc {
                full_scale_a: 4.0 * adc.full_scale_a,
                bits: 10,
            }),
            ..repeated
        };
        let (mean, found) = spread(digital, None);
        assert_variance(found, (variance + step * step / 12.0) / n);
        // What is less than a step shows in the mean.
        assert!((mean - power_w - 1e-5).abs() < 0.01 * step);
    }
}

#[test]
fn a_converter_rounds_and_clips() {
    let adc = Adc {
        bits: 8,
        full_scale_a: 1e-3,
    };
    let n = 1_000_000;
    let light: Vec<f32> = (0..n).map(|k| (k as f32 / n as f32).sqrt()).collect();
    let detector = DetectorProcess {
        adc: Some(adc),
        ..IDEAL
    };
    for (readout, step) in [
        (Readout::Intensity, 1e-3 / 256.0),
        (Readout::Signed, 2e-3 / 256.0),
    ] {
        let digital = measure(&mut chip(&[wires()], readout, detector), 0, &light);
        let analogue = measure(&mut chip(&[wires()], readout, IDEAL), 0, &light);
        let errors = digital
            .iter()
            .zip(&analogue)
            .filter(|&(_, &x)| f64::from(x) < 1e-3 - step)
            .map(|(&x, &y)| f64::from(x) - f64::from(y));
        if readout == Readout::Intensity {
            assert_variance(moments(errors.clone()).1, step * step / 12.0);
        }
        for error in errors {
            assert!(error.abs() <= 0.5001 * step);
        }
        for (&x, &y) in digital.iter().zip(&analogue) {
            let code = f64::from(x) / step;
            assert!((code - code.round()).abs() < 1e-4);
            assert_close(x, adc.read_a(y.into(), readout.is_signed()), 1e-10);
        }
    }
    let mut clipped = chip(&[straight(4)], Readout::Signed, detector);
    assert_eq!(
        measure(&mut clipped, 0, &[2.0, 0.0, 0.0, 2.0]),
        [1e-3 * 127.0 / 128.0, -1e-3]
    );
    // Noise below 0 is read as 0.
    let noisy = DetectorProcess {
        noise: Some(NOISE),
        ..detector
    };
    let dark = measure(
        &mut chip(&[wires()], Readout::Intensity, noisy),
        0,
        &[0.0; 6400],
    );
    assert!(dark.iter().all(|&x| x >= 0.0));
}

#[test]
fn a_photodiode_saturates() {
    let detector = DetectorProcess {
        responsivity_a_per_w: 0.8,
        dark_current_a: 1e-6,
        saturation_a: Some(5e-4),
        ..IDEAL
    };
    let light: Vec<f32> = (0..640).map(|k| k as f32 / 64.0).collect();
    let currents = measure(
        &mut chip(&[wires()], Readout::Intensity, detector),
        0,
        &light,
    );
    for (&current, &a) in currents.iter().zip(&light) {
        let linear = 0.8e-3 * f64::from(a).powi(2) + 1e-6;
        let expected = linear / (1.0 + linear / 5e-4);
        assert_close(current, expected, 1e-6 * expected);
        assert!(current < 5e-4);
    }
}

#[test]
fn what_a_tap_takes_is_missing_behind_it() {
    for precision in [Precision::Single, Precision::Double] {
        let mut design = design(&[straight(4), straight(4), straight(4)], Readout::Intensity);
        design.precision = precision;
        for (layer, ratio) in design.layers.iter_mut().zip([0.1, 0.25, 0.5]) {
            layer.tap = Tap::Coupler(ratio);
        }
        let row: [f32; 4] = [0.1, 0.4, 0.7, 1.0];
        let mut chip = die(&design, IDEAL).0;
        let mut currents = [[0.0; 4]; 3];
        let [first, second, third] = &mut currents;
        chip.measure(&row, &mut [(0, first), (1, second), (2, third)])
            .unwrap();
        // The last layer is read fully.
        for (layer, share) in [0.1, 0.9 * 0.25, 0.9 * 0.75].into_iter().enumerate() {
            for port in 0..4 {
                let power_w = 1e-3 * f64::from(row[port]).powi(2);
                assert_close(currents[layer][port], share * power_w, 1e-6 * power_w);
            }
            // A coupler takes its part whether or not it is read.
            assert_eq!(measure(&mut chip, layer, &row), currents[layer]);
        }
        for port in 0..4 {
            let all: f32 = currents.iter().map(|tap| tap[port]).sum();
            let power_w = 1e-3 * f64::from(row[port]).powi(2);
            assert_close(all, power_w, 1e-6 * power_w);
        }
    }
}

#[test]
fn stray_light_comes_from_all_ports_and_not_by_the_tap() {
    let mut design = design(&[straight(4), straight(4)], Readout::Intensity);
    design.layers[0].tap = Tap::Coupler(0.1);
    let detector = DetectorProcess {
        responsivity_a_per_w: 0.8,
        optical_crosstalk_floor_db: Some(20.0),
        ..IDEAL
    };
    let row: [f32; 4] = [0.1, 0.4, 0.7, 1.0];
    let power_w = row.map(|a| 1e-3 * f64::from(a).powi(2));
    let total_w: f64 = power_w.iter().sum();
    let currents = measure(&mut die(&design, detector).0, 0, &row);
    for (current, power_w) in currents.iter().zip(power_w) {
        let expected = 0.8 * (0.1 * power_w + 0.01 * total_w);
        assert_close(*current, expected, 1e-6 * expected);
    }
}

/// Fields of 10^6 / 64 samples on 64 wires: port k at amplitude k / 64 and phase k.
fn homodyne(detector: DetectorProcess, rin_db_per_hz: Option<f64>) -> (Vec<f32>, Vec<Complex64>) {
    let mut design = design(&[wires()], Readout::Homodyne);
    design.precision = Precision::Double;
    design.source.rin_db_per_hz = rin_db_per_hz;
    let phases: Vec<f64> = (0..64).map(f64::from).collect();
    let row: Vec<f32> = (0..64).map(|k| k as f32 / 64.0).collect();
    let mut chip = die(&design, detector).0;
    chip.program(0, &phases).unwrap();
    let light: Vec<f32> = row.iter().copied().cycle().take(64 * 20_000).collect();
    let fields = row
        .iter()
        .zip(phases)
        .map(|(&a, phase)| Complex64::from_polar(1e-3_f64.sqrt() * f64::from(a), phase))
        .collect();
    (measure(&mut chip, 0, &light), fields)
}

#[test]
fn homodyne_currents_are_linear_in_the_field() {
    for phase_rad in [0.0, 0.7, std::f64::consts::FRAC_PI_2, -3.0] {
        let detector = DetectorProcess {
            responsivity_a_per_w: 0.8,
            dark_current_a: 1e-6,
            local_oscillator: LocalOscillator {
                power_w: 2e-3,
                phase_rad,
            },
            ..IDEAL
        };
        let (currents, fields) = homodyne(detector, None);
        for (k, current) in currents.iter().take(6400).enumerate() {
            let turned = fields[k % 64] * Complex64::from_polar(1.0, -phase_rad);
            assert_close(*current, 2.0 * 0.8 * 2e-3_f64.sqrt() * turned.re, 3e-10);
        }
    }
}

#[test]
fn homodyne_noise_is_its_closed_form() {
    let oscillator = LocalOscillator {
        power_w: 2e-3,
        phase_rad: 0.3,
    };
    let detector = DetectorProcess {
        dark_current_a: 1e-6,
        local_oscillator: oscillator,
        ..IDEAL
    };
    let per_port = |currents: &[f32], port: usize| {
        let column = currents[port..].iter().step_by(64);
        moments(column.map(|&x| f64::from(x)))
    };
    let mean = |e: Complex64| {
        2.0 * 2e-3_f64.sqrt() * (e * Complex64::from_polar(1.0, -oscillator.phase_rad)).re
    };
    for (shot, thermal) in [(true, false), (false, true)] {
        let noise = ReceiverNoise {
            shot,
            thermal,
            ..NOISE
        };
        let (currents, fields) = homodyne(
            DetectorProcess {
                noise: Some(noise),
                ..detector
            },
            None,
        );
        // Relative to the closed form of each port: 10^6 draws together.
        let relative: f64 = fields
            .iter()
            .enumerate()
            .map(|(port, e)| {
                let expected = if shot {
                    2.0 * Q * BANDWIDTH_HZ * (e.norm_sqr() + 2e-3 + 2e-6)
                } else {
                    2.0 * 4.0 * K * 300.0 * BANDWIDTH_HZ / 50.0
                };
                let (found, variance) = per_port(&currents, port);
                assert!((found - mean(*e)).abs() < 5.0 * (expected / 20_000.0).sqrt());
                assert!((variance / expected - 1.0).abs() < 0.06);
                variance / expected
            })
            .sum();
        assert_variance(relative / 64.0, 1.0);
    }
    // The laser's noise multiplies the reading; what the local oscillator adds cancels.
    let (currents, fields) = homodyne(
        DetectorProcess {
            noise: Some(RIN_ALONE),
            ..detector
        },
        Some(-130.0),
    );
    assert!(currents.iter().step_by(64).all(|x| x.abs() < 1e-16));
    for (port, e) in fields.iter().enumerate().skip(1) {
        let (_, variance) = per_port(&currents, port);
        let expected = mean(*e).powi(2) * 1e-13 * BANDWIDTH_HZ;
        assert!((variance / expected - 1.0).abs() < 0.06);
    }
}

#[test]
fn unequal_diodes_let_the_local_oscillator_through() {
    let detector = DetectorProcess {
        responsivity_sigma: 0.05,
        ..IDEAL
    };
    let (mut chip, truth) = die(&design(&[wires()], Readout::Homodyne), detector);
    let currents = measure(&mut chip, 0, &[0.0; 64]);
    let responsivity = truth.detectors()[0].responsivity_a_per_w();
    for (current, r) in currents.iter().zip(responsivity.chunks_exact(2)) {
        assert_close(*current, 0.5e-3 * (r[0] - r[1]), 1e-10);
    }
}

#[test]
fn responsivities_spread_once_per_die() {
    let ports = 20_000;
    let detector = DetectorProcess {
        responsivity_a_per_w: 0.8,
        responsivity_sigma: 0.05,
        ..IDEAL
    };
    let layers = [straight(ports), straight(ports)];
    let (mut chip, truth) = die(&design(&layers, Readout::Intensity), detector);
    let light = vec![1.0; ports];
    let mut currents = [vec![0.0; ports], vec![0.0; ports]];
    let [first, second] = &mut currents;
    chip.measure(&light, &mut [(0, first), (1, second)])
        .unwrap();
    assert_eq!(measure(&mut chip, 0, &light), currents[0]);
    for (layer, currents) in currents.iter().enumerate() {
        let drawn = truth.detectors()[layer].responsivity_a_per_w();
        for (&current, r) in currents.iter().zip(drawn) {
            assert_close(current, 1e-3 * r, 1e-9);
        }
        let (mean, variance) = moments(drawn.iter().copied());
        let n = ports as f64;
        assert!((mean / 0.8 - 1.0).abs() < 5.0 * 0.05 / n.sqrt());
        assert!((variance / 0.04_f64.powi(2) - 1.0).abs() < 5.0 * (2.0 / n).sqrt());
    }
    assert_ne!(
        truth.detectors()[0].responsivity_a_per_w(),
        truth.detectors()[1].responsivity_a_per_w()
    );
}

#[test]
fn dead_detectors_and_open_ports_stay_dark() {
    let faulty = |readout, faults| {
        let process = Process {
            detector: DetectorProcess {
                dark_current_a: 1e-6,
                ..IDEAL
            },
            faults,
            ..Process::ideal()
        };
        fabricate(
            &design(&[straight(4), straight(4)], readout),
            &process,
            DieSeed(1),
        )
    };
    let faults = Faults {
        dead_detectors: vec![DeadDetector { layer: 0, port: 2 }],
        open_ports: vec![1],
        ..Faults::none()
    };
    let (mut chip, _) = faulty(Readout::Intensity, faults.clone()).unwrap();
    for (layer, expected) in [
        [1.001e-3, 1e-6, 0.0, 1.001e-3],
        [1.001e-3, 1e-6, 1.001e-3, 1.001e-3],
    ]
    .into_iter()
    .enumerate()
    {
        let currents = measure(&mut chip, layer, &[1.0; 4]);
        for (current, expected) in currents.into_iter().zip(expected) {
            assert_close(current, expected, 1e-6 * expected);
        }
    }
    let (mut chip, _) = faulty(Readout::Homodyne, faults.clone()).unwrap();
    let dark = measure(&mut chip, 0, &[1.0; 4]);
    assert!(dark[1] == 0.0 && dark[2] == 0.0 && dark[0] > 1e-3);
    let absent = Faults {
        open_ports: vec![4],
        ..faults.clone()
    };
    assert_eq!(
        faulty(Readout::Intensity, absent).unwrap_err(),
        DesignError::NoSuchPort {
            what: "open port",
            port: 4,
            ports: 4
        }
    );
    let absent = Faults {
        dead_detectors: vec![DeadDetector { layer: 2, port: 0 }],
        ..faults
    };
    assert_eq!(
        faulty(Readout::Intensity, absent).unwrap_err().to_string(),
        "dead detector: layer 2 does not exist, the chip has 2"
    );
}

#[test]
fn values_out_of_range_are_refused() {
    let adc = |bits, full_scale_a| DetectorProcess {
        adc: Some(Adc { bits, full_scale_a }),
        ..IDEAL
    };
    let noisy = |noise| DetectorProcess {
        noise: Some(noise),
        ..IDEAL
    };
    let response = |response| noisy(ReceiverNoise { response, ..NOISE });
    for (detector, message) in [
        (adc(0, 1.0), "ADC bits = 0: must be in 1..=24 bits"),
        (adc(25, 1.0), "ADC bits = 25: must be in 1..=24 bits"),
        (adc(8, 0.0), "ADC full scale = 0: must be in (0, 1000) A"),
        (
            DetectorProcess {
                averages: 0,
                ..IDEAL
            },
            "averages = 0: must be at least 1 readout",
        ),
        (
            DetectorProcess {
                responsivity_sigma: 1.0,
                ..IDEAL
            },
            "responsivity sigma = 1: must be in [0, 1), relative",
        ),
        (
            DetectorProcess {
                saturation_a: Some(-1.0),
                ..IDEAL
            },
            "saturation current = -1: must be in (0, 1000) A",
        ),
        (
            DetectorProcess {
                optical_crosstalk_floor_db: Some(-30.0),
                ..IDEAL
            },
            "optical crosstalk floor = -30: must be in (0, 300) dB",
        ),
        (
            response(Response::Bandwidth { hz: 0.0 }),
            "bandwidth = 0: must be > 0 Hz",
        ),
        (
            response(Response::Integration { s: f64::NAN }),
            "integration time = NaN: must be > 0 s",
        ),
    ] {
        assert_eq!(detector.check().unwrap_err().to_string(), message);
    }
    let mut loud = design(&[straight(2)], Readout::Intensity);
    loud.source.rin_db_per_hz = Some(-90.0);
    let process = Process {
        detector: noisy(NOISE),
        ..Process::ideal()
    };
    let refusal = fabricate(&loud, &process, DieSeed(1)).unwrap_err();
    assert!(refusal.to_string().contains("below 0.2"), "{refusal}");
    let mut greedy = design(&[straight(2)], Readout::Intensity);
    greedy.layers[0].tap = Tap::Coupler(1.0);
    let refusal = fabricate(&greedy, &Process::ideal(), DieSeed(1)).unwrap_err();
    assert_eq!(refusal.to_string(), "tap ratio = 1: must be in (0, 1)");
}
