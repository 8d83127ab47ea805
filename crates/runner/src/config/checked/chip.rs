//! The chip as designed.

use serde::{Deserialize, Serialize};

/// A network of meshes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chip {
    /// Waveguides into and out of each mesh, 1 to 4096.
    pub ports: usize,
    /// Meshes in a row, 1 to 64.
    pub layers: usize,
    /// Topology of each mesh.
    pub mesh: MeshKind,
    /// Phases before training.
    pub initial_phases: InitialPhases,
    /// Seed of the die, below 2^53.
    pub die_seed: u64,
    /// Floating-point type of the fields.
    pub precision: Precision,
    /// Light source.
    pub source: Source,
    /// What stands after every layer but the last.
    pub activation: Activation,
    /// What a layer's tap yields.
    pub readout: Readout,
}

/// Topologies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeshKind {
    /// Clements et al., doi:10.1364/OPTICA.3.001460.
    Rectangular,
    /// Reck et al., doi:10.1103/PhysRevLett.73.58.
    Triangular,
}

/// Phases before training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InitialPhases {
    /// Those of a Haar-random unitary.
    Haar,
    /// Each uniform in a full turn.
    Uniform,
    /// All zero.
    Zero,
}

/// Floating-point types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// 32 bits.
    F32,
    /// 64 bits.
    F64,
}

/// Light source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Power into a port for a full-scale input of 1, in dBm.
    pub port_power_dbm: f64,
}

/// What stands after every layer but the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Activation {
    /// E -> sqrt(1 - alpha) exp(-i x) cos(x) E with x = (g |E|^2 + phi_b) / 2, arXiv:1903.04579.
    ElectroOptic {
        /// alpha: fraction of the power that is tapped, 0 to below 1.
        tap_fraction: f64,
        /// g: phase per power, in rad/mW.
        gain_rad_per_mw: f64,
        /// phi_b: phase without light, in rad.
        bias_rad: f64,
    },
    /// Nothing.
    Identity,
}

/// A layer's tap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Readout {
    /// What it yields.
    pub kind: ReadoutKind,
}

/// What a tap yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadoutKind {
    /// Differences of port pairs, as balanced photodiodes give: half as many as ports, rounded down.
    Signed,
    /// The power of each port.
    Intensity,
}
