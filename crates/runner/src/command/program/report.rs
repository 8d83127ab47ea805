//! What `fzero program` says.

use crate::cli::UniversalMesh;
use photonics::mesh::MeshHardware;
use photonics::mesh::correct::Unreachable;
use serde::Serialize;
use std::fmt;
use std::path::Path;

/// How well the mesh does. Errors are |dU|_F / |U|_F against the unitary that is programmed.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) target: String,
    pub(super) mesh: UniversalMesh,
    pub(super) ports: usize,
    pub(super) mzis: usize,
    pub(super) unitarity_defect: f64,
    /// Distance of the programmed unitary from the target, where it is another.
    pub(super) nearest_residual: Option<f64>,
    /// Of the ideal mesh.
    pub(super) residual: f64,
    pub(super) die: Option<Die>,
    pub(super) phases: String,
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
}

#[derive(Debug, Serialize)]
struct Missed {
    mzi: usize,
    wanted_rad: f64,
    nearest_rad: f64,
    miss_rad: f64,
}

impl Die {
    pub(super) fn new(
        file: &Path,
        hardware: &MeshHardware,
        uncorrected_error: f64,
        corrected_error: f64,
        unreachable: &[Unreachable],
    ) -> Self {
        let errors = hardware.errors_rad().as_flattened();
        let square = errors.iter().map(|e| e * e).sum::<f64>() / errors.len().max(1) as f64;
        let missed = |missed: &Unreachable| Missed {
            mzi: missed.mzi,
            wanted_rad: missed.wanted_rad,
            nearest_rad: missed.nearest_rad,
            miss_rad: missed.miss_rad(),
        };
        Self {
            errors: file.display().to_string(),
            splitter_error_rms_rad: square.sqrt(),
            uncorrected_error,
            corrected_error,
            unreachable: unreachable.iter().map(missed).collect(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.mesh.name();
        let (ports, mzis) = (self.ports, self.mzis);
        let defect = self.unitarity_defect;
        writeln!(
            f,
            "target        {}: {ports} x {ports}, |U^H U - 1|_F / sqrt(N) = {defect:.1e}",
            self.target
        )?;
        if let Some(residual) = self.nearest_residual {
            writeln!(
                f,
                "nearest       a unitary, {residual:.2e} from the target; errors are against it"
            )?;
        }
        writeln!(f, "mesh          {name}: {ports} ports, {mzis} MZIs")?;
        writeln!(
            f,
            "residual      {:.1e} of the ideal mesh, |dU|_F / |U|_F",
            self.residual
        )?;
        if let Some(die) = &self.die {
            let worst = die
                .unreachable
                .iter()
                .map(|x| x.miss_rad)
                .fold(0.0, f64::max);
            writeln!(
                f,
                "die           {}: splitter errors, {:.2e} rad rms",
                die.errors, die.splitter_error_rms_rad
            )?;
            writeln!(f, "uncorrected   {:.2e}", die.uncorrected_error)?;
            writeln!(f, "corrected     {:.2e}", die.corrected_error)?;
            write!(f, "out of reach  {} of {mzis} MZIs", die.unreachable.len())?;
            if !die.unreachable.is_empty() {
                write!(f, ", by {worst:.2e} rad at most")?;
            }
            writeln!(f)?;
        }
        let state = if self.die.is_some() {
            "corrected, "
        } else {
            ""
        };
        write!(
            f,
            "phases        {}: {state}{mzis} theta, {mzis} phi, {ports} gamma in rad",
            self.phases
        )
    }
}
