//! A YAML document as a tree with the lines of its parts. It comes from people and may be anything: no
//! aliases, which could inflate it, and no depth beyond what a netlist has.

use crate::error::Problem;
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::BTreeSet;

/// Deepest nesting; a netlist has 4.
const MAX_DEPTH: usize = 16;

/// A value, and the line where it begins, 1-based.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Text; whether it stands without quotes.
    Scalar(String, bool),
    Sequence(Vec<Node>),
    /// Keys with their lines.
    Mapping(Vec<(Key, Node)>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub(super) line: usize,
    pub(super) name: String,
}

/// What is open while a document is read.
enum Open {
    Sequence(usize, Vec<Node>),
    Mapping(usize, Vec<(Key, Node)>, Option<Key>, BTreeSet<String>),
}

/// The only document of a text.
///
/// # Errors
/// What is wrong with it, and on which line.
pub(super) fn parse(file: &str, text: &str) -> Result<Node, Problem> {
    let at =
        |line: usize, why: String, help: &str| Problem::of(format!("{file}:{line}"), why, help);
    let mut open: Vec<Open> = Vec::new();
    let mut document = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let line = error.marker().line();
            at(
                line,
                format!("not YAML: {}", error.info()),
                "give a netlist in YAML",
            )
        })?;
        let line = line(&span);
        let node = match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                if open.len() == MAX_DEPTH {
                    let why = format!("nested more than {MAX_DEPTH} deep");
                    return Err(at(line, why, "give a flat netlist"));
                }
                open.push(match event {
                    Event::SequenceStart(..) => Open::Sequence(line, Vec::new()),
                    _ => Open::Mapping(line, Vec::new(), None, BTreeSet::new()),
                });
                continue;
            }
            Event::MappingEnd | Event::SequenceEnd => match open.pop() {
                Some(Open::Mapping(line, entries, ..)) => Node {
                    line,
                    value: Value::Mapping(entries),
                },
                Some(Open::Sequence(line, items)) => Node {
                    line,
                    value: Value::Sequence(items),
                },
                None => continue,
            },
            Event::Scalar(text, style, ..) => Node {
                line,
                value: Value::Scalar(text.into_owned(), style == ScalarStyle::Plain),
            },
            Event::Alias(_) => {
                let help = "write the value out at its place";
                return Err(at(line, "an alias, which is not read".into(), help));
            }
            Event::DocumentStart(_) if document.is_some() => {
                let help = "give one netlist";
                return Err(at(line, "a second document".into(), help));
            }
            _ => continue,
        };
        match open.last_mut() {
            None => document = Some(node),
            Some(Open::Sequence(_, items)) => items.push(node),
            Some(Open::Mapping(_, entries, key, names)) => match (key.take(), node.value) {
                (Some(key), value) => {
                    let line = node.line;
                    entries.push((key, Node { line, value }));
                }
                (None, Value::Scalar(name, _)) => {
                    if !names.insert(name.clone()) {
                        let why = format!("{name}: a second entry of this name");
                        return Err(at(line, why, "remove or rename one of them"));
                    }
                    *key = Some(Key { line, name });
                }
                (None, _) => {
                    let help = "keys are names";
                    return Err(at(line, "a list or a table as a key".into(), help));
                }
            },
        }
    }
    document.ok_or_else(|| Problem::of(file, "is empty", "give a netlist in YAML"))
}

fn line(span: &Span) -> usize {
    span.start.line()
}
