//! Netlists as YAML, in the form of gdsfactory and SAX.

mod read;
mod write;
mod yaml;

pub use read::{ReadNetlist, read_netlist};
pub use write::netlist_text;
