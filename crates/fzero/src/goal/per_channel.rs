//! A goal of its own for each channel of a convolutional layer (arXiv:2603.24790).

use super::{BatchLoss, GoalScratch, LocalGoal};
use crate::data::check_labels;
use crate::error::{TrainError, check_length};
use crate::metrics::argmax;

/// The readouts of a sample are those of channel 0, then those of channel 1, ..; each channel has its
/// own goal, so each is normalised alone.
///
/// A sample's scores are the means over the channels. For classes the loss is the **sum** of the
/// channels' losses, as published: the parameters of one channel then move as if it were alone. For
/// numbers it is the squared error of the mean prediction.
pub struct PerChannel<Y = u16> {
    goals: Vec<Box<dyn LocalGoal<Y>>>,
}

impl<Y> PerChannel<Y> {
    /// One goal per channel.
    ///
    /// # Errors
    /// [`TrainError::WrongLength`] without goals, or where classes or readouts differ.
    pub fn new(goals: Vec<Box<dyn LocalGoal<Y>>>) -> Result<Self, TrainError> {
        let Some(first) = goals.first() else {
            return Err(TrainError::WrongLength {
                what: "goals of channels",
                found: 0,
                expected: 1,
            });
        };
        let (classes, readouts) = (first.classes(), first.readouts());
        for goal in &goals {
            check_length("classes of a channel's goal", goal.classes(), classes)?;
            check_length("readouts of a channel's goal", goal.readouts(), readouts)?;
        }
        Ok(Self { goals })
    }

    fn classes(&self) -> usize {
        self.goals[0].classes()
    }

    fn readouts(&self) -> usize {
        self.goals.len() * self.goals[0].readouts()
    }

    /// Calls `each` with every channel's goal and readouts, samples x readouts of a channel.
    fn for_each(
        &self,
        readouts: &[f32],
        scratch: &mut GoalScratch,
        mut each: impl FnMut(&dyn LocalGoal<Y>, &[f32], &mut GoalScratch) -> Result<(), TrainError>,
    ) -> Result<(), TrainError> {
        let own = self.goals[0].readouts();
        let mut gathered = std::mem::take(&mut scratch.channel);
        for (channel, goal) in self.goals.iter().enumerate() {
            gathered.clear();
            for sample in readouts.chunks_exact(self.readouts()) {
                gathered.extend_from_slice(&sample[channel * own..][..own]);
            }
            each(goal.as_ref(), &gathered, scratch)?;
        }
        scratch.channel = gathered;
        Ok(())
    }

    fn mean_scores(
        &self,
        readouts: &[f32],
        scores: &mut [f64],
        scratch: &mut GoalScratch,
    ) -> Result<(), TrainError> {
        let samples = scores.len() / self.classes();
        check_length("scores", scores.len(), samples * self.classes())?;
        let expected = samples * self.readouts();
        check_length("readouts of the batch", readouts.len(), expected)?;
        let mut own = vec![0.0; scores.len()];
        scores.fill(0.0);
        self.for_each(readouts, scratch, |goal, readouts, scratch| {
            goal.scores(readouts, &mut own, scratch)?;
            for (sum, own) in scores.iter_mut().zip(&own) {
                *sum += own;
            }
            Ok(())
        })?;
        let channels = self.goals.len() as f64;
        scores.iter_mut().for_each(|score| *score /= channels);
        Ok(())
    }

    fn check_batch(&self, readouts: &[f32], labels: &[Y]) -> Result<(), TrainError> {
        if labels.is_empty() {
            return Err(TrainError::NoSamples { what: "batch" });
        }
        let expected = labels.len() * self.readouts();
        check_length("readouts of the batch", readouts.len(), expected)
    }

    /// Calls `each` with every channel's goal, readouts and place for its cotangents, which then go to
    /// where the channel's readouts were.
    fn for_each_gradient(
        &self,
        readouts: &[f32],
        cotangents: &mut [f64],
        scratch: &mut GoalScratch,
        mut each: impl FnMut(
            &dyn LocalGoal<Y>,
            &[f32],
            &mut [f64],
            &mut GoalScratch,
        ) -> Result<(), TrainError>,
    ) -> Result<(), TrainError> {
        check_length("cotangents of the batch", cotangents.len(), readouts.len())?;
        let (own, all) = (self.goals[0].readouts(), self.readouts());
        let mut gathered = Vec::new();
        let mut channel = 0;
        self.for_each(readouts, scratch, |goal, readouts, scratch| {
            gathered.resize(readouts.len(), 0.0);
            each(goal, readouts, &mut gathered, scratch)?;
            let samples = cotangents.chunks_exact_mut(all);
            for (out, gathered) in samples.zip(gathered.chunks_exact(own)) {
                out[channel * own..][..own].copy_from_slice(gathered);
            }
            channel += 1;
            Ok(())
        })
    }

