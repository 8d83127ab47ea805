//! Cross-entropy of a softmax over the first readouts: the published global goal (arXiv:2603.24790).

use super::{BatchLoss, GoalScratch, LocalGoal, Prototypes};
use crate::data::check_labels;
use crate::error::{TrainError, check_length, check_positive};
use crate::metrics::argmax;
use numerics::math::{all_finite_f32, exp, ln};

/// Loss -ln(exp(a z_true) / sum_c exp(a z_c)) over the first C readouts z of a sample; the class with the
/// largest of them is predicted. Unlike the cosine goals it depends on the scale of the readouts, which
/// `a` sets; readouts from C on have no effect.
#[derive(Clone, Debug)]
pub struct CrossEntropy {
    classes: usize,
    readouts: usize,
    scale: f64,
}

impl CrossEntropy {
    /// `classes`: C, 1 to `readouts`; `scale`: a, logits per unit of a readout, above 0. Published: powers
    /// as logits, of which a fully open input is 1, so that for readouts in W it is 1 / (power of that
    /// input in W).
    ///
    /// # Errors
    /// [`TrainError::Prototypes`] for fewer readouts than classes or no class, [`TrainError::Setting`]
    /// for a scale out of its range.
    pub fn new(classes: usize, readouts: usize, scale: f64) -> Result<Self, TrainError> {
        check_positive("logit_scale", scale)?;
        Prototypes::axes(classes, readouts)?;
        Ok(Self {
            classes,
            readouts,
            scale,
        })
    }

    fn check(&self, readouts: &[f32], labels: &[u16]) -> Result<(), TrainError> {
        if labels.is_empty() {
            return Err(TrainError::NoSamples { what: "batch" });
        }
        let expected = labels.len() * self.readouts;
        check_length("readouts of the batch", readouts.len(), expected)?;
        check_labels(labels, self.classes)
    }

    /// Loss of one sample; `terms` become the exponentials, divided by the largest. The second number is
    /// their sum.
    #[inline(always)]
    fn sample(&self, z: &[f32], own: usize, terms: &mut [f64]) -> (f64, f64) {
        let mut largest = f64::NEG_INFINITY;
        for (term, &z) in terms.iter_mut().zip(z) {
            *term = self.scale * f64::from(z);
            largest = if *term > largest { *term } else { largest };
        }
        let lead = largest - terms[own];
        for term in &mut *terms {
            *term = exp(*term - largest);
        }
        let mut total = 0.0;
        for term in &*terms {
            total += term;
        }
        (lead + ln(total), total)
    }

    /// The loss; `each` gets sample, terms and their sum.
    #[inline(always)]
    fn sweep(
        &self,
        readouts: &[f32],
        labels: &[u16],
        mut each: impl FnMut(usize, &[f64], f64),
    ) -> BatchLoss {
        let mut batch = BatchLoss::default();
        let mut terms = vec![0.0; self.classes];
        let mut scores = vec![0.0; self.classes];
        for (sample, (z, &label)) in readouts.chunks_exact(self.readouts).zip(labels).enumerate() {
            for (score, &z) in scores.iter_mut().zip(z) {
                *score = f64::from(z);
            }
            batch.correct += usize::from(argmax(&scores) == label);
            batch.dead += usize::from(z.iter().all(|&z| z == 0.0));
            let (loss, total) = self.sample(z, usize::from(label), &mut terms);
            batch.loss += if all_finite_f32(z) { loss } else { f64::NAN };
            each(sample, &terms, total);
        }
        batch.loss /= labels.len() as f64;
        batch
    }
}

impl LocalGoal for CrossEntropy {
    fn classes(&self) -> usize {
        self.classes
    }

    fn readouts(&self) -> usize {
        self.readouts
    }

    fn loss(
        &self,
        readouts: &[f32],
        labels: &[u16],
        _scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        self.check(readouts, labels)?;
        Ok(numerics::vectorize(
            #[inline(always)]
            || {
                self.sweep(
                    readouts,
                    labels,
                    #[inline(always)]
                    |_, _, _| {},
                )
            },
        ))
    }

