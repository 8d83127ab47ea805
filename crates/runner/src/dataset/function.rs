//! Samples of a function to fit.

use crate::config::checked::{DataSet, FunctionSet};
use crate::hash::sha256_of;
use fzero::TrainError;
use fzero::digital::functions::{Function, FunctionData, SampleOptions};
use numerics::Streams;
use std::fmt;

/// Samples of a function, with what is to be said of them.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionSamples {
    /// What messages call the function.
    pub name: &'static str,
    /// The function, written out.
    pub formula: &'static str,
    /// The samples.
    pub data: FunctionData,
    /// SHA-256 of inputs and targets, 64 hexadecimal digits: for the training samples and then for the test
    /// samples, their number and the inputs per sample as little-endian 64-bit integers, the inputs as
    /// little-endian f32, the targets as little-endian f64.
    pub sha256: String,
}

impl FunctionSamples {
    /// Where the functions are from.
    pub const SOURCE: &str = "arXiv:2603.24790, sampled here";

    /// Samples the function that an experiment asks for; `None` where it asks for images.
    ///
    /// # Errors
    /// Sizes or noise out of range.
    pub fn sample(set: &DataSet, streams: &Streams) -> Option<Result<Self, TrainError>> {
        let (function, set) = match set {
            DataSet::F1(set) => (Function::F1, set),
            DataSet::F2(set) => (Function::F2, set),
            _ => return None,
        };
        Some(Self::of(function, set, streams))
    }

    fn of(function: Function, set: &FunctionSet, streams: &Streams) -> Result<Self, TrainError> {
        let options = SampleOptions {
            train: set.train_samples,
            test: set.test_samples,
            noise: set.noise,
        };
        let data = FunctionData::sample(function, &options, streams)?;
        let (name, formula) = match function {
            Function::F1 => ("f1", "sin x0 + cos x1"),
            Function::F2 => ("f2", "exp(x0) sin x1 + x2 cos x3 - x4 x0"),
        };
        Ok(Self {
            name,
            formula,
            sha256: sha256(&data),
            data,
        })
    }
}

impl fmt::Display for FunctionSamples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = &self.data;
        write!(
            f,
            "{}: {} train and {} test samples of {}",
            self.name,
            data.train_targets.len(),
            data.test_targets.len(),
            self.formula
        )
    }
}

fn sha256(data: &FunctionData) -> String {
    let parts = [
        (&data.train_values, &data.train_targets),
        (&data.test_values, &data.test_targets),
    ];
    let bytes = parts.into_iter().flat_map(|(values, targets)| {
        let sizes = [targets.len() as u64, data.width as u64].map(u64::to_le_bytes);
        let values = values.iter().flat_map(|value| value.to_le_bytes());
        let targets = targets.iter().flat_map(|target| target.to_le_bytes());
        sizes.into_iter().flatten().chain(values).chain(targets)
    });
    sha256_of(bytes)
}
