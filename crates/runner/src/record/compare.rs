//! What a comparison leaves: a folder per experiment, the table, and curves against queries.

use super::folder::{claim, unwritable};
use super::metrics::{MetricsLine, TrainedOn};
use super::output::write_output;
use super::summary::Summary;
use crate::config::checked::Solver;
use crate::error::{Error, Problem};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

const TABLE: &str = "compare.json";
const CURVES: &str = "curves.csv";

/// One experiment of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its solver.
    pub solver: Solver,
    /// Its final figures.
    #[serde(flatten)]
    pub summary: Summary,
}

/// One evaluation during a training. A statistic that was not measured is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Name of the experiment.
    pub name: String,
    /// The layer that was read, 0-based.
    pub layer: usize,
    /// Epoch of the stage, from 1.
    pub epoch: usize,
    /// Samples sent through the device until then for training and calibration.
    pub sample_queries: u64,
    /// Mean loss over the epoch's training measurements.
    pub loss: f64,
    /// Accuracy of the layer on the training set.
    pub train_accuracy: Option<f64>,
    /// Accuracy of the layer on the test set.
    pub test_accuracy: Option<f64>,
    /// What was trained on, where a run trains on both a twin and the device.
    pub trained_on: Option<TrainedOn>,
}

impl Curve {
    /// The evaluations of a run by its `metrics.jsonl`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(name: &str, folder: &Path) -> Result<Vec<Self>, Error> {
        let path = folder.join("metrics.jsonl");
        let failed =
            |why: String| Error::failed(format!("{} cannot be read", path.display()), why, "");
        let text = fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
        let mut points = Vec::new();
        for line in text.lines() {
            let line: MetricsLine =
                serde_json::from_str(line).map_err(|error| failed(error.to_string()))?;
            let epoch = line.epoch;
            if epoch.test_accuracy.is_some() {
                points.push(Self {
                    name: name.to_owned(),
                    layer: epoch.layer,
                    epoch: epoch.epoch,
                    sample_queries: epoch.ledger.budgeted_queries(),
                    loss: epoch.loss,
                    train_accuracy: epoch.train_accuracy,
                    test_accuracy: epoch.test_accuracy,
                    trained_on: line.trained_on,
                });
            }
        }
        Ok(points)
    }
}

/// The folder of a comparison.
#[derive(Debug)]
pub struct CompareFolder {
    path: PathBuf,
}

impl CompareFolder {
    /// `named`, or a new one under `results`; `names` are the experiments that will have a folder in it.
    ///
    /// # Errors
    /// A named folder that holds something, unless it is an earlier comparison and `overwrite`.
    pub fn create(
        named: Option<&Path>,
        overwrite: bool,
        default_name: &str,
        names: &[&str],
    ) -> Result<Self, Error> {
        let Some(path) = named else {
            let path = claim(Path::new("results"), default_name)?;
            return Ok(Self { path });
        };
        let used = match fs::read_dir(path) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(unwritable(path, &error).into()),
        };
        let refuse = |why: &str, help: &str| -> Result<Self, Error> {
            Err(Problem::of(format!("--out {}", path.display()), why, help).into())
        };
        if used && !path.join(TABLE).is_file() {
            return refuse(
                "not empty, and not a comparison of fzero",
                "name another folder with --out",
            );
        }
        if used && !overwrite {
            return refuse(
                "holds an earlier comparison",
                "name another folder with --out, or replace the comparison with --overwrite",
            );
        }
        if let Some(file) = names
            .iter()
            .map(|name| path.join(name))
            .find(|p| p.is_file())
        {
            return refuse(
                &format!("{} is a file, a folder is to be made", file.display()),
                "name another folder with --out",
            );
        }
        fs::create_dir_all(path).map_err(|error| unwritable(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes table and curves, each whole or not at all.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write(&self, rows: &[Row], curves: &[Curve]) -> Result<(), Error> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::failed("the comparison cannot be written", error.to_string(), "")
        };
        let mut json = serde_json::to_vec_pretty(rows).map_err(|error| failed(&error))?;
        json.push(b'\n');
        let mut writer = csv::Writer::from_writer(Vec::new());
        for point in curves {
            writer.serialize(point).map_err(|error| failed(&error))?;
        }
        let text = writer.into_inner().map_err(|error| failed(&error))?;
        write_output(&self.path.join(TABLE), &json)?;
        write_output(&self.path.join(CURVES), &text)
    }
}
