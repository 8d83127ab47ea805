//! Options of `fzero program`.

use super::UniversalMesh;
use clap::Args;
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  fzero program target.npy --mesh rectangular -o phases.npz
  fzero program target.npy --mesh triangular --die-errors die.npz -o phases.npz
  fzero program weights.npy --mesh rectangular --nearest -o phases.npz --json

TARGET.npy holds U[out, in], as numpy.save writes it. ERRORS.npz holds e1 and e2: the angle errors
in rad of the couplers at the input and at the output side, one per MZI, column by column.";

/// Options of `fzero program`.
#[derive(Debug, Args)]
pub struct ProgramArgs {
    /// The unitary U[out, in]: N x N, complex128, complex64, float64 or float32.
    #[arg(value_name = "TARGET.npy")]
    pub target: PathBuf,

    /// The mesh, with as many ports as the target has rows.
    #[arg(long, value_name = "MESH")]
    pub mesh: UniversalMesh,

    /// Known splitter errors of the die, to be corrected.
    #[arg(long, value_name = "ERRORS.npz")]
    pub die_errors: Option<PathBuf>,

    /// Take the nearest unitary where the target is not one.
    #[arg(long)]
    pub nearest: bool,

    /// File for the phases in rad; an earlier one is replaced.
    #[arg(long = "output", short, value_name = "PHASES.npz")]
    pub output: PathBuf,

    /// Print the figures as JSON.
    #[arg(long)]
    pub json: bool,
}
