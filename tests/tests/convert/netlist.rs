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
    let text = "instances:\n  a: mzi\n  s: shifter\nports:\n  in0: a,o2\n  in1: s,o1\n  in2: a,o1\n  \
                out0: a,o3\n  out1: s,o2\n  out2: a,o4\n";
    fs::write(bench.path().join("m.yml"), text).unwrap();
    let said = bench.fzero(&["convert", "m.yml", "p.npz"]).done();
    assert_eq!(
        said.stdout,
        "netlist    m.yml: no named mesh, 3 ports, 1 MZI in 1 column\n\
         splitters  0.00e0 rad rms\n\
         phases     p.npz: 1 theta, 1 phi, 3 gamma in rad; e1, e2 of the couplers\n\
         lint       port 1 is joined to no other\n\
         lint       light of input 0 never reaches output 1\n\
         lint       light of input 2 never reaches output 1\n"
    );
}

#[test]
fn an_instance_whose_arms_are_exchanged_is_told_with_its_line() {
    let bench = Bench::new("");
    let text =
        "instances:\n  a: mzi\nports:\n  in0: a,o1\n  in1: a,o2\n  out0: a,o4\n  out1: a,o3\n";
    fs::write(bench.path().join("m.yml"), text).unwrap();
    let said = bench.fzero(&["convert", "m.yml", "p.npz"]).done().stdout;
    let expected = "\nlint       m.yml:2: instance a: MZI 0 names port 1 before port 0: theta and phi stand on \
                    port 1, its lower arm\n";
    assert!(said.ends_with(expected), "{said}");
}

/// Three couplers and two phases for each MZI, and back.
#[test]
fn a_flat_three_splitter_mesh_comes_back() {
    let file = root().join("configs/mesh/three-splitter16.toml");
    let text = fs::read_to_string(file).unwrap();
    let text = text.replace("ports = 16", "ports = 8").replace("16", "8");
    let bench = programmed(8);
    fs::write(bench.path().join("t.toml"), text).unwrap();
    let program = "program U.npy --mesh t.toml --starts 1 --max-iterations 20 -o t.npz";
    bench.fzero(&program.split(' ').collect::<Vec<_>>()).done();
    let report = json(&bench, "t.npz t.yml --mesh t.toml --flat");
    assert_eq!(report["instances"], 5 * 28 + 8);
    json(&bench, "t.yml back.npz");
    json(&bench, "t.yml back.toml");
    let expected = matrix_of(&bench, "t.npz", "t.toml", None);
    let found = matrix_of(&bench, "back.npz", "back.toml", Some("back.npz"));
    // Some 16 phases on a path, each divided and multiplied by pi.
    assert!(distance(&found, &expected) < 1e-13);
}

#[test]
fn a_netlist_without_a_name_becomes_a_mesh_file_of_the_same_matrix() {
    let bench = Bench::new("");
    let text = "instances:\n  a: {component: mzi, settings: {theta: 1.0, phi: 0.5}}\n  \
                b: {component: mzi, settings: {theta: 2.0, phi: 0.25, e1: 0.1}}\n  \
                connections:\n";
    let text = text.replace("  connections", "connections")
        + "  a,o3: b,o1\nports:\n  in0: b,o2\n  in1: a,o2\n  in2: a,o1\n  out0: b,o3\n  \
           out1: b,o4\n  out2: a,o4\n";
    fs::write(bench.path().join("m.yml"), text).unwrap();
    assert_eq!(json(&bench, "m.yml m.toml")["mesh"], "netlist");
    json(&bench, "m.yml p.npz");
    assert_eq!(
        fs::read_to_string(bench.path().join("m.toml")).unwrap(),
        "name = \"netlist\"\nports = 3\ncolumns = [\n    [[1, 2]],\n    [[0, 1]],\n]\n"
    );
    let found = matrix_of(&bench, "p.npz", "m.toml", Some("p.npz"));
    // |U21| is the product of a cross: |cos(1/2)| at a, then nothing more of port 2.
    assert!((found[7].norm() - 0.5_f64.cos()).abs() < 1e-15);
    assert!((found[8].norm() - 0.5_f64.sin()).abs() < 1e-15);
}

#[test]
fn named_meshes_and_their_mesh_files_come_back() {
    for mesh in ["triangular", "butterfly", "tree"] {
        let bench = bench("rectangular_n8_err0.05");
        bench.fzero(&["convert", "v.npz", "U.npy"]).done();
        let program = ["program", "U.npy", "--mesh", mesh, "-o", "p.npz"];
        bench.fzero(&program).done();
        json(&bench, &format!("p.npz m.yml --mesh {mesh}"));
        assert_eq!(json(&bench, "m.yml m.toml")["mesh"], mesh);
        json(&bench, "m.yml q.npz");
        let expected = matrix_of(&bench, "p.npz", mesh, None);
        assert_eq!(matrix_of(&bench, "q.npz", "m.toml", None), expected);
    }
}

#[test]
fn meshes_of_other_cells_come_back_and_are_refused_where_they_are_not_known() {
    let bench = programmed(4);
    bench
        .fzero(&["program", "U.npy", "--mesh", "svd", "-o", "s.npz"])
        .done();
    for (line, expected) in [
        (
            "s.npz m.yml --mesh svd --flat",
            "--mesh: couplers with 0 to pi/2 and phase shifters cannot be a cell of kind attenuator (cell 6,",
        ),
        (
            "s.npz q.npz --mesh svd --to clements",
            "--mesh: conventions are of MZIs, the mesh svd has 12 MZIs, 4 attenuators",
        ),
    ] {
        assert_refused(&bench, line, expected);
    }
    json(&bench, "s.npz m.yml --mesh svd");
    assert_eq!(json(&bench, "m.yml q.npz")["mesh"], "svd");
    for name in ["layer0_theta", "layer0_phi", "layer0_gamma"] {
        let [before, after] = ["s.npz", "q.npz"].map(|file| array::<f64>(&bench, file, name));
        assert_eq!(before, after);
    }
    // A mesh without a name, by way of a netlist and a mesh file.
    let file = root().join("configs/mesh/blocks8.toml");
    let file = file.to_str().unwrap();
    let bench = programmed(8);
    let program = [
        "program", "U.npy", "--mesh", file, "--starts", "1", "-o", "b.npz",
    ];
    bench.fzero(&program).done();
    json(&bench, &format!("b.npz b.yml --mesh {file}"));
    json(&bench, "b.yml b.toml");
    json(&bench, "b.yml c.npz");
    let expected = matrix_of(&bench, "b.npz", file, None);
    assert_eq!(matrix_of(&bench, "c.npz", "b.toml", None), expected);
}
