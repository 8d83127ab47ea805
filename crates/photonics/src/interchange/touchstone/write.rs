//! From a network to text.

use super::{Fault, Format, FrequencyUnit, MAX_PORTS, Point, Touchstone};
use num_complex::Complex64;
use std::fmt::Write;

/// Most pairs on a line.
const PAIRS: usize = 4;

/// The text of a file of version 1.1. Numbers have as many digits as they need to be read back as they
/// are: exactly in [`Format::Ri`], within a few eps in the others.
///
/// `comments` are lines without their `!`, for the beginning.
///
/// # Errors
/// A network that is none: too many ports, no frequency or one not above the one before, a matrix of
/// another shape, a parameter that is not finite, or 0 in [`Format::Db`].
pub fn write(
    network: &Touchstone,
    unit: FrequencyUnit,
    format: Format,
    comments: &[String],
) -> Result<String, Fault> {
    let ports = network.ports;
    if !(1..=MAX_PORTS).contains(&ports) {
        return Err(Fault::Ports { ports });
    }
    if network.points.is_empty() {
        return Err(Fault::Empty);
    }
    let resistance_ohm = network.resistance_ohm;
    if !(resistance_ohm.is_finite() && resistance_ohm > 0.0) {
        let word = resistance_ohm.to_string();
        return Err(Fault::Resistance { word });
    }
    let mut text = String::new();
    for comment in comments {
        for line in comment.lines() {
            text.push_str("! ");
            text.push_str(line);
            text.push('\n');
        }
    }
    let (unit_name, format_name) = (unit.name(), format.name());
    // Writing to a string does not fail.
    let _ = writeln!(text, "# {unit_name} S {format_name} R {resistance_ohm}");
    let mut before_hz = None;
    for point in &network.points {
        check(point, ports, before_hz, format)?;
        before_hz = Some(point.frequency_hz);
        let _ = write!(text, "{}", point.frequency_hz / unit.hz());
        match ports {
            1 | 2 => {
                // By columns: S11 S21 S12 S22.
                for &x in point.s.iter() {
                    pair(&mut text, format, x);
                }
                text.push('\n');
            }
            _ => {
                for row in point.s.row_iter() {
                    for (column, &x) in row.iter().enumerate() {
                        if column > 0 && column.is_multiple_of(PAIRS) {
                            text.push('\n');
                        }
                        pair(&mut text, format, x);
                    }
                    text.push('\n');
                }
            }
        }
    }
    Ok(text)
}

fn check(point: &Point, ports: usize, before_hz: Option<f64>, format: Format) -> Result<(), Fault> {
    let (rows, columns) = point.s.shape();
    if (rows, columns) != (ports, ports) {
        return Err(Fault::Shape {
            rows,
            columns,
            ports,
        });
    }
    let found_hz = point.frequency_hz;
    let below = before_hz.map_or(found_hz < 0.0, |before| found_hz <= before);
    if below || !found_hz.is_finite() {
        return Err(Fault::Frequency {
            found_hz,
            before_hz,
        });
    }
    let bad = |x: &Complex64| !x.is_finite() || (format == Format::Db && *x == Complex64::ZERO);
    match point.s.iter().position(bad) {
        Some(index) => Err(Fault::Value {
            row: index % ports + 1,
            column: index / ports + 1,
            value: point.s[index],
        }),
        None => Ok(()),
    }
}

fn pair(text: &mut String, format: Format, x: Complex64) {
    for number in format.encode(x) {
        let _ = match number.abs() {
            // The shortest digits that are read back as they are, with an exponent where that is shorter.
            0.0 | 1e-3..1e6 => write!(text, " {number}"),
            _ => write!(text, " {number:e}"),
        };
    }
}
