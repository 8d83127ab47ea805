//! Colours for values: one map for phases, which closes on itself, and one for amounts.
//!
//! Both are made in OKLab (B. Ottosson 2020, <https://bottosson.github.io/posts/oklab/>), where equal
//! steps look about equal. The cyclic map is an ellipse of lightness against orange and blue, which
//! people with any dichromacy tell apart; the sequential one falls in lightness all the way.

use numerics::math::sin_cos;
use std::f64::consts::{PI, TAU};

/// An sRGB colour of 8 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour([u8; 3]);

impl Colour {
    /// As in CSS.
    pub(super) fn hex(self) -> String {
        let [r, g, b] = self.0;
        format!("#{r:02x}{g:02x}{b:02x}")
    }
}

/// A phase of `turn` turns: light at 0, orange at a quarter, dark at a half, blue at three quarters.
pub(super) fn cyclic(turn: f64) -> Colour {
    encode(cyclic_linear(turn))
}

/// An amount from 0 (light) to 1 (dark).
pub(super) fn sequential(amount: f64) -> Colour {
    encode(sequential_linear(amount))
}

fn cyclic_linear(turn: f64) -> [f64; 3] {
    let (sin, cos) = sin_cos(TAU * turn);
    from_oklab([0.64 + 0.22 * cos, 0.03 * sin, 0.12 * sin])
}

fn sequential_linear(amount: f64) -> [f64; 3] {
    let hue = (105.0 + 165.0 * amount) * PI / 180.0;
    let chroma = 0.09 * sin_cos(PI * (0.12 + 0.76 * amount)).0;
    let (sin, cos) = sin_cos(hue);
    from_oklab([0.93 - 0.63 * amount, chroma * cos, chroma * sin])
}

/// Linear sRGB of OKLab.
fn from_oklab([l, a, b]: [f64; 3]) -> [f64; 3] {
    let cube = |x: f64| x * x * x;
    let long = cube(l + 0.396_337_777_4 * a + 0.215_803_757_3 * b);
    let medium = cube(l - 0.105_561_345_8 * a - 0.063_854_172_8 * b);
    let short = cube(l - 0.089_484_177_5 * a - 1.291_485_548_0 * b);
    [
        4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701_0 * short,
    ]
}

/// Gamma of IEC 61966-2-1.
fn encode(linear: [f64; 3]) -> Colour {
    Colour(linear.map(|x| {
        let x = x.clamp(0.0, 1.0);
        let y = if x <= 0.003_130_8 {
            12.92 * x
        } else {
            1.055 * x.powf(1.0 / 2.4) - 0.055
        };
        (255.0 * y).round() as u8
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: usize = 64;

    /// Full protanopia, deuteranopia and tritanopia on linear sRGB: G. M. Machado et al. 2009,
    /// doi:10.1109/TVCG.2009.113.
    const DICHROMACIES: [[[f64; 3]; 3]; 3] = [
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ];

    fn apply(m: &[[f64; 3]; 3], x: [f64; 3]) -> [f64; 3] {
        m.map(|row| row.iter().zip(x).map(|(a, x)| a * x).sum())
    }

    fn oklab(linear: [f64; 3]) -> [f64; 3] {
        let cones = apply(
            &[
                [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
                [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
                [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
            ],
            linear.map(|x| x.clamp(0.0, 1.0)),
        );
        apply(
            &[
                [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
                [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
                [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
            ],
            cones.map(f64::cbrt),
        )
    }

    fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
        a.iter()
            .zip(b)
            .map(|(a, b)| (a - b).powi(2))
            .sum::<f64>()
            .sqrt()
    }

    #[test]
    fn no_colour_is_clipped() {
        for step in 0..=STEPS {
            let t = step as f64 / STEPS as f64;
            for x in [cyclic_linear(t), sequential_linear(t)].concat() {
                assert!((0.0..=1.0).contains(&x), "{t}: {x}");
            }
        }
    }

    #[test]
    fn the_cyclic_map_closes() {
        assert_eq!(cyclic(0.0), cyclic(1.0));
    }

    /// Phases that lie apart look apart, to everyone: at least 0.2 in OKLab for half a turn, and in
    /// proportion to the chord for less. 0.02 is about a just noticeable difference.
    #[test]
    fn phases_are_told_apart_with_any_dichromacy() {
        let identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        for m in DICHROMACIES.iter().chain([&identity]) {
            let seen: Vec<_> = (0..STEPS)
                .map(|step| oklab(apply(m, cyclic_linear(step as f64 / STEPS as f64))))
                .collect();
            for apart in [STEPS / 8, STEPS / 4, STEPS / 2] {
                let chord = (PI * apart as f64 / STEPS as f64).sin();
                for (step, &a) in seen.iter().enumerate() {
                    let found = distance(a, seen[(step + apart) % STEPS]);
                    assert!(found > 0.2 * chord, "{step} {apart}: {found}");
                }
            }
        }
    }

    #[test]
    fn amounts_darken_evenly_with_any_dichromacy() {
        for m in &DICHROMACIES {
            let lightness: Vec<_> = (0..=STEPS)
                .map(|step| oklab(apply(m, sequential_linear(step as f64 / STEPS as f64)))[0])
                .collect();
            for pair in lightness.windows(2) {
                assert!(pair[0] - pair[1] > 0.003, "{pair:?}");
            }
        }
    }
}
