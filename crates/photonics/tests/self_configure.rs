//! Dies set themselves to a unitary by measurements alone; the truth only judges.

use nalgebra::DMatrix;
use num_complex::Complex64;
use numerics::Streams;
use photonics::calibrate::{
    SelfConfigurable, SelfConfiguration, SelfConfigureError, SelfConfigureOptions, self_configure,
};
use photonics::chip::Chip;
use photonics::chip::actuation::Actuator;
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::detector::ReceiverNoise;
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::matrix::{fidelity, haar_unitary, relative_error};
use photonics::mesh::MeshPhases;
use photonics::mesh::correct::correct;
use photonics::mesh::decompose::{clements, reck};
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::triangular::triangular;
use photonics::process::heater::HeaterLaw;
use photonics::process::{MeshProcess, Process};
use std::f64::consts::TAU;
use std::sync::Arc;

type Matrix = DMatrix<Complex64>;

const MESHES: [SelfConfigurable; 2] = [SelfConfigurable::Rectangular, SelfConfigurable::Triangular];

fn design(mesh: SelfConfigurable, ports: usize, readout: Readout) -> ChipDesign {
    let topology = match mesh {
        SelfConfigurable::Rectangular => rectangular(ports),
        SelfConfigurable::Triangular => triangular(ports),
    };
    ChipDesign {
        layers: vec![LayerDesign {
            topology: Arc::new(topology.unwrap()),
            readout,
            tap: Tap::Lossless,
            adc_full_scale_a: None,
            activation: Activation::Identity,
        }],
        source: Source::ideal(1e-3),
        precision: Precision::Double,
    }
}

fn splitters(sigma_rad: f64) -> Process {
    Process {
        mesh: MeshProcess {
            splitter_error_sigma_rad: sigma_rad,
            ..MeshProcess::ideal()
        },
        ..Process::ideal()
    }
}

fn die(mesh: SelfConfigurable, ports: usize, process: &Process, seed: u64) -> (Chip, GroundTruth) {
    fabricate(
        &design(mesh, ports, Readout::Homodyne),
        process,
        DieSeed(seed),
    )
    .unwrap()
}

fn target(ports: usize, seed: u64) -> Matrix {
    haar_unitary(
        ports,
        &mut Streams::new(seed).derive("self-configure target", ports as u64, 0),
    )
}

fn configure(chip: &mut Chip, mesh: SelfConfigurable, target: &Matrix) -> SelfConfiguration {
    self_configure(chip, mesh, target, SelfConfigureOptions::default()).unwrap()
}

/// |dU|_F / |U|_F, a common phase taken off: of the relative error's square, 2 - 2 |Tr U^H X| / N is left.
fn error(found: &Matrix, target: &Matrix) -> f64 {
    let overlap: Complex64 = target.iter().zip(found).map(|(u, x)| u * x.conj()).sum();
    relative_error(&(found * (overlap / overlap.norm())), target)
}

/// With all splitter errors known.
fn corrected(mesh: SelfConfigurable, truth: &GroundTruth, target: &Matrix) -> f64 {
    let ideal = match mesh {
        SelfConfigurable::Rectangular => clements(target),
        SelfConfigurable::Triangular => reck(target),
    };
    let hardware = &truth.layers()[0];
    let (mzis, ports) = (hardware.topology().mzis(), target.nrows());
    let ideal = ideal.unwrap();
    let phases = MeshPhases::split(&ideal, mzis, ports).unwrap();
    let phases = correct(hardware, phases).unwrap().phases_rad;
    error(&truth.matrix(0, &phases).unwrap(), target)
}

#[test]
fn dies_that_can_be_exact_are() {
    // Readouts are in single precision, 6e-8 of the light: nulls are that deep, and N (N - 1) of them
    // make |dU|_F, sqrt(N - 1) times that in |dU|_F / sqrt(N). Ten times as much for quadratures and sums.
    for mesh in MESHES {
        for ports in 1..=8 {
            let limit = 10.0 * f64::from(f32::EPSILON) * (ports as f64).sqrt();
            let mut exact = 0;
            for seed in 0..6 {
                let (mut chip, truth) = die(mesh, ports, &splitters(0.03), seed);
                let target = target(ports, seed);
                let done = configure(&mut chip, mesh, &target);
                let after = error(&truth.matrix(0, &done.phases_rad).unwrap(), &target);
                if done.unreachable.is_empty() {
                    exact += 1;
                    assert!(after < limit, "{mesh:?} {ports} {seed}: {after:e}");
                } else {
                    let known = corrected(mesh, &truth, &target);
                    assert!(
                        after < 3.0 * known,
                        "{mesh:?} {ports} {seed}: {after:e} {known:e}"
                    );
                }
                // What the die measures of itself is so.
                let off = (done.measured_error - after).abs();
                assert!(off < limit, "{mesh:?} {ports} {seed}: {off:e}");
                assert!(done.phases_rad.iter().all(|x| (0.0..TAU).contains(x)));
            }
            assert!(exact > 0, "{mesh:?} {ports}");
        }
    }
}

