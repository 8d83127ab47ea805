//! Local correction of known splitter errors, MZI by MZI (Bandyopadhyay, Hamerly, Englund, Optica 8,
//! 1247 (2021), arXiv:2103.04993; limits of reach: Hamerly et al., arXiv:2106.03249, 2106.04363).
//!
//! Up to the factor exp(i theta/2) a lossless MZI is [[p, q], [-q*, p*]] diag(exp(i phi), 1) with
//!
//! ```text
//! p = -cos(theta/2) sin(e1 + e2) + i sin(theta/2) cos(e1 - e2)        the bar amplitude
//! q = -sin(theta/2) sin(e1 - e2) + i cos(theta/2) cos(e1 + e2)        the cross amplitude
//! ```
//! Two settings with the same |p| differ by phases before and behind the MZI alone. So theta is chosen
//! for the splitting ratio,
//!
//! ```text
//! tan^2(theta'/2) = (sin^2(theta/2) - sin^2(e1 + e2)) / (cos^2(e1 - e2) - sin^2(theta/2))
//! ```
//! phi for the phase between the two inputs, and what is left is a phase on each output. It is carried
//! along the port into the next MZI, where phi takes the difference of two ports, and at last into
//! gamma. The splitting angle asin |p| reaches from |e1 + e2| to pi/2 - |e1 - e2| (errors up to pi/4).

use super::cell::Cell;
use super::hardware::MeshHardware;
use super::phases::MeshPhases;
use super::waiting::within_turn;
use libm::{atan2, cos, sin, sqrt};
use std::f64::consts::{FRAC_PI_2, PI, TAU};
use thiserror::Error;

/// A splitting angle that is missed by no more is missed by rounding, in rad.
const ROUNDING_RAD: f64 = 4.0 * f64::EPSILON;

/// Why errors cannot be corrected.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum CorrectError {
    /// The mesh loses light.
    #[error("the mesh loses light: the local correction is for lossless MZIs")]
    Lossy,
    /// The mesh has other cells than MZIs and attenuators.
    #[error(
        "the mesh has a {kind} (cell {cell}): the local correction is for MZIs and attenuators alone"
    )]
    OtherCell {
        /// The number of the first of them.
        cell: usize,
        /// Its kind.
        kind: &'static str,
    },
    /// A list of phases is too short or too long.
    #[error("the mesh needs {expected} values of {list}, {found} are given")]
    Length {
        /// theta, phi or gamma.
        list: &'static str,
        /// Values of the mesh.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// A phase or a splitter error is NaN or infinite.
    #[error("value {index} (counted from 0) of {list} is not a finite number")]
    NotFinite {
        /// theta, phi, gamma or the splitter errors.
        list: &'static str,
        /// Which value.
        index: usize,
    },
}

/// Phases of an imperfect mesh, and how well they do.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// [theta | phi | gamma] in rad: theta in [0, pi], phi and gamma in [0, 2 pi).
    pub phases_rad: Vec<f64>,
    /// The MZIs whose splitting ratio the errors put out of reach, in propagation order. The
    /// correction is exact where there are none.
    pub unreachable: Vec<Unreachable>,
}

/// An MZI that is set to the nearest splitting ratio that it can reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unreachable {
    /// The MZI's number in propagation order, from 0.
    pub mzi: usize,
    /// asin |p| that is wanted, in rad: 0 is cross, pi/2 is bar.
    pub wanted_rad: f64,
    /// asin |p| that it has.
    pub nearest_rad: f64,
}

impl Unreachable {
    /// By how much the splitting angle is missed, in rad.
    pub fn miss_rad(&self) -> f64 {
        (self.wanted_rad - self.nearest_rad).abs()
    }
}

