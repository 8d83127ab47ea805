//! Any matrix comes back from two meshes and a column of attenuators, to rounding.

mod common;

use common::{cases, random_errors, rounding, split, stream, transfer, uniform};
use nalgebra::DMatrix;
use num_complex::Complex64;
use photonics::matrix::{haar_unitary, relative_error};
use photonics::mesh::MeshHardware;
use photonics::mesh::correct::correct;
use photonics::mesh::decompose::{DecomposeError, SvdProgram, attenuation, svd};
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::svd::svd as svd_mesh;
use proptest::prelude::*;
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

type Matrix = DMatrix<Complex64>;

/// Elements uniform in the square of half width 1 about 0, or real.
fn random(rows: usize, columns: usize, real: bool, seed: usize) -> Matrix {
    let mut stream = stream("svd", seed);
    Matrix::from_fn(rows, columns, |_, _| {
        let re = uniform(&mut stream, -1.0, 1.0);
        let im = if real {
            0.0
        } else {
            uniform(&mut stream, -1.0, 1.0)
        };
        Complex64::new(re, im)
    })
}

/// W S V^H with these singular values.
fn with_singular_values(values: &[f64], seed: usize) -> Matrix {
    let mut stream = stream("svd factors", seed);
    let mut w = haar_unitary(values.len(), &mut stream);
    let v = haar_unitary(values.len(), &mut stream);
    for (mut column, &s) in w.column_iter_mut().zip(values) {
        column *= Complex64::from(s);
    }
    w * v.adjoint()
}

/// Two meshes deep, and the rounding of singular vectors, of N elements each, on either side.
fn limit(program: &SvdProgram) -> f64 {
    let topology = rectangular(program.ports).unwrap();
    let vectors = 8.0 * program.ports as f64 * f64::EPSILON;
    4.0 * rounding(&topology, f64::EPSILON) + vectors
}

fn assert_round_trip(target: &Matrix, what: &str) {
    let program = svd(target).unwrap();
    let ports = program.ports;
    assert_eq!(ports, target.nrows().max(target.ncols()), "{what}");
    // Over the largest singular value, so that squares are numbers; of a zero matrix zero.
    let scale = if program.scale > 0.0 {
        program.scale
    } else {
        1.0
    };
    let padded = target
        .clone()
        .resize(ports, ports, Complex64::ZERO)
        .map(|x| x / scale);
    let limit = limit(&program);
    let check = |found: Matrix| {
        let error = (found - &padded).norm() / (ports as f64).sqrt();
        assert!(
            error < limit,
            "{what}, {ports} ports: {error:e} > {limit:e}"
        );
    };
    let largest = f64::from(u8::from(program.scale > 0.0));
    assert_eq!(program.amplitudes[0], largest, "{what}");
    let amplitudes = &program.amplitudes;
    assert!(amplitudes.iter().all(|a| (0.0..=1.0).contains(a)), "{what}");
    assert!(amplitudes.is_sorted_by(|a, b| a >= b), "{what}");
    for (&theta, &a) in program.attenuators_rad.iter().zip(amplitudes) {
        assert!((0.0..=PI).contains(&theta), "{what}");
        assert!(
            (attenuation(theta).norm() - a).abs() < 2.0 * f64::EPSILON,
            "{what}"
        );
    }
    for phases in [&program.u_rad, &program.v_rad] {
        assert_eq!(phases.len(), ports * ports, "{what}");
        assert!(phases.iter().all(|x| (0.0..TAU).contains(x)), "{what}");
    }
    let u = part(&program.u_rad, ports);
    let mut v = part(&program.v_rad, ports);
    for (mut row, &theta) in v.row_iter_mut().zip(&program.attenuators_rad) {
        row *= attenuation(theta) * program.scale;
    }
    check((u * v).map(|x| x / scale));
    // As one mesh, by the slow and by the fast path.
    let parameters = program.parameters_rad();
    assert!(parameters.iter().all(|x| (0.0..TAU).contains(x)), "{what}");
    let mesh = MeshHardware::ideal(Arc::new(svd_mesh(ports).unwrap()));
    let units = program.scale / scale;
    check(mesh.matrix(split(&mesh, &parameters)) * Complex64::from(units));
    check(transfer::<f64>(&mesh, &parameters) * Complex64::from(units));
}

/// The matrix of one of the rectangular meshes.
fn part(phases_rad: &[f64], ports: usize) -> Matrix {
    let mesh = MeshHardware::ideal(Arc::new(rectangular(ports).unwrap()));
    mesh.matrix(split(&mesh, phases_rad))
}

