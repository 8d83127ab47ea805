//! The matrix that a mesh is to be, and the phases of the ideal mesh.

use super::mesh::Mesh;
use super::search::{Fitted, Search};
use crate::cli::ProgramArgs;
use crate::error::{Error, Problem};
use crate::record::matrix::{Matrix, Shape};
use nalgebra::DMatrix;
use num_complex::Complex64;
use photonics::matrix::{fidelity, relative_error, unitarity_defect};
use photonics::mesh::decompose::{
    DecomposeError, UNITARITY_LIMIT, clements, diamond, nearest_unitary, reck, redundant_clements,
    svd,
};
use photonics::mesh::{MeshHardware, NamedTopology, Topology};
use std::sync::Arc;

/// A target in single precision with no larger a defect is a unitary that was rounded: each element by
/// up to 3e-8 of its value when it was stored, and a few times more where it was computed so.
const SINGLE_PRECISION_DEFECT: f64 = 1e-6;

/// Targets that the mesh takes.
pub(super) fn shape(mesh: &Mesh) -> Shape {
    match mesh.named {
        Some(NamedTopology::Svd) => Shape::Any,
        _ => Shape::Square,
    }
}

/// What is programmed.
pub(super) struct Plan {
    /// What the signals are to meet.
    pub(super) target: DMatrix<Complex64>,
    /// The wiring.
    pub(super) topology: Arc<Topology>,
    /// [theta | phi | gamma] in rad of the ideal mesh.
    pub(super) phases_rad: Vec<f64>,
    /// |U^H U - 1|_F / sqrt(N) of what the file has, where it is to be unitary.
    pub(super) defect: Option<f64>,
    /// The relative distance of the unitary from what the file has, where it is another.
    pub(super) nearest_residual: Option<f64>,
    /// The target over what the mesh is, where it is not 1.
    pub(super) scale: Option<f64>,
    /// How the phases were fitted, where they were.
    pub(super) fitted: Option<Fitted>,
}

impl Plan {
    /// For the file's matrix, or the nearest unitary where that is asked for or undoes single precision.
    ///
    /// # Errors
    /// A target of another size than the mesh, or that is not unitary and has to be.
    pub(super) fn new(
        args: &ProgramArgs,
        mesh: &Mesh,
        search: Option<&Search>,
        file: Matrix,
    ) -> Result<Self, Error> {
        let (rows, columns) = file.elements.shape();
        let topology = mesh.topology(&args.target, rows, columns)?;
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
        let svd_mesh = mesh.named == Some(NamedTopology::Svd);
        if svd_mesh {
            if args.nearest {
                let help = "leave it out: svd takes any matrix";
                return Err(Problem::of("--nearest", "svd needs no unitary", help).into());
            }
            let program = svd(&file.elements).map_err(refused)?;
            if program.scale == 0.0 && args.die.is_some() {
                let (place, why) = (args.target.display(), "the target matrix is zero");
                let help = "leave --die out: a dark mesh can be compared with nothing";
                return Err(Problem::of(place, why, help).into());
            }
            let plan = Self {
                target: file.elements,
                topology,
                phases_rad: program.parameters_rad(),
                defect: None,
                nearest_residual: None,
                scale: Some(program.scale),
                fitted: None,
            };
            return plan.fitted_by(search, args, None);
        }
        if let Some(search) = search {
            let defect = unitarity_defect(&file.elements);
            let mut plan = Self {
                target: file.elements,
                topology,
                phases_rad: Vec::new(),
                defect: Some(defect),
                nearest_residual: None,
                scale: None,
                fitted: None,
            };
            let rounded = file.single && defect <= SINGLE_PRECISION_DEFECT;
            if defect > UNITARITY_LIMIT && (args.nearest || rounded) {
                let nearest = nearest_unitary(&plan.target).map_err(refused)?;
                plan.nearest_residual = Some(nearest.residual);
                plan.target = nearest.unitary;
            } else if defect > UNITARITY_LIMIT {
                plan.scale = Some(1.0);
            }
            let start = mesh.named.filter(|_| mesh.has_decomposition());
            let start = start.and_then(|named| decompose(named, &plan.target).ok());
            return plan.fitted_by(Some(search), args, start);
        }
        let Some(named) = mesh.named else {
            return Err(Error::failed(
                "the target cannot be programmed",
                &mesh.said[..],
                "",
            ));
        };
        let decompose = |unitary| decompose(named, unitary);
        let (target, phases_rad, defect, nearest_residual) = match decompose(&file.elements) {
            Ok(phases_rad) => {
                let defect = unitarity_defect(&file.elements);
                (file.elements, phases_rad, defect, None)
            }
            Err(DecomposeError::NotUnitary { residual })
                if args.nearest || (file.single && residual <= SINGLE_PRECISION_DEFECT) =>
            {
                let nearest = nearest_unitary(&file.elements).map_err(refused)?;
                let phases_rad = decompose(&nearest.unitary).map_err(refused)?;
                (
                    nearest.unitary,
                    phases_rad,
                    residual,
                    Some(nearest.residual),
                )
            }
            Err(error) => return Err(refused(error)),
        };
        Ok(Self {
            target,
            topology,
            phases_rad,
            defect: Some(defect),
            nearest_residual,
            scale: None,
            fitted: None,
        })
    }

