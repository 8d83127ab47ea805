//! A mesh taken apart: couplers, phase shifters and what else there is, in the order in which light meets
//! them.
//!
//! Every part is symmetric, so a mesh read from the end is its transpose: one sweep in each direction
//! gives what precedes and what follows every part.

use crate::mesh::Topology;
use crate::mesh::cell::Cell;
use std::collections::BTreeMap;
use std::f64::consts::FRAC_PI_4;

/// One part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A phase shifter.
    Shifter {
        /// On this port.
        port: usize,
    },
    /// A 50:50 coupler.
    Coupler {
        /// Its upper port.
        upper: usize,
        /// Its lower port.
        lower: usize,
    },
    /// A coupler of another ratio.
    OtherCoupler {
        /// Its upper port.
        upper: usize,
        /// Its lower port.
        lower: usize,
        /// Which of the ratios.
        ratio: usize,
    },
    /// Waveguides that change places.
    Crossing {
        /// Its upper port.
        upper: usize,
        /// Its lower port.
        lower: usize,
    },
    /// A phase shifter in one arm of an MZI of which one port at either end is used: (z - 1) / 2.
    Attenuator {
        /// On this port.
        port: usize,
    },
    /// A factor that is the same at any phases.
    Loss {
        /// On this port.
        port: usize,
        /// Which of the losses.
        loss: usize,
    },
}

/// A mesh in parts.
pub(crate) struct Parts {
    /// All of them.
    pub(crate) list: Vec<Part>,
    /// Different ratios of couplers that are not multiples of 50:50.
    pub(crate) ratios: usize,
    /// Different losses.
    pub(crate) losses: usize,
}

/// Whether it takes light by design: otherwise it is unitary at any phases.
pub(crate) fn absorbs(topology: &Topology) -> bool {
    let takes = |cell| match cell {
        Cell::Loss { loss_db } => loss_db != 0.0,
        cell => cell.absorbs(),
    };
    (0..topology.mzis()).any(|cell| takes(topology.cell(cell)))
}

/// The parts of a mesh, its output screen last.
pub(crate) fn parts(topology: &Topology) -> Parts {
    let mut list = Vec::with_capacity(4 * topology.mzis() + topology.ports());
    let (mut ratios, mut losses) = (BTreeMap::new(), BTreeMap::new());
    let number = |known: &mut BTreeMap<u64, usize>, value: f64| {
        let next = known.len();
        *known.entry(value.to_bits()).or_insert(next)
    };
    for placed in topology.placed() {
        let [upper, lower] = placed.ports;
        let shifter = |port| Part::Shifter { port };
        let coupler = Part::Coupler { upper, lower };
        match placed.cell {
            Cell::Mzi => list.extend([shifter(upper), coupler, shifter(upper), coupler]),
            Cell::Symmetric => list.extend([coupler, shifter(upper), shifter(lower), coupler]),
            Cell::Coupler { angle_rad } => match even_couplers(angle_rad) {
                Some(count) => list.extend((0..count).map(|_| coupler)),
                None => list.push(Part::OtherCoupler {
                    upper,
                    lower,
                    ratio: number(&mut ratios, angle_rad),
                }),
            },
            Cell::Crossing => list.push(Part::Crossing { upper, lower }),
            Cell::Shifter => list.push(shifter(upper)),
            Cell::Attenuator => list.push(Part::Attenuator { port: upper }),
            Cell::Loss { loss_db: 0.0 } => {}
            Cell::Loss { loss_db } => list.push(Part::Loss {
                port: upper,
                loss: number(&mut losses, loss_db),
            }),
        }
    }
    list.extend((0..topology.ports()).map(|port| Part::Shifter { port }));
    Parts {
        list,
        ratios: ratios.len(),
        losses: losses.len(),
    }
}

/// How many 50:50 couplers in a row, 0 to 7, are one of this angle; `None` where no number is.
fn even_couplers(angle_rad: f64) -> Option<usize> {
    let count = (angle_rad / FRAC_PI_4).round();
    // What an angle of up to 1000 rad may have lost to rounding, and less than anyone designs.
    ((angle_rad - count * FRAC_PI_4).abs() < 1e-12).then_some(count as usize % 8)
}