#[test]
fn special_unitaries_are_set_as_well_as_with_known_errors() {
    for mesh in MESHES {
        for ports in [2, 5, 8] {
            let reversal = Matrix::from_fn(ports, ports, |i, j| {
                Complex64::from(f64::from(i + j == ports - 1))
            });
            for target in [Matrix::identity(ports, ports), reversal] {
                for sigma_rad in [0.0, 0.01] {
                    let (mut chip, truth) = die(mesh, ports, &splitters(sigma_rad), 3);
                    let done = configure(&mut chip, mesh, &target);
                    let after = error(&truth.matrix(0, &done.phases_rad).unwrap(), &target);
                    let known = corrected(mesh, &truth, &target);
                    let limit = 1.5 * known + 1e-5;
                    assert!(
                        after < limit,
                        "{mesh:?} {ports} {sigma_rad}: {after:e} {known:e}"
                    );
                }
            }
        }
    }
}

#[test]
fn programmings_and_samples_are_what_is_stated() {
    let (mut chip, _) = die(SelfConfigurable::Rectangular, 5, &splitters(0.001), 0);
    chip.program(0, &[0.0; 25]).unwrap();
    for refinements in [0, 1, 3] {
        let before = *chip.bench_use();
        let options = SelfConfigureOptions { refinements };
        let target = target(5, 1);
        let done = self_configure(&mut chip, MESHES[0], &target, options).unwrap();
        assert_eq!(done.unreachable, []);
        let programmings = 10 * 2 * (4 + u64::from(refinements)) + 8 + 2 * u64::from(refinements);
        assert_eq!(done.used.programmings, programmings);
        assert_eq!(done.used.samples, (programmings - 1) * 6);
        assert_eq!(done.used.readouts, (programmings - 1) * 6 * 5);
        assert_eq!(done.used, *chip.bench_use() - before);
    }
}

/// Mean and sample standard deviation.
fn spread(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    (mean, (square / (n - 1.0)).sqrt())
}

#[test]
fn it_is_as_good_as_local_correction_with_known_errors() {
    for (mesh, ports, sigma_rad, dies) in [
        (MESHES[0], 16, 0.03, 40),
        (MESHES[0], 32, 0.02, 6),
        (MESHES[1], 16, 0.03, 40),
    ] {
        let found: Vec<[f64; 2]> = (0..dies)
            .map(|seed| {
                let (mut chip, truth) = die(mesh, ports, &splitters(sigma_rad), seed);
                let target = target(ports, seed);
                let done = configure(&mut chip, mesh, &target);
                let after = error(&truth.matrix(0, &done.phases_rad).unwrap(), &target);
                [after, corrected(mesh, &truth, &target)]
            })
            .collect();
        let [measured, known] = [0, 1].map(|i| {
            let errors: Vec<f64> = found.iter().map(|x| x[i]).collect();
            spread(&errors)
        });
        let law = 0.75 * ports as f64 * sigma_rad * sigma_rad;
        println!(
            "{mesh:?}, {ports} ports, sigma {sigma_rad}, {dies} dies: {:.5} +- {:.5} measured, {:.5} +- {:.5} known, law {law:.5}",
            measured.0, measured.1, known.0, known.1
        );
        let ratios: Vec<f64> = found.iter().map(|x| x[0] - x[1]).collect();
        let (off, deviation) = spread(&ratios);
        let limit = 0.1 * known.0 + 3.0 * deviation / (dies as f64).sqrt();
        assert!(off.abs() < limit, "{mesh:?} {ports}: {off} {limit}");
    }
}

/// Thermal noise alone, `ratio` of what a readout shows of all light in phase at one port.
fn noisy(ratio: f64) -> Process {
    let mut process = Process::ideal();
    // 2 sqrt(P P_LO) at 1 A/W; two diodes with a load each.
    let sigma_a = ratio * 2.0 * 1e-3;
    let kelvin_ohm = 4.0 * 1.380_649e-23 * 300.0 / 50.0;
    let mut noise = ReceiverNoise::new(0.5 * sigma_a * sigma_a / kelvin_ohm, 50.0, 300.0);
    (noise.shot, noise.rin) = (false, false);
    process.detector.noise = Some(noise);
    process
}

#[test]
fn noise_of_the_readouts_comes_through_in_proportion() {
    // v^H X w sums N inputs and outputs with weights of norm 1: r^2 per quadrature, and as much on average
    // from the dark readings, together 4 r^2. N (N - 1) / 2 nulls count twice in |dU|^2, and N passages
    // have a phase error of 2 r^2: |dU|^2 / N = (4 N - 2) r^2.
    let mesh = MESHES[0];
    for (ports, dies) in [(4, 40), (8, 20), (16, 6)] {
        for ratio in [1e-4, 1e-2] {
            let errors: Vec<f64> = (0..dies)
                .map(|seed| {
                    let (mut chip, truth) = die(mesh, ports, &noisy(ratio), seed);
                    let target = target(ports, seed);
                    let done = configure(&mut chip, mesh, &target);
                    error(&truth.matrix(0, &done.phases_rad).unwrap(), &target)
                })
                .collect();
            let (mean, deviation) = spread(&errors);
            println!("{ports} ports, noise {ratio}, {dies} dies: {mean:.2e} +- {deviation:.1e}");
            let rms = mean.hypot(deviation);
            let expected = ratio * (4.0 * ports as f64 - 2.0).sqrt();
            let limit = 0.1 * expected + 3.0 * deviation / (dies as f64).sqrt();
            assert!(
                (rms - expected).abs() < limit,
                "{ports} {ratio}: {rms:e} {expected:e}"
            );
        }
    }
}

