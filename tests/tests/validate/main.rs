//! `fzero validate` and `fzero draw` as a whole.

mod draw;
mod netlists;
mod refusals;
mod reports;
mod shipped;

/// A small validation that takes a moment.
pub(crate) const SMALL: &str = "\
name = \"small\"
mesh.topology = \"rectangular\"
mesh.ports = 6
process.preset = \"research\"
validate.dies = 20
validate.tolerance_dies = 4
validate.targets = 2
validate.fidelity = 0.9
";
