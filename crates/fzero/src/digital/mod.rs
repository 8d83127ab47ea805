//! Networks computed in numbers behind the trait of a device: the digital models of FFzero (Guo et al.,
//! arXiv:2603.24790), to compare with what a chip learns.
//!
//! [`Mlp`] is dense layers, [`Cnn`] convolutional layers and dense ones behind them. Both are a
//! [`crate::BlackBox`], so the one training loop trains them from their readouts; both have an exact
//! vector-Jacobian product besides (`vjp`), for solvers that may use gradients. [`functions`] are the two
//! functions that the paper fits.
//!
//! Arithmetic is in `T`: `f32` by default, `f64` for checks. Samples are the lanes; every sum has one
//! order, so that neither the SIMD level nor the number of threads changes a bit.

mod batch;
mod cnn;
mod convolution;
mod dense;
pub mod functions;
mod initial;
mod mlp;
mod norm;
mod packed;
mod pool;
mod real;
mod stack;
mod stage;
mod vjp;

pub use cnn::{Cnn, CnnOptions, ConvolutionOptions};
pub use mlp::{Mlp, MlpOptions};
pub use real::Real;
pub use vjp::{Cotangent, Gradient};

use serde::{Deserialize, Serialize};

/// Which parameters of a layer share a direction of length 1 (see [`crate::ParameterGroup`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grouping {
    /// All of a layer: as published for dense layers, where one direction goes over weights and biases.
    #[default]
    Layer,
    /// Apart: weights and biases of a dense layer; the channels of a convolutional layer, each with its
    /// filter, gain and offset. All groups share one difference of losses, so the few parameters of one
    /// group are noise on the many of another.
    Kinds,
}

#[cfg(test)]
mod tests;
