//! What is to be checked: rows of runs, with the configuration that they have in common.

use super::config;
use crate::check::setting::setting;
use crate::error::{Error, Problem};
use crate::record::baseline::{in_range, read_bounded};
use crate::record::row::Row;
use crate::record::summary::{Score, Summary};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

/// A row, and what a sweep need not know.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct CheckRow {
    #[serde(flatten)]
    pub(super) row: Row,
    /// What another program measured.
    #[serde(default)]
    pub(super) memory_bytes: Option<u64>,
}

/// The runs of a setting.
#[derive(Clone, Debug, Default)]
pub(super) struct SettingRows {
    pub(super) point: Map<String, Value>,
    pub(super) rows: Vec<CheckRow>,
    /// Where the row of a die and a seed is.
    places: BTreeMap<(Option<u64>, u64), usize>,
}

/// Everything that was given.
#[derive(Clone, Debug)]
pub(super) struct Results {
    /// What the scores are.
    pub(super) score: Score,
    /// By the name of the setting.
    pub(super) settings: BTreeMap<String, SettingRows>,
    /// The configuration, and its file; none where no file was beside the rows.
    pub(super) config: Option<(BTreeMap<String, Value>, String)>,
    /// The files with rows.
    pub(super) files: Vec<PathBuf>,
    /// What the user should know.
    pub(super) notes: Vec<String>,
}

const ROWS: &str = "rows.jsonl";
const SUMMARY: &str = "summary.json";
const CONFIG: &str = "config.toml";

impl Results {
    /// Reads all of them.
    ///
    /// # Errors
    /// One of them cannot be read, is damaged elsewhere than at its end, contradicts another one, or there
    /// is no run at all.
    pub(super) fn read(paths: &[PathBuf]) -> Result<Self, Error> {
        let mut results = Self {
            score: Score::default(),
            settings: BTreeMap::new(),
            config: None,
            files: Vec::new(),
            notes: Vec::new(),
        };
        let mut score = None;
        for path in paths {
            let file = file_of(path)?;
            let rows = match file.ends_with(SUMMARY) {
                true => vec![(1, of_run(&file)?)],
                false => results.rows(&file)?,
            };
            let shown = file.display().to_string();
            for (line, row) in rows {
                let place = || format!("{shown}:{line}");
                let scored = row.row.error.is_none();
                if scored && *score.get_or_insert(row.row.score) != row.row.score {
                    let why = "accuracies and R^2 cannot be checked together";
                    return Err(Problem::of(place(), why, "check each by itself").into());
                }
                results.add(place, row)?;
            }
            results.configured(&file)?;
            results.files.push(file);
        }
        results.score = score.unwrap_or_default();
        if results.settings.is_empty() {
            let place = results
                .files
                .first()
                .map_or_else(String::new, |f| f.display().to_string());
            let why = "no rows: there is nothing to check";
            return Err(Problem::of(place, why, "let fzero sweep finish first").into());
        }
        let keys: Vec<String> = results.varied();
        if let Some((config, _)) = &mut results.config {
            config.retain(|key, _| !keys.contains(key));
        }
        Ok(results)
    }

    /// The keys that the settings vary.
    pub(super) fn varied(&self) -> Vec<String> {
        let mut keys: Vec<String> = self
            .settings
            .values()
            .flat_map(|setting| setting.point.keys().cloned())
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// The rows of a file with their lines. A last line that is cut off is left out, and noted.
    fn rows(&mut self, file: &Path) -> Result<Vec<(usize, CheckRow)>, Problem> {
        const HELP: &str =
            "give the folder of a fzero sweep, or a file with a row per run: docs/check.md";
        let shown = file.display();
        let text = read_bounded(file).map_err(|why| Problem::of(&shown, why, HELP))?;
        let mut rows = Vec::new();
        let last = text.lines().count();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            match serde_json::from_str(line) {
                Ok(row) => rows.push((number, row)),
                Err(_) if number == last && !text.ends_with('\n') => self.notes.push(format!(
                    "{shown}:{number}: the last row is cut off and left out; start the sweep again to redo it"
                )),
                Err(error) => {
                    // The line within the text is always 1.
                    let why = error.to_string().replace(" at line 1", ",");
                    return Err(Problem::of(format!("{shown}:{number}"), format!("no row: {why}"), HELP));
                }
            }
        }
        Ok(rows)
    }

