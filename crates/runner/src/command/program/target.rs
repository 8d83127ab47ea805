//! The unitary that a mesh is to be.

use super::decompose;
use crate::cli::ProgramArgs;
use crate::error::{Error, Problem};
use crate::record::matrix::Matrix;
use nalgebra::DMatrix;
use num_complex::Complex64;
use photonics::matrix::unitarity_defect;
use photonics::mesh::decompose::{DecomposeError, nearest_unitary};

/// A target in single precision with no larger a defect is a unitary that was rounded: each element by
/// up to 3e-8 of its value when it was stored, and a few times more where it was computed so.
const SINGLE_PRECISION_DEFECT: f64 = 1e-6;

/// A unitary and its phases.
pub(super) struct Target {
    pub(super) unitary: DMatrix<Complex64>,
    /// [theta | phi | gamma] in rad of the ideal mesh.
    pub(super) phases_rad: Vec<f64>,
    /// |U^H U - 1|_F / sqrt(N) of what the file has.
    pub(super) defect: f64,
    /// The relative distance of the unitary from what the file has, where it is another.
    pub(super) nearest_residual: Option<f64>,
}

impl Target {
    /// The file's matrix, or the nearest unitary where that is asked for or undoes single precision.
    pub(super) fn new(args: &ProgramArgs, file: Matrix) -> Result<Self, Error> {
        let refused = |error: DecomposeError| -> Error {
            let help = match error {
                DecomposeError::NotUnitary { .. } => {
                    "--nearest takes the nearest unitary and says how far it is"
                }
                DecomposeError::Zero => "look at how the target was made",
                _ => "replace the element",
            };
            Problem::of(args.target.display(), error, help).into()
        };
        let residual = match decompose(args.mesh, &file.elements) {
            Ok(phases_rad) => {
                let defect = unitarity_defect(&file.elements);
                return Ok(Self {
                    unitary: file.elements,
                    phases_rad,
                    defect,
                    nearest_residual: None,
                });
            }
            Err(DecomposeError::NotUnitary { residual })
                if args.nearest || (file.single && residual <= SINGLE_PRECISION_DEFECT) =>
            {
                residual
            }
            Err(error) => return Err(refused(error)),
        };
        let nearest = nearest_unitary(&file.elements).map_err(refused)?;
        Ok(Self {
            phases_rad: decompose(args.mesh, &nearest.unitary).map_err(refused)?,
            unitary: nearest.unitary,
            defect: residual,
            nearest_residual: Some(nearest.residual),
        })
    }
}
