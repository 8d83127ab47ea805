//! An experiment in TOML: read, checked against one table of keys, resolved and hashed.
//!
//! The way of a file: text -> [`raw`] entries with line numbers -> [`check`]ed against [`keys`] and
//! filled from the [`preset`] and with defaults -> [`resolved`] values with a canonical text and its SHA-256 -> the typed
//! [`Config`], the only thing that a command accepts. All problems of a file are
//! reported at once.

pub mod candidate;
pub mod check;
pub mod checked;
pub mod fit;
pub mod key;
pub mod keys;
pub mod load;
pub mod mesh;
mod paths;
pub mod preset;
mod problems;
pub mod raw;
pub mod reference;
pub mod resolved;
mod solver_fit;
mod suggest;
pub mod sweep;
pub mod table;
pub mod validation;

pub use checked::Config;
pub use load::{Loaded, Override};
pub use sweep::Sweep;
