//! Entries against the table of keys: types, ranges, conditions, defaults.

use super::key::{Condition, Fallback, Interval, Key, Kind, State};
use super::problems;
use super::raw::{Entry, RawValue};
use super::resolved::{Resolved, Value};
use super::table::KeyTable;
use crate::error::Problem;
use std::collections::HashMap;
use std::path::Path;

/// The word that leaves a key without a default unset, also where a preset sets it.
pub const NONE: &str = "none";

/// What was given for a key: its value, `None` for [`NONE`], and the entry that holds.
type Given<'a> = (Option<Value>, &'a Entry);

/// Resolves the entries. Of two of the same key the one of higher rank holds (preset, file, option),
/// of the same rank the later one. Returns what could be resolved and everything that is wrong.
///
/// An entry whose key has no effect is a problem, unless something of higher rank switched it off:
/// then it is dropped.
pub fn resolve(
    table: &'static KeyTable,
    file: &str,
    entries: &[Entry],
) -> (Resolved, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut faulty: Vec<&str> = Vec::new();
    let mut given: HashMap<&str, Given<'_>> = HashMap::new();
    for key in table.iter() {
        // Every entry is checked, also one that is replaced: a wrong line stays wrong.
        for entry in entries.iter().filter(|entry| entry.path == key.path) {
            match value_of(entry, key) {
                Ok(value) => {
                    given.insert(key.path, (value, entry));
                }
                Err(found) => {
                    faulty.push(key.path);
                    problems.extend(found);
                }
            }
        }
    }
    let said = settle_groups(table, &mut given, &mut problems);
    let mut resolved = Resolved::new(table);
    for (index, key) in table.iter().enumerate() {
        if faulty.contains(&key.path) {
            continue;
        }
        let given = given.get(key.path);
        if let Some(condition) = key.used_when {
            // What depends on a faulty key cannot be judged.
            if faulty.contains(&condition.path) {
                continue;
            }
            if !holds(&condition, &resolved) {
                if let Some((Some(_), entry)) = given
                    && !switched_off(&condition, entry, &resolved, entries)
                {
                    problems.push(problems::unused(entry, &condition, &resolved));
                }
                continue;
            }
        }
        match given {
            // What it says stands in the entries.
            _ if matches!(key.kind, Kind::Preset) => {}
            Some((Some(value), entry)) => {
                let place = Some(entry.place.clone());
                resolved.values.push((index, value.clone(), place));
            }
            Some((None, _)) => {}
            None if key.group.is_some_and(|group| said.contains(&group)) => {}
            None => match key.fallback.value() {
                Some(value) => resolved.values.push((index, value, None)),
                None if key.fallback == Fallback::Required => {
                    problems.push(problems::missing(file, key));
                }
                None => {}
            },
        }
    }
    (resolved, problems)
}

/// Leaves of each group of keys the one that was given with the highest rank, and returns the groups
/// of which one was given.
fn settle_groups(
    table: &KeyTable,
    given: &mut HashMap<&str, Given<'_>>,
    problems: &mut Vec<Problem>,
) -> Vec<&'static str> {
    let mut said = Vec::new();
    for key in table.iter() {
        let Some(group) = key.group.filter(|group| !said.contains(group)) else {
            continue;
        };
        let members: Vec<_> = table
            .iter()
            .filter(|other| other.group == Some(group))
            .filter(|other| matches!(given.get(other.path), Some((Some(_), _))))
            .map(|other| other.path)
            .collect();
        let rank = |path: &str| given[path].1.place.rank();
        let Some(highest) = members.iter().map(|path| rank(path)).max() else {
            continue;
        };
        said.push(group);
        let (kept, dropped): (Vec<&str>, Vec<&str>) =
            members.iter().partition(|path| rank(path) == highest);
        for other in kept.iter().skip(1) {
            problems.push(problems::beside(given[other].1, kept[0]));
        }
        for path in dropped {
            given.remove(path);
        }
    }
    said
}

fn holds(condition: &Condition, resolved: &Resolved) -> bool {
    if condition
        .or_given
        .is_some_and(|path| resolved.get(path).is_some())
    {
        return true;
    }
    let value = resolved.get(condition.path);
    match condition.state {
        State::Is(word) => value.is_some_and(|value| value.as_word() == word),
        State::In(words) => value.is_some_and(|value| words.contains(&value.as_word().as_str())),
        State::Given => value.is_some(),
    }
}

