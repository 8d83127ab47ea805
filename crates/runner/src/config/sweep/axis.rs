//! An axis of a sweep: a key of the experiment and what it takes.

use crate::config::check;
use crate::config::key::{Key, Kind};
use crate::config::raw::{Entry, Place, RawValue};
use crate::error::Problem;
use numerics::math::{exp, ln};

/// A key and its values.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) key: &'static Key,
    /// Where its values are given.
    pub(super) place: Place,
    /// `axis[0]`
    pub(super) name: String,
    /// As the user wrote the values.
    pub(super) shown: String,
    pub(super) spread: Spread,
}

/// What an axis takes.
#[derive(Clone, Debug)]
pub(super) enum Spread {
    /// Values, each with how it was written.
    List(Vec<(RawValue, String)>),
    /// Numbers at equal distances, or drawn evenly.
    Linear(Bounds),
    /// Numbers at equal ratios, or drawn evenly on a logarithmic scale.
    Log(Bounds),
}

/// A range of numbers, `from < to`; both belong to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) from: f64,
    pub(super) to: f64,
    /// At least 2; none where they are drawn.
    pub(super) steps: Option<u64>,
}

impl Axis {
    /// How many values it has; none for a range without steps.
    pub(super) fn len(&self) -> Option<u64> {
        match &self.spread {
            Spread::List(values) => Some(values.len() as u64),
            Spread::Linear(bounds) | Spread::Log(bounds) => bounds.steps,
        }
    }

    /// The value number `at` below [`Axis::len`].
    ///
    /// # Panics
    /// `at` too large, or a range without steps: errors of the caller.
    pub(super) fn value(&self, at: u64) -> Entry {
        match &self.spread {
            Spread::List(values) => self.entry(values[at as usize].clone()),
            Spread::Linear(bounds) | Spread::Log(bounds) => {
                let last = bounds.steps.expect("a range with steps") - 1;
                assert!(at <= last, "{at} of {last}");
                self.number(bounds.at(at as f64, last as f64, self.is_log()))
            }
        }
    }

    /// The value at the share `u` of the axis, 0 to below 1.
    pub(super) fn drawn(&self, u: f64) -> Entry {
        match &self.spread {
            Spread::List(values) => {
                let at = (u * values.len() as f64) as usize;
                self.entry(values[at.min(values.len() - 1)].clone())
            }
            Spread::Linear(bounds) | Spread::Log(bounds) => {
                if !self.is_whole() {
                    return self.number(bounds.at(u, 1.0, self.is_log()));
                }
                // Each whole number has a unit of the range.
                let wide = Bounds {
                    from: if self.is_log() {
                        bounds.from
                    } else {
                        bounds.from.ceil()
                    },
                    to: bounds.to.floor() + 1.0,
                    steps: None,
                };
                let x = wide.at(u, 1.0, self.is_log()).floor();
                self.number(x.clamp(bounds.from.ceil(), bounds.to.floor()))
            }
        }
    }

    /// What is wrong with it by itself: values that its key does not take.
    pub(super) fn faults(&self) -> Vec<Problem> {
        let bounds = match &self.spread {
            Spread::List(values) => {
                let entries = values.iter().map(|value| self.entry(value.clone()));
                return entries.flat_map(|entry| self.faults_of(&entry)).collect();
            }
            Spread::Linear(bounds) | Spread::Log(bounds) => bounds,
        };
        if !self.is_whole() && !matches!(self.key.kind, Kind::Float { .. } | Kind::Floats { .. }) {
            let why = format!(
                "a range is of numbers, {} is {}",
                self.key.path,
                self.key.kind.noun()
            );
            return vec![self.problem(why, "give values = [..]".into())];
        }
        let ends = [bounds.from, bounds.to].map(|x| self.number(x));
        ends.iter().flat_map(|end| self.faults_of(end)).collect()
    }

    /// What is wrong with one of its values by itself.
    pub(super) fn faults_of(&self, entry: &Entry) -> Vec<Problem> {
        check::value_of(entry, self.key).err().unwrap_or_default()
    }

    /// A problem with its values.
    pub(super) fn problem(&self, why: String, help: String) -> Problem {
        let field = match self.spread {
            Spread::List(_) => "values",
            Spread::Linear(_) => "range",
            Spread::Log(_) => "log_range",
        };
        Problem {
            place: self.place.to_string(),
            subject: format!("{}.{field} = {}", self.name, self.shown),
            why,
            help,
        }
    }

    fn is_log(&self) -> bool {
        matches!(self.spread, Spread::Log(_))
    }

    fn is_whole(&self) -> bool {
        matches!(
            self.key.kind,
            Kind::Integer { .. } | Kind::Integers { .. } | Kind::CountOr { .. }
        )
    }

