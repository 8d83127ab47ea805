//! The link budget of an experiment.

use crate::config::Config;
use crate::error::Error;
use photonics::budget::{self, Drive, LinkBudget};
use photonics::design::ChipDesign;

/// The budget for images as amplitudes of all ports, row-major, images x ports.
///
/// # Errors
/// A value out of its range.
pub fn link_budget(
    config: &Config,
    design: &ChipDesign,
    amplitudes: &[f32],
) -> Result<LinkBudget, Error> {
    Drive::of_samples(amplitudes, design.ports())
        .and_then(|drive| budget::link_budget(design, &super::process(config), &drive))
        .map_err(|error| Error::failed("the link budget cannot be made", error, ""))
}
