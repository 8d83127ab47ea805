//! Conversions between the field's units and SI; the only place where they are made.
//!
//! A loss is a positive number of dB.

/// Fraction of the power that passes a loss of `loss_db` dB: 10^(-x/10).
pub fn loss_db_to_power_ratio(loss_db: f64) -> f64 {
    libm::pow(10.0, -loss_db / 10.0)
}

/// Fraction of the field amplitude that passes a loss of `loss_db` dB: 10^(-x/20).
pub fn loss_db_to_field_ratio(loss_db: f64) -> f64 {
    libm::pow(10.0, -loss_db / 20.0)
}

/// A power ratio (> 0) in dB.
pub fn power_ratio_to_db(ratio: f64) -> f64 {
    10.0 * libm::log10(ratio)
}

/// A power in dBm as W: 0 dBm = 1 mW.
pub fn dbm_to_w(power_dbm: f64) -> f64 {
    1e-3 * libm::pow(10.0, power_dbm / 10.0)
}

/// A power in W (> 0) as dBm.
pub fn w_to_dbm(power_w: f64) -> f64 {
    10.0 * libm::log10(power_w / 1e-3)
}

/// Speed of light in vacuum in m/s, exact by definition.
pub const SPEED_OF_LIGHT_M_PER_S: f64 = 299_792_458.0;

/// The frequency in Hz of light of a vacuum wavelength in m (> 0).
pub fn wavelength_m_to_hz(wavelength_m: f64) -> f64 {
    SPEED_OF_LIGHT_M_PER_S / wavelength_m
}

/// The vacuum wavelength in m of light of a frequency in Hz (> 0).
pub fn hz_to_wavelength_m(frequency_hz: f64) -> f64 {
    SPEED_OF_LIGHT_M_PER_S / frequency_hz
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn field_ratio_squared_is_the_power_ratio(loss_db in 0.0..100.0_f64) {
            let power = loss_db_to_power_ratio(loss_db);
            prop_assert!((loss_db_to_field_ratio(loss_db).powi(2) / power - 1.0).abs() < 1e-13);
            prop_assert!((power_ratio_to_db(power) + loss_db).abs() < 1e-12);
            prop_assert!(power <= 1.0);
        }

        #[test]
        fn dbm_goes_there_and_back(power_dbm in -150.0..50.0_f64) {
            prop_assert!((w_to_dbm(dbm_to_w(power_dbm)) - power_dbm).abs() < 1e-12);
        }
    }

    #[test]
    fn known_values() {
        assert_eq!(dbm_to_w(0.0), 1e-3);
        assert!((wavelength_m_to_hz(1550e-9) / 193.414_489_032_258e12 - 1.0).abs() < 1e-14);
        assert!((hz_to_wavelength_m(wavelength_m_to_hz(1310e-9)) / 1310e-9 - 1.0).abs() < 1e-15);
        assert!((dbm_to_w(10.0) - 1e-2).abs() < 1e-17);
        assert!((loss_db_to_power_ratio(3.0) - 0.501_187_233_627_272_2).abs() < 1e-15);
    }
}
