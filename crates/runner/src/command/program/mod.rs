//! `fzero program`: the phases at which a mesh is a given unitary.

mod report;
mod target;

use super::print::print;
use crate::cli::ProgramArgs;
use crate::cli::UniversalMesh;
use crate::error::{Error, Status};
use crate::record::matrix::read_matrix;
use crate::record::mesh_phases::mesh_phases_bytes;
use crate::record::output::{check_output, write_output};
use crate::record::splitter_errors::read_splitter_errors;
use nalgebra::DMatrix;
use num_complex::Complex64;
use photonics::matrix::relative_error;
use photonics::mesh::correct::correct;
use photonics::mesh::decompose::{DecomposeError, clements, reck};
use photonics::mesh::{MeshHardware, MeshPhases, Topology};
use report::{Die, Report};
use std::path::Path;
use std::sync::Arc;

/// Decomposes the target, corrects for the die where there is one, writes the phases, and says how well
/// they do.
///
/// # Errors
/// [`Error`] when a file does not fit or the target is not unitary.
pub(super) fn run(args: &ProgramArgs) -> Result<Status, Error> {
    let mut inputs: Vec<&Path> = vec![&args.target];
    inputs.extend(args.die_errors.as_deref());
    check_output(&args.output, &inputs)?;
    let target = target::Target::new(args, read_matrix(&args.target)?)?;
    let topology = args
        .mesh
        .topology(target.unitary.nrows())
        .map_err(|error| Error::failed("the mesh cannot be built", error, ""))?;
    // What is wrong with the die is said before the work begins.
    let errors = args
        .die_errors
        .as_deref()
        .map(|path| read_splitter_errors(path, topology.mzis()))
        .transpose()?;
    let (mut phases_rad, ideal) = (target.phases_rad, MeshHardware::ideal(topology.clone()));
    let residual = deviation(&ideal, &phases_rad, &target.unitary)?;
    let mut die = None;
    if let (Some(file), Some(errors)) = (&args.die_errors, errors) {
        let hardware = MeshHardware::new(topology.clone(), errors, None);
        let uncorrected_error = deviation(&hardware, &phases_rad, &target.unitary)?;
        let correction = correct(&hardware, split(&topology, &phases_rad)?)
            .map_err(|error| Error::failed("the splitter errors cannot be corrected", error, ""))?;
        phases_rad = correction.phases_rad;
        let corrected_error = deviation(&hardware, &phases_rad, &target.unitary)?;
        die = Some(Die::new(
            file,
            &hardware,
            uncorrected_error,
            corrected_error,
            &correction.unreachable,
        ));
    }
    let bytes = mesh_phases_bytes(split(&topology, &phases_rad)?)
        .map_err(|error| Error::failed("the phases cannot be written", error, ""))?;
    write_output(&args.output, &bytes)?;
    let report = Report {
        target: args.target.display().to_string(),
        mesh: args.mesh,
        ports: topology.ports(),
        mzis: topology.mzis(),
        unitarity_defect: target.defect,
        nearest_residual: target.nearest_residual,
        residual,
        die,
        phases: args.output.display().to_string(),
    };
    if args.json {
        let text = serde_json::to_string_pretty(&report)
            .map_err(|error| Error::failed("the figures cannot be printed", error, ""))?;
        print(text)?;
    } else {
        print(report)?;
    }
    Ok(Status::Done)
}

/// [theta | phi | gamma] in rad of the ideal mesh.
fn decompose(
    kind: UniversalMesh,
    unitary: &DMatrix<Complex64>,
) -> Result<Vec<f64>, DecomposeError> {
    match kind {
        UniversalMesh::Rectangular => clements(unitary),
        UniversalMesh::Triangular => reck(unitary),
    }
}

/// The relative error |dU|_F / |U|_F of a mesh.
fn deviation(
    hardware: &MeshHardware,
    phases_rad: &[f64],
    unitary: &DMatrix<Complex64>,
) -> Result<f64, Error> {
    let phases = split(hardware.topology(), phases_rad)?;
    Ok(relative_error(&hardware.matrix(phases), unitary))
}

/// The parts of a parameter vector of the mesh.
fn split<'a>(topology: &Arc<Topology>, phases_rad: &'a [f64]) -> Result<MeshPhases<'a>, Error> {
    MeshPhases::split(phases_rad, topology.mzis(), topology.ports()).ok_or_else(|| {
        let counts = format!("{} phases for {} MZIs", phases_rad.len(), topology.mzis());
        Error::failed("the phases do not fit the mesh", counts, "")
    })
}
