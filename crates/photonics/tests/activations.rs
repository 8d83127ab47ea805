//! Activations within a chip: noise per query and layer, and values out of range.

use photonics::chip::Chip;
use photonics::component::activation::{Activation, AmplifierNoise, GainStage};
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::mesh::rectangular::rectangular;
use photonics::process::Process;
use std::sync::Arc;

fn design(activation: Activation) -> ChipDesign {
    let layer = LayerDesign {
        topology: Arc::new(rectangular(4).unwrap()),
        readout: Readout::Intensity,
        tap: Tap::Lossless,
        adc_full_scale_a: None,
        activation,
    };
    ChipDesign {
        layers: vec![layer; 3],
        source: Source::ideal(1e-3),
        precision: Precision::Single,
    }
}

fn amplifier(noise_figure_db: f64) -> Activation {
    Activation::GainStage(GainStage {
        gain_db: 10.0,
        noise: Some(AmplifierNoise {
            noise_figure_db,
            optical_bandwidth_hz: 50e9,
            wavelength_m: 1550e-9,
        }),
        saturation_output_power_w: None,
    })
}

fn chip(activation: Activation, die: u64) -> Chip {
    fabricate(&design(activation), &Process::ideal(), DieSeed(die))
        .unwrap()
        .0
}

/// Currents behind the last mesh.
fn read(chip: &mut Chip) -> [f32; 4] {
    let mut currents = [0.0; 4];
    chip.measure(&[1.0, 0.5, 0.2, 0.7], &mut [(2, &mut currents)])
        .unwrap();
    currents
}

#[test]
fn spontaneous_emission_is_new_in_every_query_and_the_same_for_the_same_die() {
    let (mut one, mut same, mut other) = (
        chip(amplifier(6.0), 1),
        chip(amplifier(6.0), 1),
        chip(amplifier(6.0), 2),
    );
    let first = read(&mut one);
    assert_eq!(first, read(&mut same));
    let second = read(&mut one);
    assert_ne!(first, second);
    assert_eq!(second, read(&mut same));
    assert_ne!(first, read(&mut other));
}

#[test]
fn two_amplifiers_of_10_db_amplify_a_hundredfold() {
    let quiet = Activation::GainStage(GainStage {
        gain_db: 10.0,
        ..GainStage::ideal()
    });
    let (passed, amplified) = (
        read(&mut chip(Activation::Identity, 1)),
        read(&mut chip(quiet, 1)),
    );
    for (before, behind) in passed.iter().zip(amplified) {
        assert!((behind - 100.0 * before).abs() < 2e-5 * behind);
    }
}

#[test]
fn a_design_with_an_impossible_amplifier_is_refused() {
    let error = design(amplifier(1.0)).check().unwrap_err().to_string();
    assert_eq!(
        error,
        "noise figure = 1: must be at least the quantum limit 2 - 1/G (3.01 dB at high gain) and \
         below 30 dB"
    );
}
