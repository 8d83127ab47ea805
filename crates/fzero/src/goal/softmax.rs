//! Cross-entropy of a softmax over cosines.

use super::kernel::{ClassTable, LANES, SAMPLES, own_cosine};
use super::{CosineLoss, Prototypes};
use crate::error::{TrainError, check_positive};
use numerics::math::{exp, ln};

/// Loss -ln(exp(cos_true / T) / sum_c exp(cos_c / T)) with temperature T.
///
/// Unlike [`super::CosineGoal`] it asks that the true class lead the others, which is what accuracy
/// counts, not that its cosine be large.
#[derive(Clone, Debug)]
pub struct SoftmaxCosine {
    prototypes: Prototypes,
    table: ClassTable,
    sharpness: f64,
}

impl SoftmaxCosine {
    /// `temperature`: from 1e-6; the smaller, the more the closest rival counts.
    ///
    /// # Errors
    /// [`TrainError::Setting`] for a temperature out of its range.
    pub fn new(prototypes: Prototypes, temperature: f64) -> Result<Self, TrainError> {
        check_positive("temperature", temperature)?;
        if temperature < 1e-6 {
            return Err(TrainError::Setting {
                key: "temperature",
                value: temperature,
                why: "must be at least 1e-6",
            });
        }
        Ok(Self {
            table: ClassTable::new(&prototypes),
            prototypes,
            sharpness: 1.0 / temperature,
        })
    }
}

impl CosineLoss for SoftmaxCosine {
    fn prototypes(&self) -> &Prototypes {
        &self.prototypes
    }

    fn table(&self) -> &ClassTable {
        &self.table
    }

    #[inline(always)]
    fn losses(&self, cosines: &mut [[f64; LANES]], labels: &[u16], losses: &mut [f64; SAMPLES]) {
        let samples = cosines.chunks_exact_mut(self.table.blocks()).zip(labels);
        let mut references = [0.0; SAMPLES];
        for (((cosines, &label), loss), reference) in samples.zip(&mut *losses).zip(&mut references)
        {
            let own = own_cosine(cosines, label);
            let mut largest = [own; LANES];
            for lanes in &*cosines {
                for (largest, &cosine) in largest.iter_mut().zip(lanes) {
                    *largest = if cosine > *largest { cosine } else { *largest };
                }
            }
            *reference = largest.iter().fold(own, |a, &b| if b > a { b } else { a });
            *loss = (*reference - own) * self.sharpness;
            for x in cosines.as_flattened_mut() {
                *x = (*x - *reference) * self.sharpness;
            }
        }
        // Loops of their own over many independent values: exp and ln are long chains.
        for x in cosines.as_flattened_mut() {
            *x = exp(*x);
        }
        let mut totals = [1.0; SAMPLES];
        for (cosines, total) in cosines.chunks_exact(self.table.blocks()).zip(&mut totals) {
            let mut sums = [0.0; LANES];
            for lanes in cosines {
                for (sum, &term) in sums.iter_mut().zip(lanes) {
                    *sum += term;
                }
            }
            *total = (sums[0] + sums[2]) + (sums[1] + sums[3]);
        }
        for (loss, &total) in losses.iter_mut().zip(&totals) {
            *loss += ln(total);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GoalScratch, LocalGoal, oracle};
    use super::*;

    #[test]
    fn it_agrees_with_the_plain_formula() {
        for (classes, dimension) in [(10, 64), (2, 3), (9, 9)] {
            for temperature in [0.05, 1.0] {
                let prototypes = oracle::prototypes(classes, dimension);
                let goal = SoftmaxCosine::new(prototypes, temperature).unwrap();
                oracle::check(&goal, 2.0 + 2.0 / temperature, |cosines, label| {
                    let sum: f64 = cosines.iter().map(|c| (c / temperature).exp()).sum();
                    sum.ln() - cosines[label] / temperature
                });
            }
        }
    }

    #[test]
    fn readouts_that_favour_no_class_have_the_loss_of_a_guess() {
        let goal = SoftmaxCosine::new(oracle::prototypes(10, 16), 0.1).unwrap();
        let found = goal
            .loss(&[0.0; 16], &[4], &mut GoalScratch::default())
            .unwrap();
        assert!((found.loss - 10.0_f64.ln()).abs() < 4.0 * f64::EPSILON);
    }

    #[test]
    fn a_cold_softmax_stays_finite() {
        let goal = SoftmaxCosine::new(oracle::prototypes(3, 8), 1e-6).unwrap();
        let row: Vec<f32> = goal.prototypes.row(0).iter().map(|&x| x as f32).collect();
        let mut scratch = GoalScratch::default();
        let right = goal.loss(&row, &[0], &mut scratch).unwrap().loss;
        let wrong = goal.loss(&row, &[1], &mut scratch).unwrap().loss;
        assert_eq!(right, 0.0);
        // The cosines are 1 and -1/2, rounded to f32.
        assert!((wrong / 1.5e6 - 1.0).abs() < 1e-6, "{wrong}");
    }
}
