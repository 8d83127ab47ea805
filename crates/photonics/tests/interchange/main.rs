//! Meshes, phases and matrices in the forms of other programs.

mod convention;
mod netlist;
mod vectors;

#[path = "../common/mod.rs"]
mod common;
