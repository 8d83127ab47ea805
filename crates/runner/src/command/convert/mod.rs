//! `fzero convert`: matrices, phases and meshes in the forms of other programs.

mod drive;
mod matrix;
mod netlist;
mod phases;
mod plan;
mod report;

use crate::cli::ConvertArgs;
use crate::error::{Error, Status};
use crate::record::output::{check_output, write_output};
use plan::{Plan, plan};
use report::Report;
use std::path::Path;

/// Converts one file into another.
///
/// # Errors
/// [`Error`] when the files are no such pair, or what is read does not fit.
pub(super) fn run(args: &ConvertArgs) -> Result<Status, Error> {
    let plan = plan(args)?;
    let mut inputs: Vec<&Path> = vec![&args.input];
    inputs.extend(args.die_errors.as_deref());
    inputs.extend(args.mesh.as_ref().and_then(|mesh| mesh.file()));
    inputs.extend(args.process.as_deref().map(Path::new));
    check_output(&args.output, &inputs)?;
    let (bytes, report) = match plan {
        Plan::WriteTouchstone { ports } => matrix::to_touchstone(args, ports)?,
        Plan::ReadTouchstone { ports } => matrix::from_touchstone(args, ports)?,
        Plan::Matrix => matrix::copy(args)?,
        Plan::Convention { mesh } => phases::convert(args, mesh)?,
        Plan::WriteNetlist { mesh } => netlist::write(args, mesh)?,
        Plan::ReadNetlist => netlist::read(args)?,
        Plan::NetlistToMesh => netlist::mesh_file(args)?,
        Plan::WriteDrive { mesh } => drive::write(args, mesh)?,
        Plan::ReadDrive { mesh } => drive::read(args, mesh)?,
    };
    write_output(&args.output, &bytes)?;
    report.print(args.json)?;
    Ok(Status::Done)
}

/// What a conversion gives: the file, and what is said of it.
type Converted = Result<(Vec<u8>, Report), Error>;
