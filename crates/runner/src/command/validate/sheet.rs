//! The report for people.

use super::analyse::{Powers, Reach, Report};
use super::criteria::{Bound, Outcome, Verdict};
use crate::config::validation::{LoadedValidation, Programming};
use crate::table::{grouped, si};
use comfy_table::{CellAlignment, Table, presets};
use photonics::validate::die_yield::{Attribution, DieYield};
use photonics::validate::tolerance::Tolerance;
use std::fmt;

/// Findings of one mesh that are shown; JSON has all.
const SHOWN_FINDINGS: usize = 10;

/// Phase shifters and couplers that are shown.
const SHOWN_PARTS: usize = 5;

/// Characters of a full bar.
const BAR: usize = 12;

pub(super) struct Sheet<'a> {
    pub(super) loaded: &'a LoadedValidation,
    pub(super) reports: &'a [Report],
    pub(super) verdicts: &'a [Vec<Verdict>],
}

impl fmt::Display for Sheet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let validation = &self.loaded.validation;
        let preset = match &self.loaded.preset {
            Some(preset) => format!("process {}", preset.trim_matches('"')),
            None => "process of the file".into(),
        };
        writeln!(f, "Validation {}: {preset}", validation.name)?;
        writeln!(f, "{}", self.comparison())?;
        for (index, report) in self.reports.iter().enumerate() {
            self.findings(&self.loaded.key_of(index), report, f)?;
        }
        for report in self.reports {
            self.parts(report, f)?;
        }
        for report in self.reports {
            if let Some(causes) = report.attribution.as_deref() {
                writeln!(f, "\nCauses of lost fidelity{}", self.of(report))?;
                writeln!(f, "{}", attribution(report.die_yield.as_ref(), causes))?;
            }
        }
        write!(f, "\n{}", self.notes())?;
        self.criteria(f)
    }
}

