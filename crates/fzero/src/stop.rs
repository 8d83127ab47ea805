//! Why a training run ended.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The reason for the end of a run. In each case what was learned is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// All epochs of all layers were done.
    Completed,
    /// The observer asked for it (for example Ctrl-C).
    Observer,
    /// The budget of sample queries was spent.
    Budget,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Completed => "completed",
            Self::Observer => "stopped on request",
            Self::Budget => "budget of sample queries spent",
        })
    }
}
