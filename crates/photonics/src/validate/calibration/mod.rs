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
//! **Symmetric MZIs.** What their theta is to the rules is theta - phi. What their phi is, is the phase between
//! their inputs, to which phase shifters on the waveguides and what the two phases of MZIs on the way have in
//! common add up: it is measured as a phi is, by sweeping one of these. Offsets of the single heaters that add
//! up to the same are the same to every output.
//!
//! **Three-splitter MZIs.** Light in one input leaves the upper output by (1 + sin theta sin phi)/2: a sweep of
//! theta, and one of phi at its extreme, are sinusoids with known extremes, so both are found where theta of an
//! MZI would be. Cross and bar are then known. theta + pi and phi + pi split alike; which of the two it is shows
//! in an interferometer that the MZI begins, ends or is passed by, and else in no intensity.
//!
//! Phase shifters on waveguides count with the phi behind them; crossings lead on; losses change nothing.
//!
//! **Columns to spare** take away every single path: from port 0 to the last there is one in N columns, and
//! with two more one could step down later. All theta and all phi but N - 1 still follow from many
//! measurements together (`tests/validate/calibration_cells.rs`).
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

use crate::mesh::Topology;
use thiserror::Error;
use wires::Wires;

/// The mesh has a cell that the rules do not know.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "cell {cell} of the mesh is of kind {kind}: the rules know MZIs, symmetric and three-splitter MZIs, \
     phase shifters, crossings and losses"
)]
pub struct OtherCell {
    /// The number of the first of them.
    pub cell: usize,
    /// Its kind.
    pub kind: &'static str,
}

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
    /// No two separate ways lead from one MZI to both arms of this one, with something on them to be swept.
    NoInterferometer,
    /// They do, but they pass MZIs that cannot be set, or a phi that is not known.
    Blocked,
    /// It is found with theta, as both of a three-splitter MZI set its splitting: 1 + sin theta sin phi.
    WithTheta {
        /// Whether an interferometer tells them from theta + pi and phi + pi, which split alike.
        half_turn: bool,
    },
}

/// What of a mesh can be calibrated from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calibratability {
    /// Measurements of theta in an order in which they can be made.
    pub theta: Vec<ThetaMeasurement>,
    /// The MZIs whose theta cannot be isolated: every path through them, from any input to any output,
    /// has another beside it. In propagation order.
    pub theta_not_found: Vec<usize>,
    /// The MZIs, by their number among all cells.
    pub mzis: Vec<usize>,
    /// What can be said of phi of each of them; in this order they can be measured, once all theta are.
    pub phi: Vec<PhiFinding>,
}

impl Calibratability {
    /// Number of phi that can be measured.
    pub fn phi_measured(&self) -> usize {
        let measured = |finding: &PhiFinding| {
            matches!(
                finding,
                PhiFinding::Measured(_) | PhiFinding::WithTheta { .. }
            )
        };
        self.count(measured)
    }

    /// Number of three-splitter MZIs of which theta and phi may both be half a turn off.
    pub fn half_turns(&self) -> usize {
        self.count(|finding| *finding == PhiFinding::WithTheta { half_turn: false })
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
/// A mesh with attenuators, with couplers that are not 50:50, or with those that no MZI follows on their ports.
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
    let wires = Wires::new(topology)?;
    let mut theta = theta::measurements(&wires);
    let mut known = vec![false; wires.cells.len()];
    for measurement in &theta {
        known[measurement.mzi] = true;
    }
    let mut phi = phi::findings(&wires, &known);
    let not_known = (0..known.len()).filter(|&mzi| !known[mzi]);
    let theta_not_found = not_known.map(|mzi| wires.cells[mzi]).collect();
    // From numbers among the MZIs to those among all cells.
    let cell = |mzi: &mut usize| *mzi = wires.cells[*mzi];
    for measurement in &mut theta {
        cell(&mut measurement.mzi);
        measurement.path.iter_mut().for_each(|x| cell(&mut x.mzi));
    }
    for finding in &mut phi {
        if let PhiFinding::Measured(measurement) = finding {
            cell(&mut measurement.mzi);
            cell(&mut measurement.splitter);
            measurement
                .settings
                .iter_mut()
                .for_each(|x| cell(&mut x.mzi));
        }
    }
    Ok(Calibratability {
        theta,
        theta_not_found,
        phi,
        mzis: wires.cells,
    })
}
