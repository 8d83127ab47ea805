//! Known splitter errors are corrected exactly where they can be, and by a known law where not.

mod common;

use common::{cases, random_errors, random_phases, rounding, split, stream, transfer, uniform};
use num_complex::Complex64;
use numerics::normal::fill_standard_normal;
use photonics::matrix::{haar_unitary, relative_error};
use photonics::mesh::correct::{CorrectError, Correction, correct};
use photonics::mesh::decompose::clements;
use photonics::mesh::haar::haar_phases;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::triangular::triangular;
use photonics::mesh::{MeshHardware, MeshPhases, Topology};
use proptest::prelude::*;
use rand::RngExt;
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI, TAU};
use std::sync::Arc;

/// A die with normal splitter errors.
fn die(topology: &Arc<Topology>, sigma_rad: f64, seed: usize) -> MeshHardware {
    let mut normal = vec![0.0; 2 * topology.mzis()];
    fill_standard_normal(&mut stream("correct die", seed), &mut normal);
    let pairs = normal.as_chunks::<2>().0.iter();
    let errors = pairs.map(|&[a, b]| [sigma_rad * a, sigma_rad * b]);
    MeshHardware::new(topology.clone(), errors.collect(), None)
}

/// What the ideal mesh does, and the relative errors of the die without and with the correction.
fn errors(die: &MeshHardware, ideal: &[f64]) -> (f64, f64, Correction) {
    let target = MeshHardware::ideal(die.topology().clone()).matrix(split(die, ideal));
    let correction = correct(die, split(die, ideal)).unwrap();
    let error = |phases: &[f64]| relative_error(&die.matrix(split(die, phases)), &target);
    (error(ideal), error(&correction.phases_rad), correction)
}

/// Phases and their sums in angles add a few eps of a turn per column to what fields have.
fn exact(topology: &Topology) -> f64 {
    4.0 * TAU * rounding(topology, f64::EPSILON)
}

#[test]
fn haar_unitaries_on_8_ports_are_exact() {
    let topology = Arc::new(rectangular(8).unwrap());
    for sigma_rad in [0.005, 0.01, 0.02] {
        let mut within = 0;
        for seed in 0..200 {
            let ideal = clements(&haar_unitary(8, &mut stream("correct target", seed))).unwrap();
            let (before, after, correction) = errors(&die(&topology, sigma_rad, seed), &ideal);
            assert!(before > sigma_rad, "{before}");
            within += usize::from(after < 1e-5);
            if correction.unreachable.is_empty() {
                assert!(after < exact(&topology), "die {seed}: {after:e}");
            }
        }
        // An MZI of rank alpha misses with the probability alpha sigma^2 or so near cross, and the
        // alphas of 8 ports sum to 84.
        let missing = 3.0 * 84.0 * 2.0 * sigma_rad * sigma_rad;
        assert!(within as f64 > 200.0 * (1.0 - missing), "{within} of 200");
    }
}

