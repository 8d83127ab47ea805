//! A chip whose phase shifters are no more ideal than its mesh: what light meets, what it costs in
//! time and power, and what stays for ever.

mod common;

use common::{random_phases, stream};
use photonics::chip::Chip;
use photonics::chip::actuation::Actuator;
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, DesignError, LayerDesign, Precision, Readout, Source, Tap};
use photonics::detector::{ReceiverNoise, Response};
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::mesh::Topology;
use photonics::mesh::rectangular::rectangular;
use photonics::process::heater::{Drift, HeaterLaw, ThermalCrosstalk};
use photonics::process::{
    DetectorProcess, Faults, HeaterKind, HeaterProcess, MeshProcess, Process, StuckAt, StuckHeater,
};
use std::f64::consts::PI;
use std::sync::Arc;

const PORTS: usize = 6;

fn topology() -> Arc<Topology> {
    Arc::new(rectangular(PORTS).unwrap())
}

/// Two layers without an activation between them.
fn design() -> ChipDesign {
    let layer = LayerDesign {
        topology: topology(),
        readout: Readout::Intensity,
        tap: Tap::Lossless,
        adc_full_scale_a: None,
        activation: Activation::Identity,
    };
    ChipDesign {
        layers: vec![layer.clone(), layer],
        source: Source::ideal(1e-3),
        precision: Precision::Double,
    }
}

/// Everything but what changes with time.
fn still() -> HeaterProcess {
    HeaterProcess {
        law: HeaterLaw::Voltage,
        efficiency_sigma: 0.05,
        dac_bits: Some(10),
        crosstalk: ThermalCrosstalk {
            coupling: 0.02,
            ..ThermalCrosstalk::ideal()
        },
        phase_offset_sigma_rad: 0.5,
        settling_s: 1e-3,
        ..HeaterProcess::ideal()
    }
}

fn wandering() -> HeaterProcess {
    HeaterProcess {
        drift: Drift {
            sigma_rad: 0.2,
            time_constant_s: 1.0,
        },
        ..HeaterProcess::ideal()
    }
}

fn die(heater: HeaterProcess, faults: Faults) -> Result<(Chip, GroundTruth), DesignError> {
    let process = Process {
        mesh: MeshProcess {
            splitter_error_sigma_rad: 0.03,
            ..MeshProcess::ideal()
        },
        heater,
        faults,
        ..Process::ideal()
    };
    fabricate(&design(), &process, DieSeed(3))
}

fn chip(heater: HeaterProcess) -> Chip {
    die(heater, Faults::none()).unwrap().0
}

/// Currents of both layers for light at the first port.
fn read(chip: &mut Chip) -> [Vec<f32>; 2] {
    let mut light = [0.0; PORTS];
    light[0] = 1.0;
    let mut currents = [vec![0.0; PORTS], vec![0.0; PORTS]];
    let [first, second] = &mut currents;
    chip.measure(&light, &mut [(0, first), (1, second)])
        .unwrap();
    currents
}

/// What the matrices at the phases that light meets say, against what the chip measures.
fn assert_agree(chip: &mut Chip, truth: &GroundTruth, actual_rad: &[Vec<f64>; 2]) {
    let [first, second] = [0, 1].map(|layer| truth.matrix(layer, &actual_rad[layer]).unwrap());
    let field = first.column(0).into_owned();
    let expected = [field.clone(), second * field];
    for (currents, expected) in read(chip).iter().zip(expected) {
        for (current, e) in currents.iter().zip(expected.iter()) {
            // Currents are in single precision, powers at most 1 mW.
            assert!((f64::from(*current) - 1e-3 * e.norm_sqr()).abs() < 2e-10);
        }
    }
}

#[test]
fn light_meets_what_the_truth_and_the_data_sheet_lead_to() {
    let heater = still();
    let (mut chip, truth) = die(heater, Faults::none()).unwrap();
    let topology = topology();
    let mut stream = stream("actuated", 0);
    let requested = [0, 1].map(|_| random_phases(&topology, &mut stream));
    let mut actuators = [0, 1].map(|layer| {
        let heaters = truth.heaters()[layer].clone();
        let streams = numerics::Streams::new(0);
        Actuator::new(&topology, heaters, &heater, streams, layer, &[]).unwrap()
    });
    // At power-up the heaters are cold, and offsets are all there is.
    let cold = [0, 1].map(|layer: usize| truth.heaters()[layer].offset_rad().unwrap().to_vec());
    assert_agree(&mut chip, &truth, &cold);
    let mut power_w = 0.0;
    let actual = [0, 1].map(|layer: usize| {
        let mut actual = vec![0.0; requested[layer].len()];
        actuators[layer].actuate(&requested[layer], 1e-3, &mut actual);
        chip.program(layer, &requested[layer]).unwrap();
        power_w += actuators[layer].heater_power_w();
        let moved = actual.iter().zip(&requested[layer]).map(|(a, r)| a - r);
        assert!(moved.map(f64::abs).fold(0.0, f64::max) > 0.5);
        actual
    });
    assert_agree(&mut chip, &truth, &actual);
    assert_eq!(chip.heater_power_w(), power_w);
    assert!(power_w > 0.0);
    assert_eq!(chip.resolution_rad(1), Some(2.2 * PI / 1023.0));
    assert_eq!(chip.resolution_rad(2), None);
}

