//! Meshes with more than a unitary needs, and matrices that are none.

use super::*;
use nalgebra::DMatrix;
use photonics::matrix::relative_error;
use photonics::mesh::{MeshHardware, MeshPhases, NamedTopology};

/// What the phases in `p.npz` make of a mesh.
fn matrix(bench: &Bench, mesh: NamedTopology, ports: usize) -> DMatrix<Complex> {
    let mesh = MeshHardware::ideal(mesh.build(ports).unwrap().into());
    let parts = ["layer0_theta", "layer0_phi", "layer0_gamma"];
    let phases: Vec<f64> = parts.map(|part| array(bench, "p.npz", part)).concat();
    mesh.matrix(MeshPhases::split(&phases, mesh.topology().mzis(), ports).expect("they fit"))
}

#[test]
fn the_diamond_and_extra_columns_are_the_unitary() {
    let bench = bench("triangular", 5);
    let target = DMatrix::from_row_slice(5, 5, &read(&bench, "U.npy"));
    let program = ["program", "U.npy", "-o", "p.npz", "--mesh"];
    let report = json(&bench, &[&program[..], &["diamond"]].concat());
    assert_eq!((&report["ports"], &report["mzis"]), (&8.into(), &16.into()));
    let found = matrix(&bench, NamedTopology::Diamond, 8);
    assert!(relative_error(&found.view((0, 0), (5, 5)).into_owned(), &target) < 1e-14);
    let extra = ["redundant-rectangular", "--extra-columns", "3"];
    let report = json(&bench, &[&program[..], &extra].concat());
    assert_eq!((&report["ports"], &report["mzis"]), (&5.into(), &16.into()));
    let found = matrix(
        &bench,
        NamedTopology::RedundantRectangular { extra_columns: 3 },
        5,
    );
    assert!(relative_error(&found, &target) < 1e-14);
    assert!(number(&report["residual"]) < 1e-14);
}

#[test]
fn any_matrix_is_the_svd_mesh_times_the_scale() {
    let bench = Bench::new("");
    // Real, of two rows and three columns: |row|^2 = 14, 77, and their product 32.
    let rows = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    fs::write(bench.path().join("W.npy"), npy(&[2, 3], rows)).unwrap();
    let program = ["program", "W.npy", "--mesh", "svd", "-o", "p.npz"];
    let report = json(&bench, &program);
    let scale: Vec<f64> = array(&bench, "p.npz", "scale");
    let expected = (45.5 + (31.5_f64.powi(2) + 32.0_f64.powi(2)).sqrt()).sqrt();
    assert!((scale[0] - expected).abs() < 1e-13, "{scale:?} {expected}");
    assert_eq!(number(&report["scale"]), scale[0]);
    assert_eq!(
        (&report["mzis"], &report["attenuators"]),
        (&6.into(), &3.into())
    );
    assert!(number(&report["residual"]) < 1e-14);
    let found = matrix(&bench, NamedTopology::Svd, 3) * Complex::from(scale[0]);
    let target = DMatrix::from_row_slice(2, 3, &rows.map(Complex::from));
    assert!(relative_error(&found.view((0, 0), (2, 3)).into_owned(), &target) < 1e-14);
    let ended = bench.fzero(&program).done();
    for line in [
        "target        W.npy: 2 x 3",
        "mesh          svd: 3 ports, 6 MZIs, 3 attenuators",
        "scale         the target is 9.508032 times the mesh",
    ] {
        assert!(
            ended.stdout.lines().any(|found| found == line),
            "{}",
            ended.stdout
        );
    }
}
