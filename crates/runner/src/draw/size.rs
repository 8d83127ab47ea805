//! How large a picture becomes, before it is drawn.

use photonics::mesh::Counts;

/// Largest picture in MiB: no viewer shows more.
pub const MAX_PICTURE_MIB: u64 = 64;

/// Most bytes that the picture of a mesh has.
pub fn picture_bytes(counts: Counts, ports: usize) -> u64 {
    let (cells, columns, ports) = (counts.mzis as u64, counts.columns as u64, ports as u64);
    // Two boxes with what they say and four pieces of waveguide per MZI, lines between columns, a box and
    // two numbers per port, numbers of columns, colours and bar.
    500 * cells + 30 * columns * ports + 400 * ports + 100 * columns + 20_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::parts::Parts;
    use crate::draw::{Paint, svg};
    use photonics::mesh::NamedTopology;

    #[test]
    fn no_picture_is_larger() {
        for name in [
            NamedTopology::Rectangular,
            NamedTopology::Triangular,
            NamedTopology::Butterfly,
            NamedTopology::Tree,
        ] {
            for ports in [1, 8, 64, 100] {
                let mesh = name.build(ports).unwrap();
                let values = vec![1.234_567; 2 * mesh.mzis() + ports];
                let paint = Paint::Amount {
                    shifters: &values,
                    couplers: &values[..2 * mesh.mzis()],
                    what: "all",
                };
                let found = svg(&Parts::of(&mesh), &paint, "picture").len() as u64;
                let most = picture_bytes(name.counts(ports), ports);
                assert!(found <= most, "{name:?} {ports}: {found} > {most}");
                assert!(
                    most < 3 * found + 30_000,
                    "{name:?} {ports}: {found} << {most}"
                );
            }
        }
    }
}
