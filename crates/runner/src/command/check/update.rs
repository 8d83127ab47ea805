//! Results become the baseline.

use super::config;
use super::results::{CheckRow, Results};
use super::sheet::BaselineSheet;
use crate::check::estimate::{Estimate, Observation};
use crate::cli::CheckArgs;
use crate::command::print::print;
use crate::error::{Error, Problem, Status};
use crate::record::baseline::{Baseline, BaselineRun, BaselineSetting};
use crate::record::output::write_output;

/// Writes the baseline.
///
/// # Errors
/// A run has failed, or has no such accuracy; or the file cannot be written.
pub(super) fn update(args: &CheckArgs, results: Results) -> Result<Status, Error> {
    let files = results.files.iter().map(|file| file.display().to_string());
    let mut baseline = Baseline::new(files.collect(), args.measure, results.score);
    let mut notes = results.notes;
    for (name, setting) in results.settings {
        let runs = setting
            .rows
            .iter()
            .map(|row| run(args, &name, row))
            .collect::<Result<Vec<_>, _>>()?;
        let observations: Vec<_> = runs
            .iter()
            .filter_map(|run| {
                Some(Observation {
                    die: run.die_seed.unwrap_or(0),
                    seed: run.seed,
                    value: args.measure.of(&run.accuracy)?,
                })
            })
            .collect();
        let Some(estimate) = Estimate::of(&observations, 0.0) else {
            continue;
        };
        if estimate.n < 3 {
            notes.push(format!(
                "{}: n = {}; with fewer than 3 runs a drop is hardly ever found",
                super::report::label(&name),
                estimate.n
            ));
        }
        baseline.settings.push(BaselineSetting {
            point: setting.point,
            test_images: setting
                .rows
                .iter()
                .map(|row| row.row.test_images)
                .min()
                .unwrap_or(0),
            n: estimate.n,
            mean: estimate.mean,
            sd: estimate.sd,
            runs,
        });
    }
    baseline.config_hash = results
        .config
        .as_ref()
        .map(|(config, _)| config::hash(config));
    baseline.config = results.config.map(|(config, _)| config);
    let text = baseline.text()?;
    write_output(&args.baseline, text.as_bytes())?;
    super::show_notes(&notes);
    match args.json {
        true => print(text.trim_end())?,
        false => print(BaselineSheet {
            baseline: &baseline,
            file: &args.baseline.display().to_string(),
        })?,
    }
    Ok(Status::Done)
}

fn run(args: &CheckArgs, setting: &str, row: &CheckRow) -> Result<BaselineRun, Problem> {
    let row_of = &row.row;
    let refused = |why: String| {
        let die = row_of
            .die_seed
            .map_or_else(String::new, |die| format!("die {die}, "));
        Problem {
            place: format!("--update: {}", super::report::label(setting)),
            subject: format!("{die}seed {}", row_of.seed),
            why,
            help: "a baseline is made of runs that ended well: start the sweep again, or mend its cause".into(),
        }
    };
    if let Some(error) = &row_of.error {
        return Err(refused(format!("failed: {error}")));
    }
    let measured = row_of
        .accuracy
        .as_ref()
        .filter(|a| args.measure.of(a).is_some());
    let Some(accuracy) = measured else {
        return Err(refused("no such accuracy was measured".into()));
    };
    Ok(BaselineRun {
        die_seed: row_of.die_seed,
        seed: row_of.seed,
        accuracy: accuracy.clone(),
        queries: row_of.queries,
        elapsed_s: row_of.elapsed_s,
        memory_estimate_bytes: row_of.memory_estimate_bytes,
        memory_bytes: row.memory_bytes,
    })
}
