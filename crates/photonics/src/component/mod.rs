//! Closed formulas of single components, without randomness.

pub mod activation;
pub mod coupler;
pub mod mzi;
