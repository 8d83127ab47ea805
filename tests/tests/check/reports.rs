//! JUnit, GitHub, GitLab, and that the table can be read.

use crate::{GOOD, bench, check, rows, write};
use serde_json::Value;
use std::fs;

/// One setting fails, the other one is lost.
fn worse(bench: &e2e::Bench) {
    let all = rows(50, &GOOD, -14);
    write(bench, "now", &all[10..]);
}

fn line_of_second(bench: &e2e::Bench) -> usize {
    let text = fs::read_to_string(bench.path().join("base.json")).unwrap();
    let mut lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains("\"point\""));
    lines.nth(1).unwrap().0 + 1
}

#[test]
fn junit() {
    let bench = bench();
    worse(&bench);
    let ended = check(&bench, "now", &["--junit", "check.xml"]);
    assert_eq!(ended.code, Some(1));
    let text = fs::read_to_string(bench.path().join("check.xml")).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let totals = "name=\"fzero check\" tests=\"2\" failures=\"1\" errors=\"1\">";
    assert_eq!(lines[1], format!("<testsuites {totals}"));
    assert_eq!(lines[2], format!("  <testsuite {totals}"));
    let case = "    <testcase classname=\"fzero.check.accuracy\" \
                name=\"process.mesh.splitter_error_sigma_rad = 0.005\">";
    assert_eq!(lines[3], case);
    assert_eq!(
        lines[4],
        "      <error type=\"undecided\" message=\"not in the results\"/>"
    );
    assert!(
        lines[7].starts_with("      <failure type=\"worse\" message=\"91.1 % over 10 runs now"),
        "{text}"
    );
    assert_eq!(
        lines[8..],
        ["    </testcase>", "  </testsuite>", "</testsuites>"]
    );
}

#[test]
fn github_annotations_point_into_the_baseline() {
    let bench = bench();
    worse(&bench);
    let line = line_of_second(&bench);
    let ended = check(&bench, "now", &["--annotations", "github"]);
    let commands: Vec<_> = ended
        .stdout
        .lines()
        .filter(|line| line.starts_with("::"))
        .collect();
    assert_eq!(commands.len(), 2);
    let start = format!(
        "::error file=base.json,line={line},title=accuracy%3A worse than the baseline::\
         process.mesh.splitter_error_sigma_rad = 0.02: 91.1 %25 over 10 runs now, 95.0 %25 over 10 in the baseline"
    );
    assert!(commands[1].starts_with(&start), "{}", commands[1]);
    assert!(
        commands[0].starts_with("::warning file=base.json,line="),
        "{}",
        commands[0]
    );
    // JSON stays JSON.
    let ended = check(&bench, "now", &["--annotations", "github", "--json"]);
    serde_json::from_str::<Value>(&ended.stdout).unwrap();
    assert_eq!(
        ended
            .stderr
            .lines()
            .filter(|line| line.starts_with("::"))
            .count(),
        2
    );
}

#[test]
fn gitlab_annotations_are_a_code_quality_report() {
    let bench = bench();
    worse(&bench);
    let line = line_of_second(&bench);
    check(&bench, "now", &["--annotations", "gitlab"]);
    let path = bench.path().join("gl-code-quality-report.json");
    let read =
        || -> Vec<Value> { serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap() };
    let found = read();
    assert_eq!(found.len(), 2);
    assert_eq!(found[1]["check_name"], "fzero-check-accuracy");
    assert_eq!(found[1]["severity"], "major");
    assert_eq!(found[1]["location"]["path"], "base.json");
    assert_eq!(found[1]["location"]["lines"]["begin"], line);
    assert_ne!(found[0]["fingerprint"], found[1]["fingerprint"]);
    assert_eq!(found[0]["severity"], "minor");
    // An earlier report does not outlive the finding.
    check(&bench, "before", &["--annotations", "gitlab"]).done();
    assert_eq!(read(), [] as [Value; 0]);
}

#[test]
fn the_table() {
    let bench = bench();
    write(&bench, "now", &rows(50, &GOOD, -14));
    let ended = check(&bench, "now", &["--max-queries-ratio", "1"]);
    let expected = "\
┌──────────────────────────────────────────────────────────────────────────────────────────────────┐
│ splitter_error_sigma_rad          baseline               now                drop        p        │
╞══════════════════════════════════════════════════════════════════════════════════════════════════╡
│                    0.005   95.0 ± 0.8 (10)   95.0 ± 0.8 (10)   0.0 (-0.6 to 0.6)     0.50   pass │
│                     0.02   95.0 ± 0.8 (10)   91.1 ± 0.8 (10)    3.9 (3.3 to 4.5)   <0.001   FAIL │
└──────────────────────────────────────────────────────────────────────────────────────────────────┘
test accuracy of the vote in %: mean ± standard deviation (runs); drop in points, its bounds each at 95 %;
p of such a drop by chance, where the true one is at most 0 points, corrected for 2 settings (Holm)
";
    let (first, rest) = ended.stdout.split_once('\n').unwrap();
    assert!(
        first.starts_with("baseline base.json: written 2"),
        "{first}"
    );
    let costs = rest
        .strip_prefix(expected)
        .unwrap_or_else(|| panic!("{rest}"));
    let lines: Vec<_> = costs.lines().collect();
    assert!(
        lines[1].ends_with("cost   baseline     now   ratio   limit        │"),
        "{costs}"
    );
    assert!(
        lines[3].ends_with("queries      1,000   1,000   1.000     ≤ 1   pass │"),
        "{costs}"
    );
    assert_eq!(lines[6..], ["FAIL: 3 pass, 1 fail, 0 undecided"]);
}
