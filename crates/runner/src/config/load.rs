//! From a file and the options of the command line to a checked experiment.

use super::checked::Config;
use super::keys::KEYS;
use super::raw::Entry;
use super::resolved::{Resolved, Value};
use super::table::KeyTable;
use super::{check, fit, mesh, paths, preset, raw, solver_fit};
use crate::error::{Error, Problem};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// A value that an option of the command line gives to a key, over what the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The option, as messages name it: `--set`, `--seed`.
    pub option: &'static str,
    /// Dotted path of the key.
    pub key: String,
    /// The value in TOML; words may stand without quotes.
    pub value: String,
}

impl Override {
    /// What `--set key=value` means.
    pub fn set(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            option: "--set",
            key: key.into(),
            value: value.into(),
        }
    }
}

/// A checked experiment with the places its values come from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The file as the user named it.
    pub file: String,
    /// The preset of the process that it names, as the user wrote it.
    pub preset: Option<String>,
    /// The experiment.
    pub config: Config,
    resolved: Resolved,
}

impl Loaded {
    /// Reads and checks a file. Of two overrides of a key the later one holds.
    ///
    /// # Errors
    /// [`Error::Problems`] with everything that is wrong: the file cannot be read, is not UTF-8 or
    /// not TOML, or its keys and values are not those of the table.
    pub fn read(path: &Path, overrides: &[Override]) -> Result<Self, Error> {
        let (file, text) = read_text(path, "give the path of an experiment in TOML")?;
        Self::from_text(&file, &text, overrides)
    }

    /// Checks a text; `file` is what messages call it.
    ///
    /// # Errors
    /// As [`Loaded::read`].
    pub fn from_text(file: &str, text: &str, overrides: &[Override]) -> Result<Self, Error> {
        Self::of(file, settle(&KEYS, file, text, overrides)?)
    }

    /// The same with values of another file over those of the text.
    pub(super) fn from_entries(file: &str, text: &str, over: &[Entry]) -> Result<Self, Error> {
        Self::of(file, settle_entries(&KEYS, file, text, over, Vec::new())?)
    }

    fn of(file: &str, settled: Settled) -> Result<Self, Error> {
        let Settled {
            mut resolved,
            mut problems,
            preset,
        } = settled;
        let (mesh_file, faults) = mesh::settle(file, &mut resolved);
        problems.extend(faults);
        problems.extend(paths::locate(file, &mut resolved));
        problems.extend(fit::class_list(file, &resolved));
        problems.extend(fit::classes(file, &resolved));
        problems.extend(fit::radius(file, &resolved));
        problems.extend(fit::dimension_scaling(file, &resolved));
        problems.extend(fit::calibration(file, &resolved));
        problems.extend(fit::numbers(file, &resolved));
        problems.extend(fit::layers(file, &resolved));
        problems.extend(solver_fit::in_situ(file, &resolved));
        problems.extend(solver_fit::goodness(file, &resolved));
        if !problems.is_empty() {
            return Err(in_order(file, problems));
        }
        let mut table = resolved.to_table();
        if !is_chip(&resolved) {
            // Typed, a chip is always there.
            let mut defaults = check::resolve(&KEYS, file, &[]).0.to_table();
            let parts = ["chip", "process"].into_iter();
            table.extend(parts.filter_map(|part| Some((part.to_owned(), defaults.remove(part)?))));
        }
        let mut config = Config::deserialize(toml::Value::Table(table))
            .map_err(|error| Error::failed(format!("{file} was checked"), error, ""))?;
        config.chip.mesh_file = mesh_file;
        Ok(Self {
            file: file.to_owned(),
            preset,
            config,
            resolved,
        })
    }

    /// The canonical text: every key in use with its value, in a fixed order. It reads back as the
    /// same experiment.
    pub fn canonical(&self) -> String {
        self.resolved.to_toml()
    }

    /// SHA-256 of the canonical text without its paths, 64 hexadecimal digits.
    pub fn hash(&self) -> String {
        self.resolved.hash()
    }

    /// The value of a key by its path; `None` when it is absent or has no effect.
    pub fn value(&self, path: &str) -> Option<&Value> {
        self.resolved.get(path)
    }

