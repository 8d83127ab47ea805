//! The multilayer perceptron of the paper.

use super::batch::Batch;
use super::stack::{self, Stack};
use super::vjp::{self, Cotangent, Gradient};
use super::{Grouping, Real};
use crate::black_box::{
    BlackBox, DeviceError, LayerShape, Purpose, Samples, Tap, restore_parameters,
};
use crate::checks::{check_program, check_query, check_samples};
use crate::error::{TrainError, check_count};
use numerics::Streams;
use serde::{Deserialize, Serialize};

/// What a [`Mlp`] is. The default is the paper's: 784 inputs, layers of 100, 100, 100, 10
/// (arXiv:2603.24790), but for the activation, which the published code lacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MlpOptions {
    /// Numbers per sample, at least 1.
    pub inputs: usize,
    /// Outputs of each layer, each at least 1.
    pub widths: Vec<usize>,
    /// Whether each layer but the first gets max(0, y) of the layer before it. `false` as published:
    /// without it all layers together are one affine map.
    pub activation_between_layers: bool,
    /// Which parameters share a direction.
    pub grouping: Grouping,
}

impl Default for MlpOptions {
    fn default() -> Self {
        Self {
            inputs: 784,
            widths: vec![100, 100, 100, 10],
            activation_between_layers: true,
            grouping: Grouping::default(),
        }
    }
}

impl MlpOptions {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`TrainError::Setting`] for a size of 0, or no layer.
    pub fn check(&self) -> Result<(), TrainError> {
        check_count("inputs", self.inputs)?;
        check_count("layers", self.widths.len())?;
        self.widths
            .iter()
            .try_for_each(|&width| check_count("widths", width))
    }
}

/// Dense layers y = W x + b. The parameters of a layer are W row by row (outputs x inputs), then b; its
/// readouts are y, **before** the activation: an activated output is not negative, and prototypes are
/// spread over all directions. That is also the published readout, as there is no activation.
///
/// All parameters are 0 until a programming. Inputs are any finite numbers.
#[derive(Clone, Debug)]
pub struct Mlp<T: Real = f32> {
    options: MlpOptions,
    shapes: Vec<LayerShape>,
    input: Batch<T>,
    stack: Stack<T>,
}

impl<T: Real> Mlp<T> {
    /// The network with these options.
    ///
    /// # Errors
    /// As [`MlpOptions::check`].
    pub fn new(options: MlpOptions) -> Result<Self, TrainError> {
        options.check()?;
        let mut inputs = options.inputs;
        let mut shapes = Vec::with_capacity(options.widths.len());
        for &outputs in &options.widths {
            shapes.push(stack::shape(outputs, inputs, options.grouping));
            inputs = outputs;
        }
        Ok(Self {
            stack: Stack::new(
                options.inputs,
                &options.widths,
                options.activation_between_layers,
            ),
            shapes,
            input: Batch::default(),
            options,
        })
    }

    /// Weights and biases of each layer, uniform in +-1/sqrt(its inputs) as PyTorch's `Linear` has them,
    /// from [`crate::Stream::Weights`].
    pub fn initial_parameters(&self, streams: &Streams) -> Vec<Vec<f64>> {
        let mut inputs = self.options.inputs;
        let draw = |(layer, &outputs): (usize, &usize)| {
            let parameters = stack::initial_parameters(outputs, inputs, streams, layer);
            inputs = outputs;
            parameters
        };
        self.options.widths.iter().enumerate().map(draw).collect()
    }

    /// The product of cotangents of readouts with the Jacobian: the exact gradient of the loss whose
    /// derivatives by the readouts are the `cotangents`, by the parameters as they are programmed. Goes
    /// back no further than the lowest layer in `gradients`; a layer that no cotangent reaches gets zeros.
    /// At 0 the activation's derivative is 0.
    ///
    /// # Errors
    /// [`DeviceError`] when a width, a length or a layer does not fit, or an input is not finite.
    pub fn vjp(
        &mut self,
        samples: Samples<'_>,
        cotangents: &[Cotangent<'_>],
        gradients: &mut [Gradient<'_>],
    ) -> Result<(), DeviceError> {
        vjp::check(self, &samples, cotangents, gradients)?;
        for gradient in &mut *gradients {
            gradient.parameters.fill(0.0);
        }
        let deepest = cotangents.iter().map(|cotangent| cotangent.layer + 1).max();
        self.forward(&samples, deepest.unwrap_or(0));
        self.stack
            .backward(&self.input, 0, cotangents, gradients, false);
        Ok(())
    }

    fn forward(&mut self, samples: &Samples<'_>, layers: usize) {
        self.input.load(samples.values, samples.width);
        self.stack.forward(&self.input, layers);
    }

    #[cfg(test)]
    pub(super) fn readouts(&mut self, samples: Samples<'_>, layer: usize) -> Vec<f64> {
        self.forward(&samples, layer + 1);
        let mut readouts = vec![0.0; samples.count() * self.shapes[layer].readouts];
        self.stack.output(layer).store(&mut readouts, T::wide);
        readouts
    }
}

impl<T: Real> BlackBox for Mlp<T> {
    fn inputs(&self) -> usize {
        self.options.inputs
    }

    fn layers(&self) -> usize {
        self.shapes.len()
    }

    fn layer(&self, layer: usize) -> &LayerShape {
        &self.shapes[layer]
    }

    fn state(&self) -> Option<Vec<u8>> {
        Some(Vec::new())
    }

    fn restore(&mut self, _state: &[u8], parameters: &[Vec<f64>]) -> Result<(), DeviceError> {
        restore_parameters(self, parameters)
    }

    fn program(
        &mut self,
        layer: usize,
        parameters: &[f64],
        _purpose: Purpose,
    ) -> Result<(), DeviceError> {
        check_program(&self.shapes, layer, parameters)?;
        self.stack.program(layer, parameters);
        Ok(())
    }

    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        _purpose: Purpose,
    ) -> Result<(), DeviceError> {
        check_query(self, &samples, taps)?;
        check_samples(self, &samples)?;
        let deepest = taps.iter().map(|tap| tap.layer + 1).max();
        self.forward(&samples, deepest.unwrap_or(0));
        for tap in taps {
            let outputs = self.stack.output(tap.layer);
            outputs.store(tap.readouts, |x| x.wide() as f32);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