/// Whether something of higher rank than `entry` is why the condition does not hold.
fn switched_off(
    condition: &Condition,
    entry: &Entry,
    resolved: &Resolved,
    entries: &[Entry],
) -> bool {
    let rank = entry.place.rank();
    let by = |path: &str| {
        entries
            .iter()
            .any(|other| other.path == path && other.place.rank() > rank)
    };
    // The condition's own condition may have been switched off, and so on.
    let mut path = Some(condition.path);
    while let Some(current) = path {
        if by(current) {
            return true;
        }
        path = match resolved.get(current) {
            Some(_) => None,
            None => resolved
                .table
                .find(current)
                .and_then(|key| key.used_when)
                .map(|condition| condition.path),
        };
    }
    false
}

/// The value of an entry; `None` for the word that unsets a key without a default.
pub(super) fn value_of(entry: &Entry, key: &Key) -> Result<Option<Value>, Vec<Problem>> {
    if key.fallback == Fallback::Absent && entry.value == RawValue::Text(NONE.into()) {
        return Ok(None);
    }
    let one = |value: Result<Value, Problem>| value.map(Some).map_err(|problem| vec![problem]);
    let wrong = || Err(problems::wrong_type(entry, key));
    match (key.kind, &entry.value) {
        (Kind::Integer { min, max, .. }, RawValue::Integer(x)) => {
            one(integer(entry, key, *x, min, max))
        }
        (Kind::CountOr { min, max, .. }, RawValue::Integer(x)) => {
            one(integer(entry, key, *x, min, max))
        }
        (Kind::CountOr { word, .. }, RawValue::Text(text)) => {
            if text == word {
                Ok(Some(Value::Text(text.clone())))
            } else {
                one(Err(problems::out_of_range(
                    entry,
                    key,
                    "not a known choice",
                )))
            }
        }
        (Kind::Float { range, .. }, value) if value.is_number() => {
            one(float(entry, key, value, range))
        }
        (Kind::Integers { .. } | Kind::Floats { .. }, RawValue::List(items)) => {
            let items = items.iter().map(|item| item_of(entry, key, item));
            one(items.collect::<Result<_, _>>().map(Value::List))
        }
        (Kind::Integers { .. } | Kind::Floats { .. }, item) => {
            one(item_of(entry, key, item).map(|item| Value::List(vec![item])))
        }
        (Kind::Records { fields }, RawValue::List(items)) => {
            let mut records = Vec::new();
            let mut problems = Vec::new();
            for (index, item) in items.iter().enumerate() {
                match item {
                    RawValue::Table(table) => match record_of(entry, index, fields, table) {
                        Ok(record) => records.push(record),
                        Err(found) => problems.extend(found),
                    },
                    _ => problems.push(problems::wrong_type(entry, key)),
                }
            }
            if problems.is_empty() {
                Ok(Some(Value::List(records)))
            } else {
                Err(problems)
            }
        }
        (Kind::Text { choices }, RawValue::Text(text)) => {
            if choices.contains(&text.as_str()) {
                Ok(Some(Value::Text(text.clone())))
            } else {
                one(Err(problems::out_of_range(
                    entry,
                    key,
                    "not a known choice",
                )))
            }
        }
        (Kind::TextOrFile { choices }, RawValue::Text(text)) => {
            let is_file = Path::new(text).extension().is_some_and(|end| end == "toml");
            if is_file || choices.contains(&text.as_str()) {
                Ok(Some(Value::Text(text.clone())))
            } else {
                one(Err(problems::out_of_range(
                    entry,
                    key,
                    "not a known choice",
                )))
            }
        }
        (Kind::Name, RawValue::Text(text)) => {
            if is_name(text) {
                Ok(Some(Value::Text(text.clone())))
            } else {
                one(Err(problems::out_of_range(entry, key, "not a name")))
            }
        }
        (Kind::Path, RawValue::Text(text)) if text.is_empty() => {
            one(Err(problems::out_of_range(entry, key, "empty")))
        }
        (Kind::Preset | Kind::Path, RawValue::Text(text)) => Ok(Some(Value::Text(text.clone()))),
        (Kind::Bool, RawValue::Bool(x)) => Ok(Some(Value::Bool(*x))),
        _ => one(wrong()),
    }
}

