//! Training a network layer by layer, each from its own readouts.

mod batches;
mod evaluate;
mod measure;
mod plan;
mod snr;
mod trainer;
mod vote;

pub use evaluate::{EVALUATION_CHUNK, NetworkAccuracy, evaluate};
pub use plan::LayerwisePlan;
pub use trainer::{Outcome, train};
pub use vote::VoteRule;
