//! The goodness of Hinton's forward-forward algorithm (arXiv:2212.13345), for powers.

use super::{BatchLoss, GoalScratch, LocalGoal};
use crate::error::{TrainError, check_count, check_length, check_positive};
use numerics::math::{all_finite_f32, exp, ln};

/// Every sample is shown with its own label (positive) and with a wrong one (negative); a layer should call
/// the one good and the other not. Its goodness g is the share of the light in the first half of its
/// readouts, and with q = 1 / (1 + exp(-k (g - t))) the probability that a sample is positive, the loss is
/// the mean of -ln q over the positive and of -ln (1 - q) over the negative ones.
///
/// Hinton's goodness is the sum of the squares of all activities. The squares of a field are the powers that
/// photodiodes read, and a mesh that loses nothing does not change their sum, whatever its phases: it has
/// nothing to say. A share of it has, and does not depend on how bright a sample is, which takes the place
/// of Hinton's normalisation between layers.
///
/// With [`crate::LabelInput`]: the readouts of a batch are those of all positive samples and then of all
/// negative ones; those to be scored are, sample by sample, one row per candidate label.
#[derive(Clone, Debug, PartialEq)]
pub struct Goodness {
    classes: usize,
    readouts: usize,
    threshold: f64,
    sharpness: f64,
}

/// One sample.
#[derive(Clone, Copy, Debug)]
struct Share {
    /// 0 where there is no light.
    goodness: f64,
    /// All of it; 0 where there is none.
    total: f64,
}

impl Goodness {
    /// For so many classes and readouts, which are powers. `threshold`: t, in (0, 1); `sharpness`: k, above
    /// 0.
    ///
    /// # Errors
    /// Fewer than two readouts, no class, a value out of its range.
    pub fn new(
        classes: usize,
        readouts: usize,
        threshold: f64,
        sharpness: f64,
    ) -> Result<Self, TrainError> {
        check_count("classes", classes)?;
        if readouts < 2 {
            return Err(TrainError::Setting {
                key: "readouts",
                value: readouts as f64,
                why: "a share of the light needs at least two",
            });
        }
        if !(threshold > 0.0 && threshold < 1.0) {
            return Err(TrainError::Setting {
                key: "threshold",
                value: threshold,
                why: "must lie between 0 and 1",
            });
        }
        check_positive("sharpness", sharpness)?;
        Ok(Self {
            classes,
            readouts,
            threshold,
            sharpness,
        })
    }

    fn bright(&self) -> usize {
        self.readouts / 2
    }

    fn share(&self, row: &[f32]) -> Share {
        let sum = |part: &[f32]| part.iter().map(|&x| f64::from(x)).sum::<f64>();
        let (bright, rest) = row.split_at(self.bright());
        let (bright, total) = (sum(bright), sum(bright) + sum(rest));
        if total <= 0.0 {
            return Share {
                goodness: 0.0,
                total: 0.0,
            };
        }
        Share {
            goodness: bright / total,
            total,
        }
    }

    /// The batch, and for every sample that was shown its share and dl/dg.
    fn batch(
        &self,
        readouts: &[f32],
        labels: &[u16],
        mut each: impl FnMut(usize, Share, f64),
    ) -> Result<BatchLoss, TrainError> {
        if labels.is_empty() {
            return Err(TrainError::NoSamples { what: "batch" });
        }
        let count = labels.len();
        let what = "readouts of the positive and negative samples";
        check_length(what, readouts.len(), 2 * count * self.readouts)?;
        crate::data::check_labels(labels, self.classes)?;
        let (positive, negative) = readouts.split_at(count * self.readouts);
        let rows = positive.chunks_exact(self.readouts);
        let rows = rows.zip(negative.chunks_exact(self.readouts));
        let mut batch = BatchLoss::default();
        let per_sample = 0.5 / count as f64;
        for (sample, (positive, negative)) in rows.enumerate() {
            let shares = [self.share(positive), self.share(negative)];
            for (half, (share, sign)) in shares.into_iter().zip([1.0, -1.0]).enumerate() {
                // -ln q of the logit, with its sign.
                let logit = sign * self.sharpness * (share.goodness - self.threshold);
                let small = exp(-logit.abs());
                batch.loss += per_sample * ((-logit).max(0.0) + ln(1.0 + small));
                let wrong = if logit < 0.0 { 1.0 } else { small } / (1.0 + small);
                let slope = -sign * self.sharpness * wrong * per_sample;
                each(half * count + sample, share, slope);
            }
            batch.correct += usize::from(shares[0].goodness > shares[1].goodness);
            batch.dead += usize::from(shares.iter().all(|share| share.total == 0.0));
        }
        if !all_finite_f32(readouts) {
            batch.loss = f64::NAN;
        }
        Ok(batch)
    }
}

impl LocalGoal for Goodness {
    fn classes(&self) -> usize {
        self.classes
    }

    fn readouts(&self) -> usize {
        self.readouts
    }

    fn candidates(&self) -> usize {
        self.classes
    }

    fn loss(
        &self,
        readouts: &[f32],
        labels: &[u16],
        _scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        self.batch(readouts, labels, |_, _, _| {})
    }

