//! The largest splitter error at which a mesh still reaches a fidelity.
//!
//! # Definition
//! The standard deviation sigma of independent splitter errors at which the fidelity, averaged over
//! dies and Haar-random targets (one target per die), falls to the one asked for; everything else is
//! ideal. Found by bisection with common random numbers: every die has the same normal numbers and the
//! same target at each sigma, so that the mean is a smooth function of sigma. The interval of 95 % is
//! that of the mean over dies (normal approximation), divided by the slope of the mean.
//!
//! # Laws
//! Uncorrected, F = exp(-2 (N - 1) sigma^2): 2 (N - 1) couplers lie on a path on average, and each has
//! the mean field exp(-sigma^2 / 2). After local correction ([`crate::mesh::correct`]) the relative
//! error is near 0.75 N sigma^2 (arXiv:2103.04993), and 1 - F is about its square.

use super::statistics::{Summary, Z_95};
use super::trial::{Bench, Target, correctable, corrected};
use crate::fabricate::draw_mesh;
use crate::mesh::Topology;
use crate::mesh::correct::CorrectError;
use crate::process::MeshProcess;
use numerics::Streams;
use rayon::prelude::*;
use std::f64::consts::FRAC_PI_4;
use std::sync::Arc;

/// The bisection ends when its bounds differ by this share of the upper one: far below the interval.
const RESOLUTION: f64 = 1e-4;

/// The slope is taken between sigma times 1 minus and 1 plus this.
const SLOPE_STEP: f64 = 0.02;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ToleranceOptions {
    /// The mean fidelity to be reached, in (0, 1).
    pub fidelity: f64,
    /// Dies, each with a target of its own.
    pub dies: usize,
    /// Whether the splitter errors are known and corrected MZI by MZI.
    pub corrected: bool,
}

/// The largest splitter error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Standard deviation of a coupler's angle error in rad.
    pub sigma_rad: f64,
    /// The interval of 95 % in rad; `None` from fewer than two dies.
    pub interval_rad: Option<[f64; 2]>,
    /// The fidelities of the dies there.
    pub fidelity: Summary,
}

/// The largest splitter error for a mean fidelity; `None` where even pi/4 leaves it, and without dies.
///
/// Die d is drawn as with the die seed `first_die` + d, its target from the stream `validation-target`
/// (d, 0) of `streams`. The work is that of some 20 matrices per die.
///
/// # Errors
/// The correction of a mesh with other cells than MZIs and attenuators.
///
/// ```
/// use photonics::mesh::rectangular::rectangular;
/// use photonics::validate::tolerance::{ToleranceOptions, tolerance};
/// let options = ToleranceOptions { fidelity: 0.95, dies: 50, corrected: false };
/// let streams = numerics::Streams::new(1);
/// let found = tolerance(&rectangular(8)?.into(), &options, &streams, 1)?.unwrap();
/// let law = (-(0.95_f64.ln()) / 14.0).sqrt();
/// assert!((found.sigma_rad / law - 1.0).abs() < 0.15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn tolerance(
    topology: &Arc<Topology>,
    options: &ToleranceOptions,
    streams: &Streams,
    first_die: u64,
) -> Result<Option<Tolerance>, CorrectError> {
    if options.corrected {
        correctable(topology)?;
    }
    Ok(find(topology, options, streams, first_die))
}

fn find(
    topology: &Arc<Topology>,
    options: &ToleranceOptions,
    streams: &Streams,
    first_die: u64,
) -> Option<Tolerance> {
    let targets: Vec<Target> = (0..options.dies)
        .into_par_iter()
        .map_init(
            || Bench::new(topology),
            |bench, die| bench.target(streams, die as u64),
        )
        .collect();
    let at =
        |sigma_rad: f64| fidelities(topology, options.corrected, &targets, first_die, sigma_rad);
    let mean = |sigma_rad: f64| Some(Summary::of(&at(sigma_rad))?.mean);
    let (mut low, mut high) = (0.0, FRAC_PI_4);
    if mean(high)? >= options.fidelity {
        return None;
    }
    while high - low > RESOLUTION * high {
        let middle = 0.5 * (low + high);
        if mean(middle)? >= options.fidelity {
            low = middle;
        } else {
            high = middle;
        }
    }
    let sigma_rad = 0.5 * (low + high);
    let fidelity = Summary::of(&at(sigma_rad))?;
    let rise = mean(sigma_rad * (1.0 + SLOPE_STEP))? - mean(sigma_rad * (1.0 - SLOPE_STEP))?;
    let slope = rise / (2.0 * SLOPE_STEP * sigma_rad);
    let interval_rad = fidelity.standard_error().map(|error| {
        let half = Z_95 * error / slope.abs();
        [(sigma_rad - half).max(0.0), sigma_rad + half]
    });
    Some(Tolerance {
        sigma_rad,
        interval_rad,
        fidelity,
    })
}

fn fidelities(
    topology: &Arc<Topology>,
    correct: bool,
    targets: &[Target],
    first_die: u64,
    sigma_rad: f64,
) -> Vec<f64> {
    let process = MeshProcess {
        splitter_error_sigma_rad: sigma_rad,
        ..MeshProcess::ideal()
    };
    targets
        .par_iter()
        .enumerate()
        .map_init(
            || Bench::new(topology),
            |bench, (die, target)| {
                let die = Streams::new(first_die.wrapping_add(die as u64));
                let mesh = draw_mesh(topology, &process, &die, 0);
                // What can be corrected at all can be at any finite phases.
                match correct.then(|| corrected(&mesh, &target.phases_rad)) {
                    Some(Ok(phases_rad)) => bench.fidelity(&mesh, &phases_rad, target),
                    _ => bench.fidelity(&mesh, &target.phases_rad, target),
                }
            },
        )
        .collect()
}
