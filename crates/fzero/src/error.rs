//! Why a training run could not be done.

use crate::black_box::DeviceError;
use thiserror::Error;

/// A failed training run. Layers are numbered from 0, epochs from 1.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum TrainError {
    /// The device refused or failed.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A number became NaN or infinite while a layer was trained.
    #[error(
        "layer {}, epoch {epoch}: the {what} became NaN or infinite; lower the learning rate, \
         or look for a readout that is not finite",
        .layer + 1
    )]
    NonFinite {
        /// The layer in training, 0-based; messages count from 1.
        layer: usize,
        /// Its epoch.
        epoch: usize,
        /// What is not finite.
        what: &'static str,
    },
    /// All readouts of a whole batch are zero.
    #[error(
        "layer {}, epoch {epoch}: all readouts of a batch are zero, so the local loss has no \
         direction; give the layer more light (source power, loss, activation gain) or a finer ADC",
        .layer + 1
    )]
    ReadoutsDead {
        /// The layer in training, 0-based; messages count from 1.
        layer: usize,
        /// Its epoch.
        epoch: usize,
    },
    /// A readout was NaN or infinite during an evaluation.
    #[error("layer {}: a readout is NaN or infinite, so there is no prediction", .layer + 1)]
    ReadoutNotFinite {
        /// The layer read, 0-based; messages count from 1.
        layer: usize,
    },
    /// A set of samples is empty.
    #[error("the {what} holds no sample")]
    NoSamples {
        /// Which set.
        what: &'static str,
    },
    /// A length does not fit.
    #[error("{what}: {found} where {expected} are needed")]
    WrongLength {
        /// What was passed.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that fits.
        expected: usize,
    },
    /// A label is not the number of a class.
    #[error("sample {index} has label {label}: there are {classes} classes, numbered from 0")]
    LabelOutOfRange {
        /// Which sample of its set.
        index: usize,
        /// Its label.
        label: u16,
        /// Number of classes.
        classes: usize,
    },
    /// Targets of a regression that cannot be used.
    #[error("targets of the {set}{}: {why}", .index.map_or(String::new(), |i| format!(", sample {i}")))]
    Targets {
        /// Which set.
        set: &'static str,
        /// Which sample, if it is one.
        index: Option<usize>,
        /// The reason.
        why: &'static str,
    },
    /// No prototypes with these dimensions.
    #[error("{classes} prototypes in {dimension} dimensions: {why}")]
    Prototypes {
        /// Number of classes.
        classes: usize,
        /// Readouts of the layer.
        dimension: usize,
        /// The reason.
        why: &'static str,
    },
    /// A setting is out of its range.
    #[error("{key} = {value}: {why}")]
    Setting {
        /// Name of the setting.
        key: &'static str,
        /// Its value.
        value: f64,
        /// The range, or the conflict.
        why: &'static str,
    },
    /// The gradients of the plan are those of a differentiable twin, or it has a twin that it does not use.
    #[error(
        "the plan and the access do not fit: gradients of a twin need one, measured ones have none"
    )]
    TwinNeeded,
    /// A training cannot be gone on with from a position that is not its own.
    #[error("the position is that of another training: {why}")]
    ForeignPosition {
        /// What does not fit.
        why: &'static str,
    },
    /// A layer has no parameter that may be moved.
    #[error("layer {} has no trained parameter", .layer + 1)]
    NothingToTrain {
        /// The layer, 0-based; messages count from 1.
        layer: usize,
    },
}

impl TrainError {
    /// Whether the device's budget is spent.
    pub fn is_budget_spent(&self) -> bool {
        matches!(self, Self::Device(DeviceError::BudgetSpent { .. }))
    }
}

/// Refuses a length other than `expected`.
pub(crate) fn check_length(
    what: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), TrainError> {
    if found == expected {
        Ok(())
    } else {
        Err(TrainError::WrongLength {
            what,
            found,
            expected,
        })
    }
}

/// Refuses a value that is not a finite number above 0.
pub(crate) fn check_positive(key: &'static str, value: f64) -> Result<(), TrainError> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(TrainError::Setting {
            key,
            value,
            why: "must be a finite number above 0",
        })
    }
}

/// Refuses a size of 0.
pub(crate) fn check_count(key: &'static str, count: usize) -> Result<(), TrainError> {
    if count > 0 {
        return Ok(());
    }
    Err(TrainError::Setting {
        key,
        value: 0.0,
        why: "must be at least 1",
    })
}
