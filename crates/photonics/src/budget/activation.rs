//! What an activation leaves of the light, and the noise that it adds.
//!
//! The transmission of a nonlinear activation at the mean power is not the mean transmission: behind a
//! mesh the power differs from port to port (see [`crate::budget`]), and an activation that passes strong
//! light better than weak light lives on its brightest ports. Means are therefore taken over that
//! distribution, by quadrature of the activation's own
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
mod tests;
