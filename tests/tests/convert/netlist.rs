//! Meshes and netlists.

use super::*;

#[test]
fn a_mesh_comes_back_bit_for_bit() {
    for ports in [2, 5, 8] {
        let bench = programmed(ports);
        let report = json(&bench, "p.npz m.yml --mesh rectangular --die-errors v.npz");
        assert_eq!(report["instances"], ports * (ports - 1) / 2 + ports);
        let back = json(&bench, "m.yml q.npz");
        assert_eq!(back["mesh"], "rectangular");
        for name in ["layer0_theta", "layer0_phi", "layer0_gamma"] {
            let [before, after] = ["p.npz", "q.npz"].map(|file| array::<f64>(&bench, file, name));
            assert_eq!(before, after);
        }
        for name in ["e1", "e2"] {
            let [before, after] = ["v.npz", "q.npz"].map(|file| array::<f64>(&bench, file, name));
            assert_eq!(before, after);
        }
    }
}

#[test]
fn couplers_and_shifters_are_the_same_matrix() {
    for ports in [2, 5, 8] {
        let bench = programmed(ports);
        let report = json(
            &bench,
            "p.npz m.yaml --mesh rectangular --die-errors v.npz --flat",
        );
        assert_eq!(report["instances"], 2 * ports * (ports - 1) + ports);
        json(&bench, "m.yaml q.npz");
        let expected = matrix_of(&bench, "p.npz", "rectangular", Some("v.npz"));
        let found = matrix_of(&bench, "q.npz", "rectangular", Some("q.npz"));
        let error = distance(&found, &expected);
        assert!(error < 1e-14, "{ports}: {error:e}");
    }
}

#[test]
fn a_mesh_without_a_name_is_told_with_what_is_odd_about_it() {
    let bench = Bench::new("");
    let text = "instances:\n  a: mzi\n  b: mzi\nconnections:\n  a,o3: b,o2\n  a,o4: b,o1\n\
                ports: {in0: 'a,o2', in1: 'a,o1', out0: 'b,o3', out1: 'b,o4'}\n";
    fs::write(bench.path().join("m.yml"), text).unwrap();
    let said = bench.fzero(&["convert", "m.yml", "p.npz"]).done();
    assert_eq!(
        said.stdout,
        "netlist    m.yml: no named mesh, 2 ports, 2 MZIs in 2 columns\n\
         splitters  0.00e0 rad rms\n\
         phases     p.npz: 2 theta, 2 phi, 2 gamma in rad; e1, e2 of the couplers\n\
         lint       MZI 1 follows MZI 0 on the same two ports\n"
    );
}
