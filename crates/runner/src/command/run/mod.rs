//! `fzero run`: fabricate, train, record.

mod dry_run;
mod recorder;

use crate::caution;
use crate::cli::RunArgs;
use crate::command::conclusion::{Conclusion, show};
use crate::command::experiment::Experiment;
use crate::command::session::session;
use crate::config::Loaded;
use crate::error::{Error, Status};
use crate::progress::{Mode, Progress};
use crate::record::checkpoint::{PARAMETERS, PHASES, write_checkpoint};
use crate::record::manifest;
use crate::record::metrics::TrainedOn;
use crate::record::{BenchRecord, FolderChoice, Manifest, MetricsLog, ResultsFolder, Summary};
use crate::table::Origin;
use fzero::baseline::DifferentiableTwin;
use fzero::checkpoint::LayerCheckpoint;
use fzero::{BlackBox, Checkpoint, Metered, Stop};
use numerics::Level;
use recorder::Recorder;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

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
    let began = Instant::now();
    let Experiment {
        task,
        device,
        twin,
        calibration,
        prototypes,
        initial,
        plan,
        fine_tuning,
        streams,
        memory: _,
        cautions: _,
    } = experiment;
    let shapes = device.shapes();
    let groups = shapes.iter().map(|shape| &shape.groups);
    let mut device = Metered::new(device).with_budget(config.limits.sample_queries);
    let measured = calibration.map(|calibration| calibration.measure(&mut device, &streams));
    let (fitted, calibration) = measured
        .transpose()
        .map_err(|error| Error::failed("the twin cannot be fitted", error, ""))?
        .unzip();
    let mut twin = twin.or_else(|| Some(Box::new(fitted?) as Box<dyn DifferentiableTwin>));
    let mut trained = {
        if fine_tuning.is_some() {
            observer.inner_mut().trained_on(TrainedOn::Twin);
        }
        let twin = twin
            .as_deref_mut()
            .map(|twin| twin as &mut dyn DifferentiableTwin);
        task.train(&mut device, twin, initial, &plan, &streams, &mut observer)
    };
    let mut before = None;
    if let (Ok(outcome), Some(plan)) = (&trained, &fine_tuning)
        && outcome.stopped == Stop::Completed
    {
        observer.inner_mut().trained_on(TrainedOn::Device);
        let start = outcome.parameters.clone();
        let tuned = task.train(&mut device, None, start, plan, &streams, &mut observer);
        before = std::mem::replace(&mut trained, tuned).ok();
    }
    let elapsed_s = began.elapsed().as_secs_f64();
    let radii = observer.into_inner().finish()?;
    let outcome = trained.map_err(|error| {
        let help = format!(
            "what was measured until then is in {}",
            folder.path().display()
        );
        Error::failed("the training stopped", error, help)
    })?;
    let earlier = |layer: usize| before.as_ref().map_or(0, |before| before.epochs[layer]);
    let checkpoint = Checkpoint {
        seed: config.seed,
        layers: outcome
            .parameters
            .iter()
            .zip(&outcome.epochs)
            .enumerate()
            .map(|(layer, (parameters, epochs))| (parameters, epochs + earlier(layer)))
            .zip(groups.zip(prototypes))
            .map(
                |((parameters, epochs), (groups, prototypes))| LayerCheckpoint {
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
    let archive = match device.device().chip() {
        Some(_) => PHASES,
        None => PARAMETERS,
    };
    write_checkpoint(&folder, archive, &checkpoint)?;
    let conclusion = Conclusion {
        train: &outcome.train,
        test: &outcome.test,
        ledger: &outcome.ledger,
        calibration,
        before: before.as_ref(),
        bench: device
            .device()
            .chip()
            .map(|chip| BenchRecord::from(&chip.bench_costs())),
        score,
        stopped: outcome.stopped,
        parameters: shapes.iter().map(|shape| shape.existing()).sum(),
        radii,
        phases: None,
        elapsed_s,
        simd,
    };
    let summary = conclusion.summary(loaded);
    folder.write_json("summary.json", &summary)?;
    Ok((summary, folder.path().to_owned()))
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
