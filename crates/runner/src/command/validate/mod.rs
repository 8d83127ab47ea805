//! `fzero validate`: whether meshes are sound.

mod analyse;
mod calibration;
mod criteria;
mod json;
mod memory;
mod pictures;
mod sheet;
mod sizes;

use super::print::print;
use super::session::session;
use crate::cli::ValidateArgs;
use crate::config::candidate::{CheckedCandidate, Wiring};
use crate::config::validation::LoadedValidation;
use crate::error::{Error, Problem, Status};
use crate::record::output::{check_output, write_output};
use analyse::analyse;
use criteria::{Outcome, Verdict, judge};
use photonics::mesh::Topology;
use sheet::Sheet;
use std::path::Path;
use std::sync::Arc;

/// Validates, reports and judges.
///
/// # Errors
/// [`Error`] when the configuration does not allow it, or something cannot be written.
pub(super) fn run(args: &ValidateArgs) -> Result<Status, Error> {
    let loaded = LoadedValidation::read(&args.config, &args.overrides())?;
    if let Some(out) = &args.out {
        check_output(out, &[&args.config])?;
    }
    if let Some(folder) = &args.svg {
        check_folder(folder)?;
    }
    let topologies = build(&loaded)?;
    if args.svg.is_some() {
        pictures::check_sizes(&loaded, &topologies)?;
    }
    session(args.threads, |_| validate(args, &loaded, &topologies))
}

fn validate(
    args: &ValidateArgs,
    loaded: &LoadedValidation,
    topologies: &[Arc<Topology>],
) -> Result<Status, Error> {
    let mut reports = Vec::with_capacity(topologies.len());
    for (candidate, topology) in loaded.candidates.iter().zip(topologies) {
        reports.push(analyse(loaded, candidate, topology)?);
    }
    let criteria = &loaded.validation.criteria;
    let verdicts: Vec<Vec<Verdict>> = reports
        .iter()
        .map(|report| judge(report, criteria))
        .collect();
    if let Some(folder) = &args.svg {
        pictures::write(folder, &reports)?;
    }
    if args.json || args.out.is_some() {
        let text = json::text(loaded, &reports, &verdicts)?;
        if let Some(out) = &args.out {
            write_output(out, text.as_bytes())?;
        }
        if args.json {
            print(text)?;
        }
    }
    if !args.json {
        print(Sheet {
            loaded,
            reports: &reports,
            verdicts: &verdicts,
        })?;
    }
    let bad = |verdict: &Verdict| match verdict.outcome {
        Outcome::Pass => false,
        Outcome::Undecided => args.strict,
        Outcome::Fail => true,
    };
    Ok(if verdicts.iter().flatten().any(bad) {
        Status::CheckFailed
    } else {
        Status::Done
    })
}

/// The wiring of every candidate, once it is sure that there is memory for all that is asked of it.
fn build(loaded: &LoadedValidation) -> Result<Vec<Arc<Topology>>, Error> {
    let validation = &loaded.validation;
    let limit_mib = validation.limits.memory_mib;
    let mut problems = Vec::new();
    for (index, candidate) in loaded.candidates.iter().enumerate() {
        let need = memory::need(&candidate.wiring, &validation.validate);
        let mib = need.bytes.div_ceil(1 << 20);
        if mib > limit_mib {
            let ports = candidate.wiring.ports();
            let (key, value) = match candidate.wiring {
                Wiring::Named { .. } => ("ports", ports.to_string()),
                Wiring::File(_) => ("topology", format!("{} ({ports} ports)", candidate.name)),
            };
            problems.push(loaded.problem_of(
                index,
                key,
                &value,
                format!(
                    "needs about {mib} MiB, most of it for {}; limits.memory_mib is {limit_mib}",
                    need.most
                ),
                need.help(mib),
            ));
        }
    }
    if !problems.is_empty() {
        return Err(Error::Problems(problems));
    }
    let build = |candidate: &CheckedCandidate| candidate.wiring.build();
    let topologies = loaded
        .candidates
        .iter()
        .map(build)
        .collect::<Result<_, _>>();
    topologies.map_err(|error| Error::failed("the mesh cannot be built", error, ""))
}

/// That pictures can most likely be written there, before the work begins.
fn check_folder(folder: &Path) -> Result<(), Problem> {
    if folder.exists() && !folder.is_dir() {
        return Err(Problem::of(
            folder.display(),
            "not a folder",
            "name a folder for the pictures",
        ));
    }
    Ok(())
}