    /// With the phases of a fit to the ideal mesh in place of its own, where there is one.
    fn fitted_by(
        mut self,
        search: Option<&Search>,
        args: &ProgramArgs,
        start_rad: Option<Vec<f64>>,
    ) -> Result<Self, Error> {
        let Some(search) = search else {
            return Ok(self);
        };
        let own = (!self.phases_rad.is_empty()).then(|| self.phases_rad.clone());
        let start_rad = own.or(start_rad);
        // On a die, where a decomposition is what a fit begins with.
        let on_die = args.die.is_some() || args.die_errors.is_some();
        if let (true, Some(start_rad)) = (on_die, &start_rad) {
            self.phases_rad.clone_from(start_rad);
            return Ok(self);
        }
        let ideal = MeshHardware::ideal(self.topology.clone());
        let place = args.target.display().to_string();
        let found = search.run(&place, &ideal, &self.fitted_target(), start_rad)?;
        self.phases_rad = found.phases_rad;
        self.fitted = Some(found.fitted);
        self.scale = self.scale.map(|_| found.scale);
        Ok(self)
    }

    /// What a fit is to: a square target on the ports that it has, another on all, where nothing comes from or
    /// to ports beyond it.
    pub(super) fn fitted_target(&self) -> DMatrix<Complex64> {
        let target = self.target.clone();
        if target.is_square() {
            return target;
        }
        let ports = self.topology.ports();
        target.resize(ports, ports, Complex64::ZERO)
    }

    /// |dU|_F / |U|_F of a mesh with this matrix, on the ports of the signals; 0 for a target that is 0, which
    /// every mesh is at a scale of 0.
    pub(super) fn deviation(&self, matrix: &DMatrix<Complex64>) -> f64 {
        let scale = self.scale.unwrap_or(1.0);
        if scale == 0.0 {
            return 0.0;
        }
        let found = self.of_signals(matrix) * Complex64::from(scale);
        relative_error(&found, &self.target)
    }

    /// The same once the factor is taken off with which it is least.
    pub(super) fn deviation_up_to_a_factor(&self, matrix: &DMatrix<Complex64>) -> f64 {
        let found = self.of_signals(matrix);
        let overlap: Complex64 = found
            .iter()
            .zip(&self.target)
            .map(|(x, u)| x.conj() * u)
            .sum();
        let factor = overlap / found.norm_squared();
        relative_error(&(found * factor), &self.target)
    }

    /// The fidelity of a mesh with this matrix, on the ports of the signals.
    pub(super) fn fidelity(&self, matrix: &DMatrix<Complex64>) -> f64 {
        fidelity(&self.of_signals(matrix), &self.target)
    }

    /// The part of a mesh's matrix that signals meet.
    pub(super) fn of_signals(&self, matrix: &DMatrix<Complex64>) -> DMatrix<Complex64> {
        matrix.view((0, 0), self.target.shape()).into_owned()
    }
}

/// [theta | phi | gamma] in rad of the ideal mesh.
fn decompose(
    mesh: NamedTopology,
    unitary: &DMatrix<Complex64>,
) -> Result<Vec<f64>, DecomposeError> {
    match mesh {
        NamedTopology::Triangular => reck(unitary),
        NamedTopology::Diamond => diamond(unitary),
        NamedTopology::RedundantRectangular { extra_columns } => {
            redundant_clements(unitary, extra_columns)
        }
        _ => clements(unitary),
    }
}
