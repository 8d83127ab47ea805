//! What a network should say of a sample: a class, or a number.

use crate::data::check_labels;
use crate::error::TrainError;
use crate::layerwise::VoteRule;
use crate::metrics::{accuracy, argmax, confusion, r_squared};
use std::fmt::Debug;

mod sealed {
    pub trait Sealed {}

    impl Sealed for u16 {}
    impl Sealed for f64 {}
}

/// The label of a sample and at once a prediction of it: a class from 0 (`u16`), judged by the share of
/// right predictions, or a number (`f64`), judged by R^2. All that training and evaluation do
/// differently for the two is here.
pub trait Target: sealed::Sealed + Copy + Debug + Send + Sync + 'static {
    /// Checks the labels of a set, whose name is `set`.
    ///
    /// # Errors
    /// A label that is no class of `classes`; a target that is not finite, targets that are all equal,
    /// or `classes` other than 1.
    fn check(set: &'static str, labels: &[Self], classes: usize) -> Result<(), TrainError>;

    /// The class, where it is one.
    fn class(self) -> Option<u16>;

    /// The prediction from the scores of one layer for one sample.
    fn predict(scores: &[f64]) -> Self;

    /// The prediction from the scores of all layers; `votes` is scratch. For numbers
    /// [`VoteRule::AllLayers`] is the mean over the layers, and [`VoteRule::Published`] the last layer:
    /// the published code has no vote there (it compares the targets with themselves).
    fn combine(rule: VoteRule, scores: &[&[f64]], votes: &mut Vec<u32>) -> Self;

    /// The score of predictions: share of right ones, or R^2, where it can be formed.
    fn score(predictions: &[Self], labels: &[Self]) -> Option<f64>;

    /// Counts of label (row) and prediction (column); empty for numbers.
    fn confusion(predictions: &[Self], labels: &[Self], classes: usize) -> Vec<Vec<u32>>;

    /// The score over training measurements with this mean loss and this share of right ones. The loss
    /// of a goal for numbers is a mean squared error: R^2 = 1 - loss / variance of the labels.
    fn score_of_measurements(loss: f64, right: f64, labels: &[Self]) -> f64;
}

impl Target for u16 {
    fn check(_set: &'static str, labels: &[Self], classes: usize) -> Result<(), TrainError> {
        check_labels(labels, classes)
    }

    fn class(self) -> Option<u16> {
        Some(self)
    }

    fn predict(scores: &[f64]) -> Self {
        argmax(scores)
    }

    fn combine(rule: VoteRule, scores: &[&[f64]], votes: &mut Vec<u32>) -> Self {
        rule.predict(scores, votes)
    }

    fn score(predictions: &[Self], labels: &[Self]) -> Option<f64> {
        accuracy(predictions, labels)
    }

    fn confusion(predictions: &[Self], labels: &[Self], classes: usize) -> Vec<Vec<u32>> {
        confusion(predictions, labels, classes)
    }

    fn score_of_measurements(_loss: f64, right: f64, _labels: &[Self]) -> f64 {
        right
    }
}

impl Target for f64 {
    fn check(set: &'static str, labels: &[Self], classes: usize) -> Result<(), TrainError> {
        let refuse = |index, why| Err(TrainError::Targets { set, index, why });
        if classes != 1 {
            return refuse(None, "there is one target per sample, so classes = 1");
        }
        if let Some(index) = labels.iter().position(|y| !y.is_finite()) {
            return refuse(Some(index), "it is NaN or infinite");
        }
        match labels.first() {
            Some(first) if labels.iter().all(|y| y == first) => {
                refuse(None, "all are equal, so there is no R^2")
            }
            _ => Ok(()),
        }
    }

    fn class(self) -> Option<u16> {
        None
    }

    fn predict(scores: &[f64]) -> Self {
        scores.first().copied().unwrap_or(f64::NAN)
    }

    fn combine(rule: VoteRule, scores: &[&[f64]], _votes: &mut Vec<u32>) -> Self {
        match rule {
            VoteRule::AllLayers | VoteRule::Accumulated => {
                let scores = rule.judged(scores);
                let sum: f64 = scores.iter().map(|scores| Self::predict(scores)).sum();
                sum / scores.len() as f64
            }
            VoteRule::Published | VoteRule::LastLayer => {
                scores.last().map_or(f64::NAN, |last| Self::predict(last))
            }
        }
    }

    fn score(predictions: &[Self], labels: &[Self]) -> Option<f64> {
        r_squared(predictions, labels)
    }

    fn confusion(_predictions: &[Self], _labels: &[Self], _classes: usize) -> Vec<Vec<u32>> {
        Vec::new()
    }

    fn score_of_measurements(loss: f64, _right: f64, labels: &[Self]) -> f64 {
        let count = labels.len() as f64;
        let mean = labels.iter().sum::<f64>() / count;
        let variance = labels.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / count;
        1.0 - loss / variance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_averaged_over_layers_or_taken_from_the_last() {
        let scores: [&[f64]; 3] = [&[0.5], &[0.25], &[-0.15]];
        let combine = |rule| f64::combine(rule, &scores, &mut Vec::new());
        assert!((combine(VoteRule::AllLayers) - 0.2).abs() < 2.0 * f64::EPSILON);
        assert_eq!(combine(VoteRule::Published), -0.15);
    }

    #[test]
    fn targets_without_a_score_are_refused() {
        let why = |labels: &[f64], classes| f64::check("training set", labels, classes);
        assert_eq!(why(&[0.5, -0.5], 1), Ok(()));
        for (labels, classes, expected) in [
            (&[0.5, f64::NAN][..], 1, Some(1)),
            (&[0.5, 0.5], 1, None),
            (&[0.5, -0.5], 2, None),
        ] {
            match why(labels, classes) {
                Err(TrainError::Targets { index, .. }) => assert_eq!(index, expected),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn the_score_of_measurements_is_the_score() {
        let (labels, predictions) = ([0.1, 0.7, -0.4, 0.2], [0.0, 0.5, -0.5, 0.3]);
        let squares = labels
            .iter()
            .zip(&predictions)
            .map(|(y, p): (&f64, &f64)| (y - p).powi(2));
        let loss = squares.sum::<f64>() / 4.0;
        let found = f64::score_of_measurements(loss, 0.0, &labels);
        let expected = f64::score(&predictions, &labels).unwrap();
        assert!((found - expected).abs() < 8.0 * f64::EPSILON);
    }
}
