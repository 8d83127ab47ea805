//! What `fzero program` says.

use super::search::Fitted;
use crate::table::{seconds, si};
use photonics::mesh::MeshHardware;
use photonics::mesh::correct::Unreachable;
use serde::Serialize;
use std::fmt;

/// How well the mesh does. Errors are |dU|_F / |U|_F against the matrix that is programmed.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) target: String,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) mesh: String,
    pub(super) mesh_file: Option<String>,
    /// `decompose`, `self-configure`, `fit` or `fit-forward`.
    pub(super) method: &'static str,
    pub(super) ports: usize,
    pub(super) mzis: usize,
    pub(super) attenuators: usize,
    /// All cells, in words.
    pub(super) parts: String,
    /// Cells in all, each with a place for theta and for phi.
    pub(super) cells: usize,
    /// Of a target that is to be unitary.
    pub(super) unitarity_defect: Option<f64>,
    /// Distance of the programmed unitary from the target, where it is another.
    pub(super) nearest_residual: Option<f64>,
    /// The target over what the mesh is, where it is not 1.
    pub(super) scale: Option<f64>,
    /// Of the ideal mesh.
    pub(super) residual: f64,
    /// Of the ideal mesh.
    pub(super) fit: Option<Fitted>,
    pub(super) die: Option<OnDie>,
    pub(super) phases: String,
}

/// What comes out on a die.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum OnDie {
    /// With splitter errors from a file, and nothing else.
    Known(Die),
    /// One that was fabricated.
    Drawn(Drawn),
}

/// A die with known splitter errors.
#[derive(Debug, Serialize)]
pub(super) struct Die {
    errors: String,
    splitter_error_rms_rad: f64,
    uncorrected_error: f64,
    corrected_error: f64,
    /// MZIs, counted from 0, and their splitting angles asin |p|.
    unreachable: Vec<Missed>,
    /// With these errors, where there was a fit.
    fit: Option<Fitted>,
}

#[derive(Debug, Serialize)]
pub(super) struct Missed {
    mzi: usize,
    wanted_rad: f64,
    nearest_rad: f64,
    miss_rad: f64,
}

pub(super) fn missed(missed: &Unreachable) -> Missed {
    Missed {
        mzi: missed.mzi,
        wanted_rad: missed.wanted_rad,
        nearest_rad: missed.nearest_rad,
        miss_rad: missed.miss_rad(),
    }
}

/// A fabricated die, with losses, phase shifters and all, as its truth judges it.
#[derive(Debug, Serialize)]
pub(super) struct Drawn {
    pub(super) die: String,
    pub(super) splitter_error_rms_rad: f64,
    /// Of the phases of the ideal mesh; a common factor is taken off, as from the next.
    pub(super) uncorrected_error: f64,
    pub(super) uncorrected_fidelity: f64,
    /// Of the phases that are written.
    pub(super) error: f64,
    pub(super) fidelity: f64,
    /// Mean over the inputs, in dB.
    pub(super) loss_db: f64,
    /// Where known errors were corrected.
    pub(super) unreachable: Vec<Missed>,
    /// With its errors and losses, where there was a fit.
    pub(super) fit: Option<Fitted>,
    /// Where it has configured itself.
    pub(super) measured: Option<Measured>,
}

/// What the die has found by measurements, and what they took.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    /// A common factor is taken off.
    pub(super) error: f64,
    pub(super) programmings: u64,
    pub(super) samples: u64,
    pub(super) bench_s: Option<f64>,
    pub(super) bench_j: Option<f64>,
    /// MZIs, counted from 0.
    pub(super) unreachable: Vec<usize>,
}

/// The root mean square of the angle errors of all couplers.
pub(super) fn rms_rad(hardware: &MeshHardware) -> f64 {
    let errors = hardware.errors_rad().as_flattened();
    let square = errors.iter().map(|e| e * e).sum::<f64>() / errors.len().max(1) as f64;
    square.sqrt()
}

