//! Presets of the process: what a file of `configs/process/` says holds where the experiment says
//! nothing.

use super::raw::{self, Entry, RawValue};
use super::table::KeyTable;
use super::{check, problems};
use crate::error::Problem;
use std::fs;
use std::path::Path;

/// The key that names a preset.
pub const KEY: &str = "process.preset";

/// The table that a preset may set.
const TABLE: &str = "process.";

/// The presets that the program knows by name, with their texts.
pub const SHIPPED: [(&str, &str); 4] = [
    (
        "ideal",
        include_str!("../../../../configs/process/ideal.toml"),
    ),
    (
        "research",
        include_str!("../../../../configs/process/research.toml"),
    ),
    (
        "mature",
        include_str!("../../../../configs/process/mature.toml"),
    ),
    (
        "pessimistic",
        include_str!("../../../../configs/process/pessimistic.toml"),
    ),
];

/// The entry that names the preset: the one of highest rank, unless it names none.
pub(super) fn name(entries: &[Entry]) -> Option<Entry> {
    let last = entries.iter().rfind(|entry| entry.path == KEY)?;
    match &last.value {
        RawValue::Text(text) if text != check::NONE => Some(last.clone()),
        _ => None,
    }
}

/// What the preset says, below all that the experiment says itself, and what is wrong with it.
/// `file` is the experiment, beside which the path of a preset begins.
pub(super) fn read(table: &KeyTable, file: &str, named: &Entry) -> (Vec<Entry>, Vec<Problem>) {
    let RawValue::Text(name) = &named.value else {
        return (Vec::new(), Vec::new());
    };
    if let Some((name, text)) = SHIPPED.iter().find(|(known, _)| known == name) {
        return checked(table, &format!("preset {name}"), text);
    }
    if Path::new(name)
        .extension()
        .is_none_or(|extension| extension != "toml")
    {
        let known: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
        let problem = problems::of_entry(
            named,
            format!("no preset has this name ({})", known.join(", ")),
            "name one of them, or give the path of a .toml file".into(),
        );
        return (Vec::new(), vec![problem]);
    }
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let path = folder.join(name);
    match fs::read_to_string(&path) {
        Ok(text) => checked(table, &path.display().to_string(), &text),
        Err(error) => {
            let problem = problems::of_entry(
                named,
                format!("{} cannot be read: {error}", path.display()),
                "give its path relative to the experiment".into(),
            );
            (Vec::new(), vec![problem])
        }
    }
}

fn checked(table: &KeyTable, name: &str, text: &str) -> (Vec<Entry>, Vec<Problem>) {
    let (entries, mut found) = raw::read_preset(table, name, text);
    let (allowed, others): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|entry| entry.path.starts_with(TABLE) && entry.path != KEY);
    found.extend(others.iter().map(|entry| {
        problems::of_entry(
            entry,
            "a preset sets only keys of process, and names no other preset".into(),
            "move it to the experiment".into(),
        )
    }));
    (allowed, found)
}
