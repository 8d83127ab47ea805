//! Phases from one convention to another.

use super::{Converted, Report};
use crate::cli::{ConvertArgs, MeshChoice};
use crate::error::{Error, Problem};
use crate::record::foreign_phases::{phases_bytes, placed, read_phases};
use photonics::interchange::convention::{
    Convention, ConventionError, Screen, convert as converted, matrix,
};
use photonics::matrix::relative_error;
use photonics::mesh::{MeshPhases, Topology};

/// Ports up to which both matrices are computed and compared, O(N^3).
const COMPARED_PORTS: usize = 128;

pub(super) fn convert(args: &ConvertArgs, mesh: &MeshChoice) -> Converted {
    let [from, to] = [args.from, args.to].map(|name| name.map_or(Convention::Fzero, |name| name.0));
    if args.layer.is_some() && from != Convention::Fzero {
        let why = format!("has no effect: files of {} have one mesh", from.name());
        return Err(Problem::of("--layer", why, "leave it out").into());
    }
    let layer = args.layer.unwrap_or(0).into();
    let stored = read_phases(&args.input, from, layer, |ports| {
        mesh.topology(ports, args.extra_columns)
    })?;
    let topology = stored.topology;
    let given = placed(from, &topology, &stored.phases_rad);
    let unknown = |error| {
        let help = match error {
            ConventionError::OtherCells { .. } => "convert phases of a mesh of MZIs",
            _ => "convert to another convention",
        };
        Problem::of("--mesh", error, help)
    };
    let phases_rad = converted(&topology, from, to, split(&topology, &given)?).map_err(unknown)?;
    let bytes = phases_bytes(to, &topology, &phases_rad)
        .map_err(|error| Error::failed("the phases cannot be written", error, ""))?;
    let (ports, mzis) = (topology.ports(), topology.mzis());
    let mut report = Report::default();
    report
        .line(
            "mesh",
            format!("{}: {ports} ports, {}", topology.name(), topology.parts()),
        )
        .line("from", described(&args.input.display().to_string(), from))
        .line("to", described(&args.output.display().to_string(), to))
        .key("mesh", topology.name())
        .key("ports", ports)
        .key("mzis", mzis)
        .key("from", from.name())
        .key("to", to.name());
    if ports <= COMPARED_PORTS {
        let of = |convention, phases: &[f64]| -> Result<_, Error> {
            Ok(matrix(&topology, convention, split(&topology, phases)?).map_err(unknown)?)
        };
        let error = relative_error(&of(to, &phases_rad)?, &of(from, &given)?);
        report
            .line(
                "residual",
                format!("{error:.1e} between the two matrices, |dU|_F / |U|_F"),
            )
            .key("residual", error);
    }
    report.key("output", args.output.display().to_string());
    Ok((bytes, report))
}

fn described(file: &str, convention: Convention) -> String {
    let screen = match convention.screen() {
        Screen::Input => "input",
        Screen::Output => "output",
    };
    format!(
        "{file}: {}, phases on the ports at the {screen}",
        convention.name()
    )
}

/// The parts of a parameter vector of the mesh.
pub(super) fn split<'a>(
    topology: &Topology,
    phases_rad: &'a [f64],
) -> Result<MeshPhases<'a>, Error> {
    MeshPhases::split(phases_rad, topology.mzis(), topology.ports()).ok_or_else(|| {
        let counts = format!("{} phases for {} MZIs", phases_rad.len(), topology.mzis());
        Error::failed("the phases do not fit the mesh", counts, "")
    })
}