/// The phases at which `hardware`, with its splitter errors, is what a mesh without errors is at the
/// phases `ideal`, in O(MZIs).
///
/// Exact to rounding where every splitting ratio can be reached; elsewhere the nearest ratio is taken.
/// The wiring may be any. Attenuators are MZIs of which the bar amplitude counts alone.
///
/// # Errors
/// A mesh with other cells than MZIs and attenuators, or with loss elsewhere; phases that do not fit the mesh;
/// numbers that are not finite.
///
/// ```
/// use photonics::matrix::relative_error;
/// use photonics::mesh::{MeshHardware, MeshPhases, correct::correct, rectangular::rectangular};
/// let topology = std::sync::Arc::new(rectangular(2)?);
/// let ideal = MeshPhases { theta_rad: &[1.2], phi_rad: &[0.3], gamma_rad: &[0.4, 0.5] };
/// let target = MeshHardware::ideal(topology.clone()).matrix(ideal);
/// let die = MeshHardware::new(topology, vec![[0.05, -0.02]], None);
/// assert!(relative_error(&die.matrix(ideal), &target) > 0.03);
/// let corrected = correct(&die, ideal)?.phases_rad;
/// let phases = MeshPhases::split(&corrected, 1, 2).unwrap();
/// assert!(relative_error(&die.matrix(phases), &target) < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn correct(hardware: &MeshHardware, ideal: MeshPhases<'_>) -> Result<Correction, CorrectError> {
    check(hardware, ideal)?;
    let topology = hardware.topology();
    let (mzis, ports) = (topology.mzis(), topology.ports());
    let mut phases_rad = vec![0.0; 2 * mzis + ports];
    let mut unreachable = Vec::new();
    // The field of the imperfect mesh is that of the ideal one times exp(i ahead) at every port.
    let mut ahead = vec![0.0; ports];
    for (mzi, pair) in topology.pairs().iter().enumerate() {
        let errors = hardware.errors_rad()[mzi];
        let (theta, phi) = (ideal.theta_rad[mzi], ideal.phi_rad[mzi]);
        let split = split(mzi, theta, errors);
        if split.miss_rad() > ROUNDING_RAD {
            unreachable.push(split);
        }
        let corrected = theta_of(split.nearest_rad, errors);
        let (wanted, real) = (
            Amplitudes::new(theta, [0.0; 2]),
            Amplitudes::new(corrected, errors),
        );
        let (upper, lower) = (pair.upper as usize, pair.lower as usize);
        phases_rad[mzi] = corrected;
        if topology.cell(mzi) == Cell::Attenuator {
            // An MZI between dark and dumped light, without phi.
            let bars = real.bar + real.common - wanted.bar - wanted.common;
            ahead[upper] = within_turn(ahead[upper] + bars);
            continue;
        }
        phases_rad[mzis + mzi] = within_turn(
            phi + (wanted.bar - wanted.cross)
                - (real.bar - real.cross)
                - (ahead[upper] - ahead[lower]),
        );
        let common = ahead[lower] + real.common - wanted.common;
        ahead[upper] = within_turn(common + real.cross - wanted.cross);
        ahead[lower] = within_turn(common - real.bar + wanted.bar);
    }
    for (port, (&gamma, ahead)) in ideal.gamma_rad.iter().zip(ahead).enumerate() {
        phases_rad[2 * mzis + port] = within_turn(within_turn(gamma) - ahead);
    }
    Ok(Correction {
        phases_rad,
        unreachable,
    })
}

fn check(hardware: &MeshHardware, ideal: MeshPhases<'_>) -> Result<(), CorrectError> {
    let topology = hardware.topology();
    let corrected = [Cell::Mzi, Cell::Attenuator];
    let other = (0..topology.mzis()).find(|&cell| !corrected.contains(&topology.cell(cell)));
    if let Some(cell) = other {
        let kind = topology.cell(cell).name();
        return Err(CorrectError::OtherCell { cell, kind });
    }
    if hardware.losses().is_some() {
        return Err(CorrectError::Lossy);
    }
    for (list, values, expected) in [
        ("theta", ideal.theta_rad, topology.mzis()),
        ("phi", ideal.phi_rad, topology.mzis()),
        ("gamma", ideal.gamma_rad, topology.ports()),
    ] {
        if values.len() != expected {
            let found = values.len();
            return Err(CorrectError::Length {
                list,
                expected,
                found,
            });
        }
        finite(list, values)?;
    }
    finite("the splitter errors", hardware.errors_rad().as_flattened())
}

fn finite(list: &'static str, values: &[f64]) -> Result<(), CorrectError> {
    match values.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(CorrectError::NotFinite { list, index }),
        None => Ok(()),
    }
}

/// What the splitting ratio of an MZI comes to, whether it is missed or not.
fn split(mzi: usize, theta_rad: f64, errors_rad: [f64; 2]) -> Unreachable {
    let wanted_rad = fold(0.5 * theta_rad);
    let [cross, bar] = extremes(errors_rad);
    // Errors beyond pi/4 put the extremes in the other order.
    let nearest_rad = wanted_rad.clamp(cross.min(bar), cross.max(bar));
    Unreachable {
        mzi,
        wanted_rad,
        nearest_rad,
    }
}

/// asin |p| at theta = 0 and at theta = pi.
fn extremes([e1, e2]: [f64; 2]) -> [f64; 2] {
    [fold(e1 + e2), FRAC_PI_2 - fold(e1 - e2)]
}

/// theta in [0, pi] at which asin |p| is `split`, which lies within reach.
fn theta_of(split: f64, errors_rad: [f64; 2]) -> f64 {
    let [cross, bar] = extremes(errors_rad);
    // sin^2 x - sin^2 y = sin(x - y) sin(x + y) does not cancel where x and y are close. Both differences
    // have the sign of bar - cross.
    let root = |x: f64, y: f64| sqrt((sin(x - y) * sin(x + y)).abs());
    2.0 * atan2(root(split, cross), root(bar, split))
}

/// The angles in rad of an MZI's amplitudes without phi: p, q, and theta/2 common to both.
struct Amplitudes {
    bar: f64,
    cross: f64,
    common: f64,
}

impl Amplitudes {
    fn new(theta_rad: f64, [e1, e2]: [f64; 2]) -> Self {
        // Beyond a turn of theta the signs repeat; below it the sums of angles round less.
        let half = 0.5 * theta_rad.rem_euclid(2.0 * TAU);
        let (sin_half, cos_half) = (sin(half), cos(half));
        Self {
            bar: atan2(sin_half * cos(e1 - e2), -cos_half * sin(e1 + e2)),
            cross: atan2(cos_half * cos(e1 + e2), -sin_half * sin(e1 - e2)),
            common: half,
        }
    }
}

/// The distance in [0, pi/2] of an angle from the nearest multiple of pi: asin |sin x|.
fn fold(x: f64) -> f64 {
    let x = x.abs() % PI;
    x.min(PI - x)
}
