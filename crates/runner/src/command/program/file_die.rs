//! A die whose splitter errors are in a file.

use super::plan::Plan;
use super::report::{Die, OnDie};
use super::search::{Fitted, Search};
use super::split;
use crate::error::{Error, Problem};
use crate::record::splitter_errors::read_splitter_errors;
use photonics::mesh::MeshHardware;
use photonics::mesh::correct::{Unreachable, correct};
use std::path::Path;

/// The mesh as the file has it.
pub(super) struct FileDie {
    name: String,
    hardware: MeshHardware,
}

impl FileDie {
    pub(super) fn read(path: &Path, plan: &Plan) -> Result<Self, Problem> {
        let errors = read_splitter_errors(path, plan.topology.mzis())?;
        Ok(Self {
            name: path.display().to_string(),
            hardware: MeshHardware::new(plan.topology.clone(), errors, None),
        })
    }

    /// Phases that are corrected for the errors or fitted to them, and how well they do.
    pub(super) fn set(
        &self,
        plan: &Plan,
        search: Option<&Search>,
    ) -> Result<(Vec<f64>, OnDie), Error> {
        let hardware = &self.hardware;
        let OnKnownErrors {
            phases_rad,
            unreachable,
            fitted,
        } = on_known_errors(plan, search, hardware, hardware)?;
        let before = hardware.matrix(split(&plan.topology, &plan.phases_rad)?);
        let after = hardware.matrix(split(&plan.topology, &phases_rad)?);
        let found = Die::new(
            self.name.clone(),
            hardware,
            plan.deviation(&before),
            plan.deviation(&after),
            &unreachable,
            fitted,
        );
        Ok((phases_rad, OnDie::Known(found)))
    }
}

/// Phases for a mesh whose errors are known.
pub(super) struct OnKnownErrors {
    pub(super) phases_rad: Vec<f64>,
    pub(super) unreachable: Vec<Unreachable>,
    pub(super) fitted: Option<Fitted>,
}

/// The phases of the ideal mesh corrected for splitter errors, or fitted, from the corrected ones where
/// there are any. A fit sees the losses too.
pub(super) fn on_known_errors(
    plan: &Plan,
    search: Option<&Search>,
    lossless: &MeshHardware,
    hardware: &MeshHardware,
) -> Result<OnKnownErrors, Error> {
    let correction = correct(lossless, split(&plan.topology, &plan.phases_rad)?);
    let Some(search) = search else {
        let correction = correction
            .map_err(|error| Error::failed("the splitter errors cannot be corrected", error, ""))?;
        return Ok(OnKnownErrors {
            phases_rad: correction.phases_rad,
            unreachable: correction.unreachable,
            fitted: None,
        });
    };
    let start_rad = match correction {
        Ok(correction) => correction.phases_rad,
        Err(_) => plan.phases_rad.clone(),
    };
    let found = search.run(
        "the target",
        hardware,
        &plan.fitted_target(),
        Some(start_rad),
    )?;
    Ok(OnKnownErrors {
        phases_rad: found.phases_rad,
        unreachable: Vec::new(),
        fitted: Some(found.fitted),
    })
}
