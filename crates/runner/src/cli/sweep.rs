//! Options of `fzero sweep`.

use super::{Assignment, overrides, threads};
use crate::config::Override;
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

pub(super) const EXAMPLES: &str = "\
Examples:
  fzero sweep configs/sweep/noise_digits.toml --dry-run
  fzero sweep configs/sweep/noise_digits.toml --out /tmp/noise
  fzero sweep --status /tmp/noise
  fzero sweep configs/sweep/noise_digits.toml --out /shared/noise --shard 2/8
  fzero sweep --merge /shared/noise
  fzero sweep configs/sweep/noise_digits.toml --out /shared/noise --slurm --tasks 40 --partition cpu

Results folder:
  rows.jsonl, rows.csv              a row per run, by number
  aggregates.json, aggregates.csv   statistics per setting
  parts/                            rows as runs end: what a sweep that is started again goes on from

Exit codes: 0 all runs are done; 1 some failed, or are missing; 2 could not run";

/// Options of `fzero sweep`.
#[derive(Debug, Args)]
pub struct SweepArgs {
    /// Sweep in TOML; with --merge and --status, its results folder.
    #[arg(value_name = "CONFIG")]
    pub config: PathBuf,

    /// Print the runs and what they will cost; run nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Change a key of the experiment, for example --set training.epochs=50; repeatable.
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Experiment")]
    pub set: Vec<Assignment>,

    /// Do the runs again that failed.
    #[arg(long, help_heading = "Experiment")]
    pub retry_failed: bool,

    /// Folder for the results, or of this sweep begun earlier [default: results/NAME-HASH].
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,

    /// Keep where each run stands after this time, and at Ctrl-C; 0 = after every epoch.
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = super::interval, help_heading = "Output")]
    pub keep_every: f64,

    /// Show no progress.
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,

    /// Print the statistics, or the status, as JSON instead of a table.
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Runs at a time, each on a thread of its own [default: all cores].
    #[arg(long, value_name = "N", help_heading = "Machine", value_parser = threads)]
    pub threads: Option<NonZeroUsize>,

    /// Do share K of N alone, from 1: every N-th run. Shares need nothing but the folder in common.
    #[arg(long, value_name = "K/N", help_heading = "More than one machine", conflicts_with_all = ["dry_run", "merge", "status", "slurm"])]
    pub shard: Option<Shard>,

    /// Join what all shares have done, and print the statistics.
    #[arg(long, help_heading = "More than one machine", conflicts_with_all = FRESH)]
    pub merge: bool,

    /// Say how far all shares are.
    #[arg(long, help_heading = "More than one machine", conflicts_with_all = FRESH, conflicts_with = "merge")]
    pub status: bool,

    /// Write a Slurm job array into the folder and submit it with sbatch; with --dry-run, print it.
    #[arg(long, help_heading = "More than one machine")]
    pub slurm: bool,

    /// Tasks of the array; over slurm.tasks of the file, as the next ones are.
    #[arg(
        long,
        value_name = "N",
        help_heading = "More than one machine",
        requires = "slurm"
    )]
    pub tasks: Option<NonZeroUsize>,

    /// Cores of a task: runs at a time.
    #[arg(long, value_name = "N", help_heading = "More than one machine", requires = "slurm", value_parser = threads)]
    pub cpus: Option<NonZeroUsize>,

    /// Partition.
    #[arg(long, value_name = "NAME", help_heading = "More than one machine", requires = "slurm", value_parser = name)]
    pub partition: Option<String>,

    /// Account.
    #[arg(long, value_name = "NAME", help_heading = "More than one machine", requires = "slurm", value_parser = name)]
    pub account: Option<String>,

    /// Time limit of a task, in minutes.
    #[arg(long, value_name = "MINUTES", help_heading = "More than one machine", requires = "slurm", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub time: Option<u64>,

    /// Memory of a task, in MiB.
    #[arg(long, value_name = "MIB", help_heading = "More than one machine", requires = "slurm", value_parser = clap::value_parser!(u64).range(1..=1_073_741_824))]
    pub memory: Option<u64>,
}

/// What says nothing of a folder that is there.
const FRESH: [&str; 6] = ["dry_run", "set", "out", "threads", "retry_failed", "slurm"];

impl SweepArgs {
    /// What the options change in every run, in order.
    pub fn overrides(&self) -> Vec<Override> {
        overrides(&self.set, None, None)
    }
}

/// A share of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 1 to `of`.
    pub number: usize,
    /// Of how many.
    pub of: usize,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Whether a run belongs to it: every `of`-th does, so that settings that take long are spread.
    pub fn has(self, run: usize) -> bool {
        run % self.of == self.number - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let parsed = parts.and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parsed {
            Some((number, of)) if (1..=of).contains(&number) && of <= 1_000_000 => {
                Ok(Self { number, of })
            }
            _ => Err("write K/N with K from 1 to N, for example 2/8".into()),
        }
    }
}

/// A name that needs no quotes.
fn name(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-,".contains(&byte);
    match !text.is_empty() && text.len() <= 64 && text.bytes().all(fits) {
        true => Ok(text.to_owned()),
        false => Err("a name is needed: 1 to 64 of A-Z a-z 0-9 . _ - ,".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_disjoint_and_complete() {
        for of in 1..=5 {
            for run in 0..23 {
                let shares = (1..=of).map(|number| Shard { number, of });
                assert_eq!(shares.filter(|shard| shard.has(run)).count(), 1);
            }
        }
        assert!("3/2".parse::<Shard>().is_err());
        assert!("0/2".parse::<Shard>().is_err());
        assert!("1".parse::<Shard>().is_err());
        assert_eq!("2/2".parse(), Ok(Shard { number: 2, of: 2 }));
    }

    #[test]
    fn a_name_is_no_command() {
        assert!(name("cpu,long").is_ok());
        assert!(name("a b").is_err());
        assert!(name("$(x)").is_err());
        assert!(name("").is_err());
    }
}
