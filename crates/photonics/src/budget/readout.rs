//! One readout: what the light makes of current, and what stands against it.
//!
//! All variances are means over the ports and samples of the layer, for detectors that work; the root
//! of the mean is what is called A rms here. A **readout** is one number: the current of a photodiode
//! ([`Readout::Intensity`]), the difference of two ports' photodiodes ([`Readout::Signed`]), or the
//! difference of the two photodiodes of a port ([`Readout::Homodyne`]).
//!
//! | cause | variance of one readout |
//! |---|---|
//! | shot | 2 q B (I of all photodiodes of the readout, dark current, stray and noise light included) |
//! | thermal | 4 k T B / R_load per photodiode |
//! | RIN | S^2 10^(RIN/10) B times the mean squared signal current; S is the slope of the activations before |
//! | optical | R^2 (2 P P_n + P_n^2) per photodiode: beat of the light P with the noise light P_n, and of that with itself; homodyne 2 R^2 P_LO P_n |
//! | ADC | LSB^2 / 12 |
//!
//! Shot, thermal and RIN: Agrawal, Fiber-Optic Communication Systems, section on receiver noise; beat
//! noise: Olsson, J. Lightwave Technol. 7, 1071 (1989), doi:10.1109/50.29634, with the optical bandwidth
//! of one value per sample that the emulator has; ADC: Bennett, doi:10.1002/j.1538-7305.1948.tb01340.x.
//! The slope is that of the mean power: where it differs much from port to port, or the activation turns
//! the phase with the power, the RIN of later layers is larger, by up to 1 dB.
//! A mean of n readouts has 1/n of the variances of shot, thermal and laser; 1/n of the ADC's only
//! where the noise of a single readout is at least half a step, so that it meets another code each time;
//! and all of that of the optical noise, which the emulator draws once.

use super::ensemble::Ensemble;
use super::power::Power;
use super::speckle::Speckle;
use crate::design::Readout;
use crate::detector::photodiode::saturated_a;
use crate::process::DetectorProcess;
use crate::units::loss_db_to_power_ratio;

/// The currents of one readout, in A. The noise is that of the mean over `averages` readouts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadoutBudget {
    /// Mean photocurrent of one photodiode from the light of its own port, without dark current, stray
    /// light or noise light, behind saturation. Homodyne: the rms over the ports of the difference
    /// current, whose mean is 0.
    pub signal_a: f64,
    /// Mean photocurrent of one photodiode from stray light.
    pub stray_a: f64,
    /// Dark current of one photodiode.
    pub dark_a: f64,
    /// Shot noise, rms.
    pub shot_a: f64,
    /// Thermal noise, rms.
    pub thermal_a: f64,
    /// The laser's relative intensity noise, rms.
    pub rin_a: f64,
    /// Noise light of the activations before this layer, rms.
    pub optical_a: f64,
    /// Quantisation by the converter, rms.
    pub adc_a: f64,
    /// Noise floor: the mean power on a photodiode at which the signal is as large as the noise is now.
    /// `None` where there is no noise.
    pub floor: Option<Power>,
    /// 20 log10(signal / noise) in dB. `None` where there is no noise; minus infinity without light.
    pub snr_db: Option<f64>,
}

impl ReadoutBudget {
    /// All noise of one readout in A rms.
    pub fn noise_a(&self) -> f64 {
        [
            self.shot_a,
            self.thermal_a,
            self.rin_a,
            self.optical_a,
            self.adc_a,
        ]
        .iter()
        .map(|sigma| sigma * sigma)
        .sum::<f64>()
        .sqrt()
    }

    /// Effective number of bits, (SNR - 1.76 dB) / 6.02 dB: those of an ideal converter whose
    /// full-scale sine has this signal-to-noise ratio (IEEE Std 1241-2010,
    /// doi:10.1109/IEEESTD.2011.5692956). `None` where there is no noise; below 0 where nothing can be
    /// told.
    pub fn effective_bits(&self) -> Option<f64> {
        self.snr_db.map(|snr_db| (snr_db - 1.76) / 6.02)
    }
}

/// What reaches the detectors of a layer.
#[derive(Clone, Debug)]
pub(super) struct Light<'a> {
    /// On the detectors.
    pub(super) detected: &'a Ensemble,
    /// At the mesh output.
    pub(super) output: Power,
    /// Noise light on a detector in W.
    pub(super) noise_w: f64,
    /// Standard deviation of the laser's relative power.
    pub(super) laser_sigma: f64,
    /// Product of the slopes of the activations before.
    pub(super) slope: f64,
    pub(super) ports: usize,
}

