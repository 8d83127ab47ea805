//! A mean over runs, and how well it is known.
//!
//! Runs on the same die share its errors, runs with the same seed their first phases and directions: they
//! are not independent. The variance of the mean adds what dies and what seeds bring (two-way clusters:
//! Cameron, Gelbach, Miller, J. Bus. Econ. Stat. 29, 238 (2011), doi:10.1198/jbes.2010.07136):
//!
//! ```text
//! V = V_dies + V_seeds − V_runs,    V_c = G/(G − 1) Σ_g (Σ_{i in g} (x_i − x̄))² / n²  over G clusters,
//! ```
//!
//! and not less than V_dies or V_seeds. Where every run has a die and a seed of its own, all three are the
//! familiar s²/n. A factor of which there is one level only has no V: what it would bring is not known, and
//! the mean is that at this level. Degrees of freedom: one less than the levels, combined after
//! Satterthwaite, Biometrics Bull. 2, 110 (1946), doi:10.2307/3002019.

use std::collections::BTreeMap;

/// A figure of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// Its die; 0 where there is none.
    pub die: u64,
    /// Its seed of the training.
    pub seed: u64,
    /// The figure.
    pub value: f64,
}

/// A mean over runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Number of runs.
    pub n: usize,
    /// Number of different dies.
    pub dies: usize,
    /// Number of different seeds.
    pub seeds: usize,
    /// The mean.
    pub mean: f64,
    /// Sample standard deviation over the runs (n − 1); `None` of one.
    pub sd: Option<f64>,
    /// Variance of the mean and its degrees of freedom; `None` of one.
    pub variance: Option<Variance>,
}

/// A variance as it is estimated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variance {
    /// The variance.
    pub value: f64,
    /// Degrees of freedom, above 0.
    pub dof: f64,
}

impl Estimate {
    /// The mean over runs; `None` of none. `step` is that in which figures can differ (1 / test images;
    /// 0 where they are continuous): a spread below that of rounding to it, step / √12, is not believed.
    pub fn of(runs: &[Observation], step: f64) -> Option<Self> {
        let n = runs.len();
        if n == 0 {
            return None;
        }
        let n_f = n as f64;
        let mean = runs.iter().map(|run| run.value).sum::<f64>() / n_f;
        let clusters = |of: fn(&Observation) -> u64| {
            let mut sums: BTreeMap<u64, f64> = BTreeMap::new();
            for run in runs {
                *sums.entry(of(run)).or_default() += run.value - mean;
            }
            let variance = scaled(sums.values(), n_f);
            (sums.len(), variance)
        };
        let (dies, of_dies) = clusters(|run| run.die);
        let (seeds, of_seeds) = clusters(|run| run.seed);
        let deviations: Vec<f64> = runs.iter().map(|run| run.value - mean).collect();
        let of_runs = scaled(deviations.iter(), n_f);
        let variance = combined(n, of_dies, of_seeds, of_runs).map(|variance| Variance {
            value: variance.value.max(step * step / (12.0 * n_f)),
            ..variance
        });
        Some(Self {
            n,
            dies,
            seeds,
            mean,
            sd: of_runs.map(|found| (found.value * n_f).sqrt()),
            variance,
        })
    }

    /// Standard error of the mean; `None` of one run.
    pub fn standard_error(&self) -> Option<f64> {
        Some(self.variance?.value.sqrt())
    }
}

/// G/(G − 1) Σ s_g² / n² with G − 1 degrees of freedom; `None` of one cluster.
fn scaled<'a>(sums: impl ExactSizeIterator<Item = &'a f64>, n: f64) -> Option<Variance> {
    let levels = sums.len() as f64;
    (levels > 1.0).then(|| Variance {
        value: levels / (levels - 1.0) * sums.map(|sum| sum * sum).sum::<f64>() / (n * n),
        dof: levels - 1.0,
    })
}

