//! A device whose loss is an exact quadratic of its parameters.

use super::{check_program, check_query, groups};
use crate::black_box::{BlackBox, DeviceError, LayerShape, ParameterGroup, Purpose, Samples, Tap};
use crate::data::check_labels;
use crate::error::{TrainError, check_length};
use crate::goal::{BatchLoss, GoalScratch, LocalGoal};

/// One input, one layer, one readout: q(p) = (p - o)^T A (p - o) / 2, whatever the sample.
///
/// With [`FirstReadout`] as its goal the loss is q, as far as the f32 readout resolves it.
#[derive(Clone, Debug)]
pub struct QuadraticBox {
    curvature: Vec<f64>,
    optimum: Vec<f64>,
    shape: LayerShape,
    parameters: Vec<f64>,
}

impl QuadraticBox {
    /// `curvature`: symmetric matrix A, n x n, row-major; `optimum`: o, n numbers. All parameters are
    /// one trained group; they start at 0.
    ///
    /// # Errors
    /// Lengths that do not fit.
    pub fn new(curvature: Vec<f64>, optimum: Vec<f64>) -> Result<Self, TrainError> {
        let n = optimum.len();
        check_length("entries of the curvature matrix", curvature.len(), n * n)?;
        Ok(Self {
            curvature,
            shape: LayerShape {
                groups: groups(&[("parameters", n, true)]),
                readouts: 1,
            },
            parameters: vec![0.0; n],
            optimum,
        })
    }

    /// Splits the parameters into groups of these sizes, trained or not. Sizes that do not add up to
    /// the number of parameters make a device that refuses every programming.
    #[must_use]
    pub fn with_groups(mut self, sizes: &[(usize, bool)]) -> Self {
        let named: Vec<_> = sizes
            .iter()
            .map(|&(n, trained)| ("part", n, trained))
            .collect();
        self.shape.groups = groups(&named);
        self
    }

    /// The groups of the parameter vector.
    pub fn groups(&self) -> &[ParameterGroup] {
        &self.shape.groups
    }

    /// q at `parameters`.
    pub fn value(&self, parameters: &[f64]) -> f64 {
        let offset: Vec<f64> = parameters
            .iter()
            .zip(&self.optimum)
            .map(|(p, o)| p - o)
            .collect();
        0.5 * self.curvature_along(&offset)
    }

    /// The gradient of q at `parameters`.
    pub fn gradient(&self, parameters: &[f64]) -> Vec<f64> {
        let offset: Vec<f64> = parameters
            .iter()
            .zip(&self.optimum)
            .map(|(p, o)| p - o)
            .collect();
        let rows = self.curvature.chunks(self.optimum.len().max(1));
        rows.map(|row| row.iter().zip(&offset).map(|(a, x)| a * x).sum())
            .collect()
    }

    /// d^T A d.
    pub fn curvature_along(&self, direction: &[f64]) -> f64 {
        let rows = self.curvature.chunks(self.optimum.len().max(1));
        rows.zip(direction)
            .map(|(row, x)| x * row.iter().zip(direction).map(|(a, y)| a * y).sum::<f64>())
            .sum()
    }
}

impl BlackBox for QuadraticBox {
    fn inputs(&self) -> usize {
        1
    }

    fn layers(&self) -> usize {
        1
    }

    fn layer(&self, _layer: usize) -> &LayerShape {
        &self.shape
    }

    fn program(
        &mut self,
        layer: usize,
        parameters: &[f64],
        _purpose: Purpose,
    ) -> Result<(), DeviceError> {
        check_program(std::slice::from_ref(&self.shape), layer, parameters)?;
        if parameters.len() != self.optimum.len() {
            return Err(DeviceError::Other(
                "the groups do not cover the parameters".into(),
            ));
        }
        self.parameters.copy_from_slice(parameters);
        Ok(())
    }

    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        _purpose: Purpose,
    ) -> Result<(), DeviceError> {
        check_query(self, &samples, taps)?;
        let value = self.value(&self.parameters) as f32;
        for tap in taps {
            tap.readouts.fill(value);
        }
        Ok(())
    }
}

/// One class, one readout: the loss is the readout itself, and each sample counts as right.
#[derive(Clone, Copy, Debug, Default)]
pub struct FirstReadout;

impl LocalGoal for FirstReadout {
    fn classes(&self) -> usize {
        1
    }

    fn readouts(&self) -> usize {
        1
    }

    fn loss(
        &self,
        readouts: &[f32],
        labels: &[u16],
        _scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        check_length("readouts", readouts.len(), labels.len())?;
        check_labels(labels, 1)?;
        let sum: f64 = readouts.iter().map(|&x| f64::from(x)).sum();
        Ok(BatchLoss {
            loss: sum / labels.len() as f64,
            correct: labels.len(),
            dead: 0,
        })
    }

    fn gradient(
        &self,
        readouts: &[f32],
        labels: &[u16],
        cotangents: &mut [f64],
        scratch: &mut GoalScratch,
    ) -> Result<BatchLoss, TrainError> {
        let batch = self.loss(readouts, labels, scratch)?;
        check_length("cotangents", cotangents.len(), readouts.len())?;
        cotangents.fill(1.0 / labels.len() as f64);
        Ok(batch)
    }

    fn scores(
        &self,
        readouts: &[f32],
        scores: &mut [f64],
        _scratch: &mut GoalScratch,
    ) -> Result<(), TrainError> {
        check_length("scores", scores.len(), readouts.len())?;
        for (score, &readout) in scores.iter_mut().zip(readouts) {
            *score = -f64::from(readout);
        }
        Ok(())
    }
}
