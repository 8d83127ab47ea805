//! `fzero matrix`: the transfer matrix of a mesh.

use super::print::print;
use crate::cli::MatrixArgs;
use crate::error::{Error, Status};
use crate::record::matrix::matrix_bytes;
use crate::record::mesh_phases::read_mesh_phases;
use crate::record::output::{check_output, write_output};
use crate::record::splitter_errors::read_splitter_errors;
use nalgebra::DMatrix;
use num_complex::Complex64;
use photonics::matrix::unitarity_defect;
use photonics::mesh::{MeshHardware, MeshPhases};
use serde::Serialize;
use std::fmt;
use std::path::Path;

/// Computes the matrix, and prints or writes it.
///
/// # Errors
/// [`Error`] when a file does not fit or cannot be written.
pub(super) fn run(args: &MatrixArgs) -> Result<Status, Error> {
    if let Some(output) = &args.output {
        let mut inputs: Vec<&Path> = vec![&args.phases];
        inputs.extend(args.die_errors.as_deref());
        inputs.extend(args.mesh.file());
        check_output(output, &inputs)?;
    }
    let of_ports = |ports| args.mesh.topology(ports, args.extra_columns);
    let stored = read_mesh_phases(&args.phases, args.layer.into(), of_ports)?;
    let topology = &stored.topology;
    let mesh = match &args.die_errors {
        Some(path) => {
            let errors = read_splitter_errors(path, topology.mzis())?;
            MeshHardware::new(topology.clone(), errors, None)
        }
        None => MeshHardware::ideal(topology.clone()),
    };
    let phases = MeshPhases::split(&stored.phases_rad, topology.mzis(), topology.ports());
    let matrix = mesh.matrix(phases.ok_or_else(|| {
        let counts = format!("{} phases", stored.phases_rad.len());
        Error::failed("the phases do not fit the mesh", counts, "")
    })?);
    let mut report = Report {
        mesh: topology.name().to_owned(),
        ports: topology.ports(),
        mzis: topology.parts().mzis,
        parts: topology.parts().to_string(),
        unitarity_defect: unitarity_defect(&matrix),
        scale: stored.scale,
        output: None,
        re: None,
        im: None,
    };
    let mut rows = String::new();
    if let Some(output) = &args.output {
        let bytes = matrix_bytes(&matrix)
            .map_err(|error| Error::failed("the matrix cannot be written", error, ""))?;
        write_output(output, &bytes)?;
        report.output = Some(output.display().to_string());
    } else if args.json {
        report.re = Some(parts(&matrix, |x| x.re));
        report.im = Some(parts(&matrix, |x| x.im));
    } else {
        rows = text(&matrix);
    }
    if args.json {
        let text = serde_json::to_string(&report)
            .map_err(|error| Error::failed("the matrix cannot be printed", error, ""))?;
        print(text)?;
    } else {
        print(format_args!("{report}{rows}"))?;
    }
    Ok(Status::Done)
}

/// What the command says.
#[derive(Debug, Serialize)]
struct Report {
    mesh: String,
    ports: usize,
    mzis: usize,
    parts: String,
    unitarity_defect: f64,
    /// By which the matrix is to be multiplied for the target that was programmed.
    scale: Option<f64>,
    output: Option<String>,
    /// Rows of `U[out, in]`, where there is no file.
    re: Option<Vec<Vec<f64>>>,
    im: Option<Vec<Vec<f64>>>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, ports, parts) = (&self.mesh, self.ports, &self.parts);
        let defect = self.unitarity_defect;
        writeln!(f, "mesh    {name}: {ports} ports, {parts}")?;
        write!(
            f,
            "matrix  {ports} x {ports}, |U^H U - 1|_F / sqrt(N) = {defect:.1e}"
        )?;
        if let Some(scale) = self.scale {
            write!(
                f,
                "\nscale   {scale:.6} times this is the target of these phases"
            )?;
        }
        match &self.output {
            Some(file) => write!(f, "\nfile    {file}: complex128, U[out, in]"),
            None => Ok(()),
        }
    }
}

fn parts(matrix: &DMatrix<Complex64>, part: fn(&Complex64) -> f64) -> Vec<Vec<f64>> {
    let rows = matrix.row_iter();
    rows.map(|row| row.iter().map(part).collect()).collect()
}

/// A line per output port, as Python reads complex numbers.
fn text(matrix: &DMatrix<Complex64>) -> String {
    let rows = matrix.row_iter().map(|row| {
        let elements = row.iter().map(|x| format!("{:+.6}{:+.6}j", x.re, x.im));
        format!("\n{}", elements.collect::<Vec<_>>().join("  "))
    });
    rows.collect()
}
