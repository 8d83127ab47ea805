//! The mean power per port of every kind of sample, on its way through the layers.

use super::power::Power;
use super::speckle::ln_to_db;
use std::f64::consts::LN_10;

/// ln(1 mW / 1 W).
const LN_MILLIWATT: f64 = -3.0 * LN_10;

/// Kinds of samples with the mean power over their ports, as ln(P / W): minus infinity is dark.
#[derive(Clone, Debug)]
pub(super) struct Ensemble {
    kinds: Vec<Kind>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// Share of all samples.
    pub(super) share: f64,
    /// ln(P / W).
    pub(super) ln_w: f64,
}

impl Ensemble {
    pub(super) fn new(kinds: Vec<Kind>) -> Self {
        Self { kinds }
    }

    pub(super) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Mean over ports and samples.
    pub(super) fn mean(&self) -> Power {
        Power::from_dbm(ln_to_db(self.ln_mean(1.0) - LN_MILLIWATT))
    }

    /// Mean of P^2 over the square of the mean of P, P the mean over a sample's ports: 1 where all
    /// samples are alike.
    pub(super) fn mean_square(&self) -> f64 {
        let mean = self.ln_mean(1.0);
        if mean == f64::NEG_INFINITY {
            1.0
        } else {
            libm::exp(self.ln_mean(2.0) - 2.0 * mean)
        }
    }

    /// The same samples behind something that is as lossy for all.
    pub(super) fn behind(mut self, loss_db: f64) -> Self {
        for kind in &mut self.kinds {
            kind.ln_w -= loss_db * (LN_10 / 10.0);
        }
        self
    }

    /// The same samples behind something that takes ln(P / W) to ln(P / W).
    pub(super) fn map(&self, law: impl Fn(f64) -> f64) -> Self {
        let kinds = self.kinds.iter().map(|&Kind { share, ln_w }| Kind {
            share,
            ln_w: law(ln_w),
        });
        Self::new(kinds.collect())
    }

    /// ln of the mean of P^n.
    fn ln_mean(&self, n: f64) -> f64 {
        let highest = self
            .kinds
            .iter()
            .map(|kind| n * kind.ln_w)
            .fold(f64::NEG_INFINITY, f64::max);
        if highest == f64::NEG_INFINITY {
            return highest;
        }
        let sum: f64 = self
            .kinds
            .iter()
            .map(|kind| kind.share * libm::exp(n.mul_add(kind.ln_w, -highest)))
            .sum();
        highest + libm::log(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_do_not_underflow() {
        let kind = |share, ln_w| Kind { share, ln_w };
        let ensemble = Ensemble::new(vec![kind(0.25, -5000.0), kind(0.75, f64::NEG_INFINITY)]);
        let expected = 10.0 / LN_10 * (-5000.0 + 0.25_f64.ln()) + 30.0;
        assert!((ensemble.mean().dbm() - expected).abs() < 1e-9);
        // A logarithm of 10,000 is rounded by 1e-12.
        assert!((ensemble.mean_square() - 4.0).abs() < 1e-10);
        assert!((ensemble.behind(3.0).mean().dbm() - expected + 3.0).abs() < 1e-9);
        let dark = Ensemble::new(vec![kind(1.0, f64::NEG_INFINITY)]);
        assert!(dark.mean().is_dark());
        assert_eq!(dark.mean_square(), 1.0);
    }
}
