//! How far loss differences stand above their noise.

/// The signal-to-noise of an epoch's loss differences.
pub(super) struct DifferenceSnr {
    /// Variance of a difference's noise times the samples of the batch, if it was measured.
    noise: Option<f64>,
    squares: f64,
    variances: f64,
}

impl DifferenceSnr {
    /// `noise`: standard deviation of a loss on a batch of `samples`, if it was measured.
    pub(super) fn new(noise: Option<f64>, samples: usize) -> Self {
        Self {
            noise: noise.map(|sigma| 2.0 * sigma * sigma * samples as f64),
            squares: 0.0,
            variances: 0.0,
        }
    }

    /// Adds a step: the root mean square of its differences, on a batch of `samples`.
    pub(super) fn add(&mut self, difference: f64, samples: usize) {
        self.squares += difference * difference;
        self.variances += self.noise.unwrap_or(0.0) / samples as f64;
    }

    /// Root mean square of the differences over that of their noise, none where no noise is known.
    pub(super) fn value(&self) -> Option<f64> {
        (self.variances > 0.0).then(|| (self.squares / self.variances).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_batch_has_more_noise() {
        // Losses with a standard deviation of 0.1 on 8 samples have one of 0.2 on 2.
        let mut snr = DifferenceSnr::new(Some(0.1), 8);
        snr.add(0.3, 8);
        snr.add(0.4, 2);
        let expected = ((0.09 + 0.16) / (0.02 + 0.08_f64)).sqrt();
        assert!((snr.value().unwrap() - expected).abs() < 4.0 * f64::EPSILON * expected);
    }

    #[test]
    fn without_noise_there_is_no_ratio() {
        for noise in [None, Some(0.0)] {
            let mut snr = DifferenceSnr::new(noise, 8);
            snr.add(0.3, 8);
            assert_eq!(snr.value(), None);
        }
        assert_eq!(DifferenceSnr::new(Some(0.1), 8).value(), None);
    }
}
