//! Each convention of the project, fixed by a probe that tells it from its mirror image.

mod common;

use common::{distance, random_mesh, random_phases, split, stream, transfer};
use nalgebra::{DMatrix, DVector};
use num_complex::Complex64;
use photonics::FieldBatch;
use photonics::chip::Chip;
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::mesh::propagate::propagate;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::{MeshHardware, Program, Topology};
use photonics::process::{MeshProcess, Process};
use std::f64::consts::{FRAC_PI_2, PI};
use std::sync::Arc;

type Pairs<'a> = &'a [(usize, usize)];

/// A few roundings of numbers near 1.
const TOLERANCE: f64 = 16.0 * f64::EPSILON;

fn topology(ports: usize, columns: &[Pairs<'_>]) -> Arc<Topology> {
    let columns = columns.iter().map(|pairs| pairs.to_vec());
    Arc::new(Topology::new("probe", ports, columns).unwrap())
}

/// Slow and fast path agree with each other and with `expected`, given as rows.
fn assert_transfer(mesh: &MeshHardware, phases: &[f64], expected: &[Complex64]) {
    let ports = mesh.topology().ports();
    let expected = DMatrix::from_row_slice(ports, ports, expected);
    for u in [
        mesh.matrix(split(mesh, phases)),
        transfer::<f64>(mesh, phases),
    ] {
        assert!(distance(&u, &expected) < TOLERANCE, "{u} is not {expected}");
    }
}

/// One MZI with coupler errors.
fn mzi(errors_rad: [f64; 2]) -> MeshHardware {
    MeshHardware::new(topology(2, &[&[(0, 1)]]), vec![errors_rad], None)
}

fn turn(angle_rad: f64) -> Complex64 {
    Complex64::from_polar(1.0, angle_rad)
}

fn chip(topology: &Arc<Topology>, process: &Process, port_power_w: f64) -> Chip {
    let layer = LayerDesign {
        topology: topology.clone(),
        readout: Readout::Intensity,
        tap: Tap::Lossless,
        adc_full_scale_a: None,
        activation: Activation::Identity,
    };
    let design = ChipDesign {
        layers: vec![layer],
        source: Source::ideal(port_power_w),
        precision: Precision::Double,
    };
    fabricate(&design, process, DieSeed(1)).unwrap().0
}

fn currents_a(chip: &mut Chip, phases: &[f64], amplitudes: &[f32]) -> Vec<f32> {
    let mut currents = vec![0.0; amplitudes.len()];
    chip.program(0, phases).unwrap();
    chip.measure(amplitudes, &mut [(0, &mut currents)]).unwrap();
    currents
}

/// Two currents in single precision.
fn assert_current(found: f32, expected: f64) {
    assert!(
        (f64::from(found) - expected).abs()
            < 4.0 * f64::from(f32::EPSILON) * expected.abs().max(1e-9),
        "{found:e} is not {expected:e}"
    );
}

#[test]
fn the_first_index_is_the_output() {
    // Two crosses carry port 0 to port 1 and on to port 2, and nothing from port 2 to port 0.
    let mesh = MeshHardware::ideal(topology(3, &[&[(0, 1)], &[(1, 2)]]));
    let (o, i) = (Complex64::ZERO, Complex64::I);
    assert_transfer(&mesh, &[0.0; 7], &[o, i, o, o, o, i, i * i, o, o]);
}

#[test]
fn out_is_the_matrix_times_in() {
    let mut stream = stream("column vectors", 0);
    let mesh = random_mesh(&Arc::new(rectangular(5).unwrap()), false, &mut stream);
    let phases = random_phases(mesh.topology(), &mut stream);
    let input = DVector::from_fn(5, |port, _| Complex64::new(0.1 + port as f64, 0.3));
    let mut field = FieldBatch::<f64>::dark(5, 1);
    (0..5).for_each(|port| field.set(port, 0, input[port]));
    let phases = split(&mesh, &phases);
    propagate(mesh.topology(), &Program::new(&mesh, phases), &mut field);
    let expected = mesh.matrix(phases) * input;
    for port in 0..5 {
        assert!((field.get(port, 0) - expected[port]).norm() < 10.0 * TOLERANCE);
    }
}

#[test]
fn theta_0_is_cross_and_theta_pi_is_bar() {
    let (o, one, i) = (Complex64::ZERO, Complex64::ONE, Complex64::I);
    let mesh = mzi([0.0; 2]);
    assert_transfer(&mesh, &[0.0; 4], &[o, i, i, o]);
    assert_transfer(&mesh, &[PI, 0.0, 0.0, 0.0], &[-one, o, o, one]);
    // Between the two a phase of exp(i theta/2), not its conjugate, is common to all elements.
    let (s, c) = 0.4_f64.sin_cos();
    let common = i * turn(0.4);
    assert_transfer(
        &mesh,
        &[0.8, 0.0, 0.0, 0.0],
        &[common * s, common * c, common * c, -common * s],
    );
}

#[test]
fn phi_acts_on_the_upper_input() {
    let (o, i) = (Complex64::ZERO, Complex64::I);
    assert_transfer(
        &mzi([0.0; 2]),
        &[0.0, 0.7, 0.0, 0.0],
        &[o, i, i * turn(0.7), o],
    );
    // The upper port is the one named first, wherever it lies.
    let upside_down = MeshHardware::ideal(topology(2, &[&[(1, 0)]]));
    assert_transfer(
        &upside_down,
        &[0.0, 0.7, 0.0, 0.0],
        &[o, i * turn(0.7), i, o],
    );
}

#[test]
fn gamma_acts_on_the_outputs() {
    let (o, i) = (Complex64::ZERO, Complex64::I);
    assert_transfer(
        &mzi([0.0; 2]),
        &[0.0, 0.0, 0.7, 0.2],
        &[o, i * turn(0.7), i * turn(0.2), o],
    );
}

#[test]
fn errors_add_to_the_coupling_angle() {
    let (e1, e2) = (0.1, 0.03);
    // At theta = 0 the couplers' angles add up: B(e1 + e2 + pi/4).
    let cross = mzi([e1, e2]).matrix(split(&mzi([e1, e2]), &[0.0; 4]));
    assert!((cross[(0, 0)] + (e1 + e2).sin()).norm() < TOLERANCE);
    // At theta = pi they subtract; e1 is the coupler at the input.
    let (s, c) = (e1 - e2).sin_cos();
    let (re, im) = (Complex64::from(c), Complex64::new(0.0, s));
    assert_transfer(&mzi([e1, e2]), &[PI, 0.0, 0.0, 0.0], &[-re, -im, im, re]);
    let (s, c) = (e1 + e2).sin_cos();
    let (re, im) = (Complex64::from(-s), Complex64::new(0.0, c));
    assert_transfer(&mzi([e1, e2]), &[0.0; 4], &[re, im, im, re]);
}

#[test]
fn parameters_are_theta_then_phi_then_gamma() {
    // Two MZIs at 50:50: the second phi alone decides where the light goes, P0 = cos^2(phi/2).
    let mesh = topology(2, &[&[(0, 1)], &[(0, 1)]]);
    let mut chip = chip(&mesh, &Process::ideal(), 1.0);
    let phases = [FRAC_PI_2, FRAC_PI_2, 0.4, 1.1, 2.0, 3.0];
    let currents = currents_a(&mut chip, &phases, &[1.0, 0.0]);
    assert_current(currents[0], 0.55_f64.cos().powi(2));
    assert_current(currents[1], 0.55_f64.sin().powi(2));
}

#[test]
fn mzis_are_numbered_column_by_column() {
    // Of the four MZIs, numbers 0 and 1 stand in column 0. All cross but number 1, a bar: light from
    // port 2 stays there, crosses to port 1 in column 1 and to port 0 in column 2.
    let mesh = topology(4, &[&[(0, 1), (2, 3)], &[(1, 2)], &[(0, 1)]]);
    let mut chip = chip(&mesh, &Process::ideal(), 1.0);
    let phases: Vec<f64> = (0..12).map(|k| if k == 1 { PI } else { 0.0 }).collect();
    let currents = currents_a(&mut chip, &phases, &[0.0, 0.0, 1.0, 0.0]);
    assert_current(currents[0], 1.0);
}

#[test]
fn insertion_loss_is_a_positive_number_of_db() {
    // Two couplers of 1 dB and 8 mm of waveguide at 1 dB/cm.
    let mesh = MeshProcess {
        coupler_loss_db: 1.0,
        waveguide_loss_db_per_m: 100.0,
        mzi_length_m: 8e-3,
        ..MeshProcess::ideal()
    };
    let process = Process {
        mesh,
        ..Process::ideal()
    };
    let mesh = topology(2, &[&[(0, 1)]]);
    let currents = currents_a(&mut chip(&mesh, &process, 1.0), &[0.0; 4], &[1.0, 0.0]);
    assert_current(currents[0], 0.0);
    assert_current(currents[1], 10_f64.powf(-0.28));
}

#[test]
fn the_square_of_an_amplitude_is_watts() {
    // Half the amplitude of a port of 2 mW is 0.5 mW, and as many mA from 1 A/W.
    let mesh = topology(2, &[&[(0, 1)]]);
    let currents = currents_a(
        &mut chip(&mesh, &Process::ideal(), 2e-3),
        &[0.0; 4],
        &[0.5, 0.0],
    );
    assert_current(currents[1], 0.5e-3);
    let mut field = FieldBatch::<f64>::dark(2, 0);
    field.encode(&[0.5, -1.0], 2e-3_f64.sqrt());
    assert!((field.power_w(0) - 2.5e-3).abs() < TOLERANCE * 2.5e-3);
}

#[test]
fn samples_are_rows() {
    // Row-major samples x ports: the second sample is lit at port 1, which crosses to port 0.
    let mesh = topology(2, &[&[(0, 1)]]);
    let mut chip = chip(&mesh, &Process::ideal(), 1.0);
    let currents = currents_a(&mut chip, &[0.0; 4], &[1.0, 0.0, 0.0, 0.5]);
    [0.0, 1.0, 0.25, 0.0]
        .iter()
        .zip(&currents)
        .for_each(|(&x, &found)| assert_current(found, x));
}
