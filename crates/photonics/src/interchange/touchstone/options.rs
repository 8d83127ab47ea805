//! The option line: unit of frequency, format of numbers, reference resistance.

use super::Fault;
use num_complex::Complex64;

const DEGREES: f64 = 180.0 / std::f64::consts::PI;

/// The unit in which frequencies are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FrequencyUnit {
    /// 1 Hz.
    Hz,
    /// 10^3 Hz.
    KHz,
    /// 10^6 Hz.
    MHz,
    /// 10^9 Hz.
    #[default]
    GHz,
}

impl FrequencyUnit {
    /// All of version 1.1.
    pub const ALL: [Self; 4] = [Self::Hz, Self::KHz, Self::MHz, Self::GHz];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hz => "Hz",
            Self::KHz => "kHz",
            Self::MHz => "MHz",
            Self::GHz => "GHz",
        }
    }

    /// How many Hz it has.
    pub fn hz(self) -> f64 {
        match self {
            Self::Hz => 1.0,
            Self::KHz => 1e3,
            Self::MHz => 1e6,
            Self::GHz => 1e9,
        }
    }
}

/// How a complex number is given by two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Real and imaginary part.
    Ri,
    /// Magnitude, and angle in degrees.
    #[default]
    Ma,
    /// 20 log10 of the magnitude, and angle in degrees. 0 has none; -inf is read as 0, but not written.
    Db,
}

impl Format {
    /// All of version 1.1.
    pub const ALL: [Self; 3] = [Self::Ri, Self::Ma, Self::Db];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ri => "RI",
            Self::Ma => "MA",
            Self::Db => "DB",
        }
    }

    pub(super) fn decode(self, a: f64, b: f64) -> Complex64 {
        let polar = |magnitude: f64| {
            let angle = b / DEGREES;
            Complex64::new(magnitude * libm::cos(angle), magnitude * libm::sin(angle))
        };
        match self {
            Self::Ri => Complex64::new(a, b),
            Self::Ma => polar(a),
            Self::Db => polar(libm::pow(10.0, a / 20.0)),
        }
    }

    pub(super) fn encode(self, x: Complex64) -> [f64; 2] {
        let magnitude = libm::hypot(x.re, x.im);
        let angle = DEGREES * libm::atan2(x.im, x.re);
        match self {
            Self::Ri => [x.re, x.im],
            Self::Ma => [magnitude, angle],
            Self::Db => [20.0 * libm::log10(magnitude), angle],
        }
    }
}

/// What an option line says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Options {
    pub(super) unit: FrequencyUnit,
    pub(super) format: Format,
    pub(super) resistance_ohm: f64,
}

impl Options {
    /// From what follows the `#`.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let mut options = Self {
            unit: FrequencyUnit::default(),
            format: Format::default(),
            resistance_ohm: 50.0,
        };
        let mut words = text.split_ascii_whitespace();
        while let Some(word) = words.next() {
            let is = |name: &str| word.eq_ignore_ascii_case(name);
            if let Some(unit) = FrequencyUnit::ALL.into_iter().find(|unit| is(unit.name())) {
                options.unit = unit;
            } else if let Some(format) = Format::ALL.into_iter().find(|format| is(format.name())) {
                options.format = format;
            } else if is("R") {
                let word = words.next().unwrap_or_default();
                options.resistance_ohm = word
                    .parse()
                    .ok()
                    .filter(|ohm: &f64| ohm.is_finite() && *ohm > 0.0)
                    .ok_or_else(|| Fault::Resistance { word: shown(word) })?;
            } else if let Some(parameter) = ['Y', 'Z', 'H', 'G']
                .into_iter()
                .find(|parameter| is(parameter.encode_utf8(&mut [0; 4])))
            {
                return Err(Fault::Parameter { parameter });
            } else if !is("S") {
                return Err(Fault::Option { word: shown(word) });
            }
        }
        Ok(options)
    }
}

/// A word of a file, as a message has it: short and on one line.
pub(super) fn shown(word: &str) -> String {
    let mut shown: String = word
        .chars()
        .take(24)
        .flat_map(char::escape_default)
        .collect();
    if word.chars().nth(24).is_some() {
        shown.push_str("..");
    }
    format!("\"{shown}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_in_any_order_and_case() {
        let expected = Options {
            unit: FrequencyUnit::MHz,
            format: Format::Db,
            resistance_ohm: 75.0,
        };
        for text in ["mhz s db r 75", " R 75\tDB  MHZ", "Db R 7.5e1 S mHz"] {
            assert_eq!(Options::parse(text), Ok(expected));
        }
        let default = Options {
            unit: FrequencyUnit::GHz,
            format: Format::Ma,
            resistance_ohm: 50.0,
        };
        assert_eq!(Options::parse(""), Ok(default));
    }

    #[test]
    fn what_is_no_option_is_named() {
        let message = |text| Options::parse(text).unwrap_err().to_string();
        assert!(message("GHz Y RI").starts_with("Y parameters"));
        assert!(message("THz S").starts_with("\"THz\" is no option"));
        for text in ["R", "R x", "R -50", "R 0", "R nan", "R inf"] {
            assert!(message(text).contains("no reference resistance"), "{text}");
        }
    }

    #[test]
    fn every_format_has_its_numbers() {
        let x = Complex64::new(0.0, -0.1);
        assert_eq!(Format::Ri.encode(x), [0.0, -0.1]);
        assert_eq!(Format::Ma.encode(x), [0.1, -90.0]);
        let [db, angle] = Format::Db.encode(x);
        assert!((db + 20.0).abs() < 1e-14 && angle == -90.0);
        for format in Format::ALL {
            let [a, b] = format.encode(x);
            assert!((format.decode(a, b) - x).norm() < 1e-16);
        }
    }
}
