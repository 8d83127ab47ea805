//! A dense layer: y = W x + b.

use super::Real;
use super::batch::{Batch, LANES, sum_of_lanes};
use super::packed::Packed;
use rayon::prelude::*;

/// Gradients that are summed together, to hide the latency of the multiply-adds.
const TOGETHER: usize = 8;

/// Its parameters are W row by row (outputs x inputs), then b.
#[derive(Clone, Debug)]
pub(super) struct Dense<T> {
    weights: Packed<T>,
    biases: Vec<T>,
}

impl<T: Real> Dense<T> {
    /// All parameters 0.
    pub(super) fn new(outputs: usize, inputs: usize) -> Self {
        Self {
            weights: Packed::zeros(outputs, inputs),
            biases: vec![T::default(); outputs],
        }
    }

    pub(super) fn outputs(&self) -> usize {
        self.weights.outputs()
    }

    /// Multiply-adds per sample.
    fn work(&self) -> usize {
        self.weights.inputs() * self.weights.outputs()
    }

    pub(super) fn program(&mut self, parameters: &[f64]) {
        let (weights, biases) = parameters.split_at(self.work());
        self.weights.set(weights);
        for (place, &bias) in self.biases.iter_mut().zip(biases) {
            *place = T::of(bias);
        }
    }

    pub(super) fn forward(&self, x: &Batch<T>, y: &mut Batch<T>) {
        y.reshape(self.outputs(), x.samples());
        y.fill(
            self.work(),
            #[inline(always)]
            |block, y| {
                self.weights.multiply(
                    x.block(block),
                    #[inline(always)]
                    |output, sums| y[output] = sums.map(|sum| sum + self.biases[output]),
                );
            },
        );
    }

    /// W^T g: the cotangents of the inputs from those of the outputs.
    pub(super) fn backward(&self, g: &Batch<T>) -> Batch<T> {
        let transposed = self.weights.transposed();
        let mut x = Batch::zeros(self.weights.inputs(), g.samples());
        x.fill(
            self.work(),
            #[inline(always)]
            |block, x| {
                transposed.multiply(
                    g.block(block),
                    #[inline(always)]
                    |input, sums| x[input] = *sums,
                );
            },
        );
        x
    }

    /// The gradient of the parameters: sums over the samples, block by block, then over the lanes.
    /// Lanes of `g` without a sample have to be 0.
    pub(super) fn gradient(&self, x: &Batch<T>, g: &Batch<T>, gradient: &mut [f64]) {
        let (weights, biases) = gradient.split_at_mut(self.work());
        let inputs = self.weights.inputs();
        weights
            .par_chunks_exact_mut(inputs)
            .enumerate()
            .for_each(|(output, row)| {
                numerics::vectorize(
                    #[inline(always)]
                    || gradient_row(x, g, output, row),
                );
            });
        for (output, bias) in biases.iter_mut().enumerate() {
            *bias = g
                .blocks()
                .map(|(g, samples)| sum_of_lanes(&g[output].map(T::wide), samples))
                .sum();
        }
    }
}

#[inline(always)]
fn gradient_row<T: Real>(x: &Batch<T>, g: &Batch<T>, output: usize, row: &mut [f64]) {
    for (tile, row) in row.chunks_mut(TOGETHER).enumerate() {
        let mut sums = [[T::default(); LANES]; TOGETHER];
        for ((x, _), (g, _)) in x.blocks().zip(g.blocks()) {
            let g = &g[output];
            for (sums, x) in sums.iter_mut().zip(&x[tile * TOGETHER..]) {
                for lane in 0..LANES {
                    sums[lane] = x[lane].mul_add(g[lane], sums[lane]);
                }
            }
        }
        for (place, sums) in row.iter_mut().zip(&sums) {
            *place = sum_of_lanes(&sums.map(T::wide), LANES);
        }
    }
}
