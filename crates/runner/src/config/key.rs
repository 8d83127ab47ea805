//! What the table of keys says about one key.

use std::fmt;

/// One key of an experiment.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Dotted path, for example `chip.ports`.
    pub path: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// What holds when the file does not say.
    pub fallback: Fallback,
    /// When the key has a meaning. `None`: always.
    pub used_when: Option<Condition>,
    /// Keys of the same group say the same thing in different ways: at most one of them is given.
    pub group: Option<&'static str>,
    /// One line: what it is, with its unit and source.
    pub doc: &'static str,
    /// What to do about a value that is out of range, where the range does not say enough.
    pub hint: Option<&'static str>,
    /// Whether the default stands in the canonical text. Without, experiments from before there was the key
    /// keep their text and its hash.
    pub stated: bool,
}

/// A condition on another key.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    /// Path of the other key.
    pub path: &'static str,
    /// What must hold of it.
    pub state: State,
    /// A key that is enough instead where it has a value.
    pub or_given: Option<&'static str>,
}

/// What must hold of a key.
#[derive(Clone, Copy, Debug)]
pub enum State {
    /// It has this value, as text (`true` and `false` for a switch); its kind is [`Kind::Text`] or
    /// [`Kind::Bool`].
    Is(&'static str),
    /// It has one of these values, as text; its kind is [`Kind::Text`].
    In(&'static [&'static str]),
    /// It has a value.
    Given,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A whole number, bounds included.
    Integer {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
        /// What it counts; empty when it is a bare number.
        unit: &'static str,
    },
    /// A finite number.
    Float {
        /// Where it must lie.
        range: Interval,
        /// Its unit; `1` for a ratio.
        unit: &'static str,
    },
    /// One of these words.
    Text {
        /// The words.
        choices: &'static [&'static str],
    },
    /// A whole number, bounds included, or a word.
    CountOr {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
        /// The word.
        word: &'static str,
    },
    /// One of these words, or the path of a `.toml` file.
    TextOrFile {
        /// The words.
        choices: &'static [&'static str],
    },
    /// A name that can be part of a folder's name.
    Name,
    /// The path of a file or a folder, relative to the experiment's folder.
    Path,
    /// `true` or `false`.
    Bool,
    /// Whole numbers, bounds included; a single one may stand without its list.
    Integers {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
        /// What they count.
        unit: &'static str,
    },
    /// Finite numbers; a single one may stand without its list.
    Floats {
        /// Where each must lie.
        range: Interval,
        /// Their unit.
        unit: &'static str,
    },
    /// A list of tables with these keys, whose paths are their names alone.
    Records {
        /// The keys of each.
        fields: &'static [Key],
    },
    /// The name or the file of a preset. It is replaced by what the preset says, so it is not itself
    /// part of the resolved experiment.
    Preset,
}

/// Bounds of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower bound, finite.
    pub min: f64,
    /// Upper bound, finite or infinite.
    pub max: f64,
    /// Whether the lower bound itself is allowed.
    pub min_included: bool,
    /// Whether the upper bound itself is allowed.
    pub max_included: bool,
}

impl Interval {
    /// `min <= x <= max`.
    pub const fn closed(min: f64, max: f64) -> Self {
        Self {
            min,
            max,
            min_included: true,
            max_included: true,
        }
    }

    /// `min < x <= max`.
    pub const fn above(min: f64, max: f64) -> Self {
        Self {
            min,
            max,
            min_included: false,
            max_included: true,
        }
    }

    /// `min < x < max`.
    pub const fn open(min: f64, max: f64) -> Self {
        Self {
            min,
            max,
            min_included: false,
            max_included: false,
        }
    }

    /// `min <= x < max`.
    pub const fn below(min: f64, max: f64) -> Self {
        Self {
            min,
            max,
            min_included: true,
            max_included: false,
        }
    }

    /// Whether it lies above the lower bound. False for NaN.
    pub fn clears_min(&self, x: f64) -> bool {
        if self.min_included {
            x >= self.min
        } else {
            x > self.min
        }
    }

    /// Whether it lies below the upper bound. False for NaN.
    pub fn clears_max(&self, x: f64) -> bool {
        if self.max_included {
            x <= self.max
        } else {
            x < self.max
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let excluded = |included: bool| if included { "" } else { " (excluded)" };
        write!(f, "{}{}", self.min, excluded(self.min_included))?;
        write!(f, " to {}{}", self.max, excluded(self.max_included))
    }
}

impl fmt::Display for Kind {
    /// Unit and range, as they stand in a message.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer { min, max, unit: "" } => write!(f, "{min} to {max}"),
            Self::Integer { min, max, unit } | Self::Integers { min, max, unit } => {
                write!(f, "{unit}, {min} to {max}")
            }
            Self::Float { range, unit: "1" } => write!(f, "{range}"),
            Self::Float { range, unit } | Self::Floats { range, unit } => {
                write!(f, "{unit}, {range}")
            }
            Self::Records { fields } => {
                let names: Vec<_> = fields.iter().map(|field| field.path).collect();
                write!(f, "keys of each: {}", names.join(", "))
            }
            Self::Preset => f.write_str("a known name, or the path of a .toml file"),
            Self::Text { choices } => write!(f, "{}", choices.join(", ")),
            Self::CountOr { min, max, word } => write!(f, "{word}, or {min} to {max}"),
            Self::TextOrFile { choices } => {
                write!(f, "{}, or the path of a .toml file", choices.join(", "))
            }
            Self::Path => f.write_str("a path relative to this file, or an absolute one"),
            Self::Name => f.write_str("1 to 64 of A-Z a-z 0-9 . _ -, no dot first"),
            Self::Bool => f.write_str("true, false"),
        }
    }
}

