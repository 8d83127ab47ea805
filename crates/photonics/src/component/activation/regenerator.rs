//! Optical-electrical-optical regeneration: the light of a port is detected whole, and what comes out
//! is a fresh carrier of the port's own with phase 0. What was in the phase is lost.
//!
//! ```text
//!  E in --> photodiode --> I --> gain --> [modulator] --> E out
//!                                             ^
//!                                     fresh carrier P_c
//! ```
//!
//! Neurons of this kind: Tait et al., Phys. Rev. Applied 11, 064043 (2019),
//! doi:10.1103/PhysRevApplied.11.064043 (arXiv:1812.11898); Ashtiani, Geers and Aflatouni, Nature 606,
//! 501 (2022), doi:10.1038/s41586-022-04714-0. Their noise: de Lima et al., IEEE JSTQE 26, 7600109
//! (2020).

use super::chunks::{darken, for_each_lane, for_each_noisy_lane};
use super::slope::replaced;
use crate::design::{DesignError, finite, within};
use crate::detector::ReceiverNoise;
use crate::field::{LANES, PortLanes};
use crate::real::Real;
use crate::units::loss_db_to_power_ratio;
use numerics::Stream;
use numerics::math::exp;

/// E -> sqrt(P_c (r + (1 - r) t)) with t = transfer(I), I = R |E|^2 + I_dark + noise, and r the inverse
/// of the extinction ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regenerator {
    /// R: current per optical power in A/W, > 0.
    pub responsivity_a_per_w: f64,
    /// I_dark: current without light in A, >= 0.
    pub dark_current_a: f64,
    /// Shot and thermal noise of the current, or none.
    pub noise: Option<ReceiverNoise>,
    /// How the current opens the modulator.
    pub transfer: Transfer,
    /// g: part of the modulator's range per current, in 1/A. A negative one closes it with light.
    pub gain_per_a: f64,
    /// P_c: power behind the fully open modulator in W, > 0.
    pub carrier_power_w: f64,
    /// 1/r: power behind the open over that behind the closed modulator in dB, 0 < x <= 100; `None`
    /// closes it fully.
    pub extinction_ratio_db: Option<f64>,
}

/// How far a current I opens a modulator: t, in 0..=1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transfer {
    /// t = g I, clipped to 0..=1: the power is restored.
    Linear,
    /// t = g (I - threshold), clipped to 0..=1: a rectifier with the saturation that a modulator has.
    Relu {
        /// Current in A at which the modulator begins to open.
        threshold_a: f64,
    },
    /// t = 1 / (1 + exp(-4 g (I - midpoint))): slope g where it is half open.
    Sigmoid {
        /// Current in A at which the modulator is half open.
        midpoint_a: f64,
    },
}

