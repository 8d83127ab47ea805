//! The digital networks of an experiment, and what they take of the machine's memory.

use crate::config::checked::{self, Cnn, Config, Mlp, Model};
use fzero::baseline::DifferentiableTwin;
use fzero::digital::{self, CnnOptions, ConvolutionOptions, Grouping, MlpOptions};
use fzero::{BlackBox, TrainError};
use numerics::Streams;

/// A network with its parameters before training.
pub struct DigitalNetwork {
    /// The network.
    pub device: Box<dyn BlackBox>,
    /// A copy of it with exact gradients, where it is asked for.
    pub twin: Option<Box<dyn DifferentiableTwin>>,
    /// The parameters of each layer.
    pub initial: Vec<Vec<f64>>,
    /// Channels of each layer that have goals of their own; 1 of dense layers.
    pub channels: Vec<usize>,
}

/// Dense layers for samples of so many numbers. `twinned`: whether a twin is needed.
///
/// # Errors
/// A size that is out of its range.
pub fn mlp(
    mlp: &Mlp,
    inputs: usize,
    streams: &Streams,
    twinned: bool,
) -> Result<DigitalNetwork, TrainError> {
    let network = digital::Mlp::<f32>::new(MlpOptions {
        inputs,
        widths: mlp.widths.clone(),
        activation_between_layers: mlp.activation_between_layers,
        grouping: grouping(mlp.grouping),
    })?;
    Ok(DigitalNetwork {
        initial: network.initial_parameters(streams),
        channels: vec![1; mlp.widths.len()],
        twin: twinned.then(|| Box::new(network.clone()) as Box<dyn DifferentiableTwin>),
        device: Box::new(network),
    })
}

/// Convolutional layers for images of this size; `training` are the training images, row-major, of which
/// the first ones are the reference of the batch norm. `twinned`: whether a twin is needed.
///
/// # Errors
/// A size that is out of its range, or does not fit the images.
pub fn cnn(
    cnn: &Cnn,
    (height, width): (usize, usize),
    training: &[f32],
    streams: &Streams,
    twinned: bool,
) -> Result<DigitalNetwork, TrainError> {
    let convolutions = cnn.channels.iter().enumerate();
    let options = CnnOptions {
        height,
        width,
        channels: 1,
        convolutions: convolutions
            .map(|(layer, &channels)| ConvolutionOptions {
                channels,
                kernel: cnn.kernel(layer),
                padding: cnn.padding(layer),
                pooling: cnn.pooling(layer),
            })
            .collect(),
        dimension: cnn.dimension,
        widths: cnn.dense_widths.clone(),
        grouping: grouping(cnn.grouping),
    };
    let mut network = digital::Cnn::<f32>::new(&options, streams)?;
    let pixels = height * width;
    let reference = cnn.reference_images.min(training.len() / pixels.max(1));
    if reference > 0 {
        network = network.with_reference(training[..reference * pixels].to_vec())?;
    }
    Ok(DigitalNetwork {
        initial: network.initial_parameters(streams),
        channels: (0..BlackBox::layers(&network))
            .map(|layer| network.channels(layer))
            .collect(),
        twin: twinned.then(|| Box::new(network.clone()) as Box<dyn DifferentiableTwin>),
        device: Box::new(network),
    })
}

fn grouping(grouping: checked::Grouping) -> Grouping {
    match grouping {
        checked::Grouping::Layer => Grouping::Layer,
        checked::Grouping::Kinds => Grouping::Kinds,
    }
}

/// Numbers that a network holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sizes {
    /// Parameters of all layers.
    parameters: u64,
    /// Parameters of the largest layer.
    largest: u64,
    /// Numbers per sample of all that lies between input and output, and of the readouts.
    per_sample: u64,
    /// Entries of the fixed projections.
    projections: u64,
}

impl Sizes {
    fn layer(&mut self, parameters: u64) {
        self.parameters = self.parameters.saturating_add(parameters);
        self.largest = self.largest.max(parameters);
    }

    fn sample(&mut self, numbers: u64) {
        self.per_sample = self.per_sample.saturating_add(numbers);
    }

    fn dense(&mut self, mut inputs: u64, widths: &[usize]) {
        for &outputs in widths {
            let outputs = outputs as u64;
            self.layer(outputs.saturating_mul(inputs + 1));
            // Outputs, what the next layer gets of them, and the tap.
            self.sample(3 * outputs);
            inputs = outputs;
        }
    }
}

