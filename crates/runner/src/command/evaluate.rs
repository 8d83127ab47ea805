//! `fzero evaluate`: the phases of a finished run on a die.

use super::conclusion::{Conclusion, show};
use super::experiment::Setup;
use super::session::session;
use crate::cli::EvaluateArgs;
use crate::config::Loaded;
use crate::error::{Error, Status};
use crate::record::BenchRecord;
use crate::record::summary::Score;
use crate::record::trained::read_trained;
use crate::table::Origin;
use crate::wiring;
use fzero::layerwise::evaluate;
use fzero::{BlackBox, Metered, Purpose, Stop, TrainError};
use numerics::Level;
use std::time::Instant;

/// Loads phases onto the die that a configuration describes, and prints how well it predicts.
///
/// # Errors
/// [`Error`] when the configuration or the file of the phases does not allow it, or the measurement
/// fails.
pub(super) fn run(args: &EvaluateArgs) -> Result<Status, Error> {
    session(args.threads, |simd| {
        let loaded = Loaded::read(&args.config, &args.overrides())?;
        measure(args, &loaded, simd)?;
        Ok(Status::Done)
    })
}

fn measure(args: &EvaluateArgs, loaded: &Loaded, simd: Level) -> Result<(), Error> {
    let config = &loaded.config;
    loaded.needs_chip("fzero evaluate")?;
    let Setup { data, device, .. } = Setup::prepare(loaded)?;
    let labels = wiring::label_input(config, data.classes);
    let own = labels.is_none();
    let trained = read_trained(&args.phases, device.shapes(), data.classes, own)?;
    let began = Instant::now();
    let failed = |error: TrainError| {
        let help = format!("look at the phases in {}, in rad", args.phases.display());
        Error::failed("the evaluation stopped", error, help)
    };
    let goals = trained
        .iter()
        .map(|layer| wiring::goal(config, layer.prototypes.clone()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    let mut device = Metered::new(device);
    for (layer, trained) in trained.iter().enumerate() {
        device
            .program(layer, &trained.parameters, Purpose::Evaluation)
            .map_err(|error| failed(error.into()))?;
    }
    let view = data.view();
    let rule = wiring::plan(config).vote;
    let mut measured = |split| {
        evaluate(
            &mut device,
            split,
            view.width,
            &goals,
            rule,
            labels.as_ref(),
        )
        .map_err(failed)
    };
    let train = measured(&view.train)?;
    let test = measured(&view.test)?;
    let conclusion = Conclusion {
        train: &train,
        test: &test,
        ledger: device.ledger(),
        calibration: None,
        before: None,
        bench: Some(BenchRecord::from(&device.device().bench_costs())),
        score: Score::Accuracy,
        stopped: Stop::Completed,
        parameters: device
            .device()
            .shapes()
            .iter()
            .map(|shape| shape.existing())
            .sum(),
        radii: Vec::new(),
        phases: Some(args.phases.display().to_string()),
        memory: None,
        elapsed_s: began.elapsed().as_secs_f64(),
        simd,
    };
    let origin = Origin::Phases {
        file: args.phases.clone(),
        die_seed: config.chip.die_seed,
    };
    show(conclusion.summary(loaded), rule, origin, args.json)
}
