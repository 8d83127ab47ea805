//! A travelling-wave optical amplifier (SOA, EDFA) with amplified spontaneous emission and saturation.
//!
//! **Noise** (G. P. Agrawal, Fiber-Optic Communication Systems, chapter on optical amplifiers): in one
//! polarisation and an optical bandwidth B the amplifier emits P_ASE = n_sp h nu (G - 1) B, with
//! n_sp >= 1 from the noise figure F = 2 n_sp (G - 1) / G + 1 / G. The emission is a complex Gaussian
//! field, half of P_ASE in either quadrature. The 1 / G is the shot noise of an ideal detector and
//! belongs to the detector. n_sp stays as it is while the gain saturates.
//!
//! **Saturation** (Agrawal and Olsson, IEEE J. Quantum Electron. 25, 2297 (1989),
//! doi:10.1109/3.42059, in the steady state): ln G = ln G_0 - (G - 1) P_in / P_s, with the saturation
//! power of the medium P_s = P_sat (G_0 - 2) / (G_0 ln 2) from the output power P_sat at which the gain
//! has fallen to half. All power it adds is P_s ln(G_0 / G). Each sample finds the gain that its own
//! power leaves: the carriers recover within a sample. Slow amplifiers (an EDFA at full rate), whose
//! gain follows the mean power of many samples, are better given without saturation. The change of the
//! phase with the gain (the linewidth enhancement factor) and saturation by the emission itself are
//! not modelled.

use super::chunks::{for_each_lane, for_each_noisy_lane};
use super::slope::{Slope, modulated};
use crate::design::{DesignError, within};
use crate::field::{LANES, PortLanes};
use crate::real::Real;
use crate::units::loss_db_to_power_ratio;
use numerics::Stream;
use numerics::math::{exp, ln};
use std::f64::consts::LN_2;

/// Planck constant in J s (exact, SI 2019).
const PLANCK_J_S: f64 = 6.626_070_15e-34;

/// Speed of light in m/s (exact).
const LIGHT_M_PER_S: f64 = 299_792_458.0;

/// Steps from the upper bound of ln G to its value within rounding, for all gains up to 60 dB and all
/// powers.
const NEWTON_STEPS: usize = 6;

/// E -> sqrt(G) E + n at every port, also at those without light.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GainStage {
    /// G_0: power gain of weak light in dB, 0..=60.
    pub gain_db: f64,
    /// Amplified spontaneous emission, or none, which no phase-insensitive amplifier achieves.
    pub noise: Option<AmplifierNoise>,
    /// P_sat: output power in W at which the gain has fallen to half of that of weak light, or no
    /// saturation. It needs a gain of at least 3.1 dB.
    pub saturation_output_power_w: Option<f64>,
}

/// The spontaneous emission of an amplifier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AmplifierNoise {
    /// F for weak light in dB: at least 2 - 1/G_0 (3 dB at high gain), below 30 dB.
    pub noise_figure_db: f64,
    /// B: optical bandwidth that reaches the next layer, in Hz, > 0. A sample is one value of the field
    /// in this bandwidth, so a receiver reads it with the electrical bandwidth B / 2.
    pub optical_bandwidth_hz: f64,
    /// Vacuum wavelength of the light in m, 100 nm to 100 um.
    pub wavelength_m: f64,
}

/// ln G_0 and 1 / P_s in 1/W.
#[derive(Clone, Copy, Debug)]
struct Saturation {
    ln_gain: f64,
    per_w: f64,
}

impl GainStage {
    /// Without effect, bit for bit: gain 1, no noise.
    pub const fn ideal() -> Self {
        Self {
            gain_db: 0.0,
            noise: None,
            saturation_output_power_w: None,
        }
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        let most = 60.0_f64.next_up();
        within("amplifier gain", self.gain_db, 0.0..most, "in [0, 60] dB")?;
        if let Some(power) = self.saturation_output_power_w {
            within(
                "saturation output power",
                power,
                1e-12..1e3,
                "in [1e-12, 1000) W",
            )?;
            within(
                "gain of an amplifier with saturation",
                self.gain_db,
                3.1..most,
                "in [3.1, 60] dB: it falls by 3 dB at the saturation output power",
            )?;
        }
        let Some(noise) = self.noise else {
            return Ok(());
        };
        // The tolerance admits a limit that was rounded in dB.
        let limit_db = 10.0 * libm::log10(2.0 - 1.0 / self.gain()) - 1e-6;
        within(
            "noise figure",
            noise.noise_figure_db,
            limit_db..30.0,
            "at least the quantum limit 2 - 1/G (3.01 dB at high gain) and below 30 dB",
        )?;
        within(
            "optical bandwidth",
            noise.optical_bandwidth_hz,
            f64::MIN_POSITIVE..1e15,
            "in (0, 1e15) Hz",
        )?;
        within(
            "wavelength",
            noise.wavelength_m,
            1e-7..1e-4,
            "in [1e-7, 1e-4) m",
        )
    }

