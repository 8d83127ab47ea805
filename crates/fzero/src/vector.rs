//! Loops over parameter vectors, for use inside [`numerics::vectorize`].
//!
//! Each is elementwise or has a fixed order of summation, so that every SIMD level gives the same
//! bits. Slices of one call have equal lengths; the shortest counts.

/// Accumulators of a sum: one AVX-512 register of doubles.
const LANES: usize = 8;

/// Sum of squares.
#[inline(always)]
pub(crate) fn sum_of_squares(x: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        add_squares(&mut sums, chunk);
    }
    // Squares of zeros add nothing. A loop over what is there would index the sums by a variable, which
    // keeps them in memory all the time.
    add_squares(&mut sums, &padded(rest));
    add_lanes(&sums)
}

#[inline(always)]
pub(crate) fn add_squares(sums: &mut [f64; LANES], x: &[f64; LANES]) {
    for lane in 0..LANES {
        sums[lane] = x[lane].mul_add(x[lane], sums[lane]);
    }
}

/// At most `N` numbers and zeros behind them.
#[inline(always)]
pub(crate) fn padded<T: Copy + Default, const N: usize>(x: &[T]) -> [T; N] {
    let mut all = [T::default(); N];
    for (place, &x) in all.iter_mut().zip(x) {
        *place = x;
    }
    all
}

/// Sum of the lanes in a fixed order.
#[inline(always)]
pub(crate) fn add_lanes(x: &[f64; LANES]) -> f64 {
    ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]))
}

/// Sum of squares, in f64.
#[inline(always)]
pub(crate) fn sum_of_squares_f32(x: &[f32]) -> f64 {
    // Four registers of sums hide the latency of the multiply-adds.
    let mut sums = [[0.0; LANES]; 4];
    let (chunks, rest) = x.as_chunks::<{ 4 * LANES }>();
    for chunk in chunks {
        add_squares_f32(&mut sums, chunk);
    }
    add_squares_f32(&mut sums, &padded(rest));
    let [a, b, c, d] = &sums;
    (add_lanes(a) + add_lanes(b)) + (add_lanes(c) + add_lanes(d))
}

#[inline(always)]
fn add_squares_f32(sums: &mut [[f64; LANES]; 4], x: &[f32; 4 * LANES]) {
    for (sums, x) in sums.iter_mut().zip(x.as_chunks::<LANES>().0) {
        add_squares(sums, &x.map(f64::from));
    }
}

/// `out = at + step * direction`.
#[inline(always)]
pub(crate) fn shift(at: &[f64], step: f64, direction: &[f32], out: &mut [f64]) {
    for ((out, at), direction) in out.iter_mut().zip(at).zip(direction) {
        *out = step.mul_add(f64::from(*direction), *at);
    }
}

/// `out = factor * x`.
#[inline(always)]
pub(crate) fn scaled(factor: f64, x: &[f32], out: &mut [f64]) {
    for (out, x) in out.iter_mut().zip(x) {
        *out = factor * f64::from(*x);
    }
}

/// `sum += factor * x`.
#[inline(always)]
pub(crate) fn add_scaled_f32(sum: &mut [f64], factor: f64, x: &[f32]) {
    for (sum, x) in sum.iter_mut().zip(x) {
        *sum = factor.mul_add(f64::from(*x), *sum);
    }
}

/// `sum += factor * x`; returns whether all sums are finite.
#[inline(always)]
pub(crate) fn add_scaled(sum: &mut [f64], factor: f64, x: &[f64]) -> bool {
    let mut bad = 0;
    for (sum, x) in sum.iter_mut().zip(x) {
        *sum = factor.mul_add(*x, *sum);
        bad |= not_finite(*sum);
    }
    bad == 0
}

/// 1 for NaN and infinities, 0 for numbers: to be collected without a branch.
#[inline(always)]
pub(crate) fn not_finite(x: f64) -> u64 {
    const EXPONENT: u64 = f64::INFINITY.to_bits();
    u64::from(x.to_bits() & EXPONENT == EXPONENT)
}

/// Whether no value is NaN or infinite.
#[inline(always)]
pub(crate) fn all_finite(x: &[f64]) -> bool {
    x.iter().fold(true, |fine, x| fine & x.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use numerics::Level;

    #[test]
    fn every_level_returns_the_same_bits() {
        let x: Vec<f64> = (0..103).map(|i| f64::from(i).sqrt() - 4.3).collect();
        let evaluate = |level: Level| {
            level.vectorize(
                #[inline(always)]
                || {
                    let f32s: Vec<f32> = x.iter().map(|&x| x as f32).collect();
                    let mut y = x.clone();
                    scaled(0.37, &f32s, &mut y);
                    add_scaled_f32(&mut y, 0.1, &f32s);
                    assert!(add_scaled(&mut y, -1.3, &x));
                    let mut z = x.clone();
                    shift(&y, 1e-3, &f32s, &mut z);
                    (sum_of_squares(&z), z, sum_of_squares_f32(&f32s))
                },
            )
        };
        let portable = evaluate(Level::Portable);
        let exact: f64 = portable.1.iter().map(|v| v * v).sum();
        // 103 additions, each rounded by at most half an ulp of the sum.
        assert!((portable.0 - exact).abs() <= 103.0 * f64::EPSILON * exact);
        for level in Level::available() {
            assert_eq!(portable, evaluate(level), "{level}");
        }
    }

    #[test]
    fn one_bad_value_is_found() {
        let mut x = vec![1.0; 17];
        assert!(all_finite(&x));
        x[16] = f64::NAN;
        assert!(!all_finite(&x));
        x[16] = f64::NEG_INFINITY;
        assert!(!all_finite(&x));
    }
}