    /// Samples with nothing but zeros in all channels.
    fn dead(&self, readouts: &[f32]) -> usize {
        let samples = readouts.chunks_exact(self.readouts());
        samples.filter(|z| z.iter().all(|&z| z == 0.0)).count()
    }
}

impl LocalGoal for PerChannel {
    fn classes(&self) -> usize {
        self.classes()
    }

    fn readouts(&self) -> usize {
        self.readouts()
    }

    fn loss(
        &self,
        readouts: &[f32],
        labels: &[u16],
        scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        self.check_batch(readouts, labels)?;
        check_labels(labels, self.classes())?;
        let mut total = BatchLoss {
            dead: self.dead(readouts),
            ..BatchLoss::default()
        };
        self.for_each(readouts, scratch, |goal, readouts, scratch| {
            total.loss += goal.loss(readouts, labels, scratch)?.loss;
            Ok(())
        })?;
        let mut scores = vec![0.0; labels.len() * self.classes()];
        self.mean_scores(readouts, &mut scores, scratch)?;
        for (scores, &label) in scores.chunks_exact(self.classes()).zip(labels) {
            total.correct += usize::from(argmax(scores) == label);
        }
        Ok(total)
    }

    fn gradient(
        &self,
        readouts: &[f32],
        labels: &[u16],
        cotangents: &mut [f64],
        scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        let batch = LocalGoal::<u16>::loss(self, readouts, labels, scratch)?;
        self.for_each_gradient(readouts, cotangents, scratch, |goal, z, out, scratch| {
            goal.gradient(z, labels, out, scratch).map(|_| ())
        })?;
        Ok(batch)
    }

    fn scores(
        &self,
        readouts: &[f32],
        scores: &mut [f64],
        scratch: &mut GoalScratch,
    ) -> Result<(), TrainError> {
        self.mean_scores(readouts, scores, scratch)
    }
}

impl LocalGoal<f64> for PerChannel<f64> {
    fn classes(&self) -> usize {
        1
    }

    fn readouts(&self) -> usize {
        self.readouts()
    }

    fn loss(
        &self,
        readouts: &[f32],
        labels: &[f64],
        scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        self.check_batch(readouts, labels)?;
        let mut predictions = vec![0.0; labels.len()];
        self.mean_scores(readouts, &mut predictions, scratch)?;
        let squares = predictions
            .iter()
            .zip(labels)
            .map(|(p, y)| (p - y) * (p - y));
        Ok(BatchLoss {
            loss: squares.sum::<f64>() / labels.len() as f64,
            correct: 0,
            dead: self.dead(readouts),
        })
    }

    fn gradient(
        &self,
        readouts: &[f32],
        labels: &[f64],
        cotangents: &mut [f64],
        scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        let batch = LocalGoal::<f64>::loss(self, readouts, labels, scratch)?;
        let mut predictions = vec![0.0; labels.len()];
        self.mean_scores(readouts, &mut predictions, scratch)?;
        let channels = self.goals.len() as f64;
        let mut own = vec![0.0; labels.len()];
        self.for_each_gradient(readouts, cotangents, scratch, |goal, z, out, scratch| {
            // The channel's own squared error has the slope 2 (score - label), and 2 (p - y) / channels is
            // wanted: a label that makes them equal.
            goal.scores(z, &mut own, scratch)?;
            for ((own, p), y) in own.iter_mut().zip(&predictions).zip(labels) {
                *own -= (p - y) / channels;
            }
            goal.gradient(z, &own, out, scratch).map(|_| ())
        })?;
        Ok(batch)
    }

    fn scores(
        &self,
        readouts: &[f32],
        scores: &mut [f64],
        scratch: &mut GoalScratch,
    ) -> Result<(), TrainError> {
        self.mean_scores(readouts, scores, scratch)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MarginGoal, Prototypes, RegressionCosine};
    use super::*;
    use numerics::Streams;
    use numerics::normal::fill_standard_normal;

    const CHANNELS: usize = 3;
    const WIDTH: usize = 5;
    const SAMPLES: usize = 11;

    fn prototypes(classes: usize, channel: u64) -> Prototypes {
        let mut stream = Streams::new(8).derive("prototypes", 0, channel);
        Prototypes::simplex(classes, WIDTH, &mut stream).unwrap()
    }

