//! From light on a photodiode to current, signal and noise.

use super::ensemble::Ensemble;
use super::speckle::Speckle;
use crate::design::Readout;
use crate::detector::photodiode::saturated_a;
use crate::process::DetectorProcess;

/// Photodiodes at their working point.
pub(super) struct Saturation {
    /// Mean current of one photodiode.
    pub(super) carried_a: f64,
    /// Signal current over what it would be without saturation.
    pub(super) compression: f64,
}

impl Saturation {
    pub(super) fn new(
        process: &DetectorProcess,
        speckle: &Speckle,
        detected: &Ensemble,
        share: f64,
        background_a: f64,
    ) -> Self {
        let linear_a = process.responsivity_a_per_w * share * detected.mean().w();
        let Some(limit_a) = process.saturation_a else {
            return Self {
                carried_a: linear_a + background_a,
                compression: 1.0,
            };
        };
        let saturated = |current_a: f64| saturated_a(current_a, 1.0 / limit_a);
        let slope = (1.0 + background_a / limit_a).powi(-2);
        if share < 1.0 {
            // Homodyne: a small signal on the current of the local oscillator.
            return Self {
                carried_a: saturated(linear_a + background_a),
                compression: (1.0 + (linear_a + background_a) / limit_a).powi(-2),
            };
        }
        let mean_a = detected.kinds().iter().map(|kind| {
            let port_a = process.responsivity_a_per_w * libm::exp(kind.ln_w);
            kind.share * speckle.mean(|x| saturated(port_a.mul_add(x, background_a)))
        });
        let carried_a: f64 = mean_a.sum();
        let signal_a = carried_a - saturated(background_a);
        Self {
            carried_a,
            // Where the signal is lost in rounding it is small.
            compression: if signal_a > 1e-9 * carried_a {
                signal_a / linear_a
            } else {
                slope
            },
        }
    }
}

/// Mean power on a detector, and its second moments over ports and samples relative to its square.
pub(super) struct Moments {
    pub(super) power_w: f64,
    /// Of the power.
    pub(super) square: f64,
    /// Of the difference of two ports.
    pub(super) difference: f64,
}

pub(super) struct Detector {
    pub(super) responsivity: f64,
    /// Relative spread of the responsivity.
    pub(super) spread: f64,
    pub(super) compression: f64,
    pub(super) oscillator_w: f64,
}

impl Detector {
    /// Signal current in A per W, for homodyne rms per sqrt(W): 2 R sqrt(P_LO P / 2).
    pub(super) fn signal_per_w(&self, readout: Readout) -> f64 {
        let linear = self.responsivity * self.compression;
        match readout {
            Readout::Homodyne => linear * (2.0 * self.oscillator_w).sqrt(),
            Readout::Intensity | Readout::Signed => linear,
        }
    }

    pub(super) fn laser_variance_a2(
        &self,
        readout: Readout,
        moments: &Moments,
        sigma: f64,
        slope: f64,
    ) -> f64 {
        let linear = self.responsivity * self.compression;
        let spread = self.spread * self.spread;
        let current_a = linear * moments.power_w;
        match readout {
            Readout::Intensity => {
                (sigma * slope * current_a).powi(2) * moments.square * (1.0 + spread)
            }
            Readout::Signed => {
                let square = spread.mul_add(2.0 * moments.square, moments.difference);
                (sigma * slope * current_a).powi(2) * square
            }
            Readout::Homodyne => {
                // The field goes with sqrt(1 + S e), the local oscillator with sqrt(1 + e); of its own
                // power remains what two unequal diodes leave.
                let signal_a2 = linear.powi(2) * 2.0 * self.oscillator_w * moments.power_w;
                let common = (0.5 * sigma * (slope + 1.0)).powi(2);
                let unbalanced_a2 = 0.5 * spread * (linear * self.oscillator_w).powi(2);
                common.mul_add(signal_a2, sigma.powi(2) * unbalanced_a2)
            }
        }
    }

    pub(super) fn optical_variance_a2(&self, readout: Readout, power_w: f64, noise_w: f64) -> f64 {
        let linear = self.responsivity * self.compression;
        let beat = linear.powi(2) * noise_w * 2.0f64.mul_add(power_w, noise_w);
        match readout {
            Readout::Intensity => beat,
            Readout::Signed => 2.0 * beat,
            Readout::Homodyne => linear.powi(2) * 2.0 * self.oscillator_w * noise_w,
        }
    }
}
