//! The file that a check compares with: results as they were, with where they come from.

use super::row::RowAccuracy;
use super::summary::Score;
use crate::check::setting::setting;
use crate::cli::Measure;
use crate::error::{Error, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What every such file says at its beginning.
const FORMAT: &str = "fzero-baseline";

/// Version of the format that is written, and the only one that is read.
const FORMAT_VERSION: u32 = 1;

/// Bytes of the largest file that is read.
pub const MAX_BYTES: u64 = 1 << 30;

/// A baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// `fzero-baseline`.
    pub format: String,
    /// Version of this format.
    pub format_version: u32,
    /// When it was written, RFC 3339 in UTC.
    pub written: String,
    /// Version of the program that wrote it.
    pub version: String,
    /// Revision of its source, when the build was told it.
    pub git_revision: Option<String>,
    /// The folders and files that it was made of.
    pub results: Vec<String>,
    /// SHA-256 of `config` as lines `key = value`; none where the configuration is not known.
    pub config_hash: Option<String>,
    /// The resolved configuration by dotted paths, without seeds, name, paths and what the settings vary.
    pub config: Option<BTreeMap<String, Value>>,
    /// What `mean` and `sd` are of.
    pub measure: Measure,
    /// What the figures are.
    pub score: Score,
    /// The settings, sorted by their keys and values.
    pub settings: Vec<BaselineSetting>,
}

/// A setting of a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaselineSetting {
    /// Key path -> value.
    pub point: Map<String, Value>,
    /// Number of test images behind each accuracy.
    pub test_images: usize,
    /// Number of runs.
    pub n: usize,
    /// Mean accuracy.
    pub mean: f64,
    /// Sample standard deviation over the runs (n - 1); none of one.
    pub sd: Option<f64>,
    /// The runs.
    pub runs: Vec<BaselineRun>,
}

/// A run of a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaselineRun {
    /// Seed of the die; none where there is no chip.
    pub die_seed: Option<u64>,
    /// Seed of the training.
    pub seed: u64,
    /// Scores on the test set.
    pub accuracy: RowAccuracy,
    /// Samples sent through the device for training and calibration.
    pub queries: u64,
    /// Time of the run, in s.
    pub elapsed_s: f64,
    /// Upper estimate of the memory of the run, in bytes; none where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_estimate_bytes: Option<u64>,
    /// Memory that another program measured, in bytes; fzero does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
}

/// A baseline as it lies in a file.
#[derive(Clone, Debug)]
pub struct BaselineFile {
    /// The file as the user named it.
    pub file: String,
    /// What is in it.
    pub baseline: Baseline,
    /// The line of each setting, from 1.
    pub lines: Vec<usize>,
}

impl Baseline {
    /// One that is new, of these settings.
    pub fn new(results: Vec<String>, measure: Measure, score: Score) -> Self {
        Self {
            format: FORMAT.into(),
            format_version: FORMAT_VERSION,
            written: super::manifest::now(),
            version: super::manifest::VERSION.into(),
            git_revision: super::manifest::GIT_REVISION.map(Into::into),
            results,
            config_hash: None,
            config: None,
            measure,
            score,
            settings: Vec::new(),
        }
    }

    /// As the text of a file.
    ///
    /// # Errors
    /// None in practice: it can always be written as JSON.
    pub fn text(&self) -> Result<String, Error> {
        serde_json::to_string_pretty(self)
            .map(|text| text + "\n")
            .map_err(|error| Error::failed("the baseline cannot be written", error, ""))
    }
}