    /// Output over input power without noise, at an input power in W.
    ///
    /// ```
    /// use photonics::component::activation::GainStage;
    /// let amplifier = GainStage {
    ///     gain_db: 20.0,
    ///     saturation_output_power_w: Some(10e-3),
    ///     ..GainStage::ideal()
    /// };
    /// assert!((amplifier.power_transmission(0.0) - 100.0).abs() < 1e-9);
    /// // 10 mW come out at half the gain.
    /// assert!((amplifier.power_transmission(0.2e-3) - 50.0).abs() < 1e-9);
    /// ```
    pub fn power_transmission(&self, power_w: f64) -> f64 {
        match self.saturation() {
            None => self.gain(),
            Some(saturation) => saturation.field_gain(power_w).powi(2),
        }
    }

    /// Power of the spontaneous emission per port in W at an input power in W.
    ///
    /// ```
    /// use photonics::component::activation::{AmplifierNoise, GainStage};
    /// let amplifier = GainStage {
    ///     gain_db: 20.0,
    ///     noise: Some(AmplifierNoise {
    ///         noise_figure_db: 5.0,
    ///         optical_bandwidth_hz: 12.5e9,
    ///         wavelength_m: 1550e-9,
    ///     }),
    ///     ..GainStage::ideal()
    /// };
    /// // (F G - 1) h nu B / 2 = 157.6 * 0.128 aJ * 12.5 GHz
    /// assert!((amplifier.emission_w(0.0) - 2.525e-7).abs() < 1e-10);
    /// ```
    pub fn emission_w(&self, power_w: f64) -> f64 {
        self.emission_per_gain_w() * (self.power_transmission(power_w) - 1.0).max(0.0)
    }

    pub(super) fn vjp<T: Real>(&self, before: &[PortLanes<T>], cotangents: &mut [PortLanes<T>]) {
        if self.gain_db == 0.0 {
            return;
        }
        let field = self.gain().sqrt();
        match self.saturation() {
            None => modulated(
                before,
                cotangents,
                #[inline(always)]
                |_| Slope::real(field, 0.0),
            ),
            Some(saturation) => modulated(
                before,
                cotangents,
                #[inline(always)]
                |power_w| saturation.slope(power_w),
            ),
        }
    }

    pub(super) fn apply<T: Real>(
        &self,
        lanes: &mut [PortLanes<T>],
        ports: usize,
        samples: usize,
        noise: &mut Stream,
    ) {
        if self.gain_db == 0.0 {
            return;
        }
        let noise = self.noise.map(|_| noise);
        let half_emission = 0.5 * self.emission_per_gain_w();
        let (field, sigma) = (
            T::from_f64(self.gain().sqrt()),
            T::from_f64((half_emission * (self.gain() - 1.0)).sqrt()),
        );
        match self.saturation() {
            None => amplify(
                lanes,
                ports,
                samples,
                noise,
                #[inline(always)]
                |_| [[field; LANES], [sigma; LANES]],
            ),
            Some(saturation) => amplify(
                lanes,
                ports,
                samples,
                noise,
                #[inline(always)]
                |lane| saturation.gains(lane, half_emission),
            ),
        }
    }

    /// G_0.
    fn gain(&self) -> f64 {
        loss_db_to_power_ratio(-self.gain_db)
    }

    /// n_sp h nu B: the emitted power in W is G - 1 times this.
    fn emission_per_gain_w(&self) -> f64 {
        let gain = self.gain();
        match self.noise {
            Some(noise) if gain > 1.0 => {
                let figure = loss_db_to_power_ratio(-noise.noise_figure_db);
                let inversion = figure.mul_add(gain, -1.0) / (2.0 * (gain - 1.0));
                let photon_j = PLANCK_J_S * LIGHT_M_PER_S / noise.wavelength_m;
                inversion * photon_j * noise.optical_bandwidth_hz
            }
            _ => 0.0,
        }
    }

    fn saturation(&self) -> Option<Saturation> {
        let gain = self.gain();
        let output_w = self.saturation_output_power_w?;
        Some(Saturation {
            ln_gain: libm::log(gain),
            per_w: gain * LN_2 / (output_w * (gain - 2.0)),
        })
    }
}

impl Saturation {
    /// sqrt(G) at an input power in W.
    fn field_gain(&self, power_w: f64) -> f64 {
        let p = power_w * self.per_w;
        let ln_gain = (0..NEWTON_STEPS).fold(self.first(p), |u, _| self.newton(p, u));
        exp(0.5 * ln_gain)
    }

