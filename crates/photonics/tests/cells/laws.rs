//! What each cell is, in closed form or made of others.

use super::*;
use nalgebra::{DMatrix, dmatrix};
use num_complex::Complex64;
use photonics::component::mzi::{ArmTransmission, mzi_matrix};
use photonics::mesh::MeshLosses;
use std::f64::consts::{FRAC_PI_2, PI};

/// U[out, in] of both paths, which must agree.
fn both(mesh: &MeshHardware, phases: &[f64]) -> DMatrix<Complex64> {
    let u = mesh.matrix(split(mesh, phases));
    let error = distance(&transfer::<f64>(mesh, phases), &u);
    assert!(
        error <= rounding(mesh.topology(), f64::EPSILON),
        "{error:e}"
    );
    u
}

fn two(cell: Cell) -> Vec<Placed> {
    vec![Placed::on_two(cell, 0, 1)]
}

fn one(cell: Cell, port: usize) -> Vec<Placed> {
    vec![Placed::on_one(cell, port)]
}

#[test]
fn couplers_and_shifters_make_an_mzi() {
    let parts = ideal(
        2,
        vec![
            one(Cell::Shifter, 0),
            two(Cell::EVEN_COUPLER),
            one(Cell::Shifter, 0),
            two(Cell::EVEN_COUPLER),
        ],
    );
    let (e1, e2, theta, phi) = (0.13, -0.21, 1.1, 0.7);
    let parts = MeshHardware::new(
        parts.topology().clone(),
        vec![[0.0; 2], [e1, 9.0], [0.0; 2], [e2, 9.0]],
        None,
    );
    // theta of cells 0 and 2; all else in it is ignored.
    let u = both(
        &parts,
        &[phi, 5.0, theta, 5.0, 5.0, 5.0, 5.0, 5.0, 0.0, 0.0],
    );
    let mzi = mzi_matrix(theta, phi, e1, e2);
    let mzi = DMatrix::from_fn(2, 2, |i, j| mzi[(i, j)]);
    assert!(distance(&u, &mzi) < 4.0 * f64::EPSILON);
}

#[test]
fn a_coupler_splits_by_its_angle() {
    for angle_rad in [0.0, 0.3, PI / 4.0, FRAC_PI_2] {
        let mesh = ideal(2, vec![two(Cell::Coupler { angle_rad })]);
        let u = both(&mesh, &[0.0; 4]);
        let (s, c) = angle_rad.sin_cos();
        let expected = dmatrix![
            Complex64::new(c, 0.0), Complex64::new(0.0, s);
            Complex64::new(0.0, s), Complex64::new(c, 0.0)
        ];
        assert!(distance(&u, &expected) < 2.0 * f64::EPSILON);
    }
}

#[test]
fn crossings_permute() {
    let cross = |a, b| Placed::on_two(Cell::Crossing, a, b);
    let mesh = ideal(4, vec![vec![cross(0, 1), cross(2, 3)], vec![cross(1, 2)]]);
    let u = both(&mesh, &[0.0; 10]);
    // 0 -> 1 -> 2, 1 -> 0, 2 -> 3, 3 -> 2 -> 1.
    for (input, output) in [(0, 2), (1, 0), (2, 3), (3, 1)] {
        for out in 0..4 {
            let expected = f64::from(u8::from(out == output));
            assert_eq!(u[(out, input)], Complex64::new(expected, 0.0));
            assert_eq!(mesh.topology().reach().leads(input, out), out == output);
        }
    }
    // They are cells, and none of the layout.
    assert!(mesh.topology().is_planar());
}

/// The symmetric MZI at (theta, phi) is an MZI at theta - phi with exp(i phi) pushed out of it.
#[test]
fn a_symmetric_cell_is_an_mzi_with_pushed_phases() {
    let (theta, phi, errors) = (2.1, -0.8, [0.05, -0.11]);
    let arms = ArmTransmission {
        inner_upper: 0.9,
        inner_lower: 0.8,
        outer_upper: 0.95,
        outer_lower: 0.85,
    };
    for lossy in [false, true] {
        let [symmetric, mzi] = [Cell::Symmetric, Cell::Mzi].map(|cell| {
            let topology = ideal(2, vec![two(cell)]).topology().clone();
            let losses = MeshLosses {
                arms: vec![arms],
                output: vec![1.0; 2],
            };
            if lossy {
                MeshHardware::with_losses(topology, vec![errors], losses)
            } else {
                MeshHardware::new(topology, vec![errors], None)
            }
        });
        let u = both(&symmetric, &[theta, phi, 0.3, 0.4]);
        let v = both(&mzi, &[theta - phi, 0.0, 0.3 + phi, 0.4 + phi]);
        assert!(distance(&u, &v) < 8.0 * f64::EPSILON);
    }
    // theta = phi is the cross state; both turned are a phase common to both ports.
    let ideal = ideal(2, vec![two(Cell::Symmetric)]);
    let u = both(&ideal, &[0.4, 0.4, 0.0, 0.0]);
    assert!(u[(0, 0)].norm() < 1e-15 && (u[(1, 0)].norm() - 1.0).abs() < 1e-15);
}

