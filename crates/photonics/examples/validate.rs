//! Figures of docs/validation.md: the analyses of `photonics::validate` on four topologies.
//!
//! `cargo run -p photonics --example validate -- 16 64`

use photonics::mesh::NamedTopology;
use photonics::validate::reachable::{Shifters, reachable_dimension};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let streams = numerics::Streams::new(1);
    for ports in std::env::args().skip(1) {
        let ports: usize = ports.parse()?;
        for name in [
            NamedTopology::Rectangular,
            NamedTopology::Triangular,
            NamedTopology::Diamond,
            NamedTopology::Butterfly,
            NamedTopology::Tree,
            NamedTopology::RedundantRectangular { extra_columns: 4 },
        ] {
            let topology = name.build(ports)?;
            let start = Instant::now();
            for shifters in [Shifters::All, Shifters::WithoutScreen] {
            let found = reachable_dimension(&topology, shifters, &streams, 4 << 30)?;
            if ports<64 {continue;}
            println!("{:?} {ports}: {found:?} {:.2?}", name, start.elapsed());
            }
        }
    }
    Ok(())
}
