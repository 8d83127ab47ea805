//! What a sweep may say beside `[set]` and its axes, which name keys of an experiment.

use super::super::key::{
    Fallback::{Absent, Integer, Text},
    Interval, Key,
};
use super::EXACT_MAX;

const DESIGN: &str = "design";

/// Designs that draw their points.
const DRAWN: &[&str] = &["random", "latin-hypercube"];

pub(super) const KEYS: &[Key] = &[
    Key::name("name").doc("Name of the sweep, part of the results folder's name."),
    Key::path("base")
        .or(Absent)
        .doc("The experiment of which each run is a variant, relative to this file; no key, [set] says all of it."),
    Key::text(DESIGN, &["grid", "zip", "random", "latin-hypercube"])
        .or(Text("grid"))
        .doc("How settings come from the axes: all combinations, the first axis slowest; first values together, second values, ..; drawn independently; or drawn so that each axis is covered evenly (McKay, Beckman, Conover, Technometrics 21, 239 (1979), doi:10.2307/1268522)."),
    Key::integer("samples", (1, 10_000_000), "settings")
        .when_in(DESIGN, DRAWN)
        .doc("Settings to draw."),
    Key::integer("sample_seed", (0, EXACT_MAX), "")
        .or(Integer(0))
        .when_in(DESIGN, DRAWN)
        .doc("Seed of what is drawn."),
    Key::integer("dies", (1, 10_000_000), "dies")
        .or(Absent)
        .one_of("dies")
        .doc("Dies on which each setting is run, their seeds from chip.die_seed of the experiment on; no key, that one."),
    Key::integers("die_seeds", (0, EXACT_MAX), "seeds")
        .or(Absent)
        .one_of("dies")
        .doc("Their seeds."),
    Key::integer("trainings", (1, 10_000_000), "trainings")
        .or(Absent)
        .one_of("trainings")
        .doc("Trainings of each setting on each die, their seeds from seed of the experiment on; no key, that one."),
    Key::integers("seeds", (0, EXACT_MAX), "seeds")
        .or(Absent)
        .one_of("trainings")
        .doc("Their seeds."),
    Key::float("yield_at", Interval::closed(0.0, 1.0), "1")
        .or(Absent)
        .doc("A die is good whose test accuracy (R^2) of the network, the mean over its trainings, is at least this; no key, no yield."),
    Key::integer("limits.runs", (1, 10_000_000), "runs")
        .or(Integer(10_000))
        .doc("A sweep of more runs is refused."),
    Key::integer("slurm.tasks", (1, 100_000), "tasks")
        .or(Integer(8))
        .doc("Tasks of the job array of --slurm, each with its share of the runs; never more than there are runs."),
    Key::integer("slurm.cpus", (1, 4096), "cores")
        .or(Integer(1))
        .doc("Cores of a task: so many runs at a time."),
    Key::name("slurm.partition")
        .or(Absent)
        .doc("Partition; no key, the cluster's default."),
    Key::name("slurm.account").or(Absent).doc("Account; no key, the cluster's default."),
    Key::integer("slurm.minutes", (1, 10_000_000), "min")
        .or(Absent)
        .doc("Time limit of a task; no key, the cluster's default."),
    Key::integer("slurm.memory_mib", (1, 1 << 30), "MiB")
        .or(Absent)
        .doc("Memory of a task; no key, the cluster's default."),
];
