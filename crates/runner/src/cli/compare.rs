//! Options of `fzero compare`.

use super::{Assignment, overrides, threads};
use crate::config::Override;
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  fzero compare configs/compare/*.toml
  fzero compare configs/compare/ff_dd.toml configs/compare/ff_ad.toml --seed 3 --out /tmp/solvers

Results folder:
  NAME/         the results of each experiment, as of fzero run
  compare.json  the table, with sample queries, bench time and energy
  curves.csv    accuracy against sample queries, a line per evaluation";

/// Options of `fzero compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Experiments in TOML, with names of their own, on the same die and images.
    #[arg(value_name = "CONFIG", required = true)]
    pub configs: Vec<PathBuf>,

    /// Seed of the training, 0 to 2^53; the same as --set seed=N.
    #[arg(long, value_name = "N", help_heading = "Experiment")]
    pub seed: Option<u64>,

    /// Seed of the die, 0 to 2^53; the same as --set chip.die_seed=N.
    #[arg(long, value_name = "N", help_heading = "Experiment")]
    pub die_seed: Option<u64>,

    /// Change a key of all configurations; repeatable.
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Experiment")]
    pub set: Vec<Assignment>,

    /// Folder for the results [default: results/compare-seedN-HASH].
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,

    /// Replace an earlier comparison in the folder given by --out.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub overwrite: bool,

    /// Show no progress.
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,

    /// Print the table as JSON on standard output.
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Threads to propagate light with [default: all cores].
    #[arg(long, value_name = "N", help_heading = "Machine", value_parser = threads)]
    pub threads: Option<NonZeroUsize>,
}

impl CompareArgs {
    /// What the options change in every configuration, in order.
    pub fn overrides(&self) -> Vec<Override> {
        overrides(&self.set, self.seed, self.die_seed)
    }
}
