//! One process at a time in a results folder.

use crate::error::{Error, Problem};
use std::fs::{File, TryLockError};
use std::path::Path;

/// The file whose lock a process holds while it works in a folder.
pub const FILE: &str = "lock";

/// Held until it is dropped, or the process ends in any way.
#[derive(Debug)]
pub struct FolderLock {
    /// `None` where locks are not to be had; no harm is done without.
    _file: Option<File>,
}

impl FolderLock {
    /// Takes the lock of a folder.
    ///
    /// # Errors
    /// One problem when another process holds it, or the folder cannot be written.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| {
                let why = format!("cannot be written: {error}");
                Problem::of(path.display(), why, "make the folder writable")
            })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => {
                let why = "another process is at work in this folder";
                let help = "wait until it ends, or name another folder";
                Err(Problem::of(folder.display(), why, help).into())
            }
            Err(TryLockError::Error(_)) => Ok(Self { _file: None }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_refused_until_the_first_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::take(folder.path()).unwrap();
        let refused = FolderLock::take(folder.path()).unwrap_err().report();
        assert!(refused.contains("another process"), "{refused}");
        drop(first);
        FolderLock::take(folder.path()).unwrap();
    }
}
