//! What the use of a chip costs, against closed forms.

use photonics::chip::Chip;
use photonics::chip::cost::{BenchCost, BenchRates};
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source};
use photonics::detector::{Adc, LocalOscillator, ReceiverNoise};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::mesh::rectangular::rectangular;
use photonics::process::heater::HeaterLaw;
use photonics::process::{DetectorProcess, HeaterProcess, Instruments, Process};
use std::f64::consts::PI;
use std::sync::Arc;

const PORTS: usize = 5;
const HEATERS: usize = PORTS * (PORTS - 1) + PORTS;
const LASER_W: f64 = 5.0 * 2e-3 / 0.2;

fn design(readouts: &[Readout]) -> ChipDesign {
    let layers = readouts.iter().map(|&readout| LayerDesign {
        topology: Arc::new(rectangular(PORTS).unwrap()),
        readout,
        tap: photonics::design::Tap::Lossless,
        adc_full_scale_a: None,
        activation: Activation::Identity,
    });
    ChipDesign {
        layers: layers.collect(),
        source: Source {
            wall_plug_efficiency: 0.2,
            modulator_dac_bits: Some(8),
            ..Source::ideal(2e-3)
        },
        precision: Precision::Single,
    }
}

/// Everything stated: 30 us of settling, 0.5 ns of integration, four times.
fn stated() -> Process {
    Process {
        heater: HeaterProcess {
            law: HeaterLaw::Power,
            p_pi_w: 25e-3,
            dac_bits: Some(12),
            full_scale_rad: 2.0 * PI,
            settling_s: 30e-6,
            ..HeaterProcess::ideal()
        },
        detector: DetectorProcess {
            noise: Some(ReceiverNoise::new(1e9, 50.0, 300.0)),
            adc: Some(Adc {
                bits: 8,
                full_scale_a: 10e-3,
            }),
            averages: 4,
            ..DetectorProcess::ideal()
        },
        instruments: Instruments {
            dac_j_per_conversion: Some(3.6e-12),
            adc_j_per_conversion: Some(1.48e-12),
            tia_w: Some(3e-3),
            modulator_j_per_symbol: Some(450e-15),
        },
        ..Process::ideal()
    }
}

fn chip(readouts: &[Readout], process: &Process) -> Chip {
    fabricate(&design(readouts), process, DieSeed(1)).unwrap().0
}

/// Sends samples through and reads one layer.
fn measure(chip: &mut Chip, samples: usize, layer: usize) {
    let mut currents = vec![0.0; samples * chip.readouts(layer).unwrap()];
    let amplitudes = vec![0.5; samples * PORTS];
    chip.measure(&amplitudes, &mut [(layer, &mut currents)])
        .unwrap();
}

#[track_caller]
fn assert_close(found: Option<f64>, expected: f64) {
    let found = found.expect("a stated part");
    // A handful of roundings.
    assert!(
        (found - expected).abs() <= 16.0 * f64::EPSILON * expected,
        "{found} is not {expected}"
    );
}