    fn gradient(
        &self,
        readouts: &[f32],
        labels: &[u16],
        cotangents: &mut [f64],
        _scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        check_length("cotangents of the batch", cotangents.len(), readouts.len())?;
        let bright = self.bright();
        self.batch(readouts, labels, |row, share, slope| {
            let row = &mut cotangents[row * self.readouts..][..self.readouts];
            if share.total == 0.0 {
                return row.fill(0.0);
            }
            let slope = slope / share.total;
            row[..bright].fill(slope * (1.0 - share.goodness));
            row[bright..].fill(-slope * share.goodness);
        })
    }

    fn scores(
        &self,
        readouts: &[f32],
        scores: &mut [f64],
        _scratch: &mut GoalScratch,
    ) -> Result<(), TrainError> {
        let expected = scores.len() * self.readouts;
        check_length("readouts of the candidates", readouts.len(), expected)?;
        let rows = readouts.chunks_exact(self.readouts);
        for (score, row) in scores.iter_mut().zip(rows) {
            *score = self.share(row).goodness;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use numerics::Streams;
    use rand::RngExt;

    fn readouts(samples: usize, dimension: usize) -> Vec<f32> {
        let mut stream = Streams::new(3).derive("powers", samples as u64, dimension as u64);
        (0..2 * samples * dimension)
            .map(|_| stream.random::<f32>())
            .collect()
    }

    #[test]
    fn the_loss_is_the_formula_and_its_slopes_are_its_differences() {
        for dimension in [2, 5, 8] {
            let (labels, goal) = ([0, 1, 2], Goodness::new(3, dimension, 0.4, 7.0).unwrap());
            let powers = readouts(3, dimension);
            let mut scratch = GoalScratch::default();
            let loss = |powers: &[f64]| {
                let rows = powers.chunks(dimension).enumerate();
                let each = rows.map(|(row, powers)| {
                    let g =
                        powers[..dimension / 2].iter().sum::<f64>() / powers.iter().sum::<f64>();
                    let q = 1.0 / (1.0 + (-7.0 * (g - 0.4)).exp());
                    if row < 3 { -q.ln() } else { -(1.0 - q).ln() }
                });
                each.sum::<f64>() / 6.0
            };
            let mut wide: Vec<f64> = powers.iter().map(|&x| x.into()).collect();
            let found = goal.loss(&powers, &labels, &mut scratch).unwrap();
            // Some twenty roundings of numbers below 7.
            assert!((found.loss - loss(&wide)).abs() < 200.0 * f64::EPSILON);
            let mut slopes = vec![f64::NAN; powers.len()];
            let same = goal.gradient(&powers, &labels, &mut slopes, &mut scratch);
            assert_eq!(same.unwrap(), found);
            for i in 0..wide.len() {
                let (middle, h) = (wide[i], 1e-4);
                wide[i] = middle + h;
                let plus = loss(&wide);
                wide[i] = middle - h;
                let minus = loss(&wide);
                wide[i] = middle;
                let difference = (plus - minus) / (2.0 * h);
                // h^2 of the third derivative, which is some (7 / total)^3, and rounding over h.
                assert!(
                    (slopes[i] - difference).abs() < 1e-4,
                    "{i} {} {difference}",
                    slopes[i]
                );
            }
        }
    }

    #[test]
    fn light_where_it_should_be_is_right_whatever_its_strength() {
        let goal = Goodness::new(2, 4, 0.5, 10.0).unwrap();
        let mut scratch = GoalScratch::default();
        let loss = |powers: &[f32], scratch: &mut _| goal.loss(powers, &[1], scratch).unwrap();
        let right = loss(&[1.0, 1.0, 0.1, 0.0, 0.0, 0.1, 1.0, 1.0], &mut scratch);
        assert_eq!((right.correct, right.dead), (1, 0));
        let faint = loss(
            &[1e-20, 1e-20, 1e-21, 0.0, 0.0, 0.1, 1.0, 1.0],
            &mut scratch,
        );
        assert!((right.loss - faint.loss).abs() < 1e-6 && right.loss < 0.02);
        let wrong = loss(&[0.0, 0.1, 1.0, 1.0, 1.0, 1.0, 0.1, 0.0], &mut scratch);
        assert!(wrong.loss > 4.0 && wrong.correct == 0);
        let dark = loss(&[0.0; 8], &mut scratch);
        assert_eq!((dark.correct, dark.dead), (0, 1));
        assert!(
            loss(&[f32::NAN, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], &mut scratch)
                .loss
                .is_nan()
        );
        let mut scores = [f64::NAN; 2];
        goal.scores(
            &[3.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            &mut scores,
            &mut scratch,
        )
        .unwrap();
        assert_eq!(scores, [0.75, 0.0]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(Goodness::new(2, 1, 0.5, 1.0).is_err());
        assert!(Goodness::new(2, 4, 1.0, 1.0).is_err());
        assert!(Goodness::new(2, 4, 0.5, f64::NAN).is_err());
        let goal = Goodness::new(2, 4, 0.5, 1.0).unwrap();
        let scratch = &mut GoalScratch::default();
        // As many rows as labels: nobody was shown a wrong label.
        assert!(matches!(
            goal.loss(&[1.0; 8], &[0, 1], scratch),
            Err(TrainError::WrongLength { .. })
        ));
        assert!(goal.loss(&[1.0; 8], &[2], scratch).is_err());
        assert!(goal.loss(&[], &[], scratch).is_err());
    }
}
