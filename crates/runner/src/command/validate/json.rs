//! The report for programs. Fields: docs/validate.md.

use super::analyse::{Powers, Report};
use super::calibration;
use super::criteria::Verdict;
use crate::config::validation::LoadedValidation;
use crate::error::Error;
use photonics::mesh::Cell;
use photonics::validate::die_yield::DieYield;
use photonics::validate::reach::Method;
use photonics::validate::sensitivity::Sensitivity;
use photonics::validate::statistics::Summary;
use photonics::validate::tolerance::Tolerance;
use serde_json::{Value, json};

/// The whole report.
///
/// # Errors
/// None in practice: it is written to memory.
pub(super) fn text(
    loaded: &LoadedValidation,
    reports: &[Report],
    verdicts: &[Vec<Verdict>],
) -> Result<String, Error> {
    let validation = &loaded.validation;
    let asked = &validation.validate;
    let meshes: Vec<_> = reports
        .iter()
        .zip(verdicts)
        .map(|(report, verdicts)| mesh(report, verdicts))
        .collect();
    let value = json!({
        "name": validation.name,
        "config": loaded.file,
        "config_hash": loaded.hash(),
        "version": env!("CARGO_PKG_VERSION"),
        "preset": loaded.preset.as_deref().map(|preset| preset.trim_matches('"')),
        "seed": validation.seed,
        "die_seed": validation.die_seed,
        "dies": asked.dies,
        "tolerance_dies": asked.tolerance_dies,
        "targets": asked.targets,
        "fidelity": asked.fidelity,
        "programming": asked.programming,
        "meshes": meshes,
    });
    serde_json::to_string(&value)
        .map_err(|error| Error::failed("the report cannot be written", error, ""))
}

fn mesh(report: &Report, verdicts: &[Verdict]) -> Value {
    let sizes = &report.sizes;
    let has = |has: fn(Cell) -> bool| move |cell| has(report.topology.cell(cell));
    json!({
        "name": report.name,
        "topology": report.topology.name(),
        "ports": sizes.ports,
        "mzis": sizes.mzis,
        "columns": sizes.columns,
        "couplers": sizes.couplers,
        "phase_shifters": sizes.shifters,
        "crossings": sizes.crossings,
        "lint": report.findings,
        "path_loss": path_loss(report),
        "reachable_dimension": report.reachable.map(|found| json!({
            "rank": found.rank,
            "full": found.full,
            "redundancy": found.redundancy(),
            "failure_probability": found.failure,
        })),
        "fidelity_reach": report.reach.as_ref().map(|found| json!({
            "method": match found.method {
                Method::Decomposition => "decomposition",
                Method::Fit => "fit",
            },
            "fidelity": summary(&found.fidelity),
            "fidelities": found.fidelities,
        })),
        "calibratability": report.calibration.as_ref().map(calibration::value),
        "sensitivity": report.sensitivity.as_ref().map(|map| json!({
            "all_couplers_per_rad": map.all_couplers_per_rad(),
            "all_phases_per_rad": map.all_phases_per_rad(),
            "theta": sensitivities(&map.theta, &has(Cell::has_theta)),
            "phi": sensitivities(&map.phi, &has(Cell::has_phi)),
            "gamma": sensitivities(&map.gamma, &|_| true),
            "coupler_in": sensitivities(&map.coupler_in, &has(|cell| cell.couplers() > 0)),
            "coupler_out": sensitivities(&map.coupler_out, &has(|cell| cell.couplers() > 1)),
        })),
        "tolerance": report.tolerance.as_ref().map(|found| json!({
            "uncorrected": found.uncorrected.as_ref().map(tolerance),
            "corrected": found.corrected.as_ref().and_then(Option::as_ref).map(tolerance),
        })),
        "heater_power": report.heater_power.as_ref().and_then(|powers| match powers {
            Powers::Unstated => None,
            Powers::Stated(powers) => Some(json!({
                "total_w": summary(&powers.total_w),
                "mean_w": powers.heaters.iter().map(|heater| heater.mean_w).collect::<Vec<_>>(),
                "max_w": powers.heaters.iter().map(|heater| heater.max_w).collect::<Vec<_>>(),
            })),
        }),
        "yield": report.die_yield.as_ref().map(|found| die_yield(found, true)),
        "attribution": report.attribution.as_ref().map(|causes| {
            causes
                .iter()
                .map(|row| json!({
                    "cause": row.cause.to_string(),
                    "alone": die_yield(&row.alone, false),
                    "without": die_yield(&row.without, false),
                }))
                .collect::<Vec<_>>()
        }),
        "not_done": report.not_done.iter().map(|one| json!({
            "analysis": one.analysis,
            "why": one.why,
        })).collect::<Vec<_>>(),
        "criteria": verdicts,
    })
}

/// Rows are outputs, columns inputs; null where no light arrives.
fn path_loss(report: &Report) -> Option<Value> {
    let table = report.path_loss.as_ref()?;
    let ports = 0..table.ports();
    let rows = |of: fn(&photonics::validate::path_loss::PathLoss) -> f64| -> Vec<Vec<Option<f64>>> {
        let row = |output| {
            let inputs = ports.clone();
            inputs
                .map(move |input| table.entry(output, input).as_ref().map(of))
                .collect()
        };
        ports.clone().map(row).collect()
    };
    Some(json!({
        "best_db": table.best_db(),
        "worst_db": table.worst_db(),
        "imbalance_db": table.imbalance_db(),
        "best_path_db": rows(|loss| loss.best_db),
        "mean_db": rows(|loss| loss.mean_db),
        "worst_path_db": rows(|loss| loss.worst_db),
    }))
}

/// null for a part that a cell does not have.
fn sensitivities(list: &[Sensitivity], has: &dyn Fn(usize) -> bool) -> Value {
    let of = |part: fn(&Sensitivity) -> f64| -> Vec<Option<f64>> {
        let cells = list.iter().enumerate();
        cells.map(|(cell, s)| has(cell).then(|| part(s))).collect()
    };
    json!({
        "field_per_rad": of(|s| s.field_per_rad),
        "infidelity_per_rad2": of(|s| s.infidelity_per_rad2),
        "intensity_per_rad": of(|s| s.intensity_per_rad),
    })
}

fn tolerance(found: &Tolerance) -> Value {
    json!({
        "sigma_rad": found.sigma_rad,
        "interval_rad": found.interval_rad,
        "fidelity": summary(&found.fidelity),
    })
}

fn die_yield(found: &DieYield, each: bool) -> Value {
    json!({
        "good": found.good.passed,
        "dies": found.good.n,
        "share": found.good.share(),
        "interval": [found.good.low, found.good.high],
        "fidelity": summary(&found.fidelity),
        "fidelities": each.then_some(&found.fidelities),
    })
}

fn summary(found: &Summary) -> Value {
    json!({
        "n": found.n,
        "mean": found.mean,
        "sd": found.sd,
        "min": found.min,
        "quantiles_5_25_50_75_95": found.quantiles,
        "max": found.max,
    })
}
