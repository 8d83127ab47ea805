//! What a setting is: a value for the key of each axis.

use super::axis::Axis;
use crate::config::check;
use crate::config::raw::Entry;
use crate::config::resolved::Value;
use crate::error::Problem;
use serde_json::Map;
use std::collections::BTreeSet;

/// Key path -> value.
pub type Point = Map<String, serde_json::Value>;

pub(super) fn point_of(axes: &[Axis], entries: &[Entry]) -> Point {
    axes.iter()
        .zip(entries)
        .map(|(axis, entry)| {
            let value = check::value_of(entry, axis.key).ok().flatten();
            let value = value.map_or_else(|| check::NONE.into(), |value| json(&value));
            (axis.key.path.to_owned(), value)
        })
        .collect()
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Integer(x) => (*x).into(),
        Value::Float(x) => (*x).into(),
        Value::Text(text) => text.clone().into(),
        Value::Bool(x) => (*x).into(),
        Value::List(items) => items.iter().map(json).collect::<Vec<_>>().into(),
        Value::Record(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), json(value)));
            serde_json::Value::Object(fields.collect())
        }
    }
}

/// A point in words: `a = 1, b = 2`.
pub fn shown_point(point: &Point) -> String {
    if point.is_empty() {
        return "(no axes)".into();
    }
    let values: Vec<_> = point
        .iter()
        .map(|(key, value)| format!("{key} = {}", shown_value(value)))
        .collect();
    values.join(", ")
}

/// A value of a point: words without quotes, numbers that read back as the same bits.
pub fn shown_value(value: &serde_json::Value) -> String {
    match (value.as_str(), value.as_f64().filter(|_| value.is_f64())) {
        (Some(word), _) => word.to_owned(),
        (_, Some(x)) if x == 0.0 || (1e-4..1e5).contains(&x.abs()) => x.to_string(),
        (_, Some(x)) => format!("{x:e}"),
        _ => value.to_string(),
    }
}

/// The values of a point in the order of the axes.
pub fn in_order_of(axes: &[String], point: &Point) -> Vec<String> {
    let value = |key: &String| point.get(key).map_or_else(String::new, shown_value);
    axes.iter().map(value).collect()
}

/// The last parts of key paths, or the whole paths where these are not enough to tell them apart.
pub fn short_names(paths: &[String]) -> Vec<&str> {
    let leaves: Vec<&str> = paths
        .iter()
        .map(|path| path.rsplit('.').next().unwrap_or(path))
        .collect();
    match leaves.iter().collect::<BTreeSet<_>>().len() == leaves.len() {
        true => leaves,
        false => paths.iter().map(String::as_str).collect(),
    }
}

/// A problem with the experiment of this setting.
pub fn at_point(problem: Problem, point: &Point) -> Problem {
    Problem {
        why: format!("{}, at the setting {}", problem.why, shown_point(point)),
        ..problem
    }
}
