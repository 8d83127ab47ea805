//! Every row by hand.

use super::{PUBLISHED, design};
use photonics::budget::{Drive, LinkBudget, link_budget};
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, DesignError, Readout, Source, SourcePower, Tap};
use photonics::detector::{Adc, LocalOscillator, ReceiverNoise};
use photonics::process::{DetectorProcess, MeshProcess, Process};

const NOISE: ReceiverNoise = ReceiverNoise::new(1e9, 50.0, 300.0);

fn close(a: f64, b: f64, limit: f64) {
    assert!((a - b).abs() <= limit, "{a} {b}");
}

fn source() -> Source {
    Source {
        power: SourcePower::Laser { power_w: 0.1 },
        rin_db_per_hz: Some(-140.0),
        tree_excess_loss_db: 0.1,
        coupling_loss_db: 2.0,
        modulator_insertion_loss_db: 4.0,
        modulator_extinction_ratio_db: Some(20.0),
        modulator_dac_bits: Some(8),
        ..Source::ideal(0.0)
    }
}

fn full() -> (ChipDesign, Process) {
    let mut design = design(8, 3, Readout::Intensity, PUBLISHED);
    design.source = source();
    for layer in &mut design.layers {
        layer.tap = Tap::Coupler(0.1);
    }
    let process = Process {
        mesh: MeshProcess {
            coupler_loss_db: 0.1,
            shifter_loss_db: 0.25,
            waveguide_loss_db_per_m: 200.0,
            ..MeshProcess::ideal()
        },
        detector: DetectorProcess {
            responsivity_a_per_w: 0.9,
            dark_current_a: 1e-8,
            noise: Some(NOISE),
            adc: Some(Adc {
                bits: 8,
                full_scale_a: 1e-4,
            }),
            optical_crosstalk_floor_db: Some(40.0),
            ..DetectorProcess::ideal()
        },
        ..Process::ideal()
    };
    (design, process)
}

fn budget(design: &ChipDesign, process: &Process, mean_square: f64) -> LinkBudget {
    link_budget(design, process, &Drive::constant(mean_square)).unwrap()
}

#[test]
fn input_less_losses_is_output() {
    let (design, mut process) = full();
    process.faults.open_ports = vec![3, 5, 3];
    let budget = budget(&design, &process, 0.25);
    let launch = &budget.launch;
    close(launch.laser.dbm(), 20.0, 1e-12);
    close(launch.splitting_db, 9.0309, 1e-4);
    close(launch.tree_excess_db, 0.3, 1e-12);
    // Drive and what leaks where it is dark.
    close(
        launch.drive_db,
        -10.0 * (0.01_f64 + 0.99 * 0.25).log10(),
        1e-12,
    );
    close(launch.open_ports_db, -10.0 * 0.75_f64.log10(), 1e-12);
    close(
        launch.full_scale.dbm(),
        20.0 - 9.0309 - 0.3 - 2.0 - 4.0,
        1e-4,
    );
    close(
        launch.laser.dbm() - launch.loss_db(),
        launch.input.dbm(),
        1e-12,
    );
    let mut power = launch.input;
    for (index, layer) in budget.layers.iter().enumerate() {
        // A level of some -100 dBm is good to 1e-13; a few steps of that.
        close(layer.input.dbm(), power.dbm(), 1e-11);
        close(
            layer.input.dbm() - layer.mesh.total_db(),
            layer.output.dbm(),
            1e-11,
        );
        let last = index == 2;
        assert_eq!(layer.activation.is_none(), last);
        let Some(activation) = layer.activation else {
            close(layer.detected.dbm(), layer.output.dbm(), 1e-12);
            assert!(layer.tapped.is_dark() && layer.tap_loss_db == 0.0);
            continue;
        };
        close(layer.detected.dbm(), layer.output.dbm() - 10.0, 1e-12);
        assert_eq!(layer.tapped, layer.detected);
        close(layer.tap_loss_db, 0.4576, 1e-4);
        // No light is lost in the tap.
        let whole_w = layer.output.w();
        close(
            (layer.tapped.w() + layer.output.behind(layer.tap_loss_db).w()) / whole_w,
            1.0,
            1e-12,
        );
        close(
            activation.input.dbm(),
            layer.output.dbm() - layer.tap_loss_db,
            1e-11,
        );
        close(
            activation.input.dbm() - activation.loss_db,
            activation.output.dbm(),
            1e-11,
        );
        power = activation.output;
    }
}

