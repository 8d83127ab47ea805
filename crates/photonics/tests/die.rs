//! What a die is: the ideal mesh plus what the process draws, the same for the same seed.

mod common;

use common::{random_phases, stream};
use nalgebra::DVector;
use num_complex::Complex64;
use photonics::chip::{Chip, ChipError};
use photonics::component::activation::{Activation, ElectroOptic};
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::detector::ReceiverNoise;
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::mesh::propagate::propagate;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::triangular::triangular;
use photonics::mesh::{MeshHardware, MeshPhases, Program, Topology};
use photonics::process::{MeshProcess, Process};
use photonics::units::power_ratio_to_db;
use photonics::{FieldBatch, Real};
use std::sync::Arc;

fn design(topologies: &[Topology], precision: Precision) -> ChipDesign {
    let layer = |topology: &Topology| LayerDesign {
        topology: Arc::new(topology.clone()),
        readout: Readout::Intensity,
        tap: Tap::Lossless,
        adc_full_scale_a: None,
        activation: Activation::ElectroOptic(ElectroOptic {
            tap_fraction: 0.1,
            gain_rad_per_w: 300.0,
            bias_rad: 0.4,
        }),
    };
    ChipDesign {
        layers: topologies.iter().map(layer).collect(),
        source: Source::ideal(1e-3),
        precision,
    }
}

fn two_layers() -> ChipDesign {
    design(
        &[rectangular(6).unwrap(), triangular(6).unwrap()],
        Precision::Double,
    )
}

fn rough() -> Process {
    Process {
        mesh: MeshProcess {
            splitter_error_sigma_rad: 0.05,
            coupler_loss_db: 0.15,
            coupler_loss_sigma_db: 0.03,
            ..MeshProcess::ideal()
        },
        ..Process::ideal()
    }
}

/// Programs random phases and reads both taps, three samples.
fn response(chip: &mut Chip) -> [Vec<f32>; 2] {
    let mut stream = stream("response", 0);
    for (layer, topology) in [rectangular(6), triangular(6)].into_iter().enumerate() {
        chip.program(layer, &random_phases(&topology.unwrap(), &mut stream))
            .unwrap();
    }
    let amplitudes: Vec<f32> = (1..=18).map(|k| k as f32 / 18.0).collect();
    let mut currents = [vec![0.0; 18], vec![0.0; 18]];
    let [first, second] = &mut currents;
    chip.measure(&amplitudes, &mut [(0, first), (1, second)])
        .unwrap();
    currents
}

fn die(process: &Process, seed: u64) -> (Chip, GroundTruth) {
    fabricate(&two_layers(), process, DieSeed(seed)).unwrap()
}

#[test]
fn an_ideal_process_yields_the_ideal_mesh_bit_for_bit() {
    let topology = Arc::new(rectangular(9).unwrap());
    for precision in [Precision::Single, Precision::Double] {
        let (mut chip, truth) = fabricate(
            &design(&[(*topology).clone()], precision),
            &Process::ideal(),
            DieSeed(3),
        )
        .unwrap();
        let ideal = MeshHardware::ideal(topology.clone());
        assert_eq!(*truth.layers()[0], ideal);
        let phases = random_phases(&topology, &mut stream("ideal", 0));
        let amplitudes: Vec<f32> = (0..18).map(|k| k as f32 / 18.0).collect();
        let mut currents = vec![0.0; 18];
        chip.program(0, &phases).unwrap();
        chip.measure(&amplitudes, &mut [(0, &mut currents)])
            .unwrap();
        let split = MeshPhases::split(&phases, topology.mzis(), 9).unwrap();
        let expected: Vec<f32> = match precision {
            Precision::Single => {
                powers::<f32>(&ideal, split, &amplitudes, |re, im| re.mul_add(re, im * im))
            }
            Precision::Double => powers::<f64>(&ideal, split, &amplitudes, |re, im| {
                re.mul_add(re, im * im) as f32
            }),
        };
        assert_eq!(currents, expected);
    }
}

