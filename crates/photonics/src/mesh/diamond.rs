//! The diamond mesh of Shokraneh, Geoffroy-Gagnon and Liboiron-Ladouceur, Opt. Express 28, 23495
//! (2020), doi:10.1364/OE.395441: the triangular mesh and its mirror image.
//!
//! ```text
//!  0 --------X--------      P = 6 ports for N = 4 signals: P = 2 N - 2 ports, 2 N - 3 = P - 1 columns,
//!  1 -----X--X--X-----      (N - 1)^2 = (P / 2)^2 MZIs (X). Column k has min(k, 2 N - 4 - k) + 1 of
//!  2 --X--X--X--X--X--      them, about the middle.
//!  3 --X--X--X--X--X--
//!  4 -----X--X--X-----
//!  5 --------X--------
//! ```
//!
//! On the first N ports alone stands a triangular mesh, its apex on port 0. With the signals there and
//! the MZIs that join port N - 1 to port N in the bar state, any N x N unitary can be set; at the N - 2
//! ports below light can be led out and watched while phases are set. As a mesh of P ports it is not
//! universal: (P / 2)^2 MZIs are fewer than P (P - 1) / 2 from P = 4 on.
//!
//! An odd number of ports has the diamond of one port more, without the MZI on the port left out.

use super::counts::Counts;
use super::topology::{Topology, TopologyError};

/// The diamond on `ports` waveguides, 2 N - 2 for N signals.
///
/// # Errors
/// No port.
pub fn diamond(ports: usize) -> Result<Topology, TopologyError> {
    let half = ports.div_ceil(2);
    let columns = counts(ports).columns;
    Topology::new(
        "diamond",
        ports,
        (0..columns).map(|column| {
            let reach = column.min(2 * half - 2 - column);
            (half - 1 - reach..half + reach)
                .step_by(2)
                .map(|port| (port, port + 1))
                .filter(|&(_, lower)| lower < ports)
                .collect()
        }),
    )
}

/// h = ports / 2, rounded up: h^2 MZIs, one less for an odd number of ports, in 2 h - 1 columns.
pub fn counts(ports: usize) -> Counts {
    let half = ports.div_ceil(2);
    Counts {
        mzis: half * half - ports % 2,
        // One port has nothing to join.
        columns: if ports < 2 { 0 } else { 2 * half - 1 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::triangular::triangular;

    #[test]
    fn signals_have_a_triangular_mesh() {
        for signals in 2..12 {
            let mesh = diamond(2 * signals - 2).unwrap();
            assert_eq!(mesh.mzis(), (signals - 1) * (signals - 1));
            assert_eq!(mesh.columns(), 2 * signals - 3);
            let reck = triangular(signals).unwrap();
            for column in 0..mesh.columns() {
                let above: Vec<_> = mesh.pairs()[mesh.column(column)]
                    .iter()
                    .map(|pair| (pair.upper as usize, pair.lower as usize))
                    .filter(|&(_, lower)| lower < signals)
                    .collect();
                // Upside down.
                let expected: Vec<_> = reck.pairs()[reck.column(column)]
                    .iter()
                    .rev()
                    .map(|pair| {
                        (
                            signals - 1 - pair.lower as usize,
                            signals - 1 - pair.upper as usize,
                        )
                    })
                    .collect();
                assert_eq!(above, expected, "{signals} signals, column {column}");
            }
        }
    }

    #[test]
    fn an_odd_port_is_left_out() {
        let pairs = |ports| -> Vec<_> {
            let mesh = diamond(ports).unwrap();
            mesh.pairs().iter().map(|pair| pair.upper).collect()
        };
        assert_eq!(pairs(4), [1, 0, 2, 1]);
        assert_eq!(pairs(3), [1, 0, 1]);
    }
}
