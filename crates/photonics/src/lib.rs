//! What light does in meshes of Mach-Zehnder interferometers.
//!
//! A [`design::ChipDesign`] is the ideal circuit; a [`process::Process`] is the statistics of the
//! foundry and of the instruments; [`fabricate::fabricate`] draws a die from both. The
//! [`chip::Chip`] that comes out can be programmed and measured like one on a bench.
//! There is no learning here: no data, no label, no training. What is fitted ([`fit`]) are
//! the phases of one mesh to a transfer matrix.
//!
//! Conventions: `U[out, in]`, column vectors; amplitudes in sqrt(W); losses in positive dB; theta = 0
//! is the cross state of an MZI and theta = pi the bar state.

pub mod budget;
pub mod calibrate;
pub mod chip;
pub mod component;
pub mod design;
pub mod detector;
mod encoder;
pub mod fabricate;
pub mod field;
pub mod fit;
pub mod in_situ;
pub mod interchange;
pub mod matrix;
pub mod mesh;
pub mod process;
pub mod real;
pub mod source;
pub mod twin;
pub mod units;
pub mod validate;

pub use field::FieldBatch;
pub use real::Real;
