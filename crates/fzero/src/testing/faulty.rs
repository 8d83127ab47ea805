//! A device that breaks.

use crate::black_box::{BlackBox, DeviceError, LayerShape, Purpose, Samples, Tap};

/// Passes everything on, but from the given query on the first readout of each tap is NaN.
#[derive(Clone, Debug)]
pub struct NotANumberAfter<B> {
    device: B,
    good_queries: usize,
}

impl<B> NotANumberAfter<B> {
    /// `device`, good for this many queries.
    pub fn new(device: B, good_queries: usize) -> Self {
        Self {
            device,
            good_queries,
        }
    }
}

impl<B: BlackBox> BlackBox for NotANumberAfter<B> {
    fn inputs(&self) -> usize {
        self.device.inputs()
    }

    fn layers(&self) -> usize {
        self.device.layers()
    }

    fn layer(&self, layer: usize) -> &LayerShape {
        self.device.layer(layer)
    }

    fn resolution(&self, layer: usize) -> Option<f64> {
        self.device.resolution(layer)
    }

    fn program(
        &mut self,
        layer: usize,
        parameters: &[f64],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.device.program(layer, parameters, purpose)
    }

    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.device.query(samples, taps, purpose)?;
        if self.good_queries > 0 {
            self.good_queries -= 1;
        } else {
            for tap in taps {
                if let Some(first) = tap.readouts.first_mut() {
                    *first = f32::NAN;
                }
            }
        }
        Ok(())
    }
}
