//! Pass, fail, undecided, and their exit codes.

use crate::{GOOD, bench, check, report, row, rows, write};
use serde_json::json;

#[test]
fn the_same_runs_again_pass_pair_by_pair() {
    let bench = bench();
    write(&bench, "now", &rows(0, &GOOD, 0));
    let (found, code) = report(&bench, "now", &[]);
    assert_eq!(code, Some(0), "{found}");
    assert_eq!(found["verdict"], "pass");
    assert_eq!(found["tests"], 2);
    for setting in found["settings"].as_array().unwrap() {
        assert_eq!(setting["drop"], 0.0);
        assert_eq!(setting["paired"], true);
        assert_eq!(setting["verdict"], "pass");
    }
    let text = check(&bench, "now", &[]).done().stdout;
    assert!(
        text.ends_with("\npass: 2 pass, 0 fail, 0 undecided\n"),
        "{text}"
    );
    assert!(text.contains("pair by pair"), "{text}");
}

#[test]
fn other_dies_as_good_pass() {
    let bench = bench();
    let mut right = GOOD;
    right.reverse();
    right[0] += 2;
    right[1] -= 2;
    write(&bench, "now", &rows(50, &right, 0));
    let (found, code) = report(&bench, "now", &[]);
    assert_eq!(code, Some(0), "{found}");
    assert_eq!(found["settings"][0]["paired"], false);
}

/// 14 of 360 images are 3.9 points: 9 times their standard error.
#[test]
fn a_drop_in_one_setting_fails_and_is_named() {
    let bench = bench();
    write(&bench, "now", &rows(50, &GOOD, -14));
    let (found, code) = report(&bench, "now", &[]);
    assert_eq!(code, Some(1), "{found}");
    assert_eq!(found["verdict"], "fail");
    let [good, bad] = [0, 1].map(|index| &found["settings"][index]);
    assert_eq!(
        (&good["verdict"], &bad["verdict"]),
        (&json!("pass"), &json!("fail"))
    );
    let drop = bad["drop"].as_f64().unwrap();
    assert!((drop - 14.0 / 360.0).abs() < 1e-12, "{drop}");
    let [low, high] = ["drop_at_least", "drop_at_most"].map(|key| bad[key].as_f64().unwrap());
    assert!(
        0.03 < low && low < drop && drop < high && high < 0.05,
        "{bad}"
    );
    let text = check(&bench, "now", &[]);
    assert_eq!(text.code, Some(1));
    assert!(text.stdout.contains("FAIL"), "{}", text.stdout);
    // Allowed, it passes.
    let (found, code) = report(&bench, "now", &["--margin", "4"]);
    assert_eq!(code, Some(0), "{found}");
}

#[test]
fn too_few_runs_are_undecided_and_say_how_many_more() {
    let bench = bench();
    write(&bench, "now", &rows(50, &[345, 320, 341], 0));
    let ended = check(&bench, "now", &[]);
    assert_eq!(ended.code, Some(2), "{}", ended.stdout);
    assert!(
        ended
            .stdout
            .contains(" more are needed for a drop of 3 points"),
        "{}",
        ended.stdout
    );
    assert!(
        ended
            .stdout
            .ends_with("undecided: 0 pass, 0 fail, 2 undecided\n")
    );
    let (found, _) = report(&bench, "now", &[]);
    let more = found["settings"][0]["more_runs"].as_u64().unwrap();
    // By hand: (2.07 + 1.32)^2 (s^2/n + s_0^2/10) = 0.03^2 with s = 0.037, s_0 = 0.008 and t for 2 settings: n = 20.
    assert!((15..=19).contains(&more), "{more}");
    // A small baseline cannot be outweighed: then runs are asked for on each side.
    write(&bench, "few", &rows(0, &[345, 320, 341], 0));
    check(&bench, "few", &["--update"]).done();
    write(&bench, "now", &rows(50, &[345, 320, 341], 0));
    let (found, code) = report(&bench, "now", &[]);
    assert_eq!(code, Some(2));
    assert!(
        found["settings"][0]["runs_each_side"].as_u64().unwrap() > 3,
        "{found}"
    );
}

#[test]
fn a_single_run_is_compared_with_the_spread_of_the_baseline() {
    let bench = bench();
    write(&bench, "now", &rows(50, &[320], 0));
    let (found, code) = report(&bench, "now", &[]);
    assert_eq!(code, Some(1), "{found}");
    assert_eq!(found["settings"][0]["now"]["sd"], json!(null));
    write(&bench, "now", &rows(50, &[343], 0));
    let (found, code) = report(&bench, "now", &[]);
    assert_eq!(code, Some(0), "{found}");
}

#[test]
fn what_has_gone_or_failed_does_not_pass() {
    let bench = bench();
    let mut all = rows(0, &GOOD, 0);
    write(&bench, "now", &all[..10]);
    let ended = check(&bench, "now", &[]);
    assert_eq!(ended.code, Some(2));
    let line = "undecided: process.mesh.splitter_error_sigma_rad = 0.02: not in the results";
    assert!(ended.stdout.contains(line), "{}", ended.stdout);
    all[3]["accuracy"] = json!(null);
    all[3]["error"] = json!("not enough memory");
    write(&bench, "now", &all);
    let ended = check(&bench, "now", &[]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stdout
            .contains("1 of 10 runs failed: not enough memory"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_setting_that_is_new_is_named_and_not_checked() {
    let bench = bench();
    let mut all = rows(0, &GOOD, 0);
    all.extend((0..5).map(|die| row(0.05, die, 0, 100)));
    write(&bench, "now", &all);
    let ended = check(&bench, "now", &[]).done();
    let line = "not in the baseline, not checked: process.mesh.splitter_error_sigma_rad = 0.05";
    assert!(ended.stdout.contains(line), "{}", ended.stdout);
}

#[test]
fn another_seed_for_all_runs_is_undecided() {
    let bench = bench();
    let mut all = rows(50, &GOOD, 0);
    for row in &mut all {
        row["seed"] = json!(1);
    }
    write(&bench, "now", &all);
    let ended = check(&bench, "now", &[]);
    assert_eq!(ended.code, Some(2));
    let why = "all runs have seed 1, those of the baseline 0: what that brings cannot be told from a change";
    assert!(ended.stdout.contains(why), "{}", ended.stdout);
}
