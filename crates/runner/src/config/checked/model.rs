//! What is trained.

use serde::{Deserialize, Serialize};

/// What is trained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Model {
    /// The chip.
    Mesh,
    /// Dense layers computed in numbers.
    Mlp(Mlp),
    /// Convolutional layers computed in numbers, dense ones behind them.
    Cnn(Cnn),
}

impl Model {
    /// Whether it is the chip: otherwise nothing is made of [`super::Config::chip`] and
    /// [`super::Config::process`].
    pub fn is_chip(&self) -> bool {
        matches!(self, Self::Mesh)
    }

    /// Its name in a file.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mesh => "mesh",
            Self::Mlp(_) => "mlp",
            Self::Cnn(_) => "cnn",
        }
    }
}

/// Dense layers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mlp {
    /// Outputs of each layer, each 1 to 65,536.
    pub widths: Vec<usize>,
    /// Whether max(0, y) stands between them.
    pub activation_between_layers: bool,
    /// Which parameters share a direction.
    pub grouping: Grouping,
}

/// Convolutional layers, dense ones behind them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cnn {
    /// Channels that each convolutional layer yields, each 1 to 65,536.
    pub channels: Vec<usize>,
    /// Side of the filters in pixels: one, or one per convolutional layer, as the next two.
    pub kernel_pixels: Vec<usize>,
    /// Zeros around the image in pixels.
    pub padding_pixels: Vec<usize>,
    /// Side of the windows of the pooling in pixels.
    pub pooling_pixels: Vec<usize>,
    /// Readouts of each channel, 1 to 65,536.
    pub dimension: usize,
    /// Outputs of each dense layer, each 1 to 65,536.
    pub dense_widths: Vec<usize>,
    /// Training images whose moments evaluations use; 0: those of each query.
    pub reference_images: usize,
    /// Which parameters share a direction.
    pub grouping: Grouping,
}

impl Cnn {
    /// Side of the filters of a convolutional layer in pixels.
    pub fn kernel(&self, layer: usize) -> usize {
        of(&self.kernel_pixels, layer)
    }

    /// Zeros around its image in pixels.
    pub fn padding(&self, layer: usize) -> usize {
        of(&self.padding_pixels, layer)
    }

    /// Side of the windows of its pooling in pixels.
    pub fn pooling(&self, layer: usize) -> usize {
        of(&self.pooling_pixels, layer)
    }
}

/// The size of a layer, where there is one for all or one for each.
fn of(sizes: &[usize], layer: usize) -> usize {
    let size = sizes.get(layer).or(sizes.last());
    size.copied().unwrap_or_default()
}

/// Which parameters of a digital layer share a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grouping {
    /// All of them.
    Layer,
    /// Weights, biases, and those of each channel have one each.
    Kinds,
}
