//! The analyses for designers, against closed forms, slow sums and simulated measurements.

#[path = "../common/mod.rs"]
mod common;

mod calibration;
mod calibration_cells;
mod cells;
mod heater_power;
mod path_loss;
mod reach;
mod reachable;
mod sensitivity;
mod tolerance;
mod yields;
