//! The twin of a whole design: against the chip, against differences.

use crate::common::{cases, random_losses, random_phases, stream, uniform};
use crate::same_bytes::Hash;
use photonics::chip::ChipError;
use photonics::component::activation::{
    Activation, AmplifierNoise, ElectroOptic, GainStage, ModRelu, Regenerator, SaturableAbsorber,
    Transfer,
};
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::detector::LocalOscillator;
use photonics::fabricate::{DieSeed, fabricate};
use photonics::mesh::{MeshHardware, NamedTopology};
use photonics::process::{DetectorProcess, MeshProcess, Process};
use photonics::twin::{Knowledge, Twin, TwinError};
use proptest::prelude::*;
use std::sync::Arc;

/// One of every kind that light of about 1 mW brings to work.
pub(crate) fn activations() -> [Activation; 9] {
    let regenerator = Regenerator {
        responsivity_a_per_w: 0.9,
        dark_current_a: 1e-6,
        noise: None,
        transfer: Transfer::Sigmoid { midpoint_a: 3e-4 },
        gain_per_a: 1e3,
        carrier_power_w: 1e-3,
        extinction_ratio_db: Some(20.0),
    };
    let amplifier = GainStage {
        gain_db: 10.0,
        ..GainStage::ideal()
    };
    [
        Activation::Identity,
        Activation::ElectroOptic(ElectroOptic {
            tap_fraction: 0.1,
            gain_rad_per_w: 900.0,
            bias_rad: 0.4,
        }),
        Activation::SaturableAbsorber(SaturableAbsorber {
            absorption: 0.6,
            unsaturable_absorption: 0.1,
            saturation_power_w: 3e-4,
        }),
        Activation::ModRelu(ModRelu {
            threshold_sqrt_w: 0.01,
        }),
        Activation::GainStage(amplifier),
        Activation::GainStage(GainStage {
            saturation_output_power_w: Some(2e-3),
            ..amplifier
        }),
        Activation::Regenerator(regenerator),
        Activation::Regenerator(Regenerator {
            transfer: Transfer::Linear,
            ..regenerator
        }),
        Activation::Regenerator(Regenerator {
            transfer: Transfer::Relu { threshold_a: 1e-4 },
            ..regenerator
        }),
    ]
}

fn design(ports: usize, layers: &[(Readout, Tap, Activation)], precision: Precision) -> ChipDesign {
    let layer = |(index, &(readout, tap, activation)): (usize, &(_, _, _))| LayerDesign {
        topology: Arc::new(
            [NamedTopology::Rectangular, NamedTopology::Butterfly][index % 2]
                .build(ports)
                .unwrap(),
        ),
        readout,
        tap,
        adc_full_scale_a: None,
        activation,
    };
    ChipDesign {
        layers: layers.iter().enumerate().map(layer).collect(),
        source: Source {
            modulator_extinction_ratio_db: Some(30.0),
            ..Source::ideal(1e-3)
        },
        precision,
    }
}

fn all_phases(design: &ChipDesign) -> Vec<Vec<f64>> {
    let layers = design.layers.iter().enumerate();
    layers
        .map(|(index, layer)| random_phases(&layer.topology, &mut stream("phases", index)))
        .collect()
}

fn light(ports: usize, samples: usize) -> Vec<f32> {
    let mut stream = stream("light", samples);
    (0..ports * samples)
        .map(|_| uniform(&mut stream, 0.0, 1.0) as f32)
        .collect()
}

fn program(twin: &mut Twin, phases: &[Vec<f64>]) {
    for (layer, phases) in phases.iter().enumerate() {
        twin.program(layer, phases).unwrap();
    }
}

/// The currents of all layers, one after another.
fn read(twin: &mut Twin, amplitudes: &[f32]) -> Vec<Vec<f64>> {
    let samples = amplitudes.len() / twin.ports();
    let mut currents: Vec<Vec<f64>> = (0..twin.layers())
        .map(|layer| vec![f64::NAN; samples * twin.readouts(layer).unwrap()])
        .collect();
    let mut taps: Vec<(usize, &mut [f64])> = currents
        .iter_mut()
        .map(|x| &mut x[..])
        .enumerate()
        .collect();
    twin.forward(amplitudes, &mut taps).unwrap();
    currents
}

const READOUTS: [Readout; 3] = [Readout::Intensity, Readout::Signed, Readout::Homodyne];