    fn number(&self, x: f64) -> Entry {
        let whole = self.is_whole() && x.fract() == 0.0 && x.abs() < 9e15;
        let value = match whole {
            true => RawValue::Integer(Some(x as i64)),
            false => RawValue::Float(x),
        };
        let shown = value.shown();
        self.entry((value, shown))
    }

    fn entry(&self, (value, shown): (RawValue, String)) -> Entry {
        Entry {
            path: self.key.path.to_owned(),
            place: self.place.clone(),
            value,
            shown,
        }
    }
}

impl Bounds {
    /// The number at the share `at / of` of the range, with 12 decimal digits, which people can read.
    fn at(&self, at: f64, of: f64, log: bool) -> f64 {
        if at == 0.0 {
            return self.from;
        }
        if at == of {
            return self.to;
        }
        let (a, b) = (1.0 - at / of, at / of);
        let x = match log {
            false => a * self.from + b * self.to,
            true => exp(a * ln(self.from) + b * ln(self.to)),
        };
        let rounded = format!("{x:.11e}").parse().unwrap_or(x);
        rounded.clamp(self.from, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keys::KEYS;

    fn axis(path: &str, spread: Spread) -> Axis {
        Axis {
            key: KEYS.iter().find(|key| key.path == path).unwrap(),
            place: Place::File("s.toml".into()),
            name: "axis[0]".into(),
            shown: "..".into(),
            spread,
        }
    }

    fn bounds(from: f64, to: f64, steps: Option<u64>) -> Bounds {
        Bounds { from, to, steps }
    }

    fn floats(axis: &Axis) -> Vec<f64> {
        let values = (0..axis.len().unwrap()).map(|at| match axis.value(at).value {
            RawValue::Float(x) => x,
            RawValue::Integer(Some(x)) => x as f64,
            other => panic!("{other:?}"),
        });
        values.collect()
    }

    const SIGMA: &str = "process.mesh.splitter_error_sigma_rad";

    #[test]
    fn ranges_have_their_ends_and_numbers_that_can_be_read() {
        let linear = axis(SIGMA, Spread::Linear(bounds(0.0, 0.05, Some(6))));
        assert_eq!(floats(&linear), [0.0, 0.01, 0.02, 0.03, 0.04, 0.05]);
        let log = axis(SIGMA, Spread::Log(bounds(1e-4, 0.1, Some(4))));
        assert_eq!(floats(&log), [1e-4, 1e-3, 1e-2, 0.1]);
        let whole = axis("chip.layers", Spread::Linear(bounds(1.0, 4.0, Some(4))));
        assert_eq!(floats(&whole), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(whole.value(1).value, RawValue::Integer(Some(2)));
        // Between whole numbers there is none.
        let broken = axis("chip.layers", Spread::Linear(bounds(1.0, 4.0, Some(3))));
        assert!(broken.faults().is_empty());
        assert_eq!(broken.faults_of(&broken.value(1)).len(), 1);
    }

    #[test]
    fn what_is_drawn_covers_the_range_and_each_whole_number_equally() {
        let linear = axis(SIGMA, Spread::Linear(bounds(0.02, 0.04, None)));
        assert_eq!(linear.drawn(0.0).value, RawValue::Float(0.02));
        assert_eq!(linear.drawn(0.5).value, RawValue::Float(0.03));
        let whole = axis("chip.layers", Spread::Linear(bounds(1.0, 4.0, None)));
        let drawn = [0.0, 0.24, 0.26, 0.51, 0.76, 0.999].map(|u| whole.drawn(u).value);
        assert_eq!(
            drawn,
            [1, 1, 2, 3, 4, 4].map(|x| RawValue::Integer(Some(x)))
        );
        let words = ["mature", "ideal"].map(|word| (RawValue::Text(word.into()), word.into()));
        let list = axis("process.preset", Spread::List(words.into()));
        assert_eq!(list.drawn(0.49).shown, "mature");
        assert_eq!(list.drawn(0.5).shown, "ideal");
    }

    #[test]
    fn values_that_the_key_does_not_take_are_named_one_by_one() {
        let values = [
            (RawValue::Float(0.1), "0.1".into()),
            (RawValue::Float(-1.0), "-1.0".into()),
            (RawValue::Text("x".into()), "\"x\"".into()),
        ];
        let faults = axis(SIGMA, Spread::List(values.into())).faults();
        let subjects: Vec<_> = faults.iter().map(|fault| fault.subject.as_str()).collect();
        assert_eq!(
            subjects,
            [format!("{SIGMA} = -1.0"), format!("{SIGMA} = \"x\"")]
        );
        let words = axis("chip.mesh", Spread::Linear(bounds(0.0, 1.0, Some(2))));
        assert!(words.faults()[0].why.starts_with("a range is of numbers"));
    }
}
