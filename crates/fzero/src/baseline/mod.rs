//! What a trainer can do that knows more than a device tells: exact gradients of a differentiable twin.
//!
//! These are baselines. [`layerwise::train`](crate::layerwise::train) has the device alone; [`train`] is
//! handed a [`DifferentiableTwin`] besides, and a result that was reached with one says so
//! ([`crate::Access`]).

mod digital;
mod in_situ;
mod twin;

pub use crate::digital::{Cotangent, Gradient};
pub use in_situ::train_in_situ;
pub use twin::DifferentiableTwin;

use crate::data::Dataset;
use crate::error::TrainError;
use crate::goal::LocalGoal;
use crate::layerwise::{GradientSource, LayerwisePlan, Outcome, Start, train_stages};
use crate::metered::MeteredBox;
use crate::observe::Observer;
use crate::target::Target;
use numerics::Streams;

/// The loop of [`layerwise::train`](crate::layerwise::train) with the gradients of a twin.
///
/// With [`GradientSource::Twin`] a step sends the batch through the twin, forward and backward, and the
/// device is programmed and read for evaluations alone: the training of a digital model, and what is lost
/// when it is loaded onto the device. With [`GradientSource::DeviceAndTwin`] the batch goes through device
/// and twin; the loss and its slopes are those of the device's readouts, and the twin takes the slopes back
/// to the parameters (Wright et al. 2022, doi:10.1038/s41586-021-04223-6).
///
/// # Errors
/// As [`layerwise::train`](crate::layerwise::train); a plan whose gradients are measured, or a twin with
/// other layers.
#[expect(
    clippy::too_many_arguments,
    reason = "those of layerwise::train, and the twin"
)]
pub fn train<Y: Target>(
    device: &mut dyn MeteredBox,
    twin: &mut dyn DifferentiableTwin,
    data: &Dataset<'_, Y>,
    goals: &[Box<dyn LocalGoal<Y>>],
    start: impl Into<Start>,
    plan: &LayerwisePlan,
    streams: &Streams,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainError> {
    if !matches!(
        plan.gradient,
        GradientSource::Twin | GradientSource::DeviceAndTwin
    ) {
        return Err(TrainError::TwinNeeded);
    }
    crate::error::check_length("layers of the twin", twin.layers(), device.layers())?;
    train_stages(
        device,
        Some(twin),
        data,
        goals,
        start.into(),
        plan,
        streams,
        observer,
    )
}

#[cfg(test)]
mod tests;
