//! Where a result comes from.

use crate::caution::Caution;
use crate::dataset::DataFile;
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// What is known before the first query, for whoever finds the folder later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the experiment.
    pub name: String,
    /// SHA-256 of the resolved configuration's canonical text without its paths.
    pub config_hash: String,
    /// The file that was given.
    pub config_file: String,
    /// Seed of the training.
    pub seed: u64,
    /// Seed of the die; none where there is no chip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub die_seed: Option<u64>,
    /// Name of the data set.
    pub dataset: String,
    /// Its source.
    pub dataset_source: String,
    /// Its licence.
    pub dataset_licence: String,
    /// The files that it was read from, each with the SHA-256 of its bytes; none where it ships with
    /// the program.
    #[serde(default)]
    pub dataset_files: Vec<DataFile>,
    /// SHA-256 of the amplitudes and classes that were used ([`Dataset::sha256`]).
    ///
    /// [`Dataset::sha256`]: crate::dataset::Dataset::sha256
    #[serde(default)]
    pub dataset_hash: String,
    /// Version of the program.
    pub version: String,
    /// Revision of its source, when the build was told it (`FZERO_GIT_REVISION`).
    pub git_revision: Option<String>,
    /// The command line.
    pub command_line: Vec<String>,
    /// SIMD level; it does not change results.
    pub simd: String,
    /// Threads; they do not change results.
    pub threads: usize,
    /// When the run began, RFC 3339 in UTC.
    pub started: String,
    /// What the user was warned of before the run.
    #[serde(default)]
    pub cautions: Vec<Caution>,
}

/// Version of the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Revision of the source, when the build was told it.
pub const GIT_REVISION: Option<&str> = option_env!("FZERO_GIT_REVISION");

/// The command line of this process. Arguments that are not Unicode are shown with replacements.
pub fn command_line() -> Vec<String> {
    std::env::args_os()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect()
}

/// Now, as the manifest has it.
pub fn now() -> String {
    super::timestamp::rfc3339_utc(SystemTime::now())
}
