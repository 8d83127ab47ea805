//! A model of a device that also tells the gradient.

use super::{Cotangent, Gradient};
use crate::black_box::{DeviceError, Samples, Tap};

/// A differentiable model of a layered device, with the device's inputs, layers, parameter vectors and
/// readouts. Real numbers only, as of a [`crate::BlackBox`]; unlike that it is computed, so its use is not
/// counted.
pub trait DifferentiableTwin: Send {
    /// Number of layers.
    fn layers(&self) -> usize;

    /// Sets all parameters of a layer.
    ///
    /// # Errors
    /// The layer does not exist, the length does not fit or a value is not finite.
    fn program(&mut self, layer: usize, parameters: &[f64]) -> Result<(), DeviceError>;

    /// Sends samples through and reads taps, without noise.
    ///
    /// # Errors
    /// A width, a length or a layer that does not fit, an input that is not finite.
    fn forward(&mut self, samples: Samples<'_>, taps: &mut [Tap<'_>]) -> Result<(), DeviceError>;

    /// From derivatives of a loss by readouts to those by parameters, summed over the samples. `samples`
    /// are those of the last [`DifferentiableTwin::forward`], which read the taps of `cotangents` at the
    /// present parameters. A layer that no cotangent reaches gets zeros.
    ///
    /// # Errors
    /// A length or a layer that does not fit, a cotangent that is not finite.
    fn vjp(
        &mut self,
        samples: Samples<'_>,
        cotangents: &[Cotangent<'_>],
        gradients: &mut [Gradient<'_>],
    ) -> Result<(), DeviceError>;
}
