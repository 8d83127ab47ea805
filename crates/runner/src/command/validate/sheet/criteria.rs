//! Criterion by criterion: measured, limit, met or not.

use super::cells::{align, number, table};
use crate::command::validate::analyse::Report;
use crate::command::validate::criteria::{Bound, Outcome, Verdict};
use std::fmt::{self, Display};

pub(super) fn write(
    reports: &[Report],
    verdicts: &[Vec<Verdict>],
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    if verdicts.iter().all(Vec::is_empty) {
        return write!(f, "\n\nno criteria are set");
    }
    let several = reports.len() > 1;
    let mut table = table();
    let mesh = several.then_some("mesh");
    table.set_header(
        mesh.into_iter()
            .chain(["criterion", "measured", "limit", ""]),
    );
    let mut counts = [0; 3];
    for (report, verdicts) in reports.iter().zip(verdicts) {
        for verdict in verdicts {
            counts[verdict.outcome as usize] += 1;
            let mesh = several.then(|| report.name.clone());
            let outcome = match verdict.outcome {
                Outcome::Pass => "pass",
                Outcome::Fail => "FAIL",
                Outcome::Undecided => "undecided",
            };
            table.add_row(mesh.into_iter().chain([
                verdict.criterion.to_owned(),
                measured(verdict),
                limit(verdict),
                outcome.to_owned(),
            ]));
        }
    }
    let first = usize::from(several) + 1;
    let table = align(table, [first, first + 1]);
    let [passed, failed, undecided] = counts;
    write!(
        f,
        "\n\nCriteria\n{table}\n{passed} met, {failed} not met, {undecided} undecided"
    )
}

fn limit(verdict: &Verdict) -> String {
    let sign = match verdict.bound {
        Bound::Least => "≥",
        Bound::Largest => "≤",
    };
    let value = verdict.limit;
    // As the user wrote it, counts with commas.
    let value: &dyn Display = if value.is_infinite() {
        &"full"
    } else if value.fract() == 0.0 {
        &number(value, value)
    } else {
        &value
    };
    with_unit(format!("{sign} {value}"), verdict.unit)
}

fn measured(verdict: &Verdict) -> String {
    let Some(value) = verdict.measured else {
        return verdict.note.unwrap_or("none").to_owned();
    };
    let text = |x: f64| number(x, verdict.limit);
    let value = with_unit(text(value), verdict.unit);
    match verdict.interval {
        Some([low, high]) => format!("{value} ({} – {})", text(low), text(high)),
        None => value,
    }
}

fn with_unit(text: String, unit: &str) -> String {
    if unit.is_empty() {
        text
    } else {
        format!("{text} {unit}")
    }
}
