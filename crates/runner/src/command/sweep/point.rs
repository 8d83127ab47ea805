//! One run of a sweep, from its number to its row.

use super::keep::{Keep, Keeper};
use crate::command::experiment::Experiment;
use crate::command::training;
use crate::config::Sweep;
use crate::config::sweep::Run;
use crate::error::Error;
use crate::record::Row;
use crate::record::summary::Score;
use fzero::Stop;
use numerics::Level;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Runs it on one thread. A run that fails gives a row with its error; one that was stopped gives none.
///
/// # Errors
/// No thread can be had.
pub(super) fn run(
    sweep: &Sweep,
    number: usize,
    simd: Level,
    keep: &Keep<'_>,
) -> Result<Option<Row>, Error> {
    let run = sweep.run(number);
    // A pool of its own: in a shared one a thread that waits would begin with another run.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .map_err(|error| Error::failed("threads cannot be started", error, "lower --threads"))?;
    let began = Instant::now();
    let done = pool.install(|| catch_unwind(AssertUnwindSafe(|| train(sweep, &run, simd, keep))));
    let row = match done {
        Ok(Ok(row)) => return Ok(row.map(|row| numbered(row, &run))),
        Ok(Err(error)) => failed(&run, error.report()),
        Err(panic) => failed(&run, format!("panicked: {}", message(panic.as_ref()))),
    };
    Ok(Some(Row {
        elapsed_s: began.elapsed().as_secs_f64(),
        ..row
    }))
}

fn train(sweep: &Sweep, run: &Run<'_>, simd: Level, keep: &Keep<'_>) -> Result<Option<Row>, Error> {
    let loaded = sweep.load(run)?;
    let experiment = Experiment::prepare(&loaded)?;
    let saved = keep.read(&loaded.hash());
    let before_s = saved.as_ref().map_or(0.0, |saved| saved.elapsed_s);
    let mut keeper = Keeper::new(keep, loaded.hash(), before_s);
    let standing = saved.map(|saved| saved.standing);
    let mut trained = training::train(&loaded, experiment, standing, &mut keeper, simd)
        .map_err(|error| error.with_help(""))?;
    trained.summary.elapsed_s += before_s;
    let stopped = trained.summary.stopped == Stop::Observer;
    Ok((!stopped).then(|| Row::of(&trained.summary)))
}

fn numbered(row: Row, run: &Run<'_>) -> Row {
    Row {
        run: run.number,
        point: run.setting.point.clone(),
        ..row
    }
}

fn failed(run: &Run<'_>, error: String) -> Row {
    Row {
        run: run.number,
        point: run.setting.point.clone(),
        die_seed: run.die_seed,
        seed: run.seed,
        config_hash: String::new(),
        score: Score::default(),
        accuracy: None,
        test_images: 0,
        queries: 0,
        memory_estimate_bytes: None,
        error: Some(error),
        elapsed_s: 0.0,
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "no message",
    }
}