impl Regenerator {
    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        within(
            "activation responsivity",
            self.responsivity_a_per_w,
            f64::MIN_POSITIVE..10.0,
            "in (0, 10) A/W",
        )?;
        within(
            "activation dark current",
            self.dark_current_a,
            0.0..1.0,
            "in [0, 1) A",
        )?;
        if let Some(noise) = self.noise {
            noise.check()?;
        }
        match self.transfer {
            Transfer::Linear => {}
            Transfer::Relu { threshold_a } => finite("activation threshold in A", threshold_a)?,
            Transfer::Sigmoid { midpoint_a } => finite("activation midpoint in A", midpoint_a)?,
        }
        finite("activation gain in 1/A", self.gain_per_a)?;
        within(
            "carrier power",
            self.carrier_power_w,
            f64::MIN_POSITIVE..1e3,
            "in (0, 1000) W",
        )?;
        within(
            "activation extinction ratio",
            self.extinction_ratio_db.unwrap_or(100.0),
            f64::MIN_POSITIVE..100.0_f64.next_up(),
            "in (0, 100] dB",
        )
    }

    /// Power behind it in W for a power before it in W, without noise.
    ///
    /// ```
    /// use photonics::component::activation::{Regenerator, Transfer};
    /// let regenerator = Regenerator {
    ///     responsivity_a_per_w: 0.8,
    ///     dark_current_a: 0.0,
    ///     noise: None,
    ///     transfer: Transfer::Relu { threshold_a: 20e-6 },
    ///     gain_per_a: 1e4,
    ///     carrier_power_w: 1e-3,
    ///     extinction_ratio_db: None,
    /// };
    /// // 40 uA less the threshold open a fifth of the modulator.
    /// assert!((regenerator.output_power_w(50e-6) - 0.2e-3).abs() < 1e-15);
    /// assert_eq!(regenerator.output_power_w(10e-6), 0.0);
    /// assert_eq!(regenerator.output_power_w(1.0), 1e-3);
    /// ```
    pub fn output_power_w(&self, power_w: f64) -> f64 {
        let current_a = self
            .responsivity_a_per_w
            .mul_add(power_w, self.dark_current_a);
        let gain = self.gain_per_a;
        let open = match self.transfer {
            Transfer::Linear => ramp(gain, 0.0, current_a),
            Transfer::Relu { threshold_a } => ramp(gain, threshold_a, current_a),
            Transfer::Sigmoid { midpoint_a } => logistic(gain, midpoint_a, current_a),
        };
        let [closed_w, swing_w] = self.output_range_w();
        swing_w.mul_add(open, closed_w)
    }

    pub(super) fn vjp<T: Real>(&self, before: &[PortLanes<T>], cotangents: &mut [PortLanes<T>]) {
        let [closed_w, swing_w] = self.output_range_w();
        let (gain, transfer) = (self.gain_per_a, self.transfer);
        let (responsivity, dark_a) = (self.responsivity_a_per_w, self.dark_current_a);
        replaced(
            before,
            cotangents,
            #[inline(always)]
            |power_w| {
                let current = responsivity.mul_add(power_w, dark_a);
                let open = match transfer {
                    Transfer::Linear => ramp(gain, 0.0, current),
                    Transfer::Relu { threshold_a } => ramp(gain, threshold_a, current),
                    Transfer::Sigmoid { midpoint_a } => logistic(gain, midpoint_a, current),
                };
                let per_a = match transfer {
                    Transfer::Sigmoid { .. } => 4.0 * gain * open * (1.0 - open),
                    _ if open > 0.0 && open < 1.0 => gain,
                    _ => 0.0,
                };
                let field = swing_w.mul_add(open, closed_w).sqrt();
                if field > 0.0 {
                    0.5 * swing_w * per_a * responsivity / field
                } else {
                    0.0
                }
            },
        );
    }

    pub(super) fn apply<T: Real>(
        &self,
        lanes: &mut [PortLanes<T>],
        ports: usize,
        samples: usize,
        noise: &mut Stream,
    ) {
        let gain = self.gain_per_a;
        match self.transfer {
            Transfer::Linear => self.regenerate(
                lanes,
                ports,
                samples,
                noise,
                #[inline(always)]
                |current| ramp(gain, 0.0, current),
            ),
            Transfer::Relu { threshold_a } => self.regenerate(
                lanes,
                ports,
                samples,
                noise,
                #[inline(always)]
                |current| ramp(gain, threshold_a, current),
            ),
            Transfer::Sigmoid { midpoint_a } => self.regenerate(
                lanes,
                ports,
                samples,
                noise,
                #[inline(always)]
                |current| logistic(gain, midpoint_a, current),
            ),
        }
    }

    /// With `open`, the part of the modulator's range for a current in A.
    #[inline(always)]
    fn regenerate<T: Real>(
        &self,
        lanes: &mut [PortLanes<T>],
        ports: usize,
        samples: usize,
        noise: &mut Stream,
        open: impl Fn(f64) -> f64 + Sync,
    ) {
        let range = self.output_range_w();
        match self.noise {
            None => {
                for_each_lane(
                    lanes,
                    #[inline(always)]
                    |lane| modulate(lane, range, self.currents_a(lane), &open),
                );
                darken(lanes, ports, samples);
            }
            Some(receiver) => {
                let (shot, thermal) = receiver.terms();
                for_each_noisy_lane::<T, 1>(
                    lanes,
                    ports,
                    samples,
                    noise,
                    #[inline(always)]
                    |lane, [normal]| {
                        let mut currents = self.currents_a(lane);
                        for (current, normal) in currents.iter_mut().zip(normal) {
                            let sigma = shot.mul_add(*current, thermal).sqrt();
                            *current = sigma.mul_add(f64::from(*normal), *current);
                        }
                        modulate(lane, range, currents, &open);
                    },
                );
            }
        }
    }

    /// The mean currents in A.
    #[inline(always)]
    fn currents_a<T: Real>(&self, lane: &PortLanes<T>) -> [f64; LANES] {
        let mut currents = [0.0; LANES];
        let fields = lane.re.iter().zip(&lane.im);
        for (current, (re, im)) in currents.iter_mut().zip(fields) {
            let (x, y) = (re.to_f64(), im.to_f64());
            let power = x.mul_add(x, y * y);
            *current = self
                .responsivity_a_per_w
                .mul_add(power, self.dark_current_a);
        }
        currents
    }

    /// Power behind the closed modulator, and what opening it adds, in W.
    fn output_range_w(&self) -> [f64; 2] {
        let closed = self.extinction_ratio_db.map_or(0.0, loss_db_to_power_ratio);
        [
            self.carrier_power_w * closed,
            self.carrier_power_w * (1.0 - closed),
        ]
    }
}