impl Die {
    pub(super) fn new(
        errors: String,
        hardware: &MeshHardware,
        uncorrected_error: f64,
        corrected_error: f64,
        unreachable: &[Unreachable],
        fit: Option<Fitted>,
    ) -> Self {
        Self {
            errors,
            splitter_error_rms_rad: rms_rad(hardware),
            uncorrected_error,
            corrected_error,
            unreachable: unreachable.iter().map(missed).collect(),
            fit,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.mesh;
        let ports = self.ports;
        let cells = Cells {
            count: self.cells,
            name: if self.cells > self.mzis {
                "cells"
            } else {
                "MZIs"
            },
        };
        write!(
            f,
            "target        {}: {} x {}",
            self.target, self.rows, self.columns
        )?;
        if let Some(defect) = self.unitarity_defect {
            write!(f, ", |U^H U - 1|_F / sqrt(N) = {defect:.1e}")?;
        }
        writeln!(f)?;
        if let Some(residual) = self.nearest_residual {
            writeln!(
                f,
                "nearest       a unitary, {residual:.2e} from the target; errors are against it"
            )?;
        }
        writeln!(f, "mesh          {name}: {ports} ports, {}", self.parts)?;
        if let Some(fit) = &self.fit {
            writeln!(f, "fit           {}", fit.described())?;
            writeln!(f, "fidelity      {:.6} of the ideal mesh", fit.fidelity)?;
        }
        if let Some(scale) = self.scale {
            writeln!(f, "scale         the target is {scale:.6} times the mesh")?;
        }
        writeln!(
            f,
            "residual      {:.1e} of the ideal mesh, |dU|_F / |U|_F",
            self.residual
        )?;
        let state = match &self.die {
            None if self.fit.is_some() => "fitted, ",
            None => "",
            Some(OnDie::Known(die)) => {
                die.lines(f, cells)?;
                if die.fit.is_some() {
                    "fitted to the die, "
                } else {
                    "corrected, "
                }
            }
            Some(OnDie::Drawn(die)) => {
                die.lines(f, cells)?;
                match die.measured {
                    None if die.fit.is_some() => "fitted to the die, ",
                    None => "corrected, ",
                    Some(_) => "self-configured, ",
                }
            }
        };
        write!(
            f,
            "phases        {}: {state}{} theta, {} phi, {ports} gamma in rad",
            self.phases, cells.count, cells.count
        )
    }
}

impl Die {
    fn lines(&self, f: &mut fmt::Formatter<'_>, cells: Cells) -> fmt::Result {
        writeln!(
            f,
            "die           {}: splitter errors, {:.2e} rad rms",
            self.errors, self.splitter_error_rms_rad
        )?;
        writeln!(f, "uncorrected   {:.2e}", self.uncorrected_error)?;
        if let Some(fit) = &self.fit {
            writeln!(f, "fit           {}", fit.described())?;
            return writeln!(
                f,
                "fitted        {:.2e}, fidelity {:.6}",
                self.corrected_error, fit.fidelity
            );
        }
        writeln!(f, "corrected     {:.2e}", self.corrected_error)?;
        out_of_reach(f, &self.unreachable, cells)
    }
}

impl Drawn {
    fn lines(&self, f: &mut fmt::Formatter<'_>, cells: Cells) -> fmt::Result {
        writeln!(
            f,
            "die           {}: splitter errors, {:.2e} rad rms; loss {:.2} dB on average",
            self.die, self.splitter_error_rms_rad, self.loss_db
        )?;
        let line = |f: &mut fmt::Formatter<'_>, what: &str, error: f64, fidelity: f64| {
            writeln!(
                f,
                "{what:<13} {error:.2e} up to a factor, fidelity {fidelity:.6}"
            )
        };
        line(
            f,
            "uncorrected",
            self.uncorrected_error,
            self.uncorrected_fidelity,
        )?;
        let Some(measured) = &self.measured else {
            if let Some(fit) = &self.fit {
                writeln!(f, "fit           {}", fit.described())?;
                line(f, "fitted", self.error, self.fidelity)?;
                return writeln!(
                    f,
                    "known         splitter errors and losses, from the truth of the emulated die"
                );
            }
            line(f, "corrected", self.error, self.fidelity)?;
            writeln!(
                f,
                "known         splitter errors, from the truth of the emulated die"
            )?;
            return out_of_reach(f, &self.unreachable, cells);
        };
        line(f, "configured", self.error, self.fidelity)?;
        writeln!(
            f,
            "measured      {:.2e} by its own readouts",
            measured.error
        )?;
        write!(
            f,
            "queries       {} programmings, {} samples",
            measured.programmings, measured.samples
        )?;
        if let Some(time_s) = measured.bench_s {
            write!(f, ", {} on the bench", seconds(time_s))?;
        }
        if let Some(energy_j) = measured.bench_j {
            write!(f, ", {}", si(energy_j, "J"))?;
        }
        writeln!(f)?;
        let (missed, Cells { count, name }) = (measured.unreachable.len(), cells);
        writeln!(f, "out of reach  {missed} of {count} {name}")
    }
}

/// What a mesh has so many of.
#[derive(Clone, Copy)]
struct Cells {
    count: usize,
    name: &'static str,
}

fn out_of_reach(f: &mut fmt::Formatter<'_>, unreachable: &[Missed], cells: Cells) -> fmt::Result {
    let worst = unreachable.iter().map(|x| x.miss_rad).fold(0.0, f64::max);
    let (missed, Cells { count, name }) = (unreachable.len(), cells);
    write!(f, "out of reach  {missed} of {count} {name}")?;
    if !unreachable.is_empty() {
        write!(f, ", by {worst:.2e} rad at most")?;
    }
    writeln!(f)
}
