//! What an experiment learns from: images with classes, or samples of a function.

use crate::caution::{self, Caution};
use crate::dataset::{DataFile, Dataset, FunctionSamples};
use crate::record::summary::Score;
use fzero::baseline::{self, DifferentiableTwin};
use fzero::goal::LocalGoal;
use fzero::layerwise::{self, GradientSource, LayerwisePlan, Outcome, Start};
use fzero::{MeteredTappedBox, Observer, Target, TrainError};
use numerics::Streams;

/// Data with the local goals of all layers.
pub(super) enum Task {
    /// Images to classify.
    Classes {
        data: Box<Dataset>,
        goals: Vec<Box<dyn LocalGoal>>,
    },
    /// Numbers to predict.
    Numbers {
        data: Box<FunctionSamples>,
        goals: Vec<Box<dyn LocalGoal<f64>>>,
    },
}

impl Task {
    /// What its figures are.
    pub(super) fn score(&self) -> Score {
        match self {
            Self::Classes { .. } => Score::Accuracy,
            Self::Numbers { .. } => Score::R2,
        }
    }

    /// The data in a line.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Classes { data, .. } => data.to_string(),
            Self::Numbers { data, .. } => data.to_string(),
        }
    }

    /// Training images of each class.
    pub(super) fn shown_per_class(&self) -> Option<String> {
        match self {
            Self::Classes { data, .. } => Some(data.shown_per_class()),
            Self::Numbers { .. } => None,
        }
    }

    pub(super) fn sha256(&self) -> &str {
        match self {
            Self::Classes { data, .. } => &data.sha256,
            Self::Numbers { data, .. } => &data.sha256,
        }
    }

    pub(super) fn source(&self) -> String {
        match self {
            Self::Classes { data, .. } => data.source.clone(),
            Self::Numbers { .. } => FunctionSamples::SOURCE.into(),
        }
    }

    /// Empty where there is nothing to license.
    pub(super) fn licence(&self) -> String {
        match self {
            Self::Classes { data, .. } => data.licence.clone(),
            Self::Numbers { .. } => String::new(),
        }
    }

    pub(super) fn files(&self) -> Vec<DataFile> {
        match self {
            Self::Classes { data, .. } => data.files.clone(),
            Self::Numbers { .. } => Vec::new(),
        }
    }

    /// Memory that reading the data took at most, in bytes.
    pub(super) fn read_bytes(&self) -> u64 {
        match self {
            Self::Classes { data, .. } => data.read_bytes,
            Self::Numbers { .. } => 0,
        }
    }

    /// Numbers of training and of test samples.
    pub(super) fn counts(&self) -> (usize, usize) {
        match self {
            Self::Classes { data, .. } => (data.train.count(), data.test.count()),
            Self::Numbers { data, .. } => {
                (data.data.train_targets.len(), data.data.test_targets.len())
            }
        }
    }

    /// The training samples, row-major, and the numbers of each.
    pub(super) fn training(&self) -> (&[f32], usize) {
        match self {
            Self::Classes { data, .. } => (&data.train.values, data.width),
            Self::Numbers { data, .. } => (&data.data.train_values, data.data.width),
        }
    }

    pub(super) fn caution(&self) -> Option<Caution> {
        match self {
            Self::Classes { data, .. } => caution::of_data(data),
            Self::Numbers { .. } => None,
        }
    }

    /// [`layerwise::train`], with a twin [`baseline::train`], or [`baseline::train_in_situ`].
    pub(super) fn train(
        &self,
        device: &mut dyn MeteredTappedBox,
        twin: Option<&mut dyn DifferentiableTwin>,
        start: Start,
        plan: &LayerwisePlan,
        streams: &Streams,
        observer: &mut dyn Observer,
    ) -> Result<Outcome, TrainError> {
        let how = (plan, streams, observer);
        match self {
            Self::Classes { data, goals } => train(device, twin, &data.view(), goals, start, how),
            Self::Numbers { data, goals } => {
                train(device, twin, &data.data.dataset(), goals, start, how)
            }
        }
    }
}

fn train<Y: Target>(
    device: &mut dyn MeteredTappedBox,
    twin: Option<&mut dyn DifferentiableTwin>,
    data: &fzero::Dataset<'_, Y>,
    goals: &[Box<dyn LocalGoal<Y>>],
    start: Start,
    (plan, streams, observer): (&LayerwisePlan, &Streams, &mut dyn Observer),
) -> Result<Outcome, TrainError> {
    match twin {
        None if matches!(plan.gradient, GradientSource::InSitu { .. }) => {
            baseline::train_in_situ(device, data, goals, start, plan, streams, observer)
        }
        None => layerwise::train(device, data, goals, start, plan, streams, observer),
        Some(twin) => baseline::train(device, twin, data, goals, start, plan, streams, observer),
    }
}
