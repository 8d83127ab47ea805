//! Digital networks are their own twins.

use super::{Cotangent, DifferentiableTwin, Gradient};
use crate::black_box::{BlackBox, DeviceError, Purpose, Samples, Tap};
use crate::digital::{Cnn, Mlp, Real};

impl<T: Real> DifferentiableTwin for Mlp<T> {
    fn layers(&self) -> usize {
        BlackBox::layers(self)
    }

    fn program(&mut self, layer: usize, parameters: &[f64]) -> Result<(), DeviceError> {
        BlackBox::program(self, layer, parameters, Purpose::Training)
    }

    fn forward(&mut self, samples: Samples<'_>, taps: &mut [Tap<'_>]) -> Result<(), DeviceError> {
        self.query(samples, taps, Purpose::Training)
    }

    fn vjp(
        &mut self,
        samples: Samples<'_>,
        cotangents: &[Cotangent<'_>],
        gradients: &mut [Gradient<'_>],
    ) -> Result<(), DeviceError> {
        Mlp::vjp(self, samples, cotangents, gradients)
    }
}

/// Normalises with the statistics of the batch, as in training.
impl<T: Real> DifferentiableTwin for Cnn<T> {
    fn layers(&self) -> usize {
        BlackBox::layers(self)
    }

    fn program(&mut self, layer: usize, parameters: &[f64]) -> Result<(), DeviceError> {
        BlackBox::program(self, layer, parameters, Purpose::Training)
    }

    fn forward(&mut self, samples: Samples<'_>, taps: &mut [Tap<'_>]) -> Result<(), DeviceError> {
        self.query(samples, taps, Purpose::Training)
    }

    fn vjp(
        &mut self,
        samples: Samples<'_>,
        cotangents: &[Cotangent<'_>],
        gradients: &mut [Gradient<'_>],
    ) -> Result<(), DeviceError> {
        Cnn::vjp(self, samples, Purpose::Training, cotangents, gradients)
    }
}
