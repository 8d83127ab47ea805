//! Options of `fzero matrix`.

use super::MeshChoice;
use clap::Args;
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  fzero matrix --mesh rectangular --phases phases.npz
  fzero matrix --mesh configs/mesh/bell16.toml --phases phases.npz -o U.npy
  fzero matrix --mesh rectangular --phases phases.npz --die-errors die.npz -o U.npy
  fzero matrix --mesh rectangular --phases results/ideal/phases.npz --layer 1 -o U.npy";

/// Options of `fzero matrix`.
#[derive(Debug, Args)]
pub struct MatrixArgs {
    /// The mesh: a name (rectangular, triangular, diamond, redundant-rectangular, butterfly, tree,
    /// permuting-rectangular, svd) with as many ports as the file has phases gamma, or a mesh file in TOML.
    #[arg(long, value_name = "NAME|MESH.toml")]
    pub mesh: MeshChoice,

    /// Columns beyond those of the rectangular mesh; with redundant-rectangular.
    #[arg(long, value_name = "E", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub extra_columns: Option<u16>,

    /// Phases in rad, of fzero program or fzero run.
    #[arg(long, value_name = "PHASES.npz")]
    pub phases: PathBuf,

    /// The layer in the file, counted from 0 as in the names of its arrays.
    #[arg(
        long,
        value_name = "L",
        default_value_t = 0,
        value_parser = clap::value_parser!(u16).range(0..64)
    )]
    pub layer: u16,

    /// Splitter errors of the die [default: none].
    #[arg(long, value_name = "ERRORS.npz")]
    pub die_errors: Option<PathBuf>,

    /// File for the matrix as complex128; an earlier one is replaced [default: print it].
    #[arg(long = "output", short, value_name = "U.npy")]
    pub output: Option<PathBuf>,

    /// Print JSON; without -o with the matrix, as real and imaginary parts of each row.
    #[arg(long)]
    pub json: bool,
}
