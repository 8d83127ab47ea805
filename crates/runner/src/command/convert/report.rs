//! What `fzero convert` says.

use crate::command::print::print;
use crate::error::Error;
use serde_json::{Map, Value};

/// Lines for people, keys and values for programs.
#[derive(Debug, Default)]
pub(super) struct Report {
    lines: Vec<(&'static str, String)>,
    keys: Map<String, Value>,
}

impl Report {
    /// What was read and what was written.
    pub(super) fn line(&mut self, name: &'static str, text: impl ToString) -> &mut Self {
        self.lines.push((name, text.to_string()));
        self
    }

    /// The same for programs.
    pub(super) fn key(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        self.keys.insert(name.into(), value.into());
        self
    }

    pub(super) fn print(self, json: bool) -> Result<(), Error> {
        if json {
            return print(Value::Object(self.keys));
        }
        let width = self.lines.iter().map(|(name, _)| name.len()).max();
        let width = width.unwrap_or(0);
        let lines = self.lines.iter();
        let lines = lines.map(|(name, text)| format!("{name:width$}  {text}"));
        print(lines.collect::<Vec<_>>().join("\n"))
    }
}
