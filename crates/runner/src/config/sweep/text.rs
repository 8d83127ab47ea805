//! The text of a sweep: its own keys, those of its experiment in `[set]`, and its axes.

use super::axis::{Axis, Bounds, Spread};
use crate::config::keys::{KEYS, SWEEP};
use crate::config::problems;
use crate::config::raw::{self, Entry, Place, RawValue, line_and_column};
use crate::error::Problem;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const SET: &str = "set";
const AXIS: &str = "axis";
const FIELDS: &str = "key, and one of values, range, log_range";

/// What a text says, as far as it can be understood by itself.
pub(super) struct SweepText {
    /// Its own keys.
    pub(super) own: Vec<Entry>,
    /// Keys of the experiment.
    pub(super) set: Vec<Entry>,
    /// In their order.
    pub(super) axes: Vec<Axis>,
    pub(super) problems: Vec<Problem>,
}

/// Reads a text.
///
/// # Errors
/// It is not TOML.
pub(super) fn read(file: &str, text: &str) -> Result<SweepText, Problem> {
    let mut table = raw::parse(file, text)?;
    let set = table.remove(SET);
    let axes = table.remove(AXIS);
    let line = |line| Place::Line {
        file: file.to_owned(),
        line,
    };
    let over = |line| Place::Sweep {
        file: file.to_owned(),
        line,
    };
    let (own, mut found) = raw::read_table(&SWEEP, text, &table, &line);
    // The nearest known name may be one of these two.
    for problem in &mut found {
        if let Some(names) = problem.help.strip_prefix("known at the top: ") {
            problem.help = format!("known at the top: {names}, {SET}, {AXIS}");
        }
    }
    let mut reader = AxisReader {
        file,
        text,
        problems: found,
    };
    let set = match set.as_ref().map(|set| (set.get_ref(), set.span())) {
        None => Vec::new(),
        Some((DeValue::Table(set), _)) => {
            let (entries, faults) = raw::read_table(&KEYS, text, set, &over);
            reader.problems.extend(faults);
            entries
        }
        Some((_, span)) => {
            let help = "write [set] and keys of the experiment below";
            reader.fault(span.start, SET, "a table is needed", help);
            Vec::new()
        }
    };
    let axes = match axes.as_ref().map(|axes| (axes.get_ref(), axes.span())) {
        None => Vec::new(),
        Some((DeValue::Array(items), _)) => {
            let items = items.iter().enumerate();
            items
                .filter_map(|(at, item)| reader.axis(at, item))
                .collect()
        }
        Some((_, span)) => {
            let help = "write [[axis]] for each, with its key and values below";
            reader.fault(span.start, AXIS, "a list of tables is needed", help);
            Vec::new()
        }
    };
    Ok(SweepText {
        own,
        set,
        axes,
        problems: reader.problems,
    })
}

struct AxisReader<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
}

