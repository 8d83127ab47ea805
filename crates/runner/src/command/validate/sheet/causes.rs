//! What each cause of errors costs.

use super::cells::{align, lost, table};
use crate::command::validate::analyse::Report;
use crate::table::percent;
use comfy_table::Table;
use photonics::validate::cause::Cause;
use photonics::validate::die_yield::{Attribution, DieYield};

/// Characters of a full bar.
const BAR: usize = 12;

/// Median of 1 - F.
fn loss(found: &DieYield) -> f64 {
    1.0 - found.fidelity.quantiles[2]
}

/// Of one mesh: what each cause does alone, and what is left without it. Bars show lost fidelity; that of all
/// causes together is full.
pub(super) fn of_one(all: &DieYield, causes: &[Attribution]) -> Table {
    let most = loss(all);
    let bar = |found: &DieYield| {
        let share = if most > 0.0 { loss(found) / most } else { 0.0 };
        "█".repeat((share.clamp(0.0, 1.0) * BAR as f64).round() as usize)
    };
    let cells = |found: &DieYield| [bar(found), lost(loss(found)), percent(found.good.share())];
    let mut table = table();
    let header = [
        "",
        "alone:\nlost fidelity",
        "",
        "\nyield",
        "all but it:\nlost fidelity",
        "",
        "\nyield",
    ];
    table.set_header(header);
    for row in causes {
        let name = std::iter::once(row.cause.to_string());
        table.add_row(name.chain(cells(&row.alone)).chain(cells(&row.without)));
    }
    table.add_row(std::iter::once("all causes".to_owned()).chain(cells(all)));
    align(table, [2, 3, 5, 6])
}

/// Of several meshes: the lost fidelity by each cause alone.
pub(super) fn of_several(reports: &[Report]) -> Table {
    let mut table = table();
    let names = reports.iter().map(|report| report.name.clone());
    table.set_header(std::iter::once(String::new()).chain(names));
    for cause in Cause::ALL {
        let cells: Vec<_> = reports
            .iter()
            .map(|report| {
                let mut causes = report.attribution.iter().flatten();
                causes
                    .find(|row| row.cause == cause)
                    .map(|row| lost(loss(&row.alone)))
            })
            .collect();
        if cells.iter().any(Option::is_some) {
            let cells = cells.into_iter().map(Option::unwrap_or_default);
            table.add_row(std::iter::once(cause.to_string()).chain(cells));
        }
    }
    let all = reports.iter().map(|report| {
        let found = report.die_yield.as_ref();
        found.map_or_else(String::new, |found| lost(loss(found)))
    });
    table.add_row(std::iter::once("all causes".to_owned()).chain(all));
    align(table, 1..=reports.len())
}
