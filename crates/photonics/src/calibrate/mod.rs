//! What can be learned of a die, and set on it, by measurements alone.
//!
//! Nothing here is given a [`GroundTruth`](crate::fabricate::GroundTruth): a die is programmed and
//! measured through its [`Chip`](crate::chip::Chip), which counts both.

mod bilinear;
mod clear_box;
mod ideal;
mod self_configure;
mod transfer;

pub use clear_box::{ClearBox, ClearBoxError, ClearBoxOptions, Measurements, clear_box};
pub use self_configure::{
    SelfConfigurable, SelfConfiguration, SelfConfigureError, SelfConfigureOptions, self_configure,
};
