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
//! the phase with the power, the RIN of later layers is larger: by 0.5 dB
//! where it was tried.
//! A mean of n readouts has 1/n of the variances of shot, thermal and laser; 1/n of the ADC's only
//! where the noise of a single readout is at least half a step, so that it meets another code each time;
//! and all of that of the optical noise, which the emulator draws once.

use super::detection::{Detector, Moments, Saturation};
use super::ensemble::Ensemble;
use super::power::Power;
use super::speckle::Speckle;
use crate::design::Readout;
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