type Change = fn(&mut Process);

/// The root mean square of the relative error, a common factor taken off, on dies of 8 ports of a changed
/// process.
fn rms_error(mesh: SelfConfigurable, refinements: u32, change: Change) -> f64 {
    let dies = 6;
    let errors = (0..dies).map(|seed| {
        let mut process = splitters(0.005);
        change(&mut process);
        let (mut chip, truth) = die(mesh, 8, &process, seed);
        let target = target(8, seed);
        let options = SelfConfigureOptions { refinements };
        let done = self_configure(&mut chip, mesh, &target, options).unwrap();
        let found = truth
            .matrix(0, &met_rad(&truth, &process, &done.phases_rad))
            .unwrap();
        1.0 / fidelity(&found, &target) - 1.0
    });
    (errors.sum::<f64>() / dies as f64).max(0.0).sqrt()
}

/// The phases that light meets.
fn met_rad(truth: &GroundTruth, process: &Process, phases_rad: &[f64]) -> Vec<f64> {
    let topology = truth.layers()[0].topology();
    let heaters = truth.heaters()[0].clone();
    let streams = Streams::new(0);
    let mut actuator = Actuator::new(topology, heaters, &process.heater, streams, 0, &[]).unwrap();
    let mut met_rad = vec![0.0; phases_rad.len()];
    actuator.actuate(phases_rad, process.heater.settling_s, &mut met_rad);
    met_rad
}

#[test]
fn what_it_need_not_know_does_not_matter() {
    let changes: [(&str, Change); 6] = [
        ("offsets", |p| p.heater.phase_offset_sigma_rad = 1.0),
        ("dark currents", |p| p.detector.dark_current_a = 1e-4),
        ("light", |p| p.detector.responsivity_a_per_w = 0.01),
        ("oscillator", |p| {
            p.detector.local_oscillator.phase_rad = 1.1
        }),
        ("waveguides", |p| {
            // As long past a column as through an MZI.
            p.mesh.waveguide_loss_db_per_m = 300.0;
        }),
        ("responsivities", |p| {
            // Unequal diodes of a pair let |E|^2 through, next to 2 sqrt(P_LO) E.
            p.detector.responsivity_sigma = 0.02;
            p.detector.local_oscillator.power_w = 100.0;
        }),
    ];
    for mesh in MESHES {
        for (name, change) in changes {
            let found = rms_error(mesh, 1, change);
            println!("{mesh:?} {name}: {found:.1e}");
            assert!(found < 3e-5, "{mesh:?} {name}: {found:e}");
        }
    }
}

#[test]
fn unknown_gains_of_phase_shifters_are_taken_off_at_the_inputs_alone() {
    // A phase that is pushed from an output of an MZI to the next MZIs meets other gains. A triangular
    // mesh pushes none; each refinement leaves a few per cent of what it found.
    let gains: Change = |p| {
        p.heater.law = HeaterLaw::Power;
        p.heater.p_pi_w = 0.025;
        p.heater.efficiency_sigma = 0.012;
    };
    let found = [1, 2, 4].map(|refinements| MESHES.map(|mesh| rms_error(mesh, refinements, gains)));
    println!("gains off by 1.2 %, [rectangular, triangular] with 1, 2, 4 refinements: {found:?}");
    let [_, [rectangular, triangular], _] = found;
    assert!(rectangular < 0.06 && triangular < 0.005, "{found:?}");
}

#[test]
fn what_does_not_fit_is_refused() {
    let mesh = MESHES[0];
    let refused = |chip: &mut Chip, target: &Matrix| {
        self_configure(chip, mesh, target, SelfConfigureOptions::default()).unwrap_err()
    };
    let (mut chip, _) = die(mesh, 4, &splitters(0.01), 0);
    assert_eq!(
        refused(&mut chip, &target(5, 0)).to_string(),
        "the target is for 5 ports and 10 MZIs, the chip has 4 and 6"
    );
    let half = target(4, 0) * Complex64::from(0.5);
    assert!(matches!(
        refused(&mut chip, &half),
        SelfConfigureError::Target(_)
    ));
    let other = design(mesh, 4, Readout::Intensity);
    let (mut chip, _) = fabricate(&other, &Process::ideal(), DieSeed(0)).unwrap();
    assert_eq!(
        refused(&mut chip, &target(4, 0)),
        SelfConfigureError::Readout
    );
    let mut dark = Process::ideal();
    dark.faults.open_ports = vec![0, 1, 2, 3];
    let (mut chip, _) = die(mesh, 4, &dark, 0);
    assert_eq!(refused(&mut chip, &target(4, 0)), SelfConfigureError::Dark);
}