/// |E|^2 behind the mesh for amplitudes of 1 mW at full scale.
fn powers<T: Real>(
    mesh: &MeshHardware,
    phases: MeshPhases<'_>,
    amplitudes: &[f32],
    square: impl Fn(T, T) -> f32,
) -> Vec<f32> {
    let mut field = FieldBatch::<T>::dark(9, 0);
    field.encode(amplitudes, 1e-3_f64.sqrt());
    propagate(mesh.topology(), &Program::new(mesh, phases), &mut field);
    (0..18)
        .map(|k| field.get(k % 9, k / 9))
        .map(|e| square(e.re, e.im))
        .collect()
}

#[test]
fn the_chip_is_what_the_truth_says() {
    let (mut chip, truth) = die(&rough(), 5);
    let [first, _] = response(&mut chip);
    let phases = random_phases(&rectangular(6).unwrap(), &mut stream("response", 0));
    let u = truth.matrix(0, &phases).unwrap();
    for sample in 0..3 {
        let input = DVector::from_fn(6, |port, _| {
            Complex64::from(f64::from((sample * 6 + port + 1) as f32 / 18.0) * 1e-3_f64.sqrt())
        });
        for (port, e) in (&u * input).iter().enumerate() {
            let found = f64::from(first[sample * 6 + port]);
            assert!(
                (found - e.norm_sqr()).abs() < 4.0 * f64::from(f32::EPSILON) * e.norm_sqr() + 1e-18
            );
        }
    }
    assert!(truth.matrix(2, &phases).is_none() && truth.matrix(0, &phases[1..]).is_none());
}

#[test]
fn the_seed_is_the_die() {
    let (mut chip, truth) = die(&rough(), 7);
    let (mut same, same_truth) = die(&rough(), 7);
    let (mut other, other_truth) = die(&rough(), 8);
    assert_eq!(truth, same_truth);
    assert_ne!(truth, other_truth);
    let currents = response(&mut chip);
    assert_eq!(currents, response(&mut same));
    assert_ne!(currents, response(&mut other));
    // Without noise a second look shows the same.
    assert_eq!(currents, response(&mut chip));
}

#[test]
fn layers_of_a_die_are_drawn_apart() {
    let twice = design(
        &[rectangular(6).unwrap(), rectangular(6).unwrap()],
        Precision::Double,
    );
    let (_, truth) = fabricate(&twice, &rough(), DieSeed(1)).unwrap();
    let [a, b] = truth.layers() else {
        panic!("two layers")
    };
    for (x, y) in a.errors_rad().iter().zip(b.errors_rad()) {
        assert!(x[0] != y[0] && x[1] != y[1]);
    }
    let [a, b] = [a, b].map(|mesh| &mesh.losses().unwrap().arms);
    for (x, y) in a.iter().zip(b) {
        assert_ne!(x.inner_upper, y.inner_upper);
    }
}

#[test]
fn what_is_drawn_has_the_stated_spread() {
    let process = rough();
    let design = design(&[rectangular(200).unwrap()], Precision::Single);
    let (_, truth) = fabricate(&design, &process, DieSeed(2)).unwrap();
    let sides: Vec<[f64; 2]> = truth.layers()[0]
        .errors_rad()
        .iter()
        .map(|e| e.map(|e| e / process.mesh.splitter_error_sigma_rad))
        .collect();
    let losses: Vec<f64> = truth.layers()[0]
        .losses()
        .unwrap()
        .arms
        .iter()
        .map(|arms| -power_ratio_to_db(arms.inner_upper.powi(2)))
        // Two couplers.
        .map(|loss_db| (loss_db - 2.0 * 0.15) / (2_f64.sqrt() * 0.03))
        .collect();
    let n = losses.len() as f64;
    let standard = |name: &str, x: &[f64]| {
        // Five standard errors: chi-square with n degrees of freedom has the variance 2 n.
        let (sum, squares) = x.iter().fold((0.0, 0.0), |(a, b), x| (a + x, b + x * x));
        assert!(sum.abs() < 5.0 * n.sqrt(), "{name}: mean {}", sum / n);
        assert!(
            (squares - n).abs() < 5.0 * (2.0 * n).sqrt(),
            "{name}: variance {}",
            squares / n
        );
    };
    let side = |k: usize| sides.iter().map(|e| e[k]).collect::<Vec<_>>();
    standard("input side", &side(0));
    standard("output side", &side(1));
    standard("loss", &losses);
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let (input, output) = (side(0), side(1));
    for (a, b) in [
        (&input[..], &output[..]),
        (&input, &losses),
        (&output, &losses),
        (&input[1..], &output),
    ] {
        assert!(product(a, b).abs() < 5.0 * n.sqrt());
    }
}

