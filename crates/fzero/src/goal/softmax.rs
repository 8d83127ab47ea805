//! Cross-entropy of a softmax over cosines.

use super::kernel::{ClassTable, Lanes, SAMPLES, sum_of_rows};
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
    fn losses(&self, cosines: &mut [Lanes], own: &Lanes, losses: &mut Lanes) {
        let mut largest = *own;
        for row in &*cosines {
            for (largest, &cosine) in largest.iter_mut().zip(row) {
                *largest = if cosine > *largest { cosine } else { *largest };
            }
        }
        for row in &mut *cosines {
            for sample in 0..SAMPLES {
                row[sample] = (row[sample] - largest[sample]) * self.sharpness;
            }
        }
        // A loop of its own over many independent values: exp is a long chain.
        for x in cosines.as_flattened_mut() {
            *x = exp(*x);
        }
        let totals = sum_of_rows(
            cosines,
            #[inline(always)]
            |term, _| term,
        );
        for sample in 0..SAMPLES {
            let lead = (largest[sample] - own[sample]) * self.sharpness;
            losses[sample] = lead + ln(totals[sample]);
        }
    }

    #[inline(always)]
    fn slopes(&self, cosines: &[f64], own: usize, slopes: &mut [f64]) {
        let mut largest = cosines[own];
        for &cosine in cosines {
            largest = if cosine > largest { cosine } else { largest };
        }
        let mut total = 0.0;
        for (slope, &cosine) in slopes.iter_mut().zip(cosines) {
            *slope = exp((cosine - largest) * self.sharpness);
            total += *slope;
        }
        for slope in &mut *slopes {
            *slope *= self.sharpness / total;
        }
        slopes[own] -= self.sharpness;
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