    fn add(&mut self, place: impl Fn() -> String, row: CheckRow) -> Result<(), Problem> {
        const REDO: &str = "run it again";
        let found = &row.row;
        let accuracy = found.accuracy.iter();
        let scores =
            accuracy.flat_map(|a| [a.vote, a.last].into_iter().chain(a.layers.iter().copied()));
        if let Some(value) = scores.flatten().find(|x| !in_range(*x, found.score)) {
            return Err(Problem::of(
                place(),
                format!("accuracy {value}: not 0 to 1"),
                REDO,
            ));
        }
        if !(found.elapsed_s.is_finite() && found.elapsed_s >= 0.0) {
            let why = format!("elapsed_s = {}: not a time", found.elapsed_s);
            return Err(Problem::of(place(), why, REDO));
        }
        let name = setting(&found.point);
        let rows = match self.settings.entry(name) {
            Entry::Vacant(entry) => entry.insert(SettingRows {
                point: found.point.clone(),
                ..SettingRows::default()
            }),
            Entry::Occupied(entry) => entry.into_mut(),
        };
        let before = match rows.places.entry((found.die_seed, found.seed)) {
            Entry::Vacant(entry) => {
                entry.insert(rows.rows.len());
                rows.rows.push(row);
                return Ok(());
            }
            Entry::Occupied(entry) => *entry.get(),
        };
        let other = &rows.rows[before];
        // What a killed sweep has done twice is the same, times apart.
        if other.row.accuracy == found.accuracy && other.row.queries == found.queries {
            self.notes
                .push(format!("{}: the same run as before, left out", place()));
            return Ok(());
        }
        Err(Problem::of(
            place(),
            format!(
                "seed {}{} is there before, with another result",
                found.seed,
                found
                    .die_seed
                    .map_or_else(String::new, |die| format!(" on die {die}"))
            ),
            "results of different programs or machines do not belong together: check one of them",
        ))
    }

    /// The configuration beside a file of rows, which is that of all.
    fn configured(&mut self, rows: &Path) -> Result<(), Problem> {
        let file = rows.with_file_name(CONFIG);
        if !file.is_file() {
            self.notes.push(format!(
                "no {CONFIG} beside {}: whether the baseline is of the same configuration is not known",
                rows.display()
            ));
            return Ok(());
        }
        let shown = file.display().to_string();
        let mut config = config::read(&file)?;
        let varied = self.varied();
        config.retain(|key, _| !varied.contains(key));
        let Some((first, first_file)) = &self.config else {
            self.config = Some((config, shown));
            return Ok(());
        };
        let differences = config::differences(first, &config, &varied);
        if differences.is_empty() {
            return Ok(());
        }
        Err(Problem::of(
            shown,
            format!(
                "another configuration than {first_file}: {}",
                config::list(&differences)
            ),
            "check results of one configuration at a time, or vary the key in a sweep",
        ))
    }
}

/// The file with the rows of what the user has named.
fn file_of(path: &Path) -> Result<PathBuf, Problem> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let found = [ROWS, SUMMARY].map(|name| path.join(name));
    found
        .into_iter()
        .find(|file| file.is_file())
        .ok_or_else(|| {
            Problem::of(
                path.display(),
                format!("neither {ROWS} nor {SUMMARY} in it"),
                "give the folder of a fzero sweep or a fzero run that has ended",
            )
        })
}

/// A single run.
fn of_run(file: &Path) -> Result<CheckRow, Problem> {
    let wrong = |why: String| {
        Problem::of(
            file.display(),
            why,
            "give the folder of a fzero run that has ended",
        )
    };
    let text = read_bounded(file).map_err(wrong)?;
    let summary: Summary = serde_json::from_str(&text)
        .map_err(|error| wrong(format!("no summary of a run: {error}")))?;
    Ok(CheckRow {
        row: Row::of(&summary),
        memory_bytes: None,
    })
}