/// Sizes of a network for images of this size, or for samples of `width` numbers and a height of 1.
fn sizes(model: &Model, (height, width): (u64, u64)) -> Sizes {
    let mut sizes = Sizes::default();
    sizes.sample(height * width);
    match model {
        Model::Mesh => {}
        Model::Mlp(mlp) => sizes.dense(height * width, &mlp.widths),
        Model::Cnn(cnn) => {
            let (mut rows, mut columns, mut channels_in) = (height, width, 1);
            for (layer, &channels) in cnn.channels.iter().enumerate() {
                let (channels, dimension) = (channels as u64, cnn.dimension as u64);
                let (kernel, padding) = (cnn.kernel(layer) as u64, cnn.padding(layer) as u64);
                let out = |side: u64| (side + 2 * padding + 1).saturating_sub(kernel);
                let positions = out(rows).saturating_mul(out(columns));
                sizes.layer(channels.saturating_mul(channels_in * kernel * kernel + 2));
                let readouts = channels.saturating_mul(dimension);
                sizes.projections = sizes
                    .projections
                    .saturating_add(readouts.saturating_mul(positions));
                sizes.sample(channels_in * (rows + 2 * padding) * (columns + 2 * padding));
                // Convolved and normalised; the tap.
                sizes.sample(2 * channels.saturating_mul(positions));
                sizes.sample(2 * readouts);
                let window = cnn.pooling(layer) as u64;
                (rows, columns) = (out(rows) / window, out(columns) / window);
                channels_in = channels;
            }
            let flat = channels_in.saturating_mul(rows * columns);
            sizes.sample(flat);
            sizes.dense(flat, &cnn.dense_widths);
        }
    }
    sizes
}

/// An upper estimate in bytes of what a digital experiment holds: data, parameters in the network and in the
/// trainer, the text of the checkpoint, and all that is computed of the largest batch.
pub fn digital_memory_bytes(
    config: &Config,
    (height, width): (usize, usize),
    samples: usize,
) -> u64 {
    let (height, width) = (height as u64, width as u64);
    let Sizes {
        parameters,
        largest,
        per_sample,
        projections,
    } = sizes(&config.model, (height, width));
    let reference = match &config.model {
        Model::Cnn(cnn) => cnn.reference_images,
        _ => 0,
    };
    let batch = config
        .training
        .batch
        .max(fzero::layerwise::EVALUATION_CHUNK)
        .max(reference)
        .min(samples.max(1))
        .next_multiple_of(LANES) as u64;
    // In the network, packed with padding; initial and current; the text of the checkpoint.
    let kept = parameters.saturating_mul(2 * 4 + 2 * 8 + 40);
    // Direction, shifted, gradient, two moments.
    let trainer = largest.saturating_mul(5 * 8);
    // As packed, and while one channel's are drawn.
    let projections = projections.saturating_mul(2 * 4 + 8);
    let computed = per_sample.saturating_mul(4 * batch);
    // Values and targets, and once more as a batch or as reference; as read, where they are images.
    let data = (samples as u64 + reference as u64).saturating_mul(width * height * 8 + 16);
    [kept, trainer, projections, computed, data]
        .into_iter()
        .fold(0, u64::saturating_add)
}

/// Samples that are computed side by side.
const LANES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Loaded;

    fn model(text: &str) -> Model {
        let text = format!("name = \"a\"\ndata.set = \"digits\"\n{text}");
        let loaded = Loaded::from_text("a.toml", &text, &[]);
        loaded
            .unwrap_or_else(|error| panic!("{}", error.report()))
            .config
            .model
    }

    #[test]
    fn sizes_are_those_of_the_networks() {
        let streams = Streams::new(0);
        let largest = |network: &DigitalNetwork| network.initial.iter().map(Vec::len).max();
        let count = |network: &DigitalNetwork| network.initial.iter().map(Vec::len).sum::<usize>();
        let both = |model: &Model, network: &DigitalNetwork| {
            let sizes = sizes(model, (8, 8));
            assert_eq!(sizes.parameters, count(network) as u64);
            assert_eq!(Some(sizes.largest as usize), largest(network));
        };
        let dense = model("model.kind = \"mlp\"\nmodel.widths = [30, 10]");
        let Model::Mlp(options) = &dense else {
            panic!("{dense:?}")
        };
        let network = mlp(options, 64, &streams, false).unwrap();
        assert_eq!(count(&network), 30 * 65 + 10 * 31);
        both(&dense, &network);
        let convolutional = model(
            "model.kind = \"cnn\"\nmodel.channels = [3, 5]\nmodel.kernel_pixels = [5, 3]\n\
             model.padding_pixels = 1\nmodel.pooling_pixels = [2, 1]\nmodel.dense_widths = [12, 10]",
        );
        let Model::Cnn(options) = &convolutional else {
            panic!("{convolutional:?}")
        };
        let network = cnn(options, (8, 8), &[0.5; 64 * 7], &streams, false).unwrap();
        // 8 + 2 - 4 = 6 pixels, pooled 3; 3 + 2 - 2 = 3 pixels.
        let filters = 3 * (25 + 2) + 5 * (3 * 9 + 2);
        assert_eq!(count(&network), filters + 12 * (45 + 1) + 10 * 13);
        assert_eq!(network.channels, [3, 5, 1, 1]);
        both(&convolutional, &network);
    }
}