impl Kind {
    /// What must be written, with its article.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Integer { .. } => "a whole number",
            Self::CountOr { .. } => "a whole number or a word in quotes",
            Self::Float { .. } => "a number",
            Self::Text { .. }
            | Self::TextOrFile { .. }
            | Self::Name
            | Self::Path
            | Self::Preset => "text in quotes",
            Self::Bool => "true or false",
            Self::Integers { .. } => "a list of whole numbers",
            Self::Floats { .. } => "a number or a list of numbers",
            Self::Records { .. } => "a list of tables",
        }
    }
}

/// The value of a key that the file does not set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fallback {
    /// The file must set it.
    Required,
    /// It stays unset.
    Absent,
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// A word.
    Text(&'static str),
    /// A switch.
    Bool(bool),
    /// Whole numbers.
    Integers(&'static [i64]),
}

impl Key {
    /// A whole number from `min` to `max`.
    pub const fn integer(path: &'static str, (min, max): (i64, i64), unit: &'static str) -> Self {
        Self::new(path, Kind::Integer { min, max, unit })
    }

    /// A whole number from `min` to `max`, or a word.
    pub const fn count_or_word(
        path: &'static str,
        (min, max): (i64, i64),
        word: &'static str,
    ) -> Self {
        Self::new(path, Kind::CountOr { min, max, word })
    }

    /// A finite number with a unit.
    pub const fn float(path: &'static str, range: Interval, unit: &'static str) -> Self {
        Self::new(path, Kind::Float { range, unit })
    }

    /// One of some words.
    pub const fn text(path: &'static str, choices: &'static [&'static str]) -> Self {
        Self::new(path, Kind::Text { choices })
    }

    /// A switch.
    pub const fn switch(path: &'static str) -> Self {
        Self::new(path, Kind::Bool)
    }

    /// Whole numbers from `min` to `max`.
    pub const fn integers(path: &'static str, (min, max): (i64, i64), unit: &'static str) -> Self {
        Self::new(path, Kind::Integers { min, max, unit })
    }

    /// Finite numbers with a unit.
    pub const fn floats(path: &'static str, range: Interval, unit: &'static str) -> Self {
        Self::new(path, Kind::Floats { range, unit })
    }

    /// A list of tables.
    pub const fn records(path: &'static str, fields: &'static [Key]) -> Self {
        Self::new(path, Kind::Records { fields })
    }

    /// One of some words, or a file.
    pub const fn text_or_file(path: &'static str, choices: &'static [&'static str]) -> Self {
        Self::new(path, Kind::TextOrFile { choices })
    }

    /// A preset.
    pub const fn preset(path: &'static str) -> Self {
        Self::new(path, Kind::Preset)
    }

    /// A file or a folder.
    pub const fn path(path: &'static str) -> Self {
        Self::new(path, Kind::Path)
    }

    /// A name.
    pub const fn name(path: &'static str) -> Self {
        Self::new(path, Kind::Name)
    }

    const fn new(path: &'static str, kind: Kind) -> Self {
        Self {
            path,
            kind,
            fallback: Fallback::Required,
            used_when: None,
            group: None,
            doc: "",
            hint: None,
            stated: true,
        }
    }

    /// Sets what holds when the file does not say.
    pub const fn or(mut self, fallback: Fallback) -> Self {
        self.fallback = fallback;
        self
    }

    /// Gives the key a meaning only where another key has this value.
    pub const fn when(mut self, path: &'static str, value: &'static str) -> Self {
        let state = State::Is(value);
        self.used_when = Some(Condition {
            path,
            state,
            or_given: None,
        });
        self
    }

    /// Gives the key a meaning only where another key has one of these values.
    pub const fn when_in(mut self, path: &'static str, values: &'static [&'static str]) -> Self {
        let state = State::In(values);
        self.used_when = Some(Condition {
            path,
            state,
            or_given: None,
        });
        self
    }

    /// Gives the key a meaning only where another key has a value.
    pub const fn when_given(mut self, path: &'static str) -> Self {
        let state = State::Given;
        self.used_when = Some(Condition {
            path,
            state,
            or_given: None,
        });
        self
    }

    /// Gives the key a meaning also where another key has a value; after the other condition.
    pub const fn or_when_given(mut self, path: &'static str) -> Self {
        if let Some(condition) = &mut self.used_when {
            condition.or_given = Some(path);
        }
        self
    }

    /// Puts it into a group of keys of which at most one is given.
    pub const fn one_of(mut self, group: &'static str) -> Self {
        self.group = Some(group);
        self
    }

    /// Leaves its default out of the canonical text.
    pub const fn unstated(mut self) -> Self {
        self.stated = false;
        self
    }

    /// Describes it in one line.
    pub const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }

    /// Says what to do about a value that is out of range.
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The table that it stands in, empty for the top.
    pub fn section(&self) -> &'static str {
        self.path
            .rsplit_once('.')
            .map_or("", |(section, _)| section)
    }

    /// Its name within its table.
    pub fn leaf(&self) -> &'static str {
        self.path
            .rsplit_once('.')
            .map_or(self.path, |(_, leaf)| leaf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_count_only_where_they_are_included() {
        let closed = Interval::closed(0.0, 1.0);
        let above = Interval::above(0.0, 1.0);
        let below = Interval::below(0.0, 1.0);
        assert!(closed.clears_min(0.0) && closed.clears_max(1.0));
        assert!(!above.clears_min(0.0) && above.clears_max(1.0));
        assert!(below.clears_min(0.0) && !below.clears_max(1.0));
        assert!(!closed.clears_min(f64::NAN) && !closed.clears_max(f64::NAN));
        assert_eq!(above.to_string(), "0 (excluded) to 1");
    }
}