    fn gradient(
        &self,
        readouts: &[f32],
        labels: &[u16],
        cotangents: &mut [f64],
        _scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        self.check(readouts, labels)?;
        check_length("cotangents of the batch", cotangents.len(), readouts.len())?;
        cotangents.fill(0.0);
        let share = self.scale / labels.len() as f64;
        Ok(numerics::vectorize(
            #[inline(always)]
            || {
                self.sweep(
                    readouts,
                    labels,
                    #[inline(always)]
                    |sample, terms, total| {
                        let own = usize::from(labels[sample]);
                        let row = &mut cotangents[sample * self.readouts..][..self.classes];
                        for (class, (out, term)) in row.iter_mut().zip(terms).enumerate() {
                            let target = f64::from(u8::from(class == own));
                            *out = (term / total - target) * share;
                        }
                    },
                )
            },
        ))
    }

    fn scores(
        &self,
        readouts: &[f32],
        scores: &mut [f64],
        _scratch: &mut GoalScratch,
    ) -> Result<(), TrainError> {
        let samples = scores.len() / self.classes;
        check_length("scores", scores.len(), samples * self.classes)?;
        let expected = samples * self.readouts;
        check_length("readouts of the batch", readouts.len(), expected)?;
        let rows = readouts.chunks_exact(self.readouts);
        for (z, scores) in rows.zip(scores.chunks_exact_mut(self.classes)) {
            for (score, &z) in scores.iter_mut().zip(z) {
                *score = f64::from(z);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(goal: &CrossEntropy, readouts: &[f32], labels: &[u16]) -> BatchLoss {
        goal.loss(readouts, labels, &mut GoalScratch::default())
            .unwrap()
    }

    #[test]
    fn it_agrees_with_the_plain_formula() {
        let goal = CrossEntropy::new(3, 5, 2.0).unwrap();
        let z: [f32; 10] = [0.5, 1.0, 0.25, 9.0, 9.0, 0.75, 0.0, 0.125, 0.0, 3.0];
        let found = loss(&goal, &z, &[1, 2]);
        let plain = |z: [f64; 3], own: usize| {
            z.iter().map(|z| (2.0 * z).exp()).sum::<f64>().ln() - 2.0 * z[own]
        };
        let expected = 0.5 * (plain([0.5, 1.0, 0.25], 1) + plain([0.75, 0.0, 0.125], 2));
        assert!((found.loss - expected).abs() < 16.0 * f64::EPSILON);
        assert_eq!((found.correct, found.dead), (1, 0));
        let mut scores = [f64::NAN; 6];
        goal.scores(&z, &mut scores, &mut GoalScratch::default())
            .unwrap();
        assert_eq!(scores, [0.5, 1.0, 0.25, 0.75, 0.0, 0.125]);
    }

    #[test]
    fn large_logits_stay_finite_and_dark_samples_are_a_guess() {
        let goal = CrossEntropy::new(2, 2, 1e6).unwrap();
        let far = loss(&goal, &[1.0, 0.0], &[1]);
        assert_eq!((far.loss, far.correct), (1e6, 0));
        let dark = loss(&goal, &[0.0, 0.0], &[0]);
        assert!((dark.loss - 2.0_f64.ln()).abs() < 4.0 * f64::EPSILON);
        assert_eq!(dark.dead, 1);
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(loss(&goal, &[bad, 1.0], &[1]).loss.is_nan());
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(CrossEntropy::new(3, 2, 1.0).is_err());
        assert!(CrossEntropy::new(0, 2, 1.0).is_err());
        assert!(CrossEntropy::new(2, 2, 0.0).is_err());
        let goal = CrossEntropy::new(2, 3, 1.0).unwrap();
        let mut scratch = GoalScratch::default();
        assert!(goal.loss(&[0.0; 4], &[0], &mut scratch).is_err());
        assert!(goal.loss(&[0.0; 3], &[2], &mut scratch).is_err());
        assert!(goal.loss(&[], &[], &mut scratch).is_err());
    }
}
