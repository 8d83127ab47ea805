//! Meshes, phases and matrices in the forms of other programs.
//!
//! - [`touchstone`]: a transfer matrix as the scattering matrix of a network.
//! - [`convention`]: the phases of one program in the convention of another.
//! - [`netlist`]: a mesh as components, connections and external ports.
//! - [`drive`]: phases as powers, voltages and codes of converters.
//!
//! What is text for other programs alone (YAML, CSV, npz) is not here.

pub mod convention;
pub mod drive;
pub mod netlist;
pub mod touchstone;
mod wires;