#[test]
fn it_reads_what_an_ideal_chip_reads() {
    for readout in READOUTS {
        for activation in activations() {
            for precision in [Precision::Single, Precision::Double] {
                let layers = [
                    (readout, Tap::Coupler(0.1), activation),
                    (readout, Tap::Lossless, activation),
                    (readout, Tap::Lossless, activation),
                ];
                let design = design(6, &layers, precision);
                let (mut chip, _) = fabricate(&design, &Process::ideal(), DieSeed(1)).unwrap();
                let mut twin = Twin::new(&design, &Knowledge::of_design(&design)).unwrap();
                let phases = all_phases(&design);
                program(&mut twin, &phases);
                let amplitudes = light(6, 70);
                let model = read(&mut twin, &amplitudes);
                for (layer, phases) in phases.iter().enumerate() {
                    chip.program(layer, phases).unwrap();
                }
                for (layer, model) in model.iter().enumerate() {
                    let mut currents = vec![0.0_f32; model.len()];
                    chip.measure(&amplitudes, &mut [(layer, &mut currents)])
                        .unwrap();
                    // The same fields; the chip rounds two powers and their difference to f32.
                    let largest = model.iter().fold(1e-3_f64, |a, b| a.max(b.abs()));
                    for (a, b) in currents.iter().zip(model) {
                        let error = (f64::from(*a) - b).abs();
                        assert!(error <= 4.0 * f64::from(f32::EPSILON) * largest, "{a} {b}");
                    }
                }
            }
        }
    }
}

/// A die with every static error that a twin of the truth knows.
fn process() -> Process {
    Process {
        mesh: MeshProcess {
            splitter_error_sigma_rad: 0.05,
            shifter_loss_db: 0.2,
            shifter_loss_sigma_db: 0.05,
            ..MeshProcess::ideal()
        },
        detector: DetectorProcess {
            responsivity_a_per_w: 0.9,
            responsivity_sigma: 0.05,
            dark_current_a: 1e-6,
            local_oscillator: LocalOscillator {
                power_w: 2e-3,
                phase_rad: 0.7,
            },
            ..DetectorProcess::ideal()
        },
        ..Process::ideal()
    }
}

#[test]
fn with_the_truth_it_reads_what_the_die_reads() {
    for readout in READOUTS {
        let tap = Tap::Coupler(0.2);
        let layers = [
            (readout, tap, activations()[1]),
            (readout, tap, activations()[1]),
        ];
        let design = design(7, &layers, Precision::Double);
        let (mut chip, truth) = fabricate(&design, &process(), DieSeed(3)).unwrap();
        let knowledge = Knowledge::of_truth(&truth, &process());
        let mut twin = Twin::new(&design, &knowledge).unwrap();
        let phases = all_phases(&design);
        program(&mut twin, &phases);
        let amplitudes = light(7, 30);
        let model = read(&mut twin, &amplitudes);
        for (layer, phases) in phases.iter().enumerate() {
            chip.program(layer, phases).unwrap();
        }
        for (layer, model) in model.iter().enumerate() {
            let mut currents = vec![0.0_f32; model.len()];
            chip.measure(&amplitudes, &mut [(layer, &mut currents)])
                .unwrap();
            for (a, b) in currents.iter().zip(model) {
                let error = (f64::from(*a) - b).abs();
                assert!(error <= 4.0 * f64::from(f32::EPSILON) * 5e-3, "{a} {b}");
            }
        }
    }
}

