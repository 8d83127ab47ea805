//! `fzero run`: fabricate, train, record.

mod dry_run;
mod experiment;
mod recorder;

use crate::caution;
use crate::cli::RunArgs;
use crate::command::print::print;
use crate::config::Loaded;
use crate::error::{Error, Problem, Status};
use crate::progress::{Mode, Progress};
use crate::record::checkpoint::write_checkpoint;
use crate::record::manifest;
use crate::record::summary::Accuracy;
use crate::record::{FolderChoice, Manifest, MetricsLog, ResultsFolder, Summary};
use crate::table::FinalTable;
use experiment::Experiment;
use fzero::checkpoint::LayerCheckpoint;
use fzero::layerwise::{self, Outcome};
use fzero::{Checkpoint, Metered, Stop};
use numerics::Level;
use recorder::Recorder;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Runs an experiment, or says what it would do.
///
/// # Errors
/// [`Error`] when the configuration, the machine or the results folder does not allow it, or the
/// training fails.
pub(super) fn run(args: &RunArgs) -> Result<Status, Error> {
    let simd = Level::from_environment().map_err(|error| {
        Problem::of(
            "environment",
            error,
            "unset it, or name a level that this CPU has",
        )
    })?;
    let loaded = Loaded::read(&args.config, &args.overrides())?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, |threads| threads.get()))
        .build()
        .map_err(|error| Error::failed("threads cannot be started", error, "lower --threads"))?;
    pool.install(|| {
        let experiment = Experiment::prepare(&loaded)?;
        if args.dry_run {
            warn(args, &experiment);
            dry_run::report(&loaded, experiment, simd)?;
            Ok(Status::Done)
        } else {
            train(args, &loaded, experiment, simd)
        }
    })
}

fn warn(args: &RunArgs, experiment: &Experiment) {
    if !args.quiet {
        caution::print(&experiment.cautions);
    }
}

fn train(
    args: &RunArgs,
    loaded: &Loaded,
    experiment: Experiment,
    simd: Level,
) -> Result<Status, Error> {
    let config = &loaded.config;
    let threads = rayon::current_num_threads();
    let choice = match &args.out {
        Some(path) => FolderChoice::Named {
            path: path.clone(),
            overwrite: args.overwrite,
        },
        None => FolderChoice::Under("results".into()),
    };
    let manifest = Manifest {
        name: config.name.clone(),
        config_hash: loaded.hash(),
        config_file: loaded.file.clone(),
        seed: config.seed,
        die_seed: config.chip.die_seed,
        dataset: experiment.data.to_string(),
        dataset_source: experiment.data.source.into(),
        dataset_licence: experiment.data.licence.into(),
        version: manifest::VERSION.into(),
        git_revision: manifest::GIT_REVISION.map(Into::into),
        command_line: manifest::command_line(),
        simd: simd.to_string(),
        threads,
        started: manifest::now(),
        cautions: experiment.cautions.clone(),
    };
    let folder = ResultsFolder::create(&choice, loaded, &manifest)?;
    warn(args, &experiment);
    let interrupted = listen_for_interrupts();
    let recorder = Recorder::new(MetricsLog::create(&folder)?, interrupted);
    let mut observer = Progress::new(Mode::choose(args.quiet), config.chip.layers, recorder);
    let began = Instant::now();
    let Experiment {
        data,
        device,
        goals,
        prototypes,
        initial,
        plan,
        streams,
        cautions: _,
    } = experiment;
    let groups: Vec<_> = device
        .shapes()
        .iter()
        .map(|shape| shape.groups.clone())
        .collect();
    let mut device = Metered::new(device).with_budget(config.limits.sample_queries);
    let trained = layerwise::train(
        &mut device,
        &data.view(),
        &goals,
        initial,
        &plan,
        &streams,
        &mut observer,
    );
    let elapsed_s = began.elapsed().as_secs_f64();
    observer.into_inner().finish()?;
    let outcome = trained.map_err(|error| {
        let help = format!(
            "what was measured until then is in {}",
            folder.path().display()
        );
        Error::failed("the training stopped", error, help)
    })?;
    let checkpoint = Checkpoint {
        seed: config.seed,
        layers: outcome
            .parameters
            .iter()
            .zip(&outcome.epochs)
            .zip(groups.iter().zip(prototypes))
            .map(
                |((parameters, &epochs), (groups, prototypes))| LayerCheckpoint {
                    parameters: parameters.clone(),
                    groups: groups
                        .iter()
                        .map(|g| (g.name.into(), g.range.len()))
                        .collect(),
                    prototypes,
                    epochs,
                },
            )
            .collect(),
        ledger: outcome.ledger.clone(),
        stopped: outcome.stopped,
    };
    write_checkpoint(&folder, &checkpoint)?;
    let parameters = outcome.parameters.iter().map(Vec::len).sum();
    let summary = summary(loaded, &outcome, parameters, elapsed_s, threads, simd);
    folder.write_json("summary.json", &summary)?;
    if args.json {
        let text = serde_json::to_string_pretty(&summary)
            .map_err(|error| Error::failed("the summary cannot be printed", error, ""))?;
        print(text)?;
    } else {
        let table = FinalTable {
            layers: summary.layers,
            vote: summary.vote,
            train_samples: summary.train_samples,
            test_samples: summary.test_samples,
            sample_queries: outcome.ledger.total_queries(),
            programmings: outcome.ledger.total_programmings(),
            elapsed_s,
            folder: folder.path().to_owned(),
        };
        print(table)?;
        match outcome.stopped {
            Stop::Completed => {}
            Stop::Observer => print("stopped early by Ctrl-C: what was learned is kept")?,
            Stop::Budget => print("stopped early: the budget of sample queries is spent")?,
        }
    }
    Ok(Status::Done)
}

/// A flag that the first Ctrl-C (or SIGTERM) raises; the second ends the process at once.
fn listen_for_interrupts() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = flag.clone();
    // Where a handler cannot be set the run still works, and Ctrl-C ends it the hard way.
    let _ = ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        eprintln!("\nstopping after this epoch; press Ctrl-C again to stop at once");
    });
    flag
}

fn summary(
    loaded: &Loaded,
    outcome: &Outcome,
    parameters: usize,
    elapsed_s: f64,
    threads: usize,
    simd: Level,
) -> Summary {
    let config = &loaded.config;
    let accuracy = |train, test| Accuracy {
        train: Some(train),
        test: Some(test),
    };
    Summary {
        name: config.name.clone(),
        config_hash: loaded.hash(),
        seed: config.seed,
        die_seed: config.chip.die_seed,
        access: "forward-only".into(),
        stopped: outcome.stopped,
        layers: outcome
            .train
            .layers
            .iter()
            .zip(&outcome.test.layers)
            .map(|(&train, &test)| accuracy(train, test))
            .collect(),
        vote: accuracy(outcome.train.vote, outcome.test.vote),
        train_samples: outcome.train.samples,
        test_samples: outcome.test.samples,
        confusion: outcome.test.confusion.clone(),
        ledger: outcome.ledger.clone(),
        parameters,
        elapsed_s,
        threads,
        simd: simd.to_string(),
    }
}
