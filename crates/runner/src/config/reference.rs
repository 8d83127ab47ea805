//! The table of keys as a page for people: `docs/config.md`.

use super::key::{Fallback, Key, Kind, State};
use super::keys::{KEYS, SWEEP, VALIDATION};
use super::table::KeyTable;
use std::fmt::Write;

const HEAD: &str = "\
# Configuration

Every key that an experiment may have. This page is made from the table of keys that the program
itself checks against; a test fails when they differ, and this renews it:

    FZERO_UPDATE_DOCS=1 cargo test -p runner config_reference

An experiment is a TOML file. A key that is not listed here, or that has no effect beside the others,
is refused with its line; all problems of a file are reported at once, with exit code 2. `fzero run
FILE --dry-run` prints the file with every default filled in, and the hash of that text, by which
results folders are named. `--set KEY=VALUE` changes a key for one run; a key of the file that such an
option leaves without effect is dropped.

\"Default\" is what holds when the file does not say. \"Used when\" names the value of another key
without which the key has no effect, or other keys that say the same thing and must not stand beside
it. A key whose default is none can be set to \"none\", for example to unset what a preset sets. Ranges include their ends unless marked otherwise; the unit `1`
is left out. A path is relative to the folder of the experiment's file, also where `--set` gives it;
the resolved text has it in full, and the hash leaves paths out.
";

const VALIDATION_HEAD: &str = "\
# Keys of a validation

Every key that a file for `fzero validate` may have, but for those of the process: `process.preset`, and all of
`[process.mesh]` and `[process.heater]`, as in [config.md](config.md). What the report says and how criteria are
judged: [validate.md](validate.md). This page is made from the table of keys that the program itself checks
against; a test fails when they differ, and this renews it:

    FZERO_UPDATE_DOCS=1 cargo test -p runner config_reference
";

const SWEEP_HEAD: &str = "\
# Keys of a sweep

Every key that a file for `fzero sweep` may have, but for `[set]` and `[[axis]]`: what these say, and what a
sweep leaves, is in [sweep.md](sweep.md). This page is made from the table of keys that the program itself
checks against; a test fails when they differ, and this renews it:

    FZERO_UPDATE_DOCS=1 cargo test -p runner config_reference
";

/// The page of an experiment, in Markdown: a table for each table of the file, in the order of the resolved
/// file.
pub fn markdown() -> String {
    page(&KEYS, HEAD, |_| true)
}

/// The page of a validation. Keys of the process are those of an experiment.
pub fn validation_markdown() -> String {
    let own = |key: &Key| !key.path.starts_with("process.");
    page(&VALIDATION, VALIDATION_HEAD, own)
}

/// The page of a sweep.
pub fn sweep_markdown() -> String {
    page(&SWEEP, SWEEP_HEAD, |_| true)
}

fn page(keys: &KeyTable, head: &str, shown: fn(&Key) -> bool) -> String {
    let mut text = head.to_owned();
    let mut section = None;
    for key in keys.iter().filter(|key| shown(key)) {
        if section != Some(key.section()) {
            section = Some(key.section());
            let title = match key.section() {
                "" => "Top of the file".to_owned(),
                section => format!("[{section}]"),
            };
            let _ = write!(
                text,
                "\n## {title}\n\n| key | value | default | used when | meaning |\n\
                 |---|---|---|---|---|\n"
            );
        }
        let _ = writeln!(text, "{}", row(keys, key));
    }
    text
}