#[test]
fn an_attenuator_is_half_an_mzi_and_cannot_close_with_errors() {
    let mesh = ideal(1, vec![one(Cell::Attenuator, 0)]);
    for theta in [0.0, 0.4, FRAC_PI_2, PI, 5.0] {
        let u = both(&mesh, &[theta, 1.0, 0.0])[(0, 0)];
        let expected = Complex64::I * Complex64::from_polar((0.5 * theta).sin(), 0.5 * theta);
        assert!((u - expected).norm() < 4.0 * f64::EPSILON);
    }
    let (e1, e2) = (0.05, 0.02);
    let die = MeshHardware::new(mesh.topology().clone(), vec![[e1, e2]], None);
    let power = |theta: f64| both(&die, &[theta, 0.0, 0.0])[(0, 0)].norm_sqr();
    let ratio = power(PI) / power(0.0);
    let expected = photonics::component::mzi::bar_extinction_ratio(e1, e2);
    assert!((ratio / expected - 1.0).abs() < 1e-12);
}

#[test]
fn a_loss_is_what_it_says_and_equal_losses_commute() {
    let mesh = ideal(1, vec![one(Cell::Loss { loss_db: 3.0 }, 0)]);
    let u = both(&mesh, &[7.0, 7.0, 0.0])[(0, 0)];
    assert!((u.norm_sqr() - 10_f64.powf(-0.3)).abs() < 1e-15);
    assert!(!mesh.is_lossless() && mesh.losses().is_none());

    let mut stream = stream("equal loss", 0);
    let cells = random_cells(6, 8, &mut stream);
    let losses = || -> Vec<Placed> {
        (0..6)
            .map(|port| Placed::on_one(Cell::Loss { loss_db: 1.3 }, port))
            .collect()
    };
    let columns: Vec<Vec<Placed>> = (0..cells.columns())
        .map(|column| cells.placed().collect::<Vec<_>>()[cells.column(column)].to_vec())
        .collect();
    let with = |at: usize| {
        let mut all = columns.clone();
        all.insert(at, losses());
        ideal(6, all)
    };
    let phases = random_phases(&cells, &mut stream);
    let first = split(&ideal(6, columns.clone()), &phases)
        .theta_rad
        .to_vec();
    let slots = first.len();
    let phases_at = |cell: usize| {
        let mut out = Vec::new();
        for part in [&phases[..slots], &phases[slots..2 * slots]] {
            out.extend_from_slice(&part[..cell]);
            out.extend([0.0; 6]);
            out.extend_from_slice(&part[cell..]);
        }
        out.extend_from_slice(&phases[2 * slots..]);
        out
    };
    let front = both(&with(0), &phases_at(0));
    for column in 1..=columns.len() {
        let cell = columns[..column].iter().map(Vec::len).sum();
        let u = both(&with(column), &phases_at(cell));
        assert!(distance(&u, &front) < 40.0 * f64::EPSILON);
    }
}

/// What can be reached in spite of coupler errors: the plain MZI has no exact cross state, one behind a
/// third coupler has (Hamerly et al., arXiv:2109.05367), and no exact bar state is lost for it.
#[test]
fn a_third_splitter_reaches_cross_and_bar_exactly() {
    let errors = [[0.06, 0.0], [0.04, 0.03]];
    let three = ideal(2, vec![two(Cell::EVEN_COUPLER), two(Cell::Mzi)]);
    let three = MeshHardware::new(three.topology().clone(), errors.to_vec(), None);
    let plain = MeshHardware::new(
        ideal(2, vec![two(Cell::Mzi)]).topology().clone(),
        vec![errors[1]],
        None,
    );
    // Power from input 0 to output 0, extreme over both phases.
    let extremes = |mesh: &MeshHardware| {
        let cells = mesh.topology().mzis();
        let power = |theta: f64, phi: f64| {
            let mut phases = vec![0.0; 2 * cells + 2];
            (phases[cells - 1], phases[2 * cells - 1]) = (theta, phi);
            mesh.matrix(split(mesh, &phases))[(0, 0)].norm_sqr()
        };
        let search = |sign: f64| {
            let (mut at, mut step) = ([1.4_f64, 1.4_f64], 0.8);
            let mut best = sign * power(at[0], at[1]);
            while step > 1e-9 {
                let moves = [[step, 0.0], [-step, 0.0], [0.0, step], [0.0, -step]];
                let better = moves
                    .iter()
                    .map(|m| [at[0] + m[0], at[1] + m[1]])
                    .find(|at| sign * power(at[0], at[1]) < best);
                match better {
                    Some(next) => {
                        at = next;
                        best = sign * power(at[0], at[1]);
                    }
                    None => step *= 0.5,
                }
            }
            sign * best
        };
        [search(1.0), search(-1.0)]
    };
    let [cross, bar] = extremes(&plain);
    assert!((cross - (0.07_f64).sin().powi(2)).abs() < 1e-9);
    assert!((bar - (0.01_f64).cos().powi(2)).abs() < 1e-9);
    let [cross, bar] = extremes(&three);
    assert!(cross < 1e-12 && bar > 1.0 - 1e-12, "{cross} {bar}");
}