fn combined(
    n: usize,
    dies: Option<Variance>,
    seeds: Option<Variance>,
    runs: Option<Variance>,
) -> Option<Variance> {
    let (Some(dies), Some(seeds), Some(runs)) = (dies, seeds, runs) else {
        return dies.or(seeds);
    };
    let most = (n - 1) as f64;
    if dies.dof == most && seeds.dof == most {
        return Some(runs);
    }
    let value = (dies.value + seeds.value - runs.value)
        .max(dies.value)
        .max(seeds.value);
    let weight = dies.value * dies.value / dies.dof + seeds.value * seeds.value / seeds.dof;
    let least = dies.dof.min(seeds.dof);
    let dof = match weight > 0.0 {
        true => (value * value / weight).clamp(least.min(1.0), most),
        false => least,
    };
    Some(Variance { value, dof })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(values: &[(u64, u64, f64)]) -> Vec<Observation> {
        let observation = |&(die, seed, value)| Observation { die, seed, value };
        values.iter().map(observation).collect()
    }

    fn variance(values: &[(u64, u64, f64)]) -> Variance {
        let found = Estimate::of(&runs(values), 0.0).unwrap();
        found.variance.unwrap()
    }

    #[test]
    fn one_factor_is_the_usual_standard_error() {
        // s^2 = 5/3.
        let values = [4.0, 1.0, 3.0, 2.0];
        type Design = fn(u64) -> (u64, u64);
        let designs: [Design; 3] = [|i| (i, 7), |i| (7, i), |i| (i, 10 * i)];
        for design in designs {
            let list: Vec<_> = (0..)
                .zip(values)
                .map(|(i, x)| (design(i).0, design(i).1, x))
                .collect();
            let found = Estimate::of(&runs(&list), 0.0).unwrap();
            assert_eq!((found.n, found.mean), (4, 2.5));
            assert!((found.sd.unwrap() - (5.0_f64 / 3.0).sqrt()).abs() < 1e-15);
            let variance = found.variance.unwrap();
            assert!((variance.value - 5.0 / 12.0).abs() < 1e-15);
            assert_eq!(variance.dof, 3.0);
        }
    }

    /// Runs of a die that repeat each other count as one.
    #[test]
    fn repetitions_bring_nothing() {
        let mut list = Vec::new();
        for (die, x) in [(0, 4.0), (1, 1.0), (2, 3.0), (3, 2.0)] {
            list.extend((0..5).map(|seed| (die, seed, x)));
        }
        let found = variance(&list);
        assert!((found.value - 5.0 / 12.0).abs() < 1e-15, "{found:?}");
        // Seeds bring no variance, so the dies' degrees of freedom are left.
        assert!((found.dof - 3.0).abs() < 1e-12);
    }

    /// x = a_die + b_seed: the variances of both means add, less what the runs' residual is counted twice.
    #[test]
    fn dies_and_seeds_add() {
        let (a, b) = ([3.0, -3.0, 0.0], [0.0, 2.0]);
        let mut list = Vec::new();
        for die in 0..3_u64 {
            for seed in 0..2_u64 {
                list.push((die, seed, a[die as usize] + b[seed as usize]));
            }
        }
        let found = variance(&list);
        // V_dies = 9/3, V_seeds = 2/2, V_runs = (18 / 3 + 2 * 1 / 2) * 6 / 5 / 6 = 7 / 5.
        assert!((found.value - (3.0 + 1.0 - 1.4_f64).max(3.0)).abs() < 1e-14);
        // 9 / (9 / 2 + 1 / 1)
        assert!((found.dof - 9.0 / 5.5).abs() < 1e-14);
    }

    #[test]
    fn few_runs_and_no_spread() {
        assert_eq!(Estimate::of(&[], 0.0), None);
        let one = Estimate::of(&runs(&[(0, 0, 0.5)]), 0.01).unwrap();
        assert_eq!((one.n, one.sd, one.variance), (1, None, None));
        let same = [(0, 0, 0.5), (1, 0, 0.5), (2, 0, 0.5)];
        let step = 1.0 / 360.0;
        let found = Estimate::of(&runs(&same), step).unwrap();
        assert!((found.standard_error().unwrap() - step / 6.0).abs() < 1e-15);
        assert_eq!(variance(&same).value, 0.0);
        let grid = [(0, 0, 0.5), (1, 0, 0.5), (0, 1, 0.5), (1, 1, 0.5)];
        assert_eq!(variance(&grid).value, 0.0);
        assert_eq!(variance(&grid).dof, 1.0);
    }
}
