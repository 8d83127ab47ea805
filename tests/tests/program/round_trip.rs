//! From a matrix to phases and back.

use super::*;

#[test]
fn the_matrix_of_the_vectors_comes_out() {
    for mesh in MESHES {
        for ports in [2, 3, 4, 5, 8, 16] {
            let bench = bench(mesh, ports);
            let parts = ["theta", "phi", "gamma"].map(|part| array::<f64>(&bench, "die.npz", part));
            arrays(
                &bench,
                "p.npz",
                &[
                    ("layer1_theta", &parts[0]),
                    ("layer1_phi", &parts[1]),
                    ("layer1_gamma", &parts[2]),
                ],
            );
            let arguments = [
                "matrix",
                "--mesh",
                mesh,
                "--phases",
                "p.npz",
                "--layer",
                "1",
                "--die-errors",
                "die.npz",
            ];
            let to_file = [&arguments[..], &["-o", "out.npy"]].concat();
            let report = json(&bench, &to_file);
            assert_eq!(report["output"], "out.npy");
            let expected = read(&bench, "U.npy");
            let error = distance(ports, &read(&bench, "out.npy"), &expected);
            assert!(error < 1e-13, "{mesh} {ports}: {error:e}");
            // The printed matrix is the same.
            let report = json(&bench, &arguments);
            let part = |part: &str, row: usize, column: usize| number(&report[part][row][column]);
            for (index, x) in read(&bench, "out.npy").iter().enumerate() {
                let (row, column) = (index / ports, index % ports);
                assert_eq!(
                    (part("re", row, column), part("im", row, column)),
                    (x.re, x.im)
                );
            }
        }
    }
}

#[test]
fn programming_and_matrix_are_inverse() {
    for mesh in MESHES {
        for ports in [2, 5, 16] {
            let bench = bench(mesh, ports);
            let report = json(&bench, &["program", "U.npy", "--mesh", mesh, "-o", "p.npz"]);
            assert_eq!(
                (&report["ports"], &report["mesh"]),
                (&ports.into(), &mesh.into())
            );
            assert_eq!(report["mzis"], ports * (ports - 1) / 2);
            assert!(report["die"].is_null() && report["nearest_residual"].is_null());
            assert!(number(&report["residual"]) < 1e-13);
            let matrix = [
                "matrix", "--mesh", mesh, "--phases", "p.npz", "-o", "back.npy",
            ];
            bench.fzero(&matrix).done();
            let error = distance(ports, &read(&bench, "back.npy"), &read(&bench, "U.npy"));
            assert!(error < 1e-13, "{error:e}");
            for (part, count) in [("theta", "mzis"), ("phi", "mzis"), ("gamma", "ports")] {
                let values: Vec<f64> = array(&bench, "p.npz", &format!("layer0_{part}"));
                assert_eq!(report[count], values.len());
                assert!(
                    values
                        .iter()
                        .all(|x| (0.0..std::f64::consts::TAU).contains(x))
                );
            }
        }
    }
}

#[test]
fn one_port_is_a_phase() {
    let bench = Bench::new("");
    write(&bench, "U.npy", 1, &[Complex::new(0.6, -0.8)]);
    arrays(&bench, "die.npz", &[("e1", &[]), ("e2", &[])]);
    for mesh in MESHES {
        let arguments = [
            "program",
            "U.npy",
            "--mesh",
            mesh,
            "--die-errors",
            "die.npz",
        ];
        let report = json(&bench, &[&arguments[..], &["-o", "p.npz"]].concat());
        assert_eq!((&report["mzis"], &report["ports"]), (&0.into(), &1.into()));
        let matrix = json(&bench, &["matrix", "--mesh", mesh, "--phases", "p.npz"]);
        let [re, im] = ["re", "im"].map(|part| number(&matrix[part][0][0]));
        assert!(
            (re - 0.6).abs() < 1e-15 && (im + 0.8).abs() < 1e-15,
            "{re} {im}"
        );
    }
}

#[test]
fn the_layers_of_a_run_have_their_matrices() {
    let bench = Bench::new(TINY);
    bench.run("out", &["--set", "training.epochs=1"]);
    let arguments = [
        "matrix",
        "--mesh",
        "rectangular",
        "--phases",
        "out/phases.npz",
    ];
    let files = ["0", "1"].map(|layer| {
        let file = format!("{layer}.npy");
        let report = json(
            &bench,
            &[&arguments[..], &["--layer", layer, "-o", &file]].concat(),
        );
        assert_eq!(report["ports"], 64);
        assert!(number(&report["unitarity_defect"]) < 1e-13);
        read(&bench, &file)
    });
    assert!(distance(64, &files[0], &files[1]) > 1.0);
    let before = bench.entries();
    let ended = bench.fzero(&[&arguments[..], &["--layer", "2"]].concat());
    assert_refused(
        &bench,
        &ended,
        &before,
        "out/phases.npz: layer2_gamma: missing",
    );
    // The ports of a mesh are those of its phases.
    let program = [
        "program",
        "0.npy",
        "--mesh",
        "rectangular",
        "-o",
        "again.npz",
    ];
    assert!(number(&json(&bench, &program)["residual"]) < 1e-12);
}

#[test]
fn a_target_in_single_precision_is_the_unitary_that_was_rounded() {
    let bench = bench("rectangular", 8);
    let single = read(&bench, "U.npy")
        .into_iter()
        .map(|x| num_complex::Complex::new(x.re as f32, x.im as f32));
    fs::write(bench.path().join("single.npy"), npy(&[8, 8], single)).unwrap();
    let report = json(
        &bench,
        &[
            "program",
            "single.npy",
            "--mesh",
            "triangular",
            "-o",
            "p.npz",
        ],
    );
    let residual = number(&report["nearest_residual"]);
    assert!(residual > 1e-9 && residual < 1e-7, "{residual:e}");
    assert!(number(&report["residual"]) < 1e-13);
}