    /// sqrt(G) and how it changes with the input power. From u + p (e^u - 1) = ln G_0 follows
    /// du/dp = -(e^u - 1) / (1 + p e^u).
    #[inline(always)]
    fn slope(&self, power_w: f64) -> Slope {
        let p = power_w * self.per_w;
        let mut u = self.first(p);
        for _ in 0..NEWTON_STEPS {
            u = self.newton(p, u);
        }
        let field = exp(0.5 * u);
        let gain = field * field;
        let slope = -0.5 * field * self.per_w * (gain - 1.0) / p.mul_add(gain, 1.0);
        Slope::real(field, slope)
    }

    /// sqrt(G) for a lane, and the standard deviation of a quadrature of the emission in sqrt(W) when
    /// that of half the emission per gain is given.
    #[inline(always)]
    fn gains<T: Real>(&self, lane: &PortLanes<T>, half_emission: f64) -> [[T; LANES]; 2] {
        let mut p = [0.0; LANES];
        let mut u = [0.0; LANES];
        for i in 0..LANES {
            let power = lane.re[i].mul_add(lane.re[i], lane.im[i] * lane.im[i]);
            p[i] = power.to_f64() * self.per_w;
            u[i] = self.first(p[i]);
        }
        // The samples inside the steps: only an innermost loop becomes vector instructions.
        for _ in 0..NEWTON_STEPS {
            for (u, p) in u.iter_mut().zip(&p) {
                *u = self.newton(*p, *u);
            }
        }
        let [mut field, mut sigma] = [[T::ZERO; LANES]; 2];
        for i in 0..LANES {
            let gain = exp(0.5 * u[i]);
            let added = gain.mul_add(gain, -1.0);
            let added = if added > 0.0 { added } else { 0.0 };
            field[i] = T::from_f64(gain);
            sigma[i] = T::from_f64((half_emission * added).sqrt());
        }
        [field, sigma]
    }

    /// An upper bound of u = ln G for p = P_in / P_s: p (G - 1) <= ln G_0.
    #[inline(always)]
    fn first(&self, p: f64) -> f64 {
        let bound = ln(1.0 + self.ln_gain / p);
        if bound < self.ln_gain {
            bound
        } else {
            self.ln_gain
        }
    }

    /// A step of Newton's method for u + p (e^u - 1) = ln G_0. The left side is convex in u, so from
    /// above no step goes below the solution.
    #[inline(always)]
    fn newton(&self, p: f64, u: f64) -> f64 {
        let slope = p * exp(u);
        u - (u + slope - p - self.ln_gain) / (1.0 + slope)
    }
}

