//! Back-propagation by measurements on the device itself.

use crate::black_box::{BlackBox, DeviceError, LayerShape, Purpose, Samples, Tap};
use crate::data::Dataset;
use crate::error::TrainError;
use crate::goal::LocalGoal;
use crate::layerwise::{GradientSource, LayerwisePlan, Outcome, Start, train_stages};
use crate::ledger::Ledger;
use crate::metered::MeteredBox;
use crate::observe::Observer;
use crate::tapped::{MeteredTappedBox, TappedBox};
use crate::target::Target;
use numerics::Streams;

/// [`crate::layerwise::train`] with the gradients that the device measures inside of itself (Hughes et al.,
/// arXiv:1805.09943; Pai et al., arXiv:2205.08501): no model of it takes part. `plan.gradient` must be
/// [`GradientSource::InSitu`].
///
/// # Errors
/// As [`crate::layerwise::train`], and a plan with another source of gradients.
pub fn train_in_situ<Y: Target>(
    device: &mut dyn MeteredTappedBox,
    data: &Dataset<'_, Y>,
    goals: &[Box<dyn LocalGoal<Y>>],
    start: impl Into<Start>,
    plan: &LayerwisePlan,
    streams: &Streams,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainError> {
    if !matches!(plan.gradient, GradientSource::InSitu { .. }) {
        return Err(TrainError::TwinNeeded);
    }
    let mut device = Opened(device);
    train_stages(
        &mut device,
        None,
        data,
        goals,
        start.into(),
        plan,
        streams,
        observer,
    )
}

/// A device that the loop may measure inside.
struct Opened<'a>(&'a mut dyn MeteredTappedBox);

impl MeteredBox for Opened<'_> {
    fn ledger(&self) -> &Ledger {
        self.0.ledger()
    }

    fn resume_ledger(&mut self, ledger: Ledger) {
        self.0.resume_ledger(ledger);
    }

    fn inside(&mut self) -> Option<&mut dyn TappedBox> {
        Some(self.0)
    }
}

impl BlackBox for Opened<'_> {
    fn inputs(&self) -> usize {
        self.0.inputs()
    }

    fn layers(&self) -> usize {
        self.0.layers()
    }

    fn layer(&self, layer: usize) -> &LayerShape {
        self.0.layer(layer)
    }

    fn resolution(&self, layer: usize) -> Option<f64> {
        self.0.resolution(layer)
    }

    fn repetitions(&self) -> u32 {
        self.0.repetitions()
    }

    fn state(&self) -> Option<Vec<u8>> {
        self.0.state()
    }

    fn restore(&mut self, state: &[u8], parameters: &[Vec<f64>]) -> Result<(), DeviceError> {
        self.0.restore(state, parameters)
    }

    fn program(
        &mut self,
        layer: usize,
        parameters: &[f64],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.0.program(layer, parameters, purpose)
    }

    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.0.query(samples, taps, purpose)
    }
}

#[cfg(test)]
mod tests;