#[test]
fn splitter_errors_of_meshes_and_attenuators_are_corrected() {
    let mut exact = 0;
    for seed in 0..20 {
        let target = random(4, 4, seed % 2 == 0, seed);
        let program = svd(&target).unwrap();
        let topology = Arc::new(svd_mesh(4).unwrap());
        let mut errors = random_errors(&topology, 0.02, &mut stream("svd die", seed));
        // The largest singular value needs a full bar, which takes equal couplers.
        errors[6] = [0.01; 2];
        let die = MeshHardware::new(topology, errors, None);
        let ideal = program.parameters_rad();
        let correction = correct(&die, split(&die, &ideal)).unwrap();
        let error = |phases_rad: &[f64]| {
            let found = die.matrix(split(&die, phases_rad)) * Complex64::from(program.scale);
            relative_error(&found, &target)
        };
        assert!(error(&ideal) > 0.005);
        if correction.unreachable.is_empty() {
            exact += 1;
            let (after, limit) = (error(&correction.phases_rad), 8.0 * limit(&program));
            assert!(after < limit, "{seed}: {after:e} > {limit:e}");
        }
    }
    assert!(exact > 5, "{exact}");
}

#[test]
fn special_matrices() {
    for ports in 1..=9 {
        let one = Matrix::identity(ports, ports);
        assert_round_trip(&one, "identity");
        assert_round_trip(
            &(&one * Complex64::new(0.0, -3e7)),
            "a multiple of the identity",
        );
        assert_round_trip(&Matrix::zeros(ports, ports), "zero");
        assert_round_trip(
            &Matrix::from_element(ports, ports, Complex64::ONE),
            "rank 1",
        );
        let shift = Matrix::from_fn(ports, ports, |i, j| Complex64::from(f64::from(i == j + 1)));
        assert_round_trip(&shift, "nilpotent");
        let blocks = Matrix::from_fn(ports, ports, |i, j| {
            Complex64::from(if i / 2 == j / 2 {
                1.0 + (i + 2 * j) as f64
            } else {
                0.0
            })
        });
        assert_round_trip(&blocks, "blocks");
        assert_round_trip(&haar_unitary(ports, &mut stream("svd Haar", ports)), "Haar");
    }
    for ports in [31, 64] {
        assert_round_trip(&random(ports, ports, false, ports), "random");
    }
}

#[test]
fn a_zero_matrix_is_dark() {
    let program = svd(&Matrix::zeros(2, 4)).unwrap();
    assert_eq!((program.scale, program.ports), (0.0, 4));
    assert_eq!(program.attenuators_rad, [0.0; 4]);
    assert_eq!(program.u_rad.len(), 16);
}

#[test]
fn singular_values_are_those_of_the_target() {
    let values = [5.0, 5.0 - 1e-9, 2.0, 1e-3, 1e-9, 0.0];
    let program = svd(&with_singular_values(&values, 0)).unwrap();
    // Weyl: each is off by the norm of the rounding at most.
    for (found, value) in program.amplitudes.iter().zip(values) {
        let found = program.scale * found;
        assert!(
            (found - value).abs() < 5.0 * 20.0 * f64::EPSILON,
            "{found} {value}"
        );
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn any_shape(
        rows in 1..12_usize, columns in 1..12_usize, real: bool, seed in 0..1000_usize,
        exponent in -300..300_i32,
    ) {
        let target = random(rows, columns, real, seed) * Complex64::from(10_f64.powi(exponent));
        assert_round_trip(&target, &format!("{rows} x {columns} at 1e{exponent}"));
    }

    #[test]
    fn any_spectrum(
        kinds in prop::collection::vec(0..4_usize, 1..10), step in -18..-1_i32, seed in 0..1000_usize,
    ) {
        // Nearly degenerate, vanishing and rank-deficient ones together.
        let step = 10_f64.powi(step);
        let value = |(i, kind): (usize, &usize)| match kind {
            0 => 1.0,
            1 => 1.0 + step * i as f64,
            2 => step * (1.0 + i as f64),
            _ => 0.0,
        };
        let values: Vec<f64> = kinds.iter().enumerate().map(value).collect();
        assert_round_trip(&with_singular_values(&values, seed), "spectrum");
    }
}

#[test]
fn what_is_no_matrix_of_numbers_is_refused() {
    assert_eq!(svd(&Matrix::zeros(0, 3)), Err(DecomposeError::Empty));
    let mut target = Matrix::identity(3, 4);
    target[(2, 3)].im = f64::NAN;
    let (row, column) = (2, 3);
    assert_eq!(svd(&target), Err(DecomposeError::NotFinite { row, column }));
}
