//! From light to a number: the photodiode and the noise of its receiver.

pub mod photodiode;

pub use photodiode::{Photodiode, ReceiverNoise};
