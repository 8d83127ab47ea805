//! Matrices and networks.

use super::*;

#[test]
fn a_matrix_comes_back_from_every_format() {
    for ports in [2, 5, 16] {
        let bench = programmed(ports);
        let expected = matrix(&bench, "U.npy");
        for layout in ["two-sided", "plain"] {
            let file = format!("U.s{}p", if layout == "plain" { ports } else { 2 * ports });
            for format in ["ri", "ma", "db"] {
                if format == "db" && layout == "two-sided" {
                    continue;
                }
                let there = format!("U.npy {file} --layout {layout} --format {format} --unit hz");
                let report = json(&bench, &there);
                assert_eq!(report["ports"], ports);
                let back = json(&bench, &format!("{file} V.npz --layout {layout} --array V"));
                assert_eq!(number(&back["left_out_reflection"]), 0.0);
                assert_eq!(number(&back["left_out_nonreciprocity"]), 0.0);
                let found: Vec<Complex> = array(&bench, "V.npz", "V");
                let error = distance(&found, &expected);
                // An angle and a magnitude, rounded twice each.
                let limit = if format == "ri" {
                    0.0
                } else {
                    8.0 * f64::EPSILON
                };
                assert!(error <= limit, "{format} {layout} {ports}: {error:e}");
                // 1550 nm
                let hz = number(&back["frequency_hz"]);
                assert!((hz / 193.414_489_032_258e12 - 1.0).abs() < 1e-14);
            }
        }
    }
}

#[test]
fn a_file_of_another_program_is_read() {
    let bench = Bench::new("");
    // As scikit-rf writes it: pairs broken by fours, comments, several frequencies.
    let row = |s: &str| format!("{s}\n");
    let mut text =
        String::from("!Created with skrf\n# GHz S MA R 50.0\n!Data is not renormalised\n");
    for (ghz, angle) in [(193_000.0, 10.0), (193_414.5, 90.0), (194_000.0, 30.0)] {
        // Ports 1 and 2 on the left; 1 -> 4 and 2 -> 3 cross, with a reflection at port 3.
        text += &row(&format!("{ghz} 0 0 0 0 0 0 0.5 {angle}"));
        text += &row(&format!("0 0 0 0 0.5 {angle} 0 0"));
        text += &row(&format!("0 0 0.5 {angle} 0.25 0 0 0"));
        text += &row(&format!("0.5 {angle} 0 0 0 0 0 0 ! last row"));
    }
    fs::write(bench.path().join("m.s4p"), text).unwrap();
    assert_refused(
        &bench,
        "m.s4p U.npy",
        "m.s4p: 3 frequencies, from 1545.322 to 1553.329 nm, and one matrix is written",
    );
    let report = json(&bench, "m.s4p U.npy --wavelength-nm 1550");
    assert_eq!(number(&report["frequency_hz"]), 193_414.5e9);
    assert_eq!(number(&report["left_out_reflection"]), 0.25);
    let half = Complex::new(0.0, 0.5);
    let expected = [Complex::ZERO, half, half, Complex::ZERO];
    assert!(distance(&matrix(&bench, "U.npy"), &expected) < 1e-16);
    let said = bench.fzero(&["convert", "m.s4p", "U.npy", "--wavelength-nm", "1550"]);
    assert!(
        said.done()
            .stdout
            .contains("left out  reflections and ways within a side, |S| up to 2.50e-1")
    );
}

#[test]
fn a_matrix_alone_changes_its_container() {
    let bench = programmed(4);
    json(&bench, "U.npy W.npz --array weights");
    json(&bench, "W.npz V.npy --array weights");
    assert_eq!(matrix(&bench, "V.npy"), matrix(&bench, "U.npy"));
}
