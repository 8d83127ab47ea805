//! Options of `fzero draw`.

use super::MeshChoice;
use crate::mesh_file::{FORMS, form};
use clap::Args;
use photonics::mesh::MziForm;
use std::path::PathBuf;
use std::str::FromStr;

pub(super) const EXAMPLES: &str = "\
Examples:
  fzero draw rectangular --ports 8 -o mesh.svg
  fzero draw configs/mesh/bell16.toml -o mesh.svg
  fzero draw rectangular --ports 8 --cell three-splitter -o mesh.svg
  fzero draw rectangular --ports 64 --phases results/ideal/phases.npz --layer 1 -o phases.svg
  fzero draw triangular --ports 8 --phases phases.npz --colour power:3 -o power.svg";

/// Options of `fzero draw`.
#[derive(Debug, Args)]
pub struct DrawArgs {
    /// The mesh: a name (rectangular, triangular, diamond, redundant-rectangular, butterfly, tree,
    /// permuting-rectangular, svd), or a mesh file in TOML.
    #[arg(value_name = "NAME|MESH.toml")]
    pub mesh: MeshChoice,

    /// Its ports; a mesh file says them itself.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub ports: Option<u16>,

    /// Columns beyond those of the rectangular mesh [default: 2]; of redundant-rectangular.
    #[arg(long, value_name = "E", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub extra_columns: Option<u16>,

    /// The form of its MZIs: plain, three-splitter or symmetric [default: plain]; a mesh file says it itself.
    #[arg(long, value_name = "FORM", value_parser = cell)]
    pub cell: Option<MziForm>,

    /// Phases in rad, of fzero program or fzero run.
    #[arg(long, value_name = "PHASES.npz")]
    pub phases: Option<PathBuf>,

    /// The layer in the file, counted from 0 as in the names of its arrays.
    #[arg(
        long,
        value_name = "L",
        default_value_t = 0,
        requires = "phases",
        value_parser = clap::value_parser!(u16).range(0..64)
    )]
    pub layer: u16,

    /// What colours show: none, phase, or power:INPUT, the power of light into a port of the mesh
    /// without loss and errors [default: phase where phases are given, else none].
    #[arg(long, visible_alias = "color", value_name = "WHAT")]
    pub colour: Option<ColourBy>,

    /// File for the picture; an earlier one is replaced.
    #[arg(long = "output", short, value_name = "MESH.svg")]
    pub output: PathBuf,
}

fn cell(text: &str) -> Result<MziForm, String> {
    form(text).ok_or_else(|| format!("one of {}", FORMS.join(", ")))
}

/// What the colours of a picture show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourBy {
    /// Nothing.
    None,
    /// The phase of every phase shifter.
    Phase,
    /// The power of light into this input.
    Power(usize),
}

impl FromStr for ColourBy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let power = |input: &str| input.parse().ok().map(Self::Power);
        match text {
            "none" => Some(Self::None),
            "phase" => Some(Self::Phase),
            _ => text.strip_prefix("power:").and_then(power),
        }
        .ok_or_else(|| "write none, phase, or power:INPUT, for example power:0".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_words() {
        assert_eq!("none".parse(), Ok(ColourBy::None));
        assert_eq!("phase".parse(), Ok(ColourBy::Phase));
        assert_eq!("power:12".parse(), Ok(ColourBy::Power(12)));
        for wrong in ["", "power", "power:", "power:-1", "power:x", "Phase"] {
            assert!(wrong.parse::<ColourBy>().is_err(), "{wrong}");
        }
    }
}
