//! Meshes of other cells than MZIs: every cell on two ports is a complex 2x2 matrix, as in the general
//! form (`general.rs`).
//!
//! A cell on one port is no operation of its own. Its factor waits on the port and is multiplied into the
//! column of the next cell on it, at last into the output screen:
//!
//! ```text
//!  --[x]--.  .--          [[m00 x, m01 y],      x, y: what waits on the ports
//!          M        =      [m10 x, m11 y]]
//!  --[y]--'  '--
//! ```
//! A symmetric MZI is exp(i phi) times the MZI with theta - phi inside and nothing outside. All is computed
//! in f64, one cell after another, and rounded to the field's precision at the end.

use super::cell::Cell;
use super::general::{Matrices, general_terms};
use super::hardware::coupler_terms;
use super::phases::MeshPhases;
use super::schedule::Run;
use super::topology::Topology;
use crate::component::mzi::ArmTransmission;
use crate::real::Real;
use libm::{cos, sin};
use numerics::vectorize;

/// A complex number.
pub(crate) type Complex = [f64; 2];

/// The elements 00, 01, 10, 11.
pub(crate) type Matrix = [Complex; 4];

/// What of a cell belongs to the die: as much as can be computed before phases are known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum MixedTerm {
    /// x00, y00, x01, y01, x10, y10, x11, y11 of the general form.
    Mzi([f64; 8]),
    /// The same, with phi on the lower inner arm.
    Symmetric([f64; 8]),
    /// A matrix that no phase changes.
    Fixed(Matrix),
    /// The transmission of a phase shifter on one port.
    Shifter(f64),
    /// x00 and y00 of the general form.
    Attenuator([f64; 2]),
    /// A transmission.
    Loss(f64),
}

impl MixedTerm {
    /// Of a cell with its angle errors in rad and its transmissions.
    pub(crate) fn new(cell: Cell, errors_rad: [f64; 2], arms: ArmTransmission) -> Self {
        let general = || general_terms(coupler_terms(errors_rad), arms);
        let upper = arms.inner_upper * arms.outer_upper;
        let lower = arms.inner_lower * arms.outer_lower;
        match cell {
            Cell::Mzi => Self::Mzi(general()),
            Cell::Symmetric => Self::Symmetric(general()),
            Cell::Coupler { angle_rad } => {
                let angle = angle_rad + errors_rad[0];
                let (s, c) = (sin(angle), cos(angle));
                Self::Fixed([
                    [upper * c, 0.0],
                    [0.0, lower * s],
                    [0.0, upper * s],
                    [lower * c, 0.0],
                ])
            }
            Cell::Crossing => Self::Fixed([[0.0; 2], [lower, 0.0], [upper, 0.0], [0.0; 2]]),
            Cell::Shifter => Self::Shifter(upper),
            Cell::Attenuator => {
                let [x00, y00, ..] = general();
                Self::Attenuator([x00, y00])
            }
            Cell::Loss { loss_db } => {
                Self::Loss(upper * crate::units::loss_db_to_field_ratio(loss_db))
            }
        }
    }
}

/// What a cell does to the fields on its ports.
pub(crate) enum Transfer {
    /// To that on its one port.
    One(Complex),
    /// To those on its upper and its lower port.
    Two(Matrix),
}

impl MixedTerm {
    /// At these phases in rad.
    #[inline(always)]
    pub(crate) fn transfer(&self, theta: f64, phi: f64) -> Transfer {
        match self {
            Self::Mzi(terms) => Transfer::Two(general(terms, theta, phi)),
            Self::Symmetric(terms) => {
                let common = turn(phi);
                Transfer::Two(general(terms, theta - phi, 0.0).map(|x| times(common, x)))
            }
            Self::Fixed(matrix) => Transfer::Two(*matrix),
            Self::Shifter(t) => Transfer::One(turn(theta).map(|x| t * x)),
            Self::Attenuator([x00, y00]) => {
                let [c, s] = turn(0.5 * theta);
                Transfer::One(times([c, s], [x00 * c, y00 * s]))
            }
            Self::Loss(t) => Transfer::One([*t, 0.0]),
        }
    }
}

/// Compiles the cells of a mesh at `phases`: matrices in their place in the order of computation, and
/// what waits at each output.
pub(super) fn compile<T: Real>(
    topology: &Topology,
    terms: &[MixedTerm],
    phases: MeshPhases<'_>,
    waiting: &mut Vec<Complex>,
    operations: &mut [Matrices<T>],
) {
    waiting.clear();
    waiting.resize(topology.ports(), [1.0, 0.0]);
    vectorize(
        #[inline(always)]
        || {
            let mut runs = topology.schedule().runs().iter();
            let mut run: Option<&Run> = None;
            for (cell, (term, pair)) in terms.iter().zip(topology.pairs()).enumerate() {
                let (theta, phi) = (phases.theta_rad[cell], phases.phi_rad[cell]);
                let (a, b) = (pair.upper as usize, pair.lower as usize);
                let matrix = match term.transfer(theta, phi) {
                    Transfer::Two(matrix) => matrix,
                    Transfer::One(factor) => {
                        waiting[a] = times(factor, waiting[a]);
                        continue;
                    }
                };
                if !run.is_some_and(|run| run.mzis().contains(&cell)) {
                    run = runs.next();
                }
                // Runs hold all cells on two ports, in this order.
                let Some(run) = run else { continue };
                let [m00, m01, m10, m11] = matrix;
                let (x, y) = (waiting[a], waiting[b]);
                let elements = [times(m00, x), times(m01, y), times(m10, x), times(m11, y)];
                let lane = cell - run.mzi;
                for (element, [re, im]) in elements.into_iter().enumerate() {
                    let lanes = &mut operations[run.place].0;
                    lanes[2 * element][lane] = T::from_f64(re);
                    lanes[2 * element + 1][lane] = T::from_f64(im);
                }
                (waiting[a], waiting[b]) = ([1.0, 0.0], [1.0, 0.0]);
            }
        },
    );
}

/// The general form of an MZI.
#[inline(always)]
fn general(terms: &[f64; 8], theta: f64, phi: f64) -> Matrix {
    let [x00, y00, x01, y01, x10, y10, x11, y11] = terms;
    let half @ [c, s] = turn(0.5 * theta);
    let upper = times(half, turn(phi));
    [
        times([x00 * c, y00 * s], upper),
        times([-(y01 * s), x01 * c], half),
        times([-(y10 * s), x10 * c], upper),
        times([x11 * c, -(y11 * s)], half),
    ]
}

/// exp(i angle)
#[inline(always)]
pub(crate) fn turn(angle_rad: f64) -> Complex {
    let (s, c) = <f64 as Real>::sin_cos(angle_rad);
    [c, s]
}

#[inline(always)]
pub(crate) fn times([a, b]: Complex, [c, d]: Complex) -> Complex {
    [a.mul_add(c, -(b * d)), a.mul_add(d, b * c)]
}
