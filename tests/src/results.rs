//! What a run has left.

use fzero::Checkpoint;
use runner::record::metrics::MetricsLine;
use runner::record::{Manifest, Summary};
use serde_json::from_str;
use std::fs;
use std::path::{Path, PathBuf};

/// A results folder. Every method panics when its file is missing or not what it should be.
#[derive(Clone, Debug)]
pub struct Results {
    folder: PathBuf,
}

impl Results {
    /// The results in this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Names of the files, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).expect("a results folder");
        let mut names: Vec<_> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// The bytes of a file.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        let path = self.folder.join(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The text of a file.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).expect("UTF-8")
    }

    /// The lines of `metrics.jsonl`.
    pub fn metrics(&self) -> Vec<MetricsLine> {
        let text = self.text("metrics.jsonl");
        text.lines()
            .map(|line| from_str(line).expect("a line of metrics"))
            .collect()
    }

    /// The text of `metrics.jsonl` without the elapsed times, which stand last in each line.
    pub fn metrics_without_time(&self) -> String {
        let text = self.text("metrics.jsonl");
        let lines = text.lines().map(|line| {
            let (kept, time) = line.rsplit_once(",\"elapsed_s\":").expect("a time");
            let time = time.strip_suffix('}').expect("the end of the line");
            assert!(time.parse::<f64>().is_ok_and(|time| time >= 0.0), "{time}");
            format!("{kept}}}\n")
        });
        lines.collect()
    }

    /// `checkpoint.json`.
    pub fn checkpoint(&self) -> Checkpoint {
        from_str(&self.text("checkpoint.json")).expect("a checkpoint")
    }

    /// `summary.json`.
    pub fn summary(&self) -> Summary {
        from_str(&self.text("summary.json")).expect("a summary")
    }

    /// `manifest.json`.
    pub fn manifest(&self) -> Manifest {
        from_str(&self.text("manifest.json")).expect("a manifest")
    }
}
