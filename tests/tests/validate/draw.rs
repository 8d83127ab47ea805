//! `fzero draw`, from a decomposition to a picture.

use e2e::{Bench, binary};
use std::fs;

#[test]
fn pictures_of_a_programmed_mesh() {
    let bench = Bench::new("");
    let identity: Vec<f64> = (0..9).map(|i| f64::from(u8::from(i % 4 == 0))).collect();
    let bytes = npyz_bytes(&identity, 3);
    fs::write(bench.path().join("u.npy"), bytes).unwrap();
    let program = ["program", "u.npy", "--mesh", "rectangular", "-o", "p.npz"];
    bench.fzero(&program).done();
    let draw = |more: &[&str], file: &str| {
        let arguments = [
            &["draw", "rectangular", "--ports", "3"],
            more,
            &["-o", file],
        ]
        .concat();
        let said = bench.fzero(&arguments).done().stdout;
        assert_eq!(
            said,
            format!("rectangular: 3 ports, 3 MZIs, 3 columns\npicture  {file}\n")
        );
        fs::read_to_string(bench.path().join(file)).unwrap()
    };
    let phase = draw(&["--phases", "p.npz"], "phase.svg");
    // The identity: every MZI in the bar state.
    assert_eq!(phase.matches("<title>θ, column").count(), 3);
    assert!(phase.matches(": 3.1416 rad</title>").count() >= 3);
    let power = draw(&["--phases", "p.npz", "--colour", "power:1"], "power.svg");
    assert!(power.contains("power of input 1, dB"));
    let plain = draw(&["--phases", "p.npz", "--color", "none"], "plain.svg");
    assert!(!plain.contains("phase modulo"));
    assert_eq!(draw(&[], "again.svg"), plain);
}

/// The committed picture is what the command writes.
#[test]
fn the_gallery_is_what_the_command_writes() {
    let bench = Bench::new("");
    bench
        .fzero(&["draw", "butterfly", "--ports", "8", "-o", "b.svg"])
        .done();
    let committed = binary::root().join("docs/images/meshes/butterfly.svg");
    let found = fs::read(bench.path().join("b.svg")).unwrap();
    assert_eq!(found, fs::read(committed).unwrap());
}

#[test]
fn a_mesh_file_is_drawn() {
    let bench = Bench::new("");
    let said = |columns: &str| {
        let mesh = format!("name = \"mine\"\nports = 3\ncolumns = [{columns}]\n");
        fs::write(bench.path().join("m.toml"), mesh).unwrap();
        let drawn = bench.fzero(&["draw", "m.toml", "-o", "m.svg"]);
        drawn.done().stdout
    };
    assert_eq!(
        said("[[0, 1]], [[1, 2]], [[0, 1]]"),
        "mine: 3 ports, 3 MZIs, 3 columns\npicture  m.svg\n"
    );
    assert_eq!(
        said("[[0, 1]],\n[[2, 1]]"),
        "mine: 3 ports, 2 MZIs, 2 columns\npicture  m.svg\n\
         lint     m.toml:4: MZI 1 names port 2 before port 1: theta and phi stand on port 2, its lower arm\n\
         lint     light of input 2 never reaches output 0\n"
    );
    // Not a page of them.
    let many = said(&["[[1, 0]]"; 10].join(", "));
    assert!(many.ends_with("\n         and 12 more\n"), "{many}");
}

#[test]
fn a_named_mesh_is_drawn_with_its_mzis_in_another_form() {
    let bench = Bench::new("");
    let draw = "draw rectangular --ports 4 -o m.svg --cell";
    let draw = |cell: &str| {
        let arguments: Vec<_> = draw.split(' ').chain([cell]).collect();
        bench.fzero(&arguments)
    };
    let said = draw("three-splitter").done().stdout;
    let parts = "rectangular: 4 ports, 6 MZIs, 6 couplers, 8 columns\n";
    assert_eq!(said, format!("{parts}picture  m.svg\n"));
    assert!(draw("symmetric").done().stdout.contains("6 symmetric MZIs"));
    let ended = draw("bell");
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .contains("one of plain, three-splitter, symmetric")
    );
    fs::write(
        bench.path().join("m.toml"),
        "name = \"m\"\nports = 2\ntopology = \"tree\"\n",
    )
    .unwrap();
    let ended = bench.fzero(&["draw", "m.toml", "--cell", "symmetric", "-o", "m.svg"]);
    assert_eq!(ended.code, Some(2));
    let expected = "--cell: m.toml says the form of its MZIs itself\n  help: leave it out";
    assert!(ended.stderr.contains(expected), "{}", ended.stderr);
}

fn npyz_bytes(values: &[f64], rows: u64) -> Vec<u8> {
    use npyz::WriterBuilder;
    let mut bytes = Vec::new();
    let mut writer = npyz::WriteOptions::new()
        .default_dtype()
        .shape(&[rows, rows])
        .writer(&mut bytes)
        .begin_nd()
        .unwrap();
    writer.extend(values.iter().copied()).unwrap();
    writer.finish().unwrap();
    bytes
}
