//! A mesh is programmed to a unitary, and its matrix comes back.

use e2e::binary::root;
use e2e::{Bench, Ended};
use npyz::npz::NpzArchive;
use npyz::{Deserialize, NpyFile, WriterBuilder};
use numerics::Streams;
use photonics::matrix::haar_unitary;
use runner::record::npz::{NamedArray, npz_bytes};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// Real and imaginary part.
type Complex = num_complex::Complex<f64>;

fn vector(mesh: &str, ports: usize) -> PathBuf {
    root().join(format!(
        "crates/photonics/tests/data/vectors/{mesh}_n{ports}_err0.05.npz"
    ))
}

fn array<T: Deserialize>(bench: &Bench, file: &str, name: &str) -> Vec<T> {
    let mut archive = NpzArchive::open(bench.path().join(file)).unwrap();
    let array = archive.by_name(name).unwrap().expect(name);
    array.into_vec().unwrap()
}

/// An empty folder with the vectors in `die.npz` and the matrix in `U.npy`.
fn bench(mesh: &str, ports: usize) -> Bench {
    let bench = Bench::new("");
    fs::copy(vector(mesh, ports), bench.path().join("die.npz")).unwrap();
    let matrix: Vec<Complex> = array(&bench, "die.npz", "matrix");
    write(&bench, "U.npy", ports, &matrix);
    bench
}

fn npy<T: npyz::AutoSerialize>(shape: &[u64], values: impl IntoIterator<Item = T>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let options = npyz::WriteOptions::new().default_dtype().shape(shape);
    let mut writer = options.writer(&mut bytes).begin_nd().unwrap();
    writer.extend(values).unwrap();
    writer.finish().unwrap();
    bytes
}

fn write(bench: &Bench, file: &str, ports: usize, matrix: &[Complex]) {
    let bytes = npy(&[ports as u64; 2], matrix.iter().copied());
    fs::write(bench.path().join(file), bytes).unwrap();
}

fn arrays(bench: &Bench, file: &str, arrays: &[(&str, &[f64])]) {
    let named: Vec<_> = arrays
        .iter()
        .map(|&(name, values)| NamedArray {
            name: name.into(),
            shape: vec![values.len() as u64],
            values,
        })
        .collect();
    fs::write(bench.path().join(file), npz_bytes(&named).unwrap()).unwrap();
}

fn read(bench: &Bench, file: &str) -> Vec<Complex> {
    let bytes = fs::read(bench.path().join(file)).unwrap();
    NpyFile::new(&bytes[..]).unwrap().into_vec().unwrap()
}

/// |A - B|_F / sqrt(N)
fn distance(ports: usize, a: &[Complex], b: &[Complex]) -> f64 {
    assert_eq!(a.len(), ports * ports);
    let square: f64 = a.iter().zip(b).map(|(x, y)| (x - y).norm_sqr()).sum();
    (square / ports as f64).sqrt()
}

#[track_caller]
fn json(bench: &Bench, arguments: &[&str]) -> Value {
    let ended = bench.fzero(&[arguments, &["--json"]].concat()).done();
    assert_eq!(ended.stderr, "");
    serde_json::from_str(&ended.stdout).unwrap()
}

#[track_caller]
fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

const MESHES: [&str; 2] = ["rectangular", "triangular"];

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

#[test]
fn what_is_not_unitary_is_refused_or_replaced() {
    let bench = bench("rectangular", 4);
    let half: Vec<Complex> = read(&bench, "U.npy").into_iter().map(|x| x * 0.5).collect();
    write(&bench, "half.npy", 4, &half);
    let before = bench.entries();
    let arguments = [
        "program",
        "half.npy",
        "--mesh",
        "rectangular",
        "-o",
        "p.npz",
    ];
    let ended = bench.fzero(&arguments);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(
        ended.stderr.starts_with(
            "half.npy: the target matrix is not unitary: |U^H U - 1|_F / sqrt(N) = 7.5"
        ),
        "{}",
        ended.stderr
    );
    assert!(
        ended
            .stderr
            .ends_with("help: --nearest takes the nearest unitary and says how far it is\n"),
        "{}",
        ended.stderr
    );
    assert_eq!(bench.entries(), before);
    let report = json(&bench, &[&arguments[..], &["--nearest"]].concat());
    // |U - U/2| / |U/2|
    assert!((number(&report["nearest_residual"]) - 1.0).abs() < 1e-14);
    assert!((number(&report["unitarity_defect"]) - 0.75).abs() < 1e-14);
    assert!(number(&report["residual"]) < 1e-14);
}

/// That nothing was done but one problem said, in two lines.
#[track_caller]
fn assert_refused(bench: &Bench, ended: &Ended, before: &[String], expected: &str) {
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(2), ""),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.starts_with(expected),
        "{}\n{expected}",
        ended.stderr
    );
    assert_eq!(ended.stderr.lines().count(), 2, "{}", ended.stderr);
    assert!(ended.stderr.contains("\n  help: "), "{}", ended.stderr);
    assert_eq!(bench.entries(), before);
}

