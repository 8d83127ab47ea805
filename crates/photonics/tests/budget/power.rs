//! Powers behind activations against chips of the emulator.

use super::{PUBLISHED, design, haar_chip, mean, measure};
use crate::common::{stream, uniform};
use photonics::budget::{Drive, link_budget};
use photonics::component::activation::{
    Activation, ElectroOptic, GainStage, ModRelu, Regenerator, SaturableAbsorber, Transfer,
};
use photonics::design::{ChipDesign, Readout, Tap};
use photonics::process::{MeshProcess, Process};

const PORTS: usize = 64;
const SAMPLES: usize = 256;

/// Samples of different brightness with pixels as uneven as those of images.
fn amplitudes() -> Vec<f32> {
    let mut stream = stream("amplitudes", 0);
    (0..SAMPLES)
        .flat_map(|_| {
            let bright = uniform(&mut stream, 0.6, 1.0);
            let row: Vec<f32> = (0..PORTS)
                .map(|_| (bright * uniform(&mut stream, -0.5, 1.0).max(0.0)) as f32)
                .collect();
            row
        })
        .collect()
}

/// Levels in dBm on the detectors of every layer: of the budget, and of the emulator for each draw.
fn levels_dbm(design: &ChipDesign, process: &Process, draws: usize) -> Vec<(f64, Vec<f64>)> {
    let amplitudes = amplitudes();
    let drive = Drive::of_samples(&amplitudes, PORTS).unwrap();
    let budget = link_budget(design, process, &drive).unwrap();
    let mut levels: Vec<_> = budget
        .layers
        .iter()
        .map(|layer| (layer.detected.dbm(), Vec::new()))
        .collect();
    for draw in 0..draws {
        let mut chip = haar_chip(design, process, draw);
        for (layer, (_, found)) in levels.iter_mut().enumerate() {
            let power_w = mean(&measure(&mut chip, &amplitudes, layer));
            found.push(10.0 * power_w.log10() + 30.0);
        }
    }
    levels
}

/// Asserts that budget and emulator agree within `limits_db`, layer by layer, in the mean over draws.
#[track_caller]
fn assert_levels(design: &ChipDesign, process: &Process, draws: usize, limits_db: &[f64]) {
    let levels = levels_dbm(design, process, draws);
    for (layer, ((budget, found), limit)) in levels.iter().zip(limits_db).enumerate() {
        let found = mean(found);
        assert!(
            (budget - found).abs() < *limit,
            "layer {layer}: {budget} {found} dBm"
        );
    }
}

#[test]
fn the_published_activation_is_as_dark_as_in_the_emulator() {
    let design = design(PORTS, 4, Readout::Intensity, PUBLISHED);
    // Nothing is random before the first activation. Behind it a sum over 64 ports of P^3 differs by
    // half of itself from mesh to mesh, behind the second by three times that, and so on.
    let limits = [1e-3, 0.5, 2.0, 15.0];
    assert_levels(&design, &Process::ideal(), 24, &limits);
}

#[test]
fn passive_activations_are_within_a_tenth_of_a_db() {
    let tapped = |activation| {
        let mut design = design(PORTS, 3, Readout::Intensity, activation);
        design.layers[0].tap = Tap::Coupler(0.1);
        design.layers[1].tap = Tap::Coupler(0.3);
        design
    };
    let process = Process {
        mesh: MeshProcess {
            coupler_loss_db: 0.02,
            shifter_loss_db: 0.05,
            ..MeshProcess::ideal()
        },
        ..Process::ideal()
    };
    let open = ElectroOptic {
        tap_fraction: 0.1,
        gain_rad_per_w: 4e3,
        bias_rad: 0.0,
    };
    for activation in [
        Activation::Identity,
        Activation::ElectroOptic(open),
        Activation::SaturableAbsorber(SaturableAbsorber {
            absorption: 0.8,
            unsaturable_absorption: 0.05,
            saturation_power_w: 1e-4,
        }),
    ] {
        assert_levels(&tapped(activation), &process, 24, &[0.1, 0.1, 0.1]);
    }
    // A threshold makes it steeper.
    let relu = ModRelu {
        threshold_sqrt_w: 2e-3,
    };
    assert_levels(
        &tapped(Activation::ModRelu(relu)),
        &process,
        8,
        &[0.1, 0.1, 0.3],
    );
}

#[test]
fn active_ones_too() {
    let amplifier = GainStage {
        gain_db: 15.0,
        noise: None,
        saturation_output_power_w: Some(1e-3),
    };
    let regenerator = Regenerator {
        responsivity_a_per_w: 0.8,
        dark_current_a: 1e-7,
        noise: None,
        transfer: Transfer::Relu { threshold_a: 5e-5 },
        gain_per_a: 5e3,
        carrier_power_w: 2e-3,
        extinction_ratio_db: Some(20.0),
    };
    for activation in [
        Activation::GainStage(amplifier),
        Activation::Regenerator(regenerator),
    ] {
        let design = design(PORTS, 3, Readout::Intensity, activation);
        assert_levels(&design, &Process::ideal(), 8, &[1e-3, 0.1, 0.1]);
    }
}
