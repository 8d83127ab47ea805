//! The rectangular mesh with more columns than a unitary needs: Burgwal et al., Opt. Express 25, 28236
//! (2017), doi:10.1364/OE.25.028236; Pai et al., Phys. Rev. Applied 11, 064044 (2019),
//! doi:10.1103/PhysRevApplied.11.064044.
//!
//! ```text
//!           extra
//!  0 --X-----X-----X--      N ports, N + E columns of alternating parity, E of them extra (here 4 and
//!  1 --X--X--X--X--X--      1); columns of even number have floor(N / 2) MZIs (X), those of odd number
//!  2 --X--X--X--X--X--      floor((N - 1) / 2)
//!  3 --X-----X-----X--
//! ```
//!
//! Extra columns let a mesh with splitter errors come nearer to unitaries that need nearly closed MZIs,
//! at the price of their loss. Two ports have 1 + E columns, each of one MZI.

use super::counts::Counts;
use super::rectangular::{alternating, alternating_columns};
use super::topology::{Topology, TopologyError};

/// The rectangular mesh on `ports` ports and `extra_columns` columns more.
///
/// # Errors
/// No port.
pub fn redundant_rectangular(
    ports: usize,
    extra_columns: usize,
) -> Result<Topology, TopologyError> {
    let columns = counts(ports, extra_columns).columns;
    alternating("redundant-rectangular", ports, columns)
}

/// With C = N + E columns: ceil(C / 2) floor(N / 2) + floor(C / 2) floor((N - 1) / 2) MZIs.
pub fn counts(ports: usize, extra_columns: usize) -> Counts {
    let columns = match ports {
        0 | 1 => 0,
        _ => alternating_columns(ports) + extra_columns,
    };
    let mzis = match ports {
        0..=2 => columns,
        _ => columns.div_ceil(2) * (ports / 2) + columns / 2 * ((ports - 1) / 2),
    };
    Counts { mzis, columns }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::rectangular::rectangular;

    #[test]
    fn it_begins_with_the_rectangular_mesh() {
        for ports in 1..12 {
            let plain = rectangular(ports).unwrap();
            let none = redundant_rectangular(ports, 0).unwrap();
            assert_eq!(none.pairs(), plain.pairs());
            let more = redundant_rectangular(ports, 3).unwrap();
            assert_eq!(more.pairs()[..plain.mzis()], *plain.pairs());
            let expected = if ports == 1 { 0 } else { plain.columns() + 3 };
            assert_eq!(more.columns(), expected);
            for column in 0..more.columns() {
                assert!(!more.column(column).is_empty(), "{ports}: {column}");
            }
        }
        // 5 ports, 7 columns of 2.
        assert_eq!(redundant_rectangular(5, 2).unwrap().mzis(), 14);
        // 4 ports, columns of 2, 1, 2, 1, 2.
        assert_eq!(redundant_rectangular(4, 1).unwrap().mzis(), 8);
    }
}