/// E -> g E + s (n + i n'), with g and s (in sqrt(W)) of a lane.
#[inline(always)]
fn amplify<T: Real>(
    lanes: &mut [PortLanes<T>],
    ports: usize,
    samples: usize,
    noise: Option<&mut Stream>,
    gains: impl Fn(&PortLanes<T>) -> [[T; LANES]; 2] + Sync,
) {
    match noise {
        None => for_each_lane(
            lanes,
            #[inline(always)]
            |lane| {
                let [field, _] = gains(lane);
                for (i, field) in field.into_iter().enumerate() {
                    lane.re[i] *= field;
                    lane.im[i] *= field;
                }
            },
        ),
        Some(noise) => for_each_noisy_lane::<T, 2>(
            lanes,
            ports,
            samples,
            noise,
            #[inline(always)]
            |lane, [first, second]| {
                let [field, sigma] = gains(lane);
                for i in 0..LANES {
                    let (a, b) = (T::from_f64(first[i].into()), T::from_f64(second[i].into()));
                    lane.re[i] = lane.re[i].mul_add(field[i], sigma[i] * a);
                    lane.im[i] = lane.im[i].mul_add(field[i], sigma[i] * b);
                }
            },
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{pass, repeat};
    use super::*;
    use crate::component::activation::Activation;
    use num_complex::Complex64;
    use proptest::prelude::*;

    const NOISE: AmplifierNoise = AmplifierNoise {
        noise_figure_db: 6.0,
        optical_bandwidth_hz: 50e9,
        wavelength_m: 1550e-9,
    };

    proptest! {
        #[test]
        fn the_saturated_gain_solves_its_equation(
            gain_db in 3.1..60.0_f64, log_output in -6.0..1.0_f64, log_power in -15.0..3.0_f64,
        ) {
            let output_w = 10_f64.powf(log_output);
            let stage = GainStage {
                gain_db,
                saturation_output_power_w: Some(output_w),
                noise: None,
            };
            prop_assert_eq!(stage.check(), Ok(()));
            let power = 10_f64.powf(log_power);
            let gain = stage.power_transmission(power);
            let small = 10_f64.powf(gain_db / 10.0);
            let medium_w = output_w * (small - 2.0) / (small * LN_2);
            prop_assert!(gain >= 1.0 - 1e-15 && gain <= small * (1.0 + 1e-13));
            // p (G - 1) loses what 1 loses in G - 1; the rest is rounding of ln G_0 <= 14.
            let p = power / medium_w;
            let error = gain.ln() + p * (gain - 1.0) - small.ln();
            prop_assert!(error.abs() <= 1e-12 + 1e-15 * p, "{} {}", error, p);
            // The field follows the formula.
            let e = Complex64::from_polar(power.sqrt(), 0.7);
            let found = pass::<f64>(Activation::GainStage(stage), e);
            prop_assert!((found - gain.sqrt() * e).norm() <= 1e-13 * found.norm());
            let found = pass::<f32>(Activation::GainStage(stage), e);
            prop_assert!((found - gain.sqrt() * e).norm() <= 1e-6 * found.norm());
        }
    }

    #[test]
    fn it_falls_by_3_db_at_the_saturation_output_power() {
        for gain_db in [3.1, 10.0, 30.0, 60.0] {
            let stage = GainStage {
                gain_db,
                saturation_output_power_w: Some(5e-3),
                noise: None,
            };
            let small = 10_f64.powf(gain_db / 10.0);
            let half = stage.power_transmission(5e-3 / (0.5 * small));
            assert!((half / small - 0.5).abs() < 1e-12, "{gain_db} dB: {half}");
        }
    }

    #[test]
    fn the_noise_figure_is_what_an_ideal_receiver_measures() {
        let photon_j = PLANCK_J_S * LIGHT_M_PER_S / NOISE.wavelength_m;
        // Strong light, so that the emission's beat with itself does not count.
        let power = 1e-3;
        for gain_db in [3.0, 20.0] {
            let stage = GainStage {
                gain_db,
                noise: Some(NOISE),
                saturation_output_power_w: None,
            };
            let count = 200_000;
            let powers: Vec<f64> = repeat(Activation::GainStage(stage), power.sqrt().into(), count)
                .iter()
                .map(Complex64::norm_sqr)
                .collect();
            let mean = powers.iter().sum::<f64>() / count as f64;
            let variance =
                powers.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / (count - 1) as f64;
            // Shot noise in W^2 over B / 2: h nu P B. Signal over noise before and behind:
            let before = power / (photon_j * NOISE.optical_bandwidth_hz);
            let shot = photon_j * mean * NOISE.optical_bandwidth_hz;
            let behind = mean * mean / (variance + shot);
            let figure_db = 10.0 * (before / behind).log10();
            // A variance of 200,000 samples has a standard error of 0.32 %, 0.014 dB; five of them.
            assert!((figure_db - 6.0).abs() < 0.07, "{gain_db} dB: {figure_db}");
        }
    }

    #[test]
    fn the_emission_is_round_and_has_the_stated_power() {
        for saturation_output_power_w in [None, Some(1e-3)] {
            let stage = GainStage {
                gain_db: 20.0,
                noise: Some(NOISE),
                saturation_output_power_w,
            };
            let input = Complex64::from_polar(2e-5_f64.sqrt(), 0.4);
            let count = 100_000;
            let found = repeat(Activation::GainStage(stage), input, count);
            let n = count as f64;
            let expected = stage.power_transmission(2e-5).sqrt() * input;
            let emission = stage.emission_w(2e-5);
            let noise: Vec<_> = found.iter().map(|e| e - expected).collect();
            let mean = noise.iter().sum::<Complex64>() / n;
            assert!(mean.norm() < 5.0 * (emission / n).sqrt());
            for variance in [
                noise.iter().map(|e| e.re * e.re).sum::<f64>() / n,
                noise.iter().map(|e| e.im * e.im).sum::<f64>() / n,
            ] {
                let ratio = variance / (0.5 * emission);
                assert!((ratio - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "{ratio}");
            }
            let cross = noise.iter().map(|e| e.re * e.im).sum::<f64>() / n;
            assert!(cross.abs() < 2.5 * emission / n.sqrt());
        }
    }

    #[test]
    fn no_amplifier_beats_the_quantum_limit() {
        let stage = |gain_db, noise_figure_db| GainStage {
            gain_db,
            noise: Some(AmplifierNoise {
                noise_figure_db,
                ..NOISE
            }),
            saturation_output_power_w: None,
        };
        assert!(stage(40.0, 3.02).check().is_ok());
        assert!(stage(40.0, 3.0).check().is_err());
        // At a gain of 2 the limit is 1.5.
        assert!(
            stage(10.0 * 2_f64.log10(), 10.0 * 1.5_f64.log10())
                .check()
                .is_ok()
        );
        assert!(stage(10.0 * 2_f64.log10(), 1.7).check().is_err());
        let saturating = GainStage {
            saturation_output_power_w: Some(1e-3),
            ..stage(2.0, 5.0)
        };
        assert!(saturating.check().is_err());
    }
}