    fn readouts() -> Vec<f32> {
        let mut noise = vec![0.0; SAMPLES * CHANNELS * WIDTH];
        fill_standard_normal(&mut Streams::new(8).derive("readouts", 0, 0), &mut noise);
        noise.iter().map(|&x| x as f32).collect()
    }

    /// Cosines of sample, channel, class.
    fn cosine(
        readouts: &[f32],
        classes: usize,
        sample: usize,
        channel: usize,
        class: usize,
    ) -> f64 {
        let z = &readouts[(sample * CHANNELS + channel) * WIDTH..][..WIDTH];
        let norm = z.iter().map(|&z| f64::from(z).powi(2)).sum::<f64>().sqrt();
        let prototypes = prototypes(classes, channel as u64);
        let row = prototypes.row(class);
        row.iter()
            .zip(z)
            .map(|(p, &z)| p * f64::from(z))
            .sum::<f64>()
            / norm
    }

    #[test]
    fn classes_add_losses_and_average_cosines() {
        let goal = |channel| -> Box<dyn LocalGoal> {
            Box::new(MarginGoal::new(prototypes(4, channel), 0.3).unwrap())
        };
        let goal = PerChannel::new((0..CHANNELS as u64).map(goal).collect()).unwrap();
        let readouts = readouts();
        let labels: Vec<u16> = (0..SAMPLES as u16).map(|i| i % 4).collect();
        let (mut loss, mut correct) = (0.0, 0);
        let mut scores = Vec::new();
        for (sample, &label) in labels.iter().enumerate() {
            let cosine = |channel, class| cosine(&readouts, 4, sample, channel, class);
            for channel in 0..CHANNELS {
                let own = cosine(channel, usize::from(label));
                let terms = (0..4).map(|class| (0.3 + cosine(channel, class) - own).max(0.0));
                loss += terms.sum::<f64>() / SAMPLES as f64;
            }
            let mean = |class| (0..CHANNELS).map(|c| cosine(c, class)).sum::<f64>() / 3.0;
            let means: Vec<f64> = (0..4).map(mean).collect();
            correct += usize::from(argmax(&means) == label);
            scores.extend(means);
        }
        let mut scratch = GoalScratch::default();
        let found = goal.loss(&readouts, &labels, &mut scratch).unwrap();
        // 12 terms per sample of cosines that carry 4 WIDTH roundings each.
        let tolerance = 12.0 * 4.0 * WIDTH as f64 * f64::EPSILON;
        assert!((found.loss - loss).abs() < tolerance);
        assert_eq!((found.correct, found.dead), (correct, 0));
        let mut found = vec![f64::NAN; scores.len()];
        goal.scores(&readouts, &mut found, &mut scratch).unwrap();
        for (found, expected) in found.iter().zip(&scores) {
            assert!((found - expected).abs() < tolerance);
        }
        assert!(goal.loss(&readouts, &[0; 3], &mut scratch).is_err());
        assert!(goal.loss(&readouts, &[4; SAMPLES], &mut scratch).is_err());
        let dark = goal.loss(&[0.0; CHANNELS * WIDTH], &[1], &mut scratch);
        assert_eq!(dark.unwrap().dead, 1);
    }

    #[test]
    fn numbers_are_predicted_by_the_mean_cosine() {
        let goal = |channel| -> Box<dyn LocalGoal<f64>> {
            Box::new(RegressionCosine::new(prototypes(1, channel)).unwrap())
        };
        let goal = PerChannel::new((0..CHANNELS as u64).map(goal).collect()).unwrap();
        let readouts = readouts();
        let labels: Vec<f64> = (0..SAMPLES).map(|i| 0.1 * i as f64 - 0.5).collect();
        let mut expected = 0.0;
        for (sample, label) in labels.iter().enumerate() {
            let cosines = (0..CHANNELS).map(|channel| cosine(&readouts, 1, sample, channel, 0));
            expected += (cosines.sum::<f64>() / 3.0 - label).powi(2) / SAMPLES as f64;
        }
        let found = goal
            .loss(&readouts, &labels, &mut GoalScratch::default())
            .unwrap();
        assert!((found.loss - expected).abs() < 8.0 * 4.0 * WIDTH as f64 * f64::EPSILON);
    }

    #[test]
    fn channels_have_to_agree() {
        assert!(PerChannel::<u16>::new(Vec::new()).is_err());
        let goal = |classes| -> Box<dyn LocalGoal> {
            Box::new(MarginGoal::new(prototypes(classes, 0), 0.3).unwrap())
        };
        assert!(PerChannel::new(vec![goal(2), goal(3)]).is_err());
    }
}
