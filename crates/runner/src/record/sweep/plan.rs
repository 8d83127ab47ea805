//! `sweep.json`: what the runs of a sweep are.

use crate::config::Sweep;
use crate::record::Row;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The runs of a sweep: each setting on each die with each training, in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Name of the sweep.
    pub name: String,
    /// SHA-256 of what the runs are ([`Sweep::hash`]).
    pub sweep_hash: String,
    /// Score of a good die.
    pub yield_at: Option<f64>,
    /// Seeds of the dies; `[null]` where there is no chip.
    pub die_seeds: Vec<Option<u64>>,
    /// Seeds of the trainings.
    pub seeds: Vec<u64>,
    /// Key paths of the axes, in their order.
    pub axes: Vec<String>,
    /// The settings.
    pub settings: Vec<Planned>,
}

/// A setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// Key path -> value.
    pub point: Map<String, Value>,
    /// SHA-256 of its experiment with the seeds of the base.
    pub config_hash: String,
}

impl Plan {
    /// Of a sweep.
    pub fn of(sweep: &Sweep) -> Self {
        let settings = sweep.settings.iter().map(|setting| Planned {
            point: setting.point.clone(),
            config_hash: setting.config_hash.clone(),
        });
        Self {
            name: sweep.name.clone(),
            sweep_hash: sweep.hash(),
            yield_at: sweep.yield_at,
            die_seeds: sweep.die_seeds.clone(),
            seeds: sweep.seeds.clone(),
            axes: sweep.axes.clone(),
            settings: settings.collect(),
        }
    }

    /// Runs of one setting.
    pub fn repetitions(&self) -> usize {
        self.die_seeds.len() * self.seeds.len()
    }

    /// Number of runs.
    pub fn runs(&self) -> usize {
        self.settings.len() * self.repetitions()
    }

    /// Whether this is the row of one of its runs.
    pub fn has(&self, row: &Row) -> bool {
        row.run < self.runs() && {
            let (dies, seeds) = (self.die_seeds.len(), self.seeds.len());
            row.point == self.settings[row.run / (dies * seeds)].point
                && row.die_seed == self.die_seeds[row.run / seeds % dies]
                && row.seed == self.seeds[row.run % seeds]
        }
    }
}

/// `manifest.json` of a sweep: where its results come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepManifest {
    /// Name of the sweep.
    pub name: String,
    /// The file that was given.
    pub sweep_file: String,
    /// SHA-256 of what the runs are.
    pub sweep_hash: String,
    /// Version of the program.
    pub version: String,
    /// Revision of its source, when the build was told it.
    pub git_revision: Option<String>,
    /// The command line of the process that began.
    pub command_line: Vec<String>,
    /// SIMD level of that; it does not change results.
    pub simd: String,
    /// Runs at a time in that.
    pub threads: usize,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
}
