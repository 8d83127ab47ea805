//! A point of a sweep in words.

use serde_json::{Map, Value};

/// A point as `key = value, key = value`, keys sorted; empty of an empty point. Numbers that are equal
/// have one spelling, so that points of different files can be compared.
///
/// ```
/// # use serde_json::json;
/// # use runner::check::setting::setting;
/// let point = |value| json!({ "chip.ports": value }).as_object().unwrap().clone();
/// assert_eq!(setting(&point(json!(64))), "chip.ports = 64");
/// assert_eq!(setting(&point(json!(64.0))), "chip.ports = 64");
/// ```
pub fn setting(point: &Map<String, Value>) -> String {
    let mut parts: Vec<_> = point
        .iter()
        .map(|(key, value)| format!("{key} = {}", shown(value)))
        .collect();
    parts.sort();
    parts.join(", ")
}

/// A value with one spelling per number, text without quotes.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(x) if number.is_f64() && (x.fract() != 0.0 || x.abs() >= 1e15) => format!("{x:?}"),
            // A whole number; 0 of either sign.
            Some(x) if number.is_f64() => format!("{:.0}", x + 0.0),
            _ => number.to_string(),
        },
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(shown).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_spelling_per_value() {
        assert_eq!(shown(&json!(1e-3)), shown(&json!(0.001)));
        assert_eq!(shown(&json!(-0.0)), "0");
        assert_eq!(shown(&json!(1e300)), "1e300");
        assert_eq!(shown(&json!("intensity")), "intensity");
        assert_eq!(shown(&json!([1, 2.0])), "[1, 2]");
        assert_eq!(shown(&json!(true)), "true");
        let large = 9_007_199_254_740_993_u64;
        assert_eq!(shown(&json!(large)), large.to_string());
    }

    #[test]
    fn the_order_of_the_axes_does_not_count() {
        let point = json!({ "b": 1, "a": "x" });
        assert_eq!(setting(point.as_object().unwrap()), "a = x, b = 1");
    }
}
