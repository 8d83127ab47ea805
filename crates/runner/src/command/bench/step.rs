//! A whole training step: draw a direction, program and query twice, form the losses, update.

use super::chip;
use crate::error::Error;
use crate::wiring::ChipBox;
use fzero::estimate::{EstimatorChoice, GradientEstimator};
use fzero::goal::{CosineGoal, GoalScratch, LocalGoal, Prototypes};
use fzero::optimizer::{Optimizer, OptimizerChoice, OptimizerState};
use fzero::{BlackBox, ParameterGroup, Purpose, Samples, Stream, Tap, TrainError};
use numerics::Streams;
use photonics::mesh::haar::haar_phases;

pub(super) struct Step {
    device: ChipBox,
    /// The groups of the one part.
    parts: [Vec<ParameterGroup>; 1],
    goal: CosineGoal,
    scratch: GoalScratch,
    estimator: Box<dyn GradientEstimator>,
    optimizer: OptimizerState,
    parameters: Vec<f64>,
    gradient: Vec<f64>,
    inputs: Vec<f32>,
    labels: Vec<u16>,
    readouts: Vec<f32>,
    streams: Streams,
    step: usize,
}

impl Step {
    /// The published recipe on one layer of an ideal chip: intensities, cosine, one Gaussian
    /// direction, central differences.
    pub(super) fn new(ports: usize, batch: usize) -> Result<Self, Error> {
        let streams = Streams::new(0);
        let (chip, truth) = chip::ideal(ports)?;
        let mut stream = streams.derive("bench", ports as u64, 0);
        let parameters = haar_phases(truth.layers()[0].topology(), &mut stream);
        let classes = ports.min(10);
        let mut stream = Stream::Prototypes.derive(&streams, 0, 0);
        let prototypes = Prototypes::simplex(classes, ports, &mut stream)
            .map_err(|error| Error::failed("the local goal cannot be set", error, ""))?;
        let device = ChipBox::new(chip, true);
        Ok(Self {
            parts: [device.layer(0).groups.clone()],
            device,
            goal: CosineGoal::new(prototypes),
            scratch: GoalScratch::default(),
            estimator: EstimatorChoice::default().build(vec![1e-3]),
            optimizer: OptimizerChoice::default().build(),
            gradient: vec![0.0; parameters.len()],
            parameters,
            inputs: chip::inputs(ports, batch),
            labels: (0..batch).map(|i| (i % classes) as u16).collect(),
            readouts: vec![0.0; ports * batch],
            streams,
            step: 0,
        })
    }

    pub(super) fn run(&mut self) -> Result<(), TrainError> {
        let Self {
            device,
            goal,
            scratch,
            inputs,
            labels,
            readouts,
            parts,
            ..
        } = self;
        let samples = Samples {
            values: inputs,
            width: device.inputs(),
        };
        let mut objective = |parameters: &[f64], losses: &mut [f64]| {
            device.program(0, parameters, Purpose::Training)?;
            let mut tap = [Tap { layer: 0, readouts }];
            device.query(samples, &mut tap, Purpose::Training)?;
            losses[0] = goal.loss(readouts, labels, scratch)?.loss;
            Ok(())
        };
        self.estimator.estimate(
            &mut objective,
            &self.parameters,
            parts,
            &mut Stream::Directions.derive(&self.streams, 0, self.step),
            &mut self.gradient,
        )?;
        let finite = self
            .optimizer
            .step(&mut self.parameters, &self.gradient, &parts[0], 1e-3);
        self.step += 1;
        if finite {
            return Ok(());
        }
        Err(TrainError::NonFinite {
            layer: 0,
            epoch: 0,
            what: "parameters",
        })
    }
}