#[test]
fn noise_is_that_of_the_receiver() {
    let (mut design, mut process) = full();
    let detector = &mut process.detector;
    detector.optical_crosstalk_floor_db = None;
    detector.averages = 4;
    let first = |design: &ChipDesign, process: &Process| {
        let layer = budget(design, process, 0.25).layers[0];
        (layer.detected.w(), layer.readout)
    };
    let (power_w, readout) = first(&design, &process);
    let current_a = 0.9 * power_w + 1e-8;
    let variance_a2 = NOISE.variance_a2(current_a) / 4.0;
    let relative = |found: f64, expected: f64| close(found / expected, 1.0, 1e-12);
    relative(readout.signal_a, 0.9 * power_w);
    relative(
        readout.shot_a.powi(2) + readout.thermal_a.powi(2),
        variance_a2,
    );
    relative(readout.thermal_a.powi(2), NOISE.variance_a2(0.0) / 4.0);
    // 10^(RIN/10) B of the mean squared power, 2 N / (N + 1) of the square of the mean.
    let laser_a2 = 1e-5 * 16.0 / 9.0 * (0.9 * power_w).powi(2) / 4.0;
    relative(readout.rin_a.powi(2), laser_a2);
    // The noise of one readout is 3 steps of the converter: every repetition meets another code.
    let step_a = 1e-4 / 256.0;
    assert!(NOISE.variance_a2(0.0).sqrt() > 0.5 * step_a);
    relative(readout.adc_a.powi(2), step_a * step_a / 12.0 / 4.0);
    let noise_a = (variance_a2 + laser_a2 + readout.adc_a.powi(2)).sqrt();
    relative(readout.noise_a(), noise_a);
    let snr_db = 20.0 * (readout.signal_a / noise_a).log10();
    close(readout.snr_db.unwrap(), snr_db, 1e-9);
    close(
        readout.effective_bits().unwrap(),
        (snr_db - 1.76) / 6.02,
        1e-9,
    );
    relative(readout.floor.unwrap().w(), noise_a / 0.9);

    // Balanced: two photodiodes, a converter of both signs, and the laser's noise of the difference.
    design.layers[0].readout = Readout::Signed;
    let (_, signed) = first(&design, &process);
    relative(signed.signal_a, readout.signal_a);
    relative(signed.shot_a.powi(2), 2.0 * readout.shot_a.powi(2));
    relative(signed.thermal_a.powi(2), 2.0 * readout.thermal_a.powi(2));
    relative(signed.rin_a, readout.rin_a);
    relative(signed.adc_a, 2.0 * readout.adc_a);

    // Homodyne: both diodes carry the local oscillator.
    design.layers[0].readout = Readout::Homodyne;
    process.detector.local_oscillator = LocalOscillator {
        power_w: 2e-3,
        phase_rad: 0.4,
    };
    let (_, homodyne) = first(&design, &process);
    relative(homodyne.signal_a, 2.0 * 0.9 * (2e-3 * power_w / 2.0).sqrt());
    let carried_a = 0.9 * (power_w + 2e-3) + 2e-8;
    let shot_a2 = (NOISE.variance_a2(carried_a) - NOISE.variance_a2(0.0)) / 4.0;
    relative(homodyne.shot_a.powi(2), shot_a2);
    relative(homodyne.thermal_a, signed.thermal_a);
    // Field and local oscillator together: the whole relative fluctuation of the power.
    relative(
        homodyne.rin_a.powi(2),
        1e-5 * homodyne.signal_a.powi(2) / 4.0,
    );
    let snr_db = 20.0 * (homodyne.signal_a / homodyne.noise_a()).log10();
    close(homodyne.snr_db.unwrap(), snr_db, 1e-9);
}

