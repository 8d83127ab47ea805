//! The training loop: stage after stage, epoch after epoch, step after step.

use super::batches::shuffle;
use super::evaluate::{Evaluator, NetworkAccuracy, evaluate};
use super::measure::Measurement;
use super::plan::{GradientSource, LayerwisePlan};
use super::snr::DifferenceSnr;
use super::stage::StageShape;
use crate::baseline::DifferentiableTwin;
use crate::black_box::Purpose;
use crate::data::Dataset;
use crate::error::{TrainError, check_length};
use crate::estimate::{ChosenRadius, GradientEstimator, trained_parameters};
use crate::goal::LocalGoal;
use crate::label_input::check_goal;
use crate::ledger::Ledger;
use crate::metered::MeteredBox;
use crate::observe::{EpochRecord, Observer};
use crate::optimizer::Optimizer;
use crate::stop::Stop;
use crate::streams::Stream;
use crate::target::Target;
use numerics::Streams;
use serde::{Deserialize, Serialize};

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
/// radius; what is measured for it and for the noise, on the first batch of the first epoch, is
/// calibration. A step takes the next batch in the epoch's order, estimates the gradient of the batch's
/// mean loss at the stage's tap, and moves the parameters of its layers. When an evaluation is due, and
/// always after a stage's last epoch, the unshifted parameters are programmed and the tap is read on both
/// splits. At the very end both splits are sent through once more, and all layers are read at once.
///
/// The observer's wish to stop and a spent budget end the training cleanly: what was learned is kept
/// (also the steps of an unfinished epoch, which gets no record) and evaluated, layers not reached
/// keep `initial`. Evaluations are beyond the budget, see [`crate::Metered`].
///
/// The result depends on the arguments and the device alone. Directions come from
/// [`Stream::Directions`] by (tap, step within the stage), orders from [`Stream::Batches`] by
/// (tap, epoch), wrong labels from [`Stream::Negatives`] by (tap, step), probes for the radius from [`Stream::Probes`] by tap, so evaluating more or less often
/// changes nothing else.
///
/// # Errors
/// Data, goals, parameters or settings that do not fit (a plan whose gradients are a twin's:
/// [`crate::baseline::train`]), a failing device, a loss or parameters that are not finite, dead readouts.
pub fn train<Y: Target>(
    device: &mut dyn MeteredBox,
    data: &Dataset<'_, Y>,
    goals: &[Box<dyn LocalGoal<Y>>],
    initial: Vec<Vec<f64>>,
    plan: &LayerwisePlan,
    streams: &Streams,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainError> {
    if plan.gradient != GradientSource::Measured {
        return Err(TrainError::TwinNeeded);
    }
    train_stages(device, None, data, goals, initial, plan, streams, observer)
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
    initial: Vec<Vec<f64>>,
    plan: &LayerwisePlan,
    streams: &Streams,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainError> {
    plan.check()?;
    data.check()?;
    check_fit(device, data, goals, &initial)?;
    if let Some(labels) = &plan.labels {
        labels.check(data.width, data.train.labels)?;
    }
    for goal in goals {
        check_goal(plan.labels.as_ref(), goal.as_ref())?;
    }
    let stages = plan.scope.stages(device.layers()).into_iter();
    let shapes: Vec<_> = stages.map(|stage| StageShape::new(device, stage)).collect();
    if plan.gradient == GradientSource::Measured {
        for shape in &shapes {
            let radius = plan.estimator.radius();
            radius.check_resolution(shape.resolution(device))?;
        }
    }
    for (layer, parameters) in initial.iter().enumerate() {
        device.program(layer, parameters, Purpose::Training)?;
        if let Some(twin) = &mut twin {
            twin.program(layer, parameters)?;
        }
    }
    let mut parameters = initial;
    let mut epochs = vec![0; parameters.len()];
    let mut stopped = Stop::Completed;
    for shape in &shapes {
        let layers = shape.stage.layers.clone();
        let mut training = StageTraining {
            shape,
            data,
            goals,
            plan,
            streams,
            parameters: parameters[layers.clone()].concat(),
            epochs: 0,
        };
        let ended = match &mut twin {
            None => training.run(device, None, observer),
            Some(twin) => training.run(device, Some(&mut **twin), observer),
        };
        for (layer, own) in shape.parts(&training.parameters) {
            parameters[layer].copy_from_slice(own);
            if let Some(twin) = &mut twin {
                // It has seen them only before the last step.
                twin.program(layer, own)?;
            }
        }
        epochs[layers].fill(training.epochs);
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
        let layer = shape.stage.tap;
        let samples = self.data.train.samples();
        let total_steps = plan.epochs * plan.steps_per_epoch(samples);
        let mut optimizer = plan.optimizer.build();
        let goal = self.goals[layer].as_ref();
        let mut measurement = Measurement::new(shape, goal, self.data.width, plan.labels);
        let mut evaluator = Evaluator::new(plan.labels.as_ref());
        let mut order = vec![0; samples];
        let mut gradient = vec![0.0; shape.parameters()];
        let mut step = 0;
        observer.layer_begins(layer, plan.epochs);
        measurement.begin(1);
        let mut estimating: Option<(ChosenRadius, Box<dyn GradientEstimator>)> = None;
        if plan.gradient == GradientSource::Measured {
            let chosen = match self.choose_radius(device, &mut measurement, &mut order) {
                Err(error) => return self.out_of_budget(device, error),
                Ok(chosen) => chosen,
            };
            observer.radius_chosen(layer, &chosen);
            estimating = Some((chosen, plan.estimator.build(chosen.radius)));
        }
        let noise = estimating.as_ref().and_then(|(chosen, _)| chosen.noise);
        for epoch in 1..=plan.epochs {
            measurement.begin(epoch);
            shuffle(
                &mut order,
                &mut Stream::Batches.derive(self.streams, layer, epoch),
            );
            let mut squares = 0.0;
            let mut ratio = DifferenceSnr::new(noise, plan.batch.min(samples));
            let mut rate = plan.learning_rate;
            let first_step = step;
            for rows in order.chunks(plan.batch) {
                let mut negatives = Stream::Negatives.derive(self.streams, layer, step);
                measurement.load(&self.data.train, rows, &mut negatives);
                let stepped = match (&mut estimating, &mut twin) {
                    (Some((_, estimator)), _) => estimator
                        .estimate(
                            &mut |parameters| {
                                measurement.measure(device, parameters, Purpose::Training)
                            },
                            &self.parameters,
                            &shape.groups,
                            &mut Stream::Directions.derive(self.streams, layer, step),
                            &mut gradient,
                        )
                        .map(|estimate| {
                            ratio.add(estimate.difference, measurement.batch());
                            estimate.gradient_square
                        }),
                    (None, Some(twin)) => {
                        if plan.gradient == GradientSource::DeviceAndTwin {
                            let parameters = &self.parameters;
                            measurement.both_ways(&mut **twin, device, parameters, &mut gradient)
                        } else {
                            measurement.on_twin(&mut **twin, &self.parameters, &mut gradient)
                        }
                    }
                    (None, None) => match device.inside() {
                        Some(device) => measurement.inside(device, &self.parameters, &mut gradient),
                        None => Err(TrainError::TwinNeeded),
                    },
                };
                match stepped {
                    Err(error) => return self.out_of_budget(device, error),
                    Ok(square) => squares += square,
                }
                rate = plan.learning_rate * plan.schedule.factor(step, total_steps);
                if !optimizer.step(&mut self.parameters, &gradient, &shape.groups, rate) {
                    return Err(TrainError::NonFinite {
                        layer,
                        epoch,
                        what: "parameters",
                    });
                }
                step += 1;
            }
            self.epochs = epoch;
            let (loss, right) = measurement.statistics();
            let batch_accuracy = Y::score_of_measurements(loss, right, self.data.train.labels);
            let (mut train_accuracy, mut test_accuracy) = (None, None);
            let evaluated = plan.evaluates(epoch);
            if evaluated {
                shape.program(device, &self.parameters, Purpose::Evaluation)?;
                let mut accuracy = |split| {
                    evaluator.layer_score(device, split, self.data.width, self.goals, layer)
                };
                train_accuracy = accuracy(&self.data.train)?;
                test_accuracy = accuracy(&self.data.test)?;
            }
            let record = EpochRecord {
                layer,
                epoch,
                loss,
                batch_accuracy,
                train_accuracy,
                test_accuracy,
                gradient_norm: (squares / (step - first_step) as f64).sqrt(),
                learning_rate: rate,
                radius: estimating.as_ref().map(|(chosen, _)| chosen.radius),
                difference_snr: ratio.value(),
                ledger: device.ledger().clone(),
            };
            if observer.epoch_ends(&record, &self.parameters).is_break() {
                if !evaluated {
                    shape.program(device, &self.parameters, Purpose::Evaluation)?;
                }
                return Ok(Stop::Observer);
            }
        }
        Ok(Stop::Completed)
    }

    /// The stage's smoothing radius, measured on the first batch of the first epoch where it has to be.
    fn choose_radius(
        &self,
        device: &mut dyn MeteredBox,
        measurement: &mut Measurement<'_, Y>,
        order: &mut [u32],
    ) -> Result<ChosenRadius, TrainError> {
        let (layer, plan) = (self.shape.stage.tap, self.plan);
        shuffle(order, &mut Stream::Batches.derive(self.streams, layer, 1));
        let rows = &order[..plan.batch.min(order.len())];
        let mut negatives = Stream::Negatives.derive(self.streams, layer, 0);
        measurement.load(&self.data.train, rows, &mut negatives);
        let resolution = self.shape.resolution(device);
        plan.estimator.choose_radius(
            &mut |parameters| measurement.measure(device, parameters, Purpose::Calibration),
            &self.parameters,
            &self.shape.groups,
            resolution,
            plan.noise_repeats,
            &mut Stream::Probes.derive(self.streams, layer, 0),
        )
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
mod tests;
