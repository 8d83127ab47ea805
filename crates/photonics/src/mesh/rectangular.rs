//! The rectangular mesh of Clements et al., Optica 3, 1460 (2016), doi:10.1364/OPTICA.3.001460.
//!
//! ```text
//!  0 --X-----X-----      N ports, N columns, N (N - 1) / 2 MZIs (X); even columns start at
//!  1 --X--X--X--X--      port 0, odd columns at port 1.
//!  2 --X--X--X--X--
//!  3 --X-----X-----
//! ```

use super::counts::Counts;
use super::topology::{Topology, TopologyError};

/// The rectangular mesh on `ports` ports, universal with N columns.
///
/// # Errors
/// No port.
pub fn rectangular(ports: usize) -> Result<Topology, TopologyError> {
    alternating("rectangular", ports, alternating_columns(ports))
}

/// N (N - 1) / 2 MZIs in N columns.
pub fn counts(ports: usize) -> Counts {
    Counts {
        mzis: ports * ports.saturating_sub(1) / 2,
        columns: alternating_columns(ports),
    }
}

/// Columns of a universal mesh. Two ports need one: a second would be empty.
pub(super) fn alternating_columns(ports: usize) -> usize {
    if ports <= 2 {
        ports.saturating_sub(1)
    } else {
        ports
    }
}

/// Columns that start at port 0 and at port 1 in turn; on two ports, where the latter would be empty, all
/// at port 0.
pub(super) fn alternating(
    name: &str,
    ports: usize,
    columns: usize,
) -> Result<Topology, TopologyError> {
    Topology::new(
        name,
        ports,
        (0..columns).map(|column| {
            let first = if ports == 2 { 0 } else { column % 2 };
            (first..ports.saturating_sub(1))
                .step_by(2)
                .map(|port| (port, port + 1))
                .collect()
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_as_many_mzis_as_a_unitary_has_mixing_angles() {
        for ports in 1..20 {
            let mesh = rectangular(ports).unwrap();
            assert_eq!(mesh.mzis(), ports * (ports - 1) / 2);
            assert_eq!(mesh.columns(), if ports < 3 { ports - 1 } else { ports });
        }
    }
}
