//! The training loop: stage after stage, epoch after epoch, step after step.

use super::batches::shuffle;
use super::evaluate::{Evaluator, NetworkAccuracy, evaluate};
use super::measure::Measurement;
use super::plan::{GradientSource, LayerwisePlan};
use super::position::{Position, Start};
use super::snr::DifferenceSnr;
use super::stage::StageShape;
use crate::baseline::DifferentiableTwin;
use crate::black_box::Purpose;
use crate::data::Dataset;
use crate::error::{TrainError, check_length};
use crate::estimate::{ChosenRadius, trained_parameters};
use crate::goal::LocalGoal;
use crate::label_input::check_goal;
use crate::ledger::Ledger;
use crate::metered::MeteredBox;
use crate::observe::{EpochRecord, Observer};
use crate::optimizer::{Optimizer, OptimizerState};
use crate::stop::Stop;
use crate::streams::Stream;
use crate::target::Target;
use numerics::Streams;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// What a training run leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The parameters of each layer; the device is programmed with them.
    pub parameters: Vec<Vec<f64>>,
    /// Epochs that each layer completed.
    pub epochs: Vec<usize>,
    /// Score on the training set, all layers read in one pass.
    pub train: NetworkAccuracy,
    /// Score on the test set, all layers read in one pass.
    pub test: NetworkAccuracy,
    /// What the device was used for in all, the final evaluation included.
    pub ledger: Ledger,
    /// Why the run ended.
    pub stopped: Stop,
}

