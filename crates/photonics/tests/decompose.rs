//! Decomposition and mesh are inverse to each other, to rounding.

mod common;

use common::{cases, rounding, split, stream, transfer, uniform};
use nalgebra::DMatrix;
use num_complex::Complex64;
use photonics::matrix::{haar_unitary, relative_error};
use photonics::mesh::decompose::{
    DecomposeError, UNITARITY_LIMIT, clements, diamond, diamond_ports, reck, redundant_clements,
};
use photonics::mesh::diamond::diamond as diamond_mesh;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::redundant_rectangular::redundant_rectangular;
use photonics::mesh::triangular::triangular;
use photonics::mesh::{MeshHardware, Topology};
use proptest::prelude::*;
use rand::RngExt;
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

type Matrix = DMatrix<Complex64>;

/// Decomposing is as many rotations deep as rebuilding and has as large an error.
fn assert_round_trip(target: &Matrix, what: &str) {
    let ports = target.nrows();
    let schemes = [
        (rectangular(ports), clements(target)),
        (triangular(ports), reck(target)),
        (diamond_mesh(diamond_ports(ports)), diamond(target)),
        (
            redundant_rectangular(ports, 1),
            redundant_clements(target, 1),
        ),
        (
            redundant_rectangular(ports, 4),
            redundant_clements(target, 4),
        ),
    ];
    for (topology, phases) in schemes {
        let topology: Arc<Topology> = Arc::new(topology.unwrap());
        let phases = phases.unwrap();
        let what = format!("{what}, {ports} ports, {}", topology.name());
        assert_eq!(
            phases.len(),
            2 * topology.mzis() + topology.ports(),
            "{what}"
        );
        let (theta, rest) = phases.split_at(topology.mzis());
        assert!(theta.iter().all(|x| (0.0..=PI).contains(x)), "{what}");
        assert!(rest.iter().all(|x| (0.0..TAU).contains(x)), "{what}");
        let limit = 2.0 * rounding(&topology, f64::EPSILON);
        let mesh_ports = topology.ports();
        let (mesh, further) = (MeshHardware::ideal(topology), mesh_ports - ports);
        // The ports that a diamond has beyond the signals are left alone.
        let target = blocks_of(target, &Matrix::identity(further, further));
        for u in [
            mesh.matrix(split(&mesh, &phases)),
            transfer::<f64>(&mesh, &phases),
        ] {
            let error = relative_error(&u, &target);
            assert!(error < limit, "{what}: {error:e} > {limit:e}");
        }
    }
}

/// diag(a, b)
fn blocks_of(a: &Matrix, b: &Matrix) -> Matrix {
    let size = a.nrows() + b.nrows();
    let mut u = a.clone().resize(size, size, Complex64::ZERO);
    u.view_mut((a.nrows(), a.nrows()), b.shape()).copy_from(b);
    u
}

/// Blocks of Haar unitaries on the diagonal.
fn blocks(sizes: &[usize], seed: usize) -> Matrix {
    let ports = sizes.iter().sum();
    let mut u = Matrix::zeros(ports, ports);
    let mut stream = stream("blocks", seed);
    let mut start = 0;
    for &size in sizes {
        let block = haar_unitary(size, &mut stream);
        u.view_mut((start, start), (size, size)).copy_from(&block);
        start += size;
    }
    u
}

/// A random permutation matrix, with random phases where asked.
fn permutation(ports: usize, seed: usize, phases: bool) -> Matrix {
    let mut stream = stream("permutation", seed);
    let mut order: Vec<usize> = (0..ports).collect();
    for i in (1..ports).rev() {
        order.swap(i, stream.random_range(0..=i));
    }
    let mut u = Matrix::zeros(ports, ports);
    for (from, to) in order.into_iter().enumerate() {
        let angle = if phases {
            uniform(&mut stream, 0.0, TAU)
        } else {
            0.0
        };
        u[(to, from)] = Complex64::from_polar(1.0, angle);
    }
    u
}

