//! From text to a network.

use super::options::{Format, Options, shown};
use super::{Fault, MAX_PARAMETERS, MAX_PORTS, Point, Touchstone, TouchstoneError};
use nalgebra::DMatrix;
use num_complex::Complex64;

/// Numbers of a line of noise data.
const NOISE: usize = 5;

/// The network of `ports` ports, a number that stands in the file's name alone, in a text.
///
/// A row may be broken at any pair, as programs do, also where version 1.1 would go on.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn read(text: &str, ports: usize) -> Result<Touchstone, TouchstoneError> {
    if !(1..=MAX_PORTS).contains(&ports) {
        return Err(Fault::Ports { ports }.into());
    }
    let mut options: Option<Options> = None;
    let mut reader = Reader {
        ports,
        points: Vec::new(),
        open: None,
    };
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let content = line.split('!').next().unwrap_or_default().trim();
        if let Some(rest) = content.strip_prefix('#') {
            // Further option lines have no effect.
            if options.is_none() {
                options = Some(Options::parse(rest).map_err(|fault| fault.at(number))?);
            }
        } else if content.starts_with('[') {
            let word = shown(content);
            return Err(Fault::Version2 { word }.at(number));
        } else if !content.is_empty() {
            let options = options.ok_or_else(|| Fault::NoOptions.at(number))?;
            reader
                .line(content, &options)
                .map_err(|fault| fault.at(number))?;
        }
    }
    let Some(options) = options else {
        return Err(Fault::Empty.into());
    };
    let points = reader.finish()?;
    Ok(Touchstone {
        ports,
        resistance_ohm: options.resistance_ohm,
        points,
    })
}

/// What has been read so far.
struct Reader {
    ports: usize,
    points: Vec<Point>,
    /// A frequency whose parameters are not all there yet.
    open: Option<Open>,
}

struct Open {
    frequency_hz: f64,
    numbers: Vec<f64>,
}

impl Reader {
    /// Numbers of the parameters at one frequency.
    fn needed(&self) -> usize {
        2 * self.ports * self.ports
    }

    fn line(&mut self, content: &str, options: &Options) -> Result<(), Fault> {
        let mut numbers = Vec::new();
        for word in content.split_ascii_whitespace() {
            let number = word.parse().ok().filter(|number: &f64| {
                // What programs write for a magnitude of 0.
                number.is_finite() || (options.format == Format::Db && *number == f64::NEG_INFINITY)
            });
            numbers.push(number.ok_or_else(|| Fault::Number { word: shown(word) })?);
        }
        let found = numbers.len();
        if self.ports <= 2 {
            let needed = self.needed() + 1;
            if self.ports == 2 && found == NOISE {
                return Err(Fault::Noise);
            }
            if found != needed {
                let needed = needed.to_string();
                return Err(Fault::Count { found, needed });
            }
        }
        // Pairs alone go on with a frequency; one number more begins the next.
        if !found.is_multiple_of(2) {
            if let Some(open) = &self.open {
                return Err(self.incomplete(open));
            }
            self.begin(options.unit.hz() * numbers[0])?;
            numbers.remove(0);
        }
        if let Some(pair) = numbers
            .as_chunks::<2>()
            .0
            .iter()
            .find(|pair| pair[1].is_infinite())
        {
            let word = pair[1].to_string();
            return Err(Fault::Number { word });
        }
        let needed = self.needed();
        let Some(open) = &mut self.open else {
            let needed = "a frequency and pairs".into();
            return Err(Fault::Count { found, needed });
        };
        let missing = needed - open.numbers.len();
        if numbers.len() > missing {
            let found = numbers.len();
            let needed = format!("at most {missing} for the parameters at this frequency");
            return Err(Fault::Count { found, needed });
        }
        open.numbers.append(&mut numbers);
        if open.numbers.len() == needed {
            self.close(options.format);
        }
        Ok(())
    }

    fn begin(&mut self, frequency_hz: f64) -> Result<(), Fault> {
        let before_hz = self.points.last().map(|point| point.frequency_hz);
        let below = before_hz.map_or(frequency_hz < 0.0, |before| frequency_hz <= before);
        if below || frequency_hz.is_infinite() {
            return Err(Fault::Frequency {
                found_hz: frequency_hz,
                before_hz,
            });
        }
        if (self.points.len() + 1) * self.ports * self.ports > MAX_PARAMETERS {
            return Err(Fault::TooLarge);
        }
        self.open = Some(Open {
            frequency_hz,
            numbers: Vec::new(),
        });
        Ok(())
    }

    fn close(&mut self, format: Format) {
        let Some(open) = self.open.take() else {
            return;
        };
        let pairs = open.numbers.as_chunks::<2>().0.iter();
        let parameters = pairs.map(|&[a, b]| format.decode(a, b));
        let mut s: DMatrix<Complex64> = DMatrix::from_iterator(self.ports, self.ports, parameters);
        // Rows, but of 2 ports columns.
        if self.ports != 2 {
            s.transpose_mut();
        }
        self.points.push(Point {
            frequency_hz: open.frequency_hz,
            s,
        });
    }

    fn incomplete(&self, open: &Open) -> Fault {
        Fault::Incomplete {
            frequency_hz: open.frequency_hz,
            found: open.numbers.len(),
            needed: self.needed(),
        }
    }

    fn finish(self) -> Result<Vec<Point>, Fault> {
        match &self.open {
            Some(open) => Err(self.incomplete(open)),
            None if self.points.is_empty() => Err(Fault::Empty),
            None => Ok(self.points),
        }
    }
}

#[cfg(test)]
mod tests;