/// Trains stage after stage (see [`super::Scope`]): by default each layer in turn, from measurements of its
/// own readouts; the layers before it stay as they are. The device is queried forward and nothing else is
/// asked of anything.
///
/// All layers are first programmed with `initial`. A stage begins with the choice of its smoothing
/// radius, one for each of its parts; what is measured for it and for the noise, on the first batch of the
/// first epoch, is calibration. A step takes the next batch in the epoch's order, estimates for each part
/// the gradient of the batch's mean loss at its tap, and moves the parameters of its layers. When an
/// evaluation is due, and always after a stage's last epoch, the unshifted parameters are programmed and
/// the taps are read on both splits. At the very end both splits are sent through once more, and all layers are read at once.
///
/// A training that was interrupted goes on from the [`Position`] that its observer was told last, given as
/// `start`, and then does to the last bit what it would have done.
///
/// The observer's wish to stop and a spent budget end the training cleanly: what was learned is kept
/// (also the steps of an unfinished epoch, which gets no record) and evaluated, layers not reached
/// keep `initial`. Evaluations are beyond the budget, see [`crate::Metered`].
///
/// The result depends on the arguments and the device alone. Directions come from
/// [`Stream::Directions`] by (first tap of the stage, step within it), orders from [`Stream::Batches`] by
/// (first tap, epoch), wrong labels from [`Stream::Negatives`] by (first tap, step), probes for the radius
/// from [`Stream::Probes`] by tap, so evaluating more or less often
/// changes nothing else.
///
/// # Errors
/// Data, goals, parameters or settings that do not fit (a plan whose gradients are a twin's:
/// [`crate::baseline::train`]), a failing device, a loss or parameters that are not finite, dead readouts.
pub fn train<Y: Target>(
    device: &mut dyn MeteredBox,
    data: &Dataset<'_, Y>,
    goals: &[Box<dyn LocalGoal<Y>>],
    start: impl Into<Start>,
    plan: &LayerwisePlan,
    streams: &Streams,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainError> {
    if plan.gradient != GradientSource::Measured {
        return Err(TrainError::TwinNeeded);
    }
    let start = start.into();
    train_stages(device, None, data, goals, start, plan, streams, observer)
}

/// The one loop. `twin`: where gradients come from, if not from measured losses.
#[expect(
    clippy::too_many_arguments,
    reason = "those of its two callers, and the twin"
)]
pub(crate) fn train_stages<Y: Target>(
    device: &mut dyn MeteredBox,
    mut twin: Option<&mut dyn DifferentiableTwin>,
    data: &Dataset<'_, Y>,
    goals: &[Box<dyn LocalGoal<Y>>],
    start: Start,
    plan: &LayerwisePlan,
    streams: &Streams,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainError> {
    plan.check()?;
    data.check()?;
    check_fit(device, data, goals, start.parameters())?;
    if let Some(labels) = &plan.labels {
        labels.check(data.width, data.train.labels)?;
    }
    for goal in goals {
        check_goal(plan.labels.as_ref(), goal.as_ref())?;
    }
    let stages = plan.scope.stages(device.layers()).into_iter();
    let shapes: Vec<_> = stages.map(|stage| StageShape::new(device, stage)).collect();
    let measured = plan.gradient == GradientSource::Measured;
    if measured {
        let radius = plan.estimator.radius();
        for resolution in shapes.iter().flat_map(|shape| shape.resolutions(device)) {
            radius.check_resolution(resolution)?;
        }
    }
    let mut parameters = start.parameters().to_vec();
    let mut epochs = vec![0; parameters.len()];
    let mut resumed = match start {
        Start::Initial(_) => {
            for (layer, own) in parameters.iter().enumerate() {
                device.program(layer, own, Purpose::Training)?;
            }
            None
        }
        Start::Resumed(position) => {
            position.check(&shapes, plan.epochs, measured)?;
            device.restore(&position.device, &parameters)?;
            device.resume_ledger(position.ledger.clone());
            epochs.clone_from(&position.epochs);
            Some(position)
        }
    };
    if let Some(twin) = &mut twin {
        for (layer, own) in parameters.iter().enumerate() {
            twin.program(layer, own)?;
        }
    }
    let first = resumed.as_ref().map_or(0, |position| position.stage);
    let mut stopped = Stop::Completed;
    for (stage, shape) in shapes.iter().enumerate().skip(first) {
        let layers = shape.stage.layers();
        let mut training = StageTraining {
            shape,
            data,
            goals,
            plan,
            streams,
            parameters: parameters[layers.clone()].concat(),
            epochs: epochs[layers.start],
            network: Network {
                stage,
                parameters: &parameters,
                epochs: &epochs,
            },
            resumed: resumed.take(),
        };
        let ended = match &mut twin {
            None => training.run(device, None, observer),
            Some(twin) => training.run(device, Some(&mut **twin), observer),
        };
        let (trained, done) = (training.parameters, training.epochs);
        for (layer, own) in shape.split(&trained) {
            parameters[layer].copy_from_slice(own);
            if let Some(twin) = &mut twin {
                // It has seen them only before the last step.
                twin.program(layer, own)?;
            }
        }
        epochs[layers].fill(done);
        stopped = ended?;
        if stopped != Stop::Completed {
            break;
        }
    }
    let labels = plan.labels.as_ref();
    let train = evaluate(device, &data.train, data.width, goals, plan.vote, labels)?;
    let test = evaluate(device, &data.test, data.width, goals, plan.vote, labels)?;
    Ok(Outcome {
        parameters,
        epochs,
        train,
        test,
        ledger: device.ledger().clone(),
        stopped,
    })
}

fn check_fit<Y: Target>(
    device: &dyn MeteredBox,
    data: &Dataset<'_, Y>,
    goals: &[Box<dyn LocalGoal<Y>>],
    initial: &[Vec<f64>],
) -> Result<(), TrainError> {
    check_length("values of a sample", data.width, device.inputs())?;
    check_length("local goals", goals.len(), device.layers())?;
    check_length("initial parameter vectors", initial.len(), device.layers())?;
    for (layer, (goal, initial)) in goals.iter().zip(initial).enumerate() {
        let shape = device.layer(layer);
        check_length("readouts of a local goal", goal.readouts(), shape.readouts)?;
        check_length("classes of a local goal", goal.classes(), data.classes)?;
        check_length(
            "initial parameters of a layer",
            initial.len(),
            shape.parameters(),
        )?;
        if trained_parameters(&shape.groups) == 0 {
            return Err(TrainError::NothingToTrain { layer });
        }
    }
    Ok(())
}

/// The training of one stage.
struct StageTraining<'a, Y> {
    shape: &'a StageShape,
    data: &'a Dataset<'a, Y>,
    goals: &'a [Box<dyn LocalGoal<Y>>],
    plan: &'a LayerwisePlan,
    streams: &'a Streams,
    /// Of all layers of the stage, joined.
    parameters: Vec<f64>,
    epochs: usize,
    network: Network<'a>,
    /// Where the stage was interrupted.
    resumed: Option<Box<Position>>,
}

/// What there is around a stage, as it was when it began.
struct Network<'a> {
    stage: usize,
    parameters: &'a [Vec<f64>],
    epochs: &'a [usize],
}

