//! The training.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Which layers are trained together, and where gradients come from (Guo et al., arXiv:2603.24790).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Solver {
    /// Layer by layer, gradients measured on the device: FFzero.
    FfDd,
    /// Layer by layer, gradients of a twin.
    FfAd,
    /// Layer by layer, forward on the device and backward on a twin (doi:10.1038/s41586-021-04223-6).
    FfPat,
    /// Layer by layer, gradients measured inside of the chip (arXiv:1805.09943, arXiv:2205.08501).
    FfInsitu,
    /// All layers at once, gradients measured on the device.
    BpDd,
    /// All layers at once, gradients of a twin.
    BpAd,
    /// All layers at once, forward on the device and backward on a twin.
    BpPat,
    /// All layers at once, gradients measured inside of the chip.
    BpInsitu,
}

impl Solver {
    /// Whether all layers are trained at once, for the readouts of the last.
    pub fn is_global(self) -> bool {
        matches!(self, Self::BpDd | Self::BpAd | Self::BpPat | Self::BpInsitu)
    }

    /// Its name in a configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FfDd => "ff-dd",
            Self::FfAd => "ff-ad",
            Self::FfPat => "ff-pat",
            Self::FfInsitu => "ff-insitu",
            Self::BpDd => "bp-dd",
            Self::BpAd => "bp-ad",
            Self::BpPat => "bp-pat",
            Self::BpInsitu => "bp-insitu",
        }
    }

    /// Whether it is handed a differentiable twin.
    pub fn has_twin(self) -> bool {
        !matches!(self, Self::FfDd | Self::BpDd) && !self.is_in_situ()
    }

    /// Whether it measures inside of the chip.
    pub fn is_in_situ(self) -> bool {
        matches!(self, Self::FfInsitu | Self::BpInsitu)
    }
}

impl fmt::Display for Solver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// In which order layers are trained that each have a loss of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LayerOrder {
    /// One after another.
    InTurn,
    /// All of them in the same passes.
    InParallel,
}

/// A differentiable model of the chip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TwinModel {
    /// What it knows.
    pub knowledge: TwinKnowledge,
    /// Settings of all phases at which the die is measured, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub programmings: Option<usize>,
    /// Samples at each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<usize>,
    /// Iterations of the fit for each layer at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations: Option<usize>,
}

/// Training on the device after that on a twin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FineTune {
    /// Epochs for each layer, at least 1.
    pub epochs: usize,
    /// Step size at the start of a layer, above 0.
    pub learning_rate: f64,
    /// How it changes.
    pub schedule: FineTuneSchedule,
}

/// Step size over a layer's fine-tuning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FineTuneSchedule {
    /// Always the same.
    Constant,
    /// Half a cosine down to 0.
    Cosine,
}

/// What a twin knows of the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TwinKnowledge {
    /// The ideal circuit.
    Design,
    /// What a fit to measurements says.
    Calibration,
    /// The die as it is.
    Truth,
}

/// Measurements inside of the chip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InSitu {
    /// Of which powers a gradient is formed.
    pub interference: Interference,
}

/// Powers of which a gradient is formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interference {
    /// Forward and returning light together, in two opposite phases.
    OppositePhases,
    /// Forward light, backward light, both together.
    ThreeIntensities,
}

/// How the layers are trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// What is trained together, and from what.
    pub solver: Solver,
    /// In which order, for a solver that trains each layer for its own readouts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<LayerOrder>,
    /// The twin, for a solver that has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub twin: Option<TwinModel>,
    /// How a chip is measured inside, for a solver that does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_situ: Option<InSitu>,
    /// The training on the device after that on the twin, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fine_tune: Option<FineTune>,
    /// Passes over the training set for each layer, at least 1.
    pub epochs: usize,
    /// Samples per step, at least 1.
    pub batch: usize,
    /// Epochs between evaluations; 0: only at a layer's end.
    pub evaluate_every: usize,
    /// Whether the output phases gamma are trained; of a chip.
    #[serde(default)]
    pub train_output_screen: bool,
    /// How the gradient is estimated, where it is measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimator: Option<Estimator>,
    /// The loss of a layer that is read; of images.
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
    /// Random directions per step, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directions: Option<usize>,
    /// Their distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub law: Option<DirectionLaw>,
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
    /// The central one along each phase in turn.
    Coordinate,
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

/// Loss of a layer: on the cosines of its readouts with the prototypes, or on the readouts themselves.
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
    /// Cross-entropy of the softmax of the first readouts, one per class.
    CrossEntropy {
        /// Logits per A of photocurrent, above 0.
        logit_scale_per_a: f64,
    },
    /// Positive and negative samples told apart by the share of light in the first half of the ports.
    Goodness {
        /// Between 0 and 1.
        threshold: f64,
        /// Logits per goodness, above 0.
        sharpness: f64,
        /// Where the label of class 0 is shown.
        label_port: usize,
        /// In (0, 1].
        label_amplitude: f64,
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
