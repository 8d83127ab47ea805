//! Whether a mesh is sound: analyses for designers of chips.
//!
//! Everything is computed in f64 and is the same for any number of threads. Definitions, formulas and
//! sources: `docs/validation.md`.

pub mod calibration;
pub mod cause;
pub mod die_yield;
mod haar_setting;
pub mod heater_power;
mod parts;
pub mod path_loss;
pub mod reach;
pub mod reachable;
pub mod sensitivity;
pub mod statistics;
pub mod tolerance;
mod trial;

pub use calibration::OtherCell;