impl BaselineFile {
    /// Reads a file and checks what it says.
    ///
    /// # Errors
    /// It cannot be read, is no baseline or one of another format, has no settings, or contradicts itself.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        const WRITE: &str = "write a baseline with fzero check RESULTS --baseline FILE --update";
        let file = path.display().to_string();
        let text = read_bounded(path).map_err(|why| Problem::of(&file, why, WRITE))?;
        let head: Head = serde_json::from_str(&text).map_err(|error| {
            Problem::of(&file, format!("no baseline of fzero check: {error}"), WRITE)
        })?;
        if head.format != FORMAT {
            let why = format!("no baseline: format = {:?}, not {FORMAT:?}", head.format);
            return Err(Problem::of(&file, why, WRITE));
        }
        if head.format_version != FORMAT_VERSION {
            let why = format!(
                "format_version = {}: this fzero reads {FORMAT_VERSION}",
                head.format_version
            );
            let help = "use the fzero that wrote it, or write it anew with --update";
            return Err(Problem::of(&file, why, help));
        }
        let baseline: Baseline = serde_json::from_str(&text)
            .map_err(|error| Problem::of(&file, format!("damaged: {error}"), WRITE))?;
        let lines = (1..)
            .zip(text.lines())
            .filter(|(_, line)| line.trim_start().starts_with("\"point\":"))
            .map(|(number, _)| number)
            .collect();
        let found = Self {
            file,
            baseline,
            lines,
        };
        found.check()?;
        Ok(found)
    }

    /// The line of a setting; 1 where the file was not laid out by fzero.
    pub fn line(&self, index: usize) -> usize {
        let all = self.lines.len() == self.baseline.settings.len();
        self.lines.get(index).copied().filter(|_| all).unwrap_or(1)
    }

    fn check(&self) -> Result<(), Problem> {
        let wrong = |index: usize, why: String| {
            Err(Problem::of(
                format!("{}:{}", self.file, self.line(index)),
                why,
                "write it anew with --update: a baseline is not to be edited",
            ))
        };
        if self.baseline.settings.is_empty() {
            return Err(Problem::of(
                &self.file,
                "no settings: there is nothing to compare with",
                "write it anew with --update",
            ));
        }
        let mut settings = BTreeSet::new();
        for (index, setting_of) in self.baseline.settings.iter().enumerate() {
            let name = setting(&setting_of.point);
            if !settings.insert(name) {
                return wrong(index, "a setting that is there before".into());
            }
            let n = setting_of.runs.len();
            if n == 0 || setting_of.n != n {
                return wrong(index, format!("n = {}, but {n} runs", setting_of.n));
            }
            let mut runs = BTreeSet::new();
            let mut sum = 0.0;
            for run in &setting_of.runs {
                let (die, seed) = (run.die_seed, run.seed);
                if !runs.insert((die, seed)) {
                    return wrong(index, format!("seed {seed} twice on the same die"));
                }
                let Some(value) = self.baseline.measure.of(&run.accuracy) else {
                    return wrong(index, format!("no accuracy at seed {seed}"));
                };
                if !in_range(value, self.baseline.score) {
                    return wrong(
                        index,
                        format!("accuracy {value} at seed {seed}: not 0 to 1"),
                    );
                }
                sum += value;
            }
            // What is written with all digits is read with all digits; c n eps for the order of a sum.
            let mean = sum / n as f64;
            if (mean - setting_of.mean).abs() > 8.0 * n as f64 * f64::EPSILON * (1.0 + mean.abs()) {
                return wrong(
                    index,
                    format!("mean = {}, but that of its runs is {mean}", setting_of.mean),
                );
            }
        }
        Ok(())
    }
}

/// What tells the format.
#[derive(Deserialize)]
struct Head {
    format: String,
    format_version: u32,
}

impl Measure {
    /// That accuracy of a run.
    pub fn of(self, accuracy: &RowAccuracy) -> Option<f64> {
        match self {
            Self::Vote => accuracy.vote,
            Self::Last => accuracy.last,
        }
    }
}

/// Whether a score can be one.
pub fn in_range(value: f64, score: Score) -> bool {
    match score {
        Score::Accuracy => (0.0..=1.0).contains(&value),
        Score::R2 => value.is_finite() && value <= 1.0,
    }
}

/// The text of a file that is not too large.
///
/// # Errors
/// Why not, in words.
pub fn read_bounded(path: &Path) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    let bytes = std::fs::metadata(path).map_err(cannot)?.len();
    if bytes > MAX_BYTES {
        return Err(format!(
            "{} MiB, more than {}",
            bytes >> 20,
            MAX_BYTES >> 20
        ));
    }
    std::fs::read_to_string(path).map_err(cannot)
}
