//! The two functions that the paper's regression fits (arXiv:2603.24790), sampled.

use super::initial::signed;
use crate::data::{Dataset, Split};
use crate::error::{TrainError, check_count};
use crate::streams::Stream;
use numerics::Streams;
use numerics::math::{exp, sin_cos};
use numerics::normal::fill_standard_normal;
use serde::{Deserialize, Serialize};

/// A function of numbers from -1 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Function {
    /// f1 = sin x0 + cos x1.
    F1,
    /// f2 = exp(x0) sin x1 + x2 cos x3 - x4 x0.
    F2,
}

impl Function {
    /// Its arguments.
    pub const fn inputs(self) -> usize {
        match self {
            Self::F1 => 2,
            Self::F2 => 5,
        }
    }

    /// Its value at `x`, `inputs()` numbers.
    ///
    /// # Panics
    /// Where `x` is shorter.
    pub fn value(self, x: &[f64]) -> f64 {
        let sin = |x| sin_cos(x).0;
        let cos = |x| sin_cos(x).1;
        match self {
            Self::F1 => sin(x[0]) + cos(x[1]),
            Self::F2 => exp(x[0]) * sin(x[1]) + x[2] * cos(x[3]) - x[4] * x[0],
        }
    }
}

/// How a function is sampled. The default is the paper's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleOptions {
    /// Samples to train on, at least 2.
    pub train: usize,
    /// Samples to test on, at least 2.
    pub test: usize,
    /// Standard deviation of the normal noise on the training targets, as a share of that of the targets
    /// without noise; at least 0.
    pub noise: f64,
}

impl Default for SampleOptions {
    fn default() -> Self {
        Self {
            train: 10_000,
            test: 2_000,
            noise: 0.05,
        }
    }
}

/// Samples of a function: inputs uniform between -1 and 1 (as f32, which is what a device gets), targets
/// scaled so that those of the training set, with their noise, reach exactly from -1 to 1. The test
/// targets have no noise and the same scale.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionData {
    /// Numbers per sample.
    pub width: usize,
    /// Training inputs, row-major.
    pub train_values: Vec<f32>,
    /// Training targets.
    pub train_targets: Vec<f64>,
    /// Test inputs, row-major.
    pub test_values: Vec<f32>,
    /// Test targets; a little beyond -1 and 1 where the training set misses the extremes.
    pub test_targets: Vec<f64>,
    /// Smallest and largest training target before scaling.
    pub range: (f64, f64),
}

impl FunctionData {
    /// Samples `function`. Inputs come from [`Stream::FunctionInputs`], noise from
    /// [`Stream::FunctionNoise`].
    ///
    /// # Errors
    /// [`TrainError::Setting`] for sizes or noise out of range.
    pub fn sample(
        function: Function,
        options: &SampleOptions,
        streams: &Streams,
    ) -> Result<Self, TrainError> {
        for (key, count) in [("train", options.train), ("test", options.test)] {
            // One sample has no spread, so no scale and no R^2.
            check_count(key, count.saturating_sub(1)).map_err(|_| TrainError::Setting {
                key,
                value: count as f64,
                why: "must be at least 2",
            })?;
        }
        if !(options.noise.is_finite() && options.noise >= 0.0) {
            return Err(TrainError::Setting {
                key: "noise",
                value: options.noise,
                why: "must be a finite number, at least 0",
            });
        }
        let width = function.inputs();
        let draw = |split, count: usize| {
            let mut stream = Stream::FunctionInputs.derive(streams, split, 0);
            let values: Vec<f32> = (0..count * width)
                .map(|_| signed(&mut stream) as f32)
                .collect();
            let wide: Vec<f64> = values.iter().map(|&x| f64::from(x)).collect();
            let targets: Vec<f64> = wide
                .chunks_exact(width)
                .map(|x| function.value(x))
                .collect();
            (values, targets)
        };
        let (train_values, mut train_targets) = draw(0, options.train);
        let (test_values, mut test_targets) = draw(1, options.test);
        let count = options.train as f64;
        let mean = train_targets.iter().sum::<f64>() / count;
        let square = train_targets
            .iter()
            .map(|y| (y - mean).powi(2))
            .sum::<f64>()
            / count;
        let deviation = options.noise * square.sqrt();
        let mut noise = vec![0.0; options.train];
        fill_standard_normal(&mut Stream::FunctionNoise.derive(streams, 0, 0), &mut noise);
        for (target, noise) in train_targets.iter_mut().zip(&noise) {
            *target += deviation * noise;
        }
        let low = train_targets.iter().copied().fold(f64::INFINITY, f64::min);
        let high = train_targets
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        for target in train_targets.iter_mut().chain(&mut test_targets) {
            *target = 2.0 * ((*target - low) / (high - low)) - 1.0;
        }
        Ok(Self {
            width,
            train_values,
            train_targets,
            test_values,
            test_targets,
            range: (low, high),
        })
    }

