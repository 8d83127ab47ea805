//! Phases and matrices that other programs computed (`data/vectors/README.md`), converted from and to
//! their conventions.

use crate::common::distance;
use nalgebra::DMatrix;
use npyz::Deserialize;
use npyz::npz::NpzArchive;
use num_complex::Complex64;
use photonics::interchange::convention::{Convention, convert, list_order, matrix};
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::triangular::triangular;
use photonics::mesh::{MeshHardware, MeshPhases, Topology};
use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;

/// 16 columns of rotations with an error of some eps each, in either program.
const TOLERANCE: f64 = 1e-13;

struct Vectors(NpzArchive<BufReader<File>>);

impl Vectors {
    fn open(name: &str) -> Self {
        let path = format!(
            "{}/tests/data/vectors/{name}.npz",
            env!("CARGO_MANIFEST_DIR")
        );
        Self(NpzArchive::open(path).unwrap())
    }

    fn array<T: Deserialize>(&mut self, name: &str) -> Vec<T> {
        self.0
            .by_name(name)
            .unwrap()
            .expect(name)
            .into_vec()
            .unwrap()
    }

    fn matrix(&mut self, ports: usize) -> DMatrix<Complex64> {
        DMatrix::from_row_slice(ports, ports, &self.array("matrix"))
    }
}

/// [theta | phi | gamma] in the order of the topology, from lists in the other program's.
fn ordered(topology: &Topology, convention: Convention, lists: [Vec<f64>; 3]) -> Vec<f64> {
    let order = list_order(convention, topology);
    let [theta, phi, gamma] = lists;
    let place = |list: Vec<f64>| {
        assert_eq!(list.len(), topology.mzis());
        let mut placed = vec![0.0; list.len()];
        for (value, &mzi) in list.into_iter().zip(&order) {
            placed[mzi] = value;
        }
        placed
    };
    [place(theta), place(phi), gamma].concat()
}

/// The stated matrices give `expected`; so do this project's phases; and the way back is the identity.
fn assert_convention(
    topology: &Topology,
    convention: Convention,
    phases: &[f64],
    expected: &DMatrix<Complex64>,
) {
    let split = |phases| MeshPhases::split(phases, topology.mzis(), topology.ports()).unwrap();
    let stated = matrix(topology, convention, split(phases)).unwrap();
    let error = distance(&stated, expected);
    assert!(error < TOLERANCE, "{convention:?} stated: {error:e}");
    let own = convert(topology, convention, Convention::Fzero, split(phases)).unwrap();
    let mesh = MeshHardware::ideal(Arc::new(topology.clone()));
    let error = distance(&mesh.matrix(split(&own)), expected);
    assert!(error < TOLERANCE, "{convention:?}: {error:e}");
    let back = convert(topology, Convention::Fzero, convention, split(&own)).unwrap();
    for (a, b) in back.iter().zip(phases) {
        let turn = Complex64::from_polar(1.0, a - b) - 1.0;
        assert!(turn.norm() < TOLERANCE, "{convention:?}: {a} {b}");
    }
}

#[test]
fn neurophox() {
    for ports in [4, 5, 8, 16] {
        let mut file = Vectors::open(&format!("neurophox_rect_n{ports}_err0.0"));
        let topology = rectangular(ports).unwrap();
        let mask: Vec<f64> = file.array("mask");
        let [theta, phi] = ["theta", "phi"].map(|name| {
            let values: Vec<f64> = file.array(name);
            let kept = values
                .into_iter()
                .zip(&mask)
                .filter(|(_, mask)| **mask != 0.0);
            kept.map(|(value, _)| value).collect::<Vec<_>>()
        });
        let phases = [theta, phi, file.array("gamma")].concat();
        let expected = file.matrix(ports).transpose();
        assert_convention(&topology, Convention::Neurophox, &phases, &expected);
    }
}

#[test]
fn perceval() {
    for (kind, convention, [internal, external]) in [
        ("first", Convention::PercevalPhaseFirst, ["phi_b", "phi_a"]),
        ("last", Convention::PercevalPhaseLast, ["phi_a", "phi_b"]),
    ] {
        for ports in [4, 5] {
            for topology in [rectangular(ports).unwrap(), triangular(ports).unwrap()] {
                let name = topology.name();
                let mut file = Vectors::open(&format!("perceval_{kind}_{name}_n{ports}"));
                let lists = [internal, external, "gamma"].map(|name| file.array(name));
                let phases = ordered(&topology, convention, lists);
                assert_convention(&topology, convention, &phases, &file.matrix(ports));
            }
        }
    }
}

#[test]
fn simphox() {
    for (style, convention) in [
        ("top", Convention::SimphoxTop),
        ("bottom", Convention::SimphoxBottom),
        ("differential", Convention::SimphoxDifferential),
    ] {
        for ports in [4, 5] {
            let topology = rectangular(ports).unwrap();
            let mut file = Vectors::open(&format!("simphox_{style}_n{ports}"));
            let lists = ["theta", "phi", "gamma"].map(|name| file.array(name));
            let phases = ordered(&topology, convention, lists);
            assert_convention(&topology, convention, &phases, &file.matrix(ports));
        }
    }
}
