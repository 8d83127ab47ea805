//! How far a sweep is.

use crate::command::print::print;
use crate::error::{Error, Status};
use crate::record::sweep::SweepFolder;
use crate::table::{grouped, seconds};
use serde::Serialize;

/// What is done of a sweep.
#[derive(Serialize)]
struct Progress<'a> {
    name: &'a str,
    sweep_hash: &'a str,
    runs: usize,
    done: usize,
    failed: usize,
    missing: usize,
    /// Mean time of a finished run on one thread, in s.
    run_s: Option<f64>,
    /// Time of what is missing on one thread, in s.
    left_s: Option<f64>,
}

/// Prints it; exit code 1 while runs are missing or where some failed.
pub(super) fn report(folder: &SweepFolder, json: bool) -> Result<Status, Error> {
    let plan = folder.plan();
    let rows = folder.rows()?;
    let (runs, done) = (plan.runs(), rows.len());
    let failed = rows.values().filter(|row| row.error.is_some()).count();
    let good = rows.values().filter(|row| row.error.is_none());
    let total_s: f64 = good.map(|row| row.elapsed_s).sum();
    let run_s = (done > failed).then(|| total_s / (done - failed) as f64);
    let progress = Progress {
        name: &plan.name,
        sweep_hash: &plan.sweep_hash,
        runs,
        done,
        failed,
        missing: runs - done,
        run_s,
        left_s: run_s.map(|run_s| run_s * (runs - done) as f64),
    };
    if json {
        let text = serde_json::to_string_pretty(&progress)
            .map_err(|error| Error::failed("the status cannot be printed", error, ""))?;
        print(text)?;
    } else {
        let mut text = format!(
            "{}: {} of {} runs are done, {} failed",
            progress.name,
            grouped(done as u64),
            grouped(runs as u64),
            grouped(failed as u64)
        );
        if let (Some(left_s), true) = (progress.left_s, done < runs) {
            text.push_str(&format!("; {} left on one thread", seconds(left_s)));
        }
        for row in rows.values().filter(|row| row.error.is_some()).take(5) {
            let error = row.error.as_deref().unwrap_or_default();
            let error = error.lines().next().unwrap_or_default();
            text.push_str(&format!("\nrun {} failed: {error}", row.run));
        }
        print(text)?;
    }
    Ok(match done == runs && failed == 0 {
        true => Status::Done,
        false => Status::CheckFailed,
    })
}
