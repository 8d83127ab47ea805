//! The results folder: where it is, and that nothing of another run is in it.

use super::lock::FolderLock;
use super::manifest::Manifest;
use super::{atomic, position};
use crate::config::{Loaded, mesh};
use crate::error::{Error, Problem};
use serde::Serialize;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Every file that a run writes.
pub const FILES: [&str; 9] = [
    "config.toml",
    mesh::FILE,
    "manifest.json",
    "metrics.jsonl",
    "checkpoint.json",
    "phases.npz",
    "parameters.npz",
    "summary.json",
    position::FILE,
];

/// Where the results should go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolderChoice {
    /// `<parent>/<name>-seed<seed>-<first 8 digits of the hash>`, with `-2`, `-3`, .. when that is
    /// taken.
    Under(PathBuf),
    /// This folder.
    Named {
        /// The folder; it and its parents are created when missing.
        path: PathBuf,
        /// Whether an earlier result in it may be replaced.
        overwrite: bool,
    },
}

/// A folder that holds one run: configuration and manifest are already in it.
#[derive(Debug)]
pub struct ResultsFolder {
    path: PathBuf,
    _lock: FolderLock,
}

impl ResultsFolder {
    /// Creates the folder and writes `config.toml` and `manifest.json`, and `mesh.toml` where the mesh
    /// comes from a file. When that fails, what was
    /// created is removed again.
    ///
    /// # Errors
    /// One problem when the folder cannot be created or written, or when a named folder is in use.
    pub fn create(
        choice: &FolderChoice,
        loaded: &Loaded,
        manifest: &Manifest,
    ) -> Result<Self, Error> {
        let (path, lock, created) = match choice {
            FolderChoice::Under(parent) => {
                let path = claim(parent, &folder_name(loaded))?;
                let lock = FolderLock::take(&path)?;
                (path, lock, true)
            }
            FolderChoice::Named { path, overwrite } => {
                let (lock, created) = prepare(path, *overwrite)?;
                (path.clone(), lock, created)
            }
        };
        let folder = Self { path, _lock: lock };
        let config = format!(
            "# Resolved configuration. SHA-256 of its canonical text without paths: {}\n\n{}",
            loaded.hash(),
            loaded.canonical()
        );
        let written = folder
            .write("config.toml", config.as_bytes())
            .and_then(|()| match &loaded.config.chip.mesh_file {
                Some(file) => folder.write(mesh::FILE, file.text.as_bytes()),
                None => Ok(()),
            })
            .and_then(|()| folder.write_json("manifest.json", manifest));
        if let Err(error) = written {
            if created {
                // Best effort: the error of the write is what the user needs.
                let _ = fs::remove_dir_all(&folder.path);
            }
            return Err(error);
        }
        Ok(folder)
    }

    /// The folder of a run that is to be gone on with.
    ///
    /// # Errors
    /// One problem when it holds no run, a finished one, or another process is at work in it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let refuse = |why: &str, help: &str| {
            Err(Problem::of(format!("--resume {}", path.display()), why, help).into())
        };
        if !path.join("manifest.json").is_file() || !path.join("config.toml").is_file() {
            return refuse(
                "this is no folder of a run",
                "name the folder that fzero run has written",
            );
        }
        if path.join("summary.json").is_file() && !path.join(position::FILE).is_file() {
            return refuse(
                "the run is complete: there is nothing to go on with",
                "look at its summary.json, or begin another run",
            );
        }
        let lock = FolderLock::take(path)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Deletes a file that is no longer needed, if it is there.
    ///
    /// # Errors
    /// One problem that names the file.
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        let file = self.file(name);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(unwritable(&file, &error).into())
            }
            _ => Ok(()),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file of the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a whole file, or nothing.
    ///
    /// # Errors
    /// One problem that names the file.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.file(name);
        atomic::write(&path, bytes).map_err(|error| unwritable(&path, &error).into())
    }

    /// Writes a value as indented JSON with a final newline: a whole file, or nothing. Every f64
    /// has one spelling, which reads back as the same bits.
    ///
    /// # Errors
    /// As [`ResultsFolder::write`].
    pub fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Error> {
        self.finish_json(name, serde_json::to_vec_pretty(value))
    }

    /// The same on one line, for long arrays.
    ///
    /// # Errors
    /// As [`ResultsFolder::write`].
    pub fn write_compact_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Error> {
        self.finish_json(name, serde_json::to_vec(value))
    }

    fn finish_json(&self, name: &str, json: serde_json::Result<Vec<u8>>) -> Result<(), Error> {
        let mut bytes =
            json.map_err(|error| Error::failed(format!("{name} cannot be written"), error, ""))?;
        bytes.push(b'\n');
        self.write(name, &bytes)
    }
}

/// The folder's name when the user gives none.
pub fn folder_name(loaded: &Loaded) -> String {
    let config = &loaded.config;
    format!(
        "{}-seed{}-{}",
        config.name,
        config.seed,
        &loaded.hash()[..8]
    )
}

/// Creates the first of `name`, `name-2`, `name-3`, .. that does not exist.
pub(super) fn claim(parent: &Path, name: &str) -> Result<PathBuf, Error> {
    fs::create_dir_all(parent).map_err(|error| unwritable(parent, &error))?;
    let mut number = 1_u32;
    loop {
        let path = match number {
            1 => parent.join(name),
            n => parent.join(format!("{name}-{n}")),
        };
        // Creation itself decides, so that two runs at once never share a folder.
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(unwritable(&path, &error).into()),
        }
    }
}

/// Makes a named folder ready and takes its lock. Returns also whether it was created.
fn prepare(path: &Path, overwrite: bool) -> Result<(FolderLock, bool), Error> {
    let shown = path.display();
    match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path).map_err(|error| unwritable(path, &error))?;
            return Ok((FolderLock::take(path)?, true));
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(refuse(&shown, "not a folder", "name another with --out"));
        }
        Err(error) => return Err(unwritable(path, &error).into()),
        Ok(mut entries) => {
            if entries.next().is_none() {
                return Ok((FolderLock::take(path)?, false));
            }
        }
    }
    if !path.join("manifest.json").is_file() {
        return Err(refuse(
            &shown,
            "not empty, and not a result of fzero",
            "name another folder with --out",
        ));
    }
    if !overwrite {
        return Err(refuse(
            &shown,
            "holds an earlier result",
            "name another folder with --out, or replace the result with --overwrite",
        ));
    }
    let lock = FolderLock::take(path)?;
    for name in FILES {
        let file = path.join(name);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(unwritable(&file, &error).into());
            }
            _ => {}
        }
    }
    Ok((lock, false))
}

fn refuse(shown: &impl std::fmt::Display, why: &str, help: &str) -> Error {
    Problem::of(format!("--out {shown}"), why, help).into()
}

pub(super) fn unwritable(path: &Path, error: &io::Error) -> Problem {
    Problem::of(
        path.display(),
        format!("cannot be written: {error}"),
        "name a folder that can be written with --out",
    )
}

#[cfg(test)]
pub(super) mod tests;