#[test]
fn averages_do_not_help_a_converter_without_noise() {
    let (design, mut process) = full();
    process.detector.noise = None;
    process.detector.averages = 100;
    let layer = budget(&design, &process, 0.25).layers[0].readout;
    close(layer.adc_a * 12.0_f64.sqrt() * 256.0 / 1e-4, 1.0, 1e-12);
    assert_eq!(
        (layer.shot_a, layer.thermal_a, layer.rin_a),
        (0.0, 0.0, 0.0)
    );
    process.detector.adc = None;
    let layer = budget(&design, &process, 0.25).layers[0].readout;
    assert_eq!(
        (layer.snr_db, layer.floor, layer.effective_bits()),
        (None, None, None)
    );
}

#[test]
fn stray_light_makes_noise_and_no_signal() {
    let (design, mut process) = full();
    let with = budget(&design, &process, 0.25).layers[0];
    process.detector.optical_crosstalk_floor_db = None;
    let without = budget(&design, &process, 0.25).layers[0];
    // -40 dB of the power of all 8 ports.
    close(
        with.readout.stray_a / (0.9 * 8e-4 * with.output.w()),
        1.0,
        1e-12,
    );
    assert_eq!(with.readout.signal_a, without.readout.signal_a);
    let added_a2 = with.readout.shot_a.powi(2) - without.readout.shot_a.powi(2);
    let shot = 2.0 * photonics::detector::noise::ELEMENTARY_CHARGE_C * 1e9;
    close(added_a2 / (shot * with.readout.stray_a), 1.0, 1e-9);
}

#[test]
fn a_photodiode_that_saturates_gives_less() {
    let (design, mut process) = full();
    process.detector.optical_crosstalk_floor_db = None;
    let linear = budget(&design, &process, 1.0).layers[0].readout;
    process.detector.saturation_a = Some(1e3 * linear.signal_a);
    let weak = budget(&design, &process, 1.0).layers[0].readout;
    // 1 - E[x^2] I / I_sat
    close(
        weak.signal_a / linear.signal_a,
        1.0 - 16.0 / 9.0 * 1e-3,
        1e-5,
    );
    process.detector.saturation_a = Some(linear.signal_a);
    let strong = budget(&design, &process, 1.0).layers[0].readout;
    assert!(strong.signal_a < 0.62 * linear.signal_a && strong.shot_a < linear.shot_a);
}

#[test]
fn deep_layers_do_not_underflow() {
    let design = design(64, 64, Readout::Signed, PUBLISHED);
    let mut process = Process::ideal();
    process.detector.noise = Some(NOISE);
    let budget = budget(&design, &process, 0.235);
    let levels: Vec<f64> = budget
        .layers
        .iter()
        .map(|layer| layer.output.dbm())
        .collect();
    assert!(levels.windows(2).all(|pair| pair[1] < pair[0] - 20.0));
    // cos(pi / 2) is 6e-17 in f64: no activation takes more than 325 dB.
    assert!(levels[63].is_finite() && levels[63] < -15_000.0);
    let last = &budget.layers[63].readout;
    assert!(last.snr_db.unwrap().is_finite() && last.noise_a() > 0.0);
}

#[test]
fn a_dark_input_is_dark_and_no_error() {
    let (mut design, process) = full();
    design.source.modulator_extinction_ratio_db = None;
    let dark = budget(&design, &process, 0.0);
    for layer in &dark.layers {
        assert!(layer.output.is_dark());
        assert_eq!(layer.readout.signal_a, 0.0);
        assert_eq!(layer.readout.snr_db, Some(f64::NEG_INFINITY));
        assert!(layer.readout.noise_a() > 0.0);
    }
}

#[test]
fn what_is_out_of_range_is_an_error() {
    let (mut design, mut process) = full();
    let drive = Drive::constant(0.3);
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        link_budget(&design, &process, &Drive::constant(bad)).unwrap_err();
    }
    process.faults.open_ports = vec![8];
    assert!(matches!(
        link_budget(&design, &process, &drive),
        Err(DesignError::NoSuchPort { .. })
    ));
    process.faults.open_ports.clear();
    process.detector.averages = 0;
    link_budget(&design, &process, &drive).unwrap_err();
    process.detector.averages = 1;
    design.layers[1].activation = Activation::Identity;
    design.layers[1].tap = Tap::Coupler(1.0);
    link_budget(&design, &process, &drive).unwrap_err();
    design.layers.clear();
    assert_eq!(
        link_budget(&design, &process, &drive),
        Err(DesignError::NoLayers)
    );
}
