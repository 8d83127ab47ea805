//! Every convention into every other.

use crate::common::{cases, distance, named, random_phases, stream};
use num_complex::Complex64;
use photonics::interchange::convention::{Convention, ConventionError, convert, matrix};
use photonics::mesh::naive;
use photonics::mesh::{MeshHardware, MeshPhases, NamedTopology, Topology};
use proptest::prelude::*;
use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::sync::Arc;

/// A phase is the sum of up to 3 numbers per column, each rounded at up to 2 pi; in a matrix such errors
/// add at random.
fn tolerance(topology: &Topology) -> f64 {
    let columns = topology.columns() as f64 + 3.0;
    TAU * columns * f64::EPSILON
}

fn split<'a>(topology: &Topology, phases: &'a [f64]) -> MeshPhases<'a> {
    MeshPhases::split(phases, topology.mzis(), topology.ports()).unwrap()
}

fn known(topology: &Topology, convention: Convention) -> bool {
    let rectangular = topology.name() == "rectangular" && topology.ports() > 2;
    convention != Convention::Neurophox || rectangular
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn the_matrix_stays(ports in 1_usize..10, seed in 0_usize..1000) {
        for topology in named(ports) {
            let phases = random_phases(&topology, &mut stream("convention", seed));
            for from in Convention::ALL {
                if !known(&topology, from) {
                    continue;
                }
                let expected = matrix(&topology, from, split(&topology, &phases)).unwrap();
                for to in Convention::ALL {
                    if !known(&topology, to) {
                        continue;
                    }
                    let there = convert(&topology, from, to, split(&topology, &phases)).unwrap();
                    let (theta, rest) = there.split_at(topology.mzis());
                    let most = if to == Convention::Clements { FRAC_PI_2 + 1e-15 } else { TAU };
                    prop_assert!(theta.iter().all(|x| (0.0..=most).contains(x)), "{to:?} {theta:?}");
                    prop_assert!(rest.iter().all(|x| (0.0..TAU).contains(x)));
                    let found = matrix(&topology, to, split(&topology, &there)).unwrap();
                    let error = distance(&found, &expected);
                    prop_assert!(
                        error < tolerance(&topology),
                        "{from:?} {to:?} {} {ports}: {error:e}", topology.name()
                    );
                }
            }
        }
    }

    #[test]
    fn phases_come_back(ports in 3_usize..10, seed in 0_usize..1000) {
        let topology = NamedTopology::Rectangular.build(ports).unwrap();
        let mut phases = random_phases(&topology, &mut stream("convention back", seed));
        // Clements' theta stands for half of what an MZI can be.
        for theta in &mut phases[..topology.mzis()] {
            *theta = theta.rem_euclid(PI);
        }
        for through in Convention::ALL {
            let there =
                convert(&topology, Convention::Fzero, through, split(&topology, &phases)).unwrap();
            let back =
                convert(&topology, through, Convention::Fzero, split(&topology, &there)).unwrap();
            for (a, b) in back.iter().zip(&phases) {
                let turn = (Complex64::from_polar(1.0, a - b) - 1.0).norm();
                prop_assert!(turn < tolerance(&topology), "{through:?}: {a} {b}");
            }
        }
    }

    #[test]
    fn splitter_errors_keep_their_effect(ports in 3_usize..10, seed in 0_usize..1000) {
        let topology = Arc::new(NamedTopology::Rectangular.build(ports).unwrap());
        let mut stream = stream("convention errors", seed);
        let phases = random_phases(&topology, &mut stream);
        let errors = crate::common::random_errors(&topology, 0.5, &mut stream);
        let mesh = MeshHardware::new(topology.clone(), errors, None);
        let expected = naive::matrix(&mesh, split(&topology, &phases));
        for through in Convention::ALL {
            if through == Convention::Clements {
                continue;
            }
            let there =
                convert(&topology, Convention::Fzero, through, split(&topology, &phases)).unwrap();
            let back =
                convert(&topology, through, Convention::Fzero, split(&topology, &there)).unwrap();
            let error = distance(&naive::matrix(&mesh, split(&topology, &back)), &expected);
            prop_assert!(error < tolerance(&topology), "{through:?}: {error:e}");
        }
    }
}

#[test]
fn clements_matrix_is_that_of_the_paper() {
    let (theta, phi) = (0.7_f64, 1.9_f64);
    let t = Convention::Clements.mzi_matrix(theta, phi);
    let turn = Complex64::new(phi.cos(), phi.sin());
    let expected = [
        turn * theta.cos(),
        turn * theta.sin(),
        (-theta.sin()).into(),
        theta.cos().into(),
    ];
    // By columns.
    for (x, expected) in t.iter().zip(expected) {
        assert!((x - expected).norm() < 1e-15);
    }
}

#[test]
fn own_matrix_is_that_of_the_emulator() {
    let topology = Arc::new(NamedTopology::Triangular.build(6).unwrap());
    let phases = random_phases(&topology, &mut stream("own", 0));
    let mesh = MeshHardware::ideal(topology.clone());
    let expected = naive::matrix(&mesh, split(&topology, &phases));
    let found = matrix(&topology, Convention::Fzero, split(&topology, &phases)).unwrap();
    assert!(distance(&found, &expected) < tolerance(&topology));
}

#[test]
fn what_is_not_known_of_neurophox_is_refused() {
    for (mesh, ports) in [
        (NamedTopology::Triangular, 5),
        (NamedTopology::Rectangular, 2),
    ] {
        let topology = mesh.build(ports).unwrap();
        let phases = random_phases(&topology, &mut stream("neurophox", 0));
        let refused = |from, to| convert(&topology, from, to, split(&topology, &phases));
        for (from, to) in [
            (Convention::Fzero, Convention::Neurophox),
            (Convention::Neurophox, Convention::Fzero),
        ] {
            assert!(matches!(
                refused(from, to),
                Err(ConventionError::Unknown { .. })
            ));
        }
    }
}

#[test]
fn other_cells_have_no_convention_and_names_do_not_decide() {
    let mesh = NamedTopology::Svd.build(3).unwrap();
    let phases = vec![0.5; 2 * mesh.mzis() + 3];
    let at = MeshPhases::split(&phases, mesh.mzis(), 3).unwrap();
    for to in Convention::ALL {
        let refused = convert(&mesh, Convention::Fzero, to, at);
        assert!(
            matches!(refused, Err(ConventionError::OtherCells { .. })),
            "{to:?}"
        );
    }
    let of = |name: NamedTopology, called: &str| {
        let mesh = name.build(5).unwrap().with_name(called);
        let phases = vec![0.5; 2 * mesh.mzis() + 5];
        let at = MeshPhases::split(&phases, mesh.mzis(), 5).unwrap();
        convert(&mesh, Convention::Fzero, Convention::Neurophox, at).is_ok()
    };
    assert!(of(NamedTopology::Rectangular, "mine"));
    assert!(!of(NamedTopology::Triangular, "rectangular"));
}
