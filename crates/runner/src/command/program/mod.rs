//! `fzero program`: the phases at which a mesh is a given matrix.

mod die;
mod file_die;
mod mesh;
mod plan;
mod report;
mod search;

use super::print::print;
use crate::cli::ProgramArgs;
use crate::error::{Error, Status};
use crate::record::matrix::read_matrix;
use crate::record::mesh_phases::mesh_phases_bytes;
use crate::record::output::{check_output, write_output};
use die::DrawnDie;
use file_die::FileDie;
use mesh::Mesh;
use photonics::mesh::{MeshHardware, MeshPhases, Topology};
use plan::{Plan, shape};
use report::Report;
use search::Search;
use std::path::Path;

/// Decomposes the target or fits the mesh to it, corrects for the die or lets it configure itself where there is one, writes
/// the phases, and says how well they do.
///
/// # Errors
/// [`Error`] when a file or an option does not fit or the target is not unitary.
pub(super) fn run(args: &ProgramArgs) -> Result<Status, Error> {
    let mut inputs: Vec<&Path> = vec![&args.target];
    inputs.extend(args.die_errors.as_deref());
    inputs.extend(args.mesh.file());
    check_output(&args.output, &inputs)?;
    let mesh = Mesh::new(args)?;
    let search = Search::new(args, &mesh)?;
    let search = search.as_ref();
    let drawn = args.die.as_deref();
    let drawn = drawn.map(|die| DrawnDie::new(args, &mesh, die));
    let drawn = drawn.transpose()?;
    let target = read_matrix(&args.target, shape(&mesh))?;
    let plan = Plan::new(args, &mesh, search, target)?;
    // What is wrong with the die is said before the work begins.
    let file = args.die_errors.as_deref();
    let file = file.map(|path| FileDie::read(path, &plan)).transpose()?;
    let ideal = MeshHardware::ideal(plan.topology.clone());
    let residual = plan.deviation(&ideal.matrix(split(&plan.topology, &plan.phases_rad)?));
    let (mut phases_rad, mut on_die) = (plan.phases_rad.clone(), None);
    if let Some(file) = file {
        let (set_rad, found) = file.set(&plan, search)?;
        (phases_rad, on_die) = (set_rad, Some(found));
    } else if let Some(drawn) = drawn {
        let (set_rad, found) = drawn.set(&plan, search)?;
        (phases_rad, on_die) = (set_rad, Some(found));
    }
    let bytes = mesh_phases_bytes(split(&plan.topology, &phases_rad)?, plan.scale)
        .map_err(|error| Error::failed("the phases cannot be written", error, ""))?;
    write_output(&args.output, &bytes)?;
    let parts = plan.topology.parts();
    let report = Report {
        target: args.target.display().to_string(),
        rows: plan.target.nrows(),
        columns: plan.target.ncols(),
        mesh: plan.topology.name().to_owned(),
        mesh_file: args.mesh.file().map(|path| path.display().to_string()),
        method: match (search, args.self_configure) {
            (Some(search), _) => search.name(),
            (None, true) => "self-configure",
            (None, false) => "decompose",
        },
        ports: plan.topology.ports(),
        mzis: parts.mzis,
        attenuators: parts.attenuators,
        parts: parts.to_string(),
        cells: plan.topology.mzis(),
        unitarity_defect: plan.defect,
        nearest_residual: plan.nearest_residual,
        scale: plan.scale,
        residual,
        fit: plan.fitted,
        die: on_die,
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

/// The parts of a parameter vector of the mesh.
fn split<'a>(topology: &Topology, phases_rad: &'a [f64]) -> Result<MeshPhases<'a>, Error> {
    MeshPhases::split(phases_rad, topology.mzis(), topology.ports()).ok_or_else(|| {
        let counts = format!("{} phases for {} MZIs", phases_rad.len(), topology.mzis());
        Error::failed("the phases do not fit the mesh", counts, "")
    })
}
