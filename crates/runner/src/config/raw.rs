//! A TOML text as a list of values with their places, before anything is checked.

use super::key::Kind;
use super::load::Override;
use super::problems;
use super::table::KeyTable;
use crate::error::Problem;
use std::fmt;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a preset, at this line from 1.
    Preset {
        /// The preset's name, or its file as the user named it.
        name: String,
        /// Its line.
        line: usize,
    },
    /// In the file, at this line from 1.
    Line {
        /// The file as the user named it.
        file: String,
        /// Its line.
        line: usize,
    },
    /// Somewhere in the file, for what is missing there.
    File(String),
    /// In a sweep, which changes keys of another file, at this line from 1.
    Sweep {
        /// The file of the sweep as the user named it.
        file: String,
        /// Its line.
        line: usize,
    },
    /// By an option of the command line.
    Option(&'static str),
}

impl Place {
    /// What stands at a place of a higher rank holds against what stands at one of a lower.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Preset { .. } => 0,
            Self::Line { .. } | Self::File(_) => 1,
            Self::Sweep { .. } | Self::Option(_) => 2,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Preset { name, line } => write!(f, "{name}:{line}"),
            Self::Line { file, line } | Self::Sweep { file, line } => write!(f, "{file}:{line}"),
            Self::File(file) => f.write_str(file),
            Self::Option(option) => f.write_str(option),
        }
    }
}

/// A value of the kinds that keys have.
#[derive(Clone, Debug, PartialEq)]
pub enum RawValue {
    /// A whole number; `None` when it needs more than 64 bits.
    Integer(Option<i64>),
    /// A number, possibly not finite.
    Float(f64),
    /// Text.
    Text(String),
    /// A switch.
    Bool(bool),
    /// A list.
    List(Vec<RawValue>),
    /// A table within a list: names and values.
    Table(Vec<(String, RawValue)>),
    /// Something that no key takes: its name with an article.
    Other(&'static str),
}

impl RawValue {
    /// Whether it is a number, whole or not.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Integer(_) | Self::Float(_))
    }

    /// As it stands in a message about a part of a list.
    pub fn shown(&self) -> String {
        match self {
            Self::Integer(Some(x)) => x.to_string(),
            Self::Integer(None) => "(a number of more than 64 bits)".into(),
            Self::Float(x) => format!("{x:?}"),
            Self::Text(text) => first_line(&format!("\"{text}\"")),
            Self::Bool(x) => x.to_string(),
            Self::List(_) => "[..]".into(),
            Self::Table(_) => "{ .. }".into(),
            Self::Other(noun) => format!("({noun})"),
        }
    }

    /// What was found, with its article.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number with a point",
            Self::Text(_) => "text",
            Self::Bool(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(noun) => noun,
        }
    }
}

/// A value that the user gave for a known key.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Dotted path; a key of the table.
    pub path: String,
    /// Where it was given.
    pub place: Place,
    /// The value.
    pub value: RawValue,
    /// The value as the user wrote it, at most one line.
    pub shown: String,
}

/// Reads a text. Known keys become entries, in order of their lines; unknown keys and tables, and
/// syntax errors, become problems.
pub fn read(table: &KeyTable, file: &str, text: &str) -> (Vec<Entry>, Vec<Problem>) {
    read_as(table, file, text, &|line| Place::Line {
        file: file.to_owned(),
        line,
    })
}

/// The same for the text of a preset.
pub fn read_preset(table: &KeyTable, name: &str, text: &str) -> (Vec<Entry>, Vec<Problem>) {
    read_as(table, name, text, &|line| Place::Preset {
        name: name.to_owned(),
        line,
    })
}

fn read_as(
    keys: &KeyTable,
    file: &str,
    text: &str,
    place: &dyn Fn(usize) -> Place,
) -> (Vec<Entry>, Vec<Problem>) {
    match parse(file, text) {
        Ok(table) => read_table(keys, text, &table, place),
        Err(problem) => (Vec::new(), vec![problem]),
    }
}

/// The tables of a text.
pub(super) fn parse<'a>(file: &str, text: &'a str) -> Result<DeTable<'a>, Problem> {
    DeTable::parse(text)
        .map(toml::Spanned::into_inner)
        .map_err(|error| syntax_problem(file, text, &error))
}

/// Reads a table of a text as if it were the whole of it.
pub(super) fn read_table(
    keys: &KeyTable,
    text: &str,
    table: &DeTable<'_>,
    place: &dyn Fn(usize) -> Place,
) -> (Vec<Entry>, Vec<Problem>) {
    let mut reader = Reader {
        keys,
        place,
        text,
        entries: Vec::new(),
        problems: Vec::new(),
    };
    reader.table(table, "");
    reader.finish()
}

/// Reads one value given by an option. A key that takes text takes it without quotes as well.
///
/// # Errors
/// A problem when the key is unknown.
pub fn read_override(table: &KeyTable, given: &Override) -> Result<Entry, Problem> {
    let place = Place::Option(given.option);
    let Some(key) = table.find(&given.key) else {
        let subject = format!("{} = {}", given.key, given.value);
        return Err(problems::unknown_key(table, &place, &given.key, subject));
    };
    let text = given.value.trim();
    let parsed = DeValue::parse(text)
        .ok()
        .map(|value| classify(value.get_ref()));
    let value = match (key.kind, parsed) {
        (_, Some(RawValue::Text(text))) => RawValue::Text(text),
        (
            Kind::Text { .. } | Kind::TextOrFile { .. } | Kind::Name | Kind::Path | Kind::Preset,
            _,
        )
        | (_, None) => RawValue::Text(text.to_owned()),
        (_, Some(value)) => value,
    };
    Ok(Entry {
        path: given.key.clone(),
        place,
        value,
        shown: first_line(text),
    })
}

