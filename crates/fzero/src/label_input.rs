//! Labels that are shown to the device beside the sample.

use crate::error::{TrainError, check_length};
use crate::goal::LocalGoal;
use crate::target::Target;
use serde::{Deserialize, Serialize};

/// How a candidate label is shown with a sample: the inputs `first .. first + classes` are overwritten by 0,
/// and that of the label by `amplitude` (Hinton, arXiv:2212.13345, section 3.3).
///
/// In training every sample is shown twice: with its own label and with a wrong one. To predict, it is
/// shown once with each label.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelInput {
    /// The input of class 0.
    pub first: usize,
    /// Number of classes, at least 2.
    pub classes: usize,
    /// In (0, 1], relative to full scale.
    pub amplitude: f32,
}

impl LabelInput {
    /// Checks the ranges for samples of this width with labels of this kind.
    pub(crate) fn check<Y: Target>(&self, width: usize, labels: &[Y]) -> Result<(), TrainError> {
        let refuse = |key, value, why| Err(TrainError::Setting { key, value, why });
        if self.classes < 2 || labels.first().is_some_and(|y| y.class().is_none()) {
            let classes = self.classes as f64;
            return refuse(
                "classes",
                classes,
                "labels that are shown are two classes or more",
            );
        }
        if !(self.amplitude > 0.0 && self.amplitude <= 1.0) {
            let amplitude = self.amplitude.into();
            return refuse("label amplitude", amplitude, "must be in (0, 1]");
        }
        if self.first.saturating_add(self.classes) > width {
            let why = "the labels need an input each";
            return refuse("first input of the labels", self.first as f64, why);
        }
        Ok(())
    }

    /// Appends `sample` with the label `class`.
    pub(crate) fn show(&self, sample: &[f32], class: u16, to: &mut Vec<f32>) {
        let start = to.len();
        to.extend_from_slice(sample);
        let label = &mut to[start + self.first..][..self.classes];
        label.fill(0.0);
        if let Some(input) = label.get_mut(usize::from(class)) {
            *input = self.amplitude;
        }
    }
}

/// Refuses a goal that is not for samples that are shown like this.
pub(crate) fn check_goal<Y>(
    labels: Option<&LabelInput>,
    goal: &dyn LocalGoal<Y>,
) -> Result<(), TrainError> {
    let shown = labels.map_or(1, |labels| labels.classes);
    check_length("candidate labels of a local goal", goal.candidates(), shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: LabelInput = LabelInput {
        first: 1,
        classes: 3,
        amplitude: 0.5,
    };

    #[test]
    fn a_label_takes_the_place_of_inputs() {
        let mut shown = vec![9.0];
        LABELS.show(&[0.1, 0.2, 0.3, 0.4, 0.6], 2, &mut shown);
        assert_eq!(shown, [9.0, 0.1, 0.0, 0.0, 0.5, 0.6]);
    }

    #[test]
    fn what_has_no_place_is_refused() {
        let key = |labels: LabelInput, width| match labels.check(width, &[0_u16]) {
            Err(TrainError::Setting { key, .. }) => key,
            Ok(()) => "",
            other => panic!("{other:?}"),
        };
        assert_eq!(key(LABELS, 4), "");
        assert_eq!(key(LABELS, 3), "first input of the labels");
        let dark = LabelInput {
            amplitude: 0.0,
            ..LABELS
        };
        assert_eq!(key(dark, 4), "label amplitude");
        let one = LabelInput {
            classes: 1,
            ..LABELS
        };
        assert_eq!(key(one, 4), "classes");
        assert!(LABELS.check(4, &[0.5_f64]).is_err());
    }
}