#[test]
fn a_loss_below_0_counts_as_0() {
    let mesh = MeshProcess {
        coupler_loss_sigma_db: 0.2,
        ..MeshProcess::ideal()
    };
    let process = Process {
        mesh,
        ..Process::ideal()
    };
    let design = design(&[rectangular(100).unwrap()], Precision::Single);
    let (_, truth) = fabricate(&design, &process, DieSeed(2)).unwrap();
    let arms = &truth.layers()[0].losses().unwrap().arms;
    let t: Vec<f64> = arms.iter().map(|arms| arms.inner_upper).collect();
    assert!(t.iter().all(|&t| 0.0 < t && t <= 1.0));
    // Both couplers of an MZI.
    let none = t.iter().filter(|&&t| t == 1.0).count() as f64;
    let n = t.len() as f64;
    assert!(
        (none - 0.25 * n).abs() < 5.0 * (0.1875 * n).sqrt(),
        "{none} of {n}"
    );
}

#[test]
fn a_tap_changes_nothing_behind_it() {
    let [first, second] = response(&mut die(&rough(), 1).0);
    let (mut chip, _) = die(&rough(), 1);
    response(&mut chip);
    let amplitudes: Vec<f32> = (1..=18).map(|k| k as f32 / 18.0).collect();
    let mut alone = vec![0.0; 18];
    chip.measure(&amplitudes, &mut [(1, &mut alone)]).unwrap();
    assert_eq!(alone, second);
    chip.measure(&amplitudes, &mut [(0, &mut alone)]).unwrap();
    assert_eq!(alone, first);
    // Nor does the order in which taps are asked for, or asking twice.
    let mut again = [vec![0.0; 18], vec![0.0; 18], vec![0.0; 18]];
    let [a, b, c] = &mut again;
    chip.measure(&amplitudes, &mut [(1, a), (0, b), (1, c)])
        .unwrap();
    assert_eq!(again, [second.clone(), first, second]);
}

#[test]
fn a_refusal_leaves_the_chip_as_before() {
    let mut process = rough();
    process.detector.noise = Some(ReceiverNoise::new(1e9, 50.0, 300.0));
    let (mut chip, _) = die(&process, 4);
    let (mut untouched, _) = die(&process, 4);
    response(&mut chip);
    response(&mut untouched);
    let count = 2 * 15 + 6;
    assert_eq!(
        chip.program(2, &vec![0.0; count]),
        Err(ChipError::NoSuchLayer {
            layer: 2,
            layers: 2
        })
    );
    assert_eq!(
        chip.program(0, &vec![0.0; count - 1]),
        Err(ChipError::WrongLength {
            what: "phases",
            found: count - 1,
            expected: count
        })
    );
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut phases = vec![1.0; count];
        phases[count - 1] = bad;
        let refusal = chip.program(1, &phases).unwrap_err();
        assert!(
            matches!(refusal, ChipError::NotFinite { index, .. } if index == count - 1),
            "{refusal}"
        );
    }
    let (mut short, mut fits) = (vec![0.0; 5], vec![0.0; 6]);
    let light = [0.5; 6];
    assert!(chip.measure(&light[..5], &mut [(0, &mut short)]).is_err());
    assert!(
        chip.measure(&light, &mut [(0, &mut fits), (1, &mut short)])
            .is_err()
    );
    assert!(chip.measure(&light, &mut [(2, &mut fits)]).is_err());
    let mut dark = light;
    dark[2] = f32::NAN;
    let refusal = chip.measure(&dark, &mut [(0, &mut fits)]).unwrap_err();
    assert!(
        matches!(refusal, ChipError::NotFinite { index: 2, .. }),
        "{refusal}"
    );
    assert_eq!(fits, [0.0; 6]);
    // The phases are as before, and no refusal counted as a query: the noise goes on where it was.
    let read = |chip: &mut Chip| {
        let mut currents = [vec![0.0; 6], vec![0.0; 6]];
        let [first, second] = &mut currents;
        chip.measure(&light, &mut [(0, first), (1, second)])
            .unwrap();
        currents
    };
    assert_eq!(read(&mut chip), read(&mut untouched));
}
