//! What a validation may say beside its process.

use super::super::key::{
    Fallback::{Absent, Bool, Float, Integer, Text},
    Interval, Key,
};
use super::EXACT_MAX;
use super::chip::{CELLS, MESHES};
use std::f64::consts::FRAC_PI_4;

/// Keys of the process that say nothing of a mesh, so that a validation does not take them. A preset may
/// have them.
pub const OF_NO_EFFECT: [&str; 4] = [
    "process.source.",
    "process.detector.",
    "process.instruments.",
    "process.faults.",
];

const PORTS: (i64, i64) = (1, 4096);
const COLUMNS: (i64, i64) = (1, 4096);

/// The keys of a candidate.
pub const CANDIDATE: &[Key] = &[
    Key::name("name")
        .or(Absent)
        .doc("What the report calls it; no key, its topology."),
    Key::text_or_file("topology", MESHES)
        .doc("A name as chip.mesh of an experiment (docs/config.md), or a mesh file (docs/meshes.md), relative to this one."),
    Key::integer("ports", PORTS, "ports")
        .or(Absent)
        .doc("Its ports; a mesh file says them itself."),
    Key::integer("extra_columns", COLUMNS, "columns")
        .or(Absent)
        .doc("Columns beyond those of the rectangular mesh, of redundant-rectangular; no key, 2."),
    Key::text("cell", CELLS)
        .or(Absent)
        .doc("Form of the MZIs, as chip.cell of an experiment; no key, plain."),
];

pub(super) const HEAD: &[Key] = &[
    Key::name("name").doc("Name of the validation."),
    Key::integer("seed", (0, EXACT_MAX), "")
        .or(Integer(0))
        .doc("Seed of the random targets; dies have seeds of their own, from die_seed on."),
    Key::integer("die_seed", (0, EXACT_MAX), "")
        .or(Integer(1))
        .doc("Seed of the first die; the others follow it. The die of an experiment with the same chip.die_seed is the same."),
    Key::records("candidate", CANDIDATE)
        .or(Absent)
        .doc("Meshes to be compared, in place of [mesh]: each a table [[candidate]]."),
    Key::text_or_file("mesh.topology", MESHES)
        .or(Absent)
        .doc("The mesh: a name as chip.mesh of an experiment (docs/config.md), or a mesh file (docs/meshes.md), relative to this one."),
    Key::integer("mesh.ports", PORTS, "ports")
        .or(Absent)
        .when_given("mesh.topology")
        .doc("Its ports; a mesh file says them itself."),
    Key::integer("mesh.extra_columns", COLUMNS, "columns")
        .or(Absent)
        .when_given("mesh.topology")
        .doc("Columns beyond those of the rectangular mesh, of redundant-rectangular; no key, 2."),
    Key::text("mesh.cell", CELLS)
        .or(Absent)
        .when_given("mesh.topology")
        .doc("Form of the MZIs, as chip.cell of an experiment; no key, plain."),
];

/// A switch for an analysis.
const fn analysis(path: &'static str) -> Key {
    Key::switch(path).or(Bool(true))
}

