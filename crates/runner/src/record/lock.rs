//! One process at a time in a results folder.

use crate::error::{Error, Problem};
use std::fs::{File, TryLockError};
use std::path::Path;

/// The lock of the folder itself, so that nothing of it is left behind; held until it is dropped, or the process ends in any way.
#[derive(Debug)]
pub struct FolderLock {
    /// `None` where locks are not to be had; no harm is done without.
    _file: Option<File>,
}

impl FolderLock {
    /// Takes the lock of a folder.
    ///
    /// # Errors
    /// One problem when another process holds it.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        // Some systems open no folders, and some file systems have no locks.
        let Ok(file) = File::open(folder) else {
            return Ok(Self { _file: None });
        };
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
