//! The tables of all keys that an experiment, a validation, or a sweep may have.
//!
//! The order is the order of the resolved file; the keys of a table stand together.

mod chip;
mod data;
mod model;
mod process;
mod sweep;
mod training;
pub mod validation;

use super::key::{
    Fallback::{Absent, Integer, Text},
    Key,
};
use super::table::KeyTable;
use std::sync::LazyLock;

/// TOML writes integers in 64 bits, programs that read JSON often hold them in an f64: seeds and
/// counts stay below 2^53.
pub(super) const EXACT_MAX: i64 = 1 << 53;

/// All keys of an experiment.
pub static KEYS: LazyLock<KeyTable> = LazyLock::new(|| {
    KeyTable::new(&[
        HEAD,
        data::KEYS,
        model::KEYS,
        &of_chips(chip::KEYS),
        &of_chips(process::KEYS),
        training::KEYS,
        TAIL,
    ])
});

/// These keys where the model is a chip.
fn of_chips(keys: &[Key]) -> Vec<Key> {
    let bound = |key: &Key| match key.used_when {
        Some(_) => *key,
        None => key.when(model::KIND, model::MESH),
    };
    keys.iter().map(bound).collect()
}

/// All keys of a validation.
pub static VALIDATION: LazyLock<KeyTable> = LazyLock::new(|| {
    KeyTable::new(&[
        validation::HEAD,
        process::KEYS,
        validation::ANALYSES,
        validation::CRITERIA,
        validation::TAIL,
    ])
});

/// All keys of a sweep.
pub static SWEEP: LazyLock<KeyTable> = LazyLock::new(|| KeyTable::new(&[sweep::KEYS]));

const HEAD: &[Key] = &[
    Key::name("name").doc("Name of the experiment, part of the results folder's name."),
    Key::integer("seed", (0, EXACT_MAX), "")
        .or(Integer(0))
        .doc("Seed of the training: initial phases or weights, prototypes, batches and directions; and of the samples of a function."),
];

const TAIL: &[Key] = &[
    Key::text("vote.rule", &["all-layers", "published", "accumulated"])
        .or(Text("all-layers"))
        .when_in("training.solver", &["ff-dd", "ff-ad", "ff-pat", "ff-insitu"])
        .doc("Which layers vote, where each is trained for itself: all, or as in the published code all but the last, which breaks ties; accumulated: the largest sum of scores over all layers but the first, as Hinton sums goodness. Of numbers (data.set = f1 or f2) all-layers takes the mean over the layers, published the last layer."),
    Key::integer("limits.memory_mib", (1, 1 << 30), "MiB")
        .or(Integer(8192))
        .doc("An experiment whose estimated memory is larger is refused."),
    Key::integer("limits.sample_queries", (1, EXACT_MAX), "sample queries")
        .or(Absent)
        .hint("leave the key out for no budget")
        .doc("Samples that may be sent for training and calibration, evaluation not counted; no key, no budget."),
];

#[cfg(test)]
mod tests {
    use super::super::key::{Fallback, Kind, State};
    use super::*;
    use std::collections::BTreeSet;

    const TABLES: [&LazyLock<KeyTable>; 3] = [&KEYS, &VALIDATION, &SWEEP];

    #[test]
    fn paths_are_unique_and_tables_stand_together() {
        for table in TABLES {
            let paths: BTreeSet<_> = table.iter().map(|key| key.path).collect();
            assert_eq!(paths.len(), table.len());
            let mut sections: Vec<_> = table.iter().map(Key::section).collect();
            sections.dedup();
            let distinct: BTreeSet<_> = sections.iter().collect();
            assert_eq!(
                distinct.len(),
                sections.len(),
                "a table is split: {sections:?}"
            );
        }
    }

    #[test]
    fn fallbacks_lie_in_their_ranges() {
        for table in TABLES {
            for key in table.iter() {
                match (key.kind, key.fallback) {
                    (_, Fallback::Required | Fallback::Absent) => {}
                    (Kind::Integer { min, max, .. }, Fallback::Integer(x)) => {
                        assert!((min..=max).contains(&x), "{}", key.path);
                    }
                    (Kind::Float { range, .. }, Fallback::Float(x)) => {
                        assert!(range.clears_min(x) && range.clears_max(x), "{}", key.path);
                    }
                    (Kind::Text { choices } | Kind::TextOrFile { choices }, Fallback::Text(x)) => {
                        assert!(choices.contains(&x), "{}", key.path);
                    }
                    (Kind::Bool, Fallback::Bool(_)) => {}
                    (Kind::Integers { min, max, .. }, Fallback::Integers(list)) => {
                        assert!(list.iter().all(|x| (min..=max).contains(x)), "{}", key.path);
                    }
                    (kind, fallback) => panic!("{}: {kind:?} with {fallback:?}", key.path),
                }
                assert!(
                    !key.doc.is_empty() && key.doc.ends_with('.'),
                    "{}",
                    key.path
                );
            }
        }
    }

    #[test]
    fn conditions_name_a_choice_of_an_earlier_key() {
        for table in TABLES {
            for (index, key) in table.iter().enumerate() {
                let Some(condition) = key.used_when else {
                    continue;
                };
                if let Some(path) = condition.or_given {
                    let other = table[..index].iter().find(|k| k.path == path);
                    assert_eq!(other.map(|k| k.fallback), Some(Fallback::Absent));
                }
                let other = table[..index].iter().find(|k| k.path == condition.path);
                let other = other.unwrap_or_else(|| panic!("{}", key.path));
                match (condition.state, other.kind) {
                    (State::Is(value), Kind::Text { choices } | Kind::TextOrFile { choices }) => {
                        assert!(choices.contains(&value));
                    }
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
    }

    #[test]
    fn of_a_group_at_most_one_key_has_a_default() {
        for table in TABLES {
            for key in table.iter().filter(|key| key.group.is_some()) {
                let others = table.iter().filter(|other| other.group == key.group);
                let members: Vec<_> = others.collect();
                assert!(members.len() > 1, "{}", key.path);
                let absent = members
                    .iter()
                    .filter(|other| other.fallback == Fallback::Absent);
                assert!(absent.count() + 1 >= members.len(), "{}", key.path);
            }
        }
    }
}
