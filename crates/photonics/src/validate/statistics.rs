//! What a list of numbers is like, and what it says of the rest.

/// z of a two-sided interval of 95 %.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// Mean, spread and quantiles of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation (n - 1); `None` for fewer than two.
    pub sd: Option<f64>,
    /// The smallest.
    pub min: f64,
    /// The quantiles at 5, 25, 50, 75 and 95 %, between neighbours linearly (type 7 of Hyndman and Fan,
    /// Am. Stat. 50, 361 (1996), doi:10.2307/2684934).
    pub quantiles: [f64; 5],
    /// The largest.
    pub max: f64,
}

impl Summary {
    /// Of a sample; `None` of none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (&min, &max) = (sorted.first()?, sorted.last()?);
        let n = values.len();
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
        let quantile = |p: f64| {
            let place = p * (n - 1) as f64;
            let below = place as usize;
            let above = sorted[(below + 1).min(n - 1)];
            (place - below as f64).mul_add(above - sorted[below], sorted[below])
        };
        Some(Self {
            n,
            mean,
            sd: (n > 1).then(|| (squares / (n - 1) as f64).sqrt()),
            min,
            quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map(quantile),
            max,
        })
    }

    /// Standard error of the mean; `None` for fewer than two.
    pub fn standard_error(&self) -> Option<f64> {
        Some(self.sd? / (self.n as f64).sqrt())
    }
}

/// A share of a sample, with an interval for the share of the whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proportion {
    /// How many have it.
    pub passed: usize,
    /// Of how many.
    pub n: usize,
    /// Lower end of Wilson's interval of 95 %.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Proportion {
    /// `passed` of `n` with the interval of 95 % of Wilson, J. Am. Stat. Assoc. 22, 209 (1927),
    /// doi:10.1080/01621459.1927.10502953. Nothing is known from none: 0 to 1.
    ///
    /// ```
    /// let all = photonics::validate::statistics::Proportion::of(200, 200);
    /// assert!((all.low - 0.9812).abs() < 1e-4 && all.high == 1.0);
    /// ```
    ///
    /// # Panics
    /// When more passed than there are: an error of the caller.
    pub fn of(passed: usize, n: usize) -> Self {
        assert!(passed <= n, "{passed} of {n}");
        if n == 0 {
            return Self {
                passed,
                n,
                low: 0.0,
                high: 1.0,
            };
        }
        let (n_f, z2) = (n as f64, Z_95 * Z_95);
        let p = passed as f64 / n_f;
        let centre = (p + z2 / (2.0 * n_f)) / (1.0 + z2 / n_f);
        let half = Z_95 * (p * (1.0 - p) / n_f + z2 / (4.0 * n_f * n_f)).sqrt() / (1.0 + z2 / n_f);
        Self {
            passed,
            n,
            // Exact where rounding would leave the range.
            low: if passed == 0 { 0.0 } else { centre - half },
            high: if passed == n { 1.0 } else { centre + half },
        }
    }

    /// The share; `None` of none.
    pub fn share(&self) -> Option<f64> {
        (self.n > 0).then(|| self.passed as f64 / self.n as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_counted_by_hand() {
        let summary = Summary::of(&[4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!((summary.n, summary.mean), (4, 2.5));
        assert_eq!((summary.min, summary.max), (1.0, 4.0));
        assert!((summary.sd.unwrap() - (5.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        assert_eq!(summary.standard_error(), summary.sd.map(|sd| sd / 2.0));
        let expected = [1.15, 1.75, 2.5, 3.25, 3.85];
        for (found, expected) in summary.quantiles.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15);
        }
        assert_eq!(Summary::of(&[]), None);
        let one = Summary::of(&[7.0]).unwrap();
        assert_eq!((one.sd, one.quantiles), (None, [7.0; 5]));
    }

    #[test]
    fn the_interval_solves_its_equation() {
        // Wilson's ends are the p with |share - p| = z sqrt(p (1 - p) / n).
        for (passed, n) in [(1, 10), (5, 10), (197, 200), (3, 1000)] {
            let found = Proportion::of(passed, n);
            let share = found.share().unwrap();
            assert!(found.low < share && share < found.high);
            for p in [found.low, found.high] {
                let distance = Z_95 * (p * (1.0 - p) / n as f64).sqrt();
                assert!(((share - p).abs() - distance).abs() < 1e-14, "{passed} {n}");
            }
        }
        assert_eq!(Proportion::of(0, 5).low, 0.0);
        assert_eq!(Proportion::of(0, 0).share(), None);
    }
}