/// Central differences with step h: the truncation h^2/6 |L'''| and the rounding eps |L| / h are both
/// about eps^(2/3) of the scale of L at h = eps^(1/3); readouts bend faster behind activations, so the
/// factor is 1e3.
fn check_differences(twin: &mut Twin, phases: &[Vec<f64>], amplitudes: &[f32], name: &str) {
    program(twin, phases);
    let currents = read(twin, amplitudes);
    let mut stream = stream("weights", 0);
    let weights: Vec<Vec<f64>> = currents
        .iter()
        .map(|x| x.iter().map(|_| uniform(&mut stream, -1e3, 1e3)).collect())
        .collect();
    let scale: f64 = currents
        .iter()
        .flatten()
        .zip(weights.iter().flatten())
        .map(|(x, w)| (x * w).abs())
        .sum();
    let mut gradients: Vec<Vec<f64>> = phases.iter().map(|x| vec![f64::NAN; x.len()]).collect();
    let cotangents: Vec<(usize, &[f64])> = weights.iter().map(|x| &x[..]).enumerate().collect();
    let mut places: Vec<(usize, &mut [f64])> = gradients
        .iter_mut()
        .map(|x| &mut x[..])
        .enumerate()
        .collect();
    twin.vjp(&cotangents, &mut places).unwrap();
    let step = f64::EPSILON.cbrt();
    let tolerance = 1e3 * step * step * scale;
    for (layer, gradient) in gradients.iter().enumerate() {
        for index in (0..gradient.len()).step_by(3) {
            let mut at = |shift: f64| -> f64 {
                let mut moved = phases.to_vec();
                moved[layer][index] += shift;
                program(twin, &moved);
                let currents = read(twin, amplitudes);
                let pairs = currents.iter().flatten().zip(weights.iter().flatten());
                pairs.map(|(x, w)| x * w).sum()
            };
            let expected = (at(step) - at(-step)) / (2.0 * step);
            let error = (gradient[index] - expected).abs();
            assert!(
                error <= tolerance,
                "{name}: layer {layer} phase {index}: {} {expected}",
                gradient[index]
            );
        }
    }
    let size: f64 = gradients[0].iter().map(|x| x.abs()).fold(0.0, f64::max);
    assert!(
        size > 1e3 * tolerance,
        "{name}: the gradient is seen, {size}"
    );
}

#[test]
fn gradients_are_those_of_differences_for_all_kinds() {
    for (index, activation) in activations().into_iter().enumerate() {
        let readout = READOUTS[index % 3];
        let tap = [Tap::Lossless, Tap::Coupler(0.3)][index % 2];
        let layers = [
            (readout, tap, activation),
            (readout, tap, activation),
            (readout, Tap::Lossless, Activation::Identity),
        ];
        let design = design(5, &layers, Precision::Double);
        let (_, truth) = fabricate(&design, &process(), DieSeed(2)).unwrap();
        let phases = all_phases(&design);
        for knowledge in [
            Knowledge::of_design(&design),
            Knowledge::of_truth(&truth, &process()),
        ] {
            let mut twin = Twin::new(&design, &knowledge).unwrap();
            check_differences(&mut twin, &phases, &light(5, 4), &format!("{activation:?}"));
        }
    }
    // The tap of the activation itself.
    let layers = [
        (Readout::Intensity, Tap::Activation, activations()[1]),
        (Readout::Signed, Tap::Lossless, Activation::Identity),
    ];
    let design = design(5, &layers, Precision::Double);
    let mut twin = Twin::new(&design, &Knowledge::of_design(&design)).unwrap();
    check_differences(&mut twin, &all_phases(&design), &light(5, 4), "tap");
}

proptest! {
    #![proptest_config(cases(12))]

    /// The gradient of a sum of goals is the sum of the gradients, layer by layer.
    #[test]
    fn cotangents_of_several_taps_add_up(samples in 1_usize..80, seed in 0_usize..100) {
        let layers = [
            (Readout::Intensity, Tap::Coupler(0.1), activations()[1]),
            (Readout::Homodyne, Tap::Lossless, Activation::Identity),
        ];
        let design = design(4, &layers, Precision::Double);
        let mut twin = Twin::new(&design, &Knowledge::of_design(&design)).unwrap();
        let phases = all_phases(&design);
        program(&mut twin, &phases);
        read(&mut twin, &light(4, samples));
        let mut stream = stream("weights", seed);
        let weights: [Vec<f64>; 2] =
            [(); 2].map(|()| (0..4 * samples).map(|_| uniform(&mut stream, -1.0, 1.0)).collect());
        let mut gradient = |taps: &[usize]| {
            let cotangents: Vec<(usize, &[f64])> =
                taps.iter().map(|&tap| (tap, &weights[tap][..])).collect();
            let (mut first, mut second) = (vec![0.0; phases[0].len()], vec![0.0; phases[1].len()]);
            twin.vjp(&cotangents, &mut [(0, &mut first), (1, &mut second)]).unwrap();
            (first, second)
        };
        let (both, zero, one) = (gradient(&[0, 1]), gradient(&[0]), gradient(&[1]));
        prop_assert!(zero.1.iter().all(|x| *x == 0.0));
        for (sum, (a, b)) in both.0.iter().zip(zero.0.iter().zip(&one.0)) {
            prop_assert!((sum - a - b).abs() <= 1e-15 * samples as f64, "{} {} {}", sum, a, b);
        }
        prop_assert_eq!(both.1, one.1);
    }
}

