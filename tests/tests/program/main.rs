//! A mesh is programmed to a unitary, and its matrix comes back.

mod die;
mod fabricated;
mod fits;
mod meshes;
mod refusals;
mod round_trip;

use e2e::binary::root;
use e2e::{Bench, Ended, TINY};
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
