//! The training.

use serde::{Deserialize, Serialize};

/// How each layer is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Passes over the training set for each layer, at least 1.
    pub epochs: usize,
    /// Samples per step, at least 1.
    pub batch: usize,
    /// Epochs between evaluations; 0: only at a layer's end.
    pub evaluate_every: usize,
    /// Whether the output phases gamma are trained; of a chip.
    #[serde(default)]
    pub train_output_screen: bool,
    /// How the gradient is estimated.
    pub estimator: Estimator,
    /// The local loss; of images.
    #[serde(default)]
    pub goal: Goal,
    /// The update.
    pub optimizer: Optimizer,
}

/// Gradient from differences of the loss along random directions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimator {
    /// Which difference.
    pub kind: EstimatorKind,
    /// Directions per step, at least 1.
    pub directions: usize,
    /// Their distribution.
    pub law: DirectionLaw,
    /// Length of the step along a direction, in rad; or one of the next two says it.
    pub smoothing_radius_rad: Option<f64>,
    /// Root mean square step of a phase, in steps of the heaters' converters.
    pub smoothing_radius_dac_steps: Option<f64>,
    /// That it is measured.
    pub smoothing_radius: Option<MeasuredRadius>,
    /// Losses measured at a layer's start for the noise of their difference, where the radius is given.
    pub noise_repeats: usize,
    /// How the radius is measured, where it is.
    pub auto: Option<AutoRadius>,
}

/// A radius that is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeasuredRadius {
    /// Measured at the start of each layer.
    Auto,
}

/// How the radius is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AutoRadius {
    /// Wanted ratio of the loss difference to its noise.
    pub ratio: f64,
    /// Losses measured for the noise.
    pub repeats: usize,
    /// Directions probed for the slope.
    pub probes: usize,
    /// In rad.
    pub smallest_rms_rad: f64,
    /// In rad.
    pub largest_rms_rad: f64,
}

/// Which difference is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EstimatorKind {
    /// (l(p + e d) - l(p - e d)) / 2e.
    Central,
    /// (l(p + e d) - l(p)) / e.
    OneSided,
}

/// Distribution of directions before they are scaled to unit length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DirectionLaw {
    /// Standard normal entries.
    Gaussian,
    /// Entries +1 or -1.
    Rademacher,
}

/// Local loss of a layer on the cosines of its readouts with the prototypes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Goal {
    /// 1 - cosine with the true class's prototype.
    #[default]
    Cosine,
    /// Cross-entropy of the softmax.
    Softmax {
        /// Divisor of the cosines, above 0.
        temperature: f64,
    },
    /// Sum over classes of max(0, margin + cosine - cosine of the true class).
    Margin {
        /// The margin, 0 to 2.
        margin: f64,
    },
}

/// How parameters are moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Optimizer {
    /// The rule.
    #[serde(flatten)]
    pub rule: UpdateRule,
    /// Step size at the start of a layer, above 0.
    pub learning_rate: f64,
    /// How it changes over a layer's training.
    #[serde(flatten)]
    pub schedule: Schedule,
}

/// Update rules.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum UpdateRule {
    /// Against the gradient.
    Sgd {
        /// Whether a group's step is multiplied by its number of parameters.
        dimension_scaling: bool,
        /// Share of the last update that is kept, 0 to below 1.
        momentum: f64,
    },
    /// arXiv:1412.6980.
    Adam {
        /// Decay of the mean, 0 to below 1.
        beta1: f64,
        /// Decay of the mean square, 0 to below 1.
        beta2: f64,
        /// Added to the root of the mean square, above 0.
        epsilon: f64,
    },
}

/// Step size over a layer's training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "schedule", rename_all = "kebab-case")]
pub enum Schedule {
    /// Always the same.
    Constant,
    /// Half a cosine downwards.
    Cosine {
        /// What is left at the end, 0 to 1.
        final_fraction: f64,
    },
}
