//! Noise: variances in closed form, streams, averages.

use crate::setup::*;

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
