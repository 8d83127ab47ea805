//! The binary tree: a vector unit, which gathers the light of all ports in port 0, or seen from behind
//! spreads it. Miller, Optica 7, 794 (2020), doi:10.1364/OPTICA.391592.
//!
//! ```text
//!  column   0  1  2        N = 8 ports. The two ports of an MZI have the same letter within a column.
//!  port 0 --a--a--a--      ceil(log2 N) columns, N - 1 MZIs. Column k joins ports j and j + 2^k, j a
//!       1 --a--------      multiple of 2^(k+1); where j + 2^k is beyond the last port, j goes straight
//!       2 --b--a-----      on.
//!       3 --b--------
//!       4 --c--b--a--      What an MZI does not hand on to the root leaves by its lower port, which is
//!       5 --c--------      led to the output of the same number; for that waveguides cross, see
//!       6 --d--b-----      [`super::crossings`].
//!       7 --d--------
//! ```
//!
//! Output 0 can be any normalised sum of the inputs; the other outputs are what is left. The mesh is
//! not universal from N = 3 on.

use super::counts::Counts;
use super::topology::{Topology, TopologyError};

/// The binary tree on `ports` ports, its root at port 0.
///
/// # Errors
/// No port.
pub fn tree(ports: usize) -> Result<Topology, TopologyError> {
    Topology::new(
        "tree",
        ports,
        (0..counts(ports).columns).map(|column| {
            let distance = 1 << column;
            (0..ports.saturating_sub(distance))
                .step_by(2 * distance)
                .map(|port| (port, port + distance))
                .collect()
        }),
    )
}

/// N - 1 MZIs in ceil(log2 N) columns: every port but the first is joined to a lower one once.
pub fn counts(ports: usize) -> Counts {
    Counts {
        mzis: ports.saturating_sub(1),
        columns: ports.next_power_of_two().trailing_zeros() as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_gathers_every_port() {
        for ports in 1..40 {
            let mesh = tree(ports).unwrap();
            assert_eq!(mesh.mzis(), ports - 1);
            let mut gathered = vec![1; ports];
            for pair in mesh.pairs() {
                gathered[pair.upper as usize] += std::mem::take(&mut gathered[pair.lower as usize]);
            }
            assert_eq!(gathered[0], ports);
        }
        let pairs: Vec<_> = tree(6)
            .unwrap()
            .pairs()
            .iter()
            .map(|p| (p.upper, p.lower))
            .collect();
        assert_eq!(pairs, [(0, 1), (2, 3), (4, 5), (0, 2), (0, 4)]);
    }
}
