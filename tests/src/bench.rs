//! A scratch folder in which `fzero` runs.

use crate::{Results, binary};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A scratch folder with an experiment in `a.toml`. It goes when dropped.
#[derive(Debug)]
pub struct Bench {
    folder: TempDir,
}

/// How a command has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Everything on standard output.
    pub stdout: String,
    /// Everything on standard error.
    pub stderr: String,
}

impl Ended {
    /// The same, once it is sure that the command succeeded.
    ///
    /// # Panics
    /// Another exit code than 0.
    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self
    }
}

impl Bench {
    /// A folder with this experiment.
    ///
    /// # Panics
    /// The folder cannot be made.
    pub fn new(experiment: &str) -> Self {
        let bench = Self {
            folder: tempfile::tempdir().expect("a scratch folder"),
        };
        fs::write(bench.path().join("a.toml"), experiment).expect("a.toml is written");
        bench
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `fzero`, to be started in the folder, its output read, its SIMD level not forced.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary::path());
        command
            .args(arguments)
            .current_dir(self.path())
            .env_remove(numerics::level::LEVEL_VARIABLE)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts `fzero` and waits for its end.
    ///
    /// # Panics
    /// It cannot be started.
    pub fn fzero(&self, arguments: &[&str]) -> Ended {
        ended(&mut self.command(arguments))
    }

    /// Runs the experiment with results in the folder `out`.
    ///
    /// # Panics
    /// It fails.
    #[track_caller]
    pub fn run(&self, out: &str, options: &[&str]) -> Results {
        let arguments = [&["run", "a.toml", "--quiet", "--out", out], options].concat();
        self.fzero(&arguments).done();
        self.results(out)
    }

    /// The results in a folder.
    pub fn results(&self, folder: &str) -> Results {
        Results::new(self.path().join(folder))
    }

    /// Every file and folder below, relative and sorted.
    pub fn entries(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(self.path().join(&folder))
                .into_iter()
                .flatten()
                .flatten()
            {
                let path = folder.join(entry.file_name());
                found.push(path.display().to_string());
                if entry.path().is_dir() {
                    folders.push(path);
                }
            }
        }
        found.sort();
        found
    }
}

/// Starts a command and waits for its end.
///
/// # Panics
/// It cannot be started, or writes something that is not UTF-8.
pub fn ended(command: &mut Command) -> Ended {
    let output = command.output().expect("fzero starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Ended {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}
