//! The differentiable twin against dense matrices, differences and identities.

#[path = "../common/mod.rs"]
mod common;

mod chip;
mod cost;
mod couplers;
mod mesh;
mod same_bytes;
