//! The analyses of one mesh.

use super::sizes::Sizes;
use crate::config::validation::{LoadedValidation, Programming, Switches};
use crate::error::Error;
use crate::wiring;
use nalgebra::DMatrix;
use num_complex::Complex64;
use numerics::Streams;
use photonics::fit::{FitOptions, fit};
use photonics::mesh::{Finding, MeshHardware, Topology};
use photonics::validate::calibration::{Calibratability, calibratability};
use photonics::validate::die_yield::{self, Attribution, DieYield, YieldOptions};
use photonics::validate::heater_power::{HeaterPowers, heater_power};
use photonics::validate::path_loss::{PathLossTable, nominal, path_loss};
use photonics::validate::reach::{FidelityReach, fidelity_reach};
use photonics::validate::reachable::{ReachableDimension, Shifters, reachable_dimension};
use photonics::validate::sensitivity::{SensitivityMap, sensitivity};
use photonics::validate::tolerance::{Tolerance, ToleranceOptions, tolerance};
use std::sync::Arc;

/// What was found out about a mesh. `None` where it was not asked for.
pub(super) struct Report {
    pub(super) name: String,
    pub(super) topology: Arc<Topology>,
    pub(super) sizes: Sizes,
    pub(super) findings: Vec<Finding>,
    pub(super) path_loss: Option<PathLossTable>,
    pub(super) reachable: Option<ReachableDimension>,
    pub(super) reach: Option<FidelityReach>,
    pub(super) calibration: Option<Calibratability>,
    pub(super) sensitivity: Option<SensitivityMap>,
    pub(super) tolerance: Option<Tolerances>,
    pub(super) heater_power: Option<Powers>,
    pub(super) die_yield: Option<DieYield>,
    pub(super) attribution: Option<Vec<Attribution>>,
}

/// The largest splitter errors; `None` where even pi/4 leaves the fidelity.
pub(super) struct Tolerances {
    pub(super) uncorrected: Option<Tolerance>,
    pub(super) corrected: Option<Tolerance>,
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
/// A process out of its ranges, or a mesh that an analysis does not know.
pub(super) fn analyse(
    loaded: &LoadedValidation,
    name: &str,
    topology: &Arc<Topology>,
) -> Result<Report, Error> {
    let validation = &loaded.validation;
    let asked = &validation.validate;
    let corrected = asked.programming == Programming::Corrected;
    let switches = &known_of(topology, &asked.analyses, corrected);
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
    Ok(Report {
        name: name.to_owned(),
        topology: topology.clone(),
        sizes: Sizes::of(topology),
        findings: topology.lint(),
        path_loss: switches.path_loss.then(|| path_loss(&hardware)),
        reachable: switches
            .reachable_dimension
            .then(|| reachable_dimension(topology, Shifters::All, &streams, memory_bytes))
            .transpose()
            .map_err(|error| failed("reachable dimension", name, error))?,
        reach: if switches.fidelity_reach {
            let options = |number| FitOptions {
                seed: validation.seed.wrapping_add(number),
                starts: asked.fit_starts,
                max_iterations: asked.fit_iterations,
                ..FitOptions::default()
            };
            let fitted = |mesh: &MeshHardware, target: &DMatrix<Complex64>, number| {
                fit(mesh, target, &options(number)).map(|found| found.phases_rad)
            };
            fidelity_reach(topology, asked.targets, &streams, fitted)
                .map_err(|error| failed("fidelity reach", name, error))?
        } else {
            None
        },
        calibration: switches.calibratability.then(|| calibratability(topology)),
        sensitivity: switches
            .sensitivity
            .then(|| sensitivity(&hardware, asked.targets, &streams)),
        tolerance: switches.tolerance.then(|| Tolerances {
            uncorrected: tolerance_of(false),
            corrected: tolerance_of(true),
        }),
        heater_power: switches
            .heater_power
            .then(|| heater_power(topology, &process.heater, asked.targets, &streams))
            .transpose()
            .map_err(|error| failed("heater power", name, error))?
            .map(|powers| match powers {
                Some(powers) => Powers::Stated(Box::new(powers)),
                None => Powers::Unstated,
            }),
        die_yield: switches
            .die_yield
            .then(|| die_yield::die_yield(topology, &process, &options, &streams))
            .transpose()
            .map_err(|error| failed("yield", name, error))?,
        attribution: switches
            .attribution
            .then(|| die_yield::attribution(topology, &process, &options, &streams))
            .transpose()
            .map_err(|error| failed("attribution", name, error))?,
    })
}

/// The analyses that know the cells of a mesh: most know MZIs alone.
fn known_of(topology: &Topology, asked: &Switches, corrected: bool) -> Switches {
    if topology.is_uniform() {
        return asked.clone();
    }
    Switches {
        heater_power: asked.heater_power,
        die_yield: asked.die_yield && !corrected,
        attribution: asked.attribution && !corrected,
        path_loss: false,
        reachable_dimension: false,
        fidelity_reach: false,
        calibratability: false,
        sensitivity: false,
        tolerance: false,
    }
}

fn failed(what: &str, name: &str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::failed(format!("the {what} of {name} cannot be found"), error, "")
}