#[test]
fn every_part_has_its_closed_form() {
    let mut chip = chip(&[Readout::Intensity, Readout::Signed], &stated());
    let zero = chip.cost();
    assert_eq!(zero.total_s(), Some(0.0));
    assert_eq!(zero.total_j(), Some(0.0));
    // Quarters of full scale are codes of the converter up to half a step.
    let step_w = 50e-3 / 4095.0;
    chip.program(0, &[PI / 2.0; HEATERS]).unwrap();
    let first_w = chip.heater_power_w();
    assert!((first_w / HEATERS as f64 - 12.5e-3).abs() <= 0.5 * step_w);
    chip.program(1, &[PI; HEATERS]).unwrap();
    let both_w = chip.heater_power_w();
    measure(&mut chip, 7, 0);
    measure(&mut chip, 3, 1);
    let cost = chip.cost();
    let (settling_s, integration_s) = (2.0 * 30e-6, 10.0 * 4.0 * 0.5e-9);
    assert_close(cost.settling_s, settling_s);
    assert_close(cost.integration_s, integration_s);
    assert_close(cost.laser_j, LASER_W * (settling_s + integration_s));
    // During its settling a layer has its new power, the other one the old.
    let heaters_j = first_w * 30e-6 + both_w * (30e-6 + integration_s);
    assert_close(cost.heaters_j, heaters_j);
    let symbols = 10.0 * 4.0 * 5.0;
    assert_close(cost.modulators_j, symbols * 450e-15);
    assert_close(cost.dac_j, (2.0 * HEATERS as f64 + symbols) * 3.6e-12);
    // 5 intensities and 2 differences.
    assert_close(cost.adc_j, 4.0 * (7.0 * 5.0 + 3.0 * 2.0) * 1.48e-12);
    assert_close(cost.tia_j, 7.0 * 3e-3 * (settling_s + integration_s));
    assert_close(cost.total_s(), settling_s + integration_s);
    assert_close(cost.total_s(), chip.clock_s());
    let parts = [
        cost.laser_j,
        cost.heaters_j,
        cost.modulators_j,
        cost.dac_j,
        cost.adc_j,
        cost.tia_j,
    ];
    assert_close(cost.total_j(), parts.into_iter().flatten().sum());
}

#[test]
fn a_pass_that_reads_two_layers_costs_one_pass_and_both_readouts() {
    let mut chip = chip(&[Readout::Intensity, Readout::Signed], &stated());
    let (mut first, mut second) = ([0.0; 3 * 5], [0.0; 3 * 2]);
    chip.measure(&[0.5; 3 * PORTS], &mut [(0, &mut first), (1, &mut second)])
        .unwrap();
    let cost = chip.cost();
    assert_close(cost.integration_s, 3.0 * 4.0 * 0.5e-9);
    assert_close(cost.adc_j, 3.0 * 4.0 * (5.0 + 2.0) * 1.48e-12);
}

#[test]
fn what_is_not_stated_has_no_cost() {
    // No time: nothing that is on all the time can be counted.
    let mut ideal = chip(&[Readout::Intensity], &Process::ideal());
    ideal.program(0, &[1.0; HEATERS]).unwrap();
    measure(&mut ideal, 7, 0);
    assert_eq!(ideal.cost(), BenchCost::default());
    assert_eq!(
        (ideal.cost().total_s(), ideal.cost().total_j()),
        (None, None)
    );

    type Change = fn(&mut Process);
    type Part = fn(&BenchCost) -> Option<f64>;
    let cases: [(Change, Part); 7] = [
        (|p| p.heater.settling_s = 0.0, |c| c.settling_s),
        (|p| p.detector.noise = None, |c| c.integration_s),
        (|p| p.heater.law = HeaterLaw::Direct, |c| c.heaters_j),
        (
            |p| p.instruments.modulator_j_per_symbol = None,
            |c| c.modulators_j,
        ),
        (|p| p.instruments.dac_j_per_conversion = None, |c| c.dac_j),
        (|p| p.detector.adc = None, |c| c.adc_j),
        (|p| p.instruments.tia_w = None, |c| c.tia_j),
    ];
    for (index, (change, part)) in cases.into_iter().enumerate() {
        let mut process = stated();
        change(&mut process);
        let mut chip = chip(&[Readout::Intensity], &process);
        chip.program(0, &[1.0; HEATERS]).unwrap();
        measure(&mut chip, 7, 0);
        let cost = chip.cost();
        for (other, (_, other_part)) in cases.into_iter().enumerate() {
            assert_eq!(
                other_part(&cost).is_none(),
                other == index,
                "{index} {other}"
            );
        }
        assert_eq!(part(&cost), None);
        assert!(cost.laser_j.is_some() && cost.total_j().is_some());
    }
}

