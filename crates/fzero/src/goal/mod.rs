//! Local goals: what one layer's readouts should look like, judged from the readouts alone.

mod cosine;
mod cross_entropy;
mod goodness;
mod gradient;
mod kernel;
mod margin;
mod per_channel;
mod prototypes;
mod regression;
mod softmax;

pub use cosine::CosineGoal;
pub use cross_entropy::CrossEntropy;
pub use goodness::Goodness;
pub use kernel::GoalScratch;
pub use margin::MarginGoal;
pub use per_channel::PerChannel;
pub use prototypes::Prototypes;
pub use regression::RegressionCosine;
pub use softmax::SoftmaxCosine;

use crate::error::{TrainError, check_length};
use numerics::Level;

/// A loss on the readouts of one layer, and scores from which a class is predicted (`Y` = `u16`), or one
/// score that is the prediction of a number (`Y` = `f64`; the loss is then a mean squared error).
pub trait LocalGoal<Y = u16>: Send + Sync {
    /// Scores per sample: number of classes, or 1 for numbers.
    fn classes(&self) -> usize;

    /// Readouts per sample.
    fn readouts(&self) -> usize;

    /// Labels with which a sample is shown one after another to be scored; 1 (the default) where it is shown
    /// without. See [`Goodness`].
    fn candidates(&self) -> usize {
        1
    }

    /// Mean loss of a batch. `readouts`: `labels.len()` x `readouts()`, row-major, any scale.
    ///
    /// A readout that is NaN or infinite makes the loss NaN.
    ///
    /// # Errors
    /// A length that does not fit, a label that is no class, or an empty batch.
    fn loss(
        &self,
        readouts: &[f32],
        labels: &[Y],
        scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError>;

    /// The loss, and its derivative by each readout, for which the goal of a differentiable model is asked:
    /// writes dL/d readout of the batch's mean loss to `cotangents`, of the length of `readouts`. At a kink
    /// of the loss either side's slope; zeros for a sample whose readouts are all 0 under a goal that does
    /// not depend on their scale.
    ///
    /// # Errors
    /// As [`LocalGoal::loss`].
    fn gradient(
        &self,
        readouts: &[f32],
        labels: &[Y],
        cotangents: &mut [f64],
        scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError>;

    /// Writes samples x `classes()` scores, row-major; the class with the largest score is predicted,
    /// the lowest one of equals.
    ///
    /// # Errors
    /// A length that does not fit.
    fn scores(
        &self,
        readouts: &[f32],
        scores: &mut [f64],
        scratch: &mut GoalScratch,
    ) -> Result<(), TrainError>;
}

/// The loss of a batch and what the same sweep counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BatchLoss {
    /// Mean over the samples.
    pub loss: f64,
    /// Samples whose class has the largest score; 0 where labels are numbers.
    pub correct: usize,
    /// Samples with nothing but zero readouts; their cosines are 0.
    pub dead: usize,
}

/// The losses of samples from their cosines with the prototypes.
trait CosineLoss: Send + Sync {
    fn prototypes(&self) -> &Prototypes;

    fn table(&self) -> &kernel::ClassTable;

    /// Losses of eight samples. `cosines`: for each class one per sample, which may be overwritten;
    /// `own`: those with each sample's own class. Called inside `vectorize`, so it must be
    /// `#[inline(always)]`.
    fn losses(
        &self,
        cosines: &mut [kernel::Lanes],
        own: &kernel::Lanes,
        losses: &mut kernel::Lanes,
    );

    /// dl/dc of one sample by each of its cosines, `own` that of its class.
    fn slopes(&self, cosines: &[f64], own: usize, slopes: &mut [f64]);
}

/// [`LocalGoal::loss`] at a given SIMD level.
fn loss_at<G: CosineLoss>(
    level: Level,
    goal: &G,
    readouts: &[f32],
    labels: &[u16],
    scratch: &mut GoalScratch,
) -> Result<BatchLoss, TrainError> {
    let prototypes = goal.prototypes();
    if labels.is_empty() {
        return Err(TrainError::NoSamples { what: "batch" });
    }
    let expected = labels.len() * prototypes.dimension();
    check_length("readouts of the batch", readouts.len(), expected)?;
    crate::data::check_labels(labels, prototypes.classes())?;
    Ok(level.vectorize(
        #[inline(always)]
        || kernel::batch_loss(goal, readouts, labels, scratch),
    ))
}

impl<G: CosineLoss> LocalGoal for G {
    fn classes(&self) -> usize {
        self.prototypes().classes()
    }

    fn readouts(&self) -> usize {
        self.prototypes().dimension()
    }

    fn loss(
        &self,
        readouts: &[f32],
        labels: &[u16],
        scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        loss_at(Level::active(), self, readouts, labels, scratch)
    }

    fn gradient(
        &self,
        readouts: &[f32],
        labels: &[u16],
        cotangents: &mut [f64],
        scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        gradient::of_cosines(self, readouts, labels, cotangents, scratch)
    }

