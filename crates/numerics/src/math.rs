//! Elementary functions without branches, so that a loop over them vectorises.
//!
//! Call them inside [`crate::vectorize`]; elsewhere they are right but slow.

use std::f64::consts::{FRAC_2_PI, LN_2, LOG2_E, SQRT_2};

/// Adding it rounds a double to the nearest integer, left in the low bits of the sum.
const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52

/// pi/2 as the sum of three doubles, the first two with trailing zeros.
const HALF_PI: [f64; 3] = [
    1.570_796_326_734_125_6,
    6.077_100_506_303_966e-11,
    2.022_266_248_795_950_6e-21,
];

/// 1/n! for the odd powers 3, 5, .. 15 of the sine, highest first.
const SINE: [f64; 7] = [
    -1.0 / 1_307_674_368_000.0,
    1.0 / 6_227_020_800.0,
    -1.0 / 39_916_800.0,
    1.0 / 362_880.0,
    -1.0 / 5_040.0,
    1.0 / 120.0,
    -1.0 / 6.0,
];

/// 1/n! for the even powers 2, 4, .. 16 of the cosine, highest first.
const COSINE: [f64; 8] = [
    1.0 / 20_922_789_888_000.0,
    -1.0 / 87_178_291_200.0,
    1.0 / 479_001_600.0,
    -1.0 / 3_628_800.0,
    1.0 / 40_320.0,
    -1.0 / 720.0,
    1.0 / 24.0,
    -1.0 / 2.0,
];

macro_rules! horner {
    ($name:ident, $t:ty) => {
        #[inline(always)]
        fn $name<const N: usize>(coefficients: &[$t; N], x: $t) -> $t {
            let mut sum = coefficients[0];
            for &c in &coefficients[1..] {
                sum = sum.mul_add(x, c);
            }
            sum
        }
    };
}

horner!(horner, f64);
horner!(horner_f32, f32);

/// `x` in rad less whole quarter turns, in -pi/4..=pi/4, and the number of these modulo 4. Exact to
/// 1 ulp of the result for |x| <= 1e5.
#[inline(always)]
pub fn quarter_turn(x: f64) -> (f64, u32) {
    let shifted = x.mul_add(FRAC_2_PI, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-HALF_PI[0], x);
    let r = n.mul_add(-HALF_PI[1], r);
    (n.mul_add(-HALF_PI[2], r), shifted.to_bits() as u32 & 3)
}

