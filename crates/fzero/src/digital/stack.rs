//! Dense layers, one behind the other.

use super::batch::{Batch, LANES};
use super::dense::Dense;
use super::vjp::{Cotangent, Gradient};
use super::{Grouping, Real, initial};
use crate::black_box::LayerShape;
use crate::checks::groups;
use crate::streams::Stream;
use numerics::Streams;

/// A layer's readouts are its outputs y = W x + b; the next layer gets max(0, y), or y.
#[derive(Clone, Debug)]
pub(super) struct Stack<T> {
    rectified: bool,
    layers: Vec<Dense<T>>,
    /// What layers 1, 2, .. got.
    inputs: Vec<Batch<T>>,
    outputs: Vec<Batch<T>>,
}

/// The shape of a dense layer.
pub(super) fn shape(outputs: usize, inputs: usize, grouping: Grouping) -> LayerShape {
    let weights = outputs * inputs;
    LayerShape {
        groups: match grouping {
            Grouping::Layer => groups(&[("weights and biases", weights + outputs, true)]),
            Grouping::Kinds => groups(&[("weights", weights, true), ("biases", outputs, true)]),
        },
        readouts: outputs,
    }
}

/// Parameters of a dense layer before training.
pub(super) fn initial_parameters(
    outputs: usize,
    inputs: usize,
    streams: &Streams,
    layer: usize,
) -> Vec<f64> {
    let mut stream = Stream::Weights.derive(streams, layer, 0);
    initial::uniform(outputs * (inputs + 1), inputs, &mut stream)
}

impl<T: Real> Stack<T> {
    pub(super) fn new(inputs: usize, widths: &[usize], rectified: bool) -> Self {
        let mut columns = inputs;
        let mut layers = Vec::with_capacity(widths.len());
        for &outputs in widths {
            layers.push(Dense::new(outputs, columns));
            columns = outputs;
        }
        Self {
            rectified,
            inputs: vec![Batch::default(); layers.len()],
            outputs: vec![Batch::default(); layers.len()],
            layers,
        }
    }

    pub(super) fn program(&mut self, layer: usize, parameters: &[f64]) {
        self.layers[layer].program(parameters);
    }

    /// Computes the first `count` layers.
    pub(super) fn forward(&mut self, x: &Batch<T>, count: usize) {
        for layer in 0..count {
            if layer > 0 && self.rectified {
                let (from, to) = (&self.outputs[layer - 1], &mut self.inputs[layer]);
                to.reshape(from.rows(), from.samples());
                to.fill(
                    from.rows(),
                    #[inline(always)]
                    |block, lanes| {
                        for (to, from) in lanes.iter_mut().zip(from.block(block)) {
                            // Not f32::max, which would turn NaN into 0.
                            *to = from.map(|x| if x < T::default() { T::default() } else { x });
                        }
                    },
                );
            }
            let (before, from) = self.outputs.split_at_mut(layer);
            let x = match layer {
                0 => x,
                _ if self.rectified => &self.inputs[layer],
                _ => &before[layer - 1],
            };
            self.layers[layer].forward(x, &mut from[0]);
        }
    }

    /// The outputs of a layer in the last forward pass.
    pub(super) fn output(&self, layer: usize) -> &Batch<T> {
        &self.outputs[layer]
    }

    fn input<'a>(&'a self, layer: usize, x: &'a Batch<T>) -> &'a Batch<T> {
        match layer {
            0 => x,
            _ if self.rectified => &self.inputs[layer],
            _ => &self.outputs[layer - 1],
        }
    }

    /// From cotangents of the readouts the gradients that are asked for, and the cotangent of `x`, the
    /// input of the last forward pass, where `through`. Layers count from `first`; cotangents and
    /// gradients of layers before it are left alone.
    pub(super) fn backward(
        &self,
        x: &Batch<T>,
        first: usize,
        cotangents: &[Cotangent<'_>],
        gradients: &mut [Gradient<'_>],
        through: bool,
    ) -> Option<Batch<T>> {
        let asked = gradients.iter().filter_map(|g| g.layer.checked_sub(first));
        let lowest = if through { Some(0) } else { asked.min() }?;
        let mut flowing = None;
        for layer in (lowest..self.layers.len()).rev() {
            let taps = cotangents.iter().filter(|c| c.layer == first + layer);
            for tap in taps {
                let rows = self.layers[layer].outputs();
                flowing
                    .get_or_insert_with(|| Batch::zeros(rows, x.samples()))
                    .add(tap.readouts);
            }
            let Some(g) = &flowing else { continue };
            for asked in gradients.iter_mut().filter(|g| g.layer == first + layer) {
                self.layers[layer].gradient(self.input(layer, x), g, asked.parameters);
            }
            if layer > lowest || through {
                let mut below = self.layers[layer].backward(g);
                if layer > 0 && self.rectified {
                    let outputs = &self.outputs[layer - 1];
                    below.fill(
                        outputs.rows(),
                        #[inline(always)]
                        |block, lanes| {
                            for (g, y) in lanes.iter_mut().zip(outputs.block(block)) {
                                for lane in 0..LANES {
                                    let passes = y[lane] > T::default();
                                    g[lane] = if passes { g[lane] } else { T::default() };
                                }
                            }
                        },
                    );
                }
                flowing = Some(below);
            }
        }
        flowing.filter(|_| through)
    }
}
