//! Options of `fzero check`.

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  fzero check results/sweep --baseline baseline.json --update
  fzero check results/sweep --baseline baseline.json
  fzero check results/sweep --baseline baseline.json --margin 0.5 --max-queries-ratio 1.0
  fzero check results/sweep --baseline baseline.json --junit check.xml --annotations github

Exit codes:
  0  every setting passes: no drop, and one of --detect would have been seen
  1  a setting has become worse, or a limit is exceeded
  2  undecided (too few runs; says how many more), or could not run

How it is decided: docs/check.md.";

/// Options of `fzero check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Folders of fzero sweep or fzero run, or files with a row per run (JSON lines).
    #[arg(value_name = "RESULTS", required = true)]
    pub results: Vec<PathBuf>,

    /// The baseline to compare with.
    #[arg(long, value_name = "FILE")]
    pub baseline: PathBuf,

    /// Make the results the baseline: write FILE, and compare nothing.
    #[arg(long, conflicts_with_all = ["junit", "annotations", "max_queries_ratio", "max_time_ratio", "max_memory_ratio"])]
    pub update: bool,

    /// Which accuracy on the test set.
    #[arg(long, value_enum, default_value_t = Measure::Vote, help_heading = "Limits")]
    pub measure: Measure,

    /// A drop of the accuracy that is allowed, in points (hundredths).
    #[arg(long, value_name = "POINTS", default_value_t = 0.0, value_parser = points, help_heading = "Limits")]
    pub margin: f64,

    /// A drop beyond the margin that must not pass unseen, in points.
    #[arg(long, value_name = "POINTS", default_value_t = 3.0, value_parser = positive_points, help_heading = "Limits")]
    pub detect: f64,

    /// Confidence: 0.95 lets 5 % of unchanged networks fail by luck, over all settings together.
    #[arg(long, value_name = "P", default_value_t = 0.95, value_parser = confidence, help_heading = "Limits")]
    pub confidence: f64,

    /// Most queries of a run, over those of the baseline.
    #[arg(long, value_name = "RATIO", value_parser = ratio, help_heading = "Limits")]
    pub max_queries_ratio: Option<f64>,

    /// Longest time of a run, over that of the baseline; times are compared by statistics.
    #[arg(long, value_name = "RATIO", value_parser = ratio, help_heading = "Limits")]
    pub max_time_ratio: Option<f64>,

    /// Largest memory estimate of a run, over that of the baseline; where rows have memory_bytes, that.
    #[arg(long, value_name = "RATIO", value_parser = ratio, help_heading = "Limits")]
    pub max_memory_ratio: Option<f64>,

    /// Print the report as JSON instead of tables.
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Write a report in JUnit XML as well.
    #[arg(long, value_name = "FILE.xml", help_heading = "Output")]
    pub junit: Option<PathBuf>,

    /// Annotate the change: workflow commands for GitHub, a code quality report for GitLab.
    #[arg(long, value_enum, value_name = "SERVICE", help_heading = "Output")]
    pub annotations: Option<Annotations>,

    /// File of the annotations for GitLab.
    #[arg(
        long,
        value_name = "FILE.json",
        default_value = "gl-code-quality-report.json",
        requires = "annotations",
        help_heading = "Output"
    )]
    pub annotations_file: PathBuf,
}

/// Which accuracy is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Of the network: the layers' vote.
    Vote,
    /// Of the last layer alone.
    Last,
}

/// For whom annotations are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Annotations {
    /// Workflow commands on standard output (with --json on standard error).
    Github,
    /// A code quality report in a file.
    Gitlab,
}

fn number(text: &str, good: impl Fn(f64) -> bool, needed: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|x: &f64| x.is_finite() && good(*x))
        .ok_or_else(|| format!("{needed} is needed"))
}

fn points(text: &str) -> Result<f64, String> {
    number(text, |x| (0.0..=100.0).contains(&x), "0 to 100 points")
}

fn positive_points(text: &str) -> Result<f64, String> {
    number(
        text,
        |x| x > 0.0 && x <= 100.0,
        "more than 0, at most 100 points",
    )
}

fn confidence(text: &str) -> Result<f64, String> {
    number(text, |x| (0.5..=0.9999).contains(&x), "0.5 to 0.9999")
}

fn ratio(text: &str) -> Result<f64, String> {
    number(text, |x| x > 0.0, "a ratio above 0")
}
