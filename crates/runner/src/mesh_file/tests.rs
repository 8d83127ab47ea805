use super::*;
use photonics::mesh::{Cell, MziForm, NamedTopology};
use proptest::prelude::*;

fn mesh(text: &str) -> Topology {
    match MeshFile::from_text("m.toml", text.to_owned()) {
        Ok(mesh) => Arc::unwrap_or_clone(mesh.topology),
        Err(error) => panic!("{}", error.report()),
    }
}

fn refusal(text: &str) -> String {
    match MeshFile::from_text("m.toml", text.to_owned()) {
        Ok(mesh) => panic!("taken: {:?}", mesh.topology.parts()),
        Err(error) => error.report(),
    }
}

#[test]
fn a_named_topology_is_that_of_the_library() {
    for name in NAMES {
        let found = mesh(&format!(
            "name = \"{name}\"\nports = 6\ntopology = \"{name}\""
        ));
        assert_eq!(found, named(name, 2).unwrap().build(6).unwrap());
    }
    let more = "name = \"a\"\nports = 5\ntopology = \"redundant-rectangular\"\nextra_columns = 7\n";
    assert_eq!(mesh(more).columns(), 12);
    let three = "name = \"a\"\nports = 4\ntopology = \"rectangular\"\ncell = \"three-splitter\"\n";
    let plain = NamedTopology::Rectangular.build(4).unwrap();
    let expected = plain.with_mzis(MziForm::ThreeSplitter).unwrap();
    assert_eq!(mesh(three), expected.with_name("a"));
}

#[test]
fn columns_are_mzis_in_order() {
    let found = mesh("name = \"a\"\nports = 4\ncolumns = [[[0, 1], [2, 3]], [], [[1, 2]]]");
    let columns = [vec![(0, 1), (2, 3)], vec![], vec![(1, 2)]];
    assert_eq!(found, Topology::new("a", 4, columns).unwrap());
    assert!(found.is_uniform());
}

#[test]
fn components_and_blocks_fall_into_the_first_column_that_is_free() {
    let found = mesh(
        r#"
        name = "mixed"
        ports = 6
        [[component]]
        kind = "shifter"
        port = 0
        [[block]]
        topology = "rectangular"
        ports = [2, 3, 4]
        [[component]]
        kind = "coupler"
        ports = [0, 1]
        power_ratio = 0.25
        [[component]]
        kind = "loss"
        port = 5
        loss_db = 2
        [[component]]
        kind = "crossing"
        ports = [2, 1]
        [[component]]
        kind = "coupler"
        ports = [4, 5]
        "#,
    );
    let columns: Vec<Vec<_>> = (0..found.columns())
        .map(|column| {
            let cells = found.placed().collect::<Vec<_>>();
            cells[found.column(column)]
                .iter()
                .map(|c| (c.cell.name(), c.ports))
                .collect()
        })
        .collect();
    assert_eq!(
        columns,
        [
            vec![("shifter", [0, 0]), ("mzi", [2, 3]), ("loss", [5, 5])],
            vec![("coupler", [0, 1]), ("mzi", [3, 4])],
            vec![("mzi", [2, 3]), ("coupler", [4, 5])],
            vec![("crossing", [2, 1])],
        ]
    );
    // A quarter of the power goes across.
    let Cell::Coupler { angle_rad } = found.cell(3) else {
        panic!("a coupler");
    };
    assert!((angle_rad.sin().powi(2) - 0.25).abs() < 1e-15);
}

