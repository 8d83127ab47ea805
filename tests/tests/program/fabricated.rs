//! Dies that are fabricated for the purpose: corrected, or left to configure themselves.

use super::*;

const SPLITTERS: &str = "process.mesh.splitter_error_sigma_rad=0.02";

#[test]
fn a_die_configures_itself_as_well_as_it_is_corrected() {
    let bench = bench("rectangular", 8);
    for mesh in MESHES {
        let program = [
            "program", "U.npy", "--mesh", mesh, "--die", "ideal:3", "--set", SPLITTERS, "-o",
            "p.npz",
        ];
        let corrected = json(&bench, &program)["die"].clone();
        assert!(number(&corrected["uncorrected_error"]) > 0.03);
        assert!(corrected["measured"].is_null());
        let itself = json(&bench, &[&program[..], &["--self-configure"]].concat())["die"].clone();
        let measured = &itself["measured"];
        let (known, found) = (number(&corrected["error"]), number(&itself["error"]));
        // Of the readouts, in single precision.
        assert!(
            (found - known).abs() < 0.5 * known + 1e-6,
            "{mesh}: {found:e} {known:e}"
        );
        assert!((number(&measured["error"]) - found).abs() < 1e-6);
        assert!(number(&measured["programmings"]) <= 10.0 * 28.0 + 10.0);
        assert_eq!(
            number(&measured["samples"]),
            9.0 * (number(&measured["programmings"]) - 1.0)
        );
        // The same die, the same bytes.
        let bytes = fs::read(bench.path().join("p.npz")).unwrap();
        json(&bench, &[&program[..], &["--self-configure"]].concat());
        assert_eq!(fs::read(bench.path().join("p.npz")).unwrap(), bytes);
    }
}

#[test]
fn what_errors_of_the_die_remain_is_seen_through_all_of_it() {
    let bench = bench("rectangular", 8);
    let program = [
        "program",
        "U.npy",
        "--mesh",
        "rectangular",
        "--die",
        "mature:7",
        "-o",
        "p.npz",
    ];
    let ended = bench.fzero(&program).done();
    for line in [
        "die           mature:7: splitter errors, ",
        "uncorrected   ",
        "corrected     ",
        "known         splitter errors, from the truth of the emulated die",
        "phases        p.npz: corrected, ",
    ] {
        assert!(
            ended.stdout.lines().any(|found| found.starts_with(line)),
            "{line}\n{}",
            ended.stdout
        );
    }
    let ended = bench
        .fzero(&[&program[..], &["--self-configure"]].concat())
        .done();
    for line in [
        "configured    ",
        "measured      ",
        "queries       ",
        "out of reach  ",
    ] {
        assert!(
            ended.stdout.lines().any(|found| found.starts_with(line)),
            "{line}\n{}",
            ended.stdout
        );
    }
    // Phase shifters with gain errors and crosstalk spoil what is known of the couplers more than what
    // was measured through them.
    let error =
        |options: &[&str]| number(&json(&bench, &[&program[..], options].concat())["die"]["error"]);
    assert!(error(&["--self-configure"]) < error(&[]));
    let report = json(&bench, &program);
    assert!(number(&report["die"]["loss_db"]) > 1.0);
}
