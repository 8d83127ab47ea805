//! Named topologies of other cells, and MZIs in another form: what they can reach.

use super::*;
use nalgebra::DMatrix;
use num_complex::Complex64;
use photonics::mesh::{MziForm, NamedTopology};

/// Dimension of what a mesh reaches around random phases: the rank of its Jacobian.
fn dimension(topology: &Topology) -> usize {
    let topology = Arc::new(topology.clone());
    let mesh = MeshHardware::ideal(topology.clone());
    let mut stream = stream("dimension", topology.ports());
    let mut phases = random_phases(&topology, &mut stream);
    // Every phase enters as exp(i phase), once: half a turn tells the slope exactly.
    let u = mesh.matrix(split(&mesh, &phases));
    let columns: Vec<Vec<f64>> = (0..phases.len())
        .map(|place| {
            let at = std::mem::replace(&mut phases[place], 0.0);
            phases[place] = at + std::f64::consts::PI;
            let slope = (&u - mesh.matrix(split(&mesh, &phases))) * Complex64::new(0.0, 0.5);
            phases[place] = at;
            slope.iter().flat_map(|x| [x.re, x.im]).collect()
        })
        .collect();
    let jacobian = DMatrix::from_fn(columns[0].len(), columns.len(), |i, j| columns[j][i]);
    let values = jacobian.singular_values();
    let rank = values.iter().filter(|&&value| value > 1e-10).count();
    let clear = |value: &f64| *value > 1e-8 || *value < 1e-13;
    assert!(values.iter().all(clear), "{values}");
    rank
}

/// The mesh without one of its cells.
fn without(topology: &Topology, left_out: usize) -> Topology {
    let cells: Vec<Placed> = topology.placed().collect();
    let columns = (0..topology.columns()).map(|column| {
        let column = topology.column(column).filter(|&cell| cell != left_out);
        column.map(|cell| cells[cell]).collect()
    });
    Topology::of_cells("without", topology.ports(), columns).unwrap()
}

#[test]
fn the_form_of_the_mzis_does_not_change_what_is_reached() {
    for ports in [2, 3, 4, 5, 6] {
        for name in [
            NamedTopology::Rectangular,
            NamedTopology::Triangular,
            NamedTopology::Diamond,
            NamedTopology::RedundantRectangular { extra_columns: 1 },
            NamedTopology::Butterfly,
            NamedTopology::Tree,
            NamedTopology::PermutingRectangular,
        ] {
            let plain = name.build(ports).unwrap();
            let expected = dimension(&plain);
            let universal = matches!(name, NamedTopology::Rectangular | NamedTopology::Triangular);
            assert!(!universal || expected == ports * ports);
            for form in [MziForm::ThreeSplitter, MziForm::Symmetric] {
                let other = plain.with_mzis(form).unwrap();
                assert_eq!(dimension(&other), expected, "{name:?} {ports} {form:?}");
                // None of the shifters outside is too many, where the plain mesh has none too many.
                for (cell, placed) in other.placed().enumerate() {
                    if placed.cell == Cell::Shifter && plain.shifters() == expected {
                        assert!(
                            dimension(&without(&other, cell)) < expected,
                            "{name:?} {cell}"
                        );
                    }
                }
            }
            assert_eq!(plain.with_mzis(MziForm::Plain).unwrap(), plain);
        }
    }
}

#[test]
fn parts_of_the_forms_are_counted_by_hand() {
    let plain = NamedTopology::Rectangular.build(6).unwrap();
    let parts = |form| plain.with_mzis(form).unwrap().parts();
    let three = parts(MziForm::ThreeSplitter);
    assert_eq!(
        (three.mzis, three.couplers, three.all_couplers()),
        (15, 15, 45)
    );
    // In front 3; port 5 passes columns 1 and 3, and column 5 without an MZI behind it.
    let symmetric = parts(MziForm::Symmetric);
    assert_eq!(
        (symmetric.symmetric, symmetric.shifters, symmetric.mzis),
        (15, 5, 0)
    );
    for ports in 3..12 {
        let mesh = NamedTopology::Rectangular.build(ports).unwrap();
        let outside = mesh.with_mzis(MziForm::Symmetric).unwrap().parts().shifters;
        let edge = if ports % 2 == 0 { ports / 2 - 1 } else { 0 };
        assert_eq!(outside, ports / 2 + edge);
    }
    // Half as long as MZIs are, and half a length more in front.
    let mesh = plain.with_mzis(MziForm::Symmetric).unwrap();
    let length: f64 = (0..mesh.columns()).map(|c| mesh.column_length(c)).sum();
    assert_eq!(length, 3.5);
}

/// U S V^H: all N x N matrices, 2 N^2 real dimensions. The permuting mesh of 8 ports has as many phases as a
/// universal one, and is one around generic phases.
#[test]
fn svd_reaches_all_matrices_and_the_permuting_mesh_all_unitaries() {
    for ports in [1, 2, 3, 4] {
        let svd = NamedTopology::Svd.build(ports).unwrap();
        assert_eq!(dimension(&svd), 2 * ports * ports);
    }
    for ports in [3, 4, 5, 8] {
        let mesh = NamedTopology::PermutingRectangular.build(ports).unwrap();
        assert_eq!(dimension(&mesh), ports * ports);
    }
}

/// Splitting ratios out of reach: with errors an MZI that is to do what a Haar-random unitary asks for misses
/// the cross state, one behind a third coupler does not (arXiv:2109.05367). The unreachable ratios s = T11/T12
/// are a cap around |s| = 0 for the former and around |s| = 1 for the latter.
#[test]
fn a_third_splitter_moves_the_unreachable_ratios_to_even_splitting() {
    let (error, samples) = (0.1, 400);
    let reached = |form: MziForm| {
        let plain = NamedTopology::Rectangular.build(2).unwrap();
        let topology = Arc::new(plain.with_mzis(form).unwrap());
        let cells = topology.mzis();
        // The third coupler is taken as even: its error turns the cap by as much.
        let mut errors = vec![[0.0; 2]; cells];
        errors[cells - 1] = [error; 2];
        let mesh = MeshHardware::new(topology, errors, None);
        let mut powers = Vec::new();
        for i in 0..samples {
            for j in 0..samples {
                let mut phases = vec![0.0; 2 * cells + 2];
                let turn = std::f64::consts::TAU / f64::from(samples);
                phases[cells - 1] = turn * f64::from(i);
                phases[2 * cells - 1] = turn * f64::from(j);
                let u = mesh.matrix(split(&mesh, &phases));
                powers.push([u[(0, 0)], u[(0, 1)]]);
            }
        }
        powers
    };
    let smallest = |points: &[[Complex64; 2]]| {
        let powers = points.iter().map(|[bar, _]| bar.norm_sqr());
        powers.fold(f64::INFINITY, f64::min)
    };
    assert!((smallest(&reached(MziForm::Plain)) - (2.0 * error).sin().powi(2)).abs() < 1e-6);
    let three = reached(MziForm::ThreeSplitter);
    assert!(smallest(&three) < 1e-4);
    // What it misses lies at an even splitting with a quarter turn between the inputs.
    let farthest = [Complex64::I, -Complex64::I].map(|s| {
        let overlap = |[a, b]: &[Complex64; 2]| (a * s.conj() + b).norm_sqr() / 2.0;
        three.iter().map(overlap).fold(0.0, f64::max)
    });
    let missed = 1.0 - farthest.into_iter().fold(1.0, f64::min);
    assert!(
        (missed - (2.0 * error).sin().powi(2)).abs() < 1e-4,
        "{farthest:?}"
    );
}
