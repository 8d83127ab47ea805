//! Options of `fzero convert`.

use super::MeshChoice;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use photonics::interchange::convention::Convention;
use photonics::interchange::touchstone::{Format, FrequencyUnit, Layout};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
What becomes of what:
  U.npy, M.npz  -> U.s16p       transfer matrix as a network          --wavelength-nm --format
  U.s16p        -> U.npy, M.npz the transfer matrix in a network      --wavelength-nm --layout
  phases.npz    -> other.npz    the same mesh in another convention   --mesh --from --to
  phases.npz    -> mesh.yml     netlist as of gdsfactory and SAX      --mesh --flat --die-errors
  mesh.yml      -> phases.npz   its phases and splitter errors
  mesh.yml      -> mesh.toml    its wiring, as a mesh file
  phases.npz    -> drive.csv    powers, voltages and DAC codes        --mesh --process --heater-ohm
  drive.csv     -> phases.npz   the phases that they give             --mesh --process --heater-ohm

Examples:
  fzero convert U.npy U.s16p
  fzero convert measured.s8p U.npy --wavelength-nm 1550
  fzero convert phases.npz perceval.npz --mesh rectangular --to perceval-phase-first
  fzero convert phases.npz mesh.yml --mesh rectangular --flat
  fzero convert phases.npz mesh.yml --mesh configs/mesh/blocks8.toml
  fzero convert phases.npz drive.csv --mesh rectangular --process mature --heater-ohm 600

Formats, conventions and their sources: docs/interchange.md";

/// Options of `fzero convert`.
#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// What is converted: .npy, .npz, .sNp, .yml, .yaml or .csv.
    #[arg(value_name = "IN")]
    pub input: PathBuf,

    /// What it becomes, by its extension too, which may also be .toml; an earlier file is replaced, but not IN.
    #[arg(value_name = "OUT")]
    pub output: PathBuf,

    /// The mesh whose phases they are: a name (rectangular, triangular, diamond, redundant-rectangular,
    /// butterfly, tree, permuting-rectangular, svd) or a mesh file in TOML.
    #[arg(long, value_name = "NAME|MESH.toml", help_heading = "Phases")]
    pub mesh: Option<MeshChoice>,

    /// Columns beyond those of the rectangular mesh; with redundant-rectangular.
    #[arg(
        long,
        value_name = "E",
        value_parser = clap::value_parser!(u16).range(1..=4096),
        help_heading = "Phases"
    )]
    pub extra_columns: Option<u16>,

    /// The layer in a file of phases of fzero, counted from 0 [default: 0].
    #[arg(
        long,
        value_name = "L",
        value_parser = clap::value_parser!(u16).range(0..64),
        help_heading = "Phases"
    )]
    pub layer: Option<u16>,

    /// Convention of the phases in IN [default: fzero].
    #[arg(long, value_name = "CONVENTION", help_heading = "Phases")]
    pub from: Option<ConventionName>,

    /// Convention of the phases in OUT [default: fzero].
    #[arg(long, value_name = "CONVENTION", help_heading = "Phases")]
    pub to: Option<ConventionName>,

    /// Make the netlist of couplers and phase shifters that SAX has, instead of MZIs.
    #[arg(long, help_heading = "Netlist")]
    pub flat: bool,

    /// Splitter errors of the die, for its netlist.
    #[arg(long, value_name = "ERRORS.npz", help_heading = "Netlist")]
    pub die_errors: Option<PathBuf>,

    /// The process whose heaters and converters are driven: ideal, research, mature, pessimistic, a preset
    /// in TOML or an experiment.
    #[arg(long, value_name = "NAME|FILE", help_heading = "Heaters")]
    pub process: Option<String>,

    /// Resistance of every heater in ohm [default: process.heater.resistance_ohm]; without either there are no
    /// voltages.
    #[arg(long, value_name = "OHM", help_heading = "Heaters")]
    pub heater_ohm: Option<f64>,

    /// Vacuum wavelength at which the matrix holds [default: 1550]; of a network with several frequencies
    /// the nearest is read.
    #[arg(long, value_name = "NM", help_heading = "Touchstone", value_parser = wavelength)]
    pub wavelength_nm: Option<f64>,

    /// How numbers are written [default: ri].
    #[arg(long, value_name = "FORMAT", help_heading = "Touchstone")]
    pub format: Option<FormatName>,

    /// Unit of the frequency that is written [default: ghz].
    #[arg(long, value_name = "UNIT", help_heading = "Touchstone")]
    pub unit: Option<UnitName>,

    /// Whether a mesh of N ports is a network of 2N ports or the bare matrix [default: two-sided].
    #[arg(long, value_name = "LAYOUT", help_heading = "Touchstone")]
    pub layout: Option<LayoutName>,

    /// The name of the matrix in an .npz archive [default: matrix].
    #[arg(long, value_name = "NAME", help_heading = "Matrix")]
    pub array: Option<String>,

    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

fn wavelength(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|nm: &f64| (100.0..=100_000.0).contains(nm))
        .ok_or_else(|| "a vacuum wavelength in nm is needed, 100 to 100000".into())
}

/// A convention of phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConventionName(pub Convention);

impl ValueEnum for ConventionName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [ConventionName; Convention::ALL.len()] = {
            let mut all = [ConventionName(Convention::Fzero); Convention::ALL.len()];
            let mut index = 0;
            while index < all.len() {
                all[index] = ConventionName(Convention::ALL[index]);
                index += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self.0 {
            Convention::Fzero => {
                "theta inside, phi in front, on the upper arm; phases at the output"
            }
            Convention::Clements => "T(theta, phi) of Optica 3, 1460; phases at the output",
            Convention::Neurophox => {
                "bloch basis: phi behind; phases at the input; rectangular alone"
            }
            Convention::PercevalPhaseFirst => "catalog 'mzi phase first'; phases at the output",
            Convention::PercevalPhaseLast => "catalog 'mzi phase last'; phases at the input",
            Convention::SimphoxTop => "phase style top, its default; phases at the output",
            Convention::SimphoxBottom => "phase style bottom; phases at the output",
            Convention::SimphoxDifferential => "phase style differential; phases at the output",
        };
        Some(PossibleValue::new(self.0.name()).help(help))
    }
}

/// How a complex number is given by two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatName {
    /// Real and imaginary part: read back exactly.
    Ri,
    /// Magnitude and angle in degrees.
    Ma,
    /// Decibels and angle in degrees; 0 has none, so only with --layout plain.
    Db,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Ri => Self::Ri,
            FormatName::Ma => Self::Ma,
            FormatName::Db => Self::Db,
        }
    }
}

/// The unit of a frequency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub enum UnitName {
    /// 1 Hz.
    Hz,
    /// 10^3 Hz.
    KHz,
    /// 10^6 Hz.
    MHz,
    /// 10^9 Hz.
    GHz,
}

impl From<UnitName> for FrequencyUnit {
    fn from(name: UnitName) -> Self {
        match name {
            UnitName::Hz => Self::Hz,
            UnitName::KHz => Self::KHz,
            UnitName::MHz => Self::MHz,
            UnitName::GHz => Self::GHz,
        }
    }
}

/// How the ports of a mesh are those of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LayoutName {
    /// Inputs are ports 1 to N, outputs N+1 to 2N: S = [[0, U^T], [U, 0]].
    TwoSided,
    /// S is U, in the form of a network of N ports.
    Plain,
}

impl From<LayoutName> for Layout {
    fn from(name: LayoutName) -> Self {
        match name {
            LayoutName::TwoSided => Self::TwoSided,
            LayoutName::Plain => Self::Plain,
        }
    }
}
