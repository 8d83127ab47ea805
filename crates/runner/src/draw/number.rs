//! Numbers in pictures: short, and the same everywhere.

/// A coordinate with at most one digit after the point.
pub(super) fn short(x: f64) -> String {
    let text = format!("{x:.1}");
    let text = text.strip_suffix(".0").map_or(text.as_str(), |whole| whole);
    if text == "-0" {
        "0".into()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_are_short() {
        assert_eq!(short(-0.04), "0");
        assert_eq!(short(12.0), "12");
        assert_eq!(short(12.06), "12.1");
        assert_eq!(short(-3.0), "-3");
    }
}
