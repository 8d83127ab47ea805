//! Photodiodes as they came out, and where their current ends.

use crate::design::Readout;

/// The photodiodes of one layer as drawn: one per port, or for a homodyne readout two, first the one
/// that sees the sum of signal and local oscillator.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerDetectors {
    pub(crate) responsivity_a_per_w: Vec<f64>,
    pub(crate) dark_current_a: Vec<f64>,
}

impl LayerDetectors {
    /// 1 A/W and no dark current, for a layer of `ports` ports.
    pub fn ideal(readout: Readout, ports: usize) -> Self {
        let diodes = ports * readout.diodes_per_port();
        Self {
            responsivity_a_per_w: vec![1.0; diodes],
            dark_current_a: vec![0.0; diodes],
        }
    }

    /// Current per optical power in A/W; 0 where a detector is dead.
    pub fn responsivity_a_per_w(&self) -> &[f64] {
        &self.responsivity_a_per_w
    }

    /// Current without light in A; 0 where a detector is dead.
    pub fn dark_current_a(&self) -> &[f64] {
        &self.dark_current_a
    }
}

/// The current in A of a diode that without saturation would carry `current_a` >= 0:
/// I / (1 + I / I_sat), where `per_saturation` is 1 / I_sat in 1/A; with 0 it is I itself, bit for bit.
///
/// The simplest law that is linear for weak light and never exceeds I_sat: the response is down to a
/// half at I = I_sat, and by 1 dB at I = 0.26 I_sat.
#[inline(always)]
pub(crate) fn saturated_a(current_a: f64, per_saturation: f64) -> f64 {
    current_a / current_a.mul_add(per_saturation, 1.0)
}

/// The same in single precision, for currents that are kept in it.
#[inline(always)]
pub(crate) fn saturated_f32_a(current_a: f32, per_saturation: f32) -> f32 {
    current_a / current_a.mul_add(per_saturation, 1.0)
}

#[cfg(test)]
mod tests {
    use super::{saturated_a, saturated_f32_a};
    use crate::units::power_ratio_to_db;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn saturation_bends_down_and_has_a_limit(current in 0.0..1.0_f64, limit in 1e-6..1.0_f64) {
            let read = saturated_a(current, 1.0 / limit);
            prop_assert!(read <= current && read <= limit);
            prop_assert!(saturated_a(1.1 * current, 1.0 / limit) >= read);
            prop_assert_eq!(saturated_a(current, 0.0).to_bits(), current.to_bits());
            let single = f64::from(saturated_f32_a(current as f32, limit.recip() as f32));
            // Four roundings: of the current, of 1 / I_sat, of the sum and of the quotient.
            let error = 4.0 * f64::from(f32::EPSILON) * read;
            prop_assert!((single - read).abs() <= error + 1e-30, "{} {}", single, read);
        }
    }

    #[test]
    fn compression_is_as_stated() {
        assert_eq!(saturated_a(2.0, 0.5), 1.0);
        let db = power_ratio_to_db(saturated_a(0.259, 1.0) / 0.259);
        assert!((db + 1.0).abs() < 1e-3, "{db}");
    }
}