pub(super) const ANALYSES: &[Key] = &[
    Key::integer("validate.dies", (1, 1_000_000), "dies")
        .or(Integer(200))
        .doc("Dies of the yield, each set to a target of its own."),
    Key::integer("validate.tolerance_dies", (2, 1_000_000), "dies")
        .or(Integer(24))
        .doc("Dies of the tolerance, which takes 26 times the work of a yield per die."),
    Key::integer("validate.targets", (1, 1_000_000), "targets")
        .or(Integer(8))
        .doc("Random targets over which fidelity reach, sensitivity and heater power are averaged."),
    Key::integer("validate.fit_starts", (1, 1000), "starts")
        .or(Integer(2))
        .doc("Starts of a fit, of a mesh without decomposition, for its fidelity reach; the best counts."),
    Key::integer("validate.fit_iterations", (1, 1_000_000), "iterations")
        .or(Integer(300))
        .doc("Most steps of each start."),
    Key::float("validate.fidelity", Interval::open(0.0, 1.0), "1")
        .or(Float(0.95))
        .doc("The fidelity that a good die reaches, and that the tolerance is for: |Tr U^H V|^2 / (Tr U^H U Tr V^H V), which a common loss does not change."),
    Key::text("validate.programming", &["corrected", "uncorrected"])
        .or(Text("corrected"))
        .doc("How the dies of the yield are set: with their splitter errors known and corrected MZI by MZI (arXiv:2103.04993), or as if they had none."),
    analysis("validate.analyses.path_loss")
        .doc("Loss of the paths between all inputs and outputs."),
    analysis("validate.analyses.reachable_dimension")
        .doc("Rank of the Jacobian at generic phases."),
    analysis("validate.analyses.fidelity_reach")
        .doc("Fidelity of the ideal mesh with Haar-random targets: by decomposition, else by a fit."),
    analysis("validate.analyses.calibratability")
        .doc("Which phase offsets can be found from outside, and in which order."),
    analysis("validate.analyses.sensitivity")
        .doc("How much each phase and each coupler matters."),
    analysis("validate.analyses.tolerance")
        .doc("The largest splitter error for validate.fidelity, uncorrected and corrected."),
    analysis("validate.analyses.heater_power")
        .doc("Power of the heaters at random targets."),
    analysis("validate.analyses.yield").doc("Share of good dies."),
    analysis("validate.analyses.attribution")
        .when("validate.analyses.yield", "true")
        .doc("The yield with one cause of errors alone, and without each."),
];

const fn fraction(path: &'static str) -> Key {
    Key::float(path, Interval::closed(0.0, 1.0), "1").or(Absent)
}

const fn db(path: &'static str) -> Key {
    Key::float(path, Interval::closed(0.0, 1e6), "dB").or(Absent)
}

const fn angle(path: &'static str) -> Key {
    Key::float(path, Interval::closed(0.0, FRAC_PI_4), "rad").or(Absent)
}

const fn count(path: &'static str) -> Key {
    Key::integer(path, (0, EXACT_MAX), "").or(Absent)
}

pub(super) const CRITERIA: &[Key] = &[
    count("criteria.max_lint_findings")
        .doc("Oddities of the wiring: 0 for a sound one."),
    count("criteria.max_columns").doc("Columns of cells: the depth."),
    count("criteria.max_crossings")
        .doc("Waveguide crossings of the whole mesh."),
    db("criteria.max_worst_loss_db")
        .when("validate.analyses.path_loss", "true")
        .doc("Loss of the worst path."),
    db("criteria.max_imbalance_db")
        .when("validate.analyses.path_loss", "true")
        .doc("Mean loss of the worst pair of ports over that of the best."),
    Key::count_or_word("criteria.reachable_dimension", (0, EXACT_MAX), "full")
        .or(Absent)
        .when("validate.analyses.reachable_dimension", "true")
        .doc("Least rank of the Jacobian: a number, or full for N^2."),
    count("criteria.max_redundancy")
        .when("validate.analyses.reachable_dimension", "true")
        .doc("Phase shifters beyond that rank."),
    fraction("criteria.min_fidelity_reach")
        .when("validate.analyses.fidelity_reach", "true")
        .doc("Mean fidelity of the ideal mesh with Haar-random targets."),
    Key::switch("criteria.all_calibratable")
        .or(Bool(false))
        .when("validate.analyses.calibratability", "true")
        .doc("Whether every theta, and every phi but the references, must be measurable from outside."),
    angle("criteria.min_tolerance_rad")
        .when("validate.analyses.tolerance", "true")
        .doc("Standard deviation of splitter errors at which the mean fidelity is still validate.fidelity, uncorrected."),
    angle("criteria.min_tolerance_corrected_rad")
        .when("validate.analyses.tolerance", "true")
        .doc("The same, corrected."),
    Key::float("criteria.max_heater_power_w", Interval::closed(0.0, 1e9), "W")
        .or(Absent)
        .when("validate.analyses.heater_power", "true")
        .doc("Mean power of all heaters together."),
    fraction("criteria.min_yield")
        .when("validate.analyses.yield", "true")
        .doc("Share of good dies; undecided where its interval of 95 % contains the limit."),
    fraction("criteria.min_yield_lower_bound")
        .when("validate.analyses.yield", "true")
        .doc("Lower end of that interval."),
];

pub(super) const TAIL: &[Key] = &[Key::integer("limits.memory_mib", (1, 1 << 30), "MiB")
    .or(Integer(8192))
    .doc("A validation whose estimated memory is larger is refused.")];
