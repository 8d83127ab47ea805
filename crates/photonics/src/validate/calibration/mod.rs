//! Which phase offsets can be found from outside, and in which order.
//!
//! # The question
//! Every phase shifter has an unknown phase with its heater off. On the bench there is light in one
//! input at a time and a photodiode at each output. Can each offset be found by itself: by sweeping one
//! heater and reading one output, as a sinusoid whose extremes are known?
//!
//! # Rules
//! An MZI whose theta is known can be set to cross, to bar, or to an even split.
//!
//! **theta**, rule 1: light can be brought from an input to one arm of the MZI, and from one of its
//! arms to an output, through MZIs that are known, each set to cross or bar. Light off that way cannot
//! come back onto it, so the output carries sin^2 or cos^2 of theta/2. Rule 2, where rule 1 finds
//! nothing: with all known MZIs in the bar state there is just one path from an input to an output, and
//! the MZI is on it. The output then carries the product of what each MZI on the path does, whatever all
//! others are set to, and the sweep of one of them has its extremes where that one is cross or bar. The
//! diagonals of a rectangular mesh are such paths. What is found becomes known, and the rules are applied
//! again.
//!
//! **phi** needs two ways of the same light to both arms of its MZI: an earlier MZI set to an even
//! split, and from it two ways through known MZIs, set to cross or bar, which meet no phi that is not
//! known. The MZI itself is set to an even split, and the sweep of its phi is the fringe of an
//! interferometer made of MZIs.
//!
//! **References.** A phi whose MZI joins ports that had no common light before can be chosen freely: a
//! change of it is the same as a change of phases of inputs, which single inputs do not show, and of
//! later phi. They are the zero of the others. In a connected mesh these are N - 1, so that at most M -
//! (N - 1) of the M phi can be measured; in a universal mesh (N - 1)^2 offsets in all, which is what
//! the intensities of a unitary determine. **gamma** is never visible in intensities.
//!
//! An offset that these rules do not find may still follow from many measurements together, by fitting a
//! model. In a butterfly no two paths have the same ends: no phi has an effect on intensities at all.
//!
//! # Sources
//! Progressive methods from outside: Miller, Opt. Express 25, 29233 (2017), doi:10.1364/OE.25.029233;
//! of rectangular meshes with external photodiodes: Alexiev, Mak, Sacher, Poon, OSA Continuum 4, 2892
//! (2021). The rules are this project's own.

mod phi;
mod theta;
mod wires;

use super::mzis_alone::{OtherCell, mzis_alone};
use crate::mesh::Topology;
use wires::Wires;

/// Where an MZI sends the light of one arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// To the same port: theta = pi.
    Bar,
    /// To the other port: theta = 0.
    Cross,
}

impl State {
    fn between(from: usize, to: usize) -> Self {
        if from == to { Self::Bar } else { Self::Cross }
    }

    /// theta in rad.
    pub fn theta_rad(self) -> f64 {
        match self {
            Self::Bar => std::f64::consts::PI,
            Self::Cross => 0.0,
        }
    }
}

/// An MZI in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Setting {
    /// Its number in propagation order.
    pub mzi: usize,
    /// What it is set to.
    pub state: State,
}

/// How a theta is measured: it is swept, and `output` is largest where the MZI is in `state`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThetaMeasurement {
    /// The MZI.
    pub mzi: usize,
    /// The port with light.
    pub input: usize,
    /// The port that is read.
    pub output: usize,
    /// The state of the MZI in which most light arrives.
    pub state: State,
    /// The MZIs on the way, this one among them, and what each has to do. Those that are not known yet
    /// stay at any setting that lets light pass.
    pub path: Vec<Setting>,
    /// What all known MZIs off the path are set to: bar.
    pub others: State,
}

/// How a phi is measured: it is swept while its MZI and the splitter are set to even splits (theta = pi/2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhiMeasurement {
    /// The MZI.
    pub mzi: usize,
    /// The MZI that splits the light.
    pub splitter: usize,
    /// The port with light.
    pub input: usize,
    /// The port that is read.
    pub output: usize,
    /// The arm by which light enters the splitter, and the one by which it leaves the MZI: 0 upper, 1
    /// lower.
    pub arms: [usize; 2],
    /// The MZIs on the way to the splitter, on both ways from there, and on the way out.
    pub settings: Vec<Setting>,
}

/// What can be said of a phi.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhiFinding {
    /// It can be measured.
    Measured(PhiMeasurement),
    /// It can be chosen freely: it is a zero of the others.
    Reference,
    /// No two separate ways lead from one MZI to both arms of this one.
    NoInterferometer,
    /// They do, but they pass MZIs that cannot be set, or a phi that is not known.
    Blocked,
}

/// What of a mesh can be calibrated from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calibratability {
    /// Measurements of theta in an order in which they can be made.
    pub theta: Vec<ThetaMeasurement>,
    /// The MZIs whose theta cannot be isolated: every path through them, from any input to any output,
    /// has another beside it. In propagation order.
    pub theta_not_found: Vec<usize>,
    /// What can be said of each phi, in propagation order; in this order they can be measured, once
    /// all theta are.
    pub phi: Vec<PhiFinding>,
}

impl Calibratability {
    /// Number of phi that can be measured.
    pub fn phi_measured(&self) -> usize {
        self.count(|finding| matches!(finding, PhiFinding::Measured(_)))
    }

    /// Number of phi that can be chosen freely.
    pub fn phi_references(&self) -> usize {
        self.count(|finding| *finding == PhiFinding::Reference)
    }

    /// Whether every theta can be measured, and every phi that is no reference.
    pub fn is_complete(&self) -> bool {
        self.theta_not_found.is_empty()
            && self.phi_measured() + self.phi_references() == self.phi.len()
    }

    fn count(&self, of: impl Fn(&PhiFinding) -> bool) -> usize {
        self.phi.iter().filter(|finding| of(finding)).count()
    }
}

/// What of a mesh can be calibrated from outside, by the rules of this module.
///
/// # Errors
/// A mesh with other cells than MZIs.
///
/// ```
/// use photonics::mesh::{butterfly::butterfly, rectangular::rectangular};
/// use photonics::validate::calibration::calibratability;
/// let found = calibratability(&rectangular(8)?)?;
/// assert!(found.is_complete());
/// assert_eq!((found.theta.len(), found.phi_measured(), found.phi_references()), (28, 21, 7));
/// // In a butterfly no light ever meets itself again.
/// let found = calibratability(&butterfly(8)?)?;
/// assert_eq!((found.theta.len(), found.phi_measured()), (12, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn calibratability(topology: &Topology) -> Result<Calibratability, OtherCell> {
    mzis_alone(topology)?;
    let wires = Wires::new(topology);
    let theta = theta::measurements(&wires);
    let mut known = vec![false; topology.mzis()];
    for measurement in &theta {
        known[measurement.mzi] = true;
    }
    let phi = phi::findings(topology, &wires, &known);
    Ok(Calibratability {
        theta,
        theta_not_found: (0..known.len()).filter(|&mzi| !known[mzi]).collect(),
        phi,
    })
}
