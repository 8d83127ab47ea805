//! Random meshes, and their transfer matrices by the fast path.

#![allow(dead_code, reason = "every test binary uses a part of it")]

use nalgebra::DMatrix;
use num_complex::{Complex, Complex64};
use numerics::{Stream, Streams};
use photonics::component::mzi::ArmTransmission;
use photonics::mesh::propagate::propagate;
use photonics::mesh::{MeshHardware, MeshLosses, MeshPhases, NamedTopology, Program, Topology};
use photonics::{FieldBatch, Real};
use proptest::test_runner::{Config, FileFailurePersistence};
use rand::RngExt;
use std::sync::Arc;

/// So many cases; failing seeds are kept beside the test.
pub(crate) fn cases(cases: u32) -> Config {
    let kept = FileFailurePersistence::WithSource("proptest-regressions");
    Config {
        failure_persistence: Some(Box::new(kept)),
        ..Config::with_cases(cases)
    }
}

/// What rounding to a precision `epsilon` may do to light on its way through a mesh, relative.
///
/// Every column adds a few epsilon, of random sign: sqrt(columns) epsilon in all.
pub(crate) fn rounding(topology: &Topology, epsilon: f64) -> f64 {
    4.0 * (topology.columns() as f64 + 3.0).sqrt() * epsilon
}

/// A stream of random numbers of this test alone.
pub(crate) fn stream(name: &str, index: usize) -> Stream {
    Streams::new(1).derive(name, index as u64, 0)
}

/// A number uniform in [low, high).
pub(crate) fn uniform(stream: &mut Stream, low: f64, high: f64) -> f64 {
    (high - low).mul_add(stream.random::<f64>(), low)
}

/// Every named topology on so many ports.
pub(crate) fn named(ports: usize) -> [Arc<Topology>; 6] {
    [
        NamedTopology::Rectangular,
        NamedTopology::Triangular,
        NamedTopology::Diamond,
        NamedTopology::RedundantRectangular { extra_columns: 3 },
        NamedTopology::Butterfly,
        NamedTopology::Tree,
    ]
    .map(|topology| Arc::new(topology.build(ports).unwrap()))
}

/// [theta | phi | gamma], each uniform over a few turns.
pub(crate) fn random_phases(topology: &Topology, stream: &mut Stream) -> Vec<f64> {
    (0..2 * topology.mzis() + topology.ports())
        .map(|_| uniform(stream, -10.0, 10.0))
        .collect()
}

/// Coupler errors uniform in +- `error_rad`.
pub(crate) fn random_errors(
    topology: &Topology,
    error_rad: f64,
    stream: &mut Stream,
) -> Vec<[f64; 2]> {
    (0..topology.mzis())
        .map(|_| [(); 2].map(|()| uniform(stream, -error_rad, error_rad)))
        .collect()
}

/// Field transmissions of all arms and outputs, uniform in [0.5, 1).
pub(crate) fn random_losses(topology: &Topology, stream: &mut Stream) -> MeshLosses {
    let mut t = || uniform(stream, 0.5, 1.0);
    MeshLosses {
        arms: (0..topology.mzis())
            .map(|_| ArmTransmission {
                inner_upper: t(),
                inner_lower: t(),
                outer_upper: t(),
                outer_lower: t(),
            })
            .collect(),
        output: (0..topology.ports()).map(|_| t()).collect(),
    }
}

/// A mesh with large coupler errors and, where asked, unequal losses of all arms.
pub(crate) fn random_mesh(
    topology: &Arc<Topology>,
    lossy: bool,
    stream: &mut Stream,
) -> MeshHardware {
    let errors = random_errors(topology, 0.7, stream);
    if lossy {
        let losses = random_losses(topology, stream);
        MeshHardware::with_losses(topology.clone(), errors, losses)
    } else {
        MeshHardware::new(topology.clone(), errors, None)
    }
}

/// The parts of a parameter vector that fits.
pub(crate) fn split<'a>(mesh: &MeshHardware, phases: &'a [f64]) -> MeshPhases<'a> {
    let topology = mesh.topology();
    MeshPhases::split(phases, topology.mzis(), topology.ports()).expect("the length fits")
}

/// U[out, in] by the fast path: what comes out for light at one input port after the other.
pub(crate) fn transfer<T: Real>(mesh: &MeshHardware, phases: &[f64]) -> DMatrix<Complex64> {
    let ports = mesh.topology().ports();
    let program = Program::<T>::new(mesh, split(mesh, phases));
    let mut field = FieldBatch::dark(ports, ports);
    for port in 0..ports {
        field.set(port, port, Complex::new(T::from_f64(1.0), T::ZERO));
    }
    propagate(mesh.topology(), &program, &mut field);
    DMatrix::from_fn(ports, ports, |out, sample| {
        let Complex { re, im } = field.get(out, sample);
        Complex64::new(re.to_f64(), im.to_f64())
    })
}

/// The largest modulus of a difference of elements.
pub(crate) fn distance(a: &DMatrix<Complex64>, b: &DMatrix<Complex64>) -> f64 {
    assert_eq!(a.shape(), b.shape());
    a.iter()
        .zip(b)
        .map(|(x, y)| (x - y).norm())
        .fold(0.0, f64::max)
}