/// One number of a list.
fn item_of(entry: &Entry, key: &Key, item: &RawValue) -> Result<Value, Problem> {
    match (key.kind, item) {
        (Kind::Integers { min, max, .. }, RawValue::Integer(x)) => {
            integer(entry, key, *x, min, max)
        }
        (Kind::Floats { range, .. }, item) if item.is_number() => float(entry, key, item, range),
        _ => Err(problems::wrong_type(entry, key)),
    }
}

fn integer(entry: &Entry, key: &Key, x: Option<i64>, min: i64, max: i64) -> Result<Value, Problem> {
    match x {
        Some(x) if x < min => Err(problems::out_of_range(entry, key, "too small")),
        Some(x) if x <= max => Ok(Value::Integer(x)),
        _ => Err(problems::out_of_range(entry, key, "too large")),
    }
}

fn float(entry: &Entry, key: &Key, value: &RawValue, range: Interval) -> Result<Value, Problem> {
    let x = match *value {
        RawValue::Integer(Some(x)) => x as f64,
        RawValue::Float(x) => x,
        _ => f64::INFINITY,
    };
    let fault = |fault: &str| Err(problems::out_of_range(entry, key, fault));
    if x.is_nan() {
        fault("not a number")
    } else if !range.clears_min(x) {
        fault("too small")
    } else if !range.clears_max(x) {
        fault("too large")
    } else {
        // One spelling of zero, one hash.
        Ok(Value::Float(if x == 0.0 { 0.0 } else { x }))
    }
}

/// One table of a list, its keys in the order of `fields`.
fn record_of(
    entry: &Entry,
    index: usize,
    fields: &'static [Key],
    table: &[(String, RawValue)],
) -> Result<Value, Vec<Problem>> {
    let of = format!("{}[{index}]", entry.path);
    let mut problems = Vec::new();
    let field = |name: &str, value: &RawValue| Entry {
        path: format!("{of}.{name}"),
        place: entry.place.clone(),
        value: value.clone(),
        shown: value.shown(),
    };
    for (name, value) in table {
        if !fields.iter().any(|key| key.path == name) {
            problems.push(problems::unknown_field(&field(name, value), fields));
        }
    }
    let mut record = Vec::new();
    let mut said: Vec<(&str, &str)> = Vec::new();
    for key in fields {
        let Some((name, value)) = table.iter().find(|(name, _)| name == key.path) else {
            if key.fallback == Fallback::Required {
                problems.push(problems::missing_field(&entry.place, &of, key));
            }
            continue;
        };
        let given = field(name, value);
        if let Some(group) = key.group {
            match said.iter().find(|(other, _)| *other == group) {
                Some((_, first)) => {
                    problems.push(problems::beside(&given, &format!("{of}.{first}")));
                }
                None => said.push((group, key.path)),
            }
        }
        match value_of(&given, key) {
            Ok(Some(value)) => record.push((key.path, value)),
            Ok(None) => {}
            Err(found) => problems.extend(found),
        }
    }
    let groups = fields.iter().filter_map(|key| key.group);
    for group in groups {
        if !said.iter().any(|(other, _)| *other == group) {
            said.push((group, ""));
            problems.push(problems::nothing_of(&entry.place, &of, group, fields));
        }
    }
    if problems.is_empty() {
        Ok(Value::Record(record))
    } else {
        Err(problems)
    }
}

fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && !text.starts_with('.') && text.bytes().all(fits)
}

/// The problem with the value of a key that is right by itself but not beside the others. The place
/// is where the value was given, or the file when it is a default.
pub fn problem_with(
    file: &str,
    resolved: &Resolved,
    path: &str,
    why: String,
    help: String,
) -> Problem {
    debug_assert!(resolved.table.find(path).is_some(), "{path} is no key");
    let shown = resolved.get(path).map_or("(absent)".into(), Value::to_toml);
    let (place, suffix) = match resolved.place(path) {
        Some(place) => (place.to_string(), ""),
        None => (file.to_owned(), " (default)"),
    };
    Problem {
        place,
        subject: format!("{path} = {shown}{suffix}"),
        why,
        help,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_parts_of_a_folder() {
        for good in ["digits", "a", "v0.1-x_Y", &"n".repeat(64)] {
            assert!(is_name(good), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            ".x",
            "a/b",
            "a b",
            "\u{e9}",
            "a\n",
            &"n".repeat(65),
        ] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }
}