    fn scores(
        &self,
        readouts: &[f32],
        scores: &mut [f64],
        scratch: &mut GoalScratch,
    ) -> Result<(), TrainError> {
        let classes = self.prototypes().classes();
        let samples = scores.len() / classes;
        check_length("scores", scores.len(), samples * classes)?;
        let expected = samples * self.prototypes().dimension();
        check_length("readouts of the batch", readouts.len(), expected)?;
        numerics::vectorize(
            #[inline(always)]
            || kernel::batch_scores(self.table(), readouts, scores, scratch),
        );
        Ok(())
    }
}

/// What each cosine goal's test needs: a plain f64 oracle, and the same bits on every level.
#[cfg(test)]
mod oracle {
    use super::*;
    use numerics::Streams;
    use numerics::normal::fill_standard_normal;

    pub(super) fn prototypes(classes: usize, dimension: usize) -> Prototypes {
        let mut stream = Streams::new(4).derive("prototypes", 0, 0);
        Prototypes::simplex(classes, dimension, &mut stream).unwrap()
    }

    /// Checks `goal` against `oracle`, which gets the cosines of one sample and its label. The
    /// tolerance is that of `dimension` f64 additions, times `stretch` for the oracle's own slope.
    pub(super) fn check<G: CosineLoss>(
        goal: &G,
        stretch: f64,
        oracle: impl Fn(&[f64], usize) -> f64,
    ) {
        let (classes, dimension) = (goal.classes(), goal.readouts());
        let mut scratch = GoalScratch::default();
        for samples in [1, 7, 8, 21] {
            let mut noise = vec![0.0; samples * dimension];
            let mut stream = Streams::new(9).derive("readouts", samples as u64, 0);
            fill_standard_normal(&mut stream, &mut noise);
            // Scales down to where the square of an f32 would vanish.
            let readouts: Vec<f32> = noise
                .iter()
                .enumerate()
                .map(|(i, x)| (x * if i / dimension % 2 == 0 { 1.0 } else { 1e-25 }) as f32)
                .collect();
            let labels: Vec<u16> = (0..samples).map(|i| (i * 7 % classes) as u16).collect();
            let (mut sum, mut correct) = (0.0, 0);
            let mut expected_scores = Vec::new();
            for (row, &label) in readouts.chunks(dimension).zip(&labels) {
                let z: Vec<f64> = row.iter().map(|&z| f64::from(z)).collect();
                let norm = z.iter().map(|z| z * z).sum::<f64>().sqrt();
                let cosines: Vec<f64> = (0..classes)
                    .map(|class| {
                        let row = goal.prototypes().row(class);
                        row.iter().zip(&z).map(|(p, z)| p * z).sum::<f64>() / norm
                    })
                    .collect();
                sum += oracle(&cosines, usize::from(label));
                correct += usize::from(crate::metrics::argmax(&cosines) == label);
                expected_scores.extend(cosines);
            }
            let found = goal.loss(&readouts, &labels, &mut scratch).unwrap();
            let tolerance = stretch * 4.0 * dimension as f64 * f64::EPSILON;
            let expected = sum / samples as f64;
            assert!(
                (found.loss - expected).abs() <= tolerance,
                "{} {expected}",
                found.loss
            );
            assert_eq!((found.correct, found.dead), (correct, 0));
            for level in Level::available() {
                let mut dirty = scratch.clone();
                let other = loss_at(level, goal, &readouts, &labels, &mut dirty).unwrap();
                assert_eq!(other, found, "{level}");
            }
            let mut scores = vec![f64::NAN; samples * classes];
            goal.scores(&readouts, &mut scores, &mut scratch).unwrap();
            for (score, expected) in scores.iter().zip(&expected_scores) {
                assert!((score - expected).abs() <= 4.0 * dimension as f64 * f64::EPSILON);
            }
        }
        bad_readouts(goal);
    }

    fn bad_readouts(goal: &impl LocalGoal) {
        let mut scratch = GoalScratch::default();
        let dimension = goal.readouts();
        let dead = vec![0.0; 2 * dimension];
        let found = goal.loss(&dead, &[0, 1], &mut scratch).unwrap();
        assert!(found.loss.is_finite());
        assert_eq!((found.dead, found.correct), (2, 1));
        for value in [f32::NAN, f32::INFINITY] {
            let mut bad = vec![1.0; 2 * dimension];
            bad[dimension] = value;
            let found = goal.loss(&bad, &[0, 1], &mut scratch).unwrap();
            assert!(found.loss.is_nan(), "{value}: {found:?}");
        }
        let wrong = goal.loss(&dead, &[0], &mut scratch);
        assert!(matches!(wrong, Err(TrainError::WrongLength { .. })));
        let wrong = goal.loss(&dead, &[0, goal.classes() as u16], &mut scratch);
        assert!(matches!(
            wrong,
            Err(TrainError::LabelOutOfRange { index: 1, .. })
        ));
        let wrong = goal.loss(&[], &[], &mut scratch);
        assert!(matches!(wrong, Err(TrainError::NoSamples { .. })));
    }
}