    /// As a data set to train on.
    pub fn dataset(&self) -> Dataset<'_, f64> {
        Dataset {
            train: Split {
                values: &self.train_values,
                labels: &self.train_targets,
            },
            test: Split {
                values: &self.test_values,
                labels: &self.test_targets,
            },
            width: self.width,
            classes: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_have_their_known_values() {
        let close = |found: f64, expected: f64| (found - expected).abs() < 4.0 * f64::EPSILON;
        assert!(close(Function::F1.value(&[0.0, 0.0]), 1.0));
        assert!(close(
            Function::F1.value(&[1.0, 1.0]),
            1.381_773_290_676_036_2
        ));
        assert!(close(
            Function::F2.value(&[0.0, 1.0, 0.0, 0.3, 0.7]),
            0.841_470_984_807_896_5
        ));
        assert!(close(Function::F2.value(&[0.5, 0.0, 1.0, 0.0, -1.0]), 1.5));
        // e sin 1 - cos 1 - 1
        let expected = 2.287_355_287_178_842_6 - 0.540_302_305_868_139_8 - 1.0;
        assert!(close(
            Function::F2.value(&[1.0, 1.0, -1.0, 1.0, 1.0]),
            expected
        ));
    }

    #[test]
    fn targets_are_scaled_and_only_the_training_ones_have_noise() {
        let streams = Streams::new(3);
        for function in [Function::F1, Function::F2] {
            let data = FunctionData::sample(function, &SampleOptions::default(), &streams).unwrap();
            assert_eq!(data.dataset().check(), Ok(()));
            assert_eq!(
                (data.train_targets.len(), data.test_targets.len()),
                (10_000, 2_000)
            );
            let extreme = |f: fn(f64, f64) -> f64| data.train_targets.iter().copied().reduce(f);
            assert_eq!(extreme(f64::min), Some(-1.0));
            assert_eq!(extreme(f64::max), Some(1.0));
            let (low, high) = data.range;
            let residuals = |values: &[f32], targets: &[f64]| {
                let wide: Vec<f64> = values.iter().map(|&x| f64::from(x)).collect();
                let exact = wide.chunks(data.width).map(|x| function.value(x));
                let back = targets.iter().map(|y| low + (y + 1.0) / 2.0 * (high - low));
                let (exact, back): (Vec<f64>, Vec<f64>) = (exact.collect(), back.collect());
                let mean = exact.iter().sum::<f64>() / exact.len() as f64;
                let power = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>();
                let spread = power(&mut exact.iter().map(|y| y - mean));
                (power(&mut back.iter().zip(&exact).map(|(b, e)| b - e)) / spread).sqrt()
            };
            // The relative error of a standard deviation of n numbers is 1/sqrt(2n); five of them.
            let noise = residuals(&data.train_values, &data.train_targets);
            assert!(
                (noise / 0.05 - 1.0).abs() < 5.0 / f64::sqrt(20_000.0),
                "{noise}"
            );
            assert!(residuals(&data.test_values, &data.test_targets) < 1e-14);
            assert!(data.train_values.iter().all(|x| x.abs() <= 1.0));
        }
    }

    #[test]
    fn the_seed_decides_and_bad_options_are_refused() {
        let sample = |seed, options: SampleOptions| {
            FunctionData::sample(Function::F1, &options, &Streams::new(seed))
        };
        let small = SampleOptions {
            train: 20,
            test: 5,
            noise: 0.05,
        };
        assert_eq!(sample(1, small), sample(1, small));
        assert_ne!(sample(1, small), sample(2, small));
        assert!(sample(1, SampleOptions { train: 1, ..small }).is_err());
        assert!(sample(1, SampleOptions { test: 0, ..small }).is_err());
        for noise in [-0.1, f64::NAN, f64::INFINITY] {
            assert!(sample(1, SampleOptions { noise, ..small }).is_err());
        }
    }
}
