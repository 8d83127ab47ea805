//! Fits of meshes to target matrices.

mod common;

use common::{distance, random_errors, random_losses, random_phases, split, stream};
use nalgebra::DMatrix;
use num_complex::Complex64;
use photonics::fit::{Fit, FitError, FitOptions, Method, Objective, fit};
use photonics::matrix::{fidelity, haar_unitary, relative_error};
use photonics::mesh::correct::correct;
use photonics::mesh::decompose::clements;
use photonics::mesh::{MeshHardware, NamedTopology};
use std::sync::Arc;

fn ideal(topology: NamedTopology, ports: usize) -> MeshHardware {
    MeshHardware::ideal(Arc::new(topology.build(ports).unwrap()))
}

fn haar(ports: usize, index: usize) -> DMatrix<Complex64> {
    haar_unitary(ports, &mut stream("target", index))
}

/// What is reported is what the phases give by the dense product.
fn is_true(mesh: &MeshHardware, target: &DMatrix<Complex64>, found: &Fit) {
    let u = mesh.matrix(split(mesh, &found.phases_rad));
    assert_eq!(found.fidelity, fidelity(&u, target));
    assert_eq!(found.relative_error, relative_error(&u, target));
    let turn = std::f64::consts::TAU;
    assert!(found.phases_rad.iter().all(|p| (0.0..turn).contains(p)));
}

fn mean_and_spread(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    (mean, (square / (n - 1.0)).sqrt())
}

#[test]
fn a_rectangular_mesh_reaches_haar_targets_from_anywhere() {
    let mesh = ideal(NamedTopology::Rectangular, 8);
    for index in 0..10 {
        let target = haar(8, index);
        for objective in [
            Objective::Infidelity,
            Objective::FreePhase,
            Objective::Error,
        ] {
            let options = FitOptions {
                objective,
                seed: index as u64,
                starts: 4,
                ..FitOptions::default()
            };
            let found = fit(&mesh, &target, &options).unwrap();
            is_true(&mesh, &target, &found);
            assert!(
                1.0 - found.fidelity < 1e-6,
                "{index} {objective:?}: {found:?}"
            );
            if objective == Objective::Error {
                assert!(found.relative_error < 1e-3, "{index}: {found:?}");
            }
            if index == 0 {
                assert_eq!(found, fit(&mesh, &target, &options).unwrap());
            }
        }
    }
}

/// 12 MZIs and 8 phases at the output have 32 phases, a unitary of 8 x 8 has 64.
#[test]
fn a_butterfly_reaches_a_part() {
    let mesh = ideal(NamedTopology::Butterfly, 8);
    let reached: Vec<f64> = (0..20)
        .map(|index| {
            let options = FitOptions {
                starts: 8,
                ..FitOptions::default()
            };
            let target = haar(8, index);
            let found = fit(&mesh, &target, &options).unwrap();
            is_true(&mesh, &target, &found);
            found.fidelity
        })
        .collect();
    let (mean, spread) = mean_and_spread(&reached);
    println!("butterfly, 8 ports, best of 8 starts: fidelity {mean:.3} +- {spread:.3}, n = 20");
    assert!(
        reached.iter().all(|f| (0.05..0.95).contains(f)),
        "{reached:?}"
    );
    // What it is itself it reaches.
    let phases = random_phases(mesh.topology(), &mut stream("phases", 0));
    let target = mesh.matrix(split(&mesh, &phases));
    let options = FitOptions {
        starts: 40,
        ..FitOptions::default()
    };
    assert!(fit(&mesh, &target, &options).unwrap().fidelity > 1.0 - 1e-6);
}

/// Splitters of which the local correction cannot set every ratio: with two columns more than needed
/// the die can be anything all the same.
#[test]
fn a_redundant_die_reaches_what_local_correction_cannot() {
    let ports = 8;
    let topology = NamedTopology::RedundantRectangular { extra_columns: 2 };
    let topology = Arc::new(topology.build(ports).unwrap());
    let plain = Arc::new(NamedTopology::Rectangular.build(ports).unwrap());
    let (mut corrected, mut fitted) = (Vec::new(), Vec::new());
    for index in 0..6 {
        let target = haar(ports, index);
        let normal = |topology: &Arc<_>| {
            // Uniform within +- sqrt(3) sigma: standard deviation 0.05 rad.
            let errors = random_errors(topology, 0.05 * 3.0_f64.sqrt(), &mut stream("die", index));
            MeshHardware::new(topology.clone(), errors, None)
        };
        let die = normal(&plain);
        let decomposed = clements(&target).unwrap();
        let local = correct(&die, split(&die, &decomposed)).unwrap().phases_rad;
        corrected.push(relative_error(&die.matrix(split(&die, &local)), &target));
        let die = normal(&topology);
        let options = FitOptions {
            objective: Objective::Error,
            starts: 4,
            seed: index as u64,
            max_iterations: 3000,
            ..FitOptions::default()
        };
        let found = fit(&die, &target, &options).unwrap();
        is_true(&die, &target, &found);
        fitted.push(found.relative_error);
    }
    println!("relative error, n = 6: local correction {corrected:?}, redundant die {fitted:?}");
    assert!(fitted.iter().all(|e| *e < 2e-6), "{fitted:?}");
    let missed = corrected.iter().filter(|e| **e > 1e-3).count();
    assert!(missed >= 3, "{corrected:?}");
}

