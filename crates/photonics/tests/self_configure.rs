//! Dies set themselves to a unitary by measurements alone; the truth only judges.

use nalgebra::DMatrix;
use num_complex::Complex64;
use numerics::Streams;
use photonics::calibrate::{
    SelfConfigurable, SelfConfiguration, SelfConfigureError, SelfConfigureOptions, self_configure,
};
use photonics::chip::Chip;
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::matrix::{fidelity, haar_unitary, relative_error};
use photonics::mesh::MeshPhases;
use photonics::mesh::correct::correct;
use photonics::mesh::decompose::{clements, reck};
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::triangular::triangular;
use photonics::process::{MeshProcess, Process};
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
    // Readouts are in single precision: a null is as deep as 1e-7 of the light, over N columns.
    for mesh in MESHES {
        for ports in 1..=8 {
            let mut exact = 0;
            for seed in 0..6 {
                let (mut chip, truth) = die(mesh, ports, &splitters(0.03), seed);
                let target = target(ports, seed);
                let done = configure(&mut chip, mesh, &target);
                let found = truth.matrix(0, &done.phases_rad).unwrap();
                let after = error(&found, &target);
                println!(
                    "{mesh:?} {ports} {seed}: {after:e} known {:e} measured {:e} {:?}",
                    corrected(mesh, &truth, &target),
                    done.measured_error,
                    done.unreachable
                );
                if done.unreachable.is_empty() {
                    exact += 1;
                    assert!(after < 1e-5, "{mesh:?} {ports} {seed}: {after:e}");
                    assert!(1.0 - fidelity(&found, &target) < 1e-9);
                }
                assert!((done.measured_error - after).abs() < 1e-5);
                let mzis = (ports * (ports - 1) / 2) as u64;
                assert!(done.used.programmings <= 10 * mzis + 8);
                assert_eq!(done.used, *chip.bench_use());
            }
            assert!(exact > 0, "{mesh:?} {ports}");
        }
    }
}
