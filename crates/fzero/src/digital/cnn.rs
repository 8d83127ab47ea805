//! The convolutional network of the paper.

use super::batch::Batch;
use super::convolution::Geometry;
use super::stack::{self, Stack};
use super::stage::Stage;
use super::vjp::{self, Cotangent, Gradient};
use super::{Grouping, Real};
use crate::black_box::{
    BlackBox, DeviceError, LayerShape, ParameterGroup, Purpose, Samples, Tap, restore_parameters,
};
use crate::checks::{check_program, check_query, check_samples, groups};
use crate::error::{TrainError, check_count, check_length};
use numerics::Streams;
use serde::{Deserialize, Serialize};

/// One convolutional layer; stride 1, no bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvolutionOptions {
    /// Channels that it yields, at least 1.
    pub channels: usize,
    /// Side of the square filters in pixels, at least 1 and no larger than the padded image.
    pub kernel: usize,
    /// Zeros around the image in pixels.
    pub padding: usize,
    /// Side of the windows of the maximum pooling in pixels, at least 1 (none) and no larger than the
    /// convolved image.
    pub pooling: usize,
}

/// What a [`Cnn`] is. The default is the paper's for 28 x 28 grey pixels as its documentation has it
/// (arXiv:2603.24790): channels 16, 16, kernels 6, 6, padding 2, pooling 2, prototypes of 10 dimensions, a
/// dense layer of 10. The default of the published code has 4, 4 channels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CnnOptions {
    /// Height of the images in pixels, at least 1.
    pub height: usize,
    /// Width of the images in pixels, at least 1.
    pub width: usize,
    /// Channels of the images, at least 1.
    pub channels: usize,
    /// The convolutional layers, at least one.
    pub convolutions: Vec<ConvolutionOptions>,
    /// Readouts of each channel of a convolutional layer, at least 1.
    pub dimension: usize,
    /// Outputs of the dense layers behind them.
    pub widths: Vec<usize>,
    /// Which parameters share a direction.
    pub grouping: Grouping,
}

impl Default for CnnOptions {
    fn default() -> Self {
        let convolution = ConvolutionOptions {
            channels: 16,
            kernel: 6,
            padding: 2,
            pooling: 2,
        };
        Self {
            height: 28,
            width: 28,
            channels: 1,
            convolutions: vec![convolution; 2],
            dimension: 10,
            widths: vec![10],
            grouping: Grouping::default(),
        }
    }
}

impl CnnOptions {
    /// The sizes of each convolution.
    ///
    /// # Errors
    /// [`TrainError::Setting`] for a size of 0, no convolution, or one that does not fit its image.
    fn geometries(&self) -> Result<Vec<Geometry>, TrainError> {
        let sizes = [
            ("channels", self.channels),
            ("convolutions", self.convolutions.len()),
            ("dimension", self.dimension),
        ];
        sizes
            .into_iter()
            .try_for_each(|(key, size)| check_count(key, size))?;
        self.widths
            .iter()
            .try_for_each(|&width| check_count("widths", width))?;
        let (mut height, mut width, mut channels_in) = (self.height, self.width, self.channels);
        let mut geometries = Vec::with_capacity(self.convolutions.len());
        for layer in &self.convolutions {
            check_count("height", height)?;
            check_count("width", width)?;
            check_count("channels", layer.channels)?;
            check_count("kernel", layer.kernel)?;
            check_count("pooling", layer.pooling)?;
            let refuse = |key, value: usize, why| TrainError::Setting {
                key,
                value: value as f64,
                why,
            };
            let geometry = Geometry {
                channels_in,
                channels: layer.channels,
                kernel: layer.kernel,
                padding: layer.padding,
                height,
                width,
            };
            if layer.kernel > geometry.padded_height().min(geometry.padded_width()) {
                let why = "must not be larger than the padded image";
                return Err(refuse("kernel", layer.kernel, why));
            }
            if layer.pooling > geometry.out_height().min(geometry.out_width()) {
                let why = "must not be larger than the convolved image";
                return Err(refuse("pooling", layer.pooling, why));
            }
            height = geometry.out_height() / layer.pooling;
            width = geometry.out_width() / layer.pooling;
            channels_in = layer.channels;
            geometries.push(geometry);
        }
        Ok(geometries)
    }
}