#[test]
fn each_fault_is_named_with_its_line_and_key() {
    let head = "name = \"a\"\nports = 4\n";
    let component = |keys: &str| format!("{head}[[component]]\n{keys}");
    for (text, expected) in [
        ("name = \"a\"".into(), "m.toml:1: ports: missing"),
        (
            "ports = 4\ncolumns = [[[0, 1]]]".into(),
            "m.toml:1: name: missing",
        ),
        (
            head.into(),
            "m.toml:1: the file does not say what the mesh is made of",
        ),
        (
            "name = \"a\"\nports = 0".into(),
            "m.toml:2: ports = 0: a whole number is needed",
        ),
        (
            format!("{head}prots = 3"),
            "m.toml:3: prots = 3: unknown key\n  help: did you mean ports?",
        ),
        (
            format!("{head}topology = \"rectangluar\""),
            "m.toml:3: topology = \"rectangluar\": not known",
        ),
        (
            format!("{head}topology = \"rectangluar\""),
            "did you mean rectangular?",
        ),
        (
            format!("{head}topology = \"tree\"\nextra_columns = 3"),
            "m.toml:4: extra_columns = 3: has no effect while topology = tree",
        ),
        (
            format!("{head}topology = \"tree\"\ncolumns = []"),
            "m.toml:4: says in another way",
        ),
        (
            format!("{head}columns = []"),
            "m.toml:3: columns = []: the mesh is empty",
        ),
        (
            format!("{head}columns = [[[0, 1],\n [1, 2]]]"),
            "m.toml:4: columns: column 0 uses port 1 twice",
        ),
        (
            format!("{head}columns = [[[0, 4]]]"),
            "m.toml:3: columns: port 4 does not exist\n  help: ports count from 0 to 3",
        ),
        (
            format!("{head}columns = [[[2, 2]]]"),
            "m.toml:3: columns: joins port 2 to itself",
        ),
        (
            format!("{head}columns = [[[0, 1, 2]]]"),
            "m.toml:3: columns: 3 ports, a pair is needed",
        ),
        (
            format!("{head}columns = [[0, 1]]"),
            "m.toml:3: columns: a pair of ports is needed",
        ),
        (
            format!("{head}columns = [[[0, 1]]]\ncell = \"belll\""),
            "m.toml:4: cell = \"belll\": not known",
        ),
        (component("port = 1"), "m.toml:3: component.kind: missing"),
        (
            component("kind = \"copler\"\nports = [0, 1]"),
            "m.toml:4: component.kind = \"copler\": not known (mzi, symmetric, coupler, crossing, shifter, attenuator, loss)\n  help: did you mean coupler?",
        ),
        (
            component("kind = \"mzi\"\nport = 1"),
            "m.toml:5: component.port = 1: a component of kind mzi has no such key\n  help: did you mean component.ports?",
        ),
        (
            component("kind = \"mzi\""),
            "m.toml:3: component.ports: missing",
        ),
        (
            component("kind = \"mzi\"\nports = [1, 1]"),
            "m.toml:5: component.ports: joins port 1 to itself",
        ),
        (
            component("kind = \"mzi\"\nports = [1, 9]"),
            "m.toml:5: component.ports: port 9 does not exist",
        ),
        (
            component("kind = \"shifter\"\nport = -1"),
            "m.toml:5: component.port: port -1 does not exist",
        ),
        (
            component("kind = \"loss\"\nport = 1"),
            "m.toml:3: component.loss_db: missing",
        ),
        (
            component("kind = \"loss\"\nport = 1\nloss_db = -2"),
            "m.toml:6: component.loss_db = -2: a number is needed (dB, 0 to 999)",
        ),
        (
            component("kind = \"coupler\"\nports = [0, 1]\npower_ratio = 1.5"),
            "m.toml:6: component.power_ratio = 1.5: a number is needed (0 to 1)",
        ),
        (
            component("kind = \"coupler\"\nports = [0, 1]\npower_ratio = 0.5\nangle_rad = 1"),
            "m.toml:6: component.power_ratio = 0.5: says what component.angle_rad says",
        ),
        (
            component("kind = \"crossing\"\nports = [0, 2]"),
            "m.toml:5: component.ports = [0, 2]: a crossing is between neighbouring ports",
        ),
        (
            format!("{head}[[block]]\ntopology = \"tree\"\nports = [0, 0]"),
            "m.toml:5: block.ports: port 0 is listed twice",
        ),
        (
            format!("{head}[[block]]\ntopology = \"tree\""),
            "m.toml:3: block.ports: missing",
        ),
        (
            format!("{head}[[block]]\nports = [0, 1]"),
            "m.toml:3: block.topology: missing",
        ),
        (
            format!("{head}[[block]]\ntopology = \"permuting-rectangular\"\nports = [0, 2, 1, 3]"),
            "m.toml:3: block.ports: its crossings are between neighbouring ports",
        ),
        (
            format!("{head}component = 3"),
            "m.toml:3: component: a table is needed",
        ),
        (
            format!("{head}cell = \"symmetric\"\n[[component]]\nkind = \"mzi\"\nports = [0, 1]"),
            "m.toml:3: cell = \"symmetric\": has no effect beside components",
        ),
        ("name = ".into(), "m.toml:1:8: not TOML"),
    ] {
        let found = refusal(&text);
        assert!(
            found.contains(expected),
            "{text}\n-> {found}\nnot {expected}"
        );
    }
    // All at once.
    let both = refusal(&component(
        "kind = \"mzi\"\nports = [1, 1]\n[[component]]\nkind = \"x\"",
    ));
    assert_eq!(
        both.lines()
            .filter(|line| line.starts_with("m.toml"))
            .count(),
        2,
        "{both}"
    );
}

