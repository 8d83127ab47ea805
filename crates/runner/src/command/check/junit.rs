//! The report as JUnit XML, as CI systems read it.
//!
//! A test case per setting, and per cost of a setting: `failure` of what fails, `error` of what is undecided,
//! since its outcome is not known. Elements and attributes are those of the schema of the Apache Ant JUnit task
//! that <https://github.com/testmoapp/junitxml> describes.

use super::report::{Report, label};
use crate::check::Verdict;
use std::fmt::Write;

/// The whole file.
pub(super) fn text(report: &Report) -> String {
    let [_, undecided, failed] = report.counts();
    let tests = report.settings.len() + report.costs.len();
    let totals = format!(
        "name=\"fzero check\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{undecided}\""
    );
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {totals}>\n  <testsuite {totals}>\n"
    );
    for found in &report.settings {
        case(
            &mut text,
            "accuracy",
            &found.setting,
            found.verdict,
            &found.message,
        );
    }
    for found in &report.costs {
        case(
            &mut text,
            found.cost.name(),
            &found.setting,
            found.verdict,
            &found.message,
        );
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

fn case(text: &mut String, class: &str, setting: &str, verdict: Verdict, message: &str) {
    let _ = write!(
        text,
        "    <testcase classname=\"fzero.check.{class}\" name=\"{}\"",
        escaped(label(setting))
    );
    let message = escaped(message);
    let _ = match verdict {
        Verdict::Pass => writeln!(
            text,
            ">\n      <system-out>{message}</system-out>\n    </testcase>"
        ),
        Verdict::Fail => writeln!(
            text,
            ">\n      <failure type=\"worse\" message=\"{message}\"/>\n    </testcase>"
        ),
        Verdict::Undecided => {
            writeln!(
                text,
                ">\n      <error type=\"undecided\" message=\"{message}\"/>\n    </testcase>"
            )
        }
    };
}

/// Text for elements and attributes. What XML 1.0 does not allow is shown as U+FFFD; line ends and tabs of an
/// attribute are kept by references.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => {
                let _ = write!(out, "&#{};", u32::from(character));
            }
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_an_attribute() {
        assert_eq!(
            escaped("a<b> & \"c\"\n\u{1b}[1m\u{0}é"),
            "a&lt;b&gt; &amp; &quot;c&quot;&#10;\u{fffd}[1m\u{fffd}é"
        );
    }
}
