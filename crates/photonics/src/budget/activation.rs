//! What an activation leaves of the light, and the noise that it adds.
//!
//! The transmission of a nonlinear activation at the mean power is not the mean transmission: behind a
//! mesh the power differs from port to port (see [`super::speckle`]), and an activation that passes
//! strong light better than weak light lives on its brightest ports. Means are therefore taken over
//! that distribution, by quadrature of the activation's own
//! [`Activation::power_transmission`] or [`Activation::output_power_w`], for every kind of sample.
//!
//! # Optical noise
//! Amplified spontaneous emission and the receivers of regenerators add a fluctuating field, of mean
//! power P_n per port. Small noise goes through an activation as a disturbance of the field: its part
//! in phase with the light is multiplied by the slope s = d ln P_out / d ln P_in, that in quadrature is
//! not, both carry the transmission; so P_n / P goes with (s^2 + 1) / 2. A regenerator forgets the
//! quadrature: s^2 / 2. Behind the next mesh the noise is spread over both quadratures again.

use super::ensemble::Ensemble;
use super::power::Power;
use super::speckle::Speckle;
use crate::component::activation::{Activation, Regenerator};
use crate::units::power_ratio_to_db;

/// From a mesh output to the next mesh. `input` less `loss_db` is `output`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActivationBudget {
    /// Before the activation, behind the layer's tap: mean over ports and samples.
    pub input: Power,
    /// Behind the activation, without the noise that it adds.
    pub output: Power,
    /// Loss of the mean power in dB, a tap within the activation included; negative where it
    /// amplifies or puts out light of its own.
    pub loss_db: f64,
    /// Mean over ports and samples of the transmission alone, as a loss in dB: every port counts the
    /// same, however much light it has. `None` where the output is light of its own.
    pub mean_transmission_loss_db: Option<f64>,
    /// s = d ln P_out / d ln P_in of the mean power: 1 where it is linear, 0 where the output does not
    /// follow the input.
    pub slope: f64,
    /// Mean power per port in W of the noise light that goes into the next mesh.
    pub noise_light_w: f64,
}

/// Half the change of ln P over which a slope is taken.
const SLOPE_STEP: f64 = 0.05;

/// Passes light, and noise light in W, through an activation.
pub(super) fn activate(
    activation: &Activation,
    speckle: &Speckle,
    input: &Ensemble,
    noise_light_w: f64,
) -> (ActivationBudget, Ensemble) {
    let output = input.map(|ln_w| ln_output(activation, speckle, ln_w));
    let (before, after) = (input.mean(), output.mean());
    let slope = slope(activation, speckle, before);
    let kept = match activation {
        Activation::Regenerator(_) => 0.5 * slope * slope,
        _ => 0.5 * slope.mul_add(slope, 1.0),
    };
    let mean_w = before.w();
    let carried = if noise_light_w == 0.0 {
        0.0
    } else if before.is_dark() {
        activation.power_transmission(0.0).unwrap_or(0.0)
    } else {
        kept * libm::pow(10.0, 0.1 * (after.dbm() - before.dbm()))
    };
    let budget = ActivationBudget {
        input: before,
        output: after,
        loss_db: before.loss_db_to(after),
        mean_transmission_loss_db: mean_transmission(activation, speckle, input)
            .map(|ratio| 0.0 - power_ratio_to_db(ratio)),
        slope,
        noise_light_w: noise_light_w.mul_add(carried, added_noise_w(activation, speckle, mean_w)),
    };
    (budget, output)
}

/// ln of the mean output power over the ports of a sample, of the mean input power over its ports.
fn ln_output(activation: &Activation, speckle: &Speckle, ln_w: f64) -> f64 {
    let mean_w = libm::exp(ln_w);
    match activation {
        Activation::Identity => ln_w,
        Activation::Regenerator(regenerator) => {
            libm::log(speckle.mean(|x| regenerator.output_power_w(x * mean_w)))
        }
        _ => {
            let ratio =
                speckle.power_mean(|x| activation.power_transmission(x * mean_w).unwrap_or(1.0));
            ln_w + libm::log(ratio)
        }
    }
}

fn mean_transmission(activation: &Activation, speckle: &Speckle, input: &Ensemble) -> Option<f64> {
    activation.power_transmission(0.0)?;
    let over_ports = |mean_w: f64| {
        speckle.mean(|x| activation.power_transmission(x * mean_w).unwrap_or(1.0))
            / speckle.mean(|_| 1.0)
    };
    let kinds = input.kinds().iter();
    Some(
        kinds
            .map(|kind| kind.share * over_ports(libm::exp(kind.ln_w)))
            .sum(),
    )
}