/// Convolutional layers, then dense ones.
///
/// ```text
///  image --> convolution --> batch norm --+--> max(0, .) --> max pooling --> next layer, .. --> dense
///                                         |
///                                        tap: each channel times its fixed random matrix
/// ```
/// A convolutional layer's parameters are those of channel 0, then of channel 1, ..: filter (channel in,
/// y, x), gain, offset. Its readouts are `dimension` numbers per channel, those of channel 0 first: the
/// normalised pixels of the channel, **before** rectification and pooling as published, times a matrix
/// drawn once, uniform in +-1/sqrt(pixels). [`crate::goal::PerChannel`] is the goal for them. Between
/// dense layers stands max(0, .).
///
/// # Batch norm
/// Mean and (biased) variance of a channel over all samples and pixels of the **query**, so the readouts of
/// a sample depend on those beside it, by no more than the moments. With [`Self::with_reference`]
/// evaluations ([`Purpose::Evaluation`]) use the moments of a fixed set of samples, as one batch, under the
/// parameters as they are programmed: measured at the first evaluation after a programming, from scratch.
/// They are not averaged over what was queried before, so that an evaluation depends on parameters and
/// sample alone, and trained parameters can be evaluated later. Without it an evaluation normalises each
/// query by itself, which the published code does.
#[derive(Clone, Debug)]
pub struct Cnn<T: Real = f32> {
    inputs: usize,
    shapes: Vec<LayerShape>,
    input: Batch<T>,
    stages: Vec<Stage<T>>,
    flat: Batch<T>,
    stack: Stack<T>,
    widths: Vec<usize>,
    reference: Vec<f32>,
}

impl<T: Real> Cnn<T> {
    /// The network with these options; projections come from [`crate::Stream::Projections`] by (layer,
    /// channel). All parameters are 0 until a programming.
    ///
    /// # Errors
    /// [`TrainError::Setting`] for a size of 0, no convolution, or one that does not fit its image.
    pub fn new(options: &CnnOptions, streams: &Streams) -> Result<Self, TrainError> {
        let geometries = options.geometries()?;
        let mut stages = Vec::with_capacity(geometries.len());
        for (layer, geometry) in geometries.into_iter().enumerate() {
            let window = options.convolutions[layer].pooling;
            stages.push(Stage::new(
                geometry,
                window,
                options.dimension,
                streams,
                layer,
            ));
        }
        let mut shapes: Vec<LayerShape> = stages
            .iter()
            .map(|stage| convolution_shape(stage, options.grouping))
            .collect();
        let flat = stages.last().map_or(0, |stage| stage.pool.outputs());
        let mut inputs = flat;
        for &outputs in &options.widths {
            shapes.push(stack::shape(outputs, inputs, options.grouping));
            inputs = outputs;
        }
        Ok(Self {
            inputs: options.channels * options.height * options.width,
            shapes,
            input: Batch::default(),
            stages,
            flat: Batch::default(),
            stack: Stack::new(flat, &options.widths, true),
            widths: options.widths.clone(),
            reference: Vec::new(),
        })
    }

    /// Evaluations use the moments of these samples, row-major, at least one (see the type). They have to be
    /// samples of the training set, or the network knows what it is tested on.
    ///
    /// # Errors
    /// [`TrainError::NoSamples`] without samples, [`TrainError::WrongLength`] and
    /// [`DeviceError::NotFinite`] for bad ones.
    pub fn with_reference(mut self, values: Vec<f32>) -> Result<Self, TrainError> {
        if values.is_empty() {
            return Err(TrainError::NoSamples {
                what: "reference set of the batch norm",
            });
        }
        let whole = values.len() / self.inputs * self.inputs;
        check_length(
            "values of the batch norm's reference set",
            values.len(),
            whole,
        )?;
        let samples = Samples {
            values: &values,
            width: self.inputs,
        };
        check_samples(&self, &samples)?;
        self.reference = values;
        Ok(self)
    }

