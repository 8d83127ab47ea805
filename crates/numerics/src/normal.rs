//! Standard normal numbers, many at a time (Box and Muller, Ann. Math. Stat. 29, 610 (1958),
//! doi:10.1214/aoms/1177706645).

use crate::math::{ln, ln_f32, sin_cos, sin_cos_on_quarter_f32};
use crate::stream::Stream;
use crate::vectorize;
use rand::Rng;
use std::f64::consts::TAU;

/// Pairs made at a time; a call consumes whole chunks of 2 * PAIRS words of the stream.
const PAIRS: usize = 128;

/// Fills `out` with independent standard normal numbers from `stream`.
///
/// The tails end at 6.8 standard deviations, where the 32-bit uniform numbers behind them end.
///
/// ```
/// use numerics::{Streams, normal::fill_standard_normal};
/// let mut noise = [0.0; 3];
/// fill_standard_normal(&mut Streams::new(1).derive("readout", 0, 0), &mut noise);
/// assert!(noise.iter().all(|x| x.abs() < 6.8));
/// ```
pub fn fill_standard_normal(stream: &mut Stream, out: &mut [f64]) {
    let mut bytes = [0; 8 * PAIRS];
    let (chunks, rest) = out.as_chunks_mut::<{ 2 * PAIRS }>();
    for chunk in chunks {
        stream.fill_bytes(&mut bytes);
        vectorize(
            #[inline(always)]
            || box_muller(&bytes, chunk),
        );
    }
    if !rest.is_empty() {
        let mut pairs = [0.0; 2 * PAIRS];
        stream.fill_bytes(&mut bytes);
        vectorize(
            #[inline(always)]
            || box_muller(&bytes, &mut pairs),
        );
        rest.copy_from_slice(&pairs[..rest.len()]);
    }
}

#[inline(always)]
fn box_muller(bytes: &[u8; 8 * PAIRS], out: &mut [f64; 2 * PAIRS]) {
    const SCALE: f64 = 1.0 / 4_294_967_296.0;
    let (cosines, sines) = out.split_at_mut(PAIRS);
    for i in 0..PAIRS {
        let word = |at: usize| {
            f64::from(u32::from_le_bytes([
                bytes[4 * at],
                bytes[4 * at + 1],
                bytes[4 * at + 2],
                bytes[4 * at + 3],
            ]))
        };
        let radius = (-2.0 * ln((word(i) + 0.5) * SCALE)).sqrt();
        let (s, c) = sin_cos(word(PAIRS + i) * (SCALE * TAU));
        cosines[i] = radius * c;
        sines[i] = radius * s;
    }
}

/// Fills `out` with independent standard normal numbers in single precision, at half the cost.
///
/// The tails end at 6.8 standard deviations. Radii below 3.5e-4, one pair in 16 million, are coarse.
pub fn fill_standard_normal_f32(stream: &mut Stream, out: &mut [f32]) {
    let mut bytes = [0; 8 * PAIRS];
    let (chunks, rest) = out.as_chunks_mut::<{ 2 * PAIRS }>();
    for chunk in chunks {
        stream.fill_bytes(&mut bytes);
        vectorize(
            #[inline(always)]
            || box_muller_f32(&bytes, chunk),
        );
    }
    if !rest.is_empty() {
        let mut pairs = [0.0; 2 * PAIRS];
        stream.fill_bytes(&mut bytes);
        vectorize(
            #[inline(always)]
            || box_muller_f32(&bytes, &mut pairs),
        );
        rest.copy_from_slice(&pairs[..rest.len()]);
    }
}

#[inline(always)]
fn box_muller_f32(bytes: &[u8; 8 * PAIRS], out: &mut [f32; 2 * PAIRS]) {
    /// pi/2 over the 2^30 steps of a quarter turn.
    const STEP: f32 = std::f32::consts::FRAC_PI_2 / (1 << 30) as f32;
    let words = bytes.as_chunks::<4>().0;
    let (cosines, sines) = out.split_at_mut(PAIRS);
    for i in 0..PAIRS {
        // 1 - u in f32 would lose the small radii: 32 bits of u as they are, 2^-33 instead of 0.
        let u = (u32::from_le_bytes(words[i]) as f32).max(0.5) * (1.0 / 4_294_967_296.0);
        let radius = (-2.0 * ln_f32(u)).max(0.0).sqrt();
        let angle = u32::from_le_bytes(words[PAIRS + i]);
        let fraction = (angle & 0x3fff_ffff) as i32 - (1 << 29);
        let (s, c) = sin_cos_on_quarter_f32(fraction as f32 * STEP, angle >> 30);
        cosines[i] = radius * c;
        sines[i] = radius * s;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Streams;

    #[test]
    fn moments_are_those_of_the_normal_distribution() {
        let n = 1_000_000;
        let mut x = vec![0.0; n];
        fill_standard_normal(&mut Streams::new(3).derive("test", 0, 0), &mut x);
        assert_moments(&x);
        let mut x = vec![0.0; n];
        fill_standard_normal_f32(&mut Streams::new(4).derive("test", 0, 0), &mut x);
        assert_moments(&x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>());
    }

    fn assert_moments(x: &[f64]) {
        let n = x.len();
        let moment = |k: i32| x.iter().map(|v| v.powi(k)).sum::<f64>() / n as f64;
        // Five standard errors: the variances of x, x^2, x^3, x^4 are 1, 2, 15, 96.
        for (k, mean, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
            let error = 5.0 * f64::sqrt(variance / n as f64);
            assert!(
                (moment(k) - mean).abs() < error,
                "moment {k}: {}",
                moment(k)
            );
        }
        let lag: f64 = x.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / n as f64;
        assert!(lag.abs() < 5.0 / f64::sqrt(n as f64));
        let pairs: f64 = x.windows(129).map(|w| w[0] * w[128]).sum::<f64>() / n as f64;
        assert!(pairs.abs() < 5.0 / f64::sqrt(n as f64));
    }

    #[test]
    fn a_short_fill_is_the_beginning_of_a_long_one() {
        let streams = Streams::new(9);
        let mut long = [0.0; 700];
        let mut short = [0.0; 301];
        fill_standard_normal(&mut streams.derive("a", 1, 2), &mut long);
        fill_standard_normal(&mut streams.derive("a", 1, 2), &mut short);
        assert_eq!(long[..301], short);
    }
}
