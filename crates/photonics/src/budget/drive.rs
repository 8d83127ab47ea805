//! How strongly the data drive the modulators.

use crate::design::{DesignError, within};

/// Most levels that are told apart.
const LEVELS: usize = 128;

/// The statistics of the input: how the mean squared drive of a sample is distributed over the
/// samples.
///
/// A drive is the amplitude that is asked of a port, relative to that of a fully open modulator. Its
/// square is a power, so the mean of a^2 over the ports of a sample is the light of that sample. The
/// distribution over the samples matters behind nonlinear activations alone, where bright samples
/// keep more of their light than dim ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Drive {
    levels: Vec<DriveLevel>,
}

/// Samples that are about equally bright.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct DriveLevel {
    /// Their share of all samples; the shares add up to 1.
    pub(super) share: f64,
    /// Mean of a^2 over their ports.
    pub(super) mean_square: f64,
}

impl Drive {
    /// Every sample has the same mean of a^2 over its ports, >= 0: 1 is full scale at every port.
    pub fn constant(mean_square: f64) -> Self {
        Self {
            levels: vec![DriveLevel {
                share: 1.0,
                mean_square,
            }],
        }
    }

    /// The statistics of `amplitudes`, row-major, samples x ports, ports without a pixel included.
    /// Samples are sorted into up to 128 levels of the same width, each of which keeps its own mean.
    ///
    /// # Errors
    /// No whole sample, or an amplitude that is not finite.
    ///
    /// ```
    /// use photonics::budget::Drive;
    /// let drive = Drive::of_samples(&[1.0, 0.0, 0.0, 0.5], 2)?;
    /// assert_eq!(drive.mean_square(), 0.3125);
    /// # Ok::<(), photonics::design::DesignError>(())
    /// ```
    pub fn of_samples(amplitudes: &[f32], ports: usize) -> Result<Self, DesignError> {
        let squares: Vec<f64> = amplitudes
            .chunks_exact(ports.max(1))
            .map(|row| row.iter().map(|&a| f64::from(a).powi(2)).sum::<f64>() / row.len() as f64)
            .collect();
        let samples = squares.len() as f64;
        within("samples", samples, 1.0..f64::INFINITY, "at least 1")?;
        for &square in &squares {
            check_mean_square(square)?;
        }
        let lowest = squares.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = squares.iter().copied().fold(0.0, f64::max);
        let per_level = LEVELS as f64 / (highest - lowest).max(f64::MIN_POSITIVE);
        let mut sums = [(0.0, 0.0); LEVELS];
        for square in squares {
            let level = (((square - lowest) * per_level) as usize).min(LEVELS - 1);
            sums[level].0 += 1.0;
            sums[level].1 += square;
        }
        let levels = sums
            .into_iter()
            .filter(|(count, _)| *count > 0.0)
            .map(|(count, sum)| DriveLevel {
                share: count / samples,
                mean_square: sum / count,
            })
            .collect();
        Ok(Self { levels })
    }

    /// Mean of a^2 over ports and samples.
    pub fn mean_square(&self) -> f64 {
        self.levels
            .iter()
            .map(|level| level.share * level.mean_square)
            .sum()
    }

    pub(super) fn levels(&self) -> &[DriveLevel] {
        &self.levels
    }

    pub(super) fn check(&self) -> Result<(), DesignError> {
        self.levels
            .iter()
            .try_for_each(|level| check_mean_square(level.mean_square))
    }
}

fn check_mean_square(mean_square: f64) -> Result<(), DesignError> {
    within(
        "mean squared drive",
        mean_square,
        0.0..1e12,
        "in [0, 1e12), 1 is full scale at every port",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_keep_the_moments() {
        let amplitudes: Vec<f32> = (0..4000).map(|k| ((k * k) % 997) as f32 / 997.0).collect();
        let drive = Drive::of_samples(&amplitudes, 4).unwrap();
        let squares: Vec<f64> = amplitudes
            .chunks_exact(4)
            .map(|row| row.iter().map(|&a| f64::from(a).powi(2)).sum::<f64>() / 4.0)
            .collect();
        let moment = |n: i32| squares.iter().map(|s| s.powi(n)).sum::<f64>() / 1000.0;
        let found = |n: i32| {
            let levels = drive.levels().iter();
            levels
                .map(|level| level.share * level.mean_square.powi(n))
                .sum::<f64>()
        };
        assert!((drive.mean_square() / moment(1) - 1.0).abs() < 1e-12);
        // Within a level of 1/128 of the range the second moment is lost, a share of 1e-4 at most.
        for n in [2, 3, 9] {
            assert!((found(n) / moment(n) - 1.0).abs() < 2e-3, "{n}");
        }
        assert!(drive.levels().len() <= LEVELS);
    }

    #[test]
    fn equal_samples_are_one_level() {
        let drive = Drive::of_samples(&[0.5; 12], 4).unwrap();
        assert_eq!(drive, Drive::constant(0.25));
        Drive::of_samples(&[0.5; 3], 4).unwrap_err();
        Drive::of_samples(&[f32::NAN; 4], 4).unwrap_err();
        Drive::constant(-0.1).check().unwrap_err();
    }
}
