//! Phases that wander: one Ornstein-Uhlenbeck process per phase shifter.

use crate::process::heater;
use numerics::normal::fill_standard_normal_f32;
use numerics::{Streams, vectorize};
use serde::{Deserialize, Serialize};

/// Numbers that are drawn together: a whole number of the blocks of
/// [`fill_standard_normal_f32`], few enough for the first-level cache.
const CHUNK: usize = 1024;

/// The drift of one layer.
///
/// Over a time dt the update `x <- e x + sigma sqrt(1 - e^2) z`, `e = exp(-dt / time constant)`, z
/// standard normal, is exact for any dt (Gillespie, Phys. Rev. E 54, 2084 (1996),
/// doi:10.1103/PhysRevE.54.2084), so the spread and the autocorrelation do not depend on how often
/// the clock is looked at.
#[derive(Clone, Debug)]
pub struct Drift {
    process: heater::Drift,
    streams: Streams,
    layer: u64,
    updates: u64,
    state_rad: Vec<f64>,
    noise: Vec<f32>,
}

impl Drift {
    /// The stationary state of `heaters` phase shifters; `None` where nothing drifts.
    ///
    /// The numbers are those of the stream `drift`, indexed by the layer and by the number of the
    /// update, 0 for the start.
    pub fn new(
        process: heater::Drift,
        heaters: usize,
        streams: Streams,
        layer: u64,
    ) -> Option<Self> {
        (process.sigma_rad > 0.0).then(|| {
            let mut drift = Self {
                process,
                streams,
                layer,
                updates: 0,
                state_rad: vec![0.0; heaters],
                noise: vec![0.0; CHUNK],
            };
            drift.update(0.0, process.sigma_rad);
            drift
        })
    }

    /// Lets `elapsed_s` pass; nothing happens in no time.
    pub fn advance(&mut self, elapsed_s: f64) {
        if elapsed_s > 0.0 {
            let time = elapsed_s / self.process.time_constant_s;
            self.updates += 1;
            self.update(
                libm::exp(-time),
                self.process.sigma_rad * (-libm::expm1(-2.0 * time)).sqrt(),
            );
        }
    }

    /// Root mean square of what a phase changes by within a time in s.
    pub fn rms_change_rad(&self, time_s: f64) -> f64 {
        let time = time_s / self.process.time_constant_s;
        self.process.sigma_rad * (-2.0 * libm::expm1(-time)).sqrt()
    }

    /// What has come to each phase by now, in rad.
    pub fn state_rad(&self) -> &[f64] {
        &self.state_rad
    }

    /// How far it has come.
    pub(super) fn state(&self) -> DriftState {
        DriftState {
            updates: self.updates,
            state_rad: self.state_rad.clone(),
        }
    }

    /// Goes on from a state of the same layer.
    pub(super) fn restore(&mut self, state: &DriftState) {
        self.updates = state.updates;
        self.state_rad.copy_from_slice(&state.state_rad);
    }

    /// What remains of the state, and the standard deviation of what is new.
    fn update(&mut self, remains: f64, sigma_rad: f64) {
        let mut stream = self.streams.derive("drift", self.layer, self.updates);
        for state in self.state_rad.chunks_mut(CHUNK) {
            let noise = &mut self.noise[..state.len()];
            fill_standard_normal_f32(&mut stream, noise);
            vectorize(
                #[inline(always)]
                || {
                    for (x, z) in state.iter_mut().zip(noise) {
                        *x = remains.mul_add(*x, sigma_rad * f64::from(*z));
                    }
                },
            );
        }
    }
}

/// How far a drift has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct DriftState {
    updates: u64,
    pub(super) state_rad: Vec<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drift(heaters: usize, seed: u64) -> Drift {
        let process = heater::Drift {
            sigma_rad: 0.3,
            time_constant_s: 100.0,
        };
        Drift::new(process, heaters, Streams::new(seed), 1).unwrap()
    }

    fn covariance(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / a.len() as f64
    }

    #[test]
    fn variance_and_autocorrelation_are_those_of_the_process_however_time_is_cut() {
        for steps in [
            &[50.0][..],
            &[1e-9, 50.0, 1e-9],
            &[25.0; 2],
            &[0.5; 100],
            &[1.0, 1e4],
            &[1e-3; 50],
        ] {
            let mut drift = drift(200_000, steps.len() as u64);
            let start = drift.state_rad().to_vec();
            for &step in steps {
                drift.advance(step);
            }
            let now = drift.state_rad();
            let variance: f64 = 0.3 * 0.3;
            for x in [&start[..], now] {
                assert!((covariance(x, x).sqrt() / 0.3 - 1.0).abs() < 0.02);
                let mean = x.iter().sum::<f64>() / x.len() as f64;
                assert!(mean.abs() < 5.0 * 0.3 / f64::sqrt(x.len() as f64));
            }
            let elapsed: f64 = steps.iter().sum();
            let correlation = covariance(&start, now) / variance;
            assert!((correlation - (-elapsed / 100.0_f64).exp()).abs() < 0.02);
            // The innovation over a short time too: sigma sqrt(2 dt / time constant).
            let moved: Vec<f64> = start.iter().zip(now).map(|(a, b)| b - a).collect();
            let expected = 2.0 * variance * -(-elapsed / 100.0_f64).exp_m1();
            assert!((covariance(&moved, &moved) / expected - 1.0).abs() < 0.02);
        }
    }

    #[test]
    fn neighbours_drift_on_their_own() {
        let mut drift = drift(200_000, 7);
        drift.advance(10.0);
        let x = drift.state_rad();
        for lag in [1, 128, 1024] {
            assert!(covariance(&x[lag..], &x[..x.len() - lag]).abs() < 0.02 * 0.09);
        }
    }

    #[test]
    fn in_no_time_nothing_happens() {
        let mut drift = drift(3, 1);
        let start = drift.state_rad().to_vec();
        drift.advance(0.0);
        drift.advance(-1.0);
        assert_eq!(drift.state_rad(), start);
        let mut again = drift.clone();
        drift.advance(1.0);
        again.advance(1.0);
        assert_eq!(drift.state_rad(), again.state_rad());
        assert_ne!(drift.state_rad(), start);
    }

    #[test]
    fn the_change_in_a_time_has_its_closed_form() {
        let mut drift = drift(200_000, 9);
        let start = drift.state_rad().to_vec();
        drift.advance(20.0);
        let moved: Vec<f64> = start
            .iter()
            .zip(drift.state_rad())
            .map(|(a, b)| b - a)
            .collect();
        let rms = covariance(&moved, &moved).sqrt();
        assert!((rms / drift.rms_change_rad(20.0) - 1.0).abs() < 0.02);
        assert_eq!(drift.rms_change_rad(0.0), 0.0);
    }

    #[test]
    fn without_a_spread_there_is_no_drift() {
        assert!(Drift::new(heater::Drift::ideal(), 3, Streams::new(1), 0).is_none());
    }
}
