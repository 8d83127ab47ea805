//! Homodyne readout.

use crate::setup::*;

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
