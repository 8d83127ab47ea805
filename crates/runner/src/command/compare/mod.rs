//! `fzero compare`: several solvers on the same die and images.

mod same;
mod table;

use super::experiment::Experiment;
use super::print::print;
use super::run::{Job, RunFolder, listen_for_interrupts, train};
use super::session::session;
use crate::cli::CompareArgs;
use crate::config::Loaded;
use crate::error::{Error, Problem, Status};
use crate::hash::sha256_hex;
use crate::record::compare::{CompareFolder, Curve, Row};
use crate::record::{FolderChoice, Summary};
use fzero::Stop;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::Ordering;
use table::CompareTable;

/// Trains each experiment in turn, and sets them beside each other.
///
/// # Errors
/// [`Error`] when a configuration does not allow it, they are not on the same die and images, the results
/// folder is in use, or a training fails.
pub(super) fn run(args: &CompareArgs) -> Result<Status, Error> {
    session(args.threads, |simd| {
        let loaded = load(args)?;
        // Everything that can be refused is, before the first query.
        let mut cautions = BTreeSet::new();
        for loaded in &loaded {
            let found = Experiment::prepare(loaded)?.cautions;
            cautions.extend(found.iter().map(ToString::to_string));
        }
        let names: Vec<&str> = loaded.iter().map(|l| l.config.name.as_str()).collect();
        let folder = CompareFolder::create(
            args.out.as_deref(),
            args.overwrite,
            &default_name(&loaded),
            &names,
        )?;
        if !args.quiet {
            for text in &cautions {
                eprintln!("{text}");
            }
        }
        let interrupted = listen_for_interrupts();
        let mut rows: Vec<Row> = Vec::new();
        let mut curves: Vec<Curve> = Vec::new();
        for (index, loaded) in loaded.iter().enumerate() {
            let config = &loaded.config;
            if !args.quiet {
                eprintln!("{} of {}: {}", index + 1, names.len(), config.name);
            }
            let path = folder.path().join(&config.name);
            let job = Job {
                folder: RunFolder::New(FolderChoice::Named {
                    path: path.clone(),
                    overwrite: args.overwrite,
                }),
                keep_every_s: f64::INFINITY,
                quiet: args.quiet,
                warn: false,
                interrupted: interrupted.clone(),
                simd,
            };
            let (summary, _) = train(job, loaded, Experiment::prepare(loaded)?)?;
            curves.extend(Curve::read(&config.name, &path)?);
            rows.push(row(loaded, summary));
            // What there is so far is kept, also of a comparison that is stopped.
            folder.write(&rows, &curves)?;
            if interrupted.load(Ordering::SeqCst) {
                break;
            }
        }
        show(args, folder.path(), rows, names.len())?;
        Ok(Status::Done)
    })
}

fn load(args: &CompareArgs) -> Result<Vec<Loaded>, Error> {
    let overrides = args.overrides();
    let loaded = args
        .configs
        .iter()
        .map(|path| Loaded::read(path, &overrides))
        .collect::<Result<Vec<_>, _>>()?;
    let problems: Vec<Problem> = same::problems(&loaded);
    match problems.is_empty() {
        true => Ok(loaded),
        false => Err(Error::Problems(problems)),
    }
}

fn default_name(loaded: &[Loaded]) -> String {
    let hashes: String = loaded.iter().map(Loaded::hash).collect();
    let seed = loaded.first().map_or(0, |loaded| loaded.config.seed);
    format!("compare-seed{seed}-{}", &sha256_hex(hashes.as_bytes())[..8])
}

fn row(loaded: &Loaded, summary: Summary) -> Row {
    Row {
        solver: loaded.config.training.solver,
        summary,
    }
}

fn show(args: &CompareArgs, folder: &Path, rows: Vec<Row>, planned: usize) -> Result<(), Error> {
    if args.json {
        let text = serde_json::to_string_pretty(&rows)
            .map_err(|error| Error::failed("the table cannot be printed", error, ""))?;
        return print(text);
    }
    let done = rows.len();
    let early = rows.iter().any(|row| row.summary.stopped == Stop::Observer);
    print(CompareTable { rows: &rows })?;
    print(format!("results: {}", folder.display()))?;
    match early || done < planned {
        true => print(format!(
            "stopped early by Ctrl-C: {done} of {planned} are there, the last one with what it had learned"
        )),
        false => Ok(()),
    }
}
