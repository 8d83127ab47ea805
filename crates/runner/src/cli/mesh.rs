//! Meshes that can be programmed to a target.

use clap::ValueEnum;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::triangular::triangular;
use photonics::mesh::{Topology, TopologyError};
use serde::Serialize;
use std::sync::Arc;

/// A universal mesh for which there is a decomposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum UniversalMesh {
    /// Clements et al., doi:10.1364/OPTICA.3.001460.
    Rectangular,
    /// Reck et al., doi:10.1103/PhysRevLett.73.58.
    Triangular,
}

impl UniversalMesh {
    /// Its name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rectangular => "rectangular",
            Self::Triangular => "triangular",
        }
    }

    /// Its wiring.
    ///
    /// # Errors
    /// No port.
    pub fn topology(self, ports: usize) -> Result<Arc<Topology>, TopologyError> {
        Ok(Arc::new(match self {
            Self::Rectangular => rectangular(ports)?,
            Self::Triangular => triangular(ports)?,
        }))
    }
}
