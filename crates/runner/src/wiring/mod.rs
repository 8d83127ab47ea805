//! Where light and learning meet: from a checked experiment to a design, a process, a device and a
//! training plan.

mod activation;
mod bench_ledger;
mod chip_box;
mod chip_twin;
mod design;
mod die;
mod forecast;
mod memory;
mod process;
mod solver;
mod training;

pub use bench_ledger::{BenchCosts, BenchLedger};
pub use chip_box::ChipBox;
pub use chip_twin::ChipTwin;
pub use design::{design, initial_phases, topology};
pub use die::{Circuit, circuit, die};
pub use forecast::forecast;
pub use memory::{memory_bytes, mesh_memory_bytes};
pub use process::{mesh_and_heaters, process};
pub use solver::{access, twin};
pub use training::{LayerGoal, amplitudes, goal, goals, plan};