/// The readouts of a layer.
pub(super) fn read(
    readout: Readout,
    process: &DetectorProcess,
    speckle: &Speckle,
    light: &Light<'_>,
) -> ReadoutBudget {
    let power = light.detected.mean();
    let responsivity = process.responsivity_a_per_w;
    let stray_w = process.optical_crosstalk_floor_db.map_or(0.0, |floor_db| {
        light.output.w() * light.ports as f64 * loss_db_to_power_ratio(floor_db)
    });
    let homodyne = readout == Readout::Homodyne;
    let oscillator_w = if homodyne {
        process.local_oscillator.power_w
    } else {
        0.0
    };
    let diodes = match readout {
        Readout::Intensity => 1.0,
        Readout::Signed | Readout::Homodyne => 2.0,
    };
    // A homodyne diode gets half of everything.
    let share = if homodyne { 0.5 } else { 1.0 };
    let background_a = responsivity.mul_add(
        share * (stray_w + light.noise_w + oscillator_w),
        process.dark_current_a,
    );
    let saturation = Saturation::new(process, speckle, light.detected, share, background_a);
    let detector = Detector {
        responsivity,
        spread: process.responsivity_sigma,
        compression: saturation.compression,
        oscillator_w,
    };
    // Per W (homodyne: per sqrt(W)) of light, so that a dark layer has a ratio too.
    let signal_per_w = detector.signal_per_w(readout);
    let signal_a = match readout {
        Readout::Homodyne => signal_per_w * power.w().sqrt(),
        _ => signal_per_w * power.w(),
    };
    let repetitions = f64::from(process.averages);
    let (shot, thermal) = process.noise.map_or((0.0, 0.0), |noise| noise.terms());
    let shot_a2 = diodes * shot * saturation.carried_a;
    let thermal_a2 = diodes * thermal;
    let moments = Moments {
        power_w: power.w(),
        square: light.detected.mean_square() * speckle.mean_square(),
        difference: light.detected.mean_square() * speckle.mean_square_difference(),
    };
    let rin_a2 = detector.laser_variance_a2(readout, &moments, light.laser_sigma, light.slope);
    let optical_a2 = detector.optical_variance_a2(readout, power.w(), light.noise_w);
    let once_a2 = shot_a2 + thermal_a2;
    let step_a = process
        .adc
        .map_or(0.0, |adc| adc.step_a(readout.is_signed()));
    let conversions = if once_a2.sqrt() >= 0.5 * step_a {
        repetitions
    } else {
        1.0
    };
    let mut budget = ReadoutBudget {
        signal_a,
        stray_a: responsivity * share * stray_w,
        dark_a: process.dark_current_a,
        shot_a: (shot_a2 / repetitions).sqrt(),
        thermal_a: (thermal_a2 / repetitions).sqrt(),
        rin_a: (rin_a2 / repetitions).sqrt(),
        optical_a: optical_a2.sqrt(),
        adc_a: step_a / (12.0 * conversions).sqrt(),
        floor: None,
        snr_db: None,
    };
    let noise_a = budget.noise_a();
    if noise_a > 0.0 {
        // signal = noise at this power; a homodyne signal goes with the root of the power.
        let ratio = noise_a / signal_per_w;
        let (floor_w, per_db) = if homodyne {
            (ratio * ratio, 1.0)
        } else {
            (ratio, 2.0)
        };
        let floor = Power::from_w(floor_w);
        budget.floor = Some(floor);
        budget.snr_db = Some(per_db * (power.dbm() - floor.dbm()));
    }
    budget
}

/// Photodiodes at their working point.
struct Saturation {
    /// Mean current of one photodiode.
    carried_a: f64,
    /// Signal current over what it would be without saturation.
    compression: f64,
}

impl Saturation {
    fn new(
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
struct Moments {
    power_w: f64,
    /// Of the power.
    square: f64,
    /// Of the difference of two ports.
    difference: f64,
}

struct Detector {
    responsivity: f64,
    /// Relative spread of the responsivity.
    spread: f64,
    compression: f64,
    oscillator_w: f64,
}

impl Detector {
    /// Signal current in A per W, for homodyne rms per sqrt(W): 2 R sqrt(P_LO P / 2).
    fn signal_per_w(&self, readout: Readout) -> f64 {
        let linear = self.responsivity * self.compression;
        match readout {
            Readout::Homodyne => linear * (2.0 * self.oscillator_w).sqrt(),
            Readout::Intensity | Readout::Signed => linear,
        }
    }

    fn laser_variance_a2(
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

    fn optical_variance_a2(&self, readout: Readout, power_w: f64, noise_w: f64) -> f64 {
        let linear = self.responsivity * self.compression;
        let beat = linear.powi(2) * noise_w * 2.0f64.mul_add(power_w, noise_w);
        match readout {
            Readout::Intensity => beat,
            Readout::Signed => 2.0 * beat,
            Readout::Homodyne => linear.powi(2) * 2.0 * self.oscillator_w * noise_w,
        }
    }
}
