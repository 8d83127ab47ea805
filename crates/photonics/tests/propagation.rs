//! The fast path against the slow one, also with memory that another mesh has used before.

mod common;

use common::{cases, named, random_mesh, random_phases, rounding, split, stream, uniform};
use nalgebra::DMatrix;
use num_complex::{Complex, Complex64};
use numerics::Stream;
use photonics::mesh::propagate::propagate;
use photonics::mesh::{MeshHardware, Program, Topology};
use photonics::{FieldBatch, Real};
use proptest::prelude::*;
use rand::RngExt;
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI, TAU};
use std::sync::Arc;

/// Phases at which elements of an MZI's matrix vanish or nearly do.
const SPECIAL: [f64; 12] = [
    0.0,
    -0.0,
    PI,
    -PI,
    TAU,
    3.0 * PI,
    FRAC_PI_2,
    1e-8,
    1e-170,
    5e-324,
    PI + 1e-15,
    9e4,
];

/// Programs of either precision, used for one mesh after the other.
#[derive(Default)]
struct Scratch {
    single: Program<f32>,
    double: Program<f64>,
}

impl Scratch {
    fn assert_both(
        &mut self,
        mesh: &MeshHardware,
        phases: &[f64],
        samples: &[usize],
        stream: &mut Stream,
    ) {
        let u = mesh.matrix(split(mesh, phases));
        let limit = |epsilon| rounding(mesh.topology(), epsilon);
        let single = limit(f64::from(f32::EPSILON));
        assert_passes(&mut self.single, single, &u, mesh, phases, samples, stream);
        let double = limit(f64::EPSILON);
        assert_passes(&mut self.double, double, &u, mesh, phases, samples, stream);
    }
}

/// Sends batches of these sizes through the mesh, all in the same memory.
fn assert_passes<T: Real>(
    program: &mut Program<T>,
    limit: f64,
    u: &DMatrix<Complex64>,
    mesh: &MeshHardware,
    phases: &[f64],
    samples: &[usize],
    stream: &mut Stream,
) {
    let topology = mesh.topology();
    let ports = topology.ports();
    program.compile(mesh, split(mesh, phases));
    let mut field = FieldBatch::<T>::dark(ports, 0);
    for &samples in samples {
        let amplitudes: Vec<f32> = (0..ports * samples)
            .map(|_| stream.random::<f32>() - 0.5)
            .collect();
        field.encode(&amplitudes, 1.5);
        let mut clean = FieldBatch::dark(ports, 0);
        clean.encode(&amplitudes, 1.5);
        assert!(field == clean, "light of {samples} samples after others");
        for sample in (0..samples).step_by(2) {
            let [re, im] = [(); 2].map(|()| T::from_f64(uniform(stream, -1.0, 1.0)));
            field.set(sample % ports, sample, Complex::new(re, im));
        }
        let read = |field: &FieldBatch<T>| {
            DMatrix::from_fn(ports, samples, |port, sample| {
                let Complex { re, im } = field.get(port, sample);
                Complex64::new(re.to_f64(), im.to_f64())
            })
        };
        let input = read(&field);
        propagate(topology, program, &mut field);
        let difference = read(&field) - u * &input;
        for sample in 0..samples {
            let error = difference.column(sample).norm() / input.column(sample).norm();
            assert!(
                error <= limit,
                "{} {ports} ports, sample {sample} of {samples}, {}: {error:e} > {limit:e}",
                topology.name(),
                std::any::type_name::<T>(),
            );
        }
    }
}

/// The ways in which meshes are compiled: without errors, with coupler errors, with losses too.
const KINDS: [usize; 3] = [1, 0, 2];

fn mesh_of(kind: usize, topology: &Arc<Topology>, stream: &mut Stream) -> MeshHardware {
    match kind {
        0 => MeshHardware::ideal(topology.clone()),
        kind => random_mesh(topology, kind == 2, stream),
    }
}