impl Sheet<'_> {
    /// Which mesh is meant, where there are several.
    fn of(&self, report: &Report) -> String {
        if self.reports.len() > 1 {
            format!(" of {}", report.name)
        } else {
            String::new()
        }
    }

    /// A column for every mesh, a row for every number; empty where it was not asked for.
    fn comparison(&self) -> Table {
        let mut table = table();
        let names = self.reports.iter().map(|report| report.name.clone());
        table.set_header(std::iter::once(String::new()).chain(names));
        type Cell = fn(&Report) -> Option<String>;
        let rows: [(&str, Cell); 22] = [
            ("ports", |r| Some(count(r.sizes.ports))),
            ("MZIs", |r| Some(count(r.sizes.mzis))),
            ("columns", |r| Some(count(r.sizes.columns))),
            ("couplers", |r| Some(count(r.sizes.couplers))),
            ("phase shifters", |r| Some(count(r.sizes.shifters))),
            ("crossings", |r| Some(count(r.sizes.crossings))),
            ("oddities of the wiring", |r| Some(count(r.findings.len()))),
            ("path loss, best path / dB", |r| Some(db(r.path_loss.as_ref()?.best_db()))),
            ("path loss, worst path / dB", |r| Some(db(r.path_loss.as_ref()?.worst_db()))),
            ("imbalance of mean losses / dB", |r| {
                Some(db(r.path_loss.as_ref()?.imbalance_db()))
            }),
            ("reachable dimension", |r| {
                let found = r.reachable.as_ref()?;
                Some(format!("{} of {}", count(found.rank), count(found.full)))
            }),
            ("redundant phase shifters", |r| Some(count(r.reachable.as_ref()?.redundancy()))),
            ("fidelity reach, mean", |r| {
                Some(match r.reach.as_ref()? {
                    Reach::Unknown => "not known".into(),
                    Reach::Found(found) => format!("{:.6}", found.fidelity.mean),
                })
            }),
            ("calibratable θ", |r| {
                let found = r.calibration.as_ref()?;
                let all = found.theta.len() + found.theta_not_found.len();
                Some(format!("{} of {}", count(found.theta.len()), count(all)))
            }),
            ("calibratable φ (references)", |r| {
                let found = r.calibration.as_ref()?;
                Some(format!(
                    "{} of {} ({})",
                    count(found.phi_measured()),
                    count(found.phi.len()),
                    count(found.phi_references())
                ))
            }),
            ("error by all couplers / rad⁻¹", |r| {
                Some(format!("{:.3}", r.sensitivity.as_ref()?.all_couplers_per_rad()))
            }),
            ("error by all phases / rad⁻¹", |r| {
                Some(format!("{:.3}", r.sensitivity.as_ref()?.all_phases_per_rad()))
            }),
            ("tolerance, uncorrected / rad", |r| {
                Some(tolerance(r.tolerance.as_ref()?.uncorrected.as_ref()))
            }),
            ("tolerance, corrected / rad", |r| {
                Some(tolerance(r.tolerance.as_ref()?.corrected.as_ref()))
            }),
            ("power of the heaters", |r| Some(power(r.heater_power.as_ref()?))),
            ("fidelity, median (5 %)", |r| {
                let [low, _, median, ..] = r.die_yield.as_ref()?.fidelity.quantiles;
                Some(format!("{median:.4} ({low:.4})"))
            }),
            ("yield", |r| Some(share(r.die_yield.as_ref()?))),
        ];
        for (label, cell) in rows {
            let cells: Vec<_> = self.reports.iter().map(cell).collect();
            if cells.iter().any(Option::is_some) {
                let cells = cells.into_iter().map(Option::unwrap_or_default);
                table.add_row(std::iter::once(label.to_owned()).chain(cells));
            }
        }
        align(table)
    }

    /// Each with the file and the key of the mesh.
    fn findings(&self, key: &str, report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if report.findings.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nOddities of the wiring{}", self.of(report))?;
        for finding in report.findings.iter().take(SHOWN_FINDINGS) {
            writeln!(f, "  {}: {key}: {finding}", self.loaded.file)?;
        }
        let more = report.findings.len().saturating_sub(SHOWN_FINDINGS);
        if more > 0 {
            writeln!(f, "  and {more} more (--json has all)")?;
        }
        Ok(())
    }

    /// What matters most.
    fn parts(&self, report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(map) = &report.sensitivity else {
            return Ok(());
        };
        let topology = &report.topology;
        let place = |cell: usize| {
            let pair = topology.pairs()[cell];
            let column = (0..topology.columns()).find(|&column| topology.column(column).contains(&cell));
            format!(
                "column {}, ports {} and {}",
                column.unwrap_or(0),
                pair.upper,
                pair.lower
            )
        };
        let lists = [
            ("θ", &map.theta),
            ("φ", &map.phi),
            ("coupler, input side", &map.coupler_in),
            ("coupler, output side", &map.coupler_out),
        ];
        let mut all: Vec<_> = lists
            .iter()
            .flat_map(|(what, list)| list.iter().enumerate().map(move |(cell, s)| (*what, cell, s)))
            .collect();
        if all.is_empty() {
            return Ok(());
        }
        all.sort_by(|a, b| b.2.intensity_per_rad.total_cmp(&a.2.intensity_per_rad));
        let mut table = table();
        table.set_header(["", "where", "lost fidelity\nrad⁻²", "output powers\nrad⁻¹"]);
        for (what, cell, sensitivity) in all.into_iter().take(SHOWN_PARTS) {
            table.add_row([
                what.to_owned(),
                place(cell),
                format!("{:.3e}", sensitivity.infidelity_per_rad2),
                format!("{:.4}", sensitivity.intensity_per_rad),
            ]);
        }
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        writeln!(f, "\nMost sensitive parts{}\n{table}", self.of(report))
    }

    fn notes(&self) -> String {
        let validation = &self.loaded.validation;
        let asked = &validation.validate;
        let mut lines = Vec::new();
        let drawn = |what: &str| self.reports.iter().any(|report| match what {
            "sensitivity" => report.sensitivity.is_some(),
            "power" => report.heater_power.is_some(),
            "tolerance" => report.tolerance.is_some(),
            _ => report.die_yield.is_some(),
        });
        if drawn("sensitivity") {
            lines.push(format!(
                "error by all ..   |dU|_F / |U|_F for independent errors of 1 rad each, first order; n = {} targets",
                asked.targets
            ));
        }
        if drawn("tolerance") {
            lines.push(format!(
                "tolerance         splitter error (standard deviation) with a mean fidelity of {}, 95 % interval; n = {} dies",
                asked.fidelity, asked.tolerance_dies
            ));
        }
        if drawn("power") {
            lines.push(format!(
                "power             mean ± standard deviation over n = {} targets",
                asked.targets
            ));
        }
        if drawn("yield") {
            let how = match asked.programming {
                Programming::Corrected => "splitter errors corrected",
                Programming::Uncorrected => "splitter errors uncorrected",
            };
            lines.push("lost fidelity     median of 1 - F over the dies; the bar of all causes together is full".into());
            lines.push(format!(
                "yield             dies with a fidelity of {} or more, {how}; n = {} dies from seed {}, 95 % interval",
                asked.fidelity,
                grouped(asked.dies as u64),
                validation.die_seed
            ));
        }
        lines.push("what each line is: docs/validate.md".into());
        lines.join("\n")
    }

    fn criteria(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.verdicts.iter().all(Vec::is_empty) {
            return write!(f, "\n\nno criteria are set");
        }
        let several = self.reports.len() > 1;
        let mut table = table();
        let header = ["criterion", "measured", "limit", ""];
        let mesh = several.then_some("mesh");
        table.set_header(mesh.into_iter().chain(header));
        let mut counts = [0; 3];
        for (report, verdicts) in self.reports.iter().zip(self.verdicts) {
            for verdict in verdicts {
                let outcome = match verdict.outcome {
                    Outcome::Pass => "pass",
                    Outcome::Fail => "FAIL",
                    Outcome::Undecided => "undecided",
                };
                counts[verdict.outcome as usize] += 1;
                let sign = match verdict.bound {
                    Bound::Least => "≥",
                    Bound::Largest => "≤",
                };
                let mesh = several.then(|| report.name.clone());
                table.add_row(mesh.into_iter().chain([
                    verdict.criterion.to_owned(),
                    measured(verdict),
                    format!("{sign} {}", number(verdict.limit, verdict.unit)),
                    outcome.to_owned(),
                ]));
            }
        }
        let first = usize::from(several) + 1;
        for index in [first, first + 1] {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let [passed, failed, undecided] = counts;
        write!(f, "\n\nCriteria\n{table}\n{passed} met, {failed} not met, {undecided} undecided")
    }
}

