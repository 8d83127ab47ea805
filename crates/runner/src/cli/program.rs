//! Options of `fzero program`.

use super::{Assignment, ProgrammableMesh};
use crate::config::Override;
use clap::Args;
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  fzero program target.npy --mesh rectangular -o phases.npz
  fzero program target.npy --mesh triangular --die-errors die.npz -o phases.npz
  fzero program target.npy --mesh rectangular --die mature:7 -o phases.npz
  fzero program target.npy --mesh triangular --die mature:7 --self-configure -o phases.npz
  fzero program weights.npy --mesh svd -o phases.npz
  fzero program weights.npy --mesh rectangular --nearest -o phases.npz --json

TARGET.npy holds U[out, in], as numpy.save writes it. ERRORS.npz holds e1 and e2: the angle errors
in rad of the couplers at the input and at the output side, one per MZI, column by column.

--die fabricates die SEED of a process (ideal, research, mature, pessimistic, or a .toml file) and
corrects its splitter errors, which an emulated die can tell. With --self-configure they are told to
nobody: the die is programmed and measured, and finds the phases itself.";

/// Options of `fzero program`.
#[derive(Debug, Args)]
pub struct ProgramArgs {
    /// The matrix U[out, in]: complex128, complex64, float64 or float32. Unitary, but for svd.
    #[arg(value_name = "TARGET.npy")]
    pub target: PathBuf,

    /// The mesh, for as many signals as the target has rows.
    #[arg(long, value_name = "MESH")]
    pub mesh: ProgrammableMesh,

    /// Columns beyond those of the rectangular mesh; with redundant-rectangular.
    #[arg(long, value_name = "E", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub extra_columns: Option<u16>,

    /// Take the nearest unitary where the target is not one.
    #[arg(long)]
    pub nearest: bool,

    /// Known splitter errors of the die, to be corrected.
    #[arg(long, value_name = "ERRORS.npz", help_heading = "Die")]
    pub die_errors: Option<PathBuf>,

    /// A die to fabricate, for example mature:7; its splitter errors are corrected.
    #[arg(
        long,
        value_name = "PROCESS:SEED",
        conflicts_with = "die_errors",
        help_heading = "Die"
    )]
    pub die: Option<String>,

    /// Change a key of its process or bench, for example
    /// --set process.mesh.splitter_error_sigma_rad=0.02; repeatable.
    #[arg(long, value_name = "KEY=VALUE", requires = "die", help_heading = "Die")]
    pub set: Vec<Assignment>,

    /// Let the die find its phases by measurements alone; rectangular and triangular.
    #[arg(long, requires = "die", help_heading = "Die")]
    pub self_configure: bool,

    /// File for the phases in rad; an earlier one is replaced.
    #[arg(
        long = "output",
        short,
        value_name = "PHASES.npz",
        help_heading = "Output"
    )]
    pub output: PathBuf,

    /// Print the figures as JSON.
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

impl ProgramArgs {
    /// What `--set` changes, in order.
    pub fn overrides(&self) -> Vec<Override> {
        super::overrides(&self.set, None, None)
    }
}
