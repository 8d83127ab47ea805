//! The results folder: what a run leaves for people and programs.
//!
//! | file | content | written |
//! |---|---|---|
//! | `config.toml` | the resolved experiment, its hash in a comment | before the first query |
//! | `manifest.json` | hash, seeds, version, machine, command line | before the first query |
//! | `metrics.jsonl` | a line per epoch and layer | as epochs end |
//! | `checkpoint.json` | parameters, prototypes, ledger | by renaming |
//! | `phases.npz`, of digital models `parameters.npz` | the same arrays for `numpy.load` | by renaming |
//! | `summary.json` | the final figures | by renaming, last |

mod archive;
mod atomic;
pub mod baseline;
pub mod bench;
pub mod checkpoint;
pub mod compare;
pub mod drive;
pub mod folder;
pub mod foreign_phases;
pub mod keeping;
pub mod lock;
pub mod manifest;
pub mod matrix;
pub mod mesh_phases;
pub mod metrics;
pub mod netlist;
pub(crate) mod npy;
pub mod npz;
pub mod output;
pub mod position;
pub mod row;
pub mod splitter_errors;
pub mod summary;
pub mod sweep;
pub mod timestamp;
pub mod touchstone;
pub mod trained;

pub use bench::BenchRecord;
pub use folder::{FolderChoice, ResultsFolder};
pub use manifest::Manifest;
pub use metrics::MetricsLog;
pub use row::Row;
pub use summary::Summary;
