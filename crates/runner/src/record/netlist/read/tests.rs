use super::super::netlist_text;
use super::*;
use photonics::interchange::netlist::NetlistStyle;
use photonics::mesh::MeshPhases;
use photonics::mesh::rectangular::rectangular;
use proptest::prelude::*;

fn text(style: NetlistStyle) -> String {
    let topology = rectangular(4).unwrap();
    let phases: Vec<f64> = (0..16)
        .map(|index| 0.4 * f64::from(index) - 1.0 / 3.0)
        .collect();
    let phases = MeshPhases::split(&phases, 6, 4).unwrap();
    let netlist = Netlist::of_mesh(&topology, &[[1e-7, -0.02]; 6], phases, style).unwrap();
    netlist_text(&netlist, &["made by a test".into()])
}

fn message(text: &str) -> String {
    mesh("m.yml", text).unwrap_err().to_string()
}

#[test]
fn what_is_written_is_read() {
    let found = mesh("m.yml", &text(NetlistStyle::Mzi)).unwrap().mesh;
    assert_eq!(found.topology.name(), "rectangular");
    let expected: Vec<f64> = (0..16)
        .map(|index| 0.4 * f64::from(index) - 1.0 / 3.0)
        .collect();
    assert_eq!(found.phases_rad, expected);
    assert_eq!(found.errors_rad, [[1e-7, -0.02]; 6]);
    let flat = mesh("m.yml", &text(NetlistStyle::Flat)).unwrap().mesh;
    assert_eq!(flat.topology, found.topology);
}

#[test]
fn other_programs_write_it_otherwise() {
    // gdsfactory: nets, placements, a component alone; JSON is YAML.
    let yaml = "name: top\ninstances:\n  a: mzi\n  b:\n    component: shifter\n    info: {phase: 0.5}\n\
                placements:\n  a: {x: 0, y: 0.0}\nnets:\n- {p1: 'b,o1', p2: 'a,o3', name: w}\n\
                ports: {in0: 'a,o2', in1: 'a,o1', out0: 'b,o2', out1: \"a, o4\"}\n";
    let found = mesh("m.yml", yaml).unwrap().mesh;
    assert_eq!(found.phases_rad, [0.0, 0.0, 0.5, 0.0]);
    let json = "{\"instances\": {\"a\": {\"component\": \"mzi\", \"settings\": {\"theta\": 1e-3}}},\
                \"connections\": {}, \"ports\": {\"in0\": \"a,in1\", \"in1\": \"a,in0\",\
                \"out0\": \"a,out1\", \"out1\": \"a,out0\"}}";
    assert_eq!(mesh("m.json", json).unwrap().mesh.phases_rad[0], 1e-3);
}

#[test]
fn what_is_wrong_has_its_line() {
    let good = text(NetlistStyle::Mzi);
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        message(&good.replacen(from, to, 1))
    };
    for (found, expected) in [
        (message(""), "m.yml: is empty"),
        (message("instances: [\n"), "m.yml:"),
        (
            message("- a\n"),
            "m.yml:1: a netlist: a table of names and values is needed",
        ),
        (
            message("ports:\n  in0: a,o1\n"),
            "m.yml:1: instances or ports are missing",
        ),
        (
            message("mesh:\n  instances:\n    a: mzi\n"),
            "m.yml:1: mesh: a netlist within a netlist",
        ),
        (
            message("instances:\n  a: {component: mzi}\n  a: mzi\n"),
            "m.yml:3: a: a second entry of this name",
        ),
        (message("instances: &x\n  a: *x\n"), "m.yml:"),
        (message("--- 1\n--- 2\n"), "m.yml:2: a second document"),
        (
            message(&"[".repeat(40)),
            "m.yml:1: nested more than 16 deep",
        ),
        (
            with("component: mzi", "component: ring"),
            "m.yml:3: instance mzi_0 is of the unknown component ring",
        ),
        (
            with("component: mzi", "model: mzi"),
            "m.yml:4: instance mzi_0: model is not read",
        ),
        (
            with("phi:", "phy:"),
            "m.yml:3: instance mzi_0: mzi has no setting phy",
        ),
        (
            with("e2: -0.02", "e2: small"),
            "m.yml:9: instance mzi_0: e2 = small: a number is needed",
        ),
        (
            with("e2: -0.02", "e2: nan"),
            "m.yml:9: instance mzi_0: e2 = nan: a number is needed",
        ),
        (
            with("mzi_0,o4: mzi_2,o2", "mzi_0,o4: mzi_2"),
            "m.yml:62: \"mzi_2\" is no port of an instance",
        ),
        (
            with("mzi_0,o4: mzi_2,o2", "mzi_0,o4: mzi_9,o2"),
            "m.yml:62: no instance has the name mzi_9",
        ),
        (
            with("  mzi_0,o4: mzi_2,o2\n", ""),
            "m.yml:3: port o4 of instance mzi_0 is dangling",
        ),
        (
            with("in0: mzi_0,o2", "left: mzi_0,o2"),
            "m.yml:75: the external port left is neither",
        ),
    ] {
        assert!(found.starts_with(expected), "{found}\n{expected}");
        assert!(found.contains("\n  help: "), "{found}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "[-a-z0-9:,{}\\[\\]&*!|>'\"# \n]{0,120}") {
        let _ = mesh("m.yml", &text);
    }

    #[test]
    fn no_change_of_a_file_panics(at in 0_usize..2500, to in any::<char>(), flat in any::<bool>()) {
        let text = text(if flat { NetlistStyle::Flat } else { NetlistStyle::Mzi });
        let changed: String =
            text.chars().enumerate().map(|(index, c)| if index == at { to } else { c }).collect();
        let _ = mesh("m.yml", &changed);
    }
}
