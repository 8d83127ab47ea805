//! All values of an experiment, defaults filled in, as one canonical text with a hash.

use super::key::{Fallback, Key, Kind};
use super::raw::Place;
use super::table::KeyTable;
use crate::hash::sha256_hex;
use std::fmt::Write;

/// A checked value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Float(f64),
    /// A word.
    Text(String),
    /// A switch.
    Bool(bool),
    /// A list.
    List(Vec<Value>),
    /// A table within a list.
    Record(Vec<(&'static str, Value)>),
}

impl Value {
    /// As it is written in TOML. Every f64 has one spelling, which reads back as the same bits.
    pub fn to_toml(&self) -> String {
        match self {
            Self::Integer(x) => x.to_string(),
            Self::Float(x) => format!("{x:?}"),
            // A path may hold anything; choices and names need no escape and keep their quotes.
            Self::Text(text) => match text.contains(['"', '\\']) || text.contains(char::is_control)
            {
                true => toml::Value::String(text.clone()).to_string(),
                false => format!("\"{text}\""),
            },
            Self::Bool(x) => x.to_string(),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(Self::to_toml).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Record(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(name, value)| format!("{name} = {}", value.to_toml()))
                    .collect();
                format!("{{ {} }}", fields.join(", "))
            }
        }
    }

    fn to_value(&self) -> toml::Value {
        match self {
            Self::Integer(x) => toml::Value::Integer(*x),
            Self::Float(x) => toml::Value::Float(*x),
            Self::Text(text) => toml::Value::String(text.clone()),
            Self::Bool(x) => toml::Value::Boolean(*x),
            Self::List(items) => toml::Value::Array(items.iter().map(Self::to_value).collect()),
            Self::Record(fields) => toml::Value::Table(
                fields
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.to_value()))
                    .collect(),
            ),
        }
    }

    /// As a word, to compare with a condition: text without quotes.
    pub fn as_word(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            other => other.to_toml(),
        }
    }
}

impl Fallback {
    /// The value that it is, if it is one.
    pub fn value(self) -> Option<Value> {
        Some(match self {
            Self::Required | Self::Absent => return None,
            Self::Integer(x) => Value::Integer(x),
            Self::Float(x) => Value::Float(x),
            Self::Text(x) => Value::Text(x.into()),
            Self::Bool(x) => Value::Bool(x),
            Self::Integers(x) => Value::List(x.iter().copied().map(Value::Integer).collect()),
        })
    }
}

/// The value of each key in use, in the order of the table. Keys that have no effect, and keys
/// without a value, are left out.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The keys of this kind of file.
    pub(super) table: &'static KeyTable,
    /// Index into the table, the value, and where it was given (`None`: the default).
    pub(super) values: Vec<(usize, Value, Option<Place>)>,
}

impl Resolved {
    /// Nothing, yet.
    pub(super) fn new(table: &'static KeyTable) -> Self {
        Self {
            table,
            values: Vec::new(),
        }
    }

    /// The value of a key; `None` when it is absent or has no effect.
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.find(path).map(|(_, value, _)| value)
    }

    /// Where the value of a key was given; `None` when it is the default.
    pub fn place(&self, path: &str) -> Option<&Place> {
        self.find(path).and_then(|(_, _, place)| place.as_ref())
    }

    /// Gives a key a value that follows from others; where it was given stays known.
    pub(super) fn set(&mut self, path: &str, value: Value) {
        let Some(key) = self.table.iter().position(|key| key.path == path) else {
            return;
        };
        match self.values.binary_search_by_key(&key, |(key, ..)| *key) {
            Ok(found) => self.values[found].1 = value,
            Err(place) => self.values.insert(place, (key, value, None)),
        }
    }

    fn find(&self, path: &str) -> Option<&(usize, Value, Option<Place>)> {
        self.values
            .iter()
            .find(|(key, ..)| self.table[*key].path == path)
    }

    /// Paths and values in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.values
            .iter()
            .map(|(key, value, _)| (self.table[*key].path, value))
    }

    /// The canonical text: every key in use, in the order of the table, without comments. It reads
    /// back as the same experiment.
    pub fn to_toml(&self) -> String {
        self.text(|_| true)
    }

    fn text(&self, kept: impl Fn(&Key) -> bool) -> String {
        let mut text = String::new();
        let mut section = "";
        for (index, value, _) in &self.values {
            let key = &self.table[*index];
            let unstated = !key.stated && key.fallback.value().as_ref() == Some(value);
            if unstated || !kept(key) {
                continue;
            }
            if key.section() != section {
                section = key.section();
                let _ = write!(text, "\n[{section}]\n");
            }
            let _ = writeln!(text, "{} = {}", key.leaf(), value.to_toml());
        }
        text
    }

    /// SHA-256 of the canonical text without its paths, 64 hexadecimal digits: where data lies on a
    /// machine does not make another experiment. What is in it has a hash of its own.
    pub fn hash(&self) -> String {
        let text = self.text(|key| !matches!(key.kind, Kind::Path));
        sha256_hex(text.as_bytes())
    }

    /// The same as a TOML table, from which the typed configuration is read.
    pub fn to_table(&self) -> toml::Table {
        let mut root = toml::Table::new();
        for (path, value) in self.iter() {
            let value = value.to_value();
            insert(&mut root, path, value);
        }
        root
    }
}

fn insert(table: &mut toml::Table, path: &str, value: toml::Value) {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), value);
        }
        Some((head, rest)) => {
            let inner = table
                .entry(head)
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let toml::Value::Table(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_read_back_as_the_same_bits() {
        for x in [
            1e-9,
            1e9,
            0.1,
            0.05 * std::f64::consts::PI,
            1e300,
            -0.0,
            5e-324,
        ] {
            let text = format!("x = {}", Value::Float(x).to_toml());
            let table: toml::Table = text.parse().unwrap();
            let back = table["x"].as_float().unwrap_or_else(|| panic!("{text}"));
            assert_eq!(back.to_bits(), x.to_bits(), "{text}");
        }
    }
}
