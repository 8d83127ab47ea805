//! Topologies and forms of MZIs by the names that files give them.

use photonics::mesh::{MziForm, NamedTopology};

/// The names of all topologies.
pub const NAMES: [&str; 8] = [
    "rectangular",
    "triangular",
    "diamond",
    REDUNDANT,
    "butterfly",
    "tree",
    "permuting-rectangular",
    "svd",
];

/// The one that takes extra columns.
pub(super) const REDUNDANT: &str = "redundant-rectangular";

/// The names of the forms of MZIs.
pub const FORMS: [&str; 3] = ["plain", "three-splitter", "symmetric"];

/// A topology by its name; `extra_columns` counts for a redundant rectangular mesh alone.
pub fn named(name: &str, extra_columns: usize) -> Option<NamedTopology> {
    Some(match name {
        "rectangular" => NamedTopology::Rectangular,
        "triangular" => NamedTopology::Triangular,
        "diamond" => NamedTopology::Diamond,
        REDUNDANT => NamedTopology::RedundantRectangular { extra_columns },
        "butterfly" => NamedTopology::Butterfly,
        "tree" => NamedTopology::Tree,
        "permuting-rectangular" => NamedTopology::PermutingRectangular,
        "svd" => NamedTopology::Svd,
        _ => return None,
    })
}

/// A form of MZIs by its name.
pub fn form(name: &str) -> Option<MziForm> {
    let forms = [MziForm::Plain, MziForm::ThreeSplitter, MziForm::Symmetric];
    forms.into_iter().find(|form| form.name() == name)
}

/// The known name that is nearest to an unknown one, if it is near.
pub(super) fn nearest<'a>(unknown: &str, known: &[&'a str]) -> Option<&'a str> {
    let (edits, name) = known
        .iter()
        .map(|name| (strsim::osa_distance(unknown, name), *name))
        .min()?;
    (edits <= (unknown.chars().count() / 3).max(2)).then_some(name)
}