#[test]
fn what_does_not_fit_is_one_line_and_what_to_do() {
    let bench = bench("rectangular", 4);
    let folder = bench.path();
    let whole = fs::read(folder.join("U.npy")).unwrap();
    fs::write(folder.join("short.npy"), &whole[..whole.len() - 1]).unwrap();
    fs::write(folder.join("text.npy"), "no array").unwrap();
    fs::write(folder.join("empty.npy"), "").unwrap();
    fs::write(folder.join("flat.npy"), npy(&[16], vec![0.0_f64; 16])).unwrap();
    fs::write(folder.join("wide.npy"), npy(&[2, 3], vec![0.0_f64; 6])).unwrap();
    fs::write(folder.join("whole.npy"), npy(&[2, 2], vec![1_i64, 0, 0, 1])).unwrap();
    fs::write(folder.join("zero.npy"), npy(&[2, 2], vec![0.0_f64; 4])).unwrap();
    fs::write(
        folder.join("nan.npy"),
        npy(&[2, 2], vec![1.0, 0.0, f64::NAN, 1.0]),
    )
    .unwrap();
    arrays(&bench, "e1.npz", &[("e1", &[0.0; 6])]);
    arrays(&bench, "few.npz", &[("e1", &[0.0; 5]), ("e2", &[0.0; 6])]);
    arrays(
        &bench,
        "degrees.npz",
        &[("e1", &[0.0, 0.0, 2.5, 0.0, 0.0, 0.0]), ("e2", &[0.0; 6])],
    );
    fs::create_dir(folder.join("folder")).unwrap();
    let before = bench.entries();
    for (file, expected) in [
        (
            "none.npy",
            "none.npy: cannot be read: No such file or directory",
        ),
        ("folder", "folder: a folder, a file is needed"),
        ("text.npy", "text.npy: not a plain array of NumPy"),
        ("empty.npy", "empty.npy: not a plain array of NumPy"),
        ("die.npz", "die.npz: not a plain array of NumPy"),
        ("short.npy", "short.npy: is shorter than its shape says"),
        (
            "flat.npy",
            "flat.npy: has the shape (16,), (N, N) with N from 1 to 4096 is needed",
        ),
        (
            "wide.npy",
            "wide.npy: has the shape (2, 3), (N, N) with N from 1 to 4096 is needed",
        ),
        (
            "whole.npy",
            "whole.npy: holds numbers of type <i8, complex128, complex64, float64 or float32 is needed",
        ),
        (
            "nan.npy",
            "nan.npy: element (1, 0) of the target matrix is not a finite number",
        ),
        ("zero.npy", "zero.npy: the target matrix is zero"),
    ] {
        let arguments = [
            "program",
            file,
            "--mesh",
            "triangular",
            "--nearest",
            "-o",
            "p.npz",
        ];
        assert_refused(&bench, &bench.fzero(&arguments), &before, expected);
    }
    for (file, expected) in [
        (
            "none.npz",
            "none.npz: cannot be read: No such file or directory",
        ),
        ("text.npy", "text.npy: not an .npz archive: "),
        ("e1.npz", "e1.npz: e2: missing"),
        ("few.npz", "few.npz: e1: has the shape (5,), (6,) is needed"),
        (
            "degrees.npz",
            "degrees.npz: e1: value 2 (counted from 0) is 2.5, an angle error from -pi/4 to pi/4 is needed",
        ),
    ] {
        let arguments = [
            "program",
            "U.npy",
            "--mesh",
            "rectangular",
            "--die-errors",
            file,
            "-o",
            "p.npz",
        ];
        assert_refused(&bench, &bench.fzero(&arguments), &before, expected);
    }
    for (output, expected) in [
        ("folder", "folder: a folder, a file is to be written"),
        (
            "no/p.npz",
            "no/p.npz: cannot be written: its folder does not exist",
        ),
        (
            "folder/../U.npy",
            "folder/../U.npy: is read by this command, and would be replaced",
        ),
    ] {
        let arguments = ["program", "U.npy", "--mesh", "rectangular", "-o", output];
        assert_refused(&bench, &bench.fzero(&arguments), &before, expected);
    }
    assert_eq!(fs::read(folder.join("U.npy")).unwrap(), whole);
    for (file, expected) in [
        ("U.npy", "U.npy: not an .npz archive: "),
        ("die.npz", "die.npz: layer0_gamma: missing"),
    ] {
        let arguments = [
            "matrix",
            "--mesh",
            "rectangular",
            "--phases",
            file,
            "-o",
            "V.npy",
        ];
        assert_refused(&bench, &bench.fzero(&arguments), &before, expected);
    }
    let ended = bench.fzero(&["program", "U.npy", "--mesh", "diamond", "-o", "p.npz"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .contains("[possible values: rectangular, triangular]"),
        "{}",
        ended.stderr
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
