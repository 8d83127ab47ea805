//! Random phases of a universal mesh make it a Haar-random unitary.

mod common;

use common::{stream, transfer};
use nalgebra::DMatrix;
use photonics::mesh::MeshHardware;
use photonics::mesh::haar::haar_phases;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::redundant_rectangular::redundant_rectangular;
use photonics::mesh::triangular::triangular;
use std::sync::Arc;

const DRAWS: usize = 3000;

/// E |U_ij|^(2k) = k! (N - 1)! / (N + k - 1)! for a Haar-random unitary.
fn moment(ports: usize, k: usize) -> f64 {
    (0..k)
        .map(|i| (i + 1) as f64 / (ports + i) as f64)
        .product()
}

#[test]
fn every_element_has_the_moments_of_the_haar_measure() {
    for ports in 2..=6 {
        for topology in [
            rectangular(ports),
            triangular(ports),
            redundant_rectangular(ports, 2),
        ] {
            let mesh = MeshHardware::ideal(Arc::new(topology.unwrap()));
            let name = mesh.topology().name().to_owned();
            let mut stream = stream(&name, ports);
            let mut sums = [1, 2].map(|_| DMatrix::<f64>::zeros(ports, ports));
            for _ in 0..DRAWS {
                let phases = haar_phases(mesh.topology(), &mut stream);
                let powers = transfer::<f64>(&mesh, &phases).map(|x| x.norm_sqr());
                sums[1] += powers.map(|p| p * p);
                sums[0] += powers;
            }
            for (sum, k) in sums.iter().zip([1, 2]) {
                let mean = moment(ports, k);
                let variance = moment(ports, 2 * k) - mean * mean;
                let limit = 5.0 * (variance / DRAWS as f64).sqrt();
                for (index, x) in sum.iter().enumerate() {
                    let error = x / DRAWS as f64 - mean;
                    assert!(
                        error.abs() < limit,
                        "{name} {ports}, element {index}, |U|^{}: {error}",
                        2 * k
                    );
                }
            }
        }
    }
}