/// Mean and spread of the relative error over dies, uncorrected and corrected.
fn law(ports: usize, sigma_rad: f64, dies: usize) -> [(f64, f64); 2] {
    let topology = Arc::new(rectangular(ports).unwrap());
    let found: Vec<[f64; 2]> = (0..dies)
        .map(|seed| {
            let ideal = haar_phases(&topology, &mut stream("correct law", seed));
            let (before, after, _) = errors(&die(&topology, sigma_rad, seed), &ideal);
            [before, after]
        })
        .collect();
    [0, 1].map(|which| {
        let n = dies as f64;
        let mean = found.iter().map(|x| x[which]).sum::<f64>() / n;
        let square = found.iter().map(|x| (x[which] - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, square.sqrt())
    })
}

#[test]
fn the_corrected_error_is_the_published_one() {
    for (sigma_rad, published) in [(0.01, 0.005), (0.02, 0.020), (0.05, 0.119)] {
        let dies = 24;
        let [(before, _), (after, spread)] = law(64, sigma_rad, dies);
        println!("64 ports, sigma {sigma_rad}: {before:.4} -> {after:.5}, spread {spread:.5}");
        let closed = 0.75 * 64.0 * sigma_rad * sigma_rad;
        // Three standard errors, and the last digit of what is published.
        let limit = 3.0 * spread / (dies as f64).sqrt() + 0.0005;
        assert!(
            (after - published).abs() < limit,
            "{after} {published} +- {limit}"
        );
        // A leading order with a rounded factor; the mean lies below the root mean square.
        assert!(
            (after / closed - 1.0).abs() < 0.1 + limit / closed,
            "{after} {closed}"
        );
    }
}

#[test]
fn the_corrected_error_grows_with_the_size_and_the_uncorrected_with_its_root() {
    // Near cross the splitting angle x of an MZI of rank alpha has the density 2 alpha x, so a reach that
    // begins at |e1 + e2| is missed by E miss^2 = alpha E (e1 + e2)^4 / 6 = 2 alpha sigma^4, and each miss
    // adds 2 miss^2 to |dU|^2. The ranks sum to N (N^2 - 1) / 6; the N - 1 of rank 1 miss bar as well:
    // E |dU|^2 / N = 4 sigma^4 ((N^2 - 1) / 6 + (N - 1) / N), near (0.82 N sigma^2)^2, to leading order.
    let sigma_rad = 0.03;
    for (ports, dies) in [(16, 400), (32, 100), (64, 24), (128, 6)] {
        let [(before, _), (after, spread)] = law(ports, sigma_rad, dies);
        println!("{ports} ports: {before:.4} -> {after:.5}, spread {spread:.5}");
        let n = ports as f64;
        let square = 4.0 * sigma_rad.powi(4) * ((n * n - 1.0) / 6.0 + (n - 1.0) / n);
        let rms = after.hypot(spread);
        let limit = 3.0 * spread / (dies as f64).sqrt() / rms;
        assert!(limit < 0.15, "{ports}: {dies} dies tell too little");
        assert!(
            (rms / square.sqrt() - 1.0).abs() < 0.05 + limit,
            "{ports}: {rms} {} +- {limit}",
            square.sqrt()
        );
        let root = (2.0 * n).sqrt() * sigma_rad;
        assert!(
            (before / root - 1.0).abs() < 0.1,
            "{ports}: {before} {root}"
        );
    }
}

/// A mesh whose columns have different numbers of MZIs, on any ports.
fn unequal(ports: usize, columns: usize, seed: usize) -> Topology {
    let mut stream = stream("unequal", seed);
    let columns: Vec<Vec<(usize, usize)>> = (0..columns)
        .map(|_| {
            let mut order: Vec<usize> = (0..ports).collect();
            for i in (1..ports).rev() {
                order.swap(i, stream.random_range(0..=i));
            }
            let mzis = stream.random_range(0..=ports / 2);
            let pairs = order.as_chunks::<2>().0[..mzis].iter();
            pairs.map(|&[a, b]| (a, b)).collect()
        })
        .collect();
    Topology::new("unequal", ports, columns).unwrap()
}

/// Phases far enough from cross and bar for couplers with errors up to `error_rad`.
fn reachable_phases(topology: &Topology, error_rad: f64, seed: usize) -> Vec<f64> {
    let mut stream = stream("reachable", seed);
    let mut phases = random_phases(topology, &mut stream);
    for theta in &mut phases[..topology.mzis()] {
        let half = uniform(&mut stream, 2.0 * error_rad, FRAC_PI_2 - 2.0 * error_rad);
        // Any of the four quarters has such a ratio.
        let quarter = f64::from(stream.random_range(-3..3_i32));
        *theta = 2.0 * (quarter * PI + if stream.random() { half } else { -half });
    }
    phases
}

fn assert_exact(topology: Topology, error_rad: f64, seed: usize) {
    let topology = Arc::new(topology);
    let errors_rad = random_errors(&topology, error_rad, &mut stream("exact", seed));
    let die = MeshHardware::new(topology.clone(), errors_rad, None);
    let ideal = reachable_phases(&topology, error_rad, seed);
    let (_, after, correction) = errors(&die, &ideal);
    let limit = exact(&topology);
    assert!(after < limit, "{}: {after:e} > {limit:e}", topology.name());
    assert_eq!(correction.unreachable, []);
    let (theta, rest) = correction.phases_rad.split_at(topology.mzis());
    assert!(theta.iter().all(|x| (0.0..=PI).contains(x)));
    assert!(rest.iter().all(|x| (0.0..TAU).contains(x)));
    // The kernel agrees with the slow truth about the corrected die.
    let target = MeshHardware::ideal(topology).matrix(split(&die, &ideal));
    let fast = transfer::<f64>(&die, &correction.phases_rad);
    assert!(relative_error(&fast, &target) < limit);
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn named_meshes_are_exact(ports in 1..14_usize, error in 0.0..0.35_f64, seed in 0..1000_usize) {
        assert_exact(rectangular(ports).unwrap(), error, seed);
        assert_exact(triangular(ports).unwrap(), error, seed);
    }

    #[test]
    fn unequal_columns_are_exact(
        ports in 1..14_usize, columns in 0..12_usize, error in 0.0..0.35_f64, seed in 0..1000_usize,
    ) {
        assert_exact(unequal(ports, columns, seed), error, seed);
    }

    /// Of all settings of one MZI none is nearer, whatever the errors.
    #[test]
    fn the_nearest_ratio_is_taken(theta in -7.0..7.0_f64, e1 in -3.0..3.0_f64, e2 in -3.0..3.0_f64) {
        let topology = Arc::new(rectangular(2).unwrap());
        let die = MeshHardware::new(topology, vec![[e1, e2]], None);
        let ratio = |mesh: &MeshHardware, theta: f64| {
            let phases = [theta, 0.0, 0.0, 0.0];
            mesh.matrix(split(mesh, &phases))[(0, 0)].norm_sqr()
        };
        let wanted = ratio(&MeshHardware::ideal(die.topology().clone()), theta);
        let ideal = [theta, 0.3, 0.1, 0.2];
        let (_, after, correction) = errors(&die, &ideal);
        let found = ratio(&die, correction.phases_rad[0]);
        let best = (0..=1000)
            .map(|i| (ratio(&die, f64::from(i) * PI / 1000.0) - wanted).abs())
            .fold(f64::INFINITY, f64::min);
        prop_assert!((found - wanted).abs() < best + 1e-14);
        match correction.unreachable[..] {
            [] => prop_assert!(after < 1e-14, "{after:e}"),
            [missed] => {
                // Rotations by the splitting angles, which differ by the miss: |dU|^2 = 4 (1 - cos).
                let expected = (2.0 * (1.0 - missed.miss_rad().cos())).sqrt();
                prop_assert!((after - expected).abs() < 1e-7, "{after} {expected}");
                prop_assert!((missed.wanted_rad.sin().powi(2) - wanted).abs() < 1e-14);
                prop_assert!((missed.nearest_rad.sin().powi(2) - found).abs() < 1e-14);
            }
            _ => prop_assert!(false, "one MZI"),
        }
    }
}

#[test]
fn without_errors_it_is_the_same_matrix_and_the_same_setting() {
    for topology in [rectangular(9).unwrap(), triangular(9).unwrap()] {
        let topology = Arc::new(topology);
        let mesh = MeshHardware::ideal(topology.clone());
        // Haar, and all cross, and all bar.
        let mut settings = vec![clements(&haar_unitary(9, &mut stream("zero", 0))).unwrap()];
        settings.extend([0.0, PI].map(|theta| {
            let mut phases = random_phases(&topology, &mut stream("zero", 1));
            phases[..topology.mzis()].fill(theta);
            phases
        }));
        for ideal in settings {
            let (_, after, correction) = errors(&mesh, &ideal);
            assert!(after < exact(&topology), "{after:e}");
            assert_eq!(correction.unreachable, []);
            let pairs = ideal.iter().zip(&correction.phases_rad);
            for (a, b) in pairs.take(topology.mzis()) {
                assert!((a - b).abs() < 4.0 * f64::EPSILON, "{a} {b}");
            }
        }
    }
}

#[test]
fn what_is_out_of_reach_is_counted_and_named() {
    // The third MZI is to be a full cross, and its couplers let 0.1 rad through.
    let topology = Arc::new(rectangular(3).unwrap());
    let errors_rad = vec![[0.0, 0.0], [0.02, -0.01], [0.06, 0.04]];
    let die = MeshHardware::new(topology, errors_rad, None);
    let ideal = [0.9, 1.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
    let (before, after, correction) = errors(&die, &ideal);
    let [missed] = correction.unreachable[..] else {
        panic!("{:?}", correction.unreachable);
    };
    assert_eq!((missed.mzi, missed.wanted_rad), (2, 0.0));
    assert!((missed.miss_rad() - 0.1).abs() < 1e-15);
    assert_eq!(correction.phases_rad[2], 0.0);
    // One MZI of three ports is off: |dU|^2 = 4 (1 - cos 0.1).
    let expected = (4.0 * (1.0 - 0.1_f64.cos()) / 3.0).sqrt();
    assert!((after - expected).abs() < 1e-14, "{after} {expected}");
    assert!(after < before);
    // The identity on Clements' mesh is all bars, which differing couplers of an MZI forbid.
    let topology = Arc::new(rectangular(6).unwrap());
    let bars = clements(&nalgebra::DMatrix::<Complex64>::identity(6, 6)).unwrap();
    let die = die_of_two_kinds(&topology);
    let (_, _, correction) = errors(&die, &bars);
    let found: Vec<_> = correction.unreachable.iter().map(|x| x.mzi).collect();
    let expected: Vec<_> = (0..15).filter(|mzi| mzi % 2 == 1).collect();
    assert_eq!(found, expected);
}

/// Couplers that are equal in every second MZI, and differ in the others.
fn die_of_two_kinds(topology: &Arc<Topology>) -> MeshHardware {
    let errors = (0..topology.mzis()).map(|mzi| {
        if mzi % 2 == 0 {
            [0.03; 2]
        } else {
            [0.03, -0.01]
        }
    });
    MeshHardware::new(topology.clone(), errors.collect(), None)
}

#[test]
fn couplers_that_do_not_split_leave_no_choice() {
    let topology = Arc::new(rectangular(2).unwrap());
    let die = MeshHardware::new(topology, vec![[FRAC_PI_4, 0.1]], None);
    let (_, after, correction) = errors(&die, &[0.5, 0.1, 0.2, 0.3]);
    assert!(after.is_finite() && after < 2.0);
    assert_eq!(correction.unreachable.len(), 1);
}

#[test]
fn what_does_not_fit_is_an_error() {
    let topology = Arc::new(rectangular(3).unwrap());
    let mesh = MeshHardware::ideal(topology.clone());
    let failed = |mesh: &MeshHardware, theta_rad: &[f64]| {
        let phases = MeshPhases {
            theta_rad,
            phi_rad: &[0.0; 3],
            gamma_rad: &[0.0; 3],
        };
        correct(mesh, phases).unwrap_err()
    };
    assert_eq!(
        failed(&mesh, &[0.0; 2]).to_string(),
        "the mesh needs 3 values of theta, 2 are given"
    );
    assert_eq!(
        failed(&mesh, &[0.0, f64::NAN, 0.0]).to_string(),
        "value 1 (counted from 0) of theta is not a finite number"
    );
    let lossy = MeshHardware::new(topology.clone(), vec![[0.0; 2]; 3], Some(vec![0.9; 3]));
    assert_eq!(failed(&lossy, &[0.0; 3]), CorrectError::Lossy);
    let broken = MeshHardware::new(topology, vec![[0.0, f64::INFINITY]; 3], None);
    assert_eq!(
        failed(&broken, &[0.0; 3]).to_string(),
        "value 1 (counted from 0) of the splitter errors is not a finite number"
    );
}
