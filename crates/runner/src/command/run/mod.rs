//! `fzero run`: fabricate, train, record.

mod dry_run;
mod recorder;

use crate::caution;
use crate::cli::RunArgs;
use crate::command::conclusion::show;
use crate::command::experiment::Experiment;
use crate::command::session::session;
use crate::command::training;
use crate::config::Loaded;
use crate::error::{Error, Status};
use crate::progress::{Mode, Progress};
use crate::record::checkpoint::write_checkpoint;
use crate::record::manifest;
use crate::record::{FolderChoice, Manifest, MetricsLog, ResultsFolder, Summary};
use crate::table::Origin;
use fzero::BlackBox;
use numerics::Level;
use recorder::Recorder;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs an experiment, or says what it would do.
///
/// # Errors
/// [`Error`] when the configuration, the machine or the results folder does not allow it, or the
/// training fails.
pub(super) fn run(args: &RunArgs) -> Result<Status, Error> {
    session(args.threads, |simd| {
        let loaded = Loaded::read(&args.config, &args.overrides())?;
        let experiment = Experiment::prepare(&loaded)?;
        if args.dry_run {
            if !args.quiet {
                caution::print(&experiment.cautions);
            }
            dry_run::report(&loaded, experiment, simd)?;
            return Ok(Status::Done);
        }
        let job = Job {
            choice: match &args.out {
                Some(path) => FolderChoice::Named {
                    path: path.clone(),
                    overwrite: args.overwrite,
                },
                None => FolderChoice::Under("results".into()),
            },
            quiet: args.quiet,
            warn: !args.quiet,
            interrupted: listen_for_interrupts(),
            simd,
        };
        let rule = experiment.plan.vote;
        let (summary, folder) = train(&job, &loaded, experiment)?;
        show(summary, rule, Origin::Results(folder), args.json)?;
        Ok(Status::Done)
    })
}

/// How an experiment is run.
pub(super) struct Job {
    pub(super) choice: FolderChoice,
    /// Show no progress.
    pub(super) quiet: bool,
    /// Print the cautions.
    pub(super) warn: bool,
    /// Ends the training after the current epoch.
    pub(super) interrupted: Arc<AtomicBool>,
    pub(super) simd: Level,
}

/// Trains, and keeps the results; returns the summary and the folder.
///
/// # Errors
/// [`Error`] when the results folder does not allow it, or the training fails.
pub(super) fn train(
    job: &Job,
    loaded: &Loaded,
    experiment: Experiment,
) -> Result<(Summary, PathBuf), Error> {
    let (config, simd) = (&loaded.config, job.simd);
    let manifest = Manifest {
        name: config.name.clone(),
        config_hash: loaded.hash(),
        config_file: loaded.file.clone(),
        seed: config.seed,
        die_seed: config.model.is_chip().then_some(config.chip.die_seed),
        dataset: experiment.task.shown(),
        dataset_source: experiment.task.source(),
        dataset_licence: experiment.task.licence(),
        dataset_files: experiment.task.files(),
        dataset_hash: experiment.task.sha256().into(),
        version: manifest::VERSION.into(),
        git_revision: manifest::GIT_REVISION.map(Into::into),
        command_line: manifest::command_line(),
        simd: simd.to_string(),
        threads: rayon::current_num_threads(),
        started: manifest::now(),
        cautions: experiment.cautions.clone(),
    };
    let folder = ResultsFolder::create(&job.choice, loaded, &manifest)?;
    if job.warn {
        caution::print(&experiment.cautions);
    }
    let score = experiment.task.score();
    let recorder = Recorder::new(MetricsLog::create(&folder, score)?, job.interrupted.clone());
    let layers = experiment.device.layers();
    let mut observer = Progress::new(Mode::choose(job.quiet), layers, recorder).scored(score);
    let trained = training::train(loaded, experiment, None, &mut observer, simd);
    observer.into_inner().finish()?;
    let trained = trained.map_err(|error| {
        let help = format!(
            "what was measured until then is in {}",
            folder.path().display()
        );
        error.with_help(help)
    })?;
    write_checkpoint(&folder, trained.archive, &trained.checkpoint)?;
    folder.write_json("summary.json", &trained.summary)?;
    Ok((trained.summary, folder.path().to_owned()))
}

/// A flag that the first Ctrl-C (or SIGTERM) raises; the second ends the process at once.
pub(super) fn listen_for_interrupts() -> Arc<AtomicBool> {
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
