//! The permuting rectangular mesh of Pai et al., Phys. Rev. Applied 11, 064044 (2019),
//! doi:10.1103/PhysRevApplied.11.064044, arXiv:1808.00458: rectangular blocks of MZIs, and between them fixed
//! permutations that bring together ports from far apart.
//!
//! ```text
//!  0 --X-----x-----x-----X-----     6 ports: blocks of 2 columns (X), each starting at port 0;
//!  1 --X--X--x--x--x--x--X--X--     between them a grid of crossings (x) of 4 columns, then one of 2.
//!  2 --X--X--x--x--x--x--X--X--
//!  3 --X--X--x--x--x--x--X--X--
//!  4 --X--X--x--x--x--x--X--X--
//!  5 --X-----x-----x-----X-----     (one grid drawn)
//! ```
//! **Blocks.** K = log2 N, rounded to the nearest whole number; N columns in all: the first K - 1 blocks
//! have N/K, rounded down and then up to an even number (down where nothing would be left for the last),
//! the last block the rest.
//!
//! **Permutations.** Behind each block but the last stands a grid of f columns of crossings, the first of them
//! on ports (1, 2), (3, 4), .., the next on (0, 1), (2, 3), .., and so on: light at an even port goes up f
//! ports, at an odd one down, turned back at the edges. The f of the K - 1 grids are 2^s with s of
//! 1..=K - 1: first those as odd (or even) as K - 1, ascending, then the others, descending. For 64 ports 2, 8,
//! 32, 16, 4.
//!
//! Rule and numbers are those of the authors' program neurophox. The crossings are cells: planar, a
//! crossing loss each, no MZI's length.

use super::cell::{Cell, Placed};
use super::counts::Counts;
use super::topology::{Topology, TopologyError};

/// Blocks of columns, and grids of crossings between them.
fn plan(ports: usize) -> (Vec<usize>, Vec<usize>) {
    if ports < 3 {
        return (vec![ports.saturating_sub(1)], Vec::new());
    }
    // The nearest whole number to log2 N: 2^(k - 1/2) is no whole number, so there is no tie.
    let floor = ports.ilog2() as usize;
    let blocks = floor + usize::from(ports * ports >= 1 << (2 * floor + 1));
    let even = (ports / blocks).next_multiple_of(2);
    let size = if even * (blocks - 1) < ports {
        even
    } else {
        even - 2
    };
    let mut sizes = vec![size; blocks - 1];
    sizes.push(ports - size * (blocks - 1));
    let grids = blocks - 1;
    let ascending = (1..=grids).filter(|s| s % 2 == grids % 2);
    let descending = (1..=grids).rev().filter(|s| s % 2 != grids % 2);
    (sizes, ascending.chain(descending).map(|s| 1 << s).collect())
}

/// Columns of cells of one kind on ports (first, first + 1), (first + 2, first + 3), ..
fn column(cell: Cell, first: usize, ports: usize) -> Vec<Placed> {
    (first..ports.saturating_sub(1))
        .step_by(2)
        .map(|port| Placed::on_two(cell, port, port + 1))
        .collect()
}

/// The permuting rectangular mesh on `ports` ports.
///
/// # Errors
/// No port.
pub fn permuting_rectangular(ports: usize) -> Result<Topology, TopologyError> {
    let (sizes, grids) = plan(ports);
    let mut columns = Vec::new();
    for (block, &size) in sizes.iter().enumerate() {
        columns.extend((0..size).map(|k| column(Cell::Mzi, k % 2, ports)));
        let crossings = grids.get(block).copied().unwrap_or(0);
        columns.extend((0..crossings).map(|k| column(Cell::Crossing, (k + 1) % 2, ports)));
    }
    Topology::of_cells("permuting-rectangular", ports, columns)
}

/// N(N - 1)/2 MZIs where N is even, and the crossings, about as many columns as N has.
pub fn counts(ports: usize) -> Counts {
    let (sizes, grids) = plan(ports);
    let (even, odd) = (ports / 2, ports.saturating_sub(1) / 2);
    let mzis = |size: &usize| size.div_ceil(2) * even + size / 2 * odd;
    let crossings: usize = grids.iter().map(|grid| grid / 2 * (even + odd)).sum();
    Counts {
        mzis: sizes.iter().map(mzis).sum::<usize>() + crossings,
        columns: sizes.iter().chain(&grids).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_grids_are_those_of_the_rule() {
        assert_eq!(
            plan(64),
            (vec![10, 10, 10, 10, 10, 14], vec![2, 8, 32, 16, 4])
        );
        assert_eq!(plan(16), (vec![4; 4], vec![2, 8, 4]));
        assert_eq!(plan(8), (vec![2, 2, 4], vec![4, 2]));
        assert_eq!(plan(5), (vec![2, 3], vec![2]));
        // Rounding up would leave nothing for the last block.
        assert_eq!(plan(12).0, [2, 2, 2, 6]);
        for ports in 3..300 {
            let (sizes, grids) = plan(ports);
            assert_eq!(sizes.iter().sum::<usize>(), ports);
            assert!(sizes.iter().all(|&size| size > 0), "{ports}");
            let largest = *grids.iter().max().unwrap_or(&0);
            assert!(largest <= ports, "{ports} {largest}");
        }
    }

    /// Light at an even port goes up, at an odd one down, turned back at the edges.
    #[test]
    fn a_grid_of_crossings_is_the_permutation() {
        for ports in 3..20 {
            for crossings in [2, 4, 8] {
                let columns = (0..crossings).map(|k| column(Cell::Crossing, (k + 1) % 2, ports));
                let mesh = Topology::of_cells("grid", ports, columns).unwrap();
                let reach = mesh.reach();
                for input in 0..ports {
                    let (mut at, mut up) = (input as isize, input % 2 == 0);
                    for _ in 0..crossings {
                        let next = if up { at - 1 } else { at + 1 };
                        if (0..ports as isize).contains(&next) {
                            at = next;
                        } else {
                            up = !up;
                        }
                    }
                    assert!(
                        reach.leads(input, at as usize),
                        "{ports} {crossings} {input}"
                    );
                }
            }
        }
    }

    #[test]
    fn all_ports_reach_all_and_nothing_is_odd() {
        for ports in [4, 5, 8, 12, 16, 31] {
            let mesh = permuting_rectangular(ports).unwrap();
            assert_eq!(mesh.lint(), [], "{ports}");
            assert!(mesh.is_planar());
        }
        let parts = permuting_rectangular(16).unwrap().parts();
        assert_eq!((parts.mzis, parts.crossings), (120, 105));
    }
}
