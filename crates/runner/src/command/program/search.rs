//! Phases that are fitted, where there is no decomposition or it is not enough.

use super::mesh::Mesh;
use super::split;
use crate::cli::{MethodName, ProgramArgs};
use crate::error::{Error, Problem};
use nalgebra::DMatrix;
use num_complex::Complex64;
use photonics::fit::{FitOptions, Method, Objective, fit};
use photonics::matrix::{nearest_factor, unitarity_defect};
use photonics::mesh::MeshHardware;
use photonics::mesh::decompose::UNITARITY_LIMIT;
use serde::Serialize;
use std::f64::consts::TAU;

/// Starts where nothing is said: more than one, since a search may end in a local optimum.
const STARTS: u16 = 4;

/// How phases are fitted.
pub(super) struct Search {
    method: Method,
    starts: u16,
    seed: u64,
    max_iterations: u32,
}

/// How well a fit does, and what it took.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Fitted {
    method: &'static str,
    /// With the mesh that was fitted.
    pub(super) fidelity: f64,
    pub(super) iterations: u64,
    pub(super) evaluations: u64,
    pub(super) starts: usize,
    pub(super) converged: bool,
}

/// Phases, and what the target is over the mesh there.
pub(super) struct Found {
    pub(super) phases_rad: Vec<f64>,
    pub(super) scale: f64,
    pub(super) fitted: Fitted,
}

impl Search {
    /// What the options ask for; `None` for a decomposition.
    ///
    /// # Errors
    /// A decomposition that there is not, options without effect.
    pub(super) fn new(args: &ProgramArgs, mesh: &Mesh) -> Result<Option<Self>, Problem> {
        let decomposes = mesh.has_decomposition();
        let method = match args.method {
            Some(MethodName::Decompose) if !decomposes => {
                return Err(Problem::of(
                    "--method",
                    format!("there is no decomposition for the mesh {}", mesh.said),
                    "leave it out, or give fit: the phases are searched",
                ));
            }
            Some(MethodName::Decompose) => None,
            Some(MethodName::Fit) => Some(Method::Twin),
            Some(MethodName::FitForward) => Some(Method::Forward),
            None => (!decomposes).then_some(Method::Twin),
        };
        let Some(method) = method else {
            let given = [
                ("--starts", args.starts.is_some()),
                ("--seed", args.seed.is_some()),
                ("--max-iterations", args.max_iterations.is_some()),
            ];
            return match given.iter().find(|(_, given)| *given) {
                Some((option, _)) => Err(Problem::of(
                    option,
                    "has no effect on a decomposition",
                    "leave it out, or give --method fit",
                )),
                None => Ok(None),
            };
        };
        if args.self_configure {
            return Err(Problem::of(
                "--self-configure",
                "a die that configures itself is not fitted",
                "leave --method out, and choose a rectangular or triangular mesh",
            ));
        }
        Ok(Some(Self {
            method,
            starts: args.starts.unwrap_or(STARTS),
            seed: args.seed.unwrap_or(0),
            max_iterations: args.max_iterations.unwrap_or(1000),
        }))
    }

    /// The name of its method.
    pub(super) fn name(&self) -> &'static str {
        match self.method {
            Method::Twin => "fit",
            Method::Forward => "fit-forward",
        }
    }

    /// The best phases that are found for a target on all ports of the mesh or on the first of them. A common
    /// phase is set by gamma, a common factor left free; of a unitary on the first ports it is not, since it
    /// would be light that leaves by the others.
    ///
    /// # Errors
    /// A target that is 0 or not finite.
    pub(super) fn run(
        &self,
        place: &str,
        hardware: &MeshHardware,
        target: &DMatrix<Complex64>,
        start_rad: Option<Vec<f64>>,
    ) -> Result<Found, Error> {
        let leaks = target.nrows() < hardware.topology().ports();
        let objective = if leaks && unitarity_defect(target) <= UNITARITY_LIMIT {
            Objective::FreePhase
        } else {
            Objective::Infidelity
        };
        let options = FitOptions {
            objective,
            method: self.method,
            start_rad,
            seed: self.seed,
            starts: self.starts.into(),
            max_iterations: self.max_iterations as usize,
            ..FitOptions::default()
        };
        let found = fit(hardware, target, &options)
            .map_err(|error| Problem::of(place, error, "look at how the target was made"))?;
        let topology = hardware.topology();
        let mut phases_rad = found.phases_rad;
        let u = hardware.matrix(split(topology, &phases_rad)?);
        let u = u.view((0, 0), target.shape()).into_owned();
        let [scale, turn] = nearest_factor(&u, target);
        for gamma in &mut phases_rad[2 * topology.mzis()..] {
            let turned = (*gamma + turn).rem_euclid(TAU);
            *gamma = if turned < TAU { turned } else { 0.0 };
        }
        Ok(Found {
            phases_rad,
            scale,
            fitted: Fitted {
                method: self.name(),
                fidelity: found.fidelity,
                iterations: found.iterations,
                evaluations: found.evaluations,
                starts: found.starts,
                converged: found.converged,
            },
        })
    }
}

impl Fitted {
    /// What it took, in words.
    pub(super) fn described(&self) -> String {
        let Self {
            iterations,
            evaluations,
            starts,
            ..
        } = self;
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        format!(
            "{}: {iterations} iteration{}, {evaluations} {}, {starts} start{}; {}",
            match self.method {
                "fit" => "L-BFGS on the gradient",
                _ => "phase by phase",
            },
            plural(*iterations),
            if *evaluations == 1 {
                "matrix"
            } else {
                "matrices"
            },
            plural(*starts as u64),
            if self.converged {
                "converged, perhaps to a local optimum"
            } else {
                "not converged: --max-iterations allows more"
            }
        )
    }
}
