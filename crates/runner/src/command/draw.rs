//! `fzero draw`: a picture of a mesh.

use super::print::print;
use crate::cli::{ColourBy, DrawArgs};
use crate::config::checked::MeshKind;
use crate::draw::parts::Parts;
use crate::draw::{MAX_PICTURE_MIB, Paint, caption, picture_bytes, svg};
use crate::error::{Error, Problem, Status};
use crate::record::mesh_phases::read_phases_of;
use crate::record::output::{check_output, write_output};
use crate::table::grouped;
use crate::wiring::named_topology;
use photonics::mesh::NamedTopology;
use std::path::Path;

/// Draws and writes.
///
/// # Errors
/// [`Error`] when the options or a file do not fit the mesh, or the picture cannot be written.
pub(super) fn run(args: &DrawArgs) -> Result<Status, Error> {
    let inputs: Vec<&Path> = args.phases.as_deref().into_iter().collect();
    check_output(&args.output, &inputs)?;
    let ports = usize::from(args.ports);
    let named = topology(args)?;
    let bytes = picture_bytes(named.counts(ports), ports);
    if bytes > MAX_PICTURE_MIB << 20 {
        return Err(Problem {
            place: "--ports".into(),
            subject: ports.to_string(),
            why: format!(
                "the picture would have about {} MiB, more than {MAX_PICTURE_MIB}",
                grouped(bytes.div_ceil(1 << 20))
            ),
            help: "draw the mesh with fewer ports".into(),
        }
        .into());
    }
    let topology = named
        .build(ports)
        .map_err(|error| Error::failed("the mesh cannot be built", error, ""))?;
    let stored = args
        .phases
        .as_deref()
        .map(|path| read_phases_of(path, args.layer.into(), topology.mzis(), ports))
        .transpose()?;
    let paint = paint(args, ports, stored.as_deref())?;
    let caption = caption(&topology);
    let text = svg(&Parts::of(&topology), &paint, &caption);
    write_output(&args.output, text.as_bytes())?;
    print(format_args!("{caption}\npicture  {}", args.output.display()))?;
    Ok(Status::Done)
}

fn topology(args: &DrawArgs) -> Result<NamedTopology, Problem> {
    if args.extra_columns.is_some() && args.mesh != MeshKind::RedundantRectangular {
        return Err(Problem::of(
            "--extra-columns",
            "has no effect on this mesh",
            "remove it, or draw redundant-rectangular",
        ));
    }
    Ok(named_topology(args.mesh, args.extra_columns.map(usize::from)))
}

fn paint<'a>(
    args: &DrawArgs,
    ports: usize,
    phases_rad: Option<&'a [f64]>,
) -> Result<Paint<'a>, Problem> {
    match (args.colour, phases_rad) {
        (None | Some(ColourBy::Phase), Some(phases_rad)) => Ok(Paint::Phase { phases_rad }),
        (None | Some(ColourBy::None), _) => Ok(Paint::Plain),
        (Some(ColourBy::Phase | ColourBy::Power(_)), None) => Err(Problem::of(
            "--colour",
            "there are no phases to show",
            "give them with --phases",
        )),
        (Some(ColourBy::Power(input)), Some(_)) if input >= ports => Err(Problem::of(
            "--colour",
            format!("the mesh has no input {input}: its {ports} ports count from 0"),
            "name another",
        )),
        (Some(ColourBy::Power(input)), Some(phases_rad)) => Ok(Paint::Power { phases_rad, input }),
    }
}
