//! Pixel values as amplitudes of 0 to 1.

use super::error::DataError;
use super::raw::RawData;
use crate::config::checked::{Data, Normalisation};

/// What images are divided by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Divisor {
    Maximum,
    Norm,
    Value(f32),
}

impl Divisor {
    /// Checks that full scale is known where it is asked for.
    pub(super) fn new(data: &Data, raw: &RawData) -> Result<Self, DataError> {
        match data.normalisation {
            Normalisation::PerImageMaximum => Ok(Self::Maximum),
            Normalisation::PerImageNorm => Ok(Self::Norm),
            Normalisation::FullScale => {
                let given = data.full_scale.map(|value| value as f32);
                // Both parts may have a full scale; the larger one holds for both.
                let (train, test) = (raw.set.train().full_scale, raw.set.test().full_scale);
                let known = train.zip(test).map(|(train, test)| train.max(test));
                given
                    .or(known)
                    .map(Self::Value)
                    .ok_or_else(|| DataError::Setting {
                        key: "data.normalisation",
                        why: format!("{} has no full scale of its own", raw.name),
                        help: "set data.full_scale to the value that becomes amplitude 1"
                            .to_owned(),
                    })
            }
        }
    }

    /// Divides each row. A row without a positive value stays as it is.
    ///
    /// # Errors
    /// A value above full scale.
    pub(super) fn divide(
        self,
        values: &mut [f32],
        width: usize,
        what: &'static str,
    ) -> Result<(), DataError> {
        for (index, row) in values.chunks_exact_mut(width).enumerate() {
            let maximum = row.iter().copied().fold(0.0, f32::max);
            let divisor = match self {
                Self::Maximum => f64::from(maximum),
                Self::Norm => {
                    let squares = row.iter().map(|value| f64::from(*value).powi(2));
                    squares.sum::<f64>().sqrt()
                }
                Self::Value(full) if maximum > full => {
                    return Err(DataError::Setting {
                        key: "data.normalisation",
                        why: format!(
                            "a value of {what} image {index} (counted from 0) is {maximum}, above the \
                             full scale of {full}"
                        ),
                        help: "set data.full_scale to the largest value that occurs".to_owned(),
                    });
                }
                Self::Value(full) => f64::from(full),
            };
            // A quotient of two f32 taken in f64 and rounded to f32 is that of f32.
            if divisor > 0.0 {
                for value in row {
                    *value = (f64::from(*value) / divisor) as f32;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [f32; 9] = [1.0, 2.0, 4.0, 0.0, 0.0, 0.0, 3.0, 0.0, 4.0];

    fn divided(divisor: Divisor) -> Vec<f32> {
        let mut values = ROWS;
        divisor.divide(&mut values, 3, "training").unwrap();
        values.to_vec()
    }

    #[test]
    fn each_row_is_divided_by_its_own_maximum_and_a_dark_one_stays_dark() {
        assert_eq!(
            divided(Divisor::Maximum),
            [0.25, 0.5, 1.0, 0.0, 0.0, 0.0, 0.75, 0.0, 1.0]
        );
    }

    #[test]
    fn by_the_norm_each_row_carries_the_same_power() {
        let values = divided(Divisor::Norm);
        assert_eq!(values[6..], [0.6, 0.0, 0.8]);
        assert_eq!(values[3..6], [0.0; 3]);
        let power: f64 = values[..3].iter().map(|x| f64::from(*x).powi(2)).sum();
        // Each quotient is rounded once, by eps / 2: eps in power.
        assert!((power - 1.0).abs() < f64::from(f32::EPSILON), "{power}");
        // A lone pixel is 1 and not above, whatever it was.
        for value in [f32::MIN_POSITIVE, 3.0, f32::MAX] {
            let mut row = [value, 0.0];
            Divisor::Norm.divide(&mut row, 2, "test").unwrap();
            assert_eq!(row, [1.0, 0.0]);
        }
    }

    #[test]
    fn full_scale_is_the_same_for_all_and_nothing_lies_above() {
        let values = divided(Divisor::Value(4.0));
        assert_eq!(values, ROWS.map(|x| x / 4.0));
        let mut values = ROWS;
        let error = Divisor::Value(3.5)
            .divide(&mut values, 3, "test")
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "data.normalisation: a value of test image 0 (counted from 0) is 4, above the full scale of 3.5"
        );
    }
}
