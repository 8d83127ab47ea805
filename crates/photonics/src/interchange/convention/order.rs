//! In which order another program lists the MZIs of a mesh.

use super::Convention;
use crate::mesh::{NamedTopology, Topology};

/// For each MZI in the list of the other program, its number in the topology.
///
/// Perceval builds a triangular mesh diagonal by diagonal: for i = 1 .. N - 1 the MZIs on the upper ports
/// i - 1, i - 2, .. 0 (`GenericInterferometer._build_triangle`). All else is column by column, as here.
pub fn list_order(convention: Convention, topology: &Topology) -> Vec<usize> {
    use Convention::{PercevalPhaseFirst, PercevalPhaseLast};
    let mut order: Vec<_> = (0..topology.mzis()).collect();
    let perceval = matches!(convention, PercevalPhaseFirst | PercevalPhaseLast);
    if perceval && NamedTopology::of(topology) == Some(NamedTopology::Triangular) {
        let mut diagonals = vec![(0, 0); topology.mzis()];
        for column in 0..topology.columns() {
            for mzi in topology.column(column) {
                let upper = topology.pairs()[mzi].upper as usize;
                // Along a diagonal the port falls as the column grows.
                diagonals[mzi] = (column + upper, column);
            }
        }
        order.sort_by_key(|&mzi| diagonals[mzi]);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::rectangular::rectangular;
    use crate::mesh::triangular::triangular;

    #[test]
    fn percevals_triangle_goes_by_diagonals() {
        let mesh = triangular(5).unwrap();
        let uppers: Vec<_> = list_order(Convention::PercevalPhaseLast, &mesh)
            .into_iter()
            .map(|mzi| mesh.pairs()[mzi].upper)
            .collect();
        assert_eq!(uppers, [0, 1, 0, 2, 1, 0, 3, 2, 1, 0]);
    }

    #[test]
    fn all_else_is_as_here() {
        for convention in Convention::ALL {
            let mesh = rectangular(6).unwrap();
            assert!(list_order(convention, &mesh).is_sorted());
        }
        assert!(list_order(Convention::SimphoxTop, &triangular(6).unwrap()).is_sorted());
    }
}
