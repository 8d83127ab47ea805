//! What the instruments on the bench take: energies per use and standing powers.

use crate::design::{DesignError, within};

/// Data sheet figures of converters, receivers and modulators. `None` is not stated: what depends on
/// it has no cost then, which is not a cost of 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Instruments {
    /// Energy of one digital-to-analog conversion in J, of heaters and of modulators alike.
    pub dac_j_per_conversion: Option<f64>,
    /// Energy of one analog-to-digital conversion in J.
    pub adc_j_per_conversion: Option<f64>,
    /// Power of one transimpedance amplifier in W.
    pub tia_w: Option<f64>,
    /// Energy of one modulator for one symbol, which is one amplitude at one port, in J.
    pub modulator_j_per_symbol: Option<f64>,
}

impl Instruments {
    /// Nothing stated.
    pub const fn ideal() -> Self {
        Self {
            dac_j_per_conversion: None,
            adc_j_per_conversion: None,
            tia_w: None,
            modulator_j_per_symbol: None,
        }
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        let energies = [
            ("DAC energy", self.dac_j_per_conversion),
            ("ADC energy", self.adc_j_per_conversion),
            ("modulator energy", self.modulator_j_per_symbol),
        ];
        for (name, energy_j) in energies {
            let energy_j = energy_j.unwrap_or(0.0);
            within(name, energy_j, 0.0..1.0, "in [0, 1) J")?;
        }
        let power_w = self.tia_w.unwrap_or(0.0);
        within("TIA power", power_w, 0.0..1e3, "in [0, 1000) W")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_named() {
        Instruments::ideal().check().unwrap();
        type Change = fn(&mut Instruments);
        let cases: [(Change, &str); 5] = [
            (|x| x.dac_j_per_conversion = Some(-1e-12), "DAC energy"),
            (|x| x.adc_j_per_conversion = Some(1.0), "ADC energy"),
            (|x| x.tia_w = Some(f64::NAN), "TIA power"),
            (|x| x.tia_w = Some(1e3), "TIA power"),
            (
                |x| x.modulator_j_per_symbol = Some(f64::INFINITY),
                "modulator energy",
            ),
        ];
        for (change, text) in cases {
            let mut instruments = Instruments::ideal();
            change(&mut instruments);
            let error = instruments.check().unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
    }
}
