//! Options of `fzero evaluate`.

use super::{Assignment, overrides, threads};
use crate::config::Override;
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  fzero evaluate results/ideal/config.toml --phases results/ideal/phases.npz
  fzero evaluate results/ideal/config.toml --phases results/ideal/phases.npz \\
      --die-seed 7 --set process.mesh.splitter_error_sigma_rad=0.05

The second loads phases that were trained on a chip without errors (a digital twin that does not
know the die) onto die 7 of a process with splitter errors. Training on that die itself is
  fzero run results/ideal/config.toml --die-seed 7 --set process.mesh.splitter_error_sigma_rad=0.05";

/// Options of `fzero evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// Experiment in TOML: the die, the images, the readout and the vote.
    #[arg(value_name = "CONFIG")]
    pub config: PathBuf,

    /// Phases and prototypes: the phases.npz of a finished run.
    #[arg(long, value_name = "PHASES.npz")]
    pub phases: PathBuf,

    /// Seed of the die, 0 to 2^53; the same as --set chip.die_seed=N.
    #[arg(long, value_name = "N", help_heading = "Experiment")]
    pub die_seed: Option<u64>,

    /// Change a key of the configuration; repeatable.
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Experiment")]
    pub set: Vec<Assignment>,

    /// Print the summary as JSON on standard output instead of the table.
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Threads to propagate light with [default: all cores].
    #[arg(long, value_name = "N", help_heading = "Machine", value_parser = threads)]
    pub threads: Option<NonZeroUsize>,
}

impl EvaluateArgs {
    /// What the options change in the configuration, in order.
    pub fn overrides(&self) -> Vec<Override> {
        overrides(&self.set, None, self.die_seed)
    }
}
