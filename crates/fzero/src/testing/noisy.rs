//! A device with noisy readouts and coarse parameters.

use crate::black_box::{BlackBox, DeviceError, LayerShape, Purpose, Samples, Tap};
use numerics::Streams;
use numerics::normal::fill_standard_normal_f32;

/// Adds independent normal noise to each readout of a device, and rounds its parameters.
#[derive(Clone, Debug)]
pub struct NoisyBox<B> {
    device: B,
    sigma: f32,
    resolution: Option<f64>,
    streams: Streams,
    queries: u64,
    noise: Vec<f32>,
    rounded: Vec<f64>,
}

impl<B> NoisyBox<B> {
    /// Noise of standard deviation `sigma`, from the stream `readout` by the number of the query.
    pub fn new(device: B, sigma: f32, streams: Streams) -> Self {
        Self {
            device,
            sigma,
            resolution: None,
            streams,
            queries: 0,
            noise: Vec::new(),
            rounded: Vec::new(),
        }
    }

    /// Rounds all parameters to multiples of `step`, and says so.
    #[must_use]
    pub fn with_resolution(mut self, step: f64) -> Self {
        self.resolution = Some(step);
        self
    }
}

impl<B: BlackBox> BlackBox for NoisyBox<B> {
    fn inputs(&self) -> usize {
        self.device.inputs()
    }

    fn layers(&self) -> usize {
        self.device.layers()
    }

    fn layer(&self, layer: usize) -> &LayerShape {
        self.device.layer(layer)
    }

    fn resolution(&self, _layer: usize) -> Option<f64> {
        self.resolution
    }

    fn state(&self) -> Option<Vec<u8>> {
        let mut state = self.device.state()?;
        state.extend(self.queries.to_le_bytes());
        Some(state)
    }

    fn restore(&mut self, state: &[u8], parameters: &[Vec<f64>]) -> Result<(), DeviceError> {
        let foreign = || DeviceError::Other("the state of another device".into());
        let (inner, queries) = state.split_last_chunk().ok_or_else(foreign)?;
        let mut parameters = parameters.to_vec();
        for p in parameters.iter_mut().flatten() {
            *p = self
                .resolution
                .map_or(*p, |step| (*p / step).round() * step);
        }
        self.device.restore(inner, &parameters)?;
        self.queries = u64::from_le_bytes(*queries);
        Ok(())
    }

    fn program(
        &mut self,
        layer: usize,
        parameters: &[f64],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        let Some(step) = self.resolution else {
            return self.device.program(layer, parameters, purpose);
        };
        self.rounded.clear();
        let rounded = parameters.iter().map(|p| (p / step).round() * step);
        self.rounded.extend(rounded);
        self.device.program(layer, &self.rounded, purpose)
    }

    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.device.query(samples, taps, purpose)?;
        for (place, tap) in taps.iter_mut().enumerate() {
            self.noise.resize(tap.readouts.len(), 0.0);
            let mut stream = self.streams.derive("readout", self.queries, place as u64);
            fill_standard_normal_f32(&mut stream, &mut self.noise);
            for (readout, noise) in tap.readouts.iter_mut().zip(&self.noise) {
                *readout += self.sigma * noise;
            }
        }
        self.queries += 1;
        Ok(())
    }
}
