//! The chip as designed.

use crate::mesh_file::MeshFile;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A network of meshes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chip {
    /// Waveguides into and out of each mesh, 1 to 4096.
    pub ports: usize,
    /// Meshes in a row, 1 to 64.
    pub layers: usize,
    /// Topology of each mesh.
    pub mesh: MeshKind,
    /// Columns beyond those of the rectangular mesh, 1 to 4096; with
    /// [`MeshKind::RedundantRectangular`].
    pub extra_columns: Option<usize>,
    /// Form of the MZIs; `None` is plain.
    pub cell: Option<CellKind>,
    /// SHA-256 of the mesh file; with [`MeshKind::File`].
    pub mesh_sha256: Option<String>,
    /// The mesh of the file; with [`MeshKind::File`].
    #[serde(skip)]
    pub mesh_file: Option<Arc<MeshFile>>,
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
    /// Clements et al., doi:10.1364/OPTICA.3.001460
    Rectangular,
    /// Reck et al., doi:10.1103/PhysRevLett.73.58
    Triangular,
    /// Shokraneh et al., doi:10.1364/OE.395441.
    Diamond,
    /// Rectangular with extra columns.
    RedundantRectangular,
    /// Fang et al., doi:10.1364/OE.27.014009.
    Butterfly,
    /// A binary tree, doi:10.1364/OPTICA.391592.
    Tree,
    /// Pai et al., doi:10.1103/PhysRevApplied.11.064044.
    PermutingRectangular,
    /// U S V^H, two rectangular meshes with attenuators between them.
    Svd,
    /// That of a file, which stands beside a resolved configuration by this name.
    #[serde(rename = "mesh.toml")]
    File,
}

/// Forms of MZIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellKind {
    /// The MZI itself.
    Plain,
    /// A further coupler in front, arXiv:2109.05367.
    ThreeSplitter,
    /// A phase shifter on each inner arm, arXiv:2104.07561.
    Symmetric,
}

/// Phases before training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InitialPhases {
    /// Those of a Haar-random unitary; in a mesh that cannot be one, of MZIs that are each one.
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

/// Light source: its power, said in exactly one way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Power into a port for a full-scale input of 1, in dBm.
    pub port_power_dbm: Option<f64>,
    /// The same in W.
    pub port_power_w: Option<f64>,
    /// Power of the laser, in dBm.
    pub laser_power_dbm: Option<f64>,
    /// The same in W.
    pub laser_power_w: Option<f64>,
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
    /// Power transmission 1 - alpha_ns - alpha_0 / (1 + P / P_s).
    SaturableAbsorber {
        /// alpha_0, 0 to 1.
        absorption: f64,
        /// alpha_ns, 0 to 1.
        unsaturable_absorption: f64,
        /// P_s in mW.
        saturation_power_mw: f64,
    },
    /// E -> max(|E| - threshold, 0) E / |E|, arXiv:1511.06464.
    ModRelu {
        /// In sqrt(W).
        threshold_sqrt_w: f64,
    },
    /// An optical amplifier.
    GainStage {
        /// Gain of weak light in dB.
        gain_db: f64,
        /// Noise figure in dB; `None`: no spontaneous emission.
        noise_figure_db: Option<f64>,
        /// Optical bandwidth of the spontaneous emission in Hz, where there is any.
        optical_bandwidth_hz: Option<f64>,
        /// Vacuum wavelength in nm, where there is any.
        wavelength_nm: Option<f64>,
        /// Output power at which the gain is down by 3 dB, in dBm; `None`: no saturation.
        saturation_output_dbm: Option<f64>,
    },
    /// Photodiode, amplifier, modulator and a fresh carrier.
    Regenerator {
        /// How the current opens the modulator.
        transfer: TransferKind,
        /// Where it begins to open, in A; of a rectifier.
        threshold_a: Option<f64>,
        /// Where it is half open, in A; of a sigmoid.
        midpoint_a: Option<f64>,
        /// Part of the modulator's range per current, in 1/A.
        gain_per_a: f64,
        /// Power behind the open modulator in dBm.
        carrier_dbm: f64,
        /// In dB; `None`: it closes fully.
        extinction_ratio_db: Option<f64>,
        /// In A/W.
        responsivity_a_per_w: f64,
        /// In A.
        dark_current_a: f64,
        /// Whether the photodiode is noisy.
        noise: bool,
        /// Noise bandwidth in Hz, where it is.
        bandwidth_hz: Option<f64>,
        /// Load in ohm, where it is.
        load_ohm: Option<f64>,
        /// Temperature of the load in K, where it is.
        temperature_k: Option<f64>,
    },
    /// Nothing.
    Identity,
}

/// How a current opens the modulator of a fresh carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferKind {
    /// In proportion.
    Linear,
    /// In proportion to what is above a threshold.
    Relu,
    /// A logistic function.
    Sigmoid,
}

/// A layer's tap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Readout {
    /// What it yields.
    pub kind: ReadoutKind,
    /// Where an inner layer's detectors get their light.
    pub tap: TapKind,
    /// Part of the power that a tap coupler takes; with [`TapKind::Coupler`].
    pub tap_ratio: Option<f64>,
    /// How often a readout is repeated, at least 1.
    pub averages: u32,
    /// Power of the local oscillator per port in dBm; with [`ReadoutKind::Homodyne`].
    pub local_oscillator_dbm: Option<f64>,
    /// Its phase in rad.
    pub local_oscillator_rad: Option<f64>,
}

/// What a tap yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadoutKind {
    /// Differences of port pairs, as balanced photodiodes give: half as many as ports, rounded down.
    Signed,
    /// The power of each port.
    Intensity,
    /// The field of each port against a local oscillator.
    Homodyne,
}

/// Where an inner layer's detectors get their light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TapKind {
    /// They see all and take nothing.
    Lossless,
    /// From a tap coupler.
    Coupler,
    /// From what an electro-optic activation taps.
    Activation,
}
