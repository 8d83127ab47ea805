//! The known name that is nearest to an unknown one.

use super::table::KeyTable;
use std::collections::BTreeSet;

/// The known key that an unknown path most likely means: the same name in another table, else the
/// fewest edits, at most a third of the path's length.
pub(super) fn nearest_key(table: &KeyTable, unknown: &str) -> Option<&'static str> {
    let leaf = unknown.rsplit('.').next().unwrap_or(unknown);
    let (edits, key) = table
        .iter()
        .map(|key| {
            let whole = strsim::osa_distance(unknown, key.path);
            // A right name in the wrong table costs as much as one edit.
            let moved = strsim::osa_distance(leaf, key.leaf()) + 1;
            (whole.min(moved), key)
        })
        // Of equals one that always has a meaning.
        .min_by_key(|(edits, key)| {
            let whole = strsim::osa_distance(unknown, key.path);
            (*edits, whole, key.used_when.is_some())
        })?;
    (edits <= allowed(leaf)).then_some(key.path)
}

/// The known table that an unknown one most likely means.
pub(super) fn nearest_section(table: &KeyTable, unknown: &str) -> Option<&'static str> {
    let sections: BTreeSet<_> = table
        .iter()
        .flat_map(|key| ancestors(table, key.section()))
        .collect();
    let (edits, section) = sections
        .into_iter()
        .map(|section| (strsim::osa_distance(unknown, section), section))
        .min()?;
    (edits <= allowed(unknown)).then_some(section)
}

/// The names that stand directly in a table, keys first.
pub(super) fn names_in(table: &KeyTable, section: &str) -> Vec<&'static str> {
    let prefix = if section.is_empty() {
        String::new()
    } else {
        format!("{section}.")
    };
    let mut names: Vec<&str> = Vec::new();
    for key in table.iter() {
        if let Some(rest) = key.path.strip_prefix(&prefix) {
            let name = rest.split('.').next().unwrap_or(rest);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

fn allowed(name: &str) -> usize {
    (name.chars().count() / 3).max(2)
}

fn ancestors(table: &KeyTable, section: &'static str) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut rest = section;
    while !rest.is_empty() {
        debug_assert!(table.is_section(rest));
        found.push(rest);
        rest = rest.rsplit_once('.').map_or("", |(parent, _)| parent);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::keys::KEYS;
    use super::*;

    #[test]
    fn finds_slips_of_the_pen_and_misplaced_names() {
        assert_eq!(nearest_key(&KEYS, "chip.port"), Some("chip.ports"));
        assert_eq!(nearest_key(&KEYS, "chip.prots"), Some("chip.ports"));
        assert_eq!(nearest_key(&KEYS, "seeed"), Some("seed"));
        assert_eq!(
            nearest_key(&KEYS, "training.learning_rate"),
            Some("training.optimizer.learning_rate")
        );
        assert_eq!(nearest_key(&KEYS, "chip.seed"), Some("seed"));
        assert_eq!(nearest_key(&KEYS, "chip.polarisation"), None);
    }

    #[test]
    fn finds_tables() {
        assert_eq!(nearest_section(&KEYS, "trainig"), Some("training"));
        assert_eq!(nearest_section(&KEYS, "chip.detector"), None);
        assert_eq!(
            nearest_section(&KEYS, "training.optimiser"),
            Some("training.optimizer")
        );
        assert_eq!(names_in(&KEYS, "vote"), ["rule"]);
        assert!(names_in(&KEYS, "").contains(&"chip"));
    }
}
