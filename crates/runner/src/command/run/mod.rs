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
use crate::error::{Error, Problem, Status};
use crate::progress::{Mode, Progress};
use crate::record::checkpoint::write_checkpoint;
use crate::record::keeping::Keeping;
use crate::record::manifest;
use crate::record::position::{self, SavedRun};
use crate::record::{FolderChoice, Manifest, MetricsLog, ResultsFolder, Summary};
use crate::table::Origin;
use fzero::{BlackBox, Stop};
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
        let (config, choice) = match (&args.resume, &args.config) {
            (Some(path), _) => (
                path.join("config.toml"),
                RunFolder::Resumed(ResultsFolder::open(path)?),
            ),
            (None, Some(config)) => {
                let choice = match &args.out {
                    Some(path) => FolderChoice::Named {
                        path: path.clone(),
                        overwrite: args.overwrite,
                    },
                    None => FolderChoice::Under("results".into()),
                };
                (config.clone(), RunFolder::New(choice))
            }
            (None, None) => {
                let why = "neither a configuration nor a folder to go on with is named";
                let help = "fzero run CONFIG, or fzero run --resume FOLDER";
                return Err(Problem::of("fzero run", why, help).into());
            }
        };
        let loaded = Loaded::read(&config, &args.overrides())?;
        let experiment = Experiment::prepare(&loaded)?;
        if args.dry_run {
            if !args.quiet {
                caution::print(&experiment.cautions);
            }
            dry_run::report(&loaded, experiment, simd)?;
            return Ok(Status::Done);
        }
        let job = Job {
            folder: choice,
            keep_every_s: args.keep_every,
            quiet: args.quiet,
            warn: !args.quiet,
            interrupted: listen_for_interrupts(),
            simd,
        };
        let rule = experiment.plan.vote;
        let (summary, folder) = train(job, &loaded, experiment)?;
        show(summary, rule, Origin::Results(folder), args.json)?;
        Ok(Status::Done)
    })
}

/// Where the results of a run go.
pub(super) enum RunFolder {
    /// Into a folder that does not hold it yet.
    New(FolderChoice),
    /// Into the folder of a run that was interrupted, which is gone on with.
    Resumed(ResultsFolder),
}

/// How an experiment is run.
pub(super) struct Job {
    pub(super) folder: RunFolder,
    /// Time between two positions that are kept, in s; beside those when it ends.
    pub(super) keep_every_s: f64,
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
    job: Job,
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
    let mut saved = None;
    let folder = match job.folder {
        RunFolder::New(choice) => ResultsFolder::create(&choice, loaded, &manifest)?,
        RunFolder::Resumed(folder) => {
            saved = position_of(&folder, loaded)?;
            if saved.is_none() && !job.quiet {
                eprintln!("nothing was kept of the run yet: it begins anew");
            }
            folder
        }
    };
    if job.warn {
        caution::print(&experiment.cautions);
    }
    let score = experiment.task.score();
    let (log, elapsed_s) = match &saved {
        None => (MetricsLog::create(&folder, score)?, 0.0),
        Some(saved) => {
            let log = MetricsLog::resume(&folder, score, saved.metrics_bytes)?;
            (log, saved.elapsed_s)
        }
    };
    let path = folder.file(position::FILE);
    let keeping = Keeping::new(path, loaded.hash(), elapsed_s, job.keep_every_s);
    let recorder = Recorder::new(keeping, log, job.interrupted.clone());
    let layers = experiment.device.layers();
    let mut observer = Progress::new(Mode::choose(job.quiet), layers, recorder).scored(score);
    let standing = saved.map(|saved| saved.standing);
    if let Some(standing) = &standing {
        observer = observer.resumed_at(standing.position.ledger.total_queries());
    }
    let trained = training::train(loaded, experiment, standing, &mut observer, simd);
    observer.into_inner().finish()?;
    let trained = trained.map_err(|error| {
        let help = format!(
            "what was measured until then is in {}",
            folder.path().display()
        );
        error.with_help(help)
    })?;
    let mut summary = trained.summary;
    summary.elapsed_s += elapsed_s;
    write_checkpoint(&folder, trained.archive, &trained.checkpoint)?;
    folder.write_json("summary.json", &summary)?;
    if summary.stopped != Stop::Observer {
        // Complete: there is nothing to go on with.
        folder.remove(position::FILE)?;
    }
    Ok((summary, folder.path().to_owned()))
}

/// Where the run of a folder stands; `None` where nothing was kept yet.
fn position_of(folder: &ResultsFolder, loaded: &Loaded) -> Result<Option<SavedRun>, Error> {
    let saved = SavedRun::read(&folder.file(position::FILE))?;
    if let Some(saved) = &saved
        && saved.config_hash != loaded.hash()
    {
        let why = "it was kept of a run with another configuration than config.toml beside it";
        let help =
            "put the run's own config.toml back, or delete the file, and the run begins anew";
        return Err(Problem::of(folder.file(position::FILE).display(), why, help).into());
    }
    Ok(saved)
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
