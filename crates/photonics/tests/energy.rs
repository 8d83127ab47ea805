//! Where the power goes: kept without loss, never gained, and lost in dB along a path.

mod common;

use common::{cases, random_mesh, random_phases, rounding, split, stream, transfer, uniform};
use num_complex::Complex64;
use numerics::Stream;
use photonics::matrix::{relative_error, unitarity_defect};
use photonics::mesh::haar::haar_phases;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::triangular::triangular;
use photonics::mesh::{MeshHardware, Topology};
use photonics::units::{loss_db_to_field_ratio, power_ratio_to_db};
use proptest::prelude::*;
use rand::RngExt;
use std::f64::consts::PI;
use std::sync::Arc;

fn named(ports: usize) -> [Arc<Topology>; 2] {
    [rectangular(ports), triangular(ports)].map(|topology| Arc::new(topology.unwrap()))
}

/// A mesh in which every port has an MZI in every column: pairs (0, 1), (2, 3), .. and (1, 2), ..,
/// (N - 1, 0) in turn.
fn ring(half: usize, columns: usize) -> Arc<Topology> {
    let ports = 2 * half;
    let columns = (0..columns).map(|column| {
        let start = column % 2;
        (0..half)
            .map(|k| (2 * k + start, (2 * k + start + 1) % ports))
            .collect()
    });
    Arc::new(Topology::new("ring", ports, columns.collect::<Vec<_>>()).unwrap())
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn a_lossless_mesh_is_unitary(ports in 1..24_usize, seed in 0..1000_usize) {
        let mut stream = stream("unitary", seed);
        for topology in named(ports) {
            let mesh = random_mesh(&topology, false, &mut stream);
            let phases = random_phases(&topology, &mut stream);
            let u = transfer::<f64>(&mesh, &phases);
            // U^H U has twice the relative error of U.
            let defect = unitarity_defect(&u);
            prop_assert!(defect < 2.0 * rounding(&topology, f64::EPSILON), "{defect:e}");
        }
    }

    #[test]
    fn energy_never_grows(ports in 1..24_usize, seed in 0..1000_usize) {
        let mut stream = stream("passive", seed);
        for topology in named(ports) {
            let mesh = random_mesh(&topology, true, &mut stream);
            let phases = random_phases(&topology, &mut stream);
            // The largest gain for any input.
            let gain = transfer::<f64>(&mesh, &phases).singular_values().max();
            prop_assert!(gain <= 1.0 + rounding(&topology, f64::EPSILON), "{gain}");
        }
    }

    #[test]
    fn equal_loss_commutes_with_the_mesh(
        half in 1..10_usize,
        columns in 0..20_usize,
        loss_db in 0.0..3.0_f64,
        seed in 0..1000_usize,
    ) {
        let mut stream = stream("equal", seed);
        let topology = ring(half, columns);
        let lossless = random_mesh(&topology, false, &mut stream);
        let phases = random_phases(&topology, &mut stream);
        let t = loss_db_to_field_ratio(loss_db);
        let errors = lossless.errors_rad().to_vec();
        let lossy = MeshHardware::new(topology.clone(), errors, Some(vec![t; topology.mzis()]));
        let total = Complex64::from(loss_db_to_field_ratio(columns as f64 * loss_db));
        let expected = transfer::<f64>(&lossless, &phases) * total;
        let error = relative_error(&transfer::<f64>(&lossy, &phases), &expected);
        prop_assert!(error < 2.0 * rounding(&topology, f64::EPSILON), "{error:e}");
    }

    #[test]
    fn losses_in_db_add_along_a_path(ports in 1..20_usize, seed in 0..1000_usize) {
        let mut stream = stream("path", seed);
        for topology in named(ports) {
            let losses_db: Vec<f64> = (0..topology.mzis()).map(|_| uniform(&mut stream, 0.0, 2.0)).collect();
            let transmission = losses_db.iter().map(|&x| loss_db_to_field_ratio(x)).collect();
            let errors = vec![[0.0; 2]; topology.mzis()];
            let mesh = MeshHardware::new(topology.clone(), errors, Some(transmission));
            let (bars, phases) = bars_and_crosses(&topology, &mut stream);
            let u = transfer::<f64>(&mesh, &phases);
            for input in 0..ports {
                let (mut port, mut loss_db) = (input, 0.0);
                for (mzi, pair) in topology.pairs().iter().enumerate() {
                    let pair = [pair.upper as usize, pair.lower as usize];
                    if let Some(side) = pair.iter().position(|&x| x == port) {
                        port = if bars[mzi] { port } else { pair[1 - side] };
                        loss_db += losses_db[mzi];
                    }
                }
                let found_db = -power_ratio_to_db(u[(port, input)].norm_sqr());
                // A relative error x of the field is 8.7 x dB.
                prop_assert!((found_db - loss_db).abs() < 20.0 * rounding(&topology, f64::EPSILON), "{found_db} {loss_db}");
            }
        }
    }
}

/// Random bar (true) and cross states, and the phases for them.
fn bars_and_crosses(topology: &Topology, stream: &mut Stream) -> (Vec<bool>, Vec<f64>) {
    let bars: Vec<bool> = (0..topology.mzis()).map(|_| stream.random()).collect();
    let mut phases = random_phases(topology, stream);
    for (theta, &bar) in phases.iter_mut().zip(&bars) {
        *theta = if bar { PI } else { 0.0 };
    }
    (bars, phases)
}

/// Mean over Haar-random settings of the spread of the loss over the inputs, in dB.
fn loss_spread_db(topology: &Arc<Topology>, loss_db: f64) -> f64 {
    let mesh = MeshHardware::new(
        topology.clone(),
        vec![[0.0; 2]; topology.mzis()],
        Some(vec![loss_db_to_field_ratio(loss_db); topology.mzis()]),
    );
    let draws = 40;
    let spread = |draw| {
        let phases = haar_phases(topology, &mut stream("spread", draw));
        let u = mesh.matrix(split(&mesh, &phases));
        let losses_db = u
            .column_iter()
            .map(|column| -power_ratio_to_db(column.norm_squared()));
        let (least, most) = losses_db.fold((f64::INFINITY, 0.0), |(least, most), x| {
            (x.min(least), x.max(most))
        });
        most - least
    };
    (0..draws).map(spread).sum::<f64>() / draws as f64
}

#[test]
fn paths_of_a_triangle_differ_more_in_loss_than_those_of_a_rectangle() {
    let [rectangle, triangle] = named(16).map(|topology| loss_spread_db(&topology, 0.5));
    assert!(triangle > 3.0 * rectangle, "{rectangle} dB, {triangle} dB");
}
