//! Touchstone files (`.sNp`) of version 1.1: the scattering matrix of a network of N ports at each of its
//! frequencies, as text.
//!
//! ```text
//! ! a comment
//! # GHz S RI R 50            unit, parameter, format, reference resistance; in any order and case
//! 193414.489  0.1 0.2  ..    frequency, then S11 S12 .. S1N, a row of the matrix per line;
//!             0.3 0.4  ..    after 4 pairs a row goes on in the next line
//! ```
//! A network of 2 ports has its four parameters on one line in the order **S11 S21 S12 S22**. Formats: `RI`
//! real and imaginary part, `MA` magnitude and angle in degrees, `DB` 20 log10 of the magnitude and angle in
//! degrees. What the option line does not say is `GHz S MA R 50`.
//!
//! Source: EIA/IBIS Open Forum, Touchstone File Format Specification, Rev. 1.1 (2003), unchanged as
//! version 1.0 syntax in version 2.0 (2009), <https://ibis.org/touchstone_ver2.0/>.
//!
//! Not read: other parameters than S, noise data, and the keywords of version 2. Each is refused in words.

mod options;
mod read;
mod transfer;
mod write;

pub use options::{Format, FrequencyUnit};
pub use read::read;
pub use transfer::{Layout, Transfer, scattering, transfer};
pub use write::write;

use nalgebra::DMatrix;
use num_complex::Complex64;
use thiserror::Error;

/// Ports of the largest network that is read or written: 2^20 parameters at a frequency.
pub const MAX_PORTS: usize = 1024;

/// Parameters of the largest file that is read, at all frequencies together: 256 MiB of them.
pub const MAX_PARAMETERS: usize = 1 << 24;

/// A network: its scattering matrices over frequency.
#[derive(Clone, Debug, PartialEq)]
pub struct Touchstone {
    /// Number of ports, 1 to [`MAX_PORTS`].
    pub ports: usize,
    /// Reference resistance of all ports in ohm, > 0. Without meaning for light.
    pub resistance_ohm: f64,
    /// In order of increasing frequency, at least one.
    pub points: Vec<Point>,
}

/// A network at one frequency.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// In Hz, >= 0. Of light, not of its modulation.
    pub frequency_hz: f64,
    /// `S[out, in]`, ports x ports, of waves as sqrt(W).
    pub s: DMatrix<Complex64>,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("{fault}")]
pub struct TouchstoneError {
    /// The line, 1-based; `None` where it is the file as a whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a network or its file.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// A size that is not handled.
    #[error("{ports} ports, 1 to {MAX_PORTS} are handled")]
    Ports {
        /// Asked for.
        ports: usize,
    },
    /// The file is too large.
    #[error(
        "more than {MAX_PARAMETERS} parameters at all frequencies together ({} MiB)",
        MAX_PARAMETERS >> 16
    )]
    TooLarge,
    /// Data without an option line.
    #[error("data before the option line, for example # GHz S RI R 50")]
    NoOptions,
    /// An option that is not known.
    #[error(
        "{word} is no option: a unit (Hz, kHz, MHz, GHz), S, a format (RI, MA, DB), or R and ohms"
    )]
    Option {
        /// As it stands.
        word: String,
    },
    /// A reference resistance that is none.
    #[error("R {word} is no reference resistance, a number > 0 in ohm is needed")]
    Resistance {
        /// As it stands.
        word: String,
    },
    /// Other parameters than S.
    #[error("{parameter} parameters, only S parameters are read")]
    Parameter {
        /// Y, Z, H or G.
        parameter: char,
    },
    /// A keyword of version 2.
    #[error("{word} is a keyword of version 2, only version 1 is read")]
    Version2 {
        /// As it stands.
        word: String,
    },
    /// Noise data.
    #[error("noise data (5 numbers on a line of a 2-port), which is not read")]
    Noise,
    /// Something that is not a finite number.
    #[error("{word} is not a finite number")]
    Number {
        /// As it stands.
        word: String,
    },
    /// A frequency that is infinite, below 0, or not above the one before.
    #[error("frequency {found_hz:e} Hz is {}", order(*.found_hz, *.before_hz))]
    Frequency {
        /// The frequency in Hz.
        found_hz: f64,
        /// The one before in Hz, where there is one.
        before_hz: Option<f64>,
    },
    /// A line with another count of numbers than its place needs.
    #[error("{found} numbers on this line, {needed} needed")]
    Count {
        /// Numbers found.
        found: usize,
        /// What is needed, in words.
        needed: String,
    },
    /// A frequency whose parameters are not all there.
    #[error("{found} of the {needed} numbers of the parameters at {frequency_hz:e} Hz are there")]
    Incomplete {
        /// The frequency in Hz.
        frequency_hz: f64,
        /// Numbers found.
        found: usize,
        /// Numbers needed.
        needed: usize,
    },
    /// No frequency.
    #[error("no data")]
    Empty,
    /// A parameter that is NaN or infinite, or 0 in dB.
    #[error("S{row},{column} = {value} has no value in this format")]
    Value {
        /// Output port, 1-based.
        row: usize,
        /// Input port, 1-based.
        column: usize,
        /// The parameter.
        value: Complex64,
    },
    /// A matrix that does not have a row and a column per port.
    #[error("a matrix of {rows} x {columns}, {ports} x {ports} is needed")]
    Shape {
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// The ports.
        ports: usize,
    },
    /// A network whose ports are not half inputs, half outputs.
    #[error("{ports} ports are not half inputs and half outputs")]
    OddPorts {
        /// The ports.
        ports: usize,
    },
}

fn order(found_hz: f64, before_hz: Option<f64>) -> String {
    match before_hz {
        _ if !found_hz.is_finite() => "not a finite number".into(),
        Some(before_hz) => format!("not above the one before, {before_hz:e} Hz"),
        None => "below 0".into(),
    }
}

impl Fault {
    fn at(self, line: usize) -> TouchstoneError {
        TouchstoneError {
            line: Some(line),
            fault: self,
        }
    }
}

impl From<Fault> for TouchstoneError {
    fn from(fault: Fault) -> Self {
        Self { line: None, fault }
    }
}
