//! What a validation takes of the machine's memory, before any of it is taken.

use crate::config::candidate::Wiring;
use crate::config::validation::Analyses;
use photonics::field::LANES;

/// An upper estimate for one mesh.
pub(super) struct Need {
    /// In bytes: parts of the analyses live one after the other, the largest counts.
    pub(super) bytes: u64,
    /// What takes the most.
    pub(super) most: &'static str,
    /// The key that switches it off, if one does.
    switch: Option<&'static str>,
}

impl Need {
    /// What can be done about it.
    pub(super) fn help(&self, mib: u64) -> String {
        let less = match self.switch {
            Some(switch) => format!("use fewer ports, set {switch}"),
            None => "use fewer ports".into(),
        };
        format!("{less}, or set limits.memory_mib = {mib} or more")
    }
}

/// The need of a candidate, from its sizes in closed form.
pub(super) fn need(wiring: &Wiring, asked: &Analyses) -> Need {
    let ports = wiring.ports() as u64;
    let counts = wiring.counts();
    let (cells, columns) = (counts.mzis as u64, counts.columns as u64);
    let parameters = 2 * cells + ports;
    let threads = rayon::current_num_threads() as u64;
    // Ports, schedule and cell of each; crossings and passages of each port at each column.
    let mesh = 80 * cells + 12 * ports * (columns + 1);
    // A die: errors, transmissions, static terms, coefficients; its heaters.
    let die = cells * (16 + 32 + 64 + 64) + 64 * parameters;
    // The matrix, padded, and the phases.
    let lanes = ports.next_multiple_of(LANES as u64);
    let target = 16 * ports * lanes + 8 * parameters;
    let dies = |count: usize| count as u64 * target + threads * (die + 2 * target);
    let switches = &asked.analyses;
    let parts = [
        (true, "the wiring", None, 0),
        (
            switches.path_loss,
            "the table of path losses",
            Some("validate.analyses.path_loss = false"),
            32 * ports * ports,
        ),
        (
            switches.reachable_dimension,
            "the Jacobian",
            Some("validate.analyses.reachable_dimension = false"),
            // Beside that of U that of its conjugate, where the mesh takes light.
            (8 << u32::from(wiring.absorbs())) * parameters * ports * ports,
        ),
        (
            switches.sensitivity,
            "the sensitivities",
            Some("validate.analyses.sensitivity = false"),
            // Up to 12 rows per cell, of complex numbers.
            threads.min(asked.targets as u64) * 12 * 16 * cells * ports,
        ),
        (
            switches.tolerance,
            "the targets of the tolerance",
            Some("validate.tolerance_dies to less"),
            dies(asked.tolerance_dies),
        ),
        (
            switches.die_yield,
            "the targets of the yield",
            Some("validate.dies to less"),
            dies(asked.dies),
        ),
    ];
    let mut need = Need {
        bytes: 0,
        most: "",
        switch: None,
    };
    for (asked, most, switch, bytes) in parts {
        if asked && (need.most.is_empty() || bytes > need.bytes) {
            need = Need {
                bytes,
                most,
                switch,
            };
        }
    }
    if need.bytes < mesh {
        need.most = "the wiring";
        need.switch = None;
    }
    need.bytes += mesh;
    need
}
