//! A mesh as the list of its parts, in the order in which light meets them.
//!
//! What an analysis needs to know of a wiring: phase shifters, each on a port, and couplers, each on two.
//! Places in the parameter vector [theta | phi | gamma] are those of
//! [`MeshPhases`](crate::mesh::MeshPhases).

use crate::mesh::Topology;

/// One part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A phase shifter.
    Shifter {
        /// The port that it is on.
        port: usize,
        /// Its place in the parameter vector.
        place: usize,
    },
    /// A 50:50 coupler.
    Coupler {
        /// Its upper port.
        upper: usize,
        /// Its lower port.
        lower: usize,
        /// Its place in a list of two couplers per MZI, input side first.
        place: usize,
    },
}

/// The parts of a mesh.
pub(crate) fn parts(topology: &Topology) -> Vec<Part> {
    let mzis = topology.mzis();
    let mut parts = Vec::with_capacity(4 * mzis + topology.ports());
    for (mzi, pair) in topology.pairs().iter().enumerate() {
        let (upper, lower) = (pair.upper as usize, pair.lower as usize);
        for side in 0..2 {
            // phi stands before the first coupler, theta before the second.
            parts.push(Part::Shifter {
                port: upper,
                place: if side == 0 { mzis + mzi } else { mzi },
            });
            parts.push(Part::Coupler {
                upper,
                lower,
                place: 2 * mzi + side,
            });
        }
    }
    parts.extend((0..topology.ports()).map(|port| Part::Shifter {
        port,
        place: 2 * mzis + port,
    }));
    parts
}
