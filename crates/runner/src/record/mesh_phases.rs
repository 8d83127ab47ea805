//! The phases of one mesh as `.npz`, in the form of a layer of `phases.npz`.

use super::archive::{Advice, Archive, open};
use super::npz::{NamedArray, array_name, npz_bytes};
use crate::error::Problem;
use photonics::mesh::MeshPhases;
use std::io;
use std::path::Path;

/// Ports of the largest mesh.
pub const MAX_PORTS: u64 = 4096;

const ADVICE: Advice = Advice {
    give: "give phases as fzero program or fzero run writes them, an .npz archive",
    missing: "give a file with theta, phi and gamma of this layer; --layer names another",
    shape: "a mesh of N ports has N phases gamma, and N(N - 1)/2 of theta and of phi, one per MZI",
    value: "replace the value",
};

/// The phases of a universal mesh, from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPhases {
    /// Ports of the mesh: the number of gamma.
    pub ports: usize,
    /// [theta | phi | gamma] in rad.
    pub phases_rad: Vec<f64>,
}

/// The phases of a layer, counted from 0, for a mesh with N(N - 1)/2 MZIs.
///
/// # Errors
/// What is wrong with the file, what was found and what is needed.
pub fn read_mesh_phases(path: &Path, layer: usize) -> Result<StoredPhases, Problem> {
    let place = path.display().to_string();
    let mut archive = Archive::new(&place, open(path, &ADVICE)?, &ADVICE)?;
    let gamma = archive.list(&array_name(layer, "gamma"), MAX_PORTS)?;
    let ports = gamma.len();
    let mzis = (ports * (ports - 1) / 2) as u64;
    let mut phases_rad = archive.array(&array_name(layer, "theta"), &[mzis])?;
    phases_rad.extend(archive.array(&array_name(layer, "phi"), &[mzis])?);
    phases_rad.extend(gamma);
    Ok(StoredPhases { ports, phases_rad })
}

/// [theta | phi | gamma] in rad of a layer, counted from 0, for a mesh that is known.
///
/// # Errors
/// What is wrong with the file, what was found and what is needed.
pub fn read_phases_of(
    path: &Path,
    layer: usize,
    mzis: usize,
    ports: usize,
) -> Result<Vec<f64>, Problem> {
    const OF_MESH: Advice = Advice {
        shape: "give the phases of this mesh: one theta and one phi per MZI, one gamma per port",
        ..ADVICE
    };
    let place = path.display().to_string();
    let mut archive = Archive::new(&place, open(path, &OF_MESH)?, &OF_MESH)?;
    let mut phases_rad = Vec::with_capacity(2 * mzis + ports);
    for (part, count) in [("theta", mzis), ("phi", mzis), ("gamma", ports)] {
        phases_rad.extend(archive.array(&array_name(layer, part), &[count as u64])?);
    }
    Ok(phases_rad)
}

/// Phases as layer 0 of a file.
///
/// # Errors
/// None in practice: bytes in memory are written.
pub fn mesh_phases_bytes(phases: MeshPhases<'_>) -> io::Result<Vec<u8>> {
    let parts = [
        ("theta", phases.theta_rad),
        ("phi", phases.phi_rad),
        ("gamma", phases.gamma_rad),
    ];
    npz_bytes(&parts.map(|(part, values)| NamedArray {
        name: array_name(0, part),
        shape: vec![values.len() as u64],
        values,
    }))
}
