//! Activations of an experiment, in the units of the library.

use super::process::receiver_noise;
use crate::config::checked::{self, TransferKind};
use photonics::component::activation::{
    Activation, AmplifierNoise, ElectroOptic, GainStage, ModRelu, Regenerator, SaturableAbsorber,
    Transfer,
};
use photonics::units::dbm_to_w;

/// What stands between two layers.
pub(super) fn activation(activation: &checked::Activation) -> Activation {
    match *activation {
        checked::Activation::Identity => Activation::Identity,
        checked::Activation::ElectroOptic {
            tap_fraction,
            gain_rad_per_mw,
            bias_rad,
        } => Activation::ElectroOptic(ElectroOptic {
            tap_fraction,
            gain_rad_per_w: 1e3 * gain_rad_per_mw,
            bias_rad,
        }),
        checked::Activation::SaturableAbsorber {
            absorption,
            unsaturable_absorption,
            saturation_power_mw,
        } => Activation::SaturableAbsorber(SaturableAbsorber {
            absorption,
            unsaturable_absorption,
            saturation_power_w: 1e-3 * saturation_power_mw,
        }),
        checked::Activation::ModRelu { threshold_sqrt_w } => {
            Activation::ModRelu(ModRelu { threshold_sqrt_w })
        }
        checked::Activation::GainStage {
            gain_db,
            noise_figure_db,
            optical_bandwidth_hz,
            wavelength_nm,
            saturation_output_dbm,
        } => Activation::GainStage(GainStage {
            gain_db,
            noise: noise_figure_db.map(|noise_figure_db| AmplifierNoise {
                noise_figure_db,
                optical_bandwidth_hz: optical_bandwidth_hz.unwrap_or(1e9),
                wavelength_m: 1e-9 * wavelength_nm.unwrap_or(1550.0),
            }),
            saturation_output_power_w: saturation_output_dbm.map(dbm_to_w),
        }),
        checked::Activation::Regenerator {
            transfer,
            threshold_a,
            midpoint_a,
            gain_per_a,
            carrier_dbm,
            extinction_ratio_db,
            responsivity_a_per_w,
            dark_current_a,
            noise,
            bandwidth_hz,
            load_ohm,
            temperature_k,
        } => Activation::Regenerator(Regenerator {
            responsivity_a_per_w,
            dark_current_a,
            noise: receiver_noise(noise, bandwidth_hz, load_ohm, temperature_k),
            transfer: match transfer {
                TransferKind::Linear => Transfer::Linear,
                TransferKind::Relu => Transfer::Relu {
                    threshold_a: threshold_a.unwrap_or(0.0),
                },
                TransferKind::Sigmoid => Transfer::Sigmoid {
                    midpoint_a: midpoint_a.unwrap_or(0.0),
                },
            },
            gain_per_a,
            carrier_power_w: dbm_to_w(carrier_dbm),
            extinction_ratio_db,
        }),
    }
}
