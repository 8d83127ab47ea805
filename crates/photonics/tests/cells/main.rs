//! Meshes of any cells: the fast path against the slow one, and what each cell is by itself.

#[path = "../common/mod.rs"]
mod common;

mod fabrication;
mod laws;
mod missing;
mod named;

use common::{
    cases, distance, random_mesh, random_phases, rounding, split, stream, transfer, uniform,
};
use numerics::Stream;
use photonics::FieldBatch;
use photonics::mesh::propagate::propagate;
use photonics::mesh::{Cell, MeshHardware, Placed, Program, Topology};
use proptest::prelude::*;
use rand::RngExt;
use std::sync::Arc;

/// Columns of random cells, on neighbours or not.
fn random_cells(ports: usize, columns: usize, stream: &mut Stream) -> Arc<Topology> {
    let columns: Vec<Vec<Placed>> = (0..columns)
        .map(|_| {
            let mut free: Vec<usize> = (0..ports).collect();
            let mut column = Vec::new();
            while let Some(upper) = free.pop() {
                let kind = stream.random_range(0..9);
                let two = match kind {
                    0 | 1 => Cell::Mzi,
                    2 => Cell::Symmetric,
                    3 => Cell::Coupler {
                        angle_rad: uniform(stream, 0.0, 3.0),
                    },
                    4 => Cell::Crossing,
                    _ => {
                        let one = match kind {
                            5 => Cell::Shifter,
                            6 => Cell::Attenuator,
                            7 => Cell::Loss {
                                loss_db: uniform(stream, 0.0, 3.0),
                            },
                            _ => continue,
                        };
                        column.push(Placed::on_one(one, upper));
                        continue;
                    }
                };
                if !free.is_empty() {
                    let far = stream.random_range(0..3) == 0;
                    let place = if far {
                        stream.random_range(0..free.len())
                    } else {
                        free.len() - 1
                    };
                    column.push(Placed::on_two(two, upper, free.swap_remove(place)));
                }
            }
            column
        })
        .collect();
    Arc::new(Topology::of_cells("random", ports, columns).unwrap())
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn the_fast_path_is_the_slow_one(seed in 0_usize..1000, ports in 1_usize..12, columns in 0_usize..9, lossy: bool) {
        let mut stream = stream("cells", seed);
        let mesh = random_mesh(&random_cells(ports, columns, &mut stream), lossy, &mut stream);
        let phases = random_phases(mesh.topology(), &mut stream);
        let u = mesh.matrix(split(&mesh, &phases));
        for (found, epsilon) in [
            (transfer::<f64>(&mesh, &phases), f64::EPSILON),
            (transfer::<f32>(&mesh, &phases), f64::from(f32::EPSILON)),
        ] {
            let error = distance(&found, &u);
            prop_assert!(error <= rounding(mesh.topology(), epsilon), "{error:e}");
        }
    }

    #[test]
    fn no_mesh_amplifies(seed in 0_usize..1000, ports in 1_usize..9, lossy: bool) {
        let mut stream = stream("energy", seed);
        let mesh = random_mesh(&random_cells(ports, 7, &mut stream), lossy, &mut stream);
        let phases = random_phases(mesh.topology(), &mut stream);
        let largest = mesh.matrix(split(&mesh, &phases)).singular_values()[0];
        prop_assert!(largest <= 1.0 + 100.0 * f64::EPSILON, "{largest}");
        if mesh.is_lossless() {
            let defect = photonics::matrix::unitarity_defect(&mesh.matrix(split(&mesh, &phases)));
            prop_assert!(defect <= 100.0 * f64::EPSILON, "{defect}");
        }
    }
}

/// One program and one field for mesh after mesh, of MZIs alone and of any cells, small and beyond the
/// size from which the order of computation is tiled.
#[test]
fn memory_of_other_meshes_leaves_no_trace() {
    let mut stream = stream("scratch", 0);
    let neighbours = |ports: usize, stream: &mut Stream| {
        let columns = (0..60).map(|column| {
            let pairs = (column % 2..ports - 1).step_by(2);
            pairs
                .map(|port| match stream.random_range(0..5) {
                    0 => Placed::on_two(Cell::Mzi, port, port + 1),
                    1 => Placed::on_two(Cell::Symmetric, port, port + 1),
                    2 => Placed::on_two(Cell::EVEN_COUPLER, port, port + 1),
                    3 => Placed::on_two(Cell::Crossing, port, port + 1),
                    _ => Placed::on_one(Cell::Shifter, port),
                })
                .collect()
        });
        Arc::new(Topology::of_cells("neighbours", ports, columns).unwrap())
    };
    let uniform = photonics::mesh::rectangular::rectangular(9).unwrap();
    let meshes = [
        neighbours(130, &mut stream),
        Arc::new(uniform),
        random_cells(7, 9, &mut stream),
        neighbours(98, &mut stream),
        random_cells(7, 3, &mut stream),
    ];
    let mut program = Program::<f64>::default();
    for topology in meshes {
        for lossy in [false, true] {
            let mesh = random_mesh(&topology, lossy, &mut stream);
            let phases = random_phases(&topology, &mut stream);
            program.compile(&mesh, split(&mesh, &phases));
            let u = mesh.matrix(split(&mesh, &phases));
            let ports = topology.ports();
            let input: Vec<f32> = (0..ports).map(|_| stream.random()).collect();
            let mut field = FieldBatch::dark(ports, 1);
            field.encode(&input, 1.0);
            propagate(&topology, &program, &mut field);
            let norm = input.iter().map(|x| x * x).sum::<f32>().sqrt();
            for out in 0..ports {
                let terms = input.iter().enumerate();
                let expected: num_complex::Complex64 =
                    terms.map(|(port, x)| u[(out, port)] * f64::from(*x)).sum();
                let error = (field.get(out, 0) - expected).norm() / f64::from(norm);
                assert!(error <= rounding(&topology, f64::EPSILON), "{error:e}");
            }
        }
    }
}

/// The ideal mesh at these phases.
fn ideal(ports: usize, columns: Vec<Vec<Placed>>) -> MeshHardware {
    MeshHardware::ideal(Arc::new(
        Topology::of_cells("test", ports, columns).unwrap(),
    ))
}
