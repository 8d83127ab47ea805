//! Meshes that can be programmed to a target in closed form.

use clap::ValueEnum;
use photonics::mesh::NamedTopology;
use photonics::mesh::decompose::diamond_ports;
use serde::Serialize;

/// A mesh for which there is a decomposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ProgrammableMesh {
    /// Clements et al., doi:10.1364/OPTICA.3.001460.
    Rectangular,
    /// Reck et al., doi:10.1103/PhysRevLett.73.58.
    Triangular,
    /// Shokraneh et al., doi:10.1364/OE.395441: N signals on 2 N - 2 ports.
    Diamond,
    /// Rectangular with extra columns, which are left in the bar state.
    RedundantRectangular,
    /// Two rectangular meshes with attenuators between: any matrix, up to a scale.
    Svd,
}

impl ProgrammableMesh {
    /// Its name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rectangular => "rectangular",
            Self::Triangular => "triangular",
            Self::Diamond => "diamond",
            Self::RedundantRectangular => "redundant-rectangular",
            Self::Svd => "svd",
        }
    }

    /// Its wiring, but for the number of ports.
    pub fn named(self, extra_columns: usize) -> NamedTopology {
        match self {
            Self::Rectangular => NamedTopology::Rectangular,
            Self::Triangular => NamedTopology::Triangular,
            Self::Diamond => NamedTopology::Diamond,
            Self::RedundantRectangular => NamedTopology::RedundantRectangular { extra_columns },
            Self::Svd => NamedTopology::Svd,
        }
    }

    /// Its ports for a target of so many rows and columns.
    pub fn ports(self, rows: usize, columns: usize) -> usize {
        match self {
            Self::Diamond => diamond_ports(rows),
            _ => rows.max(columns),
        }
    }
}