/// What each cause does alone, and what is left without it. Bars: lost fidelity, where all causes together
/// fill one.
fn attribution(all: Option<&DieYield>, causes: &[Attribution]) -> Table {
    let lost = |found: &DieYield| 1.0 - found.fidelity.quantiles[2];
    let most = all.map_or(0.0, lost);
    let bar = |found: &DieYield| {
        let share = if most > 0.0 { lost(found) / most } else { 0.0 };
        "█".repeat((share.clamp(0.0, 1.0) * BAR as f64).round() as usize)
    };
    let cells = |found: &DieYield| [bar(found), short(lost(found)), percent(found.good.share())];
    let mut table = table();
    let header = ["alone:\nlost fidelity", "", "yield", "all but it:\nlost fidelity", "", "yield"];
    table.set_header(std::iter::once("").chain(header));
    for row in causes {
        let name = std::iter::once(row.cause.to_string());
        table.add_row(name.chain(cells(&row.alone)).chain(cells(&row.without)));
    }
    if let Some(all) = all {
        let name = std::iter::once("all causes".to_owned());
        table.add_row(name.chain(cells(all)));
    }
    for index in [2, 3, 5, 6] {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Three digits, or nearly nothing.
fn short(x: f64) -> String {
    if x < 1e-12 {
        "0".into()
    } else if x < 1e-3 {
        format!("{x:.1e}")
    } else {
        format!("{x:.4}")
    }
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table
}

/// Numbers to the right, what they are of to the left.
fn align(mut table: Table) -> Table {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn count(count: usize) -> String {
    grouped(count as u64)
}

fn db(value: f64) -> String {
    // Not "-0.00".
    if value.abs() < 0.005 {
        "0.00".into()
    } else {
        format!("{value:.2}")
    }
}

fn percent(share: Option<f64>) -> String {
    crate::table::percent(share)
}

fn tolerance(found: Option<&Tolerance>) -> String {
    let Some(found) = found else {
        return "any".into();
    };
    match found.interval_rad {
        Some([low, high]) => format!("{:.4} ({low:.4} – {high:.4})", found.sigma_rad),
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

fn share(found: &DieYield) -> String {
    let good = &found.good;
    format!(
        "{} ({:.1} – {:.1} %)",
        percent(good.share()),
        100.0 * good.low,
        100.0 * good.high
    )
}

fn measured(verdict: &Verdict) -> String {
    let Some(value) = verdict.measured else {
        return verdict.note.unwrap_or("none").to_owned();
    };
    let unit = verdict.unit;
    if verdict.criterion == "all_calibratable" {
        return format!("{} not", number(value, unit));
    }
    match verdict.interval {
        Some([low, high]) => format!(
            "{} ({} – {})",
            number(value, unit),
            number(low, ""),
            number(high, "")
        ),
        None => number(value, unit),
    }
}

/// Counts whole, others with four digits.
fn number(value: f64, unit: &str) -> String {
    let text = if value.fract() == 0.0 && value.abs() < 1e15 {
        let sign = if value < 0.0 { "-" } else { "" };
        format!("{sign}{}", grouped(value.abs() as u64))
    } else if value.abs() < 1e-3 {
        format!("{value:.3e}")
    } else {
        let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 6) as usize;
        format!("{value:.digits$}")
    };
    if unit.is_empty() {
        text
    } else {
        format!("{text} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(number(4096.0, ""), "4,096");
        assert_eq!(number(0.0, "dB"), "0 dB");
        assert_eq!(number(0.95, ""), "0.9500");
        assert_eq!(number(12.3456, "dB"), "12.35 dB");
        assert_eq!(number(0.01234, "rad"), "0.01234 rad");
        assert_eq!(number(0.000_123_4, "rad"), "1.234e-4 rad");
        assert_eq!(db(-0.001), "0.00");
    }
}
