//! Phases at which a universal mesh is a Haar-random unitary.
//!
//! The internal phase of an MZI that I inputs reach and that reaches O outputs follows
//! cos^2(theta/2) = u^(1/alpha), u uniform, alpha = I + O - N - 1; all other phases are uniform
//! (Russell et al., New J. Phys. 19, 033007 (2017), doi:10.1088/1367-2630/aa60ed; Pai et al.,
//! Phys. Rev. Applied 11, 064044 (2019), doi:10.1103/PhysRevApplied.11.064044).
//!
//! That law belongs to a mesh in which alpha takes each value a = 1 .. N - 1 just N - a times, as in the
//! rectangular and the triangular one. **Columns beyond such a mesh** (redundant rectangular) get
//! alpha = 1: a Haar-random unitary times any other that is independent of it is Haar-random. **A mesh
//! that does not begin with a universal one** (diamond, butterfly, tree) cannot be Haar-random as a whole;
//! each of its MZIs is then a Haar-random unitary of its own two ports, which is alpha = 1 too. So it is in a
//! mesh with **other cells**: an MZI with alpha = 1; a symmetric MZI with the same law for theta - phi, and
//! phi uniform; a phase shifter uniform; an attenuator that passes a share of the power uniform in 0..1.
//! Places without a phase shifter are 0.

use super::cell::Cell;
use super::reach::Reach;
use super::topology::Topology;
use numerics::Stream;
use rand::RngExt;
use std::f64::consts::TAU;

/// Draws [theta | phi | gamma] in rad, of length 2 MZIs + ports.
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
    if !topology.is_uniform() {
        settle(topology, &mut phases);
    }
    phases
}

/// From an MZI's theta and phi at every cell to what the cell has.
fn settle(topology: &Topology, phases: &mut [f64]) {
    let cells = topology.mzis();
    for cell in 0..cells {
        let (theta, phi) = (phases[cell], phases[cells + cell]);
        match topology.cell(cell) {
            Cell::Symmetric => phases[cell] = theta + phi,
            Cell::Shifter => phases[cell] = phi,
            _ => {}
        }
    }
    for place in topology.missing_shifters() {
        phases[place] = 0.0;
    }
}

/// alpha per MZI.
pub(crate) fn sensitivity(topology: &Topology) -> Vec<f64> {
    let mut alphas = vec![1.0; topology.mzis()];
    if let Some(universal) = universal_part(topology) {
        for (alpha, found) in alphas.iter_mut().zip(universal) {
            *alpha = found as f64;
        }
    }
    alphas
}

/// alpha of the MZIs of a universal mesh that the first columns are.
fn universal_part(topology: &Topology) -> Option<Vec<usize>> {
    if !topology.is_uniform() {
        return None;
    }
    let ports = topology.ports();
    let mzis = ports * (ports - 1) / 2;
    (0..topology.columns()).find(|&column| topology.column(column).end == mzis)?;
    let mut left: Vec<usize> = (1..ports).rev().collect();
    let alphas = reach(topology, mzis)
        .into_iter()
        .map(|reached| reached.checked_sub(ports + 1).filter(|&alpha| alpha > 0))
        .collect::<Option<Vec<_>>>()?;
    for &alpha in &alphas {
        let left = left.get_mut(alpha - 1)?;
        *left = left.checked_sub(1)?;
    }
    Some(alphas)
}

/// I + O of each of the first `mzis` MZIs, in a mesh of these alone.
fn reach(topology: &Topology, mzis: usize) -> Vec<usize> {
    let count = |order: &mut dyn Iterator<Item = usize>| {
        let mut reach = Reach::straight(topology.ports());
        let mut counts = vec![0; mzis];
        for mzi in order {
            counts[mzi] = reach.join(topology.pairs()[mzi]);
        }
        counts
    };
    let inputs = count(&mut (0..mzis));
    let outputs = count(&mut (0..mzis).rev());
    inputs.iter().zip(&outputs).map(|(i, o)| i + o).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::NamedTopology;

    #[test]
    fn only_what_begins_with_a_universal_mesh_is_haar_random() {
        use NamedTopology::{
            Butterfly, Diamond, Rectangular, RedundantRectangular, Tree, Triangular,
        };
        for ports in 4..20 {
            let alphas = |name: NamedTopology| sensitivity(&name.build(ports).unwrap());
            let plain = alphas(Rectangular);
            for name in [Rectangular, Triangular] {
                let sum: f64 = alphas(name).iter().sum();
                let expected: usize = (1..ports).map(|alpha| alpha * (ports - alpha)).sum();
                assert_eq!(sum, expected as f64, "{name:?} {ports}");
            }
            let more = alphas(RedundantRectangular { extra_columns: 3 });
            assert_eq!(more[..plain.len()], plain);
            assert!(more[plain.len()..].iter().all(|&alpha| alpha == 1.0));
            for name in [Diamond, Butterfly, Tree] {
                assert!(alphas(name).iter().all(|&alpha| alpha == 1.0), "{name:?}");
            }
        }
        // As many MZIs as a universal mesh, but all between the same ports.
        let columns = [vec![(0, 1)], vec![(0, 1)], vec![(0, 1)]];
        let pair = Topology::new("pair", 3, columns).unwrap();
        assert_eq!(sensitivity(&pair), [1.0; 3]);
        // As many again, everything reached, and still alpha would be 1, 1, 3, 3, 1, 1: of 3 there is one
        // in a universal mesh of 4 ports.
        let (outer, inner) = (vec![(0, 1), (2, 3)], vec![(0, 2), (1, 3)]);
        let columns = [outer.clone(), inner, outer];
        let there_and_back = Topology::new("there and back", 4, columns).unwrap();
        assert_eq!(sensitivity(&there_and_back), [1.0; 6]);
    }
}