struct Reader<'a> {
    keys: &'a KeyTable,
    place: &'a dyn Fn(usize) -> Place,
    text: &'a str,
    entries: Vec<(usize, Entry)>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, prefix: &str) {
        for (name, value) in table {
            let path = if prefix.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{prefix}.{}", name.get_ref())
            };
            let at = name.span().start;
            let place = (self.place)(line_and_column(self.text, at).0);
            let shown = self.shown(value.span());
            match value.get_ref() {
                DeValue::Table(inner) if self.keys.is_section(&path) => self.table(inner, &path),
                found if self.keys.find(&path).is_some() => {
                    let value = classify(found);
                    let entry = Entry {
                        path,
                        place,
                        value,
                        shown,
                    };
                    self.entries.push((at, entry));
                }
                found => {
                    let problem = if self.keys.is_section(&path) {
                        problems::not_a_table(
                            self.keys,
                            &place,
                            &path,
                            &shown,
                            classify(found).noun(),
                        )
                    } else if matches!(found, DeValue::Table(_)) {
                        problems::unknown_table(self.keys, &place, &path)
                    } else {
                        problems::unknown_key(self.keys, &place, &path, format!("{path} = {shown}"))
                    };
                    self.problems.push(problem);
                }
            }
        }
    }

    fn shown(&self, span: Range<usize>) -> String {
        first_line(self.text.get(span).unwrap_or_default())
    }

    /// The parser sorts keys by name; people read files by line.
    fn finish(mut self) -> (Vec<Entry>, Vec<Problem>) {
        self.entries.sort_by_key(|(at, _)| *at);
        let entries = self.entries.into_iter().map(|(_, entry)| entry);
        (entries.collect(), self.problems)
    }
}

pub(super) fn classify(value: &DeValue<'_>) -> RawValue {
    match value {
        DeValue::Integer(x) => RawValue::Integer(i64::from_str_radix(x.as_str(), x.radix()).ok()),
        DeValue::Float(x) => x
            .as_str()
            .parse()
            .map_or(RawValue::Float(f64::NAN), RawValue::Float),
        DeValue::String(text) => RawValue::Text(text.to_string()),
        DeValue::Boolean(x) => RawValue::Bool(*x),
        DeValue::Datetime(_) => RawValue::Other("a date"),
        DeValue::Array(items) => {
            RawValue::List(items.iter().map(|item| classify(item.get_ref())).collect())
        }
        DeValue::Table(table) => RawValue::Table(
            table
                .iter()
                .map(|(name, value)| (name.get_ref().to_string(), classify(value.get_ref())))
                .collect(),
        ),
    }
}

fn syntax_problem(file: &str, text: &str, error: &toml::de::Error) -> Problem {
    let place = match error.span() {
        Some(span) => {
            let (line, column) = line_and_column(text, span.start);
            format!("{file}:{line}:{column}")
        }
        None => file.to_owned(),
    };
    Problem::of(
        place,
        format!("not TOML: {}", error.message().replace('\n', ", ")),
        "see https://toml.io for the format",
    )
}

/// Line and column from 1 of a byte of the text; columns count characters.
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |i| i + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
    (line, column)
}

/// The first line, cut at 60 characters.
pub(super) fn first_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    let cut = line.chars().count() > LONGEST || text.lines().nth(1).is_some();
    let mut shown: String = line.chars().take(LONGEST).collect();
    if cut {
        shown.push_str("..");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::super::keys::KEYS;
    use super::*;

    #[test]
    fn values_keep_their_line_and_their_spelling() {
        let text = "seed = 1_000\n\n[chip]\nports = 0x10 # sixteen\nsource.port_power_dbm = -3\n";
        let (entries, problems) = read(&KEYS, "a.toml", text);
        assert_eq!(problems, []);
        let found: Vec<_> = entries
            .iter()
            .map(|e| (e.path.as_str(), e.place.to_string(), e.shown.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("seed", "a.toml:1".to_owned(), "1_000"),
                ("chip.ports", "a.toml:4".to_owned(), "0x10"),
                ("chip.source.port_power_dbm", "a.toml:5".to_owned(), "-3"),
            ]
        );
        assert_eq!(entries[0].value, RawValue::Integer(Some(1000)));
        assert_eq!(entries[1].value, RawValue::Integer(Some(16)));
        assert_eq!(entries[2].value, RawValue::Integer(Some(-3)));
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(line_and_column("a\n\u{e9}\u{e9}x", 6), (2, 3));
        assert_eq!(line_and_column("", 0), (1, 1));
        assert_eq!(line_and_column("ab", 99), (1, 3));
    }

    #[test]
    fn an_option_takes_words_without_quotes_and_numbers_as_numbers() {
        let entry = |key: &str, value: &str| {
            read_override(&KEYS, &Override::set(key, value)).map(|entry| entry.value)
        };
        assert_eq!(
            entry("training.goal.kind", "softmax"),
            Ok(RawValue::Text("softmax".into()))
        );
        assert_eq!(entry("name", "2026"), Ok(RawValue::Text("2026".into())));
        assert_eq!(entry("name", "\"q\""), Ok(RawValue::Text("q".into())));
        assert_eq!(entry("chip.ports", "16"), Ok(RawValue::Integer(Some(16))));
        assert_eq!(
            entry("chip.ports", "many"),
            Ok(RawValue::Text("many".into()))
        );
        assert!(entry("chip.prots", "16").is_err());
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(first_line("[1,\n2]"), "[1,..");
        assert_eq!(first_line(&"x".repeat(61)), format!("{}..", "x".repeat(60)));
    }
}