fn row(keys: &KeyTable, key: &Key) -> String {
    let mut condition = key.used_when.map_or(String::new(), |condition| {
        let state = match condition.state {
            State::Is(value) => format!("is `{value}`"),
            State::In(values) => format!("is `{}`", values.join("` or `")),
            State::Given => "is given".to_owned(),
        };
        let other = condition.or_given;
        let other = other.map_or(String::new(), |path| format!(" or `{path}` is given"));
        format!("`{}` {state}{other}", condition.path)
    });
    if let Some(group) = key.group {
        let others = keys.iter().filter(|other| other.group == Some(group));
        let others: Vec<_> = others
            .filter(|other| other.path != key.path)
            .map(|other| format!("`{}`", other.leaf()))
            .collect();
        if !condition.is_empty() {
            condition.push_str(", ");
        }
        let _ = write!(condition, "without {}", others.join(", "));
    }
    let cells = [
        format!("`{}`", key.leaf()),
        value(&key.kind),
        default(key.fallback),
        condition,
        key.doc.to_owned(),
    ];
    format!(
        "| {} |",
        cells.map(|cell| cell.replace('|', "\\|")).join(" | ")
    )
}

fn value(kind: &Kind) -> String {
    match kind {
        Kind::Integer { .. } => format!("whole number: {kind}"),
        Kind::Float { .. } => format!("number: {kind}"),
        Kind::Text { choices } => choices
            .iter()
            .map(|choice| format!("`\"{choice}\"`"))
            .collect::<Vec<_>>()
            .join(", "),
        Kind::TextOrFile { choices } => {
            let words = choices.iter().map(|choice| format!("`\"{choice}\"`, "));
            format!("{}or the path of a .toml file", words.collect::<String>())
        }
        Kind::Name | Kind::Path | Kind::Preset => format!("text: {kind}"),
        Kind::CountOr { min, max, word } => {
            format!("`\"{word}\"`, or whole number: {min} to {max}")
        }
        Kind::Integers { .. } => format!("list of whole numbers: {kind}"),
        Kind::Floats { .. } => format!("number or list of numbers: {kind}"),
        Kind::Records { fields } => {
            let fields: Vec<_> = fields
                .iter()
                .map(|field| format!("`{}` {} ({})", field.path, value(&field.kind), field.doc))
                .collect();
            format!("list of tables of {}", fields.join("; "))
        }
        Kind::Bool => "`true`, `false`".to_owned(),
    }
}

fn default(fallback: Fallback) -> String {
    match fallback.value() {
        Some(value) => format!("`{}`", value.to_toml()),
        None if fallback == Fallback::Required => "required".to_owned(),
        None => "none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// Set, the test writes the page instead of comparing it.
    const UPDATE: &str = "FZERO_UPDATE_DOCS";

    #[test]
    fn config_reference_is_current() {
        let pages = [
            ("config.md", markdown()),
            ("validate-keys.md", validation_markdown()),
            ("sweep-keys.md", sweep_markdown()),
        ];
        for (name, expected) in pages {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../../docs")
                .join(name);
            if std::env::var_os(UPDATE).is_some() {
                std::fs::write(&path, &expected).unwrap();
            }
            let found = std::fs::read_to_string(&path).unwrap_or_default();
            let line = found
                .lines()
                .zip(expected.lines())
                .take_while(|(found, expected)| found == expected)
                .count();
            assert!(
                found == expected,
                "docs/{name} is not what the table of keys says, from line {} on; renew it with\n    \
                 {UPDATE}=1 cargo test -p runner config_reference",
                line + 1
            );
        }
    }

    #[test]
    fn config_reference_tells_every_key_once() {
        let page = markdown();
        for key in KEYS.iter() {
            let rows = page.split("\n## ").filter(|part| {
                let title = match key.section() {
                    "" => "Top of the file",
                    section => section,
                };
                part.trim_start_matches('[').split([']', '\n']).next() == Some(title)
            });
            let cell = format!("| `{}` |", key.leaf());
            let found: usize = rows.map(|part| part.matches(&cell).count()).sum();
            assert_eq!(found, 1, "{}", key.path);
        }
        // A bar within a cell would end it.
        for line in page.lines().filter(|line| line.starts_with('|')) {
            assert_eq!(line.replace("\\|", "").matches('|').count(), 6, "{line}");
        }
    }
}
