//! A table of keys: all that a kind of file may say.

use super::key::Key;
use std::ops::Deref;

/// Keys in the order of the resolved file; those of a table of the file stand together.
#[derive(Debug)]
pub struct KeyTable(Vec<Key>);

impl KeyTable {
    /// The keys of all parts, one after the other.
    pub fn new(parts: &[&[Key]]) -> Self {
        Self(parts.concat())
    }

    /// The key with this path.
    pub fn find(&self, path: &str) -> Option<&Key> {
        self.iter().find(|key| key.path == path)
    }

    /// Whether some key stands in this table of the file or below it.
    pub fn is_section(&self, path: &str) -> bool {
        self.iter().any(|key| {
            key.path
                .strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('.'))
        })
    }
}

impl Deref for KeyTable {
    type Target = [Key];

    fn deref(&self) -> &[Key] {
        &self.0
    }
}
