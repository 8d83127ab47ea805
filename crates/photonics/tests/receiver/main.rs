//! What detectors make of light: closed forms for every noise source alone and for every other effect.

#[path = "../common/mod.rs"]
mod common;
mod die;
mod homodyne;
mod noise;
mod readout;
mod setup;
