//! Files of other programs become ours, and ours theirs.

mod drive;
mod netlist;
mod phases;
mod refusals;
mod touchstone;

use e2e::binary::root;
use e2e::{Bench, Ended};
use npyz::npz::NpzArchive;
use npyz::{Deserialize, NpyFile};
use serde_json::Value;
use std::fs;

/// Real and imaginary part.
type Complex = num_complex::Complex<f64>;

/// An empty folder with a file of vectors as `v.npz`.
fn bench(vectors: &str) -> Bench {
    let bench = Bench::new("");
    let path = root().join(format!("crates/photonics/tests/data/vectors/{vectors}.npz"));
    fs::copy(path, bench.path().join("v.npz")).unwrap();
    bench
}

/// The same with its matrix in `U.npy`, and the phases of that in `p.npz`.
fn programmed(ports: usize) -> Bench {
    let bench = bench(&format!("rectangular_n{ports}_err0.05"));
    bench.fzero(&["convert", "v.npz", "U.npy"]).done();
    let program = ["program", "U.npy", "--mesh", "rectangular", "-o", "p.npz"];
    bench.fzero(&program).done();
    bench
}

fn array<T: Deserialize>(bench: &Bench, file: &str, name: &str) -> Vec<T> {
    let mut archive = NpzArchive::open(bench.path().join(file)).unwrap();
    let array = archive.by_name(name).unwrap().expect(name);
    array.into_vec().unwrap()
}

fn matrix(bench: &Bench, file: &str) -> Vec<Complex> {
    let bytes = fs::read(bench.path().join(file)).unwrap();
    NpyFile::new(&bytes[..]).unwrap().into_vec().unwrap()
}

/// The matrix of the phases in a file, by `fzero matrix`.
#[track_caller]
fn matrix_of(bench: &Bench, phases: &str, mesh: &str, die: Option<&str>) -> Vec<Complex> {
    let mut arguments = vec![
        "matrix", "--mesh", mesh, "--phases", phases, "-o", "out.npy",
    ];
    if let Some(die) = die {
        arguments.extend(["--die-errors", die]);
    }
    bench.fzero(&arguments).done();
    matrix(bench, "out.npy")
}

/// |A - B|_F / sqrt(N)
fn distance(a: &[Complex], b: &[Complex]) -> f64 {
    assert_eq!(a.len(), b.len());
    let square: f64 = a.iter().zip(b).map(|(x, y)| (x - y).norm_sqr()).sum();
    (square / (a.len() as f64).sqrt()).sqrt()
}

#[track_caller]
fn json(bench: &Bench, line: &str) -> Value {
    let arguments: Vec<_> = ["convert"].into_iter().chain(line.split(' ')).collect();
    let ended = bench.fzero(&[&arguments[..], &["--json"]].concat()).done();
    assert_eq!(ended.stderr, "");
    serde_json::from_str(&ended.stdout).unwrap()
}

#[track_caller]
fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// That nothing was done but one problem said, in two lines.
#[track_caller]
fn assert_refused(bench: &Bench, line: &str, expected: &str) {
    let before = bench.entries();
    let arguments: Vec<_> = ["convert"].into_iter().chain(line.split(' ')).collect();
    let Ended {
        code,
        stdout,
        stderr,
    } = bench.fzero(&arguments);
    assert_eq!((code, &stdout[..]), (Some(2), ""), "{line}: {stderr}");
    assert!(stderr.starts_with(expected), "{line}\n{stderr}\n{expected}");
    assert_eq!(stderr.lines().count(), 2, "{stderr}");
    assert!(stderr.contains("\n  help: "), "{stderr}");
    assert_eq!(bench.entries(), before);
}
