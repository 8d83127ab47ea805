//! Regression on cosines (the published digital models' goal for numbers, arXiv:2603.24790).

use super::gradient;
use super::kernel::{self, ClassTable, SAMPLES};
use super::{BatchLoss, GoalScratch, LocalGoal, Prototypes};
use crate::error::{TrainError, check_length};
use numerics::Level;

/// The prediction is the cosine of the readouts with the only prototype, a random unit vector; the loss
/// is the mean squared error.
///
/// A cosine reaches from -1 to 1: scale targets to that range ([`crate::digital::functions`] does).
#[derive(Clone, Debug)]
pub struct RegressionCosine {
    prototypes: Prototypes,
    table: ClassTable,
}

impl RegressionCosine {
    /// The goal with this prototype, for example `Prototypes::simplex(1, readouts, ..)`.
    ///
    /// # Errors
    /// [`TrainError::Prototypes`] for more than one prototype.
    pub fn new(prototypes: Prototypes) -> Result<Self, TrainError> {
        if prototypes.classes() != 1 {
            return Err(TrainError::Prototypes {
                classes: prototypes.classes(),
                dimension: prototypes.dimension(),
                why: "a regression needs exactly one",
            });
        }
        Ok(Self {
            table: ClassTable::new(&prototypes),
            prototypes,
        })
    }

    /// The prototype.
    pub fn prototypes(&self) -> &Prototypes {
        &self.prototypes
    }

    fn loss_at(
        &self,
        level: Level,
        readouts: &[f32],
        labels: &[f64],
        scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        if labels.is_empty() {
            return Err(TrainError::NoSamples { what: "batch" });
        }
        let width = self.prototypes.dimension();
        check_length(
            "readouts of the batch",
            readouts.len(),
            labels.len() * width,
        )?;
        let mut total = BatchLoss::default();
        level.vectorize(
            #[inline(always)]
            || {
                for (readouts, labels) in
                    readouts.chunks(SAMPLES * width).zip(labels.chunks(SAMPLES))
                {
                    total.dead += kernel::cosines(&self.table, readouts, scratch);
                    for (cosine, label) in scratch.cosines[0].iter().zip(labels) {
                        let error = cosine - label;
                        total.loss = error.mul_add(error, total.loss);
                    }
                }
            },
        );
        total.loss /= labels.len() as f64;
        Ok(total)
    }
}

impl LocalGoal<f64> for RegressionCosine {
    fn classes(&self) -> usize {
        1
    }

    fn readouts(&self) -> usize {
        self.prototypes.dimension()
    }

    fn loss(
        &self,
        readouts: &[f32],
        labels: &[f64],
        scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        self.loss_at(Level::active(), readouts, labels, scratch)
    }

    fn gradient(
        &self,
        readouts: &[f32],
        labels: &[f64],
        cotangents: &mut [f64],
        scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        let batch = self.loss_at(Level::active(), readouts, labels, scratch)?;
        check_length("cotangents of the batch", cotangents.len(), readouts.len())?;
        let width = self.prototypes.dimension();
        let mut scores = vec![0.0; labels.len()];
        LocalGoal::<f64>::scores(self, readouts, &mut scores, scratch)?;
        let share = 2.0 / labels.len() as f64;
        let rows = readouts.chunks_exact(width).zip(scores.iter().zip(labels));
        for ((z, (&score, label)), out) in rows.zip(cotangents.chunks_exact_mut(width)) {
            let prototype = std::iter::once(self.prototypes.row(0));
            gradient::back(z, &[score], &[score - label], prototype, share, out);
        }
        Ok(batch)
    }

    fn scores(
        &self,
        readouts: &[f32],
        scores: &mut [f64],
        scratch: &mut GoalScratch,
    ) -> Result<(), TrainError> {
        let expected = scores.len() * self.prototypes.dimension();
        check_length("readouts of the batch", readouts.len(), expected)?;
        numerics::vectorize(
            #[inline(always)]
            || kernel::batch_scores(&self.table, readouts, scores, scratch),
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::oracle;
    use super::*;
    use numerics::Streams;
    use numerics::normal::fill_standard_normal;

    #[test]
    fn it_agrees_with_the_plain_formula_on_every_level() {
        for dimension in [1, 10, 100] {
            let goal = RegressionCosine::new(oracle::prototypes(1, dimension)).unwrap();
            let row = goal.prototypes().row(0);
            let mut scratch = GoalScratch::default();
            for samples in [1, 8, 21] {
                let mut noise = vec![0.0; samples * (dimension + 1)];
                let mut stream = Streams::new(3).derive("readouts", samples as u64, 0);
                fill_standard_normal(&mut stream, &mut noise);
                let (labels, noise) = noise.split_at(samples);
                let readouts: Vec<f32> = noise.iter().map(|&x| x as f32).collect();
                let cosines: Vec<f64> = readouts
                    .chunks(dimension)
                    .map(|z| {
                        let z: Vec<f64> = z.iter().map(|&z| f64::from(z)).collect();
                        let norm = z.iter().map(|z| z * z).sum::<f64>().sqrt();
                        z.iter().zip(row).map(|(z, p)| z * p).sum::<f64>() / norm
                    })
                    .collect();
                let squares = cosines.iter().zip(labels).map(|(c, y)| (c - y).powi(2));
                let expected = squares.sum::<f64>() / samples as f64;
                let found = goal.loss(&readouts, labels, &mut scratch).unwrap();
                // Errors of the cosines, times the slope 2 |c - y| < 10, and the sum's own.
                let tolerance = (10 * 4 * dimension + samples) as f64 * f64::EPSILON;
                let scale = expected.max(1.0);
                assert!((found.loss - expected).abs() < tolerance * scale);
                assert_eq!((found.correct, found.dead), (0, 0));
                for level in Level::available() {
                    let mut dirty = scratch.clone();
                    let other = goal.loss_at(level, &readouts, labels, &mut dirty).unwrap();
                    assert_eq!(other, found, "{level}");
                }
                let mut scores = vec![f64::NAN; samples];
                goal.scores(&readouts, &mut scores, &mut scratch).unwrap();
                for (score, cosine) in scores.iter().zip(&cosines) {
                    assert!((score - cosine).abs() <= 4.0 * dimension as f64 * f64::EPSILON);
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_and_bad_readouts_show() {
        let goal = RegressionCosine::new(oracle::prototypes(1, 2)).unwrap();
        assert!(RegressionCosine::new(oracle::prototypes(2, 2)).is_err());
        let mut scratch = GoalScratch::default();
        let dead = goal.loss(&[0.0; 4], &[0.5, 0.5], &mut scratch).unwrap();
        assert_eq!((dead.loss, dead.dead), (0.25, 2));
        let bad = goal.loss(&[f32::NAN, 1.0], &[0.5], &mut scratch).unwrap();
        assert!(bad.loss.is_nan());
        let wrong = goal.loss(&[0.0; 3], &[0.5], &mut scratch);
        assert!(matches!(wrong, Err(TrainError::WrongLength { .. })));
        let empty = goal.loss(&[], &[], &mut scratch);
        assert!(matches!(empty, Err(TrainError::NoSamples { .. })));
        assert!(goal.scores(&[0.0; 3], &mut [0.0], &mut scratch).is_err());
    }
}
