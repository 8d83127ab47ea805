//! A chip that is put back where another stood goes on as that one does, bit for bit.

mod common;

use common::{random_phases, stream};
use photonics::chip::{Chip, ChipError, ChipState};
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::detector::{Adc, ReceiverNoise};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::mesh::rectangular::rectangular;
use photonics::process::heater::{Drift, HeaterLaw, ThermalCrosstalk};
use photonics::process::{DetectorProcess, HeaterProcess, MeshProcess, Process};
use rand::RngExt;
use std::sync::Arc;

const PORTS: usize = 6;
const PHASES: usize = PORTS * PORTS;

/// Everything that changes with use: settings, heat, drift, noise of laser and receivers, costs.
fn restless() -> Process {
    Process {
        mesh: MeshProcess {
            splitter_error_sigma_rad: 0.03,
            coupler_loss_db: 0.1,
            ..MeshProcess::ideal()
        },
        heater: HeaterProcess {
            law: HeaterLaw::Voltage,
            p_pi_w: 0.02,
            dac_bits: Some(10),
            settling_s: 1e-3,
            response_time_s: 1e-3,
            phase_offset_sigma_rad: 0.5,
            crosstalk: ThermalCrosstalk {
                coupling: 0.02,
                ..ThermalCrosstalk::ideal()
            },
            drift: Drift {
                sigma_rad: 0.2,
                time_constant_s: 1.0,
            },
            ..HeaterProcess::ideal()
        },
        detector: DetectorProcess {
            noise: Some(ReceiverNoise::new(1e5, 50.0, 300.0)),
            adc: Some(Adc {
                bits: 12,
                full_scale_a: 1e-3,
            }),
            averages: 2,
            ..DetectorProcess::ideal()
        },
        ..Process::ideal()
    }
}

/// The chip and what was last asked of its layers.
struct Bench {
    chip: Chip,
    requested_rad: Vec<Vec<f64>>,
}

impl Bench {
    fn new(process: &Process, precision: Precision) -> Self {
        let layer = LayerDesign {
            topology: Arc::new(rectangular(PORTS).unwrap()),
            readout: Readout::Signed,
            tap: Tap::Coupler(0.1),
            adc_full_scale_a: None,
            activation: Activation::Identity,
        };
        let design = ChipDesign {
            layers: vec![layer; 2],
            source: Source {
                rin_db_per_hz: Some(-120.0),
                ..Source::ideal(1e-3)
            },
            precision,
        };
        let (chip, _truth) = fabricate(&design, process, DieSeed(5)).unwrap();
        Self {
            chip,
            requested_rad: vec![vec![0.0; PHASES]; 2],
        }
    }

    /// Some use, the same for the same number: a layer is set, or light goes through one layer or both.
    fn use_it(&mut self, step: usize) -> Vec<f32> {
        let mut stream = stream("use", step);
        let layer = stream.random_range(0..2);
        if stream.random_range(0..3) == 0 {
            let topology = rectangular(PORTS).unwrap();
            let phases = random_phases(&topology, &mut stream);
            self.chip.program(layer, &phases).unwrap();
            self.requested_rad[layer] = phases;
            return Vec::new();
        }
        let samples = stream.random_range(1..200);
        let amplitudes: Vec<f32> = (0..samples * PORTS).map(|_| stream.random()).collect();
        let mut readouts = vec![0.0; samples * PORTS / 2];
        let taps = &mut [(layer, &mut readouts[..])];
        self.chip.measure(&amplitudes, taps).unwrap();
        readouts
    }
}

#[test]
fn a_restored_chip_goes_on_as_the_one_before() {
    for (process, precision) in [
        (Process::ideal(), Precision::Single),
        (restless(), Precision::Single),
        (restless(), Precision::Double),
    ] {
        for stop in [0, 1, 7, 30] {
            let mut before = Bench::new(&process, precision);
            (0..stop).for_each(|step| drop(before.use_it(step)));
            let text = serde_json::to_string(&before.chip.state()).unwrap();
            let state: ChipState = serde_json::from_str(&text).unwrap();
            assert_eq!(state, before.chip.state());
            let mut after = Bench::new(&process, precision);
            // What it was used for meanwhile is forgotten.
            (100..103).for_each(|step| drop(after.use_it(step)));
            after.chip.restore(&state, &before.requested_rad).unwrap();
            for step in stop..stop + 30 {
                assert_eq!(before.use_it(step), after.use_it(step), "{stop} {step}");
            }
            assert_eq!(before.chip.state(), after.chip.state());
            assert_eq!(before.chip.cost(), after.chip.cost());
            assert_eq!(before.chip.heater_power_w(), after.chip.heater_power_w());
        }
    }
}

#[test]
fn the_state_of_another_chip_is_refused_and_changes_nothing() {
    let mut bench = Bench::new(&restless(), Precision::Single);
    (0..9).for_each(|step| drop(bench.use_it(step)));
    let before = bench.chip.state();
    let foreign = Bench::new(&Process::ideal(), Precision::Single)
        .chip
        .state();
    let phases = vec![vec![0.0; PHASES]; 2];
    let refused = bench.chip.restore(&foreign, &phases);
    assert_eq!(refused, Err(ChipError::ForeignState { layer: 0 }));
    for bad in [
        vec![vec![0.0; PHASES]],
        vec![vec![0.0; PHASES], vec![0.0; 3]],
        vec![vec![0.0; PHASES], vec![f64::NAN; PHASES]],
    ] {
        assert!(bench.chip.restore(&before, &bad).is_err());
    }
    assert_eq!(bench.chip.state(), before);
}
