//! Options of `fzero validate`.

use super::{Assignment, overrides, threads};
use crate::config::Override;
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  fzero validate configs/validate/clements64.toml
  fzero validate configs/validate/topologies16.toml --svg pictures
  fzero validate configs/validate/clements64.toml --set validate.dies=50 --out report.json

Exit codes:
  0  every criterion is met, or undecided
  1  a criterion is not met; with --strict also where one is undecided
  2  could not run: bad options, configuration or files

What each line of the report is: docs/validate.md.";

/// Options of `fzero validate`.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Validation in TOML.
    #[arg(value_name = "CONFIG")]
    pub config: PathBuf,

    /// Change a key of the configuration, for example --set validate.dies=50; repeatable.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<Assignment>,

    /// Count undecided criteria as not met.
    #[arg(long)]
    pub strict: bool,

    /// Print the report as JSON instead of tables.
    #[arg(long)]
    pub json: bool,

    /// Write the report as JSON to a file as well; an earlier one is replaced.
    #[arg(long, value_name = "REPORT.json")]
    pub out: Option<PathBuf>,

    /// Draw each mesh, and its sensitivity map, into this folder.
    #[arg(long, value_name = "DIR")]
    pub svg: Option<PathBuf>,

    /// Threads to compute with [default: all cores].
    #[arg(long, value_name = "N", value_parser = threads)]
    pub threads: Option<NonZeroUsize>,
}

impl ValidateArgs {
    /// What the options change in the configuration, in order.
    pub fn overrides(&self) -> Vec<Override> {
        overrides(&self.set, None, None)
    }
}
