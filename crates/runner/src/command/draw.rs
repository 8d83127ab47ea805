//! `fzero draw`: a picture of a mesh.

use super::print::print;
use crate::cli::{ColourBy, DrawArgs, MeshChoice};
use crate::draw::parts::Parts;
use crate::draw::{MAX_PICTURE_MIB, Paint, caption, picture_bytes, svg};
use crate::error::{Error, Problem, Status};
use crate::mesh_file::{MeshFile, named};
use crate::record::mesh_phases::read_mesh_phases;
use crate::record::output::{check_output, write_output};
use crate::table::grouped;
use photonics::mesh::{Counts, MziForm, NamedTopology, Topology};
use std::path::Path;
use std::sync::Arc;

/// Oddities of a wiring that are printed.
const SHOWN_FINDINGS: usize = 10;

/// Of the redundant rectangular mesh, where nothing is said.
const EXTRA_COLUMNS: usize = 2;

/// Draws and writes.
///
/// # Errors
/// [`Error`] when the options or a file do not fit the mesh, or the picture cannot be written.
pub(super) fn run(args: &DrawArgs) -> Result<Status, Error> {
    let mut inputs: Vec<&Path> = args.phases.as_deref().into_iter().collect();
    if let MeshChoice::File(path) = &args.mesh {
        inputs.push(path);
    }
    check_output(&args.output, &inputs)?;
    let (topology, oddities) = topology(args)?;
    let phases_rad = match &args.phases {
        Some(path) => {
            let of_ports = |_| Ok(topology.clone());
            Some(read_mesh_phases(path, args.layer.into(), of_ports)?.phases_rad)
        }
        None => None,
    };
    let paint = paint(args, topology.ports(), phases_rad.as_deref())?;
    let caption = caption(&topology);
    let text = svg(&Parts::of(&topology), &paint, &caption);
    write_output(&args.output, text.as_bytes())?;
    let mut said = format!("{caption}\npicture  {}", args.output.display());
    for oddity in oddities.iter().take(SHOWN_FINDINGS) {
        said.push_str(&format!("\nlint     {oddity}"));
    }
    let more = oddities.len().saturating_sub(SHOWN_FINDINGS);
    if more > 0 {
        said.push_str(&format!("\n         and {more} more"));
    }
    print(said)?;
    Ok(Status::Done)
}

/// The mesh, once it is sure that its picture is not too large, and what is odd about one of a file.
fn topology(args: &DrawArgs) -> Result<(Arc<Topology>, Vec<String>), Error> {
    let name = match &args.mesh {
        MeshChoice::File(path) => {
            let file = MeshFile::read(path)?;
            let topology = file.topology.clone();
            let stated = args.ports.map(usize::from);
            if stated.is_some_and(|stated| stated != topology.ports()) {
                let why = format!("{} has {} ports", path.display(), topology.ports());
                return Err(Problem::of("--ports", why, "leave it out").into());
            }
            if args.extra_columns.is_some() {
                return Err(no_extra_columns().into());
            }
            if args.cell.is_some() {
                let why = format!("{} says the form of its MZIs itself", path.display());
                return Err(Problem::of("--cell", why, "leave it out").into());
            }
            let counts = Counts {
                mzis: topology.mzis(),
                columns: topology.columns(),
            };
            check_size(counts, topology.ports())?;
            let oddities = file.with_lines(&topology.lint());
            return Ok((topology, oddities));
        }
        MeshChoice::Named(name) => *name,
    };
    let Some(ports) = args.ports.map(usize::from) else {
        let help = format!("for example fzero draw {name} --ports 8");
        return Err(Problem::of("--ports", "missing: a named mesh has any number", help).into());
    };
    let extra_columns = args.extra_columns.map_or(EXTRA_COLUMNS, usize::from);
    let cannot = |why: String| Error::failed("the mesh cannot be built", why, "");
    let named = named(name, extra_columns).ok_or_else(|| cannot(name.to_owned()))?;
    if args.extra_columns.is_some() && !matches!(named, NamedTopology::RedundantRectangular { .. })
    {
        return Err(no_extra_columns().into());
    }
    let form = args.cell.unwrap_or_default();
    let mut counts = named.counts(ports);
    if form != MziForm::Plain {
        // A coupler or at most a phase shifter more for each, in a column more.
        counts = Counts {
            mzis: 2 * counts.mzis,
            columns: 2 * counts.columns,
        };
    }
    check_size(counts, ports)?;
    let topology = named
        .build(ports)
        .and_then(|plain| plain.with_mzis(form))
        .map_err(|error| cannot(error.to_string()))?;
    Ok((Arc::new(topology), Vec::new()))
}

fn no_extra_columns() -> Problem {
    Problem::of(
        "--extra-columns",
        "has no effect on this mesh",
        "remove it, or draw redundant-rectangular",
    )
}

fn check_size(counts: Counts, ports: usize) -> Result<(), Problem> {
    let mib = picture_bytes(counts, ports).div_ceil(1 << 20);
    if mib <= MAX_PICTURE_MIB {
        return Ok(());
    }
    let why = format!(
        "the picture of {ports} ports would have about {} MiB, more than {MAX_PICTURE_MIB}",
        grouped(mib)
    );
    Err(Problem::of(
        "--ports",
        why,
        "draw the mesh with fewer ports",
    ))
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
