//! Helpers of the tests that cross the crates or drive the binary.
//!
//! - [`binary`]: where the `fzero` under test is.
//! - [`Bench`]: a scratch folder in which it runs.
//! - [`Results`]: what a run has left.

mod bench;
pub mod binary;
mod results;

pub use bench::{Bench, Ended, ended};
pub use results::Results;

/// A small experiment: two layers of 64 ports (the digits have 64 pixels), trained in a moment.
pub const TINY: &str = "name = \"tiny\"\ndata.set = \"digits\"\ntraining.epochs = 2\n";

/// Training and test images of the digits.
pub const DIGITS: [usize; 2] = [1437, 360];
