//! Student's t.

use numerics::math::sin_cos;
use photonics::validate::statistics::Z_95;
use std::f64::consts::FRAC_PI_2;

/// From here on two terms of the expansion around the normal quantile are within 1e-10.
const MANY: usize = 5_000;

/// t of a two-sided interval of 95 % with `freedom` >= 1 degrees of freedom.
pub(super) fn t_95(freedom: usize) -> f64 {
    if freedom > MANY {
        expansion(freedom)
    } else {
        solved(freedom)
    }
}

/// Abramowitz and Stegun, 26.7.5.
fn expansion(freedom: usize) -> f64 {
    let (z, n) = (Z_95, freedom as f64);
    let square = z * z;
    let first = z * (square + 1.0) / 4.0;
    let second = z * ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    z + first / n + second / (n * n)
}

fn solved(freedom: usize) -> f64 {
    // With t = sqrt(freedom) tan(angle), what lies between -t and t grows with the angle.
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if within(middle, freedom) < 0.95 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let (sin, cos) = sin_cos(0.5 * (low + high));
    (freedom as f64).sqrt() * sin / cos
}

/// Abramowitz and Stegun, 26.7.3 and 26.7.4.
fn within(angle: f64, freedom: usize) -> f64 {
    let (sin, cos) = sin_cos(angle);
    let square = cos * cos;
    let odd = freedom % 2 == 1;
    let mut term = if odd { cos } else { 1.0 };
    let mut sum = 0.0;
    let mut power = if odd { 1 } else { 0 };
    while power + 2 <= freedom {
        sum += term;
        term *= square * (power + 1) as f64 / (power + 2) as f64;
        power += 2;
    }
    if odd {
        (angle + sin * sum) / FRAC_PI_2
    } else {
        sin * sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From a numerical integration of the density, independent of the series; the first two in closed form:
    /// tan(0.475 pi) and 0.95 sqrt(2 / (1 - 0.95^2)).
    #[test]
    fn known_quantiles() {
        for (freedom, expected) in [
            (1, 12.706_204_736_174_8),
            (2, 4.302_652_729_749_46),
            (3, 3.182_446_305_283_64),
            (4, 2.776_445_105_197_79),
            (9, 2.262_157_162_798_21),
            (10, 2.228_138_851_986_25),
            (30, 2.042_272_456_301_3),
            (120, 1.979_930_405_082_45),
        ] {
            let found = t_95(freedom);
            assert!((found - expected).abs() < 1e-9, "{freedom}: {found}");
        }
    }

    #[test]
    fn the_expansion_goes_on_where_the_series_ends() {
        // The next term is about 1.6 / n^3.
        let (series, expansion) = (solved(MANY), expansion(MANY));
        assert!((series - expansion).abs() < 1e-10, "{series} {expansion}");
    }
}
