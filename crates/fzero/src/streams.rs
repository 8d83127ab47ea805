//! The random streams of training, by name.

use numerics::Streams;

/// A named source of randomness. Each use has its own stream and its own indices, so that what one
/// draws never shifts what another draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Directions of the gradient estimator; indices: layer, step within the layer.
    Directions,
    /// Directions along which a layer's smoothing radius is chosen; indices: layer, 0.
    Probes,
    /// Order of the training samples; indices: layer, epoch within the layer.
    Batches,
    /// Wrong labels that are shown to a layer; indices: layer, step within the layer.
    Negatives,
    /// Prototypes of a local goal; indices: layer, 0 (or the channel of a convolutional layer).
    Prototypes,
    /// Weights of a digital network before training; indices: layer, 0.
    Weights,
    /// Fixed random projections of a convolutional layer; indices: layer, channel.
    Projections,
    /// Points at which a function to fit is sampled; indices: 0 for training, 1 for test, 0.
    FunctionInputs,
    /// Noise on the training targets of a function to fit; indices: 0, 0.
    FunctionNoise,
}

impl Stream {
    /// The name from which the stream is derived; a change of it changes every result.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Directions => "directions",
            Self::Probes => "probes",
            Self::Batches => "batches",
            Self::Negatives => "negatives",
            Self::Prototypes => "prototypes",
            Self::Weights => "initial-weights",
            Self::Projections => "projections",
            Self::FunctionInputs => "function-inputs",
            Self::FunctionNoise => "function-noise",
        }
    }

    /// This stream of `streams` for a layer and a step (or epoch).
    pub fn derive(self, streams: &Streams, layer: usize, step: usize) -> numerics::Stream {
        streams.derive(self.name(), layer as u64, step as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn every_name_and_index_has_its_own_numbers() {
        let streams = Streams::new(5);
        let mut first = Vec::new();
        for stream in [
            Stream::Directions,
            Stream::Probes,
            Stream::Batches,
            Stream::Negatives,
            Stream::Prototypes,
            Stream::Weights,
            Stream::Projections,
            Stream::FunctionInputs,
            Stream::FunctionNoise,
        ] {
            for (layer, step) in [(0, 0), (0, 1), (1, 0)] {
                first.push(stream.derive(&streams, layer, step).next_u64());
            }
        }
        first.sort_unstable();
        first.dedup();
        assert_eq!(first.len(), 27);
    }
}
