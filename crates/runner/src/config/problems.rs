//! The wording of everything that can be wrong with a key.

use super::key::{Condition, Fallback, Key, State};
use super::raw::{Entry, Place};
use super::resolved::{Resolved, Value};
use super::suggest;
use super::table::KeyTable;
use crate::error::Problem;

pub(super) fn unknown_key(table: &KeyTable, place: &Place, path: &str, subject: String) -> Problem {
    let section = path.rsplit_once('.').map_or("", |(section, _)| section);
    let help = match suggest::nearest_key(table, path) {
        Some(key) => format!("did you mean {key}?"),
        None => known_names(table, section),
    };
    problem(place, subject, "unknown key".into(), help)
}

pub(super) fn unknown_table(table: &KeyTable, place: &Place, path: &str) -> Problem {
    let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
    let help = match suggest::nearest_section(table, path) {
        Some(section) => format!("did you mean [{section}]?"),
        None => known_names(table, parent),
    };
    problem(place, format!("[{path}]"), "unknown table".into(), help)
}

pub(super) fn not_a_table(
    table: &KeyTable,
    place: &Place,
    path: &str,
    shown: &str,
    found: &str,
) -> Problem {
    problem(
        place,
        format!("{path} = {shown}"),
        format!("a table is needed, found {found}"),
        format!("write [{path}] and its keys below: {}", list(table, path)),
    )
}

pub(super) fn wrong_type(entry: &Entry, key: &Key) -> Problem {
    let example = match key.fallback {
        Fallback::Integer(x) => format!("for example {} = {x}", key.path),
        Fallback::Float(x) => format!("for example {} = {x:?}", key.path),
        Fallback::Text(x) => format!("for example {} = \"{x}\"", key.path),
        Fallback::Bool(x) => format!("for example {} = {x}", key.path),
        Fallback::Integers(x) => format!("for example {} = {x:?}", key.path),
        Fallback::Required | Fallback::Absent => key.doc.to_owned(),
    };
    let why = format!(
        "{} is needed, found {} ({})",
        key.kind.noun(),
        entry.value.noun(),
        key.kind
    );
    of_entry(entry, why, example)
}

pub(super) fn out_of_range(entry: &Entry, key: &Key, fault: &str) -> Problem {
    let help = match key.hint {
        Some(hint) => hint.to_owned(),
        None => format!("{}{}", key.doc, default_text(key)),
    };
    of_entry(entry, format!("{fault} ({})", key.kind), help)
}

pub(super) fn missing(file: &str, key: &Key) -> Problem {
    Problem {
        place: file.to_owned(),
        subject: key.path.to_owned(),
        why: format!("missing, and it has no default ({})", key.kind),
        help: key.doc.to_owned(),
    }
}

pub(super) fn unused(entry: &Entry, condition: &Condition, resolved: &Resolved) -> Problem {
    let path = condition.path;
    let actual = resolved.get(path).map(Value::as_word);
    let state = match &actual {
        Some(actual) => format!("{path} = {actual}"),
        None => format!("{path} is not set or has no effect itself"),
    };
    let mut remedy = match condition.state {
        State::Is(value) => format!("set {path} = {value}"),
        State::In(values) => format!("set {path} = {}", values.join(" or ")),
        State::Given => format!("set {path}"),
    };
    if let Some(other) = condition.or_given {
        remedy.push_str(&format!(", or give {other}"));
    }
    of_entry(
        entry,
        format!("has no effect while {state}"),
        format!("remove it, or {remedy}"),
    )
}

/// Two keys that say the same thing.
pub(super) fn beside(entry: &Entry, other: &str) -> Problem {
    of_entry(
        entry,
        format!("says what {other} says in another way"),
        "give one of the two".into(),
    )
}

pub(super) fn unknown_field(entry: &Entry, fields: &[Key]) -> Problem {
    of_entry(
        entry,
        "unknown key".into(),
        format!("known there: {}", names(fields.iter())),
    )
}

pub(super) fn missing_field(place: &Place, of: &str, key: &Key) -> Problem {
    problem(
        place,
        format!("{of}.{}", key.path),
        format!("missing, and it has no default ({})", key.kind),
        key.doc.to_owned(),
    )
}

/// None of a group of keys is given where one is needed.
pub(super) fn nothing_of(place: &Place, of: &str, group: &str, fields: &[Key]) -> Problem {
    let members = fields.iter().filter(|key| key.group == Some(group));
    problem(
        place,
        of.to_owned(),
        format!("does not say {group}"),
        format!("give one of: {}", names(members)),
    )
}

fn names<'a>(keys: impl Iterator<Item = &'a Key>) -> String {
    keys.map(|key| key.path).collect::<Vec<_>>().join(", ")
}

pub(super) fn of_entry(entry: &Entry, why: String, help: String) -> Problem {
    let subject = format!("{} = {}", entry.path, entry.shown);
    problem(&entry.place, subject, why, help)
}

fn problem(place: &Place, subject: String, why: String, help: String) -> Problem {
    Problem {
        place: place.to_string(),
        subject,
        why,
        help,
    }
}

fn default_text(key: &Key) -> String {
    match key.fallback {
        Fallback::Required | Fallback::Absent => String::new(),
        Fallback::Integer(x) => format!(" Default {x}."),
        Fallback::Float(x) => format!(" Default {x:?}."),
        Fallback::Text(x) => format!(" Default {x}."),
        Fallback::Bool(x) => format!(" Default {x}."),
        Fallback::Integers(x) => format!(" Default {x:?}."),
    }
}

fn known_names(table: &KeyTable, section: &str) -> String {
    if section.is_empty() || list(table, section).is_empty() {
        format!("known at the top: {}", list(table, ""))
    } else {
        format!("known in [{section}]: {}", list(table, section))
    }
}

fn list(table: &KeyTable, section: &str) -> String {
    suggest::names_in(table, section).join(", ")
}
