//! How the learning rate changes over a layer's training.

use crate::error::TrainError;
use numerics::math::sin_cos;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// A factor on the learning rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// Always 1.
    #[default]
    Constant,
    /// From 1 along half a cosine to `final_fraction` (Loshchilov and Hutter, arXiv:1608.03983).
    Cosine {
        /// The factor that would follow the last step, 0 to 1.
        final_fraction: f64,
    },
}

impl Schedule {
    /// Checks the range.
    ///
    /// # Errors
    /// [`TrainError::Setting`] for a final fraction outside 0 to 1.
    pub fn check(&self) -> Result<(), TrainError> {
        match *self {
            Self::Cosine { final_fraction } if !(0.0..=1.0).contains(&final_fraction) => {
                Err(TrainError::Setting {
                    key: "final_fraction",
                    value: final_fraction,
                    why: "must be from 0 to 1",
                })
            }
            _ => Ok(()),
        }
    }

    /// The factor of step `step` (from 0) of `total`.
    pub fn factor(&self, step: usize, total: usize) -> f64 {
        match *self {
            Self::Constant => 1.0,
            Self::Cosine { final_fraction } => {
                let done = step as f64 / total.max(1) as f64;
                let (_, cosine) = sin_cos(PI * done);
                final_fraction + (1.0 - final_fraction) * (0.5 + 0.5 * cosine)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cosine_starts_at_one_ends_at_its_fraction_and_never_rises() {
        let schedule = Schedule::Cosine {
            final_fraction: 0.1,
        };
        assert_eq!(schedule.factor(0, 100), 1.0);
        assert!((schedule.factor(50, 100) - 0.55).abs() < 4.0 * f64::EPSILON);
        assert!((schedule.factor(100, 100) - 0.1).abs() < 4.0 * f64::EPSILON);
        let factors: Vec<f64> = (0..=100).map(|step| schedule.factor(step, 100)).collect();
        assert!(factors.is_sorted_by(|a, b| a >= b));
        assert_eq!(Schedule::Constant.factor(7, 9), 1.0);
        assert!(
            Schedule::Cosine {
                final_fraction: 1.5
            }
            .check()
            .is_err()
        );
    }
}
