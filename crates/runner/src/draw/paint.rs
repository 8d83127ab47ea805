//! What is coloured, and by which scale.

use super::colour::{Colour, cyclic, sequential};
use std::f64::consts::TAU;

/// Colours of a scale; values between two of them look the same.
pub const LEVELS: usize = 64;

/// Power that is drawn as none, in dB below the input.
const DARK_DB: f64 = 40.0;

/// What is coloured in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Paint<'a> {
    /// Nothing.
    Plain,
    /// Phase shifters by their phase.
    Phase {
        /// The parameter vector in rad.
        phases_rad: &'a [f64],
    },
    /// Waveguides by the power in them, in an ideal mesh.
    Power {
        /// The parameter vector in rad.
        phases_rad: &'a [f64],
        /// The input which has light.
        input: usize,
    },
    /// Phase shifters and couplers by a number of each.
    Amount {
        /// In the order of the parameter vector; what is not finite has no colour.
        shifters: &'a [f64],
        /// Two per cell, those that it lacks too.
        couplers: &'a [f64],
        /// What the numbers are, with their unit.
        what: &'a str,
    },
}

/// A scale of colours.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    min: f64,
    max: f64,
    cyclic: bool,
    /// What stands beside the bar.
    pub(super) what: String,
    /// Places along the bar from 0 to 1, and what stands there.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Paint<'_> {
    /// Its scale; `None` where nothing is coloured.
    pub(super) fn scale(&self) -> Option<Scale> {
        match self {
            Self::Plain => None,
            Self::Phase { .. } => Some(Scale {
                min: 0.0,
                max: TAU,
                cyclic: true,
                what: "phase modulo 2π, rad".into(),
                ticks: ["0", "π/2", "π", "3π/2", "2π"]
                    .iter()
                    .enumerate()
                    .map(|(index, text)| (index as f64 / 4.0, (*text).into()))
                    .collect(),
            }),
            Self::Power { input, .. } => Some(Scale {
                min: -DARK_DB,
                max: 0.0,
                cyclic: false,
                what: format!("power of input {input}, dB; no loss"),
                ticks: ["≤ −40", "−30", "−20", "−10", "0"]
                    .iter()
                    .enumerate()
                    .map(|(index, text)| (index as f64 / 4.0, (*text).into()))
                    .collect(),
            }),
            Self::Amount {
                shifters,
                couplers,
                what,
            } => {
                let all = shifters.iter().chain(*couplers);
                let max = all.copied().filter(|x| x.is_finite()).fold(0.0, f64::max);
                Some(Scale {
                    min: 0.0,
                    max,
                    cyclic: false,
                    what: (*what).to_owned(),
                    ticks: [0.0, 0.5, 1.0]
                        .iter()
                        .map(|&place| (place, three_digits(place * max)))
                        .collect(),
                })
            }
        }
    }
}

impl Scale {
    /// The level of a value; `None` where it has none.
    pub(super) fn level(&self, value: f64) -> Option<usize> {
        if !value.is_finite() && (value != f64::NEG_INFINITY || self.cyclic) {
            return None;
        }
        let share = if self.max > self.min {
            (value - self.min) / (self.max - self.min)
        } else {
            0.0
        };
        let steps = LEVELS as f64;
        Some(if self.cyclic {
            // Level k stands around k / LEVELS of a turn.
            (share * steps).round().rem_euclid(steps) as usize
        } else {
            (share * steps).floor().clamp(0.0, steps - 1.0) as usize
        })
    }

    /// The colours of a level on a light and on a dark ground.
    pub(super) fn colours(&self, level: usize) -> [Colour; 2] {
        if self.cyclic {
            [cyclic(level as f64 / LEVELS as f64); 2]
        } else {
            let amount = level as f64 / (LEVELS - 1) as f64;
            // More stands out more from the ground.
            [sequential(amount), sequential(1.0 - amount)]
        }
    }
}

fn three_digits(x: f64) -> String {
    let size = x.abs();
    if size == 0.0 {
        "0".into()
    } else if !(1e-3..1e4).contains(&size) {
        format!("{x:.2e}")
    } else if size < 9.995 {
        format!("{x:.2}")
    } else if size < 99.95 {
        format!("{x:.1}")
    } else {
        format!("{x:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_taken_modulo_a_turn() {
        let scale = Paint::Phase { phases_rad: &[] }.scale().unwrap();
        assert_eq!(scale.level(0.0), Some(0));
        assert_eq!(scale.level(TAU), Some(0));
        assert_eq!(scale.level(-0.01), Some(0));
        assert_eq!(scale.level(TAU / 2.0), Some(32));
        assert_eq!(scale.level(-TAU / 4.0), Some(48));
        assert_eq!(scale.level(5.25 * TAU), Some(16));
        assert_eq!(scale.level(f64::NAN), None);
        assert_eq!(scale.level(f64::NEG_INFINITY), None);
    }

    #[test]
    fn amounts_end_at_the_ends() {
        let scale = Paint::Power {
            phases_rad: &[],
            input: 0,
        }
        .scale()
        .unwrap();
        assert_eq!(scale.level(0.0), Some(63));
        assert_eq!(scale.level(-40.0), Some(0));
        assert_eq!(scale.level(f64::NEG_INFINITY), Some(0));
        let scale = Paint::Amount {
            shifters: &[0.5, f64::NAN],
            couplers: &[2.0],
            what: "",
        }
        .scale()
        .unwrap();
        assert_eq!(scale.level(2.0), Some(63));
        assert_eq!(scale.level(1.0), Some(32));
        assert_eq!(scale.level(f64::NAN), None);
        assert_eq!(scale.ticks[2].1, "2.00");
    }

    #[test]
    fn nothing_but_zeros_has_a_scale() {
        let scale = Paint::Amount {
            shifters: &[0.0],
            couplers: &[],
            what: "",
        }
        .scale()
        .unwrap();
        assert_eq!(scale.level(0.0), Some(0));
    }
}
