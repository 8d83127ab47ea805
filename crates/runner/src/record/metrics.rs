//! `metrics.jsonl`: one line per epoch and layer.

use super::folder::{ResultsFolder, unwritable};
use super::summary::Score;
use crate::error::{Error, Problem};
use fzero::Ledger;
use fzero::observe::EpochRecord;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

/// A line: the epoch, and the time since the run began. Everything but the time is the same for the
/// same configuration. Where scores are R^2 they are called `batch_r2`, `train_r2` and `test_r2`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricsLine {
    /// The epoch.
    #[serde(flatten)]
    pub epoch: EpochRecord,
    /// What was trained on, where a run trains on both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trained_on: Option<TrainedOn>,
    /// Time since the run began, in s.
    pub elapsed_s: f64,
}

/// What a training has its gradients from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrainedOn {
    /// A model of the device.
    Twin,
    /// Measurements on the device itself, in situ.
    Device,
}

/// Appends to `metrics.jsonl`. Each line is given to the system at once, so an interrupted run keeps
/// all its whole lines.
#[derive(Debug)]
pub struct MetricsLog {
    path: PathBuf,
    score: Score,
    trained_on: Option<TrainedOn>,
    file: File,
    line: Vec<u8>,
}

impl MetricsLog {
    /// Creates the file, empty.
    ///
    /// # Errors
    /// One problem that names the file.
    pub fn create(folder: &ResultsFolder, score: Score) -> Result<Self, Error> {
        let path = folder.file("metrics.jsonl");
        let file = File::create(&path).map_err(|error| unwritable(&path, &error))?;
        Ok(Self {
            path,
            score,
            trained_on: None,
            file,
            line: Vec::new(),
        })
    }

    /// Goes on with a file of which the first `bytes` bytes hold.
    ///
    /// # Errors
    /// One problem that names the file: it cannot be written, or it is shorter.
    pub fn resume(folder: &ResultsFolder, score: Score, bytes: u64) -> Result<Self, Error> {
        let path = folder.file("metrics.jsonl");
        let failed = |error: std::io::Error| unwritable(&path, &error);
        let file = File::options()
            .append(true)
            .create(true)
            .open(&path)
            .map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        if length < bytes {
            let why = format!("has {length} bytes, where the run stood at {bytes}");
            let help = "delete position.bin beside it, and the run begins anew";
            return Err(Problem::of(path.display(), why, help).into());
        }
        file.set_len(bytes).map_err(failed)?;
        Ok(Self {
            path,
            score,
            trained_on: None,
            file,
            line: Vec::new(),
        })
    }

    /// Its length, with all lines safe on the disk.
    ///
    /// # Errors
    /// One problem that names the file.
    pub fn safe_bytes(&self) -> Result<u64, Error> {
        let length = self.file.sync_data().and_then(|()| self.file.metadata());
        let length = length.map_err(|error| unwritable(&self.path, &error))?;
        Ok(length.len())
    }

    /// States in all further lines what was trained on.
    pub fn trained_on(&mut self, trained_on: TrainedOn) {
        self.trained_on = Some(trained_on);
    }

    /// Appends one epoch. Numbers that are not finite become `null`.
    ///
    /// # Errors
    /// One problem that names the file.
    pub fn append(&mut self, epoch: &EpochRecord, elapsed_s: f64) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Line<'a> {
            #[serde(flatten)]
            epoch: &'a EpochRecord,
            #[serde(skip_serializing_if = "Option::is_none")]
            trained_on: Option<TrainedOn>,
            elapsed_s: f64,
        }
        let trained_on = self.trained_on;
        self.line.clear();
        match self.score {
            Score::Accuracy => serde_json::to_writer(
                &mut self.line,
                &Line {
                    epoch,
                    trained_on,
                    elapsed_s,
                },
            ),
            Score::R2 => {
                let line = R2Line::new(epoch, trained_on, elapsed_s);
                serde_json::to_writer(&mut self.line, &line)
            }
        }
        .map_err(|error| Error::failed("metrics.jsonl cannot be written", error, ""))?;
        self.line.push(b'\n');
        self.file
            .write_all(&self.line)
            .map_err(|error| unwritable(&self.path, &error).into())
    }
}

/// A line where scores are R^2.
#[derive(Serialize)]
struct R2Line<'a> {
    layer: usize,
    epoch: usize,
    loss: f64,
    batch_r2: f64,
    train_r2: Option<f64>,
    test_r2: Option<f64>,
    gradient_norm: f64,
    learning_rate: f64,
    radius: Option<f64>,
    difference_snr: Option<f64>,
    ledger: &'a Ledger,
    #[serde(skip_serializing_if = "Option::is_none")]
    trained_on: Option<TrainedOn>,
    elapsed_s: f64,
}

impl<'a> R2Line<'a> {
    fn new(record: &'a EpochRecord, trained_on: Option<TrainedOn>, elapsed_s: f64) -> Self {
        let EpochRecord {
            layer,
            epoch,
            loss,
            batch_accuracy: batch_r2,
            train_accuracy: train_r2,
            test_accuracy: test_r2,
            gradient_norm,
            learning_rate,
            radius,
            difference_snr,
            ref ledger,
        } = *record;
        Self {
            layer,
            epoch,
            loss,
            batch_r2,
            train_r2,
            test_r2,
            gradient_norm,
            learning_rate,
            radius,
            difference_snr,
            ledger,
            trained_on,
            elapsed_s,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::folder::tests::scratch_folder;
    use super::*;
    fn record(epoch: usize) -> EpochRecord {
        EpochRecord {
            layer: 1,
            epoch,
            loss: 0.1 + 0.2,
            batch_accuracy: 0.5,
            train_accuracy: None,
            test_accuracy: Some(1.0 / 3.0),
            gradient_norm: 1e-9,
            learning_rate: 1e-3,
            radius: Some(0.01),
            difference_snr: None,
            ledger: Ledger::default(),
        }
    }

    #[test]
    fn lines_are_whole_at_once_and_read_back_exactly() {
        let parent = tempfile::tempdir().unwrap();
        let folder = scratch_folder(parent.path());
        let mut log = MetricsLog::create(&folder, Score::Accuracy).unwrap();
        for epoch in 1..=2 {
            log.append(&record(epoch), 0.25).unwrap();
            let text = std::fs::read_to_string(folder.file("metrics.jsonl")).unwrap();
            assert_eq!(text.lines().count(), epoch);
            assert!(text.ends_with(",\"elapsed_s\":0.25}\n"), "{text}");
            assert!(text.contains("\"train_accuracy\":null"), "{text}");
            let last: MetricsLine = serde_json::from_str(text.lines().last().unwrap()).unwrap();
            assert_eq!(last.epoch, record(epoch));
        }
    }

    #[test]
    fn r2_is_not_called_accuracy_and_reads_back_too() {
        let parent = tempfile::tempdir().unwrap();
        let folder = scratch_folder(parent.path());
        let mut log = MetricsLog::create(&folder, Score::R2).unwrap();
        log.append(&record(1), 0.25).unwrap();
        let text = std::fs::read_to_string(folder.file("metrics.jsonl")).unwrap();
        assert!(!text.contains("accuracy"), "{text}");
        assert!(text.contains("\"batch_r2\":0.5,\"train_r2\":null,\"test_r2\":0.33"));
        let line: MetricsLine = serde_json::from_str(text.trim_end()).unwrap();
        assert_eq!(line.epoch, record(1));
    }
}
