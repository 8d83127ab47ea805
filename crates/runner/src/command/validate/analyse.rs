//! The analyses of one mesh.

use super::sizes::Sizes;
use crate::config::candidate::CheckedCandidate;
use crate::config::validation::{LoadedValidation, Programming};
use crate::error::Error;
use crate::wiring;
use nalgebra::DMatrix;
use num_complex::Complex64;
use numerics::Streams;
use photonics::fit::{FitOptions, fit};
use photonics::mesh::correct::CorrectError;
use photonics::mesh::{MeshHardware, Topology};
use photonics::validate::calibration::{Calibratability, calibratability};
use photonics::validate::die_yield::{self, Attribution, DieYield, YieldError, YieldOptions};
use photonics::validate::heater_power::{HeaterPowers, heater_power};
use photonics::validate::path_loss::{PathLossTable, nominal, path_loss};
use photonics::validate::reach::{FidelityReach, fidelity_reach};
use photonics::validate::reachable::{ReachableDimension, Shifters, reachable_dimension};
use photonics::validate::sensitivity::{SensitivityMap, sensitivity};
use photonics::validate::tolerance::{Tolerance, ToleranceOptions, tolerance};
use std::sync::Arc;

/// What was found out about a mesh. `None` where it was not asked for, or is among what is not done.
pub(super) struct Report {
    pub(super) name: String,
    pub(super) topology: Arc<Topology>,
    pub(super) sizes: Sizes,
    /// What is odd about the wiring, with file and line where a file says it.
    pub(super) findings: Vec<String>,
    pub(super) path_loss: Option<PathLossTable>,
    pub(super) reachable: Option<ReachableDimension>,
    pub(super) reach: Option<FidelityReach>,
    pub(super) calibration: Option<Calibratability>,
    pub(super) sensitivity: Option<SensitivityMap>,
    pub(super) tolerance: Option<Tolerances>,
    pub(super) heater_power: Option<Powers>,
    pub(super) die_yield: Option<DieYield>,
    pub(super) attribution: Option<Vec<Attribution>>,
    pub(super) not_done: Vec<NotDone>,
}

/// An analysis that was asked for, and is not one for such a mesh.
pub(super) struct NotDone {
    pub(super) analysis: &'static str,
    pub(super) why: String,
}

/// The largest splitter errors; `None` where even pi/4 leaves the fidelity.
pub(super) struct Tolerances {
    pub(super) uncorrected: Option<Tolerance>,
    /// `None` where errors of such a mesh cannot be corrected.
    pub(super) corrected: Option<Option<Tolerance>>,
}

/// Powers of heaters.
pub(super) enum Powers {
    /// Phases are set directly: there is no power.
    Unstated,
    /// Those that were computed.
    Stated(Box<HeaterPowers>),
}

/// Makes the analyses that are asked for.
///
/// # Errors
/// A process out of its ranges, or too little memory allowed. An analysis that is not for such a mesh is no
/// error.
pub(super) fn analyse(
    loaded: &LoadedValidation,
    candidate: &CheckedCandidate,
    topology: &Arc<Topology>,
) -> Result<Report, Error> {
    let name = &candidate.name;
    let validation = &loaded.validation;
    let asked = &validation.validate;
    let corrected = asked.programming == Programming::Corrected;
    let switches = &asked.analyses;
    let mut not_done = Vec::new();
    let process = wiring::mesh_and_heaters(&validation.process);
    let streams = Streams::new(validation.seed);
    let hardware = nominal(topology, &process.mesh);
    let memory_bytes = validation.limits.memory_mib << 20;
    let options = YieldOptions {
        fidelity: asked.fidelity,
        dies: asked.dies,
        first_die: validation.die_seed,
        corrected,
    };
    let tolerance_of = |corrected| {
        let options = ToleranceOptions {
            fidelity: asked.fidelity,
            dies: asked.tolerance_dies,
            corrected,
        };
        tolerance(topology, &options, &streams, validation.die_seed)
    };
    let reachable = switches
        .reachable_dimension
        .then(|| reachable_dimension(topology, Shifters::All, &streams, memory_bytes))
        .transpose()
        .map_err(|error| failed("reachable dimension", name, error))?;
    let reach = if switches.fidelity_reach {
        let options = |number| FitOptions {
            seed: validation.seed.wrapping_add(number),
            starts: asked.fit_starts,
            max_iterations: asked.fit_iterations,
            ..FitOptions::default()
        };
        let fitted = |mesh: &MeshHardware, target: &DMatrix<Complex64>, number| {
            fit(mesh, target, &options(number)).map(|found| found.phases_rad)
        };
        let found = fidelity_reach(topology, asked.targets, &streams, fitted);
        found.map_err(|error| failed("fidelity reach", name, error))?
    } else {
        None
    };
    let calibration = match switches
        .calibratability
        .then(|| calibratability(topology))
        .transpose()
    {
        Ok(found) => found,
        Err(error) => {
            not_done.push(NotDone::new("calibratability", &error));
            None
        }
    };
    let tolerance = if switches.tolerance {
        let corrected = match tolerance_of(true) {
            Ok(found) => Some(found),
            Err(error) => {
                not_done.push(NotDone::new("corrected tolerance", &error));
                None
            }
        };
        Some(Tolerances {
            uncorrected: tolerance_of(false).map_err(|error| failed("tolerance", name, error))?,
            corrected,
        })
    } else {
        None
    };
    let die_yield = of_dies("yield", &mut not_done, name, switches.die_yield, || {
        die_yield::die_yield(topology, &process, &options, &streams)
    })?;
    let attribution = of_dies(
        "attribution",
        &mut not_done,
        name,
        switches.attribution,
        || die_yield::attribution(topology, &process, &options, &streams),
    )?;
    Ok(Report {
        name: name.to_owned(),
        topology: topology.clone(),
        sizes: Sizes::of(topology),
        findings: candidate.wiring.said(&topology.lint()),
        path_loss: switches.path_loss.then(|| path_loss(&hardware)),
        reachable,
        reach,
        calibration,
        sensitivity: switches
            .sensitivity
            .then(|| sensitivity(&hardware, asked.targets, &streams)),
        tolerance,
        heater_power: switches
            .heater_power
            .then(|| heater_power(topology, &process.heater, asked.targets, &streams))
            .transpose()
            .map_err(|error| failed("heater power", name, error))?
            .map(|powers| match powers {
                Some(powers) => Powers::Stated(Box::new(powers)),
                None => Powers::Unstated,
            }),
        die_yield,
        attribution,
        not_done,
    })
}

impl NotDone {
    fn new(analysis: &'static str, why: &impl ToString) -> Self {
        Self {
            analysis,
            why: why.to_string(),
        }
    }
}

/// An analysis of dies, which may not be correctable.
fn of_dies<T>(
    analysis: &'static str,
    not_done: &mut Vec<NotDone>,
    name: &str,
    asked: bool,
    make: impl FnOnce() -> Result<T, YieldError>,
) -> Result<Option<T>, Error> {
    match asked.then(make).transpose() {
        Err(YieldError::Correct(
            error @ (CorrectError::OtherCell { .. } | CorrectError::NoPhase { .. }),
        )) => {
            not_done.push(NotDone {
                analysis,
                why: format!("{error}; validate.programming = \"uncorrected\" does without it"),
            });
            Ok(None)
        }
        found => found.map_err(|error| failed(analysis, name, error)),
    }
}

fn failed(what: &str, name: &str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::failed(format!("the {what} of {name} cannot be found"), error, "")
}