impl<Y: Target> StageTraining<'_, Y> {
    /// Trains until the plan is done or something stops it; leaves the stage programmed with its
    /// final parameters.
    fn run(
        &mut self,
        device: &mut dyn MeteredBox,
        mut twin: Option<&mut dyn DifferentiableTwin>,
        observer: &mut dyn Observer,
    ) -> Result<Stop, TrainError> {
        let (shape, plan) = (self.shape, self.plan);
        let taps: Vec<usize> = shape.stage.taps().collect();
        let first = taps[0];
        let samples = self.data.train.samples();
        let total_steps = plan.epochs * plan.steps_per_epoch(samples);
        let resumed = self.resumed.take();
        let mut optimizer = match &resumed {
            Some(position) => position.optimizer.clone(),
            None => plan.optimizer.build(),
        };
        let mut measurement = Measurement::new(shape, self.goals, self.data.width, plan.labels);
        let mut evaluator = Evaluator::new(plan.labels.as_ref());
        let mut order = vec![0; samples];
        let mut gradient = vec![0.0; shape.parameters()];
        let mut step = resumed.as_ref().map_or(0, |position| position.step);
        observer.stage_begins(&shape.stage, plan.epochs);
        measurement.begin(1);
        let mut chosen = Vec::new();
        let mut estimator = None;
        if plan.gradient == GradientSource::Measured {
            chosen = match resumed {
                Some(position) => position.radii,
                None => match self.choose_radii(device, &mut measurement, &mut order) {
                    Err(error) => return self.out_of_budget(device, error),
                    Ok(chosen) => chosen,
                },
            };
            for (&layer, chosen) in taps.iter().zip(&chosen) {
                observer.radius_chosen(layer, chosen);
            }
            let radii = chosen.iter().map(|chosen| chosen.radius).collect();
            estimator = Some(plan.estimator.build(radii));
        }
        let of_part = |part: usize| chosen.get(part).copied();
        for epoch in self.epochs + 1..=plan.epochs {
            measurement.begin(epoch);
            shuffle(
                &mut order,
                &mut Stream::Batches.derive(self.streams, first, epoch),
            );
            let mut squares = vec![0.0; taps.len()];
            let batch = plan.batch.min(samples);
            let mut ratios: Vec<_> = (0..taps.len())
                .map(|part| DifferenceSnr::new(of_part(part).and_then(|it| it.noise), batch))
                .collect();
            let mut rate = plan.learning_rate;
            let first_step = step;
            for rows in order.chunks(plan.batch) {
                let mut negatives = Stream::Negatives.derive(self.streams, first, step);
                measurement.load(&self.data.train, rows, &mut negatives);
                let mut of_step = vec![0.0; taps.len()];
                let stepped = match (&mut estimator, &mut twin) {
                    (Some(estimator), _) => estimator
                        .estimate(
                            &mut |parameters, losses| {
                                let purpose = Purpose::Training;
                                measurement.measure(device, parameters, purpose, losses)
                            },
                            &self.parameters,
                            &shape.parts,
                            &mut Stream::Directions.derive(self.streams, first, step),
                            &mut gradient,
                        )
                        .map(|estimates| {
                            let parts = of_step.iter_mut().zip(&mut ratios);
                            for ((square, ratio), estimate) in parts.zip(estimates) {
                                ratio.add(estimate.difference, measurement.batch());
                                *square = estimate.gradient_square;
                            }
                        }),
                    (None, Some(twin)) => {
                        let (at, gradient) = (&self.parameters, &mut gradient[..]);
                        if plan.gradient == GradientSource::DeviceAndTwin {
                            measurement.both_ways(&mut **twin, device, at, gradient, &mut of_step)
                        } else {
                            measurement.on_twin(&mut **twin, at, gradient, &mut of_step)
                        }
                    }
                    (None, None) => match device.inside() {
                        Some(device) => {
                            let (at, gradient) = (&self.parameters, &mut gradient[..]);
                            measurement.inside(device, at, gradient, &mut of_step)
                        }
                        None => Err(TrainError::TwinNeeded),
                    },
                };
                let sums = squares.iter_mut().zip(of_step);
                sums.for_each(|(sum, square)| *sum += square);
                if let Err(error) = stepped {
                    return self.out_of_budget(device, error);
                }
                rate = plan.learning_rate * plan.schedule.factor(step, total_steps);
                if !optimizer.step(&mut self.parameters, &gradient, &shape.groups, rate) {
                    return Err(TrainError::NonFinite {
                        layer: taps[taps.len() - 1],
                        epoch,
                        what: "parameters",
                    });
                }
                step += 1;
            }
            self.epochs = epoch;
            let evaluated = plan.evaluates(epoch);
            let mut scores = [vec![None; taps.len()], vec![None; taps.len()]];
            if evaluated {
                shape.program(device, &self.parameters, Purpose::Evaluation)?;
                for (scores, split) in scores.iter_mut().zip([&self.data.train, &self.data.test]) {
                    let (width, goals) = (self.data.width, self.goals);
                    *scores = evaluator.layer_scores(device, split, width, goals, &taps)?;
                }
            }
            let mut flow = ControlFlow::Continue(());
            for (part, &layer) in taps.iter().enumerate() {
                let (loss, right) = measurement.statistics(part);
                let record = EpochRecord {
                    layer,
                    epoch,
                    loss,
                    batch_accuracy: Y::score_of_measurements(loss, right, self.data.train.labels),
                    train_accuracy: scores[0][part],
                    test_accuracy: scores[1][part],
                    gradient_norm: (squares[part] / (step - first_step) as f64).sqrt(),
                    learning_rate: rate,
                    radius: of_part(part).map(|chosen| chosen.radius),
                    difference_snr: ratios[part].value(),
                    ledger: device.ledger().clone(),
                };
                if observer.epoch_ends(&record, &self.parameters).is_break() {
                    flow = ControlFlow::Break(());
                }
            }
            let last = flow.is_break() || (epoch == plan.epochs && self.is_last());
            if observer.keeps_position(last)
                && let Some(state) = device.state()
            {
                let radii = chosen.clone();
                observer.position(self.position(device, state, step, &optimizer, radii));
            }
            if flow.is_break() {
                if !evaluated {
                    shape.program(device, &self.parameters, Purpose::Evaluation)?;
                }
                return Ok(Stop::Observer);
            }
        }
        Ok(Stop::Completed)
    }

    /// Whether no stage comes after this one.
    fn is_last(&self) -> bool {
        self.shape.stage.layers().end == self.network.parameters.len()
    }

    /// Where the training stands.
    fn position(
        &self,
        device: &dyn MeteredBox,
        state: Vec<u8>,
        step: usize,
        optimizer: &OptimizerState,
        radii: Vec<ChosenRadius>,
    ) -> Position {
        let mut parameters = self.network.parameters.to_vec();
        for (layer, own) in self.shape.split(&self.parameters) {
            parameters[layer].copy_from_slice(own);
        }
        let mut epochs = self.network.epochs.to_vec();
        epochs[self.shape.stage.layers()].fill(self.epochs);
        Position {
            parameters,
            epochs,
            stage: self.network.stage,
            step,
            optimizer: optimizer.clone(),
            radii,
            ledger: device.ledger().clone(),
            device: state,
        }
    }

    /// The smoothing radius of each part, measured on the first batch of the first epoch where it has to be.
    fn choose_radii(
        &self,
        device: &mut dyn MeteredBox,
        measurement: &mut Measurement<'_, Y>,
        order: &mut [u32],
    ) -> Result<Vec<ChosenRadius>, TrainError> {
        let (shape, plan) = (self.shape, self.plan);
        let taps: Vec<usize> = shape.stage.taps().collect();
        let mut batches = Stream::Batches.derive(self.streams, taps[0], 1);
        shuffle(order, &mut batches);
        let rows = &order[..plan.batch.min(order.len())];
        let mut negatives = Stream::Negatives.derive(self.streams, taps[0], 0);
        measurement.load(&self.data.train, rows, &mut negatives);
        let resolutions = shape.resolutions(device).into_iter();
        let parts = shape.parts.iter().zip(resolutions).zip(&taps).enumerate();
        parts
            .map(|(part, ((groups, resolution), &layer))| {
                plan.estimator.choose_radius(
                    &mut |parameters| {
                        measurement.measure_part(device, parameters, Purpose::Calibration, part)
                    },
                    &self.parameters,
                    groups,
                    resolution,
                    plan.noise_repeats,
                    &mut Stream::Probes.derive(self.streams, layer, 0),
                )
            })
            .collect()
    }

    /// Ends the training of the stage cleanly if `error` is a spent budget, and fails with any other.
    fn out_of_budget(
        &self,
        device: &mut dyn MeteredBox,
        error: TrainError,
    ) -> Result<Stop, TrainError> {
        if !error.is_budget_spent() {
            return Err(error);
        }
        self.shape
            .program(device, &self.parameters, Purpose::Evaluation)?;
        Ok(Stop::Budget)
    }
}

#[cfg(test)]
mod radius_tests;
#[cfg(test)]
mod resume_tests;
#[cfg(test)]
mod tests;
