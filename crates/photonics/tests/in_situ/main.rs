//! Back-propagation by measurements at a chip's phase shifters.

#[path = "../common/mod.rs"]
mod common;

mod bench;
mod loss;
mod noise;
mod truth;
