//! Keys of TOML tables with their lines, and the wording of what is wrong with them.

use super::names::nearest;
use crate::config::raw::line_and_column;
use crate::error::Problem;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A text, and what is wrong with it.
pub(super) struct Reader<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    pub(super) problems: Vec<Problem>,
}

/// A value and the place of its key or of itself.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    /// How messages call it: `ports`, `component.ports`.
    pub(super) at: usize,
    pub(super) value: &'a Spanned<DeValue<'a>>,
}

/// A table, and how messages call it: empty for the whole file.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    pub(super) of: &'static str,
    pub(super) at: usize,
    pub(super) table: &'a DeTable<'a>,
}

impl<'a> Fields<'a> {
    /// The value of a key.
    pub(super) fn get(&self, name: &str) -> Option<Field<'a>> {
        let (key, value) = self
            .table
            .iter()
            .find(|(key, _)| key.get_ref().as_ref() == name)?;
        let at = key.span().start;
        Some(Field { at, value })
    }

    /// How messages call a key.
    pub(super) fn path(&self, name: &str) -> String {
        if self.of.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.of)
        }
    }
}

impl<'a> Reader<'a> {
    /// `file:line` of a byte of the text.
    pub(super) fn place(&self, at: usize) -> String {
        format!("{}:{}", self.file, line_and_column(self.text, at).0)
    }

    /// Something that is wrong at a place.
    pub(super) fn wrong(&mut self, at: usize, subject: String, why: String, help: String) {
        let place = self.place(at);
        self.problems.push(Problem {
            place,
            subject,
            why,
            help,
        });
    }

    /// Something that is wrong with the value of a key.
    pub(super) fn wrong_value(
        &mut self,
        fields: Fields<'_>,
        name: &str,
        why: impl Into<String>,
        help: impl Into<String>,
    ) {
        let Some(field) = fields.get(name) else {
            return;
        };
        let shown = self.shown(field.value);
        let subject = format!("{} = {shown}", fields.path(name));
        self.wrong(field.at, subject, why.into(), help.into());
    }

    /// A key that must be there and is not.
    pub(super) fn missing(&mut self, fields: Fields<'_>, name: &str, help: &str) {
        let subject = fields.path(name);
        self.wrong(fields.at, subject, "missing".into(), help.into());
    }

    /// Every key that is not among the known ones.
    pub(super) fn refuse_others(&mut self, fields: Fields<'_>, known: &[&str], why: &str) {
        let mut others: Vec<_> = fields
            .table
            .iter()
            .filter(|(key, _)| !known.contains(&key.get_ref().as_ref()))
            .map(|(key, _)| (key.span().start, key.get_ref().to_string()))
            .collect();
        others.sort();
        for (_, name) in others {
            let help = match nearest(&name, known) {
                Some(near) => format!("did you mean {}?", fields.path(near)),
                None => format!("known there: {}", known.join(", ")),
            };
            self.wrong_value(fields, &name, why, help);
        }
    }

    /// The value as written, on one line of at most 60 characters.
    fn shown(&self, value: &Spanned<DeValue<'_>>) -> String {
        let text = self.text.get(value.span()).unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        let mut shown: String = first.chars().take(60).collect();
        if shown.len() < text.len() {
            shown.push_str("..");
        }
        shown
    }

    /// The text of a key.
    pub(super) fn text(&mut self, fields: Fields<'a>, name: &str) -> Option<&'a str> {
        let field = fields.get(name)?;
        if let DeValue::String(text) = field.value.get_ref() {
            return Some(text);
        }
        self.wrong_value(fields, name, "text in quotes is needed", "");
        None
    }

    /// One of some words.
    pub(super) fn word(
        &mut self,
        fields: Fields<'a>,
        name: &str,
        known: &[&str],
    ) -> Option<&'a str> {
        let text = self.text(fields, name)?;
        if known.contains(&text) {
            return Some(text);
        }
        let help = match nearest(text, known) {
            Some(near) => format!("did you mean {near}?"),
            None => String::new(),
        };
        let why = format!("not known ({})", known.join(", "));
        self.wrong_value(fields, name, why, help);
        None
    }

    /// A number from `least` to `most`, whole or not.
    pub(super) fn number(
        &mut self,
        fields: Fields<'a>,
        name: &str,
        [least, most]: [f64; 2],
        unit: &str,
    ) -> Option<f64> {
        let field = fields.get(name)?;
        let value = match field.value.get_ref() {
            DeValue::Float(x) => x.as_str().replace('_', "").parse().ok(),
            DeValue::Integer(_) => whole(field.value.get_ref()).map(|x| x as f64),
            _ => None,
        };
        match value {
            Some(x) if (least..=most).contains(&x) => Some(x),
            _ => {
                let why = format!("a number is needed ({unit}{least} to {most})");
                self.wrong_value(fields, name, why, "");
                None
            }
        }
    }

    /// A list.
    pub(super) fn list(
        &mut self,
        fields: Fields<'a>,
        name: &str,
        of: &str,
    ) -> Option<&'a [Spanned<DeValue<'a>>]> {
        let field = fields.get(name)?;
        if let DeValue::Array(items) = field.value.get_ref() {
            return Some(items);
        }
        self.wrong_value(fields, name, format!("a list of {of} is needed"), "");
        None
    }
}

/// A whole number of at most 64 bits.
pub(super) fn whole(value: &DeValue<'_>) -> Option<i64> {
    let DeValue::Integer(x) = value else {
        return None;
    };
    i64::from_str_radix(x.as_str(), x.radix()).ok()
}
