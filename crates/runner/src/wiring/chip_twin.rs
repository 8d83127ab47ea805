//! The differentiable twin of a chip, behind the trait of the baselines.

use super::chip_box::device_error;
use fzero::baseline::{Cotangent, DifferentiableTwin, Gradient};
use fzero::black_box::{DeviceError, Samples, Tap};
use photonics::twin::Twin;

/// The visible adapter between the crates: parameters are phases in rad, readouts are currents in A.
#[derive(Debug)]
pub struct ChipTwin {
    twin: Twin,
    /// What light meets beside the phases that are asked for, by layer; none where it is that.
    offsets_rad: Vec<Vec<f64>>,
    currents_a: Vec<f64>,
}

impl ChipTwin {
    /// Wraps a twin. Light meets the phases that are asked for.
    pub fn new(twin: Twin) -> Self {
        Self::with_offsets(twin, Vec::new())
    }

    /// Wraps a twin in which light meets what is asked for and these offsets of each layer's
    /// [theta | phi | gamma] in rad.
    pub fn with_offsets(twin: Twin, offsets_rad: Vec<Vec<f64>>) -> Self {
        Self {
            twin,
            offsets_rad,
            currents_a: Vec::new(),
        }
    }
}

impl DifferentiableTwin for ChipTwin {
    fn layers(&self) -> usize {
        self.twin.layers()
    }

    fn program(&mut self, layer: usize, parameters: &[f64]) -> Result<(), DeviceError> {
        match self.offsets_rad.get(layer) {
            Some(offsets) if offsets.len() == parameters.len() => {
                let met = parameters.iter().zip(offsets).map(|(p, o)| p + o);
                let met: Vec<f64> = met.collect();
                self.twin.program(layer, &met)
            }
            // What does not fit, the twin refuses.
            _ => self.twin.program(layer, parameters),
        }
        .map_err(device_error)
    }

    fn forward(&mut self, samples: Samples<'_>, taps: &mut [Tap<'_>]) -> Result<(), DeviceError> {
        if samples.width != self.twin.ports() {
            return Err(DeviceError::WrongLength {
                what: "sample",
                found: samples.width,
                expected: self.twin.ports(),
            });
        }
        let all = taps.iter().map(|tap| tap.readouts.len()).sum();
        self.currents_a.resize(all, 0.0);
        let mut rest = self.currents_a.as_mut_slice();
        let mut wide = Vec::with_capacity(taps.len());
        for tap in &*taps {
            let (own, after) = rest.split_at_mut(tap.readouts.len());
            rest = after;
            wide.push((tap.layer, own));
        }
        self.twin
            .forward(samples.values, &mut wide)
            .map_err(device_error)?;
        let mut wide = self.currents_a.as_slice();
        for tap in taps {
            let (own, after) = wide.split_at(tap.readouts.len());
            wide = after;
            for (readout, &current_a) in tap.readouts.iter_mut().zip(own) {
                *readout = current_a as f32;
            }
        }
        Ok(())
    }

    fn vjp(
        &mut self,
        _samples: Samples<'_>,
        cotangents: &[Cotangent<'_>],
        gradients: &mut [Gradient<'_>],
    ) -> Result<(), DeviceError> {
        let cotangents: Vec<_> = cotangents
            .iter()
            .map(|cotangent| (cotangent.layer, cotangent.readouts))
            .collect();
        let mut gradients: Vec<_> = gradients
            .iter_mut()
            .map(|gradient| (gradient.layer, &mut *gradient.parameters))
            .collect();
        self.twin
            .vjp(&cotangents, &mut gradients)
            .map_err(device_error)
    }
}