/// Puts the carrier in the place of the light.
#[inline(always)]
fn modulate<T: Real>(
    lane: &mut PortLanes<T>,
    [closed_w, swing_w]: [f64; 2],
    mut currents: [f64; LANES],
    open: &impl Fn(f64) -> f64,
) {
    for current in &mut currents {
        *current = open(*current);
    }
    for (re, open) in lane.re.iter_mut().zip(currents) {
        *re = T::from_f64(swing_w.mul_add(open, closed_w).sqrt());
    }
    lane.im = [T::ZERO; LANES];
}

#[inline(always)]
fn ramp(gain: f64, threshold: f64, current: f64) -> f64 {
    (gain * (current - threshold)).clamp(0.0, 1.0)
}

#[inline(always)]
fn logistic(gain: f64, midpoint: f64, current: f64) -> f64 {
    1.0 / (1.0 + exp(-4.0 * gain * (current - midpoint)))
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{pass, repeat};
    use super::*;
    use crate::component::activation::Activation;
    use num_complex::Complex64;
    use proptest::prelude::*;

    const LINEAR: Regenerator = Regenerator {
        responsivity_a_per_w: 0.9,
        dark_current_a: 1e-8,
        noise: None,
        transfer: Transfer::Linear,
        gain_per_a: 500.0,
        carrier_power_w: 2e-3,
        extinction_ratio_db: Some(20.0),
    };

    proptest! {
        #[test]
        fn the_power_is_that_of_the_formula_and_the_phase_is_gone(
            power in 0.0..4e-3_f64, phase in -4.0..4.0_f64,
            kind in 0..3, at in -1e-3..2e-3_f64, gain_per_a in -2e3..2e3_f64,
        ) {
            let transfer = match kind {
                0 => Transfer::Linear,
                1 => Transfer::Relu { threshold_a: at },
                _ => Transfer::Sigmoid { midpoint_a: at },
            };
            let regenerator = Regenerator { transfer, gain_per_a, ..LINEAR };
            prop_assert_eq!(regenerator.check(), Ok(()));
            let current = 0.9 * power + 1e-8;
            let open = match kind {
                0 => (gain_per_a * current).clamp(0.0, 1.0),
                1 => (gain_per_a * (current - at)).clamp(0.0, 1.0),
                _ => 0.5 + 0.5 * (2.0 * gain_per_a * (current - at)).tanh(),
            };
            let expected = 2e-3 * (0.01 + 0.99 * open);
            prop_assert!((regenerator.output_power_w(power) - expected).abs() < 1e-16);
            let e = Complex64::from_polar(power.sqrt(), phase);
            let found = pass::<f64>(Activation::Regenerator(regenerator), e);
            prop_assert!((found.re - expected.sqrt()).abs() < 1e-14 && found.im == 0.0);
            let found = pass::<f32>(Activation::Regenerator(regenerator), e);
            prop_assert!((found.re - expected.sqrt()).abs() < 1e-6 && found.im == 0.0);
        }
    }

    #[test]
    fn the_noise_of_the_current_is_that_of_the_receiver() {
        let noise = ReceiverNoise::new(10e9, 50.0, 300.0);
        let regenerator = Regenerator {
            noise: Some(noise),
            extinction_ratio_db: None,
            ..LINEAR
        };
        // Half open and far from both ends, so that the power is linear in the current.
        let power = 1e-3 / 0.9;
        let count = 100_000;
        let e = Complex64::from_polar(power.sqrt(), 1.0);
        let currents: Vec<f64> = repeat(Activation::Regenerator(regenerator), e, count)
            .iter()
            .map(|e| e.norm_sqr() / (500.0 * 2e-3))
            .collect();
        let n = count as f64;
        let mean = currents.iter().sum::<f64>() / n;
        let variance = currents.iter().map(|i| (i - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let expected = noise.variance_a2(1e-3 + 1e-8);
        assert!((mean - 1e-3 - 1e-8).abs() < 5.0 * (expected / n).sqrt());
        assert!((variance / expected - 1.0).abs() < 5.0 * (2.0 / n).sqrt());
    }

    #[test]
    fn values_out_of_range_are_named() {
        let error = |regenerator: Regenerator| regenerator.check().unwrap_err().to_string();
        assert_eq!(
            error(Regenerator {
                carrier_power_w: 0.0,
                ..LINEAR
            }),
            "carrier power = 0: must be in (0, 1000) W"
        );
        assert_eq!(
            error(Regenerator {
                extinction_ratio_db: Some(-3.0),
                ..LINEAR
            }),
            "activation extinction ratio = -3: must be in (0, 100] dB"
        );
    }
}
