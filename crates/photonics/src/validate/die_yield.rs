//! How many dies reach a fidelity, and what keeps the others from it.
//!
//! # Definition
//! Yield is the probability that a die, set to a Haar-random target (as far as its topology reaches),
//! has at least the fidelity asked for. It is estimated from dies drawn as [`crate::fabricate`] draws
//! them, one target per die, with Wilson's interval of 95 %. The phases are those that light meets long
//! after a setting: range and resolution of the converters, efficiency, crosstalk, offsets and drift of
//! the process act ([`crate::chip::actuation`]). What is asked for are the phases of the ideal mesh,
//! or, where the splitter errors are known, those of the local correction ([`crate::mesh::correct`]),
//! which knows of no other error.
//!
//! # Attribution
//! Each cause that the process has is left alone, and left out, with the same dies and targets (common
//! random numbers): streams are named, so that one cause changes nothing of what is drawn for another.

use super::cause::Cause;
use super::statistics::{Proportion, Summary};
use super::trial::{Bench, Target, corrected};
use crate::chip::actuation::Actuator;
use crate::design::DesignError;
use crate::fabricate::draw_mesh;
use crate::fabricate::heater::HeaterStatics;
use crate::mesh::Topology;
use crate::mesh::correct::CorrectError;
use crate::process::Process;
use numerics::Streams;
use rayon::prelude::*;
use std::sync::Arc;
use thiserror::Error;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct YieldOptions {
    /// The fidelity that a good die reaches.
    pub fidelity: f64,
    /// Dies, each with a target of its own.
    pub dies: usize,
    /// The seed of the first die; the others follow it.
    pub first_die: u64,
    /// Whether the splitter errors are known and corrected MZI by MZI.
    pub corrected: bool,
}

/// How many dies are good.
#[derive(Clone, Debug, PartialEq)]
pub struct DieYield {
    /// The share of good dies.
    pub good: Proportion,
    /// The fidelities.
    pub fidelity: Summary,
    /// The fidelity of each die, in the order of the die seeds.
    pub fidelities: Vec<f64>,
}

/// One cause by itself, and all others without it.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// The cause.
    pub cause: Cause,
    /// Dies that have this cause alone.
    pub alone: DieYield,
    /// Dies that have all causes but this one.
    pub without: DieYield,
}

/// Why there is no yield.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum YieldError {
    /// There is nothing to count.
    #[error("a yield needs at least one die")]
    NoDies,
    /// A value of the process is out of its range, or something broken does not exist.
    #[error(transparent)]
    Process(#[from] DesignError),
    /// The phases cannot be corrected.
    #[error(transparent)]
    Correct(#[from] CorrectError),
}

/// The yield of a mesh. Targets come from the stream `validation-target` (die, 0) of `streams`, the
/// dies from the seeds `first_die`, `first_die` + 1, ..: those of a chip with one layer.
///
/// # Errors
/// No die; a process out of its ranges; a stuck heater that does not exist; the correction of a mesh with
/// other cells than MZIs and attenuators.
///
/// ```
/// use photonics::mesh::rectangular::rectangular;
/// use photonics::process::{MeshProcess, Process};
/// use photonics::validate::die_yield::{YieldOptions, die_yield};
/// let mesh = MeshProcess { splitter_error_sigma_rad: 0.02, ..MeshProcess::ideal() };
/// let process = Process { mesh, ..Process::ideal() };
/// let options = YieldOptions { fidelity: 0.999, dies: 40, first_die: 1, corrected: false };
/// let (topology, streams) = (rectangular(8)?.into(), numerics::Streams::new(1));
/// let plain = die_yield(&topology, &process, &options, &streams)?;
/// let corrected = YieldOptions { corrected: true, ..options };
/// let better = die_yield(&topology, &process, &corrected, &streams)?;
/// assert!(plain.good.passed < 40);
/// assert_eq!(better.good.passed, 40);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn die_yield(
    topology: &Arc<Topology>,
    process: &Process,
    options: &YieldOptions,
    streams: &Streams,
) -> Result<DieYield, YieldError> {
    count(
        topology,
        process,
        options,
        &targets(topology, options, streams)?,
    )
}

/// The yield of a mesh cause by cause, for those causes that the process has. The same dies and targets
/// as in [`die_yield`].
///
/// # Errors
/// As [`die_yield`].
pub fn attribution(
    topology: &Arc<Topology>,
    process: &Process,
    options: &YieldOptions,
    streams: &Streams,
) -> Result<Vec<Attribution>, YieldError> {
    process.check()?;
    let targets = targets(topology, options, streams)?;
    let causes = Cause::ALL.into_iter().filter(|cause| cause.is_in(process));
    causes
        .map(|cause| {
            let of = |process: &Process| count(topology, process, options, &targets);
            Ok(Attribution {
                cause,
                alone: of(&cause.alone_in(process))?,
                without: of(&cause.taken_from(process))?,
            })
        })
        .collect()
}

fn targets(
    topology: &Arc<Topology>,
    options: &YieldOptions,
    streams: &Streams,
) -> Result<Vec<Target>, YieldError> {
    if options.dies == 0 {
        return Err(YieldError::NoDies);
    }
    let targets = (0..options.dies).into_par_iter().map_init(
        || Bench::new(topology),
        |bench, die| bench.target(streams, die as u64),
    );
    Ok(targets.collect())
}

fn count(
    topology: &Arc<Topology>,
    process: &Process,
    options: &YieldOptions,
    targets: &[Target],
) -> Result<DieYield, YieldError> {
    process.check()?;
    let mut process = process.clone();
    // Long after a setting.
    process.heater.response_time_s = 0.0;
    let fidelities = targets
        .par_iter()
        .enumerate()
        .map_init(
            || (Bench::new(topology), Vec::new()),
            |(bench, actual_rad), (die, target)| {
                let streams = Streams::new(options.first_die.wrapping_add(die as u64));
                let mesh = draw_mesh(topology, &process.mesh, &streams, 0);
                let statics = HeaterStatics::draw(topology, &process.heater, &streams, 0);
                let stuck = &process.faults.stuck_heaters;
                let mut actuator =
                    Actuator::new(topology, statics.into(), &process.heater, streams, 0, stuck)?;
                let correction;
                let asked_rad = if options.corrected {
                    correction = corrected(&mesh, &target.phases_rad)?;
                    &correction
                } else {
                    &target.phases_rad
                };
                actual_rad.resize(actuator.heaters(), 0.0);
                actuator.actuate(asked_rad, 0.0, actual_rad);
                Ok(bench.fidelity(&mesh, actual_rad, target))
            },
        )
        .collect::<Result<Vec<f64>, YieldError>>()?;
    let good = fidelities
        .iter()
        .filter(|&&f| f >= options.fidelity)
        .count();
    Ok(DieYield {
        good: Proportion::of(good, fidelities.len()),
        fidelity: Summary::of(&fidelities).ok_or(YieldError::NoDies)?,
        fidelities,
    })
}
