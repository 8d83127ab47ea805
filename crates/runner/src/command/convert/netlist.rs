//! Meshes and netlists.

use super::phases::split;
use super::{Converted, Report};
use crate::cli::{ConvertArgs, MeshChoice};
use crate::error::{Error, Problem};
use crate::record::mesh_phases::{netlist_phases_bytes, read_mesh_phases};
use crate::record::netlist::{ReadNetlist, netlist_text, read_netlist};
use crate::record::splitter_errors::read_splitter_errors;
use photonics::interchange::netlist::{Netlist, NetlistStyle};
use photonics::mesh::{Cell, NamedTopology, Topology};

pub(super) fn write(args: &ConvertArgs, mesh: &MeshChoice) -> Converted {
    let layer = args.layer.unwrap_or(0).into();
    let stored = read_mesh_phases(&args.input, layer, |ports| {
        mesh.topology(ports, args.extra_columns)
    })?;
    let topology = stored.topology;
    let (ports, mzis) = (topology.ports(), topology.mzis());
    let errors_rad = match &args.die_errors {
        Some(path) => read_splitter_errors(path, mzis)?,
        None => vec![[0.0; 2]; mzis],
    };
    let style = if args.flat {
        NetlistStyle::Flat
    } else {
        NetlistStyle::Mzi
    };
    let phases = split(&topology, &stored.phases_rad)?;
    let netlist = Netlist::of_mesh(&topology, &errors_rad, phases, style).map_err(|error| {
        Problem::of(
            "--mesh",
            error,
            "leave --flat out: netlists of the cells themselves have them all",
        )
    })?;
    let made_of = match style {
        NetlistStyle::Mzi => {
            "mzi: B(e2) diag(exp(i theta), 1) B(e1) diag(exp(i phi), 1), shifter: a phase; in rad; \
             others as in docs/meshes.md"
        }
        NetlistStyle::Flat => {
            "coupler_ideal and phase_shifter are models of SAX; its phase_shifter gives pi per volt"
        }
    };
    let comments = [
        format!("{} mesh of {ports} ports, by fzero", topology.name()),
        made_of.to_owned(),
        "upper ports o2 (in) and o3 (out), lower ports o1 (in) and o4 (out)".to_owned(),
    ];
    let text = netlist_text(&netlist, &comments);
    let mut report = Report::default();
    report
        .line(
            "mesh",
            format!("{}: {ports} ports, {}", topology.name(), topology.parts()),
        )
        .line(
            "netlist",
            format!(
                "{}: {} instances, {} connections",
                args.output.display(),
                netlist.instances.len(),
                netlist.connections.len()
            ),
        )
        .key("mesh", topology.name())
        .key("ports", ports)
        .key("mzis", mzis)
        .key("instances", netlist.instances.len())
        .key("connections", netlist.connections.len())
        .key("output", args.output.display().to_string());
    Ok((text.into_bytes(), report))
}

pub(super) fn read(args: &ConvertArgs) -> Converted {
    let ReadNetlist {
        mesh: found,
        oddities,
    } = read_netlist(&args.input)?;
    let topology = &found.topology;
    let (ports, mzis, columns) = (topology.ports(), topology.mzis(), topology.columns());
    let parts = topology.parts();
    let word = if columns == 1 { "column" } else { "columns" };
    let errors = found.errors_rad.as_flattened();
    let square = errors.iter().map(|e| e * e).sum::<f64>() / errors.len().max(1) as f64;
    let bytes = netlist_phases_bytes(&found)
        .map_err(|error| Error::failed("the phases cannot be written", error, ""))?;
    let mut report = Report::default();
    let name = match topology.name() {
        "netlist" => "no named mesh",
        name => name,
    };
    report
        .line(
            "netlist",
            format!(
                "{}: {name}, {ports} ports, {parts} in {columns} {word}",
                args.input.display()
            ),
        )
        .line("splitters", format!("{:.2e} rad rms", square.sqrt()))
        .line(
            "phases",
            format!(
                "{}: {mzis} theta, {mzis} phi, {ports} gamma in rad; e1, e2 of the couplers",
                args.output.display()
            ),
        )
        .key("mesh", topology.name())
        .key("ports", ports)
        .key("mzis", mzis)
        .key("columns", columns)
        .key("splitter_error_rms_rad", square.sqrt())
        .key("output", args.output.display().to_string());
    for oddity in oddities {
        report.line("lint", oddity);
    }
    Ok((bytes, report))
}

pub(super) fn mesh_file(args: &ConvertArgs) -> Converted {
    let ReadNetlist { mesh, oddities } = read_netlist(&args.input)?;
    let topology = mesh.topology;
    let (ports, mzis, columns) = (topology.ports(), topology.mzis(), topology.columns());
    let parts = topology.parts();
    let word = if columns == 1 { "column" } else { "columns" };
    let text = mesh_file_text(&topology);
    let mut report = Report::default();
    report
        .line(
            "netlist",
            format!(
                "{}: {ports} ports, {parts} in {columns} {word}",
                args.input.display()
            ),
        )
        .line(
            "mesh",
            format!(
                "{}: its wiring; phases and splitter errors are what it becomes as .npz",
                args.output.display()
            ),
        )
        .key("mesh", topology.name())
        .key("ports", ports)
        .key("mzis", mzis)
        .key("columns", columns)
        .key("output", args.output.display().to_string());
    for oddity in oddities {
        report.line("lint", oddity);
    }
    Ok((text.into_bytes(), report))
}

/// A mesh as a mesh file: by its name where it has one, else column by column or cell by cell.
fn mesh_file_text(topology: &Topology) -> String {
    let (name, ports) = (topology.name(), topology.ports());
    let mut text = format!("name = \"{name}\"\nports = {ports}\n");
    match NamedTopology::of(topology) {
        Some(NamedTopology::RedundantRectangular { extra_columns }) => {
            text.push_str(&format!(
                "topology = \"redundant-rectangular\"\nextra_columns = {extra_columns}\n"
            ));
        }
        // A named topology has its name.
        Some(_) => text.push_str(&format!("topology = \"{name}\"\n")),
        None if !topology.is_uniform() => {
            for placed in topology.placed() {
                let [upper, lower] = placed.ports;
                let kind = placed.cell.name();
                text.push_str(&format!("\n[[component]]\nkind = \"{kind}\"\n"));
                match placed.cell.ports() {
                    1 => text.push_str(&format!("port = {upper}\n")),
                    _ => text.push_str(&format!("ports = [{upper}, {lower}]\n")),
                }
                match placed.cell {
                    Cell::Coupler { angle_rad } => {
                        text.push_str(&format!("angle_rad = {angle_rad:?}\n"));
                    }
                    Cell::Loss { loss_db } => text.push_str(&format!("loss_db = {loss_db:?}\n")),
                    _ => {}
                }
            }
        }
        None => {
            text.push_str("columns = [\n");
            for column in 0..topology.columns() {
                let pairs = topology.pairs()[topology.column(column)].iter();
                let pairs: Vec<_> = pairs
                    .map(|pair| format!("[{}, {}]", pair.upper, pair.lower))
                    .collect();
                text.push_str(&format!("    [{}],\n", pairs.join(", ")));
            }
            text.push_str("]\n");
        }
    }
    text
}
