//! `fzero check`: whether results are worse than a baseline, by statistics.

mod annotations;
mod config;
mod junit;
mod report;
mod results;
mod sheet;
mod update;

use super::print::print;
use crate::check::Verdict;
use crate::cli::{Annotations, CheckArgs};
use crate::error::{Error, Problem, Status};
use crate::record::baseline::BaselineFile;
use crate::record::manifest::VERSION;
use crate::record::output::{check_output, write_output};
use report::Report;
use results::Results;
use sheet::Sheet;
use std::path::Path;

/// Compares results with a baseline, or makes them one.
///
/// # Errors
/// [`Error`] when the results or the baseline cannot be read, do not belong together, or what is to be
/// written cannot be.
pub(super) fn run(args: &CheckArgs) -> Result<Status, Error> {
    check_outputs(args)?;
    let mut results = Results::read(&args.results)?;
    if args.update {
        return update::update(args, results);
    }
    let file = BaselineFile::read(&args.baseline)?;
    belong_together(args, &file, &mut results)?;
    let mut report = Report::of(args, &file, &results);
    report.notes = results.notes;
    show_notes(&report.notes);
    if let Some(path) = &args.junit {
        write_output(path, junit::text(&report).as_bytes())?;
    }
    if args.annotations == Some(Annotations::Gitlab) {
        write_output(
            &args.annotations_file,
            annotations::gitlab(&report)?.as_bytes(),
        )?;
    }
    match args.json {
        true => print(
            serde_json::to_string_pretty(&report)
                .map_err(|error| Error::failed("the report cannot be printed", error, ""))?,
        )?,
        false => print(Sheet(&report))?,
    }
    if args.annotations == Some(Annotations::Github) {
        let text = annotations::github(&report);
        match (text.is_empty(), args.json) {
            (true, _) => {}
            (false, true) => eprintln!("{text}"),
            (false, false) => print(text)?,
        }
    }
    Ok(match report.verdict {
        Verdict::Pass => Status::Done,
        Verdict::Fail => Status::CheckFailed,
        Verdict::Undecided => Status::Undecided,
    })
}

/// That everything can most likely be written, and nothing that is read is replaced.
fn check_outputs(args: &CheckArgs) -> Result<(), Problem> {
    let mut inputs: Vec<&Path> = args.results.iter().map(AsRef::as_ref).collect();
    if args.update {
        return check_output(&args.baseline, &inputs);
    }
    inputs.push(&args.baseline);
    if let Some(path) = &args.junit {
        check_output(path, &inputs)?;
    }
    if args.annotations == Some(Annotations::Gitlab) {
        check_output(&args.annotations_file, &inputs)?;
    }
    Ok(())
}

/// That baseline and results are of one configuration.
fn belong_together(
    args: &CheckArgs,
    file: &BaselineFile,
    results: &mut Results,
) -> Result<(), Error> {
    const UPDATE: &str = "if the change is meant, make the results the baseline with --update";
    let baseline = &file.baseline;
    if baseline.score != results.score {
        let why = "of another figure of merit: accuracy on one side, R^2 on the other";
        return Err(Problem::of(&file.file, why, UPDATE).into());
    }
    if baseline.version != VERSION {
        results.notes.push(format!(
            "{}: written by fzero {}, this is {VERSION}",
            file.file, baseline.version
        ));
    }
    if baseline.measure != args.measure {
        let missing = baseline.settings.iter().any(|setting| {
            let mut runs = setting.runs.iter();
            runs.any(|run| args.measure.of(&run.accuracy).is_none())
        });
        if missing {
            let why = "has no such accuracy of every run";
            return Err(Problem::of("--measure", why, "leave it out").into());
        }
    }
    let (Some(before), Some((now, now_file))) = (&baseline.config, &results.config) else {
        if baseline.config.is_none() && results.config.is_some() {
            results.notes.push(format!(
                "{} does not say of which configuration it is: not compared",
                file.file
            ));
        }
        return Ok(());
    };
    let mut varied = results.varied();
    for setting in &baseline.settings {
        varied.extend(setting.point.keys().cloned());
    }
    let differences = config::differences(before, now, &varied);
    if differences.is_empty() {
        return Ok(());
    }
    let why = format!(
        "of another configuration than {now_file}: {}",
        config::list(&differences)
    );
    Err(Problem::of(&file.file, why, UPDATE).into())
}

/// What the user should know, on standard error.
fn show_notes(notes: &[String]) {
    for note in notes {
        eprintln!("note: {note}");
    }
}
