//! What a solver is handed beside the device.

use super::ChipTwin;
use crate::config::checked::{self, Config, Solver, TwinKnowledge};
use fzero::Access;
use photonics::design::ChipDesign;
use photonics::fabricate::GroundTruth;
use photonics::in_situ::{InSitu, Interference};
use photonics::process::Process;
use photonics::twin::{Knowledge, Twin, TwinError};

/// What the trainer of an experiment can see.
pub fn access(config: &Config) -> Access {
    let alone = config.training.fine_tune.is_none();
    match (config.training.solver, config.knowledge()) {
        (Solver::FfDd | Solver::BpDd, _) => Access::ForwardOnly,
        (Solver::FfInsitu | Solver::BpInsitu, _) => Access::InternalTaps,
        (_, TwinKnowledge::Truth) => Access::Truth,
        (Solver::FfAd | Solver::BpAd, TwinKnowledge::Design) if alone => Access::Twin,
        (Solver::FfAd | Solver::BpAd, TwinKnowledge::Calibration) if alone => {
            Access::CalibratedTwin
        }
        _ => Access::DeviceAndTwin,
    }
}

/// What the solver of an experiment measures inside of a chip with; `None` for one that does not.
pub fn in_situ(config: &Config, design: &ChipDesign, process: &Process) -> Option<InSitu> {
    let settings = config.training.in_situ.as_ref()?;
    let interference = match settings.interference {
        checked::Interference::OppositePhases => Interference::OppositePhases,
        checked::Interference::ThreeIntensities => Interference::ThreeIntensities,
    };
    Some(InSitu::new(design, process, interference))
}

/// The twin that the solver of an experiment needs, `None` for one that measures, and where it is to be
/// fitted to measurements ([`super::Calibration`]). The die's truth goes in only where the experiment asks for
/// it.
///
/// # Errors
/// A design that is not sound.
pub fn twin(
    config: &Config,
    design: &ChipDesign,
    process: &Process,
    truth: &GroundTruth,
) -> Result<Option<ChipTwin>, TwinError> {
    if !config.training.solver.has_twin() {
        return Ok(None);
    }
    let mut offsets_rad = Vec::new();
    let knowledge = match config.knowledge() {
        TwinKnowledge::Design => Knowledge::of_design(design),
        TwinKnowledge::Calibration => return Ok(None),
        TwinKnowledge::Truth => {
            let offsets = truth.heaters().iter().map(|heaters| heaters.offset_rad());
            // Empty: none.
            offsets_rad.extend(offsets.map(|offsets| offsets.unwrap_or_default().to_vec()));
            Knowledge::of_truth(truth, process)
        }
    };
    let twin = Twin::new(design, &knowledge)?;
    Ok(Some(ChipTwin::with_offsets(twin, offsets_rad)))
}
