//! The topologies that have a name.

use super::butterfly::{self, butterfly};
use super::counts::Counts;
use super::diamond::{self, diamond};
use super::permuting_rectangular::{self, permuting_rectangular};
use super::rectangular::{self, rectangular};
use super::redundant_rectangular::{self, redundant_rectangular};
use super::svd::{self, svd};
use super::topology::{Topology, TopologyError};
use super::tree::{self, tree};
use super::triangular::{self, triangular};

/// A topology by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedTopology {
    /// [`mod@super::rectangular`].
    Rectangular,
    /// [`mod@super::triangular`].
    Triangular,
    /// [`mod@super::diamond`].
    Diamond,
    /// [`mod@super::redundant_rectangular`].
    RedundantRectangular {
        /// Columns beyond those of the rectangular mesh.
        extra_columns: usize,
    },
    /// [`mod@super::butterfly`].
    Butterfly,
    /// [`mod@super::tree`].
    Tree,
    /// [`mod@super::permuting_rectangular`].
    PermutingRectangular,
    /// [`mod@super::svd`].
    Svd,
}

impl NamedTopology {
    /// The mesh on so many ports.
    ///
    /// # Errors
    /// No port.
    pub fn build(self, ports: usize) -> Result<Topology, TopologyError> {
        match self {
            Self::Rectangular => rectangular(ports),
            Self::Triangular => triangular(ports),
            Self::Diamond => diamond(ports),
            Self::RedundantRectangular { extra_columns } => {
                redundant_rectangular(ports, extra_columns)
            }
            Self::Butterfly => butterfly(ports),
            Self::Tree => tree(ports),
            Self::PermutingRectangular => permuting_rectangular(ports),
            Self::Svd => svd(ports),
        }
    }

    /// Which one a wiring is, whatever it is called: the first of them where small ones are the same.
    ///
    /// ```
    /// use photonics::mesh::{NamedTopology, Topology};
    /// let mesh = Topology::new("mine", 3, [vec![(0, 1)], vec![(1, 2)], vec![(0, 1)]])?;
    /// assert_eq!(NamedTopology::of(&mesh), Some(NamedTopology::Rectangular));
    /// # Ok::<(), photonics::mesh::TopologyError>(())
    /// ```
    pub fn of(mesh: &Topology) -> Option<Self> {
        let ports = mesh.ports();
        let extra_columns = mesh
            .columns()
            .saturating_sub(Self::Rectangular.counts(ports).columns);
        let all = [
            Self::Rectangular,
            Self::Triangular,
            Self::Diamond,
            Self::RedundantRectangular { extra_columns },
            Self::Butterfly,
            Self::Tree,
            Self::PermutingRectangular,
            Self::Svd,
        ];
        all.into_iter().find(|name| {
            let counts = name.counts(ports);
            (counts.mzis, counts.columns) == (mesh.mzis(), mesh.columns())
                && name.build(ports).is_ok_and(|named| {
                    named.placed().eq(mesh.placed())
                        && (0..mesh.columns()).all(|x| named.column(x) == mesh.column(x))
                })
        })
    }

    /// Its sizes in closed form, without building it.
    pub fn counts(self, ports: usize) -> Counts {
        match self {
            Self::Rectangular => rectangular::counts(ports),
            Self::Triangular => triangular::counts(ports),
            Self::Diamond => diamond::counts(ports),
            Self::RedundantRectangular { extra_columns } => {
                redundant_rectangular::counts(ports, extra_columns)
            }
            Self::Butterfly => butterfly::counts(ports),
            Self::Tree => tree::counts(ports),
            Self::PermutingRectangular => permuting_rectangular::counts(ports),
            Self::Svd => svd::counts(ports),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_of_the_mesh() {
        for name in [
            NamedTopology::Rectangular,
            NamedTopology::Triangular,
            NamedTopology::Diamond,
            NamedTopology::RedundantRectangular { extra_columns: 0 },
            NamedTopology::RedundantRectangular { extra_columns: 5 },
            NamedTopology::Butterfly,
            NamedTopology::Tree,
            NamedTopology::PermutingRectangular,
            NamedTopology::Svd,
        ] {
            assert_eq!(name.build(0), Err(TopologyError::NoPorts));
            for ports in 1..70 {
                let mesh = name.build(ports).unwrap();
                let built = Counts {
                    mzis: mesh.mzis(),
                    columns: mesh.columns(),
                };
                assert_eq!(name.counts(ports), built, "{name:?} {ports}");
                // Small ones may be another as well.
                if ports > 6 {
                    let found = NamedTopology::of(&mesh.with_name("other"));
                    let none = NamedTopology::RedundantRectangular { extra_columns: 0 };
                    let expected = if name == none {
                        NamedTopology::Rectangular
                    } else {
                        name
                    };
                    assert_eq!(found, Some(expected), "{name:?} {ports}");
                }
            }
        }
    }
}
