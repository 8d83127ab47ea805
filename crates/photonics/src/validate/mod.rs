//! Whether a mesh is sound: analyses for designers of chips.
//!
//! Everything is computed in f64 and is the same for any number of threads. Definitions, formulas and
//! sources: `docs/validation.md`.

mod parts;
pub mod reachable;
