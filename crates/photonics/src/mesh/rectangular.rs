//! The rectangular mesh of Clements et al., Optica 3, 1460 (2016), doi:10.1364/OPTICA.3.001460.
//!
//! ```text
//!  0 --X-----X-----      N ports, N columns, N (N - 1) / 2 MZIs (X); even columns start at
//!  1 --X--X--X--X--      port 0, odd columns at port 1.
//!  2 --X--X--X--X--
//!  3 --X-----X-----
//! ```

use super::topology::{Topology, TopologyError};

/// The rectangular mesh on `ports` ports, universal with N columns.
///
/// # Errors
/// No port.
pub fn rectangular(ports: usize) -> Result<Topology, TopologyError> {
    // Two ports need one column: a second would be empty.
    let columns = if ports <= 2 {
        ports.saturating_sub(1)
    } else {
        ports
    };
    Topology::new(
        "rectangular",
        ports,
        (0..columns).map(|column| {
            (column % 2..ports.saturating_sub(1))
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
