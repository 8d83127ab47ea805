//! Student's t distribution with any number of degrees of freedom.

use statrs::distribution::{Continuous, ContinuousCDF, StudentsT};

/// Beyond this many degrees of freedom it is the normal distribution to 1e-6.
const MOST: f64 = 1e6;

/// P(T ≥ `t`) with `dof` > 0 degrees of freedom.
///
/// ```
/// // Critical values of printed tables.
/// let p = runner::check::student::upper_tail(1.8125, 10.0);
/// assert!((p - 0.05).abs() < 1e-4);
/// ```
///
/// # Panics
/// `dof` is not positive, or `t` not a number: errors of the caller.
pub fn upper_tail(t: f64, dof: f64) -> f64 {
    assert!(!t.is_nan(), "t is not a number");
    match t {
        f64::INFINITY => 0.0,
        f64::NEG_INFINITY => 1.0,
        _ => distribution(dof).sf(t),
    }
}

/// The t that is exceeded with probability `p`, 0 < p < 1.
///
/// # Panics
/// `dof` is not positive, or `p` out of its range: errors of the caller.
pub fn critical(p: f64, dof: f64) -> f64 {
    assert!(p > 0.0 && p < 1.0, "p = {p}");
    distribution(dof).inverse_cdf(1.0 - p)
}

/// The t of a two-sided interval with whole degrees of freedom, to 9 digits after the point: the same number
/// whatever the last digits of the machine's logarithms are.
///
/// # Panics
/// `freedom` is 0, or `confidence` not between 0 and 1: errors of the caller.
pub fn two_sided(confidence: f64, freedom: usize) -> f64 {
    const DIGITS: f64 = 1e9;
    let (p, freedom) = (0.5 * (1.0 - confidence), freedom as f64);
    let t = critical(p, freedom);
    // A step of Newton's: the inverse stops where its own step is small.
    let t = t + (upper_tail(t, freedom) - p) / distribution(freedom).pdf(t);
    (DIGITS * t).round() / DIGITS
}

fn distribution(dof: f64) -> StudentsT {
    StudentsT::new(0.0, 1.0, dof.min(MOST)).expect("the degrees of freedom are positive")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With 1 degree of freedom the distribution is Cauchy's, with 2 algebraic.
    #[test]
    fn closed_forms() {
        for t in [-20.0_f64, -1.0, 0.0, 0.3, 2.0, 50.0] {
            let cauchy = 0.5 - t.atan() / std::f64::consts::PI;
            assert!((upper_tail(t, 1.0) - cauchy).abs() < 1e-13, "{t}");
            let two = 0.5 - t / (2.0 * (2.0 + t * t).sqrt());
            assert!((upper_tail(t, 2.0) - two).abs() < 1e-13, "{t}");
        }
        for p in [0.001_f64, 0.05, 0.3, 0.9] {
            let two = (1.0 - 2.0 * p) * (2.0 / (4.0 * p * (1.0 - p))).sqrt();
            assert!(
                (critical(p, 2.0) - two).abs() < 1e-8 * (1.0 + two.abs()),
                "{p}"
            );
        }
    }

    /// NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2, doi:10.18434/M32189.
    #[test]
    fn printed_critical_values() {
        for (p, dof, t) in [
            (0.05, 1.0, 6.314),
            (0.05, 4.0, 2.132),
            (0.05, 18.0, 1.734),
            (0.01, 9.0, 2.821),
            (0.001, 30.0, 3.385),
            (0.05, 1e9, 1.645),
        ] {
            // Three digits after the point, and a density below 0.2 that far out.
            assert!((critical(p, dof) - t).abs() < 6e-4, "{p} {dof}");
            assert!((upper_tail(t, dof) - p).abs() < 1.2e-4, "{p} {dof}");
        }
    }

    /// Of intervals of 95 %, from a numerical integration of the density; the first two are tan(0.475 pi) and
    /// 0.95 sqrt(2 / (1 - 0.95^2)).
    #[test]
    fn two_sided_quantiles() {
        for (dof, t) in [
            (1, 12.706_204_736_174_8),
            (2, 4.302_652_729_749_46),
            (3, 3.182_446_305_283_64),
            (4, 2.776_445_105_197_79),
            (9, 2.262_157_162_798_21),
            (10, 2.228_138_851_986_25),
            (30, 2.042_272_456_301_3),
            (120, 1.979_930_405_082_45),
        ] {
            let found = two_sided(0.95, dof);
            assert!((found - t).abs() < 1e-9, "{dof}: {found}");
        }
    }

    #[test]
    fn far_tails_and_fractions() {
        assert_eq!(upper_tail(f64::INFINITY, 3.0), 0.0);
        assert_eq!(upper_tail(f64::NEG_INFINITY, 3.0), 1.0);
        let between = critical(0.05, 7.5);
        assert!(critical(0.05, 8.0) < between && between < critical(0.05, 7.0));
    }
}