#[test]
fn heaters_without_converters_leave_those_of_the_modulators() {
    let mut process = stated();
    process.heater.dac_bits = None;
    let mut chip = chip(&[Readout::Intensity], &process);
    chip.program(0, &[1.0; HEATERS]).unwrap();
    assert_eq!(chip.cost().dac_j, Some(0.0));
    measure(&mut chip, 7, 0);
    assert_close(chip.cost().dac_j, 7.0 * 4.0 * 5.0 * 3.6e-12);
}

#[test]
fn local_oscillators_are_fed_by_the_laser_and_every_pair_has_one_amplifier() {
    let mut process = stated();
    process.detector.local_oscillator = LocalOscillator {
        power_w: 1e-3,
        phase_rad: 0.0,
    };
    let mut chip = chip(&[Readout::Homodyne, Readout::Signed], &process);
    measure(&mut chip, 1000, 0);
    let time_s = 1000.0 * 4.0 * 0.5e-9;
    assert_close(chip.cost().laser_j, (LASER_W + 5.0 * 1e-3 / 0.2) * time_s);
    assert_close(chip.cost().tia_j, (5.0 + 2.0) * 3e-3 * time_s);
}

#[test]
fn a_refusal_costs_nothing() {
    let mut chip = chip(&[Readout::Intensity], &stated());
    chip.program(0, &[1.0; HEATERS]).unwrap();
    measure(&mut chip, 2, 0);
    let (before, used) = (chip.cost(), *chip.bench_use());
    assert!(chip.program(1, &[1.0; HEATERS]).is_err());
    assert!(chip.program(0, &[1.0; 3]).is_err());
    assert!(chip.program(0, &[f64::NAN; HEATERS]).is_err());
    let mut currents = [0.0; PORTS];
    for (amplitudes, layer) in [([0.5; PORTS], 1), ([f32::NAN; PORTS], 0)] {
        let refused = chip.measure(&amplitudes, &mut [(layer, &mut currents)]);
        assert!(refused.is_err());
    }
    assert!(
        chip.measure(&[0.5; PORTS], &mut [(0, &mut currents[1..])])
            .is_err()
    );
    assert!(chip.measure(&[0.5; 3], &mut [(0, &mut currents)]).is_err());
    assert_eq!((chip.cost(), *chip.bench_use()), (before, used));
}

#[test]
fn drift_and_a_slow_response_do_not_change_what_the_heaters_take() {
    let mut slow = stated();
    slow.heater.response_time_s = 1.0;
    slow.heater.drift.sigma_rad = 0.3;
    let [fast, slow] = [stated(), slow].map(|process| {
        let mut chip = chip(&[Readout::Intensity], &process);
        chip.program(0, &[1.0; HEATERS]).unwrap();
        measure(&mut chip, 70, 0);
        chip.cost()
    });
    assert_eq!(fast, slow);
}

#[test]
fn costs_add_up_and_subtract() {
    let process = stated();
    let rates = BenchRates::new(&design(&[Readout::Intensity]), &process);
    let mut chip = chip(&[Readout::Intensity], &process);
    assert_eq!(*chip.bench_rates(), rates);
    chip.program(0, &[1.0; HEATERS]).unwrap();
    let programming = *chip.bench_use();
    let before = chip.cost();
    measure(&mut chip, 70, 0);
    let measurement = chip.cost() - before;
    assert_eq!(measurement.settling_s, Some(0.0));
    assert_close(measurement.integration_s, 70.0 * 4.0 * 0.5e-9);
    assert_eq!(rates.cost(&programming), before);
    let mut sum = before + measurement;
    assert_close(sum.total_j(), chip.cost().total_j().unwrap());
    // What is not stated stays so, and adds nothing.
    sum += BenchCost::default();
    assert_eq!(sum, before + measurement);
    let nothing = BenchCost::default() - BenchCost::default();
    assert_eq!(nothing, BenchCost::default());
}