fn slope(activation: &Activation, speckle: &Speckle, input: Power) -> f64 {
    if matches!(activation, Activation::Identity) || input.is_dark() {
        return 1.0;
    }
    let ln_w = libm::log(input.w().max(f64::MIN_POSITIVE));
    let [low, high] =
        [-SLOPE_STEP, SLOPE_STEP].map(|step| ln_output(activation, speckle, ln_w + step));
    let slope = (high - low) / (2.0 * SLOPE_STEP);
    // Nothing comes out: nothing changes.
    if slope.is_finite() { slope } else { 0.0 }
}

/// Noise light that an activation adds at a mean power in W.
fn added_noise_w(activation: &Activation, speckle: &Speckle, mean_w: f64) -> f64 {
    match activation {
        Activation::GainStage(stage) => speckle.mean(|x| stage.emission_w(x * mean_w)),
        Activation::Regenerator(regenerator) => regenerator_noise_w(regenerator, speckle, mean_w),
        _ => 0.0,
    }
}

/// Gauss-Hermite abscissas and weights of 5 points for the standard normal distribution.
const HERMITE: [[f64; 2]; 5] = [
    [0.0, 8.0 / 15.0],
    [1.355_626_179_974_266, 0.222_075_922_005_612_6],
    [-1.355_626_179_974_266, 0.222_075_922_005_612_6],
    [2.856_970_013_872_806, 0.011_257_411_327_720_69],
    [-2.856_970_013_872_806, 0.011_257_411_327_720_69],
];