/// A unitary at a distance of about `step` from `u`: a chain of small random rotations.
fn nudged(mut u: Matrix, step: f64, seed: usize) -> Matrix {
    let mut stream = stream("nudge", seed);
    let ports = u.nrows();
    for a in 0..ports {
        for b in 0..a {
            let angle = step * uniform(&mut stream, -1.0, 1.0);
            let turn = Complex64::from_polar(angle.sin(), uniform(&mut stream, 0.0, TAU));
            for j in 0..ports {
                let (x, y) = (u[(a, j)], u[(b, j)]);
                u[(a, j)] = x * angle.cos() + turn * y;
                u[(b, j)] = y * angle.cos() - turn.conj() * x;
            }
        }
    }
    u
}

#[test]
fn haar_unitaries() {
    for ports in (1..=20).chain([31, 64, 101]) {
        let target = haar_unitary(ports, &mut stream("target", ports));
        assert_round_trip(&target, "Haar");
    }
}

#[test]
fn special_unitaries() {
    for ports in 1..=12 {
        assert_round_trip(&Matrix::identity(ports, ports), "identity");
        assert_round_trip(&-Matrix::identity(ports, ports), "minus identity");
        let reversal = Matrix::from_fn(ports, ports, |i, j| {
            Complex64::from(f64::from(i + j == ports - 1))
        });
        assert_round_trip(&reversal, "reversal");
        let fourier = Matrix::from_fn(ports, ports, |i, j| {
            let angle = TAU * (i * j % ports) as f64 / ports as f64;
            Complex64::from_polar(1.0 / (ports as f64).sqrt(), angle)
        });
        assert_round_trip(&fourier, "Fourier");
    }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn permutations(ports in 1..16_usize, seed in 0..1000_usize, phases: bool) {
        assert_round_trip(&permutation(ports, seed, phases), "permutation");
    }

    #[test]
    fn block_diagonals(sizes in prop::collection::vec(1..6_usize, 1..5), seed in 0..1000_usize) {
        assert_round_trip(&blocks(&sizes, seed), "blocks");
    }

    #[test]
    fn nearly_degenerate(ports in 1..12_usize, seed in 0..1000_usize, exponent in -320..-1_i32) {
        let step = 10_f64.powi(exponent);
        for start in [Matrix::identity(ports, ports), permutation(ports, seed, true)] {
            assert_round_trip(&nudged(start, step, seed), &format!("nudged by {step:e}"));
        }
    }

    #[test]
    fn what_a_mesh_does_is_decomposed(ports in 1..12_usize, seed in 0..1000_usize) {
        let mesh = MeshHardware::ideal(Arc::new(rectangular(ports).unwrap()));
        let phases = common::random_phases(mesh.topology(), &mut stream("phases", seed));
        assert_round_trip(&mesh.matrix(split(&mesh, &phases)), "mesh");
    }
}

#[test]
fn an_mzi_on_which_nothing_depends_is_a_bar() {
    for phases in [clements, reck, diamond].map(|f| f(&Matrix::identity(7, 7)).unwrap()) {
        assert!(phases[..21].iter().all(|&theta| theta == PI));
    }
}

#[test]
fn what_is_not_unitary_is_refused() {
    for decompose in [clements, reck, diamond, |u: &Matrix| {
        redundant_clements(u, 2)
    }] {
        let rows = Matrix::zeros(3, 4);
        assert_eq!(
            decompose(&rows),
            Err(DecomposeError::NotSquare {
                rows: 3,
                columns: 4
            })
        );
        assert_eq!(decompose(&Matrix::zeros(0, 0)), Err(DecomposeError::Empty));
        let mut u = haar_unitary(5, &mut stream("refused", 0));
        u[(3, 1)].im = f64::NAN;
        assert_eq!(
            decompose(&u),
            Err(DecomposeError::NotFinite { row: 3, column: 1 })
        );
        // |(1 + x)^2 - 1| for a uniform gain.
        for (gain, accepted) in [(0.25 * UNITARITY_LIMIT, true), (1e-6, false), (-0.5, false)] {
            let u = haar_unitary(5, &mut stream("refused", 1)) * Complex64::from(1.0 + gain);
            match decompose(&u) {
                Ok(_) => assert!(accepted, "{gain}"),
                Err(DecomposeError::NotUnitary { residual }) => {
                    assert!(
                        !accepted && (residual / (gain * (2.0 + gain)).abs() - 1.0).abs() < 1e-6
                    );
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}
