//! Phases at which a universal mesh is a Haar-random unitary.
//!
//! The internal phase of an MZI that I inputs reach and that reaches O outputs follows
//! cos^2(theta/2) = u^(1/alpha), u uniform, alpha = I + O - N - 1; all other phases are uniform
//! (Russell et al., New J. Phys. 19, 033007 (2017), doi:10.1088/1367-2630/aa60ed; Pai et al.,
//! Phys. Rev. Applied 11, 064044 (2019), doi:10.1103/PhysRevApplied.11.064044).

use super::topology::Topology;
use numerics::Stream;
use rand::RngExt;
use std::f64::consts::TAU;

/// Draws [theta | phi | gamma] in rad, of length 2 MZIs + ports.
///
/// For a mesh that is not universal alpha is taken as at least 1.
pub fn haar_phases(topology: &Topology, stream: &mut Stream) -> Vec<f64> {
    let alphas = sensitivity(topology);
    let mut phases = Vec::with_capacity(2 * topology.mzis() + topology.ports());
    for alpha in alphas {
        let u: f64 = stream.random();
        phases.push(2.0 * libm::acos(libm::pow(u, 0.5 / alpha)));
    }
    for _ in 0..topology.mzis() + topology.ports() {
        phases.push(TAU * stream.random::<f64>());
    }
    phases
}

/// alpha = I + O - N - 1 per MZI.
pub(crate) fn sensitivity(topology: &Topology) -> Vec<f64> {
    let ports = topology.ports();
    let reach = |order: &mut dyn Iterator<Item = usize>| {
        let words = ports.div_ceil(64);
        let mut sets: Vec<Vec<u64>> = (0..ports)
            .map(|port| {
                let mut set = vec![0; words];
                set[port / 64] |= 1 << (port % 64);
                set
            })
            .collect();
        let mut count = vec![0; topology.mzis()];
        for mzi in order {
            let pair = topology.pairs()[mzi];
            let (a, b) = (pair.upper as usize, pair.lower as usize);
            let union: Vec<u64> = sets[a].iter().zip(&sets[b]).map(|(x, y)| x | y).collect();
            count[mzi] = union.iter().map(|w| w.count_ones()).sum::<u32>();
            sets[a].clone_from(&union);
            sets[b] = union;
        }
        count
    };
    let inputs = reach(&mut (0..topology.mzis()));
    let outputs = reach(&mut (0..topology.mzis()).rev());
    inputs
        .iter()
        .zip(&outputs)
        .map(|(&i, &o)| (f64::from(i + o) - ports as f64 - 1.0).max(1.0))
        .collect()
}
