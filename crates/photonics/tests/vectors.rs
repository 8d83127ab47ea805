//! Transfer matrices computed by other programs (`data/vectors/README.md`).

mod common;

use common::{distance, split, transfer};
use nalgebra::DMatrix;
use npyz::npz::NpzArchive;
use npyz::{Deserialize, Order};
use num_complex::Complex64;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::triangular::triangular;
use photonics::mesh::{MeshHardware, Topology};
use std::f64::consts::FRAC_PI_2;
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
        let array = self.0.by_name(name).unwrap().expect(name);
        assert!(array.shape().len() < 2 || array.shape()[0] == 1 || array.order() == Order::C);
        array.into_vec().unwrap()
    }

    fn matrix(&mut self, ports: usize) -> DMatrix<Complex64> {
        DMatrix::from_row_slice(ports, ports, &self.array("matrix"))
    }
}

/// Slow and fast path, lossless and general form.
fn assert_matrix(
    topology: &Arc<Topology>,
    errors_rad: &[[f64; 2]],
    phases: &[f64],
    expected: &DMatrix<Complex64>,
) {
    for transmission in [None, Some(vec![1.0; topology.mzis()])] {
        let mesh = MeshHardware::new(topology.clone(), errors_rad.to_vec(), transmission);
        for u in [
            mesh.matrix(split(&mesh, phases)),
            transfer::<f64>(&mesh, phases),
        ] {
            let error = distance(&u, expected);
            assert!(
                error < TOLERANCE,
                "{} {}: {error:e}",
                topology.name(),
                topology.ports()
            );
        }
    }
}

#[test]
fn own_convention() {
    for ports in [2, 3, 4, 5, 8, 16] {
        for topology in [rectangular(ports).unwrap(), triangular(ports).unwrap()] {
            let topology = Arc::new(topology);
            let mut file = Vectors::open(&format!("{}_n{ports}_err0.05", topology.name()));
            let columns: Vec<i64> = file.array("column");
            let upper: Vec<i64> = file.array("port");
            assert_eq!(columns.len(), topology.mzis());
            for column in 0..topology.columns() {
                for mzi in topology.column(column) {
                    assert_eq!(columns[mzi], column as i64);
                    assert_eq!(upper[mzi], i64::from(topology.pairs()[mzi].upper));
                    assert_eq!(upper[mzi] + 1, i64::from(topology.pairs()[mzi].lower));
                }
            }
            let (e1, e2): (Vec<f64>, Vec<f64>) = (file.array("e1"), file.array("e2"));
            let errors: Vec<_> = e1.into_iter().zip(e2).map(|(e1, e2)| [e1, e2]).collect();
            let phases = ["theta", "phi", "gamma"]
                .map(|name| file.array::<f64>(name))
                .concat();
            assert_matrix(&topology, &errors, &phases, &file.matrix(ports));
        }
    }
}

/// Moves every phase of a neurophox mesh to where this project has one.
///
/// With d the angles waiting at the ports, exp(-i theta/2) diag(exp(i phi), 1) B diag(exp(i theta), 1) B
/// diag(exp(i d0), exp(i d1)) is an MZI of this project with external phase d0 - d1, behind which
/// d1 - theta/2 + phi and d1 - theta/2 wait.
fn from_neurophox(file: &mut Vectors, topology: &Topology) -> Vec<f64> {
    let ports = topology.ports();
    let slots = ports / 2;
    let [theta, phi, mask] = ["theta", "phi", "mask"].map(|name| file.array::<f64>(name));
    let mut waiting: Vec<f64> = file.array("gamma");
    let mut phases = vec![0.0; 2 * topology.mzis()];
    for column in 0..ports {
        let mzis = topology.column(column);
        if ports.is_multiple_of(2) && column % 2 == 1 {
            waiting[0] -= FRAC_PI_2;
            waiting[ports - 1] -= FRAC_PI_2;
        }
        for slot in 0..slots {
            assert_eq!(mask[column * slots + slot] != 0.0, slot < mzis.len());
        }
        for (slot, mzi) in mzis.enumerate() {
            let (theta, phi) = (theta[column * slots + slot], phi[column * slots + slot]);
            let upper = topology.pairs()[mzi].upper as usize;
            phases[mzi] = theta;
            phases[topology.mzis() + mzi] = waiting[upper] - waiting[upper + 1];
            waiting[upper + 1] -= 0.5 * theta;
            waiting[upper] = waiting[upper + 1] + phi;
        }
    }
    phases.extend(waiting);
    phases
}

#[test]
fn neurophox() {
    for ports in [4, 5, 8, 16] {
        let mut file = Vectors::open(&format!("neurophox_rect_n{ports}_err0.0"));
        let topology = Arc::new(rectangular(ports).unwrap());
        for name in ["e_l", "e_r"] {
            assert!(file.array::<f64>(name).iter().all(|&e| e == 0.0));
        }
        let phases = from_neurophox(&mut file, &topology);
        let expected = file.matrix(ports).transpose();
        assert_matrix(
            &topology,
            &vec![[0.0; 2]; topology.mzis()],
            &phases,
            &expected,
        );
    }
}
