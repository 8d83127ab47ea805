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
//!
//! **Behind a coupler** on the same ports (three-splitter MZI, arXiv:2109.05367) phi does not stand at the
//! inputs: no phase makes up for that between them. The MZI alone is to be W = V diag(exp(-i ahead), 1)
//! C(e0)^H, V being what was wanted of both, and has the ratio and the phase between inputs of W; the phase
//! that waits changes the ratio. Out of reach are W near cross and bar, that is V near splitting evenly.
//!
//! **A symmetric MZI** has theta - phi for the ratio, and the phase that its outputs share, but none between
//! its inputs. What its outputs share therefore stays unknown until another cell asks for the phase between
//! two such outputs; a phase shifter between cells leaves an unknown phase as well. In the forms of
//! [`MziForm::Symmetric`](super::MziForm) there is an unknown one for each that is asked for.

mod open_phases;
mod ratio;
mod walk;

use super::cell::Cell;
use super::hardware::MeshHardware;
use super::phases::MeshPhases;
use super::topology::Topology;
use thiserror::Error;
use walk::{Walk, Wanted};

/// Why errors cannot be corrected.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum CorrectError {
    /// The mesh loses light.
    #[error("the mesh loses light: the local correction is for lossless MZIs")]
    Lossy,
    /// A coupler by itself has no phase that could make up for its error.
    #[error(
        "cell {cell} is a {kind} that no plain MZI follows on the same two ports: the local correction has \
         no phases for it"
    )]
    OtherCell {
        /// The number of the first of them.
        cell: usize,
        /// Its kind.
        kind: &'static str,
    },
    /// A symmetric MZI has none for the relative phase of its inputs.
    #[error(
        "no phase shifter sets the relative phase of the inputs of the symmetric MZI {cell} without \
         setting that of another: the local correction needs one on either input"
    )]
    NoPhase {
        /// Its number.
        cell: usize,
    },
    /// The mesh is not the other one with its MZIs in another form.
    #[error("the meshes differ by more than the form of their MZIs, from cell {cell} on")]
    OtherForm {
        /// The number of the first cell that is not as in the other mesh.
        cell: usize,
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
    /// [theta | phi | gamma] in rad: theta in [0, pi], of symmetric MZIs and phase shifters as phi and gamma in
    /// [0, 2 pi).
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
/// The wiring may be any, and of any cells but couplers that no MZI follows on their ports. Attenuators are
/// MZIs of which the bar amplitude counts alone.
///
/// # Errors
/// A mesh with other couplers, or with symmetric MZIs that lack a phase shifter; loss that is not by design;
/// phases that do not fit the mesh; numbers that are not finite.
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
    let topology = hardware.topology();
    check(hardware)?;
    check_phases(topology, ideal)?;
    let wanted = |cell: usize| {
        Wanted::of(
            topology.cell(cell),
            ideal.theta_rad[cell],
            ideal.phi_rad[cell],
        )
    };
    let wanted: Vec<Wanted> = (0..topology.mzis()).map(wanted).collect();
    Walk::new(hardware).run(&wanted, ideal.gamma_rad)
}

/// The phases at which `hardware`, whose MZIs have another [form](crate::mesh::MziForm), is what the mesh
/// `plain` without errors is at the phases `ideal`: exact as in [`correct`]. Without splitter errors it is
/// the way to set such a mesh by a decomposition.
///
/// # Errors
/// As [`correct`]; a mesh whose MZIs and other cells do not follow each other as those of `plain`.
///
/// ```
/// use photonics::matrix::relative_error;
/// use photonics::mesh::correct::correct_as;
/// use photonics::mesh::{MeshHardware, MeshPhases, MziForm, rectangular::rectangular};
/// let plain = rectangular(2)?;
/// let ideal = MeshPhases { theta_rad: &[1.2], phi_rad: &[0.3], gamma_rad: &[0.4, 0.5] };
/// let target = MeshHardware::ideal(plain.clone().into()).matrix(ideal);
/// let mesh = MeshHardware::ideal(plain.with_mzis(MziForm::ThreeSplitter)?.into());
/// let found = correct_as(&mesh, &plain, ideal)?.phases_rad;
/// let phases = MeshPhases::split(&found, 2, 2).unwrap(); // a coupler and an MZI
/// assert!(relative_error(&mesh.matrix(phases), &target) < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn correct_as(
    hardware: &MeshHardware,
    plain: &Topology,
    ideal: MeshPhases<'_>,
) -> Result<Correction, CorrectError> {
    check(hardware)?;
    check_phases(plain, ideal)?;
    let topology = hardware.topology();
    let mut next = 0;
    let wanted = topology.placed().enumerate().map(|(cell, placed)| {
        let asked = (next < plain.mzis()).then(|| plain.cell(next));
        let stands_for = match (placed.cell, asked) {
            (Cell::Mzi | Cell::Symmetric, Some(Cell::Mzi)) => true,
            (here, Some(there)) if here == there => true,
            // What a form adds does nothing in the plain mesh.
            (Cell::Coupler { .. }, _) => {
                return Ok(Wanted::of(Cell::Coupler { angle_rad: 0.0 }, 0.0, 0.0));
            }
            (Cell::Shifter, _) => return Ok(Wanted::of(Cell::Shifter, 0.0, 0.0)),
            _ => false,
        };
        let ports = |mesh: &Topology, cell: usize| mesh.pairs()[cell];
        if !stands_for || ports(topology, cell) != ports(plain, next) {
            return Err(CorrectError::OtherForm { cell });
        }
        next += 1;
        let mzi = next - 1;
        Ok(Wanted::of(
            plain.cell(mzi),
            ideal.theta_rad[mzi],
            ideal.phi_rad[mzi],
        ))
    });
    let wanted: Vec<Wanted> = wanted.collect::<Result<_, _>>()?;
    if next < plain.mzis() || topology.ports() != plain.ports() {
        let cell = topology.mzis();
        return Err(CorrectError::OtherForm { cell });
    }
    Walk::new(hardware).run(&wanted, ideal.gamma_rad)
}

fn check(hardware: &MeshHardware) -> Result<(), CorrectError> {
    if hardware.losses().is_some() {
        return Err(CorrectError::Lossy);
    }
    finite("the splitter errors", hardware.errors_rad().as_flattened())
}

fn check_phases(topology: &Topology, ideal: MeshPhases<'_>) -> Result<(), CorrectError> {
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
    Ok(())
}

fn finite(list: &'static str, values: &[f64]) -> Result<(), CorrectError> {
    match values.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(CorrectError::NotFinite { list, index }),
        None => Ok(()),
    }
}
