//! `fzero sweep`: an experiment over axes, dies and trainings.

mod announce;
mod execute;
mod keep;
mod point;
mod slurm;
mod status;
mod table;

use super::experiment::Experiment;
use super::print::print;
use super::run::listen_for_interrupts;
use super::session::session;
use crate::caution;
use crate::cli::{Shard, SweepArgs};
use crate::config::Sweep;
use crate::config::sweep::at_point;
use crate::error::{Error, Problem, Status};
use crate::progress::{Mode, SweepProgress};
use crate::record::sweep::{Plan, SweepFolder, SweepManifest};
use crate::record::{Row, manifest};
use execute::{Ended, execute};
use keep::Keep;
use numerics::Level;
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

/// Sweeps, or says what it would do, or joins what was done.
///
/// # Errors
/// [`Error`] when the sweep, the machine or the folder does not allow it. Runs that fail are no error.
pub(super) fn run(args: &SweepArgs) -> Result<Status, Error> {
    if args.merge {
        let folder = SweepFolder::open(&args.config)?;
        let rows = folder.rows()?;
        return conclude(&folder, &rows, args.json);
    }
    if args.status {
        return status::report(&SweepFolder::open(&args.config)?, args.json);
    }
    let sweep = Sweep::read(&args.config, &args.overrides())?;
    if args.slurm {
        return slurm::run(args, &sweep);
    }
    session(args.threads, |simd| {
        if args.dry_run {
            announce::report(&sweep, args.quiet)?;
            return Ok(Status::Done);
        }
        sweep_all(args, &sweep, simd)
    })
}

fn sweep_all(args: &SweepArgs, sweep: &Sweep, simd: Level) -> Result<Status, Error> {
    let shard = args.shard.unwrap_or(Shard::WHOLE);
    let path = out(args, sweep);
    // A new folder is made only for a sweep whose first run can be made.
    if SweepFolder::open(&path).is_err() {
        prepare(sweep, args.quiet)?;
    }
    let threads = rayon::current_num_threads();
    let folder = make_folder(&path, sweep, simd.to_string(), threads)?;
    // Of an array a task that was killed may hold a lock on another machine for a while yet.
    let alone = env::var_os(slurm::TASK).is_none();
    let mut part = folder.part(shard.number, shard.of, alone)?;
    let before = folder.rows()?;
    let is_done = |row: &Row| !(args.retry_failed && row.error.is_some());
    let missing: Vec<usize> = (0..sweep.runs())
        .filter(|run| shard.has(*run) && !before.get(run).is_some_and(is_done))
        .collect();
    let mine = (0..sweep.runs()).filter(|run| shard.has(*run)).count();
    if !args.quiet && missing.len() < mine {
        eprintln!("{} of {mine} runs are there already", mine - missing.len());
    }
    // Left by a process that was killed between a run's row and this.
    for run in before.keys().filter(|run| shard.has(**run)) {
        let _ = std::fs::remove_file(folder.position(*run));
    }
    let stop = listen_for_interrupts();
    let mut progress = SweepProgress::new(Mode::choose(args.quiet), missing.len());
    let ended = execute(
        &missing,
        threads,
        &stop,
        |number| {
            let keep = Keep {
                path: folder.position(number),
                every_s: args.keep_every,
                stop: &stop,
            };
            point::run(sweep, number, simd, &keep)
        },
        |row: Row| {
            part.append(&row)?;
            // The row is safe: there is nothing to go on with. One that stays does no harm.
            let _ = std::fs::remove_file(folder.position(row.run));
            progress.ended(&row);
            Ok(())
        },
    )?;
    let rows = folder.rows()?;
    let shown = folder.path().display();
    if ended == Ended::Stopped {
        print(format!(
            "stopped: {} of {} runs are done; start it again to go on\nresults: {shown}",
            rows.len(),
            sweep.runs()
        ))?;
        return Ok(Status::CheckFailed);
    }
    if shard == Shard::WHOLE {
        return conclude(&folder, &rows, args.json);
    }
    let own = rows.values().filter(|row| shard.has(row.run));
    let failed = own.filter(|row| row.error.is_some()).count();
    print(format!(
        "share {} of {}: {mine} runs are done, {failed} failed; of all shares {} of {}\n\
         join them with: fzero sweep --merge {shown}",
        shard.number,
        shard.of,
        rows.len(),
        sweep.runs()
    ))?;
    Ok(if failed > 0 {
        Status::CheckFailed
    } else {
        Status::Done
    })
}

/// That the data can be read and a die be made, of the first run for all.
fn prepare(sweep: &Sweep, quiet: bool) -> Result<(), Error> {
    let run = sweep.run(0);
    let experiment = sweep
        .load(&run)
        .and_then(|loaded| Experiment::prepare(&loaded));
    match experiment {
        Ok(experiment) => {
            if !quiet {
                caution::print(&experiment.cautions);
            }
            Ok(())
        }
        Err(Error::Problems(problems)) if !run.setting.point.is_empty() => {
            let at = |problem: Problem| at_point(problem, &run.setting.point);
            Err(Error::Problems(problems.into_iter().map(at).collect()))
        }
        Err(error) => Err(error),
    }
}

fn out(args: &SweepArgs, sweep: &Sweep) -> PathBuf {
    let default = || Path::new("results").join(format!("{}-{}", sweep.name, &sweep.hash()[..8]));
    args.out.clone().unwrap_or_else(default)
}

fn make_folder(
    path: &Path,
    sweep: &Sweep,
    simd: String,
    threads: usize,
) -> Result<SweepFolder, Error> {
    let plan = Plan::of(sweep);
    let manifest = SweepManifest {
        name: sweep.name.clone(),
        sweep_file: sweep.file.clone(),
        sweep_hash: plan.sweep_hash.clone(),
        version: manifest::VERSION.into(),
        git_revision: manifest::GIT_REVISION.map(Into::into),
        command_line: manifest::command_line(),
        simd,
        threads,
        started: manifest::now(),
    };
    let config = sweep.load(&sweep.run(0))?.canonical();
    let config = format!("# The resolved experiment of run 0.\n\n{config}");
    SweepFolder::create(path, &plan, &config, &manifest)
}

/// Writes rows and statistics, and prints these.
fn conclude(
    folder: &SweepFolder,
    rows: &BTreeMap<usize, Row>,
    json: bool,
) -> Result<Status, Error> {
    let aggregates = folder.write(rows)?;
    if json {
        let text = serde_json::to_string_pretty(&aggregates)
            .map_err(|error| Error::failed("the statistics cannot be printed", error, ""))?;
        print(text)?;
    } else {
        print(table::SweepTable(&aggregates))?;
        print(format!("results: {}", folder.path().display()))?;
    }
    let whole = rows.len() == folder.plan().runs();
    Ok(
        match whole && rows.values().all(|row| row.error.is_none()) {
            true => Status::Done,
            false => Status::CheckFailed,
        },
    )
}
