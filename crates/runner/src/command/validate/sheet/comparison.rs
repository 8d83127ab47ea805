//! A column for every mesh, a row for every number.

use super::cells::{align, count, db, table};
use crate::command::validate::analyse::{Powers, Report};
use crate::table::{percent, si};
use comfy_table::Table;
use photonics::validate::reach::Method;
use photonics::validate::tolerance::Tolerance;

type Cell = fn(&Report) -> Option<String>;

const ROWS: [(&str, Cell); 26] = [
    ("ports", |r| Some(count(r.sizes.ports))),
    ("MZIs", |r| Some(count(r.sizes.mzis))),
    ("columns", |r| Some(count(r.sizes.columns))),
    ("couplers", |r| Some(count(r.sizes.couplers))),
    ("phase shifters", |r| Some(count(r.sizes.shifters))),
    ("crossings", |r| Some(count(r.sizes.crossings))),
    ("oddities of the wiring", |r| Some(count(r.findings.len()))),
    ("loss of the best path, dB", |r| {
        Some(db(r.path_loss.as_ref()?.best_db()))
    }),
    ("loss of the worst path, dB", |r| {
        Some(db(r.path_loss.as_ref()?.worst_db()))
    }),
    ("imbalance of mean losses, dB", |r| {
        Some(db(r.path_loss.as_ref()?.imbalance_db()))
    }),
    ("reachable dimension", |r| {
        let found = r.reachable.as_ref()?;
        Some(of(found.rank, found.full))
    }),
    ("redundant phase shifters", |r| {
        Some(count(r.reachable.as_ref()?.redundancy()))
    }),
    ("fidelity reach, mean", |r| {
        let found = r.reach.as_ref()?;
        let how = match found.method {
            Method::Decomposition => "exact",
            Method::Fit => "fit",
        };
        Some(format!("{:.6} ({how})", found.fidelity.mean))
    }),
    ("calibratable \u{3b8}", |r| {
        let found = r.calibration.as_ref()?;
        Some(of(
            found.theta.len(),
            found.theta.len() + found.theta_not_found.len(),
        ))
    }),
    ("calibratable \u{3c6}", |r| {
        let found = r.calibration.as_ref()?;
        Some(of(found.phi_measured(), found.phi.len()))
    }),
    ("\u{3c6} free to choose", |r| {
        Some(count(r.calibration.as_ref()?.phi_references()))
    }),
    ("\u{3b8}, \u{3c6} up to half a turn", |r| {
        let found = r.calibration.as_ref()?;
        (found.half_turns() > 0).then(|| count(found.half_turns()))
    }),
    ("error by all couplers, 1/rad", |r| {
        Some(format!(
            "{:.3}",
            r.sensitivity.as_ref()?.all_couplers_per_rad()
        ))
    }),
    ("error by all phases, 1/rad", |r| {
        Some(format!(
            "{:.3}",
            r.sensitivity.as_ref()?.all_phases_per_rad()
        ))
    }),
    ("tolerance, uncorrected, rad", |r| {
        Some(tolerance(r.tolerance.as_ref()?.uncorrected.as_ref()))
    }),
    ("tolerance, corrected, rad", |r| {
        Some(tolerance(
            r.tolerance.as_ref()?.corrected.as_ref()?.as_ref(),
        ))
    }),
    ("power of the heaters", |r| {
        Some(power(r.heater_power.as_ref()?))
    }),
    ("fidelity, median of the dies", |r| {
        Some(format!(
            "{:.4}",
            r.die_yield.as_ref()?.fidelity.quantiles[2]
        ))
    }),
    ("fidelity that 95 % exceed", |r| {
        Some(format!(
            "{:.4}",
            r.die_yield.as_ref()?.fidelity.quantiles[0]
        ))
    }),
    ("yield", |r| {
        Some(percent(r.die_yield.as_ref()?.good.share()))
    }),
    ("yield, interval, %", |r| {
        let good = r.die_yield.as_ref()?.good;
        Some(format!(
            "{:.1} \u{2013} {:.1}",
            100.0 * good.low,
            100.0 * good.high
        ))
    }),
];

/// What no mesh has is left out; what one has not is empty there.
pub(super) fn comparison(reports: &[Report]) -> Table {
    let mut table = table();
    let names = reports.iter().map(|report| report.name.clone());
    table.set_header(std::iter::once(String::new()).chain(names));
    for (label, cell) in ROWS {
        let cells: Vec<_> = reports.iter().map(cell).collect();
        if cells.iter().any(Option::is_some) {
            let cells = cells.into_iter().map(Option::unwrap_or_default);
            table.add_row(std::iter::once(label.to_owned()).chain(cells));
        }
    }
    align(table, 1..=reports.len())
}

fn of(part: usize, all: usize) -> String {
    format!("{} of {}", count(part), count(all))
}

fn tolerance(found: Option<&Tolerance>) -> String {
    let Some(found) = found else {
        return "any".into();
    };
    match found.interval_rad {
        Some([_, high]) => format!("{:.4} ± {:.4}", found.sigma_rad, high - found.sigma_rad),
        None => format!("{:.4}", found.sigma_rad),
    }
}

fn power(powers: &Powers) -> String {
    match powers {
        Powers::Unstated => "not stated".into(),
        Powers::Stated(powers) => {
            let total = &powers.total_w;
            match total.sd {
                Some(sd) => format!("{} ± {}", si(total.mean, "W"), si(sd, "W")),
                None => si(total.mean, "W"),
            }
        }
    }
}