impl AxisReader<'_> {
    fn place(&self, at: usize) -> Place {
        Place::Sweep {
            file: self.file.to_owned(),
            line: line_and_column(self.text, at).0,
        }
    }

    fn fault(&mut self, at: usize, subject: &str, why: &str, help: &str) {
        self.problems.push(Problem {
            place: self.place(at).to_string(),
            subject: subject.to_owned(),
            why: why.to_owned(),
            help: help.to_owned(),
        });
    }

    fn shown(&self, value: &Spanned<DeValue<'_>>) -> String {
        raw::first_line(self.text.get(value.span()).unwrap_or_default())
    }

    /// The axis, if nothing is wrong with it.
    fn axis(&mut self, index: usize, item: &Spanned<DeValue<'_>>) -> Option<Axis> {
        let name = format!("{AXIS}[{index}]");
        let before = self.problems.len();
        let DeValue::Table(table) = item.get_ref() else {
            let help = format!("write [[axis]], with {FIELDS} below");
            self.fault(item.span().start, &name, "a table is needed", &help);
            return None;
        };
        let mut spreads = Vec::new();
        let mut key = None;
        for (field, value) in table {
            let at = field.span().start;
            let subject = format!("{name}.{} = {}", field.get_ref(), self.shown(value));
            match field.get_ref().as_ref() {
                "key" => key = self.key(at, subject, value.get_ref()),
                "values" => {
                    if let Some(spread) = self.values(at, &subject, value.get_ref()) {
                        spreads.push((at, self.shown(value), spread));
                    }
                }
                "range" | "log_range" => {
                    let log = field.get_ref() == "log_range";
                    if let Some(bounds) = self.bounds(at, &subject, value.get_ref(), log) {
                        let spread = match log {
                            true => Spread::Log(bounds),
                            false => Spread::Linear(bounds),
                        };
                        spreads.push((at, self.shown(value), spread));
                    }
                }
                _ => self.fault(
                    at,
                    &subject,
                    "unknown key",
                    &format!("known there: {FIELDS}"),
                ),
            }
        }
        let start = item.span().start;
        if !table.contains_key("key") {
            let help = "the path of a key of the experiment, such as chip.layers";
            self.fault(start, &format!("{name}.key"), "missing", help);
        }
        let given = ["values", "range", "log_range"].map(|field| table.contains_key(field));
        if given.iter().filter(|given| **given).count() != 1 {
            let why = "needs one of values, range and log_range";
            let help =
                "for example values = [1, 2], or range = { from = 0.0, to = 0.1, steps = 5 }";
            self.fault(start, &name, why, help);
        }
        if self.problems.len() > before {
            return None;
        }
        let (at, shown, spread) = spreads.pop()?;
        let axis = Axis {
            key: key?,
            place: self.place(at),
            name,
            shown,
            spread,
        };
        let faults = axis.faults();
        let sound = faults.is_empty();
        self.problems.extend(faults);
        sound.then_some(axis)
    }

    fn key(
        &mut self,
        at: usize,
        subject: String,
        value: &DeValue<'_>,
    ) -> Option<&'static crate::config::key::Key> {
        let DeValue::String(path) = value else {
            let help = "the path of a key of the experiment, such as \"chip.layers\"";
            self.fault(at, &subject, "text in quotes is needed", help);
            return None;
        };
        let instead = match path.as_ref() {
            "chip.die_seed" => "give dies or die_seeds at the top: each setting is run on each die",
            "seed" => "give trainings or seeds at the top: each setting is trained with each seed",
            "name" => "a run of a sweep has no folder of its own that a name would be for",
            path => {
                let key = KEYS.iter().find(|key| key.path == path);
                if key.is_none() {
                    let place = self.place(at);
                    let problem = problems::unknown_key(&KEYS, &place, path, subject);
                    self.problems.push(problem);
                }
                return key;
            }
        };
        self.fault(at, &subject, "no axis", instead);
        None
    }

    fn values(&mut self, at: usize, subject: &str, value: &DeValue<'_>) -> Option<Spread> {
        let DeValue::Array(items) = value else {
            let help = "for example values = [0.0, 0.01, 0.02]";
            self.fault(at, subject, "a list is needed", help);
            return None;
        };
        if items.is_empty() {
            self.fault(at, subject, "empty", "give at least one value");
            return None;
        }
        let value = |item: &Spanned<DeValue<'_>>| (raw::classify(item.get_ref()), self.shown(item));
        Some(Spread::List(items.iter().map(value).collect()))
    }

    fn bounds(
        &mut self,
        at: usize,
        subject: &str,
        value: &DeValue<'_>,
        log: bool,
    ) -> Option<Bounds> {
        let help = "for example { from = 0.001, to = 0.1, steps = 5 }; steps only where they are not drawn";
        let DeValue::Table(table) = value else {
            self.fault(at, subject, "a table is needed", help);
            return None;
        };
        let bounds = match read_bounds(table) {
            Ok(bounds) => bounds,
            Err(why) => {
                self.fault(at, subject, &why, help);
                return None;
            }
        };
        if log && bounds.from <= 0.0 {
            let help = "a range on a logarithmic scale has no zero; add it with values instead";
            self.fault(at, subject, "from must be above 0", help);
            return None;
        }
        Some(bounds)
    }
}

fn read_bounds(table: &DeTable<'_>) -> Result<Bounds, String> {
    let number = |name: &str| match table.get(name).map(|value| raw::classify(value.get_ref())) {
        Some(RawValue::Integer(Some(x))) => Ok(x as f64),
        Some(RawValue::Float(x)) if x.is_finite() => Ok(x),
        Some(_) => Err(format!("{name} must be a number")),
        None => Err(format!("{name} is missing")),
    };
    let known = |name: &str| ["from", "to", "steps"].contains(&name);
    if let Some((name, _)) = table.iter().find(|(name, _)| !known(name.get_ref())) {
        return Err(format!("{} is an unknown key", name.get_ref()));
    }
    let steps = match table
        .get("steps")
        .map(|value| raw::classify(value.get_ref()))
    {
        None => None,
        Some(RawValue::Integer(Some(steps))) if steps >= 2 => Some(steps as u64),
        Some(_) => {
            return Err("steps must be a whole number, 2 or more: both ends belong to it".into());
        }
    };
    let (from, to) = (number("from")?, number("to")?);
    if from >= to {
        return Err("from must be below to".into());
    }
    Ok(Bounds { from, to, steps })
}
