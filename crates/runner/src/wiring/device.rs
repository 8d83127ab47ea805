//! What an experiment trains, as a black box.

use super::ChipBox;
use fzero::TappedBox;
use fzero::baseline::{Cotangent, Gradient};
use fzero::black_box::{BlackBox, DeviceError, LayerShape, Purpose, Samples, Tap};
use std::ops::Range;

/// A chip, or a network computed in numbers. Only a chip has a bench.
pub enum Device {
    /// A chip.
    Chip(Box<ChipBox>),
    /// A network computed in numbers.
    Digital(Box<dyn BlackBox>),
}

impl Device {
    /// The chip, if it is one.
    pub fn chip(&self) -> Option<&ChipBox> {
        match self {
            Self::Chip(chip) => Some(chip),
            Self::Digital(_) => None,
        }
    }

    /// The shapes of all layers.
    pub fn shapes(&self) -> Vec<LayerShape> {
        (0..self.layers())
            .map(|layer| self.layer(layer).clone())
            .collect()
    }

    fn inside(&mut self) -> Result<&mut ChipBox, DeviceError> {
        match self {
            Self::Chip(chip) => Ok(chip),
            Self::Digital(_) => {
                let why = "a network computed in numbers has no monitors";
                Err(DeviceError::Other(why.into()))
            }
        }
    }

    fn inner(&self) -> &dyn BlackBox {
        match self {
            Self::Chip(chip) => chip.as_ref(),
            Self::Digital(network) => network.as_ref(),
        }
    }

    fn inner_mut(&mut self) -> &mut dyn BlackBox {
        match self {
            Self::Chip(chip) => chip.as_mut(),
            Self::Digital(network) => network.as_mut(),
        }
    }
}

impl BlackBox for Device {
    fn inputs(&self) -> usize {
        self.inner().inputs()
    }

    fn layers(&self) -> usize {
        self.inner().layers()
    }

    fn layer(&self, layer: usize) -> &LayerShape {
        self.inner().layer(layer)
    }

    fn resolution(&self, layer: usize) -> Option<f64> {
        self.inner().resolution(layer)
    }

    fn repetitions(&self) -> u32 {
        self.inner().repetitions()
    }

    fn state(&self) -> Option<Vec<u8>> {
        self.inner().state()
    }

    fn restore(&mut self, state: &[u8], parameters: &[Vec<f64>]) -> Result<(), DeviceError> {
        self.inner_mut().restore(state, parameters)
    }

    fn program(
        &mut self,
        layer: usize,
        parameters: &[f64],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.inner_mut().program(layer, parameters, purpose)
    }

    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.inner_mut().query(samples, taps, purpose)
    }
}

/// A network that is computed has no inside to measure at: [`DeviceError::Other`].
impl TappedBox for Device {
    fn query_inside(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.inside()?.query_inside(samples, taps, purpose)
    }

    fn gradient_passes(&self, layers: Range<usize>) -> u32 {
        self.chip().map_or(0, |chip| chip.gradient_passes(layers))
    }

    fn gradient(
        &mut self,
        cotangents: &[Cotangent<'_>],
        gradients: &mut [Gradient<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.inside()?.gradient(cotangents, gradients, purpose)
    }
}
