//! A broken netlist for each rule, each with its own message.

use e2e::Bench;
use std::fs;

/// The lines that a validation of a mesh of these columns prints about its wiring; `code` as it ends.
#[track_caller]
fn said(mesh: &str, code: i32) -> (String, String) {
    let bench = Bench::new(
        "name = \"broken\"\nmesh.topology = \"m.toml\"\nvalidate.dies = 2\nvalidate.tolerance_dies = 2\n\
         validate.targets = 1\ncriteria.max_lint_findings = 0\n",
    );
    fs::write(bench.path().join("m.toml"), mesh).unwrap();
    let ended = bench.fzero(&["validate", "a.toml"]);
    assert_eq!(ended.code, Some(code), "{}{}", ended.stdout, ended.stderr);
    (ended.stdout, ended.stderr)
}

/// A wiring that is odd, and what the lint says of it.
#[track_caller]
fn odd(columns: &str, ports: usize, expected: &str) {
    let mesh = format!("name = \"m\"\nports = {ports}\ncolumns = {columns}\n");
    odd_mesh(&mesh, expected);
}

#[track_caller]
fn odd_mesh(mesh: &str, expected: &str) {
    let (stdout, _) = said(mesh, 1);
    let expected = format!("a.toml: mesh: {expected}\n");
    assert!(stdout.contains(&expected), "{expected}\n{stdout}");
}

#[test]
fn each_oddity_has_its_line() {
    odd(
        "[[[0, 1]], [], [[0, 1]]]",
        2,
        "m.toml:3: column 1 has no component",
    );
    odd("[[[0, 2]]]", 3, "port 1 is joined to no other");
    odd(
        "[[[0, 1]], [[0, 1]]]",
        2,
        "m.toml:3: MZI 1 follows MZI 0 on the same two ports",
    );
    odd_mesh(
        "name = \"m\"\nports = 2\n[[component]]\nkind = \"coupler\"\nports = [0, 1]\n\
         [[component]]\nkind = \"coupler\"\nports = [0, 1]\n",
        "m.toml:8: coupler 1 follows coupler 0 on the same ports: one can do what both do",
    );
    odd(
        "[[[0, 1]], [[1, 2]]]",
        3,
        "light of input 2 never reaches output 0",
    );
}

/// The order of ports in a cell, of cells in a column, and of columns.
#[test]
fn each_order_that_is_odd_has_its_line() {
    odd_mesh(
        "name = \"m\"\nports = 2\n\n[[component]]\nkind = \"mzi\"\nports = [1, 0]\n",
        "m.toml:6: MZI 0 names port 1 before port 0: theta and phi stand on port 1, its lower arm",
    );
    odd_mesh(
        "name = \"m\"\nports = 2\ncell = \"symmetric\"\ncolumns = [\n[[1, 0]]]\n",
        "m.toml:5: symmetric 1 names port 1 before port 0: theta stands on port 1, its lower arm, and phi on \
         port 0",
    );
    odd_mesh(
        "name = \"m\"\nports = 2\ncell = \"three-splitter\"\ncolumns = [\n[[1, 0]]]\n",
        "m.toml:5: coupler 0 names port 1 before port 0: it has no upper and lower port, so this says nothing",
    );
    odd_mesh(
        "name = \"m\"\nports = 4\n[[block]]\ntopology = \"rectangular\"\nports = [3, 2, 1, 0]\n",
        "m.toml:3: MZI 0 names port 1 before port 0: theta and phi stand on port 1, its lower arm",
    );
    odd(
        "[[[2, 3],\n[0, 1]], [[1, 2]]]",
        4,
        "m.toml:4: column 0 lists cell 1 behind cell 0, which lies below: named meshes number from the first \
         port down",
    );
    odd(
        "[[[0, 1]],\n[[2, 3]],\n[[1, 2]]]",
        4,
        "m.toml:4: column 1 is not needed: light can meet all of it in earlier columns",
    );
}

/// A wiring that is none, refused with the line in its own file.
#[track_caller]
fn broken(mesh: &str, expected: &str) {
    let (_, stderr) = said(mesh, 2);
    assert!(stderr.contains(expected), "{expected}\n{stderr}");
}

#[test]
fn each_fault_has_its_message_with_file_and_line() {
    broken(
        "name = \"m\"\nports = 2\ncolumns = [[[0, 1]], [[1, 2]]]\n",
        "m.toml:3: columns: port 2 does not exist\n  help: ports count from 0 to 1",
    );
    broken(
        "name = \"m\"\nports = 3\ncolumns = [[[0, 1], [1, 2]]]\n",
        "m.toml:3: columns: column 0 uses port 1 twice",
    );
    broken(
        "name = \"m\"\nports = 3\ncolumns = [[[1, 1]]]\n",
        "m.toml:3: columns: joins port 1 to itself",
    );
    broken("name = \"m\"\nports = 0\ncolumns = []\n", "m.toml:2");
    broken(
        "name = \"m\"\nports = 2\n",
        "m.toml:1: the file does not say what the mesh is made of",
    );
    broken(
        "name = \"m\"\nports = 4\n[[component]]\nkind = \"crossing\"\nports = [0, 2]\n",
        "m.toml:5: component.ports = [0, 2]: a crossing is between neighbouring ports",
    );
    broken(
        "name = \"m\"\nports = 4\n[[component]]\nkind = \"loss\"\nport = 9\nloss_db = 1.0\n",
        "m.toml:5: component.port",
    );
    broken(
        "name = \"m\"\nports = 4\n[[block]]\ntopology = \"rectangular\"\nports = [0, 1, 1]\n",
        "m.toml:5: block.ports: port 1 is listed twice",
    );
    broken(
        "name = \"m\"\nports = 2\n[[component]]\nkind = \"cuopler\"\nports = [0, 1]\n",
        "m.toml:4: component.kind = \"cuopler\": not known",
    );
    broken(
        "name = \"m\"\nports = 4000000000\ncolumns = [[[0, 1]]]\n",
        "m.toml:2: ports = 4000000000: too many (1 to 4096): the wiring of a rectangular mesh of so many would",
    );
    // Within the range, and too large for what is asked.
    broken(
        "name = \"m\"\nports = 512\ntopology = \"svd\"\n",
        "mesh.topology = m (512 ports): needs about",
    );
}
