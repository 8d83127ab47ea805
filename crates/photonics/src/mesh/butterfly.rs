//! The butterfly: the wiring of the fast Fourier transform. Fang et al., Opt. Express 27, 14009 (2019),
//! doi:10.1364/OE.27.014009 ("FFTNet").
//!
//! ```text
//!  column   0  1  2        N = 8 ports. The two ports of an MZI have the same letter within a column.
//!  port 0 --a--a--a--      Column k joins ports j and j + 2^k, bit k of j being 0.
//!       1 --a--b--b--      N a power of two: log2 N columns of N / 2 MZIs.
//!       2 --b--a--c--
//!       3 --b--b--d--      Any other N: the columns of the next power of two, less the pairs whose
//!       4 --c--c--a--      lower port is beyond the last; the upper port of such a pair goes straight on.
//!       5 --c--d--b--
//!       6 --d--c--c--      Waveguides cross from column 1 on, see [`super::crossings`].
//!       7 --d--d--d--
//! ```
//!
//! From every input there is exactly one way to every output where N is a power of two, and never more
//! than one. Other N leave some pairs without a way. The mesh is not universal from N = 3 on.

use super::counts::Counts;
use super::topology::{Topology, TopologyError};

/// The butterfly on `ports` ports.
///
/// # Errors
/// No port.
pub fn butterfly(ports: usize) -> Result<Topology, TopologyError> {
    Topology::new(
        "butterfly",
        ports,
        (0..counts(ports).columns).map(|column| {
            let distance = 1 << column;
            (0..ports.saturating_sub(distance))
                .filter(|port| port & distance == 0)
                .map(|port| (port, port + distance))
                .collect()
        }),
    )
}

/// K = ceil(log2 N) columns; column k has floor(N / 2d) d + max(N mod 2d - d, 0) MZIs, d = 2^k.
pub fn counts(ports: usize) -> Counts {
    let columns = ports.next_power_of_two().trailing_zeros() as usize;
    let mzis = (0..columns)
        .map(|column| {
            let distance = 1 << column;
            let (whole, rest) = (ports / (2 * distance), ports % (2 * distance));
            whole * distance + rest.saturating_sub(distance)
        })
        .sum();
    Counts { mzis, columns }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(ports: usize) -> Vec<Vec<(u32, u32)>> {
        let mesh = butterfly(ports).unwrap();
        (0..mesh.columns())
            .map(|column| {
                let pairs = &mesh.pairs()[mesh.column(column)];
                pairs.iter().map(|pair| (pair.upper, pair.lower)).collect()
            })
            .collect()
    }

    #[test]
    fn powers_of_two_have_full_columns() {
        for bits in 0..9 {
            let ports = 1 << bits;
            let mesh = butterfly(ports).unwrap();
            assert_eq!(mesh.columns(), bits);
            for column in 0..bits {
                assert_eq!(mesh.column(column).len(), ports / 2);
            }
        }
        let four = [vec![(0, 1), (2, 3)], vec![(0, 2), (1, 3)]];
        assert_eq!(pairs(4), four);
    }

    #[test]
    fn pairs_beyond_the_last_port_are_left_out() {
        let six = [
            vec![(0, 1), (2, 3), (4, 5)],
            vec![(0, 2), (1, 3)],
            vec![(0, 4), (1, 5)],
        ];
        assert_eq!(pairs(6), six);
        assert_eq!(pairs(3), [vec![(0, 1)], vec![(0, 2)]]);
    }

    #[test]
    fn one_way_leads_from_every_input_to_every_output() {
        for ports in [2_usize, 3, 6, 8, 13, 16] {
            let mesh = butterfly(ports).unwrap();
            let mut missing = false;
            for input in 0..ports {
                let mut ways = vec![0; ports];
                ways[input] = 1;
                for pair in mesh.pairs() {
                    let (a, b) = (pair.upper as usize, pair.lower as usize);
                    let sum = ways[a] + ways[b];
                    (ways[a], ways[b]) = (sum, sum);
                }
                let most = ways.iter().max();
                assert_eq!(most, Some(&1), "{ports} from {input}");
                missing |= ways.contains(&0);
            }
            assert_eq!(missing, !ports.is_power_of_two(), "{ports}");
        }
    }
}
