//! What differs from diode to diode, what is broken, what is refused.

use crate::setup::*;

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