#[test]
fn noise_is_left_out() {
    let amplifier = GainStage {
        gain_db: 10.0,
        noise: Some(AmplifierNoise {
            noise_figure_db: 6.0,
            optical_bandwidth_hz: 50e9,
            wavelength_m: 1550e-9,
        }),
        saturation_output_power_w: None,
    };
    let of = |activation| {
        let layers = [
            (Readout::Intensity, Tap::Lossless, activation),
            (Readout::Intensity, Tap::Lossless, Activation::Identity),
        ];
        let design = design(4, &layers, Precision::Double);
        let mut twin = Twin::new(&design, &Knowledge::of_design(&design)).unwrap();
        read(&mut twin, &light(4, 3))
    };
    let silent = GainStage {
        noise: None,
        ..amplifier
    };
    assert_eq!(
        of(Activation::GainStage(amplifier)),
        of(Activation::GainStage(silent))
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let layers = [
        (Readout::Intensity, Tap::Lossless, Activation::Identity),
        (Readout::Signed, Tap::Lossless, Activation::Identity),
    ];
    let design = design(4, &layers, Precision::Single);
    let knowledge = Knowledge::of_design(&design);
    let mut other = knowledge.clone();
    let topology = Arc::new(NamedTopology::Triangular.build(4).unwrap());
    let losses = random_losses(&topology, &mut stream("losses", 0));
    other.meshes[1] = Arc::new(MeshHardware::with_losses(
        topology,
        vec![[0.0; 2]; 6],
        losses,
    ));
    let mismatch = |what| Some(TwinError::Mismatch { layer: 1, what });
    assert_eq!(Twin::new(&design, &other).err(), mismatch("the mesh"));
    let mut other = knowledge.clone();
    other.detectors.pop();
    assert_eq!(
        Twin::new(&design, &other).err(),
        mismatch("the number of photodiodes")
    );
    let mut twin = Twin::new(&design, &knowledge).unwrap();
    let no_layer = ChipError::NoSuchLayer {
        layer: 2,
        layers: 2,
    };
    assert_eq!(twin.program(2, &[]), Err(no_layer.clone()));
    assert!(twin.program(0, &[0.0; 15]).is_err());
    assert!(matches!(
        twin.program(0, &[f64::NAN; 16]),
        Err(ChipError::NotFinite { .. })
    ));
    assert_eq!(twin.forward(&[0.0; 4], &mut [(2, &mut [])]), Err(no_layer));
    assert!(twin.forward(&[0.0; 5], &mut []).is_err());
    assert!(twin.forward(&[f32::NAN; 4], &mut []).is_err());
    assert!(twin.forward(&[0.0; 4], &mut [(0, &mut [0.0; 3])]).is_err());
    // The first layer alone was lit.
    twin.forward(&[0.5; 4], &mut [(0, &mut [0.0; 4])]).unwrap();
    assert!(
        twin.vjp(&[(0, &[1.0; 4])], &mut [(0, &mut [0.0; 16])])
            .is_ok()
    );
    let dark = ChipError::NoSuchLayer {
        layer: 1,
        layers: 1,
    };
    assert_eq!(twin.vjp(&[(1, &[1.0; 2])], &mut []), Err(dark));
    assert!(twin.vjp(&[(0, &[1.0; 5])], &mut []).is_err());
    assert!(twin.vjp(&[(0, &[f64::INFINITY; 4])], &mut []).is_err());
    assert!(
        twin.vjp(&[(0, &[1.0; 4])], &mut [(0, &mut [0.0; 3])])
            .is_err()
    );
    // New phases make the old pass worthless.
    twin.program(0, &[0.1; 16]).unwrap();
    assert!(twin.vjp(&[(0, &[1.0; 4])], &mut []).is_err());
}

/// Gradients through all kinds, for the test of equal bytes.
pub(crate) fn hash(hash: &mut Hash) {
    for activation in activations() {
        let layers = [
            (Readout::Intensity, Tap::Coupler(0.1), activation),
            (Readout::Homodyne, Tap::Lossless, activation),
        ];
        let design = design(9, &layers, Precision::Single);
        let mut twin = Twin::new(&design, &Knowledge::of_design(&design)).unwrap();
        program(&mut twin, &all_phases(&design));
        let currents = read(&mut twin, &light(9, 600));
        let mut gradient = vec![0.0; twin.parameters(0).unwrap()];
        let cotangents = [(0, &currents[0][..]), (1, &currents[1][..])];
        twin.vjp(&cotangents, &mut [(0, &mut gradient)]).unwrap();
        gradient.iter().for_each(|x| hash.add(*x));
    }
}
