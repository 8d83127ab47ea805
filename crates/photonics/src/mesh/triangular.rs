//! The triangular mesh of Reck et al., Phys. Rev. Lett. 73, 58 (1994),
//! doi:10.1103/PhysRevLett.73.58.
//!
//! ```text
//!  0 --X-----X-----X--      N ports, 2 N - 3 columns, N (N - 1) / 2 MZIs (X).
//!  1 --X--X--X--X--X--
//!  2 -----X--X--X-----
//!  3 --------X--------
//! ```

use super::counts::Counts;
use super::topology::{Topology, TopologyError};

/// The triangular mesh on `ports` ports.
///
/// # Errors
/// No port.
pub fn triangular(ports: usize) -> Result<Topology, TopologyError> {
    let columns = counts(ports).columns;
    Topology::new(
        "triangular",
        ports,
        (0..columns).map(|column| {
            (column % 2..=column.min(columns - 1 - column))
                .step_by(2)
                .map(|port| (port, port + 1))
                .collect()
        }),
    )
}

/// N (N - 1) / 2 MZIs in 2 N - 3 columns.
pub fn counts(ports: usize) -> Counts {
    Counts {
        mzis: ports * ports.saturating_sub(1) / 2,
        columns: (2 * ports).saturating_sub(3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_as_many_mzis_as_a_unitary_has_mixing_angles() {
        for ports in 1..20 {
            let mesh = triangular(ports).unwrap();
            assert_eq!(mesh.mzis(), ports * (ports - 1) / 2);
        }
    }
}
