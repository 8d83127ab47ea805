//! Samples with what a network should say of them.

use crate::error::{TrainError, check_length};
use crate::target::Target;

/// Samples in row-major order with their labels: classes (`u16`) or numbers (`f64`), see [`Target`].
#[derive(Clone, Copy, Debug)]
pub struct Split<'a, Y = u16> {
    /// Amplitudes relative to full scale, `labels.len()` x the data set's width.
    pub values: &'a [f32],
    /// Class of each sample, from 0, or its target.
    pub labels: &'a [Y],
}

impl<Y> Split<'_, Y> {
    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.labels.len()
    }
}

/// What a network is trained on and what it is tested on.
#[derive(Clone, Copy, Debug)]
pub struct Dataset<'a, Y = u16> {
    /// Samples that training may see.
    pub train: Split<'a, Y>,
    /// Samples that only evaluation sees.
    pub test: Split<'a, Y>,
    /// Values per sample, at least 1.
    pub width: usize,
    /// Number of classes, at least 1; 1 where the labels are numbers.
    pub classes: usize,
}

impl<Y: Target> Dataset<'_, Y> {
    /// Checks lengths and labels.
    ///
    /// # Errors
    /// An empty split, a length that does not fit, a label that is no class, or targets of which no
    /// score can be formed.
    pub fn check(&self) -> Result<(), TrainError> {
        for (split, set, values) in [
            (&self.train, "training set", "values of the training set"),
            (&self.test, "test set", "values of the test set"),
        ] {
            if split.labels.is_empty() {
                return Err(TrainError::NoSamples { what: set });
            }
            check_length(values, split.values.len(), split.samples() * self.width)?;
            Y::check(set, split.labels, self.classes)?;
        }
        Ok(())
    }
}

/// Refuses a label that is not below `classes`.
pub(crate) fn check_labels(labels: &[u16], classes: usize) -> Result<(), TrainError> {
    let largest = labels.iter().copied().fold(0, u16::max);
    if usize::from(largest) < classes || labels.is_empty() {
        return Ok(());
    }
    let index = labels
        .iter()
        .position(|&label| usize::from(label) >= classes)
        .unwrap_or_default();
    Err(TrainError::LabelOutOfRange {
        index,
        label: labels[index],
        classes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_data_is_refused() {
        let good = Split {
            values: &[0.0; 6],
            labels: &[0, 1, 1],
        };
        let data = Dataset {
            train: good,
            test: good,
            width: 2,
            classes: 2,
        };
        assert_eq!(data.check(), Ok(()));
        let one_class = Dataset { classes: 1, ..data };
        assert_eq!(
            one_class.check(),
            Err(TrainError::LabelOutOfRange {
                index: 1,
                label: 1,
                classes: 1
            })
        );
        assert!(matches!(
            Dataset { width: 3, ..data }.check(),
            Err(TrainError::WrongLength {
                found: 6,
                expected: 9,
                ..
            })
        ));
        let empty = Split {
            values: &[],
            labels: &[],
        };
        assert_eq!(
            Dataset {
                test: empty,
                ..data
            }
            .check(),
            Err(TrainError::NoSamples { what: "test set" })
        );
    }
}
