//! The mesh file of an experiment: read, and what follows from it put into the resolved experiment.
//!
//! The resolved text names it `mesh.toml`, as which it stands in a results folder, and has its SHA-256. So
//! the text tells one mesh from another, and reads back beside the file.

use super::check::problem_with;
use super::resolved::{Resolved, Value};
use crate::error::{Error, Problem};
use crate::hash::sha256_hex;
use crate::mesh_file::{MeshFile, NAMES};
use std::path::Path;
use std::sync::Arc;

/// The name of the mesh file in a results folder, and in the resolved text.
pub const FILE: &str = "mesh.toml";

const MESH: &str = "chip.mesh";
const PORTS: &str = "chip.ports";
const CELL: &str = "chip.cell";
const HASH: &str = "chip.mesh_sha256";

/// Reads the file where `chip.mesh` names one, a path that begins at the folder of `file`.
pub(super) fn settle(file: &str, resolved: &mut Resolved) -> (Option<Arc<MeshFile>>, Vec<Problem>) {
    let Some(Value::Text(name)) = resolved.get(MESH).cloned() else {
        return (None, Vec::new());
    };
    let problem =
        |path: &str, why: String, help: &str| problem_with(file, resolved, path, why, help.into());
    if NAMES.contains(&name.as_str()) {
        let given = resolved.get(HASH).is_some().then(|| {
            let why = format!("has no effect while {MESH} = {name}");
            problem(HASH, why, "remove it, or name a mesh file")
        });
        return (None, given.into_iter().collect());
    }
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let path = folder.join(&name);
    if !path.is_file() {
        let why = format!("{} is no file", path.display());
        let help = format!(
            "give its path relative to the experiment, or one of {}",
            NAMES.join(", ")
        );
        return (None, vec![problem(MESH, why, &help)]);
    }
    let mesh = match MeshFile::read(&path) {
        Ok(mesh) => mesh,
        Err(Error::Problems(problems)) => return (None, problems),
        Err(error) => return (None, vec![problem(MESH, error.report(), "")]),
    };
    let mut problems = Vec::new();
    let ports = mesh.topology.ports() as i64;
    let stated = resolved
        .place(PORTS)
        .is_some()
        .then(|| resolved.get(PORTS))
        .flatten();
    if stated.is_some_and(|stated| *stated != Value::Integer(ports)) {
        let why = format!("the mesh in {} has {ports} ports", path.display());
        problems.push(problem(PORTS, why, "leave the key out"));
    }
    if resolved.get(CELL).is_some() {
        let why = format!("has no effect beside {}", path.display());
        problems.push(problem(
            CELL,
            why,
            "remove it, and set cell in the mesh file",
        ));
    }
    let hash = sha256_hex(mesh.text.as_bytes());
    let expected = resolved.get(HASH).map(Value::as_word);
    if expected.is_some_and(|expected| expected != hash) {
        let why = format!("{} has the SHA-256 {hash}", path.display());
        problems.push(problem(
            HASH,
            why,
            "put back the file of this experiment, or leave the key out",
        ));
    }
    resolved.set(MESH, Value::Text(FILE.into()));
    resolved.set(PORTS, Value::Integer(ports));
    resolved.set(HASH, Value::Text(hash));
    (Some(Arc::new(mesh)), problems)
}
