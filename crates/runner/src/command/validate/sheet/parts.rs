//! The parts of a mesh that matter most.

use super::cells::{align, table};
use comfy_table::Table;
use photonics::mesh::Topology;
use photonics::validate::sensitivity::SensitivityMap;

/// So many.
const SHOWN: usize = 5;

/// Those that change the output powers most; `None` in a mesh without cells.
pub(super) fn most_sensitive(topology: &Topology, map: &SensitivityMap) -> Option<Table> {
    let lists = [
        ("θ", &map.theta),
        ("φ", &map.phi),
        ("coupler, input side", &map.coupler_in),
        ("coupler, output side", &map.coupler_out),
    ];
    let mut all: Vec<_> = lists
        .iter()
        .flat_map(|(what, list)| {
            list.iter()
                .enumerate()
                .map(move |(cell, s)| (*what, cell, s))
        })
        .collect();
    if all.is_empty() {
        return None;
    }
    all.sort_by(|a, b| b.2.intensity_per_rad.total_cmp(&a.2.intensity_per_rad));
    let mut table = table();
    table.set_header(["", "where", "lost fidelity\n1/rad²", "output powers\n1/rad"]);
    for (what, cell, sensitivity) in all.into_iter().take(SHOWN) {
        table.add_row([
            what.to_owned(),
            place(topology, cell),
            format!("{:.4}", sensitivity.infidelity_per_rad2),
            format!("{:.4}", sensitivity.intensity_per_rad),
        ]);
    }
    Some(align(table, [2, 3]))
}

fn place(topology: &Topology, cell: usize) -> String {
    let pair = topology.pairs()[cell];
    let mut columns = 0..topology.columns();
    let column = columns.find(|&column| topology.column(column).contains(&cell));
    let column = column.unwrap_or(0);
    if pair.is_one_port() {
        format!("column {column}, port {}", pair.upper)
    } else {
        format!("column {column}, ports {} and {}", pair.upper, pair.lower)
    }
}
