//! A file that the user names for the output of a command.

use super::atomic;
use crate::error::{Error, Problem};
use std::fs::canonicalize;
use std::path::Path;

/// That a file can most likely be written there, before the work begins, and that it is no input.
///
/// # Errors
/// A folder of this name, no folder to put it in, or a file that is read.
pub fn check_output(path: &Path, inputs: &[&Path]) -> Result<(), Problem> {
    let problem = |why: &str, help: &str| Err(Problem::of(path.display(), why, help));
    if path.is_dir() {
        return problem("a folder, a file is to be written", "name a file in it");
    }
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    if parent.is_some_and(|parent| !parent.is_dir()) {
        return problem(
            "cannot be written: its folder does not exist",
            "make the folder first, or name another",
        );
    }
    let same = |input: &&Path| matches!((canonicalize(path), canonicalize(input)), (Ok(a), Ok(b)) if a == b);
    if inputs.iter().any(same) {
        return problem(
            "is read by this command, and would be replaced",
            "name another file for the output",
        );
    }
    Ok(())
}

/// Writes a file whole or not at all; an earlier one of the name is replaced.
///
/// # Errors
/// It cannot be written.
pub fn write_output(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    atomic::write(path, bytes).map_err(|error| {
        Error::failed(
            format!("{} cannot be written", path.display()),
            error,
            "name a file in a folder that you may write to",
        )
    })
}
