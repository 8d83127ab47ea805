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
    /// When the key has a meaning: another key has one of these values. `None`: always.
    pub used_when: Option<Condition>,
    /// One line: what it is, with its unit and source.
    pub doc: &'static str,
    /// What to do about a value that is out of range, where the range does not say enough.
    pub hint: Option<&'static str>,
}

/// A condition on the value of another key.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    /// Path of the other key; its kind is [`Kind::Text`] or [`Kind::Bool`].
    pub path: &'static str,
    /// The value that it must have, as text (`true` and `false` for a switch).
    pub value: &'static str,
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
    /// A name that can be part of a folder's name.
    Name,
    /// `true` or `false`.
    Bool,
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
            Self::Integer { min, max, unit } => write!(f, "{unit}, {min} to {max}"),
            Self::Float { range, unit: "1" } => write!(f, "{range}"),
            Self::Float { range, unit } => write!(f, "{unit}, {range}"),
            Self::Text { choices } => write!(f, "{}", choices.join(", ")),
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
            Self::Float { .. } => "a number",
            Self::Text { .. } | Self::Name => "text in quotes",
            Self::Bool => "true or false",
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
}

impl Key {
    /// A whole number from `min` to `max`.
    pub const fn integer(path: &'static str, (min, max): (i64, i64), unit: &'static str) -> Self {
        Self::new(path, Kind::Integer { min, max, unit })
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
            doc: "",
            hint: None,
        }
    }

    /// Sets what holds when the file does not say.
    pub const fn or(mut self, fallback: Fallback) -> Self {
        self.fallback = fallback;
        self
    }

    /// Gives the key a meaning only where another key has this value.
    pub const fn when(mut self, path: &'static str, value: &'static str) -> Self {
        self.used_when = Some(Condition { path, value });
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
