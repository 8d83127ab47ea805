//! The phases of one mesh as `.npz`, in the form of a layer of `phases.npz`.

use super::archive::{Advice, Archive, open};
use super::npz::{NamedArray, array_name, npz_bytes};
use crate::error::Error;
use photonics::interchange::netlist::NetlistMesh;
use photonics::mesh::{MeshPhases, Topology};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Ports of the largest mesh.
pub const MAX_PORTS: u64 = 4096;

const ADVICE: Advice = Advice {
    give: "give phases as fzero program or fzero run writes them, an .npz archive",
    missing: "give a file with theta, phi and gamma of this layer; --layer names another",
    shape: "a mesh of N ports has N phases gamma, and one of theta and of phi for each MZI or other cell, \
            N(N - 1)/2 in a rectangular or triangular one",
    value: "replace the value",
};

/// The phases of one mesh, from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPhases {
    /// The mesh.
    pub topology: Arc<Topology>,
    /// [theta | phi | gamma] in rad.
    pub phases_rad: Vec<f64>,
    /// What the mesh is to be multiplied by for the target that was programmed, where that is said.
    pub scale: Option<f64>,
}

/// The phases of a layer, counted from 0, for the mesh that `topology` makes of the number of ports, that
/// of the phases gamma.
///
/// # Errors
/// What is wrong with the file, what was found and what is needed, or with the mesh.
pub fn read_mesh_phases(
    path: &Path,
    layer: usize,
    topology: impl FnOnce(usize) -> Result<Arc<Topology>, Error>,
) -> Result<StoredPhases, Error> {
    let place = path.display().to_string();
    let mut archive = Archive::new(&place, open(path, &ADVICE)?, &ADVICE)?;
    let name = array_name(layer, "gamma");
    let gamma = archive.list(&name, MAX_PORTS)?;
    let topology = topology(gamma.len())?;
    let ports = topology.ports();
    if ports != gamma.len() {
        let why = format!("has {} values, the mesh has {ports} ports", gamma.len());
        return Err(archive.problem(&name, why, ADVICE.shape).into());
    }
    let cells = topology.mzis() as u64;
    let mut phases_rad = archive.array(&array_name(layer, "theta"), &[cells])?;
    phases_rad.extend(archive.array(&array_name(layer, "phi"), &[cells])?);
    phases_rad.extend(gamma);
    let scale = match layer {
        0 if archive.names().any(|name| name == "scale.npy") => {
            archive.array("scale", &[1])?.first().copied()
        }
        _ => None,
    };
    Ok(StoredPhases {
        topology,
        phases_rad,
        scale,
    })
}

/// Phases as layer 0 of a file, and the scale of a mesh that is a target only up to one.
///
/// # Errors
/// None in practice: bytes in memory are written.
pub fn mesh_phases_bytes(phases: MeshPhases<'_>, scale: Option<f64>) -> io::Result<Vec<u8>> {
    let parts = [
        ("theta", phases.theta_rad),
        ("phi", phases.phi_rad),
        ("gamma", phases.gamma_rad),
    ];
    let mut arrays: Vec<_> = parts
        .iter()
        .map(|&(part, values)| NamedArray {
            name: array_name(0, part),
            shape: vec![values.len() as u64],
            values,
        })
        .collect();
    arrays.extend(scale.as_slice().chunks(1).map(|values| NamedArray {
        name: "scale".into(),
        shape: vec![1],
        values,
    }));
    npz_bytes(&arrays)
}

/// The phases of a netlist as layer 0 of a file, and the angle errors of its couplers as `e1` and `e2` in
/// rad, so that the file is one of splitter errors too.
///
/// # Errors
/// None in practice: bytes in memory are written.
pub fn netlist_phases_bytes(mesh: &NetlistMesh) -> io::Result<Vec<u8>> {
    let mzis = mesh.topology.mzis();
    let (theta, rest) = mesh.phases_rad.split_at(mzis);
    let (phi, gamma) = rest.split_at(mzis);
    let [e1, e2] = [0, 1]
        .map(|side| -> Vec<f64> { mesh.errors_rad.iter().map(|errors| errors[side]).collect() });
    let named = |name: String, values| NamedArray {
        name,
        shape: vec![<[f64]>::len(values) as u64],
        values,
    };
    npz_bytes(&[
        named(array_name(0, "theta"), theta),
        named(array_name(0, "phi"), phi),
        named(array_name(0, "gamma"), gamma),
        named("e1".into(), &e1),
        named("e2".into(), &e2),
    ])
}
