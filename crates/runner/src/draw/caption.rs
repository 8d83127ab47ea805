//! What stands above a picture.

use crate::table::grouped;
use photonics::mesh::Topology;

/// Name and sizes of a mesh.
pub fn caption(topology: &Topology) -> String {
    let counted = |count: usize, one: &str| {
        let s = if count == 1 { "" } else { "s" };
        format!("{} {one}{s}", grouped(count as u64))
    };
    let cells = if topology.is_uniform() {
        counted(topology.mzis(), "MZI")
    } else {
        topology.parts().to_string()
    };
    format!(
        "{}: {}, {cells}, {}",
        topology.name(),
        counted(topology.ports(), "port"),
        counted(topology.columns(), "column")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use photonics::mesh::NamedTopology;

    #[test]
    fn one_is_not_many() {
        let of = |ports| caption(&NamedTopology::Rectangular.build(ports).unwrap());
        assert_eq!(of(2), "rectangular: 2 ports, 1 MZI, 1 column");
        assert_eq!(of(64), "rectangular: 64 ports, 2,016 MZIs, 64 columns");
    }
}