#[test]
fn the_clock_counts_settling_and_readouts() {
    for (response, once_s) in [
        (Response::Bandwidth { hz: 1e6 }, 0.5e-6),
        (Response::Integration { s: 2e-6 }, 2e-6),
    ] {
        let process = Process {
            heater: HeaterProcess {
                settling_s: 1e-3,
                ..HeaterProcess::ideal()
            },
            detector: DetectorProcess {
                noise: Some(ReceiverNoise {
                    response,
                    ..ReceiverNoise::new(1e6, 50.0, 300.0)
                }),
                averages: 3,
                ..DetectorProcess::ideal()
            },
            ..Process::ideal()
        };
        let (mut chip, _) = fabricate(&design(), &process, DieSeed(1)).unwrap();
        assert_eq!(chip.clock_s(), 0.0);
        let phases = vec![0.1; 2 * topology().mzis() + PORTS];
        chip.program(0, &phases).unwrap();
        chip.program(1, &phases).unwrap();
        let mut currents = vec![0.0; 5 * PORTS];
        chip.measure(&[0.5; 5 * PORTS], &mut [(0, &mut currents)])
            .unwrap();
        let expected = 2e-3 + 15.0 * once_s;
        assert!((chip.clock_s() - expected).abs() < 1e-15);
        // What is refused takes no time.
        let before = chip.clock_s();
        chip.program(0, &[0.0]).unwrap_err();
        chip.measure(&[0.5], &mut []).unwrap_err();
        assert_eq!(chip.clock_s(), before);
    }
    let mut timeless = chip(still());
    read(&mut timeless);
    assert_eq!(timeless.clock_s(), 0.0);
}

#[test]
fn phases_drift_with_the_clock_and_not_without() {
    let mut frozen = chip(wandering());
    let first = read(&mut frozen);
    assert_eq!(first, read(&mut frozen));
    let settling_s = 0.1;
    let mut drifting = chip(HeaterProcess {
        settling_s,
        ..wandering()
    });
    assert_eq!(first, read(&mut drifting));
    // Programming the first layer takes time for the second too.
    let phases = vec![0.0; 2 * topology().mzis() + PORTS];
    drifting.program(0, &phases).unwrap();
    let later = read(&mut drifting);
    assert_ne!(first[0], later[0]);
    assert_ne!(first[1], later[1]);
    assert_eq!(later, read(&mut drifting));
}

#[test]
fn a_layer_warms_up_to_its_setting() {
    let slow = HeaterProcess {
        law: HeaterLaw::Power,
        response_time_s: 1.0,
        settling_s: 0.5,
        ..HeaterProcess::ideal()
    };
    let (mut chip, truth) = die(slow, Faults::none()).unwrap();
    let heaters = 2 * topology().mzis() + PORTS;
    let warmth = |time_s: f64| vec![2.0 * (1.0 - (-time_s).exp()); heaters];
    chip.program(0, &vec![2.0; heaters]).unwrap();
    assert_agree(&mut chip, &truth, &[warmth(0.5), vec![0.0; heaters]]);
    chip.program(1, &vec![2.0; heaters]).unwrap();
    assert_agree(&mut chip, &truth, &[warmth(1.0), warmth(0.5)]);
    chip.program(1, &vec![2.0; heaters]).unwrap();
    assert_agree(&mut chip, &truth, &[warmth(1.5), warmth(1.0)]);
}

#[test]
fn a_stuck_heater_stays_where_it_is() {
    let stuck = |layer, index| Faults {
        stuck_heaters: vec![StuckHeater {
            layer,
            kind: HeaterKind::Theta,
            index,
            at: StuckAt::Phase(1.25),
        }],
        ..Faults::none()
    };
    let (mut chip, truth) = die(HeaterProcess::ideal(), stuck(1, 4)).unwrap();
    let heaters = 2 * topology().mzis() + PORTS;
    let with = |theta: f64| {
        let mut phases = vec![0.3; heaters];
        phases[4] = theta;
        phases
    };
    assert_agree(
        &mut chip,
        &truth,
        &[vec![0.0; heaters], {
            let mut cold = vec![0.0; heaters];
            cold[4] = 1.25;
            cold
        }],
    );
    for layer in [0, 1] {
        chip.program(layer, &with(0.9)).unwrap();
    }
    assert_agree(&mut chip, &truth, &[with(0.9), with(1.25)]);
    assert_eq!(
        die(HeaterProcess::ideal(), stuck(2, 4)).unwrap_err(),
        DesignError::NoSuchLayer {
            what: "stuck heater",
            layer: 2,
            layers: 2
        }
    );
    assert!(die(HeaterProcess::ideal(), stuck(0, 15)).is_err());
}