/// Variance in W of the amplitude that the noise of the photocurrent leaves on the carrier. The noise n
/// of the current is as good as a power n / R more.
fn regenerator_noise_w(regenerator: &Regenerator, speckle: &Speckle, mean_w: f64) -> f64 {
    let Some(noise) = regenerator.noise else {
        return 0.0;
    };
    let responsivity = regenerator.responsivity_a_per_w;
    speckle.mean(|x| {
        let power_w = x * mean_w;
        let current_a = responsivity.mul_add(power_w, regenerator.dark_current_a);
        let sigma_w = noise.variance_a2(current_a).sqrt() / responsivity;
        let [mut mean, mut square] = [0.0; 2];
        for [z, weight] in HERMITE {
            let output_w = regenerator.output_power_w(sigma_w.mul_add(z, power_w));
            mean += weight * output_w.sqrt();
            square += weight * output_w;
        }
        mean.mul_add(-mean, square).max(0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::super::ensemble::Kind;
    use super::*;
    use crate::component::activation::{
        AmplifierNoise, ElectroOptic, GainStage, ModRelu, SaturableAbsorber, Transfer,
    };
    use crate::detector::ReceiverNoise;

    fn at(power_w: f64) -> Ensemble {
        Ensemble::new(vec![Kind {
            share: 1.0,
            ln_w: power_w.ln(),
        }])
    }

    fn budget(activation: Activation, power_w: f64, noise_w: f64) -> ActivationBudget {
        // So many ports that powers are exponential.
        activate(
            &activation,
            &Speckle::new(1_000_000_000),
            &at(power_w),
            noise_w,
        )
        .0
    }

    #[test]
    fn a_bias_of_pi_goes_with_the_cube_of_the_power() {
        // (1 - alpha) sin^2(g P / 2) for weak light: 6 and 2 are E[x^3] and E[x^2].
        let (alpha, g) = (0.1, 50.0 * std::f64::consts::PI);
        let published = Activation::ElectroOptic(ElectroOptic {
            tap_fraction: alpha,
            gain_rad_per_w: g,
            bias_rad: std::f64::consts::PI,
        });
        let power_w = 1e-5;
        let weak = (1.0 - alpha) * (0.5 * g * power_w).powi(2);
        let found = budget(published, power_w, 0.0);
        assert!((found.loss_db + power_ratio_to_db(6.0 * weak)).abs() < 1e-4);
        let transmission = found.mean_transmission_loss_db.unwrap();
        assert!((transmission + power_ratio_to_db(2.0 * weak)).abs() < 1e-4);
        assert!((found.slope - 3.0).abs() < 1e-4);
        assert!((found.input.dbm() - found.loss_db - found.output.dbm()).abs() < 1e-12);
        assert_eq!(found.noise_light_w, 0.0);
    }

    #[test]
    fn strong_light_averages_over_the_fringes() {
        // E[x exp(-x) cos^2(w x / 2)] = (1 + Re (1 - i w)^-2) / 2.
        let open = Activation::ElectroOptic(ElectroOptic {
            tap_fraction: 0.0,
            gain_rad_per_w: 1e3,
            bias_rad: 0.0,
        });
        for w in [0.1_f64, 1.0, 7.0] {
            let found = budget(open, w / 1e3, 0.0);
            let real = (1.0 - w * w) / (1.0 + w * w).powi(2);
            let expected = 0.5 + 0.5 * real;
            assert!(
                (found.loss_db + power_ratio_to_db(expected)).abs() < 1e-6,
                "{w}"
            );
        }
    }

    #[test]
    fn thresholds_and_absorbers() {
        // E[(sqrt(x) - b)^2; x > b^2] with b = 1: exp(-1) (2 - 1/2 .. ) by numbers of an integral.
        let relu = Activation::ModRelu(ModRelu {
            threshold_sqrt_w: 1e-2,
        });
        let steps = 2_000_000;
        let step = 60.0 / f64::from(steps);
        let integral: f64 = (0..steps)
            .map(|i| (f64::from(i) + 0.5) * step)
            .map(|x| (x.sqrt() - 1.0).max(0.0).powi(2) * (-x).exp())
            .sum::<f64>()
            * step;
        let found = budget(relu, 1e-4, 0.0);
        assert!((found.loss_db + power_ratio_to_db(integral)).abs() < 1e-5);
        // Bleached: all passes; weak: what is not absorbed.
        let absorber = Activation::SaturableAbsorber(SaturableAbsorber {
            absorption: 0.75,
            unsaturable_absorption: 0.0,
            saturation_power_w: 1e-3,
        });
        assert!(budget(absorber, 1e3, 0.0).loss_db < 1e-4);
        assert!((budget(absorber, 1e-9, 0.0).loss_db - 6.0206).abs() < 1e-3);
    }

    #[test]
    fn identity_passes_light_and_noise_as_they_are() {
        let found = budget(Activation::Identity, 1e-4, 1e-9);
        assert_eq!((found.loss_db, found.slope), (0.0, 1.0));
        assert_eq!(found.mean_transmission_loss_db, Some(0.0));
        assert_eq!(found.noise_light_w, 1e-9);
        let dark = budget(Activation::Identity, 0.0, 1e-9);
        assert!(dark.output.is_dark() && dark.loss_db == 0.0 && dark.noise_light_w == 1e-9);
    }

    #[test]
    fn an_amplifier_adds_its_emission() {
        let stage = GainStage {
            gain_db: 20.0,
            noise: Some(AmplifierNoise {
                noise_figure_db: 5.0,
                optical_bandwidth_hz: 12.5e9,
                wavelength_m: 1550e-9,
            }),
            saturation_output_power_w: None,
        };
        let found = budget(Activation::GainStage(stage), 1e-6, 1e-9);
        assert!((found.loss_db + 20.0).abs() < 1e-9);
        let expected = 100.0 * 1e-9 + stage.emission_w(1e-6);
        assert!((found.noise_light_w / expected - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_regenerator_puts_out_its_carrier_with_the_noise_of_its_receiver() {
        let receiver = ReceiverNoise::new(1e9, 1e6, 300.0);
        let regenerator = Regenerator {
            responsivity_a_per_w: 0.8,
            dark_current_a: 1e-8,
            noise: Some(receiver),
            transfer: Transfer::Linear,
            gain_per_a: 10.0,
            carrier_power_w: 1e-3,
            extinction_ratio_db: None,
        };
        let found = budget(Activation::Regenerator(regenerator), 1e-3, 0.0);
        let output_w = 1e-3 * 10.0 * (0.8e-3 + 1e-8);
        assert!((found.output.w() / output_w - 1.0).abs() < 1e-9);
        assert!((found.slope - 1.0).abs() < 1e-3);
        assert_eq!(found.mean_transmission_loss_db, None);
        // P_out = c I: the amplitude's variance is c var(I) / (4 I); shot noise dominates but for the
        // darkest ports, and leaves c 2 q B / 4.
        let expected = 1e-3 * 10.0 * 2.0 * 1.602e-19 * 1e9 / 4.0;
        assert!(
            (found.noise_light_w / expected - 1.0).abs() < 0.05,
            "{}",
            found.noise_light_w
        );
        // The slope of a current that closes the modulator is negative.
        let closing = Regenerator {
            gain_per_a: -500.0,
            transfer: Transfer::Relu { threshold_a: 5e-3 },
            ..regenerator
        };
        assert!(budget(Activation::Regenerator(closing), 1e-3, 0.0).slope < 0.0);
    }
}