/// Nothing of their size is allocated: these would need terabytes.
#[test]
fn hostile_sizes_are_refused_with_what_they_would_take() {
    let ports = refusal("name = \"a\"\nports = 4000000000\ntopology = \"rectangular\"");
    assert!(
        ports.contains("too many (1 to 4096)") && ports.contains("GiB"),
        "{ports}"
    );
    refusal("name = \"a\"\nports = 99999999999999999999999\ntopology = \"tree\"");
    let many = format!(
        "name = \"a\"\nports = 4096\ncolumns = [[[0, 1]]{}]",
        ", []".repeat(100_000)
    );
    let columns = refusal(&many);
    assert!(
        columns.contains("100001 columns, whose wiring takes about"),
        "{columns}"
    );
    let list: Vec<_> = (0..4096).map(|port| port.to_string()).collect();
    let block = format!(
        "[[block]]\ntopology = \"svd\"\nports = [{}]\n",
        list.join(", ")
    );
    let blocks = format!("name = \"a\"\nports = 4096\n{}", block.repeat(5));
    let blocks = refusal(&blocks);
    assert!(blocks.contains("m.toml:6: too large: "), "{blocks}");
    let chain = "[[component]]\nkind = \"shifter\"\nport = 0\n".repeat(60_000);
    let chain = refusal(&format!("name = \"a\"\nports = 4096\n{chain}"));
    assert!(chain.contains("60000 cells in 60000 columns"), "{chain}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever a file says, an answer comes.
    #[test]
    fn no_text_panics(text in "(name|ports|columns|kind|component|block|cell|topology| |=|\\[|\\]|\"|,|[0-9]|\n|\\.|-){0,60}") {
        let _ = MeshFile::from_text("m.toml", text);
    }

    #[test]
    fn no_component_panics(
        ports in 1_i64..6,
        kind in prop::sample::select(vec!["mzi", "symmetric", "coupler", "crossing", "shifter", "attenuator", "loss", "x"]),
        keys in prop::collection::vec((prop::sample::select(vec!["port", "ports", "angle_rad", "power_ratio", "loss_db", "cell"]), prop::sample::select(vec!["0", "-1", "[0, 1]", "[1, 0]", "[0, 0]", "[]", "[[]]", "1e400", "nan", "0.5", "\"a\"", "true", "9223372036854775808", "1979-05-27"])), 0..4),
        name in prop::sample::select(NAMES.to_vec()),
        on in prop::collection::vec(-1_i64..7, 0..6),
    ) {
        let mut text = format!("name = \"a\"\nports = {ports}\n[[component]]\nkind = \"{kind}\"\n");
        for (key, value) in keys {
            text.push_str(&format!("{key} = {value}\n"));
        }
        text.push_str(&format!("[[block]]\ntopology = \"{name}\"\ncell = \"symmetric\"\nports = {on:?}\n"));
        if let Err(error) = MeshFile::from_text("m.toml", text) {
            prop_assert!(error.report().starts_with("m.toml"));
        }
    }
}
