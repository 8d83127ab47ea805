//! Phases at which a mesh comes nearest to a target matrix, found by search.
//!
//! A decomposition ([`crate::mesh::decompose`]) needs a universal mesh without errors, the local
//! correction ([`crate::mesh::correct`]) one without loss whose splitters reach every ratio. A fit takes
//! any mesh: of any cells, with too few MZIs, or more than enough, with errors, with loss. It may end in a local
//! optimum; restarts from other phases are what helps.
//!
//! | method | what it uses | cost of an iteration |
//! |---|---|---|
//! | [`Method::Twin`] | the exact gradient of a model ([`crate::twin`]); L-BFGS | about 4 passes of N fields |
//! | [`Method::Forward`] | transfer matrices alone; one phase after the other, exactly | at least 2 (2 MZIs + N + 1) passes |

mod cells;
mod forward;
pub(crate) mod lbfgs;
mod objective;

use crate::matrix::{fidelity, relative_error};
use crate::mesh::haar::haar_phases;
use crate::mesh::{MeshHardware, MeshPhases};
use nalgebra::DMatrix;
use num_complex::Complex64;
use numerics::Streams;
use objective::Evaluator;
use std::f64::consts::TAU;
use std::sync::Arc;
use thiserror::Error;

/// What is made small. U is the mesh, V the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// 1 - |Tr U^H V|^2 / (Tr U^H U Tr V^H V): a common phase and a common loss are free.
    Infidelity,
    /// min over a of |U - exp(i a) V|_F^2 / |V|_F^2: a common phase is free, loss counts.
    FreePhase,
    /// |U - V|_F^2 / |V|_F^2.
    Error,
}

/// How it is made small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// L-BFGS (Nocedal, Math. Comput. 35, 773 (1980), doi:10.1090/S0025-5718-1980-0572855-7) on the
    /// exact gradient.
    Twin,
    /// Coordinate by coordinate. Every phase enters U linearly by exp(i phase), so numerator and
    /// denominator of each objective are sinusoids of it, which three evaluations fix: the best value
    /// follows in closed form (for expectation values of quantum circuits: Nakanishi, Fujii and Todo,
    /// Phys. Rev. Research 2, 043158 (2020), doi:10.1103/PhysRevResearch.2.043158). One of the three is
    /// known from the step before.
    Forward,
}

/// How to fit.
#[derive(Clone, Debug, PartialEq)]
pub struct FitOptions {
    /// What is made small.
    pub objective: Objective,
    /// How.
    pub method: Method,
    /// Phases [theta | phi | gamma] in rad to begin with; `None` draws them, as if each MZI were part
    /// of a Haar-random unitary.
    pub start_rad: Option<Vec<f64>>,
    /// Seed of the phases that are drawn (stream `fit`, one per restart).
    pub seed: u64,
    /// How many starts are tried at most, at least 1; the first is that of `start_rad` where it is
    /// given. The best end counts.
    pub starts: usize,
    /// Iterations of each start at most: steps of L-BFGS, or sweeps over all phases.
    pub max_iterations: usize,
    /// An objective at or below this ends the search, >= 0.
    pub tolerance: f64,
}

impl Default for FitOptions {
    /// Infidelity by the twin, one start, 1000 iterations, to 1e-12.
    fn default() -> Self {
        Self {
            objective: Objective::Infidelity,
            method: Method::Twin,
            start_rad: None,
            seed: 0,
            starts: 1,
            max_iterations: 1000,
            tolerance: 1e-12,
        }
    }
}

/// What a fit found.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// [theta | phi | gamma] in rad, each in [0, 2 pi); 0 where a cell has no phase shifter.
    pub phases_rad: Vec<f64>,
    /// |Tr U^H V|^2 / (Tr U^H U Tr V^H V) there; 0 where nothing comes through.
    pub fidelity: f64,
    /// |U - V|_F / |V|_F there, with no phase or scale free.
    pub relative_error: f64,
    /// The objective there.
    pub objective: f64,
    /// Transfer matrices that were evaluated, over all starts; with [`Method::Twin`] each with its
    /// gradient.
    pub evaluations: u64,
    /// Iterations over all starts.
    pub iterations: u64,
    /// Starts that were made.
    pub starts: usize,
    /// Whether the best start ended at the tolerance, or where no step brings more than rounding;
    /// otherwise its iterations were used up.
    pub converged: bool,
}

/// Why nothing can be fitted.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum FitError {
    /// The target is not square, or larger than the mesh.
    #[error("the target is {rows} x {columns}, the mesh has {ports} ports")]
    Size {
        /// Rows of the target.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// Ports of the mesh.
        ports: usize,
    },
    /// An element of the target is NaN or infinite.
    #[error("element ({row}, {column}) of the target (counted from 0) is not a finite number")]
    NotFinite {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// The target is 0, or so small or large that its norm is no positive number.
    #[error("the norm of the target is {norm}, not a positive finite number: nothing to fit to")]
    Norm {
        /// The norm, in f64.
        norm: f64,
    },
    /// The phases to begin with do not fit the mesh.
    #[error("the mesh has {expected} phases, {found} are given to begin with")]
    StartLength {
        /// Phases of the mesh.
        expected: usize,
        /// Phases given.
        found: usize,
    },
    /// A phase to begin with is NaN or infinite.
    #[error("phase {index} (counted from 0) to begin with is not a finite number")]
    StartNotFinite {
        /// Which.
        index: usize,
    },
    /// An option is out of its range.
    #[error("{name} = {value}: must be {range}")]
    Option {
        /// Which option.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What is allowed.
        range: &'static str,
    },
}

