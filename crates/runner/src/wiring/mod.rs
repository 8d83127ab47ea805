//! Where light and learning meet: from a checked experiment to a design, a process, a device and a
//! training plan.

mod budget;
mod chip_box;
mod design;
mod memory;
mod training;

pub use budget::link_budget;
pub use chip_box::ChipBox;
pub use design::{design, initial_phases, process};
pub use memory::{memory_bytes, mesh_memory_bytes};
pub use training::{LayerGoal, amplitudes, goals, plan};
