//! Currents without noise: signed readout, converters, saturation, taps, stray light.

use crate::setup::*;

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

#[test]
fn an_activation_s_own_tap_lights_the_detectors_and_takes_nothing_more() {
    let activation = Activation::ElectroOptic(ElectroOptic {
        tap_fraction: 0.2,
        ..ElectroOptic::ideal()
    });
    let mut design = design(&[straight(4), straight(4)], Readout::Intensity);
    for layer in &mut design.layers {
        layer.activation = activation;
        layer.tap = Tap::Activation;
    }
    let row: [f32; 4] = [0.1, 0.4, 0.7, 1.0];
    let mut chip = die(&design, IDEAL).0;
    for (layer, share) in [0.2, 0.8].into_iter().enumerate() {
        let currents = measure(&mut chip, layer, &row);
        for (current, amplitude) in currents.into_iter().zip(row) {
            let power_w = 1e-3 * f64::from(amplitude).powi(2);
            assert_close(current, share * power_w, 1e-6 * power_w);
        }
    }
    design.layers[0].activation = Activation::Identity;
    let refused = fabricate(&design, &Process::ideal(), DieSeed(0)).map(|_| ());
    assert_eq!(refused, Err(DesignError::NoActivationTap { layer: 0 }));
}

#[test]
fn every_layer_can_have_a_full_scale_of_its_own() {
    let detector = DetectorProcess {
        adc: Some(Adc {
            bits: 4,
            full_scale_a: 1.6e-3,
        }),
        ..IDEAL
    };
    let mut design = design(&[straight(2), straight(2)], Readout::Intensity);
    design.layers[1].adc_full_scale_a = Some(0.8e-3);
    let mut chip = die(&design, detector).0;
    // 0.33 mW: steps of 0.1 mA and of 0.05 mA.
    let row = [0.33_f32.sqrt(), 0.0];
    for (layer, read_a) in [(0, 0.3e-3), (1, 0.35e-3)] {
        assert_close(measure(&mut chip, layer, &row)[0], read_a, 1e-9);
    }
}