macro_rules! sin_cos_on_quarter {
    ($(#[$doc:meta])* $name:ident, $t:ty, $bits:ty, $horner:ident, $sine:expr, $cosine:expr) => {
        $(#[$doc])*
        #[inline(always)]
        pub fn $name(r: $t, quadrant: u32) -> ($t, $t) {
            const SIGN: u32 = <$bits>::BITS - 2;
            let quadrant = <$bits>::from(quadrant);
            let square = r * r;
            let sine = ($horner(&$sine, square) * square).mul_add(r, r);
            let cosine = $horner(&$cosine, square).mul_add(square, 1.0);
            let swap = quadrant & 1 != 0;
            let (s, c) = if swap { (cosine, sine) } else { (sine, cosine) };
            let s_sign = (quadrant & 2) << SIGN;
            let c_sign = (quadrant.wrapping_add(1) & 2) << SIGN;
            (
                <$t>::from_bits(s.to_bits() ^ s_sign),
                <$t>::from_bits(c.to_bits() ^ c_sign),
            )
        }
    };
}

sin_cos_on_quarter! {
    /// Sine and cosine from what [`quarter_turn`] returns, within 2 ulp of 1 (Taylor series).
    sin_cos_on_quarter, f64, u64, horner, SINE, COSINE
}

sin_cos_on_quarter! {
    /// The same in single precision. After a reduction in double precision a small change of a large
    /// angle is not lost.
    sin_cos_on_quarter_f32, f32, u32, horner_f32,
    [1.0 / 362_880.0, -1.0 / 5_040.0, 1.0 / 120.0, -1.0 / 6.0],
    [1.0 / 40_320.0, -1.0 / 720.0, 1.0 / 24.0, -1.0 / 2.0]
}

/// Sine and cosine of `x` in rad, within 2 ulp of 1 for |x| <= 1e5.
#[inline(always)]
pub fn sin_cos(x: f64) -> (f64, f64) {
    let (r, quadrant) = quarter_turn(x);
    sin_cos_on_quarter(r, quadrant)
}

/// 1/(2k+1) for the series of the inverse hyperbolic tangent, highest first.
const ARTANH: [f64; 10] = [
    1.0 / 21.0,
    1.0 / 19.0,
    1.0 / 17.0,
    1.0 / 15.0,
    1.0 / 13.0,
    1.0 / 11.0,
    1.0 / 9.0,
    1.0 / 7.0,
    1.0 / 5.0,
    1.0 / 3.0,
];

/// Natural logarithm of a positive normal number, within 4e-16 of max(1, |ln x|).
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    const TWO_52: u64 = 0x4330_0000_0000_0000;
    let bits = x.to_bits();
    let mantissa = f64::from_bits((bits & MANTISSA) | 1.0_f64.to_bits());
    let exponent = f64::from_bits((bits >> 52) | TWO_52) - (f64::from_bits(TWO_52) + 1023.0);
    let high = mantissa > SQRT_2;
    let m = if high { 0.5 * mantissa } else { mantissa };
    let e = if high { exponent + 1.0 } else { exponent };
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let series = (horner(&ARTANH, square) * square).mul_add(s, s);
    e.mul_add(LN_2, 2.0 * series)
}

/// What ln 2 lacks as a double.
const LN_2_REST: f64 = 2.319_046_813_846_299_6e-17;

/// 1/n! for n = 2 .. 13, highest first.
const EXPONENTIAL: [f64; 12] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    1.0 / 2.0,
];

/// e to the power `x`, within 2 ulp for -708 <= x <= 709. Beyond that range the value at its end is
/// returned (3e-308 and 8e307), so the result is never 0 or infinite; NaN stays NaN.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    // Comparisons, not f64::clamp's min and max, which would turn NaN into a number.
    let x = if x < -708.0 { -708.0 } else { x };
    let x = if x > 709.0 { 709.0 } else { x };
    let shifted = x.mul_add(LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-LN_2, x);
    let r = n.mul_add(-LN_2_REST, r);
    let series = (horner(&EXPONENTIAL, r) * r).mul_add(r, r) + 1.0;
    series * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// Natural logarithm of a positive normal number in single precision, within 2 ulp of
/// max(1, |ln x|).
#[inline(always)]
pub fn ln_f32(x: f32) -> f32 {
    const MANTISSA: u32 = (1 << 23) - 1;
    let bits = x.to_bits();
    let mantissa = f32::from_bits((bits & MANTISSA) | 1.0_f32.to_bits());
    let exponent = (bits >> 23) as i32 - 127;
    let high = mantissa > std::f32::consts::SQRT_2;
    let m = if high { 0.5 * mantissa } else { mantissa };
    let e = (exponent + i32::from(high)) as f32;
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let artanh = [1.0 / 9.0, 1.0 / 7.0, 1.0 / 5.0, 1.0 / 3.0];
    let series = (horner_f32(&artanh, square) * square).mul_add(s, s);
    e.mul_add(std::f32::consts::LN_2, 2.0 * series)
}

/// Whether no value is NaN or infinite.
pub fn all_finite_f32(values: &[f32]) -> bool {
    const EXPONENT: u32 = f32::INFINITY.to_bits();
    crate::vectorize(
        #[inline(always)]
        || {
            let bad = values
                .iter()
                .map(|x| u32::from(x.to_bits() & EXPONENT == EXPONENT));
            bad.fold(0, |all, one| all | one) == 0
        },
    )
}

