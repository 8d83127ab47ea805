//! Entries against the table of keys: types, ranges, conditions, defaults.

use super::key::{Fallback, Key, Kind};
use super::keys::{self, KEYS};
use super::problems;
use super::raw::{Entry, Place, RawValue};
use super::resolved::{Resolved, Value};
use crate::error::Problem;

/// Resolves the entries; a later entry of a key replaces an earlier one. Returns what could be
/// resolved and everything that is wrong.
///
/// An entry whose key has no effect is a problem, unless it stands in the file and an option
/// switched it off: then it is dropped.
pub fn resolve(file: &str, entries: &[Entry]) -> (Resolved, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut resolved = Resolved::default();
    let mut faulty: Vec<&str> = Vec::new();
    for (index, key) in KEYS.iter().enumerate() {
        // Every entry is checked, also one that is replaced: a wrong line stays wrong.
        let mut given = None;
        for entry in entries.iter().filter(|entry| entry.path == key.path) {
            match value_of(entry, key) {
                Ok(value) => given = Some((value, entry)),
                Err(problem) => {
                    faulty.push(key.path);
                    problems.push(problem);
                }
            }
        }
        if faulty.contains(&key.path) {
            continue;
        }
        if let Some(condition) = key.used_when {
            // What depends on a faulty key cannot be judged.
            if faulty.contains(&condition.path) {
                continue;
            }
            let actual = resolved.get(condition.path).map(Value::as_word);
            if actual.as_deref() != Some(condition.value) {
                let switched = matches!(resolved.place(condition.path), Some(Place::Option(_)));
                if let Some((_, entry)) = given
                    && (matches!(entry.place, Place::Option(_)) || !switched)
                {
                    let actual = actual.unwrap_or_default();
                    problems.push(problems::unused(entry, &condition, &actual));
                }
                continue;
            }
        }
        match (given, key.fallback) {
            (Some((value, entry)), _) => {
                resolved
                    .values
                    .push((index, value, Some(entry.place.clone())));
            }
            (None, Fallback::Required) => problems.push(problems::missing(file, key)),
            (None, Fallback::Absent) => {}
            (None, Fallback::Integer(x)) => resolved.values.push((index, Value::Integer(x), None)),
            (None, Fallback::Float(x)) => resolved.values.push((index, Value::Float(x), None)),
            (None, Fallback::Text(x)) => {
                resolved.values.push((index, Value::Text(x.into()), None));
            }
            (None, Fallback::Bool(x)) => resolved.values.push((index, Value::Bool(x), None)),
        }
    }
    (resolved, problems)
}

fn value_of(entry: &Entry, key: &Key) -> Result<Value, Problem> {
    let fault = |fault: &str| Err(problems::out_of_range(entry, key, fault));
    match (key.kind, &entry.value) {
        (Kind::Integer { min, max, .. }, RawValue::Integer(x)) => match *x {
            Some(x) if x < min => fault("too small"),
            Some(x) if x <= max => Ok(Value::Integer(x)),
            _ => fault("too large"),
        },
        (Kind::Float { range, .. }, RawValue::Integer(_) | RawValue::Float(_)) => {
            let x = match entry.value {
                RawValue::Integer(Some(x)) => x as f64,
                RawValue::Float(x) => x,
                _ => f64::INFINITY,
            };
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
        (Kind::Text { choices }, RawValue::Text(text)) => {
            if choices.contains(&text.as_str()) {
                Ok(Value::Text(text.clone()))
            } else {
                fault("not a known choice")
            }
        }
        (Kind::Name, RawValue::Text(text)) => {
            if is_name(text) {
                Ok(Value::Text(text.clone()))
            } else {
                fault("not a name")
            }
        }
        (Kind::Bool, RawValue::Bool(x)) => Ok(Value::Bool(*x)),
        _ => Err(problems::wrong_type(entry, key)),
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
    debug_assert!(keys::find(path).is_some(), "{path} is no key");
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
