//! What stands in the tables.

use crate::table::grouped;
use comfy_table::{CellAlignment, Table, presets};

pub(super) fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table
}

/// Numbers to the right, what they are of to the left.
pub(super) fn align(mut table: Table, columns: impl IntoIterator<Item = usize>) -> Table {
    for index in columns {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

pub(super) fn count(count: usize) -> String {
    grouped(count as u64)
}

pub(super) fn db(value: f64) -> String {
    // Not "-0.00".
    if value.abs() < 0.005 {
        "0.00".into()
    } else {
        format!("{value:.2}")
    }
}

/// Three digits, or nearly nothing.
pub(super) fn lost(x: f64) -> String {
    if x < 1e-12 {
        "0".into()
    } else if x < 1e-3 {
        format!("{x:.1e}")
    } else {
        format!("{x:.4}")
    }
}

/// Counts whole; others with four digits, and with more where the limit that they are held against has more.
pub(super) fn number(value: f64, limit: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", grouped(value.abs() as u64));
    }
    if value.abs() < 1e-3 {
        return format!("{value:.3e}");
    }
    let of_limit = format!("{limit}")
        .split_once('.')
        .map_or(0, |(_, after)| after.len());
    let own = (3 - value.abs().log10().floor() as i32).clamp(0, 6) as usize;
    let digits = if own < of_limit { of_limit + 1 } else { own };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(number(4096.0, 0.0), "4,096");
        assert_eq!(number(0.0, 1.5), "0");
        assert_eq!(number(0.95, 0.9), "0.9500");
        assert_eq!(number(12.3456, 3.0), "12.35");
        assert_eq!(number(0.999_998_7, 0.999_999), "0.9999987");
        assert_eq!(number(0.000_123_4, 1.0), "1.234e-4");
        assert_eq!(db(-0.001), "0.00");
        assert_eq!([0.0, 2e-5, 0.0123].map(lost), ["0", "2.0e-5", "0.0123"]);
    }
}