    /// Parameters before training: filters, weights and biases uniform in +-1/sqrt(inputs per output), as
    /// PyTorch's `Conv2d` and `Linear` have them, from [`crate::Stream::Weights`]; gains 1, offsets 0.
    pub fn initial_parameters(&self, streams: &Streams) -> Vec<Vec<f64>> {
        let mut all = Vec::with_capacity(self.shapes.len());
        for (layer, stage) in self.stages.iter().enumerate() {
            all.push(stage.initial_parameters(streams, layer));
        }
        let mut inputs = self.stages.last().map_or(0, |stage| stage.pool.outputs());
        for &outputs in &self.widths {
            all.push(stack::initial_parameters(
                outputs,
                inputs,
                streams,
                all.len(),
            ));
            inputs = outputs;
        }
        all
    }

    /// Channels whose readouts of layer `layer < layers()` have goals of their own; 1 for dense layers.
    pub fn channels(&self, layer: usize) -> usize {
        self.stages
            .get(layer)
            .map_or(1, |stage| stage.geometry.channels)
    }

    /// The product of cotangents of readouts with the Jacobian, as [`super::Mlp::vjp`], of a query with this
    /// purpose: moments of the batch depend on the parameters, those of a reference set count as constant.
    /// Where a window has several largest pixels, the first counts.
    ///
    /// # Errors
    /// [`DeviceError`] when a width, a length or a layer does not fit, or an input is not finite.
    pub fn vjp(
        &mut self,
        samples: Samples<'_>,
        purpose: Purpose,
        cotangents: &[Cotangent<'_>],
        gradients: &mut [Gradient<'_>],
    ) -> Result<(), DeviceError> {
        vjp::check(self, &samples, cotangents, gradients)?;
        for gradient in &mut *gradients {
            gradient.parameters.fill(0.0);
        }
        let deepest = cotangents.iter().map(|cotangent| cotangent.layer + 1).max();
        let (Some(deepest), false) = (deepest, samples.values.is_empty()) else {
            return Ok(());
        };
        self.forward(samples, deepest, purpose);
        let Some(lowest) = gradients.iter().map(|gradient| gradient.layer).min() else {
            return Ok(());
        };
        let first = self.stages.len();
        let mut flowing = None;
        if deepest > first {
            let through = lowest < first;
            flowing = self
                .stack
                .backward(&self.flat, first, cotangents, gradients, through);
        }
        for layer in (lowest..first.min(deepest)).rev() {
            let stage = &self.stages[layer];
            let mut g = stage.no_cotangents();
            for tap in cotangents.iter().filter(|tap| tap.layer == layer) {
                stage.add_readouts(tap.readouts, &mut g);
            }
            if let Some(pooled) = &flowing {
                match self.stages.get(layer + 1) {
                    Some(next) => {
                        let geometry = next.geometry;
                        stage.add_pooled(pooled, |c, y, x| geometry.padded_row(c, y, x), &mut g);
                    }
                    None => stage.add_pooled(pooled, flat_row(stage), &mut g),
                }
            }
            let own = gradients
                .iter_mut()
                .filter(|gradient| gradient.layer == layer);
            let mut own: Vec<&mut [f64]> = own.map(|gradient| &mut *gradient.parameters).collect();
            flowing = stage.backward(g, &mut own, layer > lowest);
        }
        Ok(())
    }

    /// Computes the first `layers` layers.
    fn forward(&mut self, samples: Samples<'_>, layers: usize, purpose: Purpose) {
        let referred = purpose == Purpose::Evaluation && !self.reference.is_empty();
        let convolutions = layers.min(self.stages.len());
        let known = self.stages[..convolutions]
            .iter()
            .all(|stage| stage.reference.is_some());
        if referred && !known {
            let reference = std::mem::take(&mut self.reference);
            self.pass(&reference, layers.min(self.stages.len()), false);
            self.reference = reference;
            self.stages[..convolutions]
                .iter_mut()
                .for_each(Stage::keep_moments);
        }
        self.pass(samples.values, layers, referred);
    }

    fn pass(&mut self, values: &[f32], layers: usize, referred: bool) {
        if layers == 0 {
            return;
        }
        self.input.load(values, self.inputs);
        self.stages[0].load(&self.input);
        for layer in 0..layers.min(self.stages.len()) {
            self.stages[layer].forward(referred);
            if layer + 1 == layers {
                return;
            }
            let (stages, next) = self.stages.split_at_mut(layer + 1);
            let stage = &stages[layer];
            match next.first_mut() {
                Some(next) => {
                    let geometry = next.geometry;
                    stage.pool_into(&mut next.padded, geometry.padded_rows(), |c, y, x| {
                        geometry.padded_row(c, y, x)
                    });
                }
                None => {
                    let rows = stage.pool.outputs();
                    stage.pool_into(&mut self.flat, rows, flat_row(stage));
                }
            }
        }
        self.stack.forward(&self.flat, layers - self.stages.len());
    }

    /// The readouts of a layer in the last pass, given row by row to `write`.
    fn store<U>(&self, layer: usize, readouts: &mut [U], convert: impl Fn(T) -> U) {
        match self.stages.get(layer) {
            Some(stage) => stage.readouts().store(readouts, convert),
            None => self
                .stack
                .output(layer - self.stages.len())
                .store(readouts, convert),
        }
    }

    #[cfg(test)]
    pub(super) fn readouts(
        &mut self,
        samples: Samples<'_>,
        purpose: Purpose,
        layer: usize,
    ) -> Vec<f64> {
        self.forward(samples, layer + 1, purpose);
        let mut readouts = vec![0.0; samples.count() * self.shapes[layer].readouts];
        self.store(layer, &mut readouts, T::wide);
        readouts
    }
}

/// Channel, y, x of the last pooled images as a row of the dense layers' input.
fn flat_row<T>(stage: &Stage<T>) -> impl Fn(usize, usize, usize) -> usize + Sync + Send + use<T> {
    let (height, width) = (stage.pool.out_height(), stage.pool.out_width());
    move |channel, y, x| (channel * height + y) * width + x
}

fn convolution_shape<T: Real>(stage: &Stage<T>, grouping: Grouping) -> LayerShape {
    let (channels, own) = (stage.geometry.channels, stage.channel_parameters());
    let groups: Vec<ParameterGroup> = match grouping {
        Grouping::Layer => groups(&[("channels", channels * own, true)]),
        Grouping::Kinds => groups(&vec![("channel", own, true); channels]),
    };
    LayerShape {
        groups,
        readouts: channels * stage.dimension(),
    }
}

impl<T: Real> BlackBox for Cnn<T> {
    fn inputs(&self) -> usize {
        self.inputs
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
        match self.stages.get_mut(layer) {
            Some(stage) => stage.program(parameters),
            None => self.stack.program(layer - self.stages.len(), parameters),
        }
        // Later layers get other images from here on.
        for stage in self.stages.iter_mut().skip(layer) {
            stage.reference = None;
        }
        Ok(())
    }

    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        check_query(self, &samples, taps)?;
        check_samples(self, &samples)?;
        let deepest = taps.iter().map(|tap| tap.layer + 1).max();
        let (Some(deepest), false) = (deepest, samples.values.is_empty()) else {
            return Ok(());
        };
        self.forward(samples, deepest, purpose);
        for tap in taps {
            self.store(tap.layer, tap.readouts, |x| x.wide() as f32);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
