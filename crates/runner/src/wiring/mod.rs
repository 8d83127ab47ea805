//! Where light and learning meet: from a checked experiment to a design, a process, a device and a
//! training plan.

mod activation;
mod bench_ledger;
mod calibration;
mod chip_box;
mod chip_twin;
mod design;
mod device;
mod die;
mod digital;
mod forecast;
mod layer_goals;
mod memory;
mod process;
mod solver;
mod training;

pub use bench_ledger::{BenchCosts, BenchLedger};
pub use calibration::{Calibration, CalibrationError, Fitted};
pub use chip_box::ChipBox;
pub use chip_twin::ChipTwin;
pub use design::{design, initial_phases, topology};
pub use device::Device;
pub use die::{Circuit, circuit, die};
pub use digital::{DigitalNetwork, cnn, digital_memory_bytes, mlp};
pub use forecast::forecast;
pub use layer_goals::{LayerGoal, layer_goals};
pub use memory::{memory_bytes, mesh_memory_bytes};
pub use process::{mesh_and_heaters, process};
pub use solver::{access, in_situ, twin};
pub use training::{amplitudes, fine_tuning, goal, label_input, plan, prototypes};