/// Whether no value is NaN or infinite.
pub fn all_finite(values: &[f64]) -> bool {
    const EXPONENT: u64 = f64::INFINITY.to_bits();
    crate::vectorize(
        #[inline(always)]
        || {
            let bad = values
                .iter()
                .map(|x| u64::from(x.to_bits() & EXPONENT == EXPONENT));
            bad.fold(0, |all, one| all | one) == 0
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Level;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sine_and_cosine_agree_with_the_platform(x in -1e5..1e5_f64) {
            let (s, c) = sin_cos(x);
            prop_assert!((s - x.sin()).abs() <= 2.0 * f64::EPSILON);
            prop_assert!((c - x.cos()).abs() <= 2.0 * f64::EPSILON);
            let (r, quadrant) = quarter_turn(x);
            let (s, c) = sin_cos_on_quarter_f32(r as f32, quadrant);
            prop_assert!((f64::from(s) - x.sin()).abs() <= f64::from(f32::EPSILON));
            prop_assert!((f64::from(c) - x.cos()).abs() <= f64::from(f32::EPSILON));
        }

        #[test]
        fn exponential_agrees_with_the_platform(x in -708.0..709.0_f64, y in -1.0..1.0_f64) {
            for v in [x, y] {
                prop_assert!((exp(v) / v.exp() - 1.0).abs() <= 2.0 * f64::EPSILON, "{}", v);
            }
        }

        #[test]
        fn logarithm_agrees_with_the_platform(x in 1e-300..1e300_f64, y in 0.5..2.0_f64) {
            for v in [x, y] {
                prop_assert!((ln(v) - v.ln()).abs() <= 4e-16 * v.ln().abs().max(1.0));
                let v = v as f32;
                if v.is_normal() {
                    let truth = f64::from(v).ln();
                    let error = (f64::from(ln_f32(v)) - truth).abs();
                    prop_assert!(error <= 2.0 * f64::from(f32::EPSILON) * truth.abs().max(1.0));
                }
            }
        }
    }

    #[test]
    fn quarter_turns_are_exact_to_the_rounding_of_pi() {
        for (turns, (s, c)) in [
            (0.0, (0.0, 1.0)),
            (1.0, (1.0, 0.0)),
            (2.0, (0.0, -1.0)),
            (3.0, (-1.0, 0.0)),
        ] {
            let (sine, cosine) = sin_cos(turns * std::f64::consts::FRAC_PI_2);
            assert!((sine - s).abs() < 4e-16 && (cosine - c).abs() < 4e-16);
        }
        assert_eq!(sin_cos(0.0), (0.0, 1.0));
    }

    #[test]
    fn exponential_keeps_to_its_range_and_keeps_nan() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f64::NEG_INFINITY), exp(-708.0));
        assert_eq!(exp(f64::INFINITY), exp(709.0));
        assert!(exp(709.0).is_finite() && exp(-708.0) >= f64::MIN_POSITIVE);
        assert!(exp(f64::NAN).is_nan());
    }

    #[test]
    fn what_is_not_finite_is_found_anywhere() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -f64::NAN] {
            for at in 0..70 {
                let mut x = [f64::MAX; 70];
                assert!(all_finite(&x));
                x[at] = bad;
                assert!(!all_finite(&x));
                let mut x = [f32::MIN_POSITIVE; 70];
                assert!(all_finite_f32(&x));
                x[at] = bad as f32;
                assert!(!all_finite_f32(&x));
            }
        }
    }

    #[test]
    fn every_level_returns_the_same_bits() {
        let evaluate = |level: Level| {
            let mut out = vec![(0.0, 0.0, 0.0, 0.0); 1003];
            level.vectorize(
                #[inline(always)]
                || {
                    for (i, out) in out.iter_mut().enumerate() {
                        let x = (i as f64).mul_add(0.37, -180.0);
                        let (s, c) = sin_cos(x);
                        *out = (s, c, ln(x.abs() + 1e-9), exp(x));
                    }
                },
            );
            out
        };
        let portable = evaluate(Level::Portable);
        for level in Level::available() {
            assert_eq!(portable, evaluate(level), "{level}");
        }
    }
}
