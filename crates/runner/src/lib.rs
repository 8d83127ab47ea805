//! The `fzero` command: TOML experiments on emulated photonic networks, with results that people and
//! programs can read.
//!
//! - [`cli`]: the command line; [`command`]: what it does.
//! - [`check`]: whether a network has become worse: the statistics.
//! - [`config`]: an experiment, read, checked and hashed.
//! - [`dataset`]: labelled images.
//! - [`draw`]: pictures of meshes.
//! - [`mesh_file`]: meshes in TOML.
//! - [`caution`]: warnings with advice, before a run begins.
//! - [`record`]: the results folder; [`progress`] and [`table`]: what a person sees.
//! - [`error`]: messages and exit codes.

pub mod caution;
pub mod check;
pub mod cli;
pub mod command;
pub mod config;
pub mod dataset;
pub mod draw;
pub mod error;
pub mod hash;
pub mod mesh_file;
pub mod progress;
pub mod record;
pub mod table;
pub mod wiring;
