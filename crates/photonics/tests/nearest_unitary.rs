//! The nearest unitary to a target that is none, and what decomposing costs.

mod common;

use common::{cases, stream, uniform};
use nalgebra::DMatrix;
use num_complex::Complex64;
use photonics::matrix::{haar_unitary, relative_error, unitarity_defect};
use photonics::mesh::decompose::{
    DecomposeError, UNITARITY_LIMIT, clements, nearest_unitary, reck,
};
use proptest::prelude::*;

type Matrix = DMatrix<Complex64>;

/// W S V^H and W V^H, with singular values uniform in [low, high).
fn with_singular_values(ports: usize, [low, high]: [f64; 2], seed: usize) -> (Matrix, Matrix) {
    let mut stream = stream("nearest", seed);
    let (w, v) = (
        haar_unitary(ports, &mut stream),
        haar_unitary(ports, &mut stream),
    );
    let s = Matrix::from_fn(ports, ports, |i, j| {
        let value = uniform(&mut stream, low, high);
        Complex64::from(if i == j { value } else { 0.0 })
    });
    (&w * s * v.adjoint(), w * v.adjoint())
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn it_is_the_polar_factor(ports in 1..14_usize, seed in 0..1000_usize) {
        let (target, polar) = with_singular_values(ports, [0.1, 2.0], seed);
        let nearest = nearest_unitary(&target).unwrap();
        // A sum of two singular values, 0.2 or more, divides the rounding of numbers up to 2: tenfold.
        let limit = 40.0 * (ports as f64).sqrt() * f64::EPSILON * 10.0;
        let error = relative_error(&nearest.unitary, &polar);
        prop_assert!(error < limit, "{error:e}");
        prop_assert!(unitarity_defect(&nearest.unitary) < limit);
        let residual = relative_error(&polar, &target);
        prop_assert!((nearest.residual - residual).abs() < limit);
    }

    #[test]
    fn no_other_unitary_is_nearer(ports in 1..8_usize, seed in 0..1000_usize, step in 1e-3..3.0_f64) {
        let (target, _) = with_singular_values(ports, [0.0, 2.0], seed);
        let nearest = nearest_unitary(&target).unwrap();
        let mut stream = stream("other", seed);
        let turns = haar_unitary(ports, &mut stream);
        let angles = Matrix::from_fn(ports, ports, |i, j| {
            let angle = step * uniform(&mut stream, -1.0, 1.0);
            if i == j { Complex64::from_polar(1.0, angle) } else { Complex64::ZERO }
        });
        let other = &turns * angles * turns.adjoint() * &nearest.unitary;
        prop_assert!(relative_error(&other, &target) > nearest.residual - 1e-14);
    }

    #[test]
    fn a_unitary_is_its_own(ports in 1..20_usize, seed in 0..1000_usize) {
        let target = haar_unitary(ports, &mut stream("own", seed));
        let nearest = nearest_unitary(&target).unwrap();
        prop_assert!(nearest.residual < 40.0 * (ports as f64).sqrt() * f64::EPSILON);
    }
}

#[test]
fn rank_and_size_of_numbers_do_not_matter() {
    let one = |i: usize, j: usize| Complex64::from(f64::from(i == 2 && j == 1));
    for scale in [1e-318, 1e-310, 1e-200, 1.0, 1e200, 1e308] {
        let (full, polar) = with_singular_values(5, [0.5, 1.0], 3);
        let nearest = nearest_unitary(&(full * Complex64::from(scale))).unwrap();
        // Subnormal numbers have fewer digits.
        if scale >= 1e-200 {
            assert!(
                relative_error(&nearest.unitary, &polar) < 1e-13,
                "{scale:e}"
            );
        }
        assert!(unitarity_defect(&nearest.unitary) < 1e-13, "{scale:e}");
        let deficient = Matrix::from_fn(5, 5, one) * Complex64::from(scale);
        let nearest = nearest_unitary(&deficient).unwrap();
        assert!(unitarity_defect(&nearest.unitary) < 1e-13, "{scale:e}");
        assert!((nearest.unitary[(2, 1)] - 1.0).norm() < 1e-13, "{scale:e}");
        assert!(nearest.residual > 0.0);
    }
}

#[test]
fn what_has_no_nearest_unitary_is_refused() {
    assert_eq!(
        nearest_unitary(&Matrix::zeros(3, 3)),
        Err(DecomposeError::Zero)
    );
    assert_eq!(
        nearest_unitary(&Matrix::zeros(0, 0)),
        Err(DecomposeError::Empty)
    );
    let (rows, columns) = (3, 4);
    assert_eq!(
        nearest_unitary(&Matrix::zeros(rows, columns)),
        Err(DecomposeError::NotSquare { rows, columns })
    );
    let mut target = Matrix::identity(3, 3);
    target[(1, 2)].re = f64::INFINITY;
    assert_eq!(
        nearest_unitary(&target),
        Err(DecomposeError::NotFinite { row: 1, column: 2 })
    );
}

#[test]
fn a_target_that_is_refused_is_accepted_once_replaced() {
    let (target, _) = with_singular_values(7, [0.7, 1.1], 1);
    for decompose in [clements, reck] {
        let Err(DecomposeError::NotUnitary { residual }) = decompose(&target) else {
            panic!("not refused");
        };
        assert!(residual > UNITARITY_LIMIT);
        decompose(&nearest_unitary(&target).unwrap().unitary).unwrap();
    }
}
