//! What a mesh is made of, counted.

use photonics::mesh::Topology;

/// Counts of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) ports: usize,
    /// MZIs, symmetric ones included.
    pub(super) mzis: usize,
    pub(super) columns: usize,
    /// Those in MZIs and attenuators included.
    pub(super) couplers: usize,
    /// Those at the output included.
    pub(super) shifters: usize,
    /// Of waveguides, by the layout and as cells.
    pub(super) crossings: usize,
}

impl Sizes {
    pub(super) fn of(topology: &Topology) -> Self {
        let parts = topology.parts();
        let passed: u64 = (0..=topology.columns())
            .filter_map(|column| topology.crossings_before(column))
            .flatten()
            .map(|&count| u64::from(count))
            .sum();
        Self {
            ports: topology.ports(),
            mzis: parts.mzis + parts.symmetric,
            columns: topology.columns(),
            couplers: parts.all_couplers(),
            shifters: topology.shifters(),
            // Each is passed by two waveguides.
            crossings: (passed / 2) as usize + parts.crossings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use photonics::mesh::{Cell, NamedTopology, Placed};

    #[test]
    fn small_meshes_are_counted_by_hand() {
        let sizes = Sizes::of(&NamedTopology::Butterfly.build(8).unwrap());
        let expected = Sizes {
            ports: 8,
            mzis: 12,
            columns: 3,
            couplers: 24,
            shifters: 32,
            // 2, 8 and 6: crates/photonics/src/mesh/crossings.rs.
            crossings: 16,
        };
        assert_eq!(sizes, expected);
        let cells = [
            vec![Placed::on_two(Cell::Crossing, 0, 1)],
            vec![Placed::on_one(Cell::Attenuator, 0)],
            vec![Placed::on_two(Cell::Symmetric, 0, 1)],
        ];
        let sizes = Sizes::of(&Topology::of_cells("mixed", 2, cells).unwrap());
        assert_eq!((sizes.mzis, sizes.couplers, sizes.crossings), (1, 4, 1));
        // theta of the attenuator, theta and phi of the MZI, two at the output.
        assert_eq!(sizes.shifters, 5);
    }
}
