//! Options of `fzero program`.

use super::{Assignment, MeshChoice};
use crate::config::Override;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  fzero program target.npy --mesh rectangular -o phases.npz
  fzero program target.npy --mesh triangular --die-errors die.npz -o phases.npz
  fzero program target.npy --mesh rectangular --die mature:7 -o phases.npz
  fzero program target.npy --mesh triangular --die mature:7 --self-configure -o phases.npz
  fzero program weights.npy --mesh svd -o phases.npz
  fzero program weights.npy --mesh rectangular --nearest -o phases.npz --json
  fzero program target.npy --mesh butterfly --starts 8 -o phases.npz
  fzero program target.npy --mesh configs/mesh/bell16.toml -o phases.npz
  fzero program target.npy --mesh rectangular --die mature:7 --method fit -o phases.npz

TARGET.npy holds U[out, in], as numpy.save writes it. ERRORS.npz holds e1 and e2: the angle errors
in rad of the couplers at the input and at the output side, one per MZI, column by column.

Phases are computed where there is a decomposition: rectangular, triangular, diamond, redundant-rectangular
and svd, by their names or as mesh files. Elsewhere they are fitted: searched, for what comes nearest to the
target up to a common factor. A fit need not be exact; what remains is printed.

--die fabricates die SEED of a process (ideal, research, mature, pessimistic, or a .toml file) and
corrects its splitter errors, which an emulated die can tell. With --self-configure they are told to
nobody: the die is programmed and measured, and finds the phases itself.";

/// Options of `fzero program`.
#[derive(Debug, Args)]
pub struct ProgramArgs {
    /// The matrix U[out, in]: complex128, complex64, float64 or float32. Unitary, but for svd.
    #[arg(value_name = "TARGET.npy")]
    pub target: PathBuf,

    /// The mesh: a name (rectangular, triangular, diamond, redundant-rectangular, butterfly, tree,
    /// permuting-rectangular, svd), for as many signals as the target has rows, or a mesh file in TOML.
    #[arg(long, value_name = "NAME|MESH.toml")]
    pub mesh: MeshChoice,

    /// Columns beyond those of the rectangular mesh; with redundant-rectangular.
    #[arg(long, value_name = "E", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub extra_columns: Option<u16>,

    /// Take the nearest unitary where the target is not one.
    #[arg(long)]
    pub nearest: bool,

    /// How phases are found [default: decompose where there is a decomposition, else fit].
    #[arg(long, value_name = "METHOD", help_heading = "Method")]
    pub method: Option<MethodName>,

    /// Starts of a fit at most; the best end counts [default: 4].
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..),
        help_heading = "Method"
    )]
    pub starts: Option<u16>,

    /// Seed of the phases that starts draw [default: 0].
    #[arg(long, value_name = "S", help_heading = "Method")]
    pub seed: Option<u64>,

    /// Iterations of each start at most [default: 1000].
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..),
        help_heading = "Method"
    )]
    pub max_iterations: Option<u32>,

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

/// How phases are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MethodName {
    /// In closed form, exactly; errors of a die are corrected MZI by MZI.
    Decompose,
    /// Search by the exact gradient of a model (L-BFGS), of the die where there is one.
    Fit,
    /// Search from transfer matrices alone, one phase after the other.
    FitForward,
}

impl ProgramArgs {
    /// What `--set` changes, in order.
    pub fn overrides(&self) -> Vec<Override> {
        super::overrides(&self.set, None, None)
    }
}
