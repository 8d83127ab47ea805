//! Sensitivities against differences, and against their laws.

use crate::common::{named, random_mesh, split};
use nalgebra::DMatrix;
use num_complex::Complex64;
use numerics::Streams;
use photonics::matrix::fidelity;
use photonics::mesh::MeshHardware;
use photonics::mesh::haar::haar_phases;
use photonics::validate::sensitivity::{Sensitivity, sensitivity};
use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

/// From the matrices at a shift of the part by any angle.
fn by_differences(at: impl Fn(f64) -> DMatrix<Complex64>) -> Sensitivity {
    let u = at(0.0);
    // Matrices are of the first order in cosine and sine of each angle: exact.
    let x = (at(FRAC_PI_2) - at(-FRAC_PI_2)) * Complex64::from(0.5);
    let change = |i: usize| 2.0 * (u[i].conj() * x[i]).re;
    let changes: f64 = (0..u.len()).map(|i| change(i).powi(2)).sum();
    let intensity: f64 = u.iter().map(|x| x.norm_sqr().powi(2)).sum();
    let curvature = |step: f64| {
        let lost = 2.0 - fidelity(&u, &at(step)) - fidelity(&u, &at(-step));
        lost / (2.0 * step * step)
    };
    // The error of the order step^2 cancels. What is left is of the order step^4 and the rounding eps /
    // step^2.
    let step = 2e-3;
    let infidelity_per_rad2 = (4.0 * curvature(step) - curvature(2.0 * step)) / 3.0;
    Sensitivity {
        field_per_rad: x.norm() / u.norm(),
        infidelity_per_rad2,
        intensity_per_rad: (changes / intensity).sqrt(),
    }
}

/// Every part of a mesh.
pub(crate) fn is_what_differences_show(mesh: &MeshHardware) {
    let topology = mesh.topology();
    let ports = topology.ports();
    let streams = Streams::new(4);
    let map = sensitivity(mesh, 1, &streams);
    let phases = haar_phases(topology, &mut streams.derive("sensitivity", 0, 0));
    let mzis = topology.mzis();
    let phase = |place: usize| {
        by_differences(|shift| {
            let mut phases = phases.clone();
            phases[place] += shift;
            mesh.matrix(split(mesh, &phases))
        })
    };
    let coupler = |mzi: usize, side: usize| {
        by_differences(|shift| {
            let mut errors = mesh.errors_rad().to_vec();
            errors[mzi][side] += shift;
            let mesh = match mesh.losses() {
                Some(losses) => MeshHardware::with_losses(topology.clone(), errors, losses.clone()),
                None => MeshHardware::new(topology.clone(), errors, None),
            };
            mesh.matrix(split(&mesh, &phases))
        })
    };
    let near = |found: Sensitivity, expected: Sensitivity| {
        // Products of some 20 factors.
        assert!((found.field_per_rad - expected.field_per_rad).abs() < 1e-13);
        // 16 step^4 times a sixth derivative of some 10, and 10 eps / step^2.
        let limit = 5e-9;
        let difference = found.infidelity_per_rad2 - expected.infidelity_per_rad2;
        assert!(difference.abs() < limit, "{found:?} {expected:?}");
        // The root of a sum of squares that may vanish: sqrt(eps) of rounding.
        let limit = 1e-13 + 1e-15 / expected.intensity_per_rad.max(1e-8);
        let difference = found.intensity_per_rad - expected.intensity_per_rad;
        assert!(difference.abs() < limit, "{found:?} {expected:?}");
    };
    for mzi in 0..mzis {
        near(map.theta[mzi], phase(mzi));
        near(map.phi[mzi], phase(mzis + mzi));
        near(map.coupler_in[mzi], coupler(mzi, 0));
        near(map.coupler_out[mzi], coupler(mzi, 1));
    }
    for port in 0..ports {
        near(map.gamma[port], phase(2 * mzis + port));
    }
}

#[test]
fn they_are_what_differences_show() {
    for ports in [2, 3, 5] {
        for topology in named(ports) {
            for lossy in [false, true] {
                let mut stream = crate::common::stream("die", ports);
                is_what_differences_show(&random_mesh(&topology, lossy, &mut stream));
            }
        }
    }
}

#[test]
fn without_loss_all_parts_matter_alike() {
    let ports = 8;
    let n = ports as f64;
    for topology in named(ports) {
        let mesh = random_mesh(&topology, false, &mut crate::common::stream("flat", 0));
        let map = sensitivity(&mesh, 3, &Streams::new(1));
        let phases = map.theta.iter().chain(&map.phi).chain(&map.gamma);
        for phase in phases {
            assert!((phase.field_per_rad - (1.0 / n).sqrt()).abs() < 1e-14);
            assert!((phase.infidelity_per_rad2 - (n - 1.0) / n / n).abs() < 1e-14);
        }
        for coupler in map.coupler_in.iter().chain(&map.coupler_out) {
            assert!((coupler.field_per_rad - (2.0 / n).sqrt()).abs() < 1e-14);
            assert!((coupler.infidelity_per_rad2 - 2.0 / n).abs() < 1e-14);
        }
        // 2 M couplers: sqrt(2 (N - 1)) in a universal mesh.
        let expected = (4.0 * topology.mzis() as f64 / n).sqrt();
        assert!((map.all_couplers_per_rad() / expected - 1.0).abs() < 1e-13);
        let shifters = 2.0 * topology.mzis() as f64 + n;
        assert!((map.all_phases_per_rad() / (shifters / n).sqrt() - 1.0).abs() < 1e-13);
        // Intensities see no output phase, and not all others alike.
        assert!(
            map.gamma
                .iter()
                .all(|gamma| gamma.intensity_per_rad < 1e-14)
        );
        assert!(map.theta.iter().all(|theta| theta.intensity_per_rad > 1e-3));
    }
}

#[test]
fn where_light_is_lost_parts_matter_less() {
    // One lossy input: what it meets first matters less than the mirror image at the other one.
    let topology = Arc::new(photonics::mesh::rectangular::rectangular(4).unwrap());
    let mut losses = crate::common::random_losses(&topology, &mut crate::common::stream("loss", 0));
    for arms in &mut losses.arms {
        *arms = photonics::component::mzi::ArmTransmission::LOSSLESS;
    }
    losses.output = vec![1.0; 4];
    losses.arms[0].outer_upper = 0.1;
    losses.arms[0].outer_lower = 0.1;
    let mesh = MeshHardware::with_losses(topology, vec![[0.0; 2]; 6], losses);
    let map = sensitivity(&mesh, 4, &Streams::new(2));
    assert!(map.theta[0].infidelity_per_rad2 < 0.1 * map.theta[1].infidelity_per_rad2);
}
