//! What a sweep leaves.
//!
//! | file | content | written |
//! |---|---|---|
//! | `sweep.json` | settings, seeds, hash: what the runs are ([`Plan`]) | before the first query |
//! | `config.toml` | the resolved experiment of the first run | before the first query |
//! | `manifest.json` | program, machine, command line | before the first query |
//! | `parts/*.jsonl` | a row per finished run, a file per process ([`PartLog`]) | as runs end |
//! | `rows.jsonl`, `rows.csv` | all rows, by number | by renaming, at the end |
//! | `aggregates.json`, `aggregates.csv` | statistics per setting ([`Aggregates`]) | by renaming, at the end |
//!
//! Nothing but the time of each run, the last field of a row, depends on the machine or on the order in which
//! runs ended.

mod aggregate;
mod folder;
mod part;
mod plan;
mod spreadsheet;

pub use aggregate::{Aggregate, Aggregates, Spread, Yield};
pub use folder::SweepFolder;
pub use part::{PartLog, Storage};
pub use plan::{Plan, Planned, SweepManifest};
