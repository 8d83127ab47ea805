//! The report for people.

mod causes;
mod cells;
mod comparison;
mod criteria;
mod parts;

use super::analyse::{NotDone, Report};
use super::criteria::Verdict;
use crate::config::validation::{LoadedValidation, Programming};
use crate::table::grouped;
use std::fmt;

/// Findings of one mesh that are shown, alone and beside others; JSON has all.
const SHOWN_FINDINGS: [usize; 2] = [10, 3];

pub(super) struct Sheet<'a> {
    pub(super) loaded: &'a LoadedValidation,
    pub(super) reports: &'a [Report],
    pub(super) verdicts: &'a [Vec<Verdict>],
}

impl fmt::Display for Sheet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let preset = match &self.loaded.preset {
            Some(preset) => format!("process {}", preset.trim_matches('"')),
            None => "process of the file".into(),
        };
        writeln!(f, "Validation {}: {preset}", self.loaded.validation.name)?;
        writeln!(f, "{}", comparison::comparison(self.reports))?;
        for (index, report) in self.reports.iter().enumerate() {
            self.findings(&self.loaded.key_of(index), report, f)?;
        }
        match self.reports {
            [report] => {
                let map = report.sensitivity.as_ref();
                let parts = map.and_then(|map| parts::most_sensitive(&report.topology, map));
                if let Some(parts) = parts {
                    writeln!(f, "\nMost sensitive parts\n{parts}")?;
                }
                if let (Some(all), Some(causes)) = (&report.die_yield, &report.attribution) {
                    let causes = causes::of_one(all, causes);
                    writeln!(f, "\nCauses of lost fidelity\n{causes}")?;
                }
            }
            several if several.iter().any(|report| report.attribution.is_some()) => {
                let causes = causes::of_several(several);
                writeln!(f, "\nLost fidelity by each cause alone\n{causes}")?;
            }
            _ => {}
        }
        write!(f, "\n{}", self.notes())?;
        criteria::write(self.reports, self.verdicts, f)
    }
}

impl Sheet<'_> {
    /// Each with the file and the key of the mesh.
    fn findings(&self, key: &str, report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if report.findings.is_empty() {
            return Ok(());
        }
        let several = self.reports.len() > 1;
        let of = if several {
            format!(" of {}", report.name)
        } else {
            String::new()
        };
        let shown = SHOWN_FINDINGS[usize::from(several)];
        writeln!(f, "\nOddities of the wiring{of}")?;
        for finding in report.findings.iter().take(shown) {
            writeln!(f, "{}: {key}: {finding}", self.loaded.file)?;
        }
        let more = report.findings.len().saturating_sub(shown);
        if more > 0 {
            writeln!(f, "and {more} more; --json has all")?;
        }
        Ok(())
    }

    fn notes(&self) -> String {
        let validation = &self.loaded.validation;
        let asked = &validation.validate;
        let mut lines = Vec::new();
        let drawn = |what: &str| {
            self.reports.iter().any(|report| match what {
                "sensitivity" => report.sensitivity.is_some(),
                "power" => report.heater_power.is_some(),
                "tolerance" => report.tolerance.is_some(),
                _ => report.die_yield.is_some(),
            })
        };
        if drawn("sensitivity") {
            lines.push(format!(
                "error by all ..  |dU|_F / |U|_F per rad of independent errors, first order; n = {} targets",
                asked.targets
            ));
        }
        if drawn("tolerance") {
            lines.push(format!(
                "tolerance        splitter error (sd) with a mean fidelity of {}; ± 95 %, n = {} dies",
                asked.fidelity, asked.tolerance_dies
            ));
        }
        if drawn("power") {
            lines.push(format!(
                "power            mean ± sd over n = {} targets",
                asked.targets
            ));
        }
        if drawn("yield") {
            let how = match asked.programming {
                Programming::Corrected => "splitter errors corrected",
                Programming::Uncorrected => "splitter errors uncorrected",
            };
            lines.push("lost fidelity    1 - F, median of the dies".into());
            lines.push(format!(
                "yield            fidelity of {} or more, {how}; interval of 95 %,\n                 n = {} dies, seeds from {}",
                asked.fidelity,
                grouped(asked.dies as u64),
                validation.die_seed
            ));
        }
        for report in self.reports {
            for not_done in &report.not_done {
                let NotDone { analysis, why } = not_done;
                lines.push(format!("not done for {}: {analysis}: {why}", report.name));
            }
        }
        lines.push("what each line is: docs/validate.md".into());
        lines.join("\n")
    }
}
