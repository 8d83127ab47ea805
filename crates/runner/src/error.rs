//! What stops a command, in the words that the user sees.

use std::error::Error as StdError;
use std::fmt;
use thiserror::Error;

/// One thing that is wrong with what the user gave: where, what, why, and what to do.
///
/// Displayed as `place: subject: why` and, on a second line, `  help: ..`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands: `file:line`, a file, a folder or an option such as `--set`.
    pub place: String,
    /// What it is about: `key = value`, `[table]`, a key; empty when the place says it all.
    pub subject: String,
    /// The reason, with unit and range where there are any.
    pub why: String,
    /// What to do about it; empty when there is nothing to add.
    pub help: String,
}

impl Problem {
    /// A problem with a place as a whole (a file, a folder, an option).
    pub fn of(place: impl fmt::Display, why: impl fmt::Display, help: impl fmt::Display) -> Self {
        Self {
            place: place.to_string(),
            subject: String::new(),
            why: why.to_string(),
            help: help.to_string(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if !self.subject.is_empty() {
            write!(f, "{}: ", self.subject)?;
        }
        f.write_str(&self.why)?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problems(vec![problem])
    }
}

/// Why a command could not run: the program ends with exit code 2.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The user's input is at fault: all problems that were found, at least one.
    #[error("{}", lines(.0))]
    Problems(Vec<Problem>),
    /// Something failed while the command worked.
    #[error("{what}")]
    Failed {
        /// What was being done.
        what: String,
        /// The cause.
        source: Box<dyn StdError + Send + Sync>,
        /// What to do about it; empty when there is nothing to add.
        help: String,
    },
}

impl Error {
    /// Wraps the cause of a failure, with what was being done and what the user can do.
    pub fn failed(
        what: impl fmt::Display,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
        help: impl fmt::Display,
    ) -> Self {
        Self::Failed {
            what: what.to_string(),
            source: source.into(),
            help: help.to_string(),
        }
    }

    /// The whole message for standard error: every problem, or the chain of causes on one line, then
    /// what to do.
    pub fn report(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        if let Self::Failed { help, .. } = self
            && !help.is_empty()
        {
            text.push_str("\n  help: ");
            text.push_str(help);
        }
        text
    }
}

fn lines(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(Problem::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

/// How a command that ran has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Everything was done: exit code 0.
    Done,
    /// It ran, and a check failed: exit code 1.
    CheckFailed,
    /// It ran, and a check could not be decided: exit code 2.
    Undecided,
}

impl Status {
    /// The exit code of the process.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::CheckFailed => 1,
            Self::Undecided => EXIT_COULD_NOT_RUN,
        }
    }
}

/// The exit code of a command that could not run.
pub const EXIT_COULD_NOT_RUN: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_printed_each_with_its_help() {
        let first = Problem {
            place: "a.toml:3".into(),
            subject: "chip.ports = 0".into(),
            why: "too small (1 to 4096)".into(),
            help: "set it".into(),
        };
        let second = Problem::of("a.toml", "is empty", "");
        let error = Error::Problems(vec![first, second]);
        assert_eq!(
            error.report(),
            "a.toml:3: chip.ports = 0: too small (1 to 4096)\n  help: set it\na.toml: is empty"
        );
    }

    #[test]
    fn a_failure_prints_its_chain_of_causes() {
        let cause = std::io::Error::other("disk full");
        let error = Error::failed("metrics.jsonl cannot be written", cause, "free some space");
        assert_eq!(
            error.report(),
            "metrics.jsonl cannot be written: disk full\n  help: free some space"
        );
    }
}
