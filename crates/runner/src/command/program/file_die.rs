//! A die whose splitter errors are in a file.

use super::plan::Plan;
use super::report::{Die, OnDie};
use super::split;
use crate::error::{Error, Problem};
use crate::record::splitter_errors::read_splitter_errors;
use photonics::mesh::MeshHardware;
use photonics::mesh::correct::correct;
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

    /// Phases that are corrected for the errors, and how well they do.
    pub(super) fn correct(&self, plan: &Plan) -> Result<(Vec<f64>, OnDie), Error> {
        let hardware = &self.hardware;
        let correction = correct(hardware, split(&plan.topology, &plan.phases_rad)?)
            .map_err(|error| Error::failed("the splitter errors cannot be corrected", error, ""))?;
        let before = hardware.matrix(split(&plan.topology, &plan.phases_rad)?);
        let after = hardware.matrix(split(&plan.topology, &correction.phases_rad)?);
        let found = Die::new(
            self.name.clone(),
            hardware,
            plan.deviation(&before),
            plan.deviation(&after),
            &correction.unreachable,
        );
        Ok((correction.phases_rad, OnDie::Known(found)))
    }
}