#[test]
fn transfer_matrices_alone_lead_as_far() {
    for ports in [4, 5, 6] {
        for lossy in [false, true] {
            for objective in [
                Objective::Infidelity,
                Objective::FreePhase,
                Objective::Error,
            ] {
                let topology = Arc::new(NamedTopology::Rectangular.build(ports).unwrap());
                let mesh = if lossy {
                    let losses = random_losses(&topology, &mut stream("losses", ports));
                    let errors = random_errors(&topology, 0.05, &mut stream("errors", ports));
                    MeshHardware::with_losses(topology, errors, losses)
                } else {
                    MeshHardware::ideal(topology)
                };
                let target = haar(ports, ports);
                let twin = FitOptions {
                    objective,
                    starts: 8,
                    ..FitOptions::default()
                };
                let forward = FitOptions {
                    method: Method::Forward,
                    tolerance: 1e-7,
                    ..twin.clone()
                };
                let best = fit(&mesh, &target, &twin).unwrap();
                let found = fit(&mesh, &target, &forward).unwrap();
                is_true(&mesh, &target, &found);
                // It ends where the twin finds no way down either ..
                let on = FitOptions {
                    start_rad: Some(found.phases_rad.clone()),
                    starts: 1,
                    ..twin
                };
                let on = fit(&mesh, &target, &on).unwrap();
                let told = format!("{ports} {lossy} {objective:?}: {found:?}");
                assert!(found.objective <= 1.01 * on.objective.max(1e-6), "{told}");
                // .. which need not be the same of several optima: with loss there are many.
                let factor = if lossy { 1.1 } else { 1.0 };
                assert!(
                    found.objective <= factor * best.objective.max(1e-6),
                    "{told}"
                );
                let phases = mesh.topology().mzis() * 2 + ports;
                let sweep = 2 * phases as u64 + 2;
                let least = found.starts as u64 + found.iterations * sweep;
                assert!(found.evaluations >= least && found.evaluations < 2 * least);
            }
        }
    }
}

#[test]
fn a_good_start_is_kept() {
    let target = haar(6, 1);
    let mesh = ideal(NamedTopology::Rectangular, 6);
    let start = clements(&target).unwrap();
    for method in [Method::Twin, Method::Forward] {
        let options = FitOptions {
            objective: Objective::Error,
            method,
            start_rad: Some(start.clone()),
            ..FitOptions::default()
        };
        let found = fit(&mesh, &target, &options).unwrap();
        assert!(found.converged && found.relative_error < 1e-6);
        assert!(found.starts == 1 && found.iterations <= 1, "{found:?}");
        let u = mesh.matrix(split(&mesh, &found.phases_rad));
        assert!(distance(&u, &target) < 1e-6);
    }
}

#[test]
fn a_single_port_and_a_dark_mesh_are_no_trouble() {
    let one = DMatrix::from_element(1, 1, Complex64::from_polar(1.0, 2.0));
    for method in [Method::Twin, Method::Forward] {
        let options = FitOptions {
            objective: Objective::Error,
            method,
            ..FitOptions::default()
        };
        let found = fit(&ideal(NamedTopology::Rectangular, 1), &one, &options).unwrap();
        assert!((found.phases_rad[0] - 2.0).abs() < 1e-5, "{found:?}");
        let topology = Arc::new(NamedTopology::Rectangular.build(4).unwrap());
        let dark = MeshHardware::new(topology.clone(), vec![[0.0; 2]; 6], Some(vec![0.0; 6]));
        let found = fit(
            &dark,
            &haar(4, 0),
            &FitOptions {
                method,
                ..FitOptions::default()
            },
        );
        let found = found.unwrap();
        assert!(found.fidelity == 0.0 && found.relative_error == 1.0 && found.objective == 1.0);
    }
}

#[test]
fn bad_targets_and_options_are_refused() {
    let mesh = ideal(NamedTopology::Rectangular, 3);
    let target = haar(3, 0);
    let usual = FitOptions::default();
    let with = |row, column, x| {
        let mut target = target.clone();
        target[(row, column)] = x;
        target
    };
    let refused = |target: &DMatrix<Complex64>, options: &FitOptions| {
        fit(&mesh, target, options).unwrap_err()
    };
    let size = FitError::Size {
        rows: 4,
        columns: 4,
        ports: 3,
    };
    assert_eq!(refused(&haar(4, 0), &usual), size);
    for x in [f64::NAN, f64::INFINITY] {
        let bad = with(2, 1, Complex64::new(0.0, x));
        assert_eq!(
            refused(&bad, &usual),
            FitError::NotFinite { row: 2, column: 1 }
        );
    }
    let zero = DMatrix::zeros(3, 3);
    assert_eq!(refused(&zero, &usual), FitError::Norm { norm: 0.0 });
    let huge = with(0, 0, Complex64::new(1e200, 0.0));
    assert!(matches!(refused(&huge, &usual), FitError::Norm { .. }));
    let options = FitOptions {
        start_rad: Some(vec![0.0; 8]),
        ..usual.clone()
    };
    assert_eq!(
        refused(&target, &options),
        FitError::StartLength {
            expected: 9,
            found: 8
        }
    );
    let mut start = vec![0.0; 9];
    start[5] = f64::NAN;
    let options = FitOptions {
        start_rad: Some(start),
        ..usual.clone()
    };
    assert_eq!(
        refused(&target, &options),
        FitError::StartNotFinite { index: 5 }
    );
    for options in [
        FitOptions {
            starts: 0,
            ..usual.clone()
        },
        FitOptions {
            max_iterations: 0,
            ..usual.clone()
        },
        FitOptions {
            tolerance: f64::NAN,
            ..usual.clone()
        },
        FitOptions {
            tolerance: -1.0,
            ..usual.clone()
        },
    ] {
        assert!(matches!(
            refused(&target, &options),
            FitError::Option { .. }
        ));
    }
}
