//! The configuration of results, and in what two of them differ.

use crate::check::setting::shown;
use crate::config::key::Kind;
use crate::config::keys::KEYS;
use crate::error::Problem;
use crate::hash::sha256_hex;
use crate::record::baseline::read_bounded;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What does not make another experiment: which of the dies and seeds, and what it is called.
const FREE: [&str; 3] = ["name", "seed", "chip.die_seed"];

/// Keys that are named before "and more".
const SHOWN: usize = 8;

/// A key that differs, with its values; none where it is not there.
pub(super) struct Difference {
    key: String,
    values: [Option<String>; 2],
}

/// The keys of a resolved configuration by their dotted paths, less those that do not make another
/// experiment, and paths of files.
///
/// # Errors
/// It cannot be read, or is not TOML.
pub(super) fn read(file: &Path) -> Result<BTreeMap<String, Value>, Problem> {
    let wrong = |why: String| Problem::of(file.display(), why, "run the experiment again");
    let text = read_bounded(file).map_err(wrong)?;
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| wrong(format!("not TOML: {}", error.message())))?;
    let value = serde_json::to_value(table).map_err(|error| wrong(error.to_string()))?;
    let mut found = BTreeMap::new();
    flatten("", value, &mut found);
    found.retain(|key, _| {
        let is_path = KEYS
            .find(key)
            .is_some_and(|key| matches!(key.kind, Kind::Path));
        !is_path && !FREE.contains(&key.as_str())
    });
    Ok(found)
}

fn flatten(path: &str, value: Value, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = match path {
                    "" => name,
                    path => format!("{path}.{name}"),
                };
                flatten(&path, value, into);
            }
        }
        value => {
            into.insert(path.to_owned(), value);
        }
    }
}

/// SHA-256 of a configuration.
pub(super) fn hash(config: &BTreeMap<String, Value>) -> String {
    let lines: String = config
        .iter()
        .map(|(key, value)| format!("{key} = {}\n", shown(value)))
        .collect();
    sha256_hex(lines.as_bytes())
}

/// The keys in which two configurations differ, less those that are varied.
pub(super) fn differences(
    a: &BTreeMap<String, Value>,
    b: &BTreeMap<String, Value>,
    varied: &[String],
) -> Vec<Difference> {
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    keys.into_iter()
        .filter(|key| !varied.contains(key))
        .map(|key| Difference {
            key: key.clone(),
            values: [a, b].map(|config| config.get(key).map(shown)),
        })
        .filter(|difference| difference.values[0] != difference.values[1])
        .collect()
}

/// Differences in words.
pub(super) fn list(differences: &[Difference]) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "absent".into());
    let mut words: Vec<String> = differences
        .iter()
        .take(SHOWN)
        .map(|d| {
            format!(
                "{} = {} there, {} here",
                d.key,
                value(&d.values[0]),
                value(&d.values[1])
            )
        })
        .collect();
    if differences.len() > SHOWN {
        words.push(format!("and {} more", differences.len() - SHOWN));
    }
    words.join("; ")
}
