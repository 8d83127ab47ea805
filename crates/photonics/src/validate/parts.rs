//! A mesh as the list of its parts, in the order in which light meets them.
//!
//! What an analysis of the wiring needs to know: phase shifters, each on a port, and couplers, each on
//! two.

use crate::mesh::Topology;

/// One part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A phase shifter.
    Shifter {
        /// The port that it is on.
        port: usize,
    },
    /// A 50:50 coupler.
    Coupler {
        /// Its upper port.
        upper: usize,
        /// Its lower port.
        lower: usize,
    },
}

/// The parts of a mesh.
pub(crate) fn parts(topology: &Topology) -> Vec<Part> {
    let mut parts = Vec::with_capacity(4 * topology.mzis() + topology.ports());
    for pair in topology.pairs() {
        let (upper, lower) = (pair.upper as usize, pair.lower as usize);
        // phi stands before the first coupler, theta before the second.
        for _ in 0..2 {
            parts.push(Part::Shifter { port: upper });
            parts.push(Part::Coupler { upper, lower });
        }
    }
    parts.extend((0..topology.ports()).map(|port| Part::Shifter { port }));
    parts
}
