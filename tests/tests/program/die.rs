//! Dies with known splitter errors, and what people see of them.

use super::*;

#[test]
fn known_splitter_errors_are_corrected() {
    // Exact where, and only where, no MZI is out of reach.
    for mesh in MESHES {
        for ports in [2, 4, 5] {
            let bench = bench(mesh, ports);
            let target = haar_unitary(ports, &mut Streams::new(1).derive("program", 0, 0));
            let rows: Vec<Complex> = target.transpose().iter().copied().collect();
            write(&bench, "U.npy", ports, &rows);
            let report = json(
                &bench,
                &[
                    "program",
                    "U.npy",
                    "--mesh",
                    mesh,
                    "--die-errors",
                    "die.npz",
                    "-o",
                    "p.npz",
                ],
            );
            let die = &report["die"];
            let reached = die["unreachable"].as_array().unwrap().is_empty();
            let (before, after) = (
                number(&die["uncorrected_error"]),
                number(&die["corrected_error"]),
            );
            assert!(before > 0.01 && after < 0.5 * before, "{before} {after}");
            assert_eq!(reached, after < 1e-13, "{mesh} {ports}: {after:e}");
            // The file has the corrected phases.
            let matrix = [
                "matrix",
                "--mesh",
                mesh,
                "--phases",
                "p.npz",
                "--die-errors",
                "die.npz",
                "-o",
                "back.npy",
            ];
            bench.fzero(&matrix).done();
            let error = distance(ports, &read(&bench, "back.npy"), &rows);
            assert!((error - after).abs() < 1e-14);
        }
    }
}

#[test]
fn the_identity_is_out_of_reach_of_unequal_couplers() {
    let bench = bench("rectangular", 4);
    let one: Vec<f64> = (0..16).map(|i| f64::from(i % 5 == 0)).collect();
    fs::write(bench.path().join("one.npy"), npy(&[4, 4], one)).unwrap();
    let arguments = [
        "program",
        "one.npy",
        "--mesh",
        "rectangular",
        "--die-errors",
        "die.npz",
        "-o",
        "p.npz",
    ];
    let report = json(&bench, &arguments);
    let missed = report["die"]["unreachable"].as_array().unwrap();
    let (e1, e2): (Vec<f64>, Vec<f64>) = (
        array(&bench, "die.npz", "e1"),
        array(&bench, "die.npz", "e2"),
    );
    assert_eq!(missed.len(), 6);
    for missed in missed {
        let mzi = missed["mzi"].as_u64().unwrap() as usize;
        assert!((number(&missed["miss_rad"]) - (e1[mzi] - e2[mzi]).abs()).abs() < 1e-12);
    }
    let ended = bench.fzero(&arguments).done();
    let line = ended
        .stdout
        .lines()
        .find(|line| line.starts_with("out of reach"));
    assert!(
        line.unwrap().starts_with("out of reach  6 of 6 MZIs, by "),
        "{}",
        ended.stdout
    );
}

#[test]
fn the_table_and_the_help_are_for_people() {
    let bench = bench("rectangular", 4);
    let arguments = [
        "program",
        "U.npy",
        "--mesh",
        "rectangular",
        "--die-errors",
        "die.npz",
        "-o",
        "p.npz",
    ];
    let ended = bench.fzero(&arguments).done();
    for line in [
        "target        U.npy: 4 x 4, |U^H U - 1|_F / sqrt(N) = ",
        "mesh          rectangular: 4 ports, 6 MZIs",
        "die           die.npz: splitter errors, ",
        "uncorrected   ",
        "corrected     ",
        "phases        p.npz: corrected, 6 theta, 6 phi, 4 gamma in rad",
    ] {
        assert!(
            ended.stdout.lines().any(|found| found.starts_with(line)),
            "{line}\n{}",
            ended.stdout
        );
    }
    let ended = bench
        .fzero(&["matrix", "--mesh", "rectangular", "--phases", "p.npz"])
        .done();
    assert_eq!(ended.stdout.lines().count(), 2 + 4, "{}", ended.stdout);
    for command in ["program", "matrix"] {
        let help = bench.fzero(&[command, "--help"]).done().stdout;
        assert!(
            help.contains("Examples:") && help.contains("--die-errors <ERRORS.npz>"),
            "{help}"
        );
    }
}