/// Fits the phases of `hardware` to `target`, U[out, in], N x N. The same arguments give the same bits.
///
/// A target of n < N ports is that of the first n: what they send to the others, or get from them, is not
/// compared. With [`Objective::Infidelity`] light that is lost there is free as any other loss, with the
/// others it counts.
///
/// # Errors
/// A target that is not square or larger than the mesh, not finite or 0; phases to begin with that do not fit; an option out of
/// its range.
///
/// ```
/// use photonics::fit::{FitOptions, fit};
/// use photonics::matrix::haar_unitary;
/// use photonics::mesh::{MeshHardware, rectangular::rectangular};
/// let die = MeshHardware::new(
///     std::sync::Arc::new(rectangular(3)?),
///     vec![[0.05, -0.02]; 3],
///     Some(vec![0.98; 3]),
/// );
/// let target = haar_unitary(3, &mut numerics::Streams::new(1).derive("target", 0, 0));
/// let found = fit(&die, &target, &FitOptions { starts: 5, ..FitOptions::default() })?;
/// assert!(found.fidelity > 0.999);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(
    hardware: &MeshHardware,
    target: &DMatrix<Complex64>,
    options: &FitOptions,
) -> Result<Fit, FitError> {
    check(hardware, target, options)?;
    let topology = hardware.topology();
    let mut evaluator = Evaluator::new(Arc::new(hardware.clone()), target, options.objective);
    let mut best: Option<End> = None;
    let (mut iterations, mut starts) = (0, 0);
    for start in 0..options.starts {
        let begin = match (&options.start_rad, start) {
            (Some(start_rad), 0) => start_rad.clone(),
            _ => {
                let mut stream = Streams::new(options.seed).derive("fit", start as u64, 0);
                haar_phases(topology, &mut stream)
            }
        };
        let end = match options.method {
            Method::Twin => {
                let limits = lbfgs::Limits {
                    max_iterations: options.max_iterations,
                    tolerance: options.tolerance,
                    stalled: 0.0,
                };
                let evaluate = &mut |phases: &[f64], gradient: &mut [f64]| {
                    evaluator.value_and_gradient(phases, gradient)
                };
                let end = lbfgs::minimise(evaluate, begin, &limits);
                End {
                    phases_rad: end.at,
                    objective: end.value,
                    iterations: end.iterations as u64,
                    converged: end.converged,
                }
            }
            Method::Forward => forward::minimise(&mut evaluator, begin, options),
        };
        iterations += end.iterations;
        starts += 1;
        if best
            .as_ref()
            .is_none_or(|best| end.objective < best.objective)
        {
            best = Some(end);
        }
        if best
            .as_ref()
            .is_some_and(|best| best.objective <= options.tolerance)
        {
            break;
        }
    }
    // There is at least one start.
    let End {
        mut phases_rad,
        objective,
        converged,
        ..
    } = best.unwrap_or_default();
    for phase in &mut phases_rad {
        let turned = phase.rem_euclid(TAU);
        // A small negative angle rounds to a whole turn.
        *phase = if turned < TAU { turned } else { 0.0 };
    }
    for place in topology.missing_shifters() {
        phases_rad[place] = 0.0;
    }
    let phases = MeshPhases::split(&phases_rad, topology.mzis(), topology.ports());
    let u = phases.map_or_else(|| target.clone(), |phases| hardware.matrix(phases));
    let u = u.view((0, 0), target.shape()).into_owned();
    let fidelity = fidelity(&u, target);
    Ok(Fit {
        fidelity: if fidelity.is_nan() { 0.0 } else { fidelity },
        relative_error: relative_error(&u, target),
        phases_rad,
        objective,
        evaluations: evaluator.evaluations(),
        iterations,
        starts,
        converged,
    })
}

/// Where one start ended.
#[derive(Clone, Debug, Default)]
struct End {
    phases_rad: Vec<f64>,
    objective: f64,
    iterations: u64,
    converged: bool,
}

fn check(
    hardware: &MeshHardware,
    target: &DMatrix<Complex64>,
    options: &FitOptions,
) -> Result<(), FitError> {
    let topology = hardware.topology();
    let ports = topology.ports();
    let (rows, columns) = target.shape();
    if rows != columns || rows > ports {
        return Err(FitError::Size {
            rows,
            columns,
            ports,
        });
    }
    for column in 0..columns {
        for row in 0..rows {
            let x = target[(row, column)];
            if !(x.re.is_finite() && x.im.is_finite()) {
                return Err(FitError::NotFinite { row, column });
            }
        }
    }
    let square: f64 = target.iter().map(Complex64::norm_sqr).sum();
    if !square.is_normal() {
        return Err(FitError::Norm {
            norm: square.sqrt(),
        });
    }
    if let Some(start) = &options.start_rad {
        let expected = 2 * topology.mzis() + ports;
        if start.len() != expected {
            return Err(FitError::StartLength {
                expected,
                found: start.len(),
            });
        }
        if let Some(index) = start.iter().position(|x| !x.is_finite()) {
            return Err(FitError::StartNotFinite { index });
        }
    }
    for (name, value) in [
        ("starts", options.starts),
        ("max_iterations", options.max_iterations),
    ] {
        if value == 0 {
            return Err(FitError::Option {
                name,
                value: 0.0,
                range: "at least 1",
            });
        }
    }
    if !(options.tolerance >= 0.0 && options.tolerance.is_finite()) {
        return Err(FitError::Option {
            name: "tolerance",
            value: options.tolerance,
            range: "a finite number, at least 0",
        });
    }
    Ok(())
}
