//! The one table of all keys that an experiment may have.
//!
//! The order is the order of the resolved file; the keys of a table stand together.

mod chip;
mod data;
mod process;
mod training;

use super::key::{
    Fallback::{Absent, Integer, Text},
    Key,
};
use std::sync::LazyLock;

/// TOML writes integers in 64 bits, programs that read JSON often hold them in an f64: seeds and
/// counts stay below 2^53.
const EXACT_MAX: i64 = 1 << 53;

/// All keys.
pub static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    [
        HEAD,
        data::KEYS,
        chip::KEYS,
        process::KEYS,
        training::KEYS,
        TAIL,
    ]
    .concat()
});

const HEAD: &[Key] = &[
    Key::name("name").doc("Name of the experiment, part of the results folder's name."),
    Key::integer("seed", (0, EXACT_MAX), "")
        .or(Integer(0))
        .doc("Seed of the training: initial phases, prototypes, batches and directions."),
];

const TAIL: &[Key] = &[
    Key::text("vote.rule", &["all-layers", "published"])
        .or(Text("all-layers"))
        .doc("Which layers vote: all, or as in the published code all but the last, which breaks ties."),
    Key::integer("limits.memory_mib", (1, 1 << 30), "MiB")
        .or(Integer(8192))
        .doc("An experiment whose estimated memory is larger is refused."),
    Key::integer("limits.sample_queries", (1, EXACT_MAX), "sample queries")
        .or(Absent)
        .hint("leave the key out for no budget")
        .doc("Samples that may be sent for training and calibration, evaluation not counted; no key, no budget."),
];

/// The key with this path.
pub fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// Whether some key stands in this table or below it.
pub fn is_section(path: &str) -> bool {
    KEYS.iter().any(|key| {
        key.path
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::super::key::{Fallback, Kind, State};
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn paths_are_unique_and_tables_stand_together() {
        let paths: BTreeSet<_> = KEYS.iter().map(|key| key.path).collect();
        assert_eq!(paths.len(), KEYS.len());
        let mut sections: Vec<_> = KEYS.iter().map(Key::section).collect();
        sections.dedup();
        let distinct: BTreeSet<_> = sections.iter().collect();
        assert_eq!(
            distinct.len(),
            sections.len(),
            "a table is split: {sections:?}"
        );
    }

    #[test]
    fn fallbacks_lie_in_their_ranges() {
        for key in KEYS.iter() {
            match (key.kind, key.fallback) {
                (_, Fallback::Required | Fallback::Absent) => {}
                (Kind::Integer { min, max, .. }, Fallback::Integer(x)) => {
                    assert!((min..=max).contains(&x), "{}", key.path);
                }
                (Kind::Float { range, .. }, Fallback::Float(x)) => {
                    assert!(range.clears_min(x) && range.clears_max(x), "{}", key.path);
                }
                (Kind::Text { choices }, Fallback::Text(x)) => {
                    assert!(choices.contains(&x), "{}", key.path);
                }
                (Kind::Bool, Fallback::Bool(_)) => {}
                (kind, fallback) => panic!("{}: {kind:?} with {fallback:?}", key.path),
            }
            assert!(
                !key.doc.is_empty() && key.doc.ends_with('.'),
                "{}",
                key.path
            );
        }
    }

    #[test]
    fn conditions_name_a_choice_of_an_earlier_key() {
        for (index, key) in KEYS.iter().enumerate() {
            let Some(condition) = key.used_when else {
                continue;
            };
            let other = KEYS[..index].iter().find(|k| k.path == condition.path);
            let other = other.unwrap_or_else(|| panic!("{}", key.path));
            match (condition.state, other.kind) {
                (State::Is(value), Kind::Text { choices }) => assert!(choices.contains(&value)),
                (State::In(values), Kind::Text { choices }) => {
                    assert!(values.iter().all(|value| choices.contains(value)));
                }
                (State::Is(value), Kind::Bool) => assert!(["true", "false"].contains(&value)),
                // With a default it would always be given.
                (State::Given, _) => assert_eq!(other.fallback, Fallback::Absent),
                (_, kind) => panic!("{}: {kind:?}", key.path),
            }
        }
    }

    #[test]
    fn of_a_group_at_most_one_key_has_a_default() {
        for key in KEYS.iter().filter(|key| key.group.is_some()) {
            let others = KEYS.iter().filter(|other| other.group == key.group);
            let members: Vec<_> = others.collect();
            assert!(members.len() > 1, "{}", key.path);
            let absent = members
                .iter()
                .filter(|other| other.fallback == Fallback::Absent);
            assert!(absent.count() + 1 >= members.len(), "{}", key.path);
        }
    }
}
