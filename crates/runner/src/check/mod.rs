//! Whether a network has become worse: the statistics of `fzero check`, without files.
//!
//! - [`estimate`]: the mean over runs, and how well dies and seeds determine it.
//! - [`comparison`]: the drop from one mean to another, with its tests.
//! - [`need`]: how many runs decide. [`holm`]: several settings at once.
//! - [`mod@judge`]: the verdicts. [`cost`]: limits on queries, time and memory.
//! - [`student`]: Student's t.
//!
//! How they were chosen: docs/decisions/010-check-by-welch.md.

pub mod comparison;
pub mod cost;
pub mod estimate;
pub mod holm;
pub mod judge;
pub mod need;
pub mod setting;
pub mod student;

pub use judge::{Limits, Verdict, judge};