    /// Refuses a model that is no chip.
    ///
    /// # Errors
    /// A problem at `model.kind`; `needs` is what needs a chip.
    pub fn needs_chip(&self, needs: &str) -> Result<(), Problem> {
        if self.config.model.is_chip() {
            return Ok(());
        }
        let why = format!("{needs} needs a chip");
        Err(self.problem(
            "model.kind",
            why,
            "give an experiment with model.kind = mesh",
        ))
    }

    /// A problem with the value of a key that only shows beside something else, such as the data or
    /// the machine's memory: it names the line where the value was given.
    pub fn problem(&self, path: &str, why: impl Into<String>, help: impl Into<String>) -> Problem {
        check::problem_with(&self.file, &self.resolved, path, why.into(), help.into())
    }
}

/// Whether the model is a chip.
fn is_chip(resolved: &Resolved) -> bool {
    resolved
        .get("model.kind")
        .is_some_and(|kind| kind.as_word() == "mesh")
}

/// What a text says against a table of keys.
pub(super) struct Settled {
    pub(super) resolved: Resolved,
    /// What is wrong with it.
    pub(super) problems: Vec<Problem>,
    /// The preset that it names, as the user wrote it.
    pub(super) preset: Option<String>,
}

/// Reads a text and resolves it. A text of which nothing is known is an error at once.
pub(super) fn settle(
    table: &'static KeyTable,
    file: &str,
    text: &str,
    overrides: &[Override],
) -> Result<Settled, Error> {
    let (over, problems) = read_overrides(table, overrides);
    settle_entries(table, file, text, &over, problems)
}

/// What options give, and what is wrong with them.
pub(super) fn read_overrides(
    table: &KeyTable,
    overrides: &[Override],
) -> (Vec<Entry>, Vec<Problem>) {
    let mut entries = Vec::new();
    let mut problems = Vec::new();
    for given in overrides {
        match raw::read_override(table, given) {
            Ok(entry) => entries.push(entry),
            Err(problem) => problems.push(problem),
        }
    }
    (entries, problems)
}

/// [`settle`] with options that were read already, and what was wrong with them.
fn settle_entries(
    table: &'static KeyTable,
    file: &str,
    text: &str,
    over: &[Entry],
    wrong: Vec<Problem>,
) -> Result<Settled, Error> {
    let (mut entries, mut problems) = raw::read(table, file, text);
    let unreadable = entries.is_empty() && problems.len() == 1 && is_syntax(&problems[0]);
    entries.extend_from_slice(over);
    problems.extend(wrong);
    if unreadable {
        // Nothing is known about the keys, so none can be missing.
        return Err(Error::Problems(problems));
    }
    let preset = preset::name(&entries);
    if let Some(entry) = &preset {
        let (below, faults) = preset::read(table, file, entry);
        entries.splice(0..0, below);
        problems.extend(faults);
    }
    let (resolved, faults) = check::resolve(table, file, &entries);
    problems.extend(faults);
    Ok(Settled {
        resolved,
        problems,
        preset: preset.map(|entry| entry.shown),
    })
}

/// The text of a file, and what messages call it.
pub(super) fn read_text(path: &Path, help: &str) -> Result<(String, String), Problem> {
    let file = path.display().to_string();
    let bytes = fs::read(path)
        .map_err(|error| Problem::of(&file, format!("cannot be read: {error}"), help))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((file, text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let valid = String::from_utf8_lossy(&bytes[..valid]);
            let (line, column) = raw::line_and_column(&valid, valid.len());
            Err(Problem::of(
                format!("{file}:{line}:{column}"),
                "not UTF-8",
                "save the file as UTF-8 text",
            ))
        }
    }
}

/// Problems in the order in which people read the file.
pub(super) fn in_order(file: &str, mut problems: Vec<Problem>) -> Error {
    problems.sort_by_key(|problem| order(file, &problem.place));
    Error::Problems(problems)
}

fn is_syntax(problem: &Problem) -> bool {
    problem.subject.is_empty()
}

/// Lines of the file first and in order, then the file as a whole, then options.
fn order(file: &str, place: &str) -> (u8, usize) {
    match place.strip_prefix(file) {
        Some("") => (1, 0),
        Some(rest) => {
            let line = rest.trim_start_matches(':').split(':').next();
            (0, line.and_then(|line| line.parse().ok()).unwrap_or(0))
        }
        None => (2, 0),
    }
}
