//! Noise against the readouts of fabricated chips: one sample, measured many times.

use super::{design, haar_chip, mean, measure};
use photonics::budget::{Drive, LayerBudget, link_budget};
use photonics::component::activation::{
    Activation, AmplifierNoise, ElectroOptic, GainStage, Regenerator, Transfer,
};
use photonics::design::{ChipDesign, Readout, Tap};
use photonics::detector::{Adc, LocalOscillator, ReceiverNoise};
use photonics::process::{DetectorProcess, MeshProcess, Process};

const PORTS: usize = 32;
const REPETITIONS: usize = 1000;
const DRAWS: usize = 64;

/// Mean and mean variance over ports and draws of what a layer reads of one sample.
fn measured(design: &ChipDesign, process: &Process, layer: usize, draws: usize) -> (f64, f64) {
    let light = vec![0.7; PORTS * REPETITIONS];
    let (mut means, mut variances) = (Vec::new(), Vec::new());
    for draw in 0..draws {
        let mut chip = haar_chip(design, process, draw);
        let width = chip.readouts(layer).unwrap();
        let currents = measure(&mut chip, &light, layer);
        for port in 0..width {
            let read: Vec<f64> = currents.iter().skip(port).step_by(width).copied().collect();
            let average = mean(&read);
            let square = read.iter().map(|i| (i - average).powi(2)).sum::<f64>();
            means.push(average);
            variances.push(square / (REPETITIONS as f64 - 1.0));
        }
    }
    (mean(&means), mean(&variances))
}

fn predicted(design: &ChipDesign, process: &Process, layer: usize) -> LayerBudget {
    let drive = Drive::constant(f64::from(0.7_f32).powi(2));
    link_budget(design, process, &drive).unwrap().layers[layer]
}

/// The variance within `limit` of that of the budget, relative.
#[track_caller]
fn assert_noise(design: &ChipDesign, process: &Process, layer: usize, limit: f64) -> LayerBudget {
    let budget = predicted(design, process, layer);
    let (_, variance) = measured(design, process, layer, DRAWS);
    let ratio = variance / budget.readout.noise_a().powi(2);
    assert!((ratio - 1.0).abs() < limit, "{ratio}: {:?}", budget.readout);
    budget
}

fn process(noise: ReceiverNoise) -> Process {
    Process {
        mesh: MeshProcess {
            coupler_loss_db: 0.05,
            ..MeshProcess::ideal()
        },
        detector: DetectorProcess {
            responsivity_a_per_w: 0.8,
            dark_current_a: 1e-6,
            noise: Some(noise),
            ..DetectorProcess::ideal()
        },
        ..Process::ideal()
    }
}

const NOISE: ReceiverNoise = ReceiverNoise::new(1e9, 1e3, 300.0);

#[test]
fn mean_and_variance_of_a_readout() {
    // No speckle enters the sum of shot, thermal and quantisation noise: 64 draws x 32 ports x 1,000
    // repetitions give the variance to sqrt(2 / 2e6) = 0.1 %, the spread of the mesh loss some more.
    let mut process = process(NOISE);
    process.detector.adc = Some(Adc {
        bits: 13,
        full_scale_a: 4e-3,
    });
    let design = design(PORTS, 1, Readout::Intensity, Activation::Identity);
    let budget = assert_noise(&design, &process, 0, 0.02);
    let readout = &budget.readout;
    assert!(readout.adc_a > 0.1 * readout.noise_a() && readout.shot_a > 0.1 * readout.noise_a());
    let (current_a, _) = measured(&design, &process, 0, DRAWS);
    let expected_a = readout.signal_a + readout.dark_a;
    assert!(
        (current_a / expected_a - 1.0).abs() < 0.01,
        "{current_a} {expected_a}"
    );
    process.detector.averages = 5;
    assert_noise(&design, &process, 0, 0.02);
}

#[test]
fn balanced_photodiodes_and_homodyne() {
    let mut process = process(NOISE);
    process.detector.local_oscillator = LocalOscillator {
        power_w: 5e-3,
        phase_rad: 0.3,
    };
    for readout in [Readout::Signed, Readout::Homodyne] {
        let design = design(PORTS, 1, readout, Activation::Identity);
        assert_noise(&design, &process, 0, 0.02);
    }
}

#[test]
fn the_laser_s_noise_behind_an_activation() {
    // -122 dB/Hz over 1 GHz: 2.5 % of the power. Over 64 meshes of 32 ports the mean of P^2 is known
    // to 5 %. Behind an activation the budget takes the slope of the mean, and says that it is good to
    // 1 dB: brighter ports have a steeper slope, and this activation turns the phase with the power.
    // Without the slope the ratio would be above 2.
    let steep = Activation::ElectroOptic(ElectroOptic {
        tap_fraction: 0.0,
        gain_rad_per_w: -2e3,
        bias_rad: 2.2,
    });
    let process = process(ReceiverNoise {
        shot: false,
        thermal: false,
        ..NOISE
    });
    for (readout, layer, limit) in [
        (Readout::Intensity, 0, 0.15),
        (Readout::Signed, 0, 0.15),
        (Readout::Homodyne, 0, 0.15),
        (Readout::Intensity, 1, 0.25),
        (Readout::Signed, 1, 0.25),
    ] {
        let mut design = design(PORTS, 2, readout, steep);
        design.source.rin_db_per_hz = Some(-122.0);
        let budget = assert_noise(&design, &process, layer, limit);
        assert_eq!(budget.readout.shot_a, 0.0);
        let slope = budget.activation.map_or(2.0, |activation| activation.slope);
        assert!((1.4..2.1).contains(&slope), "{slope}");
    }
    // Of the local oscillator's own noise two unequal photodiodes leave something.
    let mut unequal = process;
    unequal.detector.responsivity_sigma = 0.1;
    unequal.detector.local_oscillator.power_w = 0.1;
    let mut design = design(PORTS, 1, Readout::Homodyne, Activation::Identity);
    design.source.rin_db_per_hz = Some(-122.0);
    assert_noise(&design, &unequal, 0, 0.15);
}

#[test]
fn noise_light_of_amplifiers_and_regenerators() {
    let amplifier = Activation::GainStage(GainStage {
        gain_db: 20.0,
        noise: Some(AmplifierNoise {
            noise_figure_db: 6.0,
            optical_bandwidth_hz: 1e12,
            wavelength_m: 1550e-9,
        }),
        saturation_output_power_w: None,
    });
    let regenerator = Activation::Regenerator(Regenerator {
        responsivity_a_per_w: 0.8,
        dark_current_a: 1e-6,
        noise: Some(ReceiverNoise::new(1e9, 50.0, 300.0)),
        transfer: Transfer::Linear,
        gain_per_a: 1e3,
        carrier_power_w: 1e-3,
        extinction_ratio_db: None,
    });
    let mut process = process(ReceiverNoise {
        shot: false,
        thermal: false,
        ..NOISE
    });
    process.mesh = MeshProcess::ideal();
    for activation in [amplifier, regenerator] {
        for readout in [Readout::Intensity, Readout::Signed, Readout::Homodyne] {
            for layer in [1, 2] {
                let mut design = design(PORTS, 3, readout, activation);
                // As much light as the amplifier gives back.
                for layer in &mut design.layers {
                    layer.tap = Tap::Coupler(0.98);
                }
                let budget = assert_noise(&design, &process, layer, 0.12);
                assert!(budget.readout.optical_a > 0.99 * budget.readout.noise_a());
            }
        }
    }
}
