//! What CI services show beside a change.
//!
//! GitHub reads workflow commands from what a step prints (GitHub Docs, "Workflow commands for GitHub
//! Actions"), GitLab a code quality report (GitLab Docs, "Code Quality report format"). Both point to the
//! setting's line in the file of the baseline.

use super::report::{Report, label};
use crate::check::Verdict;
use crate::error::Error;
use crate::hash::sha256_hex;
use serde_json::json;

struct Finding<'a> {
    verdict: Verdict,
    what: &'a str,
    setting: &'a str,
    message: &'a str,
    line: usize,
}

/// What does not pass.
fn findings(report: &Report) -> Vec<Finding<'_>> {
    let settings = report.settings.iter().map(|found| Finding {
        verdict: found.verdict,
        what: "accuracy",
        setting: &found.setting,
        message: &found.message,
        line: found.line,
    });
    let costs = report.costs.iter().map(|found| Finding {
        verdict: found.verdict,
        what: found.cost.name(),
        setting: &found.setting,
        message: &found.message,
        line: found.line,
    });
    let all = settings.chain(costs);
    all.filter(|finding| finding.verdict != Verdict::Pass)
        .collect()
}

/// A command per finding, without the last line end; empty where all passes.
pub(super) fn github(report: &Report) -> String {
    let lines: Vec<_> = findings(report)
        .iter()
        .map(|finding| {
            let (command, title) = match finding.verdict {
                Verdict::Fail => ("error", "worse than the baseline"),
                _ => ("warning", "undecided"),
            };
            format!(
                "::{command} file={},line={},title={}::{}",
                property(&report.baseline.file),
                finding.line,
                property(&format!("{}: {title}", finding.what)),
                data(&format!("{}: {}", label(finding.setting), finding.message))
            )
        })
        .collect();
    lines.join("\n")
}

/// Text after `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Text of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The report: an empty list where all passes.
///
/// # Errors
/// None in practice: it can always be written as JSON.
pub(super) fn gitlab(report: &Report) -> Result<String, Error> {
    let list: Vec<_> = findings(report)
        .iter()
        .map(|finding| {
            let check = format!("fzero-check-{}", finding.what);
            // The same finding of a later check is the same, whatever its figures are.
            let fingerprint = sha256_hex(format!("{check}\n{}\n{:?}", finding.setting, finding.verdict).as_bytes());
            json!({
                "check_name": check,
                "description": format!("{}: {}", label(finding.setting), finding.message),
                "fingerprint": fingerprint,
                "severity": match finding.verdict {
                    Verdict::Fail => "major",
                    _ => "minor",
                },
                "location": {
                    "path": report.baseline.file.strip_prefix("./").unwrap_or(&report.baseline.file),
                    "lines": { "begin": finding.line },
                },
            })
        })
        .collect();
    serde_json::to_string_pretty(&list)
        .map(|text| text + "\n")
        .map_err(|error| Error::failed("the annotations cannot be written", error, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_stays_on_its_line_and_properties_apart() {
        assert_eq!(data("95 %\nof a: b, c\r"), "95 %25%0Aof a: b, c%0D");
        assert_eq!(property("a: b, 5 %"), "a%3A b%2C 5 %25");
    }
}
