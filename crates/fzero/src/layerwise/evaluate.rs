//! Accuracy of layers and of their vote.

use super::VoteRule;
use crate::black_box::{BlackBox, Purpose, Samples, Tap};
use crate::data::Split;
use crate::error::TrainError;
use crate::goal::{GoalScratch, LocalGoal};
use crate::label_input::LabelInput;
use crate::target::Target;
use serde::{Deserialize, Serialize};

/// Samples per evaluation pass; it bounds the memory.
pub const EVALUATION_CHUNK: usize = 512;

/// Samples that an evaluation sends in one pass: [`EVALUATION_CHUNK`], less where each is sent with every label.
pub(super) fn samples_per_pass(labels: Option<&LabelInput>) -> usize {
    (EVALUATION_CHUNK / labels.map_or(1, |labels| labels.classes.max(1))).max(1)
}

/// How well a network predicts. A score is the share of right predictions; where labels are numbers it is
/// R^2 (see [`Target`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkAccuracy {
    /// Score of each layer.
    pub layers: Vec<f64>,
    /// Score of the vote; of the mean over the layers where labels are numbers.
    pub vote: f64,
    /// Samples behind each score.
    pub samples: usize,
    /// Votes: row = label, column = predicted class; empty where labels are numbers.
    pub confusion: Vec<Vec<u32>>,
}

/// Sends `split` through the network once, as it is programmed, and reads all layers in that pass.
///
/// `width`: values per sample; `goals`: one per layer of the device, all with the same classes; `labels`: how
/// candidates are shown, where the goals judge them: each sample is then sent once with each.
///
/// # Errors
/// Lengths that do not fit, an empty split, a readout that is no number, or a failing device.
pub fn evaluate<Y: Target>(
    device: &mut dyn BlackBox,
    split: &Split<'_, Y>,
    width: usize,
    goals: &[Box<dyn LocalGoal<Y>>],
    rule: VoteRule,
    labels: Option<&LabelInput>,
) -> Result<NetworkAccuracy, TrainError> {
    let classes = goals.first().map_or(0, |goal| goal.classes());
    let layers: Vec<usize> = (0..goals.len()).collect();
    let mut predictions = vec![Vec::with_capacity(split.samples()); goals.len()];
    let mut voted = Vec::with_capacity(split.samples());
    let mut votes = Vec::new();
    Evaluator::new(labels).sweep(device, split, width, goals, &layers, |scores| {
        for (predictions, scores) in predictions.iter_mut().zip(scores) {
            predictions.push(Y::predict(scores));
        }
        voted.push(Y::combine(rule, scores, &mut votes));
    })?;
    let score = |predictions: &[Y]| {
        Y::score(predictions, split.labels).ok_or(TrainError::NoSamples {
            what: "evaluated set",
        })
    };
    Ok(NetworkAccuracy {
        layers: predictions
            .iter()
            .map(|p| score(p))
            .collect::<Result<_, _>>()?,
        vote: score(&voted)?,
        samples: split.samples(),
        confusion: Y::confusion(&voted, split.labels, classes),
    })
}

/// Buffers of evaluations.
#[derive(Default)]
pub(super) struct Evaluator {
    readouts: Vec<Vec<f32>>,
    scores: Vec<Vec<f64>>,
    scratch: GoalScratch,
    labels: Option<LabelInput>,
    shown: Vec<f32>,
}

impl Evaluator {
    pub(super) fn new(labels: Option<&LabelInput>) -> Self {
        Self {
            labels: labels.copied(),
            ..Self::default()
        }
    }

    /// Score of each of `layers` on a split, as the device is programmed, read in the same passes.
    pub(super) fn layer_scores<Y: Target>(
        &mut self,
        device: &mut dyn BlackBox,
        split: &Split<'_, Y>,
        width: usize,
        goals: &[Box<dyn LocalGoal<Y>>],
        layers: &[usize],
    ) -> Result<Vec<Option<f64>>, TrainError> {
        let mut predictions = vec![Vec::with_capacity(split.samples()); layers.len()];
        self.sweep(device, split, width, goals, layers, |scores| {
            for (predictions, scores) in predictions.iter_mut().zip(scores) {
                predictions.push(Y::predict(scores));
            }
        })?;
        let scores = predictions.iter().map(|own| Y::score(own, split.labels));
        Ok(scores.collect())
    }

    /// Calls `each` with the scores of every sample in turn, one slice per entry of `layers`.
    fn sweep<Y: Target>(
        &mut self,
        device: &mut dyn BlackBox,
        split: &Split<'_, Y>,
        width: usize,
        goals: &[Box<dyn LocalGoal<Y>>],
        layers: &[usize],
        mut each: impl FnMut(&[&[f64]]),
    ) -> Result<(), TrainError> {
        self.readouts.resize_with(layers.len(), Vec::new);
        self.scores.resize_with(layers.len(), Vec::new);
        let (candidates, labels) = (self.labels.map_or(1, |x| x.classes), self.labels);
        let chunk = samples_per_pass(labels.as_ref()) * width.max(1);
        for values in split.values.chunks(chunk) {
            let count = Samples { values, width }.count();
            let mut values = values;
            if let Some(labels) = &labels {
                self.shown.clear();
                for sample in values.chunks_exact(width.max(1)) {
                    for class in 0..labels.classes as u16 {
                        labels.show(sample, class, &mut self.shown);
                    }
                }
                values = &self.shown;
            }
            let samples = Samples { values, width };
            let mut taps = Vec::with_capacity(layers.len());
            for (&layer, readouts) in layers.iter().zip(&mut self.readouts) {
                readouts.resize(count * candidates * goals[layer].readouts(), 0.0);
                taps.push(Tap { layer, readouts });
            }
            device.query(samples, &mut taps, Purpose::Evaluation)?;
            for ((&layer, readouts), scores) in
                layers.iter().zip(&self.readouts).zip(&mut self.scores)
            {
                scores.resize(count * goals[layer].classes(), 0.0);
                goals[layer].scores(readouts, scores, &mut self.scratch)?;
                if !crate::vector::all_finite(scores) {
                    return Err(TrainError::ReadoutNotFinite { layer });
                }
            }
            let mut rows: Vec<&[f64]> = Vec::with_capacity(layers.len());
            for sample in 0..count {
                rows.clear();
                rows.extend(self.scores.iter().map(|scores| {
                    let classes = scores.len() / count;
                    &scores[sample * classes..][..classes]
                }));
                each(&rows);
            }
        }
        Ok(())
    }
}
