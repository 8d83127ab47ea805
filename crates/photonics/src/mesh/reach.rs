//! Which inputs light at a port can come from.

use super::cell::Cell;
use super::topology::{PortPair, Topology};

/// For every port the inputs whose light may be there, whatever the phases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// One bit per input.
    sets: Vec<Vec<u64>>,
}

impl Reach {
    /// In front of a mesh: every port has its own input.
    pub(crate) fn straight(ports: usize) -> Self {
        let words = ports.div_ceil(64);
        let sets = (0..ports).map(|port| {
            let mut set = vec![0; words];
            set[port / 64] |= 1 << (port % 64);
            set
        });
        Self {
            sets: sets.collect(),
        }
    }

    /// Behind an MZI both its ports have the inputs of either: so many.
    pub(crate) fn join(&mut self, pair: PortPair) -> usize {
        let (a, b) = (pair.upper as usize, pair.lower as usize);
        let both = self.sets[a].iter().zip(&self.sets[b]);
        let union: Vec<u64> = both.map(|(x, y)| x | y).collect();
        let count = union.iter().map(|word| word.count_ones() as usize).sum();
        self.sets[a].clone_from(&union);
        self.sets[b] = union;
        count
    }

    /// Behind a cell: joined ports have the inputs of either, crossed ones have changed places.
    fn pass(&mut self, cell: Cell, pair: PortPair) {
        match cell {
            Cell::Crossing => self.sets.swap(pair.upper as usize, pair.lower as usize),
            _ if pair.is_one_port() => {}
            _ => {
                self.join(pair);
            }
        }
    }

    /// Whether light from `input` may come out at `output`; not where either does not exist.
    pub fn leads(&self, input: usize, output: usize) -> bool {
        let word = self.sets.get(output).and_then(|set| set.get(input / 64));
        word.is_some_and(|word| word >> (input % 64) & 1 == 1)
    }
}

impl Topology {
    /// Which outputs light from each input may reach, behind all columns. Couplers of any ratio join: what
    /// one that is all straight or all across does not pass, its error does.
    pub fn reach(&self) -> Reach {
        let mut reach = Reach::straight(self.ports());
        for (cell, &pair) in self.pairs().iter().enumerate() {
            reach.pass(self.cell(cell), pair);
        }
        reach
    }
}

#[cfg(test)]
mod tests {
    use crate::mesh::{MeshHardware, MeshPhases, NamedTopology};
    use std::sync::Arc;

    /// At phases where no element vanishes by accident, light is where it can be and nowhere else.
    #[test]
    fn light_comes_out_where_it_can() {
        for ports in [1, 2, 5, 8, 70] {
            for name in [
                NamedTopology::Rectangular,
                NamedTopology::Triangular,
                NamedTopology::Diamond,
                NamedTopology::Butterfly,
                NamedTopology::Tree,
            ] {
                let mesh = MeshHardware::ideal(Arc::new(name.build(ports).unwrap()));
                let topology = mesh.topology();
                let phases: Vec<f64> = (0..2 * topology.mzis() + ports)
                    .map(|index| 0.5 + (index as f64 * 0.77).sin().abs())
                    .collect();
                let split = MeshPhases::split(&phases, topology.mzis(), ports).unwrap();
                let u = mesh.matrix(split);
                let reach = topology.reach();
                for input in 0..ports {
                    for output in 0..ports {
                        let light = u[(output, input)].norm() > 0.0;
                        assert_eq!(light, reach.leads(input, output), "{name:?} {ports}");
                    }
                }
                assert!(!reach.leads(0, ports) && !reach.leads(ports, 0));
                assert!(!reach.leads(1000, 0));
            }
        }
    }
}
