//! A network of custom meshes, from the file to the matrix.

use e2e::{Bench, TINY, binary};
use runner::mesh_file::MeshFile;
use std::fs;

/// Symmetric MZIs in a butterfly, attenuators and a loss, couplers in front of phase shifters, a tree.
fn mesh() -> String {
    let ports: Vec<_> = (0..64).map(|port| port.to_string()).collect();
    let all = ports.join(", ");
    let mut text = format!(
        "name = \"custom\"\nports = 64\n[[block]]\ntopology = \"butterfly\"\ncell = \"symmetric\"\n\
         ports = [{all}]\n"
    );
    for port in (0..64).step_by(8) {
        text.push_str(&format!(
            "[[component]]\nkind = \"attenuator\"\nport = {port}\n"
        ));
        text.push_str(&format!(
            "[[component]]\nkind = \"coupler\"\nports = [{}, {}]\npower_ratio = 0.3\n\
             [[component]]\nkind = \"shifter\"\nport = {}\n\
             [[component]]\nkind = \"crossing\"\nports = [{}, {}]\n",
            port + 1,
            port + 2,
            port + 1,
            port + 2,
            port + 3
        ));
    }
    text.push_str("[[component]]\nkind = \"loss\"\nport = 5\nloss_db = 1.0\n");
    text.push_str(&format!(
        "[[block]]\ntopology = \"butterfly\"\nports = [{all}]\n"
    ));
    text
}

fn bench() -> Bench {
    let bench = Bench::new(&format!(
        "{TINY}training.optimizer.learning_rate = 0.01\ntraining.estimator.smoothing_radius_rad = 0.1\n\
         training.goal.kind = \"softmax\"\nchip.mesh = \"sub/my.toml\"\n\
         chip.activation.kind = \"identity\"\nprocess.preset = \"mature\"\n"
    ));
    fs::create_dir(bench.path().join("sub")).unwrap();
    fs::write(bench.path().join("sub/my.toml"), mesh()).unwrap();
    bench
}

#[test]
fn a_custom_mesh_trains_and_its_results_stand_alone() {
    let bench = bench();
    let out = bench.run("out", &["--set", "training.epochs=40"]);
    let summary = out.summary();
    let topology = MeshFile::from_text("mesh.toml", mesh()).unwrap().topology;
    assert_eq!(summary.parameters, 2 * topology.shifters());
    assert!(summary.layers.iter().all(|layer| layer.test.unwrap() > 0.4));
    // The folder has the mesh, and can be moved away from where it came.
    assert_eq!(
        fs::read_to_string(bench.path().join("out/mesh.toml")).unwrap(),
        mesh()
    );
    fs::remove_dir_all(bench.path().join("sub")).unwrap();
    fs::rename(bench.path().join("out"), bench.path().join("moved")).unwrap();
    let evaluate = [
        "evaluate",
        "moved/config.toml",
        "--phases",
        "moved/phases.npz",
        "--json",
    ];
    let evaluated = bench.fzero(&evaluate).done().stdout;
    let evaluated: serde_json::Value = serde_json::from_str(&evaluated).unwrap();
    assert_eq!(evaluated["config_hash"], summary.config_hash.as_str());
    // What a missing shifter has is 0, before and after.
    let matrix = [
        "matrix",
        "--mesh",
        "moved/mesh.toml",
        "--phases",
        "moved/phases.npz",
        "--json",
    ];
    let matrix = bench.fzero(&matrix).done().stdout;
    let matrix: serde_json::Value = serde_json::from_str(&matrix).unwrap();
    assert_eq!(matrix["mesh"], "custom");
    assert_eq!(matrix["parts"], topology.parts().to_string());
    assert!(matrix["unitarity_defect"].as_f64().unwrap() > 1e-3);
    // Another mesh is not taken for it.
    let other = mesh().replace("loss_db = 1.0", "loss_db = 1.5");
    fs::write(bench.path().join("moved/mesh.toml"), other).unwrap();
    let refused = bench.fzero(&evaluate);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("chip.mesh_sha256 = "),
        "{}",
        refused.stderr
    );
}

#[test]
fn what_is_printed_of_a_custom_mesh_is_true() {
    let bench = bench();
    let topology = MeshFile::from_text("mesh.toml", mesh()).unwrap().topology;
    let dry = bench.fzero(&["run", "a.toml", "--dry-run"]).done().stdout;
    let phases = runner::table::grouped(2 * topology.shifters() as u64);
    assert!(
        dry.contains(&format!("# parameters      {phases} phases")),
        "{dry}"
    );
    let budget = bench.fzero(&["budget", "a.toml", "--json"]).done().stdout;
    let budget: serde_json::Value = serde_json::from_str(&budget).unwrap();
    let absorbers = budget["layers"][0]["mesh"]["absorbers_db"]
        .as_f64()
        .unwrap();
    // One port in 8 loses half on average, one in 64 a fifth.
    let expected = -10.0 * (1.0 - 0.5 / 8.0 - (1.0 - 10_f64.powf(-0.1)) / 64.0).log10();
    assert!(
        (absorbers - expected).abs() < 0.02,
        "{absorbers} {expected}"
    );
}

#[test]
fn a_broken_mesh_file_is_refused_with_its_line_and_nothing_is_written() {
    let bench = bench();
    fs::write(
        bench.path().join("sub/my.toml"),
        "name = \"a\"\nports = 64\n[[component]]\nkind = \"mzi\"\nports = [3, 3]\n",
    )
    .unwrap();
    let before = bench.entries();
    for arguments in [
        &["run", "a.toml", "--out", "out"][..],
        &["matrix", "--mesh", "sub/my.toml", "--phases", "p.npz"],
    ] {
        let ended = bench.fzero(arguments);
        assert_eq!(ended.code, Some(2));
        assert_eq!(bench.entries(), before);
        if arguments[0] == "run" {
            let expected =
                "sub/my.toml:5: component.ports: joins port 3 to itself\n  help: give two";
            assert!(ended.stderr.contains(expected), "{}", ended.stderr);
        }
    }
    let unknown = bench.fzero(&["matrix", "--mesh", "hexagonal", "--phases", "p.npz"]);
    assert_eq!(unknown.code, Some(2));
    assert!(
        unknown
            .stderr
            .contains("no mesh has this name (rectangular, "),
        "{}",
        unknown.stderr
    );
}

#[test]
fn every_shipped_mesh_loads() {
    let mut names = Vec::new();
    for entry in fs::read_dir(binary::root().join("configs/mesh")).unwrap() {
        let path = entry.unwrap().path();
        let mesh = MeshFile::read(&path).unwrap_or_else(|error| panic!("{}", error.report()));
        assert_eq!(
            mesh.topology.name(),
            path.file_stem().unwrap().to_str().unwrap()
        );
        assert_eq!(mesh.topology.lint(), [], "{}", path.display());
        names.push(mesh.topology.name().to_owned());
    }
    names.sort();
    assert_eq!(names, ["bell16", "blocks8", "svd8", "three-splitter16"]);
}
