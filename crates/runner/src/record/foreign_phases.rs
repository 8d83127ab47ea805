//! Phases in the forms of other programs as `.npz`.
//!
//! | convention | arrays | shape |
//! |---|---|---|
//! | fzero | `layer{l}_theta`, `layer{l}_phi`, `layer{l}_gamma` | (M,), (M,), (N,) |
//! | Perceval | `phi_a`, `phi_b` as in its catalog, `gamma` | (M,), (M,), (N,) |
//! | neurophox | `theta`, `phi`, `gamma`; `mask` is written | (N, floor(N/2)) twice, (N,) |
//! | all others | `theta`, `phi`, `gamma` | (M,), (M,), (N,) |
//!
//! MZIs are in the order in which the other program lists them.

use super::archive::{Advice, Archive, open};
use super::mesh_phases::{MAX_PORTS, StoredPhases, read_mesh_phases};
use super::npz::{NamedArray, array_name, npz_bytes};
use crate::error::Error;
use photonics::interchange::convention::{Convention, list_order};
use photonics::mesh::Topology;
use std::f64::consts::PI;
use std::io;
use std::path::Path;
use std::sync::Arc;

const ADVICE: Advice = Advice {
    give: "give phases as docs/interchange.md has them for this convention, an .npz archive",
    missing: "give the arrays that docs/interchange.md has for this convention; --from names another",
    shape: "a mesh of N ports has N phases gamma, and N(N - 1)/2 of theta and of phi; neurophox (N, floor(N/2))",
    value: "replace the value",
};

/// Names of the internal and the external phases.
fn names(convention: Convention, layer: usize) -> [String; 3] {
    match convention {
        Convention::Fzero => ["theta", "phi", "gamma"].map(|part| array_name(layer, part)),
        Convention::PercevalPhaseFirst => ["phi_b", "phi_a", "gamma"].map(String::from),
        Convention::PercevalPhaseLast => ["phi_a", "phi_b", "gamma"].map(String::from),
        _ => ["theta", "phi", "gamma"].map(String::from),
    }
}

/// The phases in a file, MZIs in its own order: [`placed`] puts them in that of the topology, which
/// `topology` makes of the number of ports.
///
/// # Errors
/// What is wrong with the file, what was found and what is needed.
pub fn read_phases(
    path: &Path,
    convention: Convention,
    layer: usize,
    topology: impl FnOnce(usize) -> Result<Arc<Topology>, Error>,
) -> Result<StoredPhases, Error> {
    if convention == Convention::Fzero {
        return read_mesh_phases(path, layer, topology);
    }
    let place = path.display().to_string();
    let mut archive = Archive::new(&place, open(path, &ADVICE)?, &ADVICE)?;
    let [theta, phi, gamma] = names(convention, layer);
    let gamma = archive.list(&gamma, MAX_PORTS)?;
    let ports = gamma.len();
    let mut phases_rad = Vec::new();
    for name in [theta, phi] {
        if convention == Convention::Neurophox {
            let slots = ports / 2;
            let values = archive.array(&name, &[ports as u64, slots as u64])?;
            phases_rad.extend(slot_places(ports).into_iter().map(|place| values[place]));
        } else {
            let mzis = ports * (ports - 1) / 2;
            phases_rad.extend(archive.array(&name, &[mzis as u64])?);
        }
    }
    phases_rad.extend(gamma);
    Ok(StoredPhases {
        scale: None,
        topology: topology(ports)?,
        phases_rad,
    })
}

/// The same phases with the MZIs in the order of the topology.
pub fn placed(convention: Convention, topology: &Topology, phases_rad: &[f64]) -> Vec<f64> {
    let mzis = topology.mzis();
    let mut placed = phases_rad.to_vec();
    for (index, mzi) in list_order(convention, topology).into_iter().enumerate() {
        placed[mzi] = phases_rad[index];
        placed[mzis + mzi] = phases_rad[mzis + index];
    }
    placed
}

/// Phases of a topology as a file in this convention.
///
/// # Errors
/// None in practice: bytes in memory are written.
pub fn phases_bytes(
    convention: Convention,
    topology: &Topology,
    phases_rad: &[f64],
) -> io::Result<Vec<u8>> {
    let (mzis, ports) = (topology.mzis(), topology.ports());
    let order = list_order(convention, topology);
    let list =
        |start: usize| -> Vec<f64> { order.iter().map(|&mzi| phases_rad[start + mzi]).collect() };
    let [theta_name, phi_name, gamma_name] = names(convention, 0);
    let (mut theta, mut phi) = (list(0), list(mzis));
    let mut shape = vec![mzis as u64];
    let mut mask = Vec::new();
    if convention == Convention::Neurophox {
        shape = vec![ports as u64, ports as u64 / 2];
        let slots = ports * (ports / 2);
        // Where there is no MZI neurophox has one in the bar state.
        let grid = |values: &[f64], empty: f64| {
            let mut grid = vec![empty; slots];
            for (&value, place) in values.iter().zip(slot_places(ports)) {
                grid[place] = value;
            }
            grid
        };
        mask = grid(&vec![1.0; mzis], 0.0);
        (theta, phi) = (grid(&theta, PI), grid(&phi, PI));
    }
    let named = |name: String, shape: &[u64], values| NamedArray {
        name,
        shape: shape.to_vec(),
        values,
    };
    let mut arrays = vec![
        named(theta_name, &shape, &theta),
        named(phi_name, &shape, &phi),
        named(gamma_name, &[ports as u64], &phases_rad[2 * mzis..]),
    ];
    if !mask.is_empty() {
        arrays.push(named("mask".into(), &shape, &mask));
    }
    npz_bytes(&arrays)
}

/// For each MZI of a rectangular mesh, its place among the slots of neurophox's columns.
fn slot_places(ports: usize) -> Vec<usize> {
    let slots = ports / 2;
    let columns = 0..ports;
    let places = columns.flat_map(|column| {
        let used = (ports - column % 2) / 2;
        (0..used).map(move |slot| column * slots + slot)
    });
    places.collect()
}
