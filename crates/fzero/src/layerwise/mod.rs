//! The training loop: stages of layers, each judged at a tap; by default layer by layer, each from its
//! own readouts.

mod batches;
mod evaluate;
mod measure;
mod plan;
mod position;
mod snr;
mod stage;
mod trainer;
mod vote;

pub use evaluate::{EVALUATION_CHUNK, NetworkAccuracy, evaluate};
pub use plan::{GradientSource, LayerwisePlan};
pub use position::{Position, Start};
pub use stage::{Part, Scope, Stage};
pub(crate) use trainer::train_stages;
pub use trainer::{Outcome, train};
pub use vote::VoteRule;