/// Columns of random pairs; `local` ones join neighbours.
fn random_topology(
    ports: usize,
    columns: usize,
    local: bool,
    stream: &mut Stream,
) -> Arc<Topology> {
    let columns = (0..columns).map(|_| {
        let mut order: Vec<usize> = (0..ports).collect();
        if !local {
            shuffle(&mut order, stream);
        }
        let start = stream.random_range(0..2);
        let mut pairs: Vec<_> = order[start.min(ports)..]
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1]))
            .collect();
        shuffle(&mut pairs, stream);
        pairs.truncate(stream.random_range(pairs.len() / 2..=pairs.len()));
        pairs
    });
    Arc::new(Topology::new("random", ports, columns.collect::<Vec<_>>()).unwrap())
}

fn shuffle<X>(items: &mut [X], stream: &mut Stream) {
    for i in (1..items.len()).rev() {
        items.swap(i, stream.random_range(0..=i));
    }
}

#[test]
fn every_size_up_to_40() {
    let mut scratch = Scratch::default();
    for ports in 1..=40 {
        let mut stream = stream("sizes", ports);
        for topology in named(ports) {
            for kind in KINDS {
                let mesh = mesh_of(kind, &topology, &mut stream);
                let phases = random_phases(&topology, &mut stream);
                let samples = [stream.random_range(1..=200), 3];
                scratch.assert_both(&mesh, &phases, &samples, &mut stream);
            }
        }
    }
}

#[test]
fn sizes_that_are_computed_in_tiles() {
    let mut scratch = Scratch::default();
    for ports in [130, 95, 96, 97, 98, 113, 128] {
        let mut stream = stream("tiles", ports);
        for topology in named(ports) {
            for kind in KINDS {
                let mesh = mesh_of(kind, &topology, &mut stream);
                let phases = random_phases(&topology, &mut stream);
                scratch.assert_both(&mesh, &phases, &[70, 5], &mut stream);
            }
        }
    }
}

#[test]
fn every_number_of_samples_up_to_200() {
    let mut stream = stream("samples", 0);
    let mut scratch = Scratch::default();
    let samples: Vec<usize> = (1..=200)
        .rev()
        .chain([64, 1, 129, 16, 17, 32, 33])
        .collect();
    for topology in named(5) {
        for kind in KINDS {
            let mesh = mesh_of(kind, &topology, &mut stream);
            let phases = random_phases(&topology, &mut stream);
            scratch.assert_both(&mesh, &phases, &samples, &mut stream);
        }
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn any_wiring(
        ports in prop_oneof![1..30_usize, 90..130_usize],
        columns in 0..60_usize,
        local: bool,
        kind in 0..3_usize,
        samples in 1..200_usize,
        seed in 0..1000_usize,
    ) {
        let mut stream = stream("wiring", seed);
        let mut scratch = Scratch::default();
        for columns in [columns, columns / 2] {
            let topology = random_topology(ports, columns, local, &mut stream);
            let mesh = mesh_of(kind, &topology, &mut stream);
            let phases = random_phases(&topology, &mut stream);
            scratch.assert_both(&mesh, &phases, &[samples], &mut stream);
        }
    }

    #[test]
    fn degenerate_values(ports in 1..12_usize, lossy: bool, seed in 0..1000_usize) {
        let mut stream = stream("degenerate", seed);
        let mut scratch = Scratch::default();
        for topology in named(ports) {
            let mut pick = |values: &[f64]| values[stream.random_range(0..values.len())];
            let count = 2 * topology.mzis() + ports;
            let phases: Vec<f64> = (0..count).map(|_| pick(&SPECIAL)).collect();
            let errors = [0.0, FRAC_PI_4, -FRAC_PI_4, 0.3, -0.3, 1e-170];
            let errors = (0..topology.mzis()).map(|_| [pick(&errors), pick(&errors)]).collect();
            let losses = [0.0, 1.0, 0.5, 1e-200];
            let transmission = lossy.then(|| (0..topology.mzis()).map(|_| pick(&losses)).collect());
            let ideal = MeshHardware::ideal(topology.clone());
            let mesh = MeshHardware::new(topology, errors, transmission);
            for mesh in [mesh, ideal] {
                scratch.assert_both(&mesh, &phases, &[7], &mut stream);
            }
        }
    }
}
