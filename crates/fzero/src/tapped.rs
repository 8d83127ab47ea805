//! A device that tells its own gradient, by measurements inside of it.

use crate::black_box::{BlackBox, DeviceError, Purpose, Samples, Tap};
use crate::digital::{Cotangent, Gradient};
use crate::metered::{Metered, MeteredBox};
use std::ops::Range;

/// What in-situ back-propagation needs beyond a [`BlackBox`]: a monitor at every parameter, and light that is
/// sent and received at both ends of every layer. Real numbers only, as there: how the device comes to
/// its gradient is its own affair, but every time that it sends the samples through a layer is counted.
pub trait TappedBox: BlackBox {
    /// As [`BlackBox::query`], and keeps what was measured inside in the same pass.
    ///
    /// # Errors
    /// As [`BlackBox::query`].
    fn query_inside(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError>;

    /// How often [`TappedBox::gradient`] sends each sample, for gradients of these layers.
    fn gradient_passes(&self, layers: Range<usize>) -> u32;

    /// From derivatives of a loss by the readouts of the last [`TappedBox::query_inside`] to those by
    /// parameters, summed over its samples, by measurements. Parameters are as they were then.
    ///
    /// # Errors
    /// A length or a layer that does not fit, a cotangent that is not finite, a device without monitors.
    fn gradient(
        &mut self,
        cotangents: &[Cotangent<'_>],
        gradients: &mut [Gradient<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError>;
}

/// A device that counts what it is used for, and tells its gradient.
pub trait MeteredTappedBox: MeteredBox + TappedBox {}

impl<B: MeteredBox + TappedBox + ?Sized> MeteredTappedBox for B {}

impl<B: TappedBox> TappedBox for Metered<B> {
    fn query_inside(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.counted(samples.count(), 1, purpose, |device| {
            device.query_inside(samples, taps, purpose)
        })?;
        self.last_samples = samples.count();
        Ok(())
    }

    fn gradient_passes(&self, layers: Range<usize>) -> u32 {
        self.device().gradient_passes(layers)
    }

    fn gradient(
        &mut self,
        cotangents: &[Cotangent<'_>],
        gradients: &mut [Gradient<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        let top = cotangents.iter().map(|c| c.layer + 1).max().unwrap_or(0);
        let lowest = gradients.iter().map(|g| g.layer).min().unwrap_or(top);
        let passes = self.gradient_passes(lowest..top.max(lowest));
        self.counted(self.last_samples, passes, purpose, |device| {
            device.gradient(cotangents, gradients, purpose)
        })
    }
}
