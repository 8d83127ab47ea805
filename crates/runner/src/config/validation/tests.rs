use super::*;

const HEAD: &str = "name = \"a\"\n";

fn load(text: &str) -> Result<LoadedValidation, Error> {
    LoadedValidation::from_text("a.toml", &format!("{HEAD}{text}"), &[])
}

/// All that is said of a text.
fn refused(text: &str) -> String {
    match load(text) {
        Ok(_) => panic!("accepted: {text}"),
        Err(error) => error.report(),
    }
}

fn names(loaded: &LoadedValidation) -> Vec<(&str, usize)> {
    let candidates = loaded.candidates.iter();
    candidates
        .map(|candidate| (candidate.name.as_str(), candidate.wiring.ports()))
        .collect()
}

#[test]
fn one_mesh_with_defaults() {
    let loaded = load("mesh.topology = \"rectangular\"\nmesh.ports = 64\n").unwrap();
    assert_eq!(names(&loaded), [("rectangular", 64)]);
    let validation = &loaded.validation;
    assert_eq!(validation.validate.dies, 200);
    assert!(validation.validate.analyses.attribution);
    assert_eq!(validation.criteria, Criteria::default());
    assert_eq!(
        refused("mesh.topology = \"rectangular\"\n"),
        "a.toml:2: mesh.ports: missing, and it has no default (ports, 1 to 4096)\n  help: say how many \
         ports the mesh has"
    );
    assert_eq!(
        refused("mesh.topology = \"tree\"\nmesh.ports = 8\nmesh.extra_columns = 3\n"),
        "a.toml:4: mesh.extra_columns = 3: has no effect on a tree mesh\n  help: remove it, or set topology = \
         \"redundant-rectangular\""
    );
    assert_eq!(
        refused("mesh.topology = \"no.toml\"\n")
            .lines()
            .next()
            .unwrap(),
        "a.toml:2: mesh.topology = \"no.toml\": no.toml is no file"
    );
}

#[test]
fn candidates_have_names_of_their_own() {
    let text = "[[candidate]]\ntopology = \"diamond\"\nports = 8\n\
                [[candidate]]\nname = \"twice\"\ntopology = \"diamond\"\nports = 16\n";
    assert_eq!(names(&load(text).unwrap()), [("diamond", 8), ("twice", 16)]);
    assert_eq!(
        refused(&text.replace("twice", "diamond")),
        "a.toml:6: candidate[1].name: a second mesh of the name diamond\n  help: give each a name of its own"
    );
    assert_eq!(
        refused(&text.replace("ports = 16", "ports = 16\nextra_columns = 2")),
        "a.toml:9: candidate[1].extra_columns = 2: has no effect on a diamond mesh\n  help: remove it, or \
         set topology = \"redundant-rectangular\""
    );
    assert_eq!(
        refused("[[candidate]]\ntopology = \"diamond\"\n"),
        "a.toml:2: candidate[0].ports: missing, and it has no default (ports, 1 to 4096)\n  help: say how \
         many ports the mesh has"
    );
    assert_eq!(
        refused("[[candidate]]\ntopology = \"diamont\"\nports = 8\n")
            .lines()
            .next()
            .unwrap(),
        "a.toml:3: candidate[0].topology = \"diamont\": not a known choice (rectangular, triangular, diamond, \
         redundant-rectangular, butterfly, tree, permuting-rectangular, svd, or the path of a .toml file)"
    );
}

#[test]
fn there_is_one_mesh_or_candidates() {
    let missing = "a.toml: mesh.topology: missing: there is no mesh to validate\n  help: set it, or give \
                   meshes to compare as [[candidate]]";
    assert_eq!(refused(""), missing);
    assert_eq!(refused("candidate = []\n"), missing);
    assert_eq!(
        refused(
            "mesh.topology = \"tree\"\nmesh.ports = 8\n[[candidate]]\ntopology = \"diamond\"\nports = 8\n"
        ),
        "a.toml:2: mesh.topology = \"tree\": stands beside candidates\n  help: make it one of them, or remove \
         them"
    );
}

#[test]
fn keys_of_the_detectors_are_refused_but_in_a_preset() {
    let mesh = "mesh.topology = \"tree\"\nmesh.ports = 8\n";
    assert!(load(&format!("{mesh}process.preset = \"mature\"\n")).is_ok());
    assert_eq!(
        refused(&format!("{mesh}process.detector.adc_bits = 8\n")),
        "a.toml:4: process.detector.adc_bits = 8: has no effect on a validation, which is about the mesh \
         alone\n  help: remove it; process.preset may still name a preset that has it"
    );
}

#[test]
fn a_criterion_needs_its_analysis() {
    let text = "mesh.topology = \"tree\"\nmesh.ports = 8\nvalidate.analyses.yield = false\ncriteria.min_yield = 0.9\n";
    assert_eq!(
        refused(text),
        "a.toml:5: criteria.min_yield = 0.9: has no effect while validate.analyses.yield = false\n  help: \
         remove it, or set validate.analyses.yield = true"
    );
}

#[test]
fn a_dimension_is_a_number_or_full() {
    let least = |value: &str| {
        load(&format!(
            "mesh.topology = \"tree\"\nmesh.ports = 8\ncriteria.reachable_dimension = {value}\n"
        ))
        .map(|loaded| loaded.validation.criteria.reachable_dimension)
    };
    assert_eq!(least("12").unwrap(), Some(LeastDimension::AtLeast(12)));
    assert_eq!(
        least("\"full\"").unwrap(),
        Some(LeastDimension::Full("full".into()))
    );
    for wrong in ["\"ful\"", "-1", "1.5", "true"] {
        assert!(least(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn unknown_keys_have_the_nearest_of_this_table() {
    assert_eq!(
        refused("mesh.topology = \"tree\"\nmesh.ports = 8\nmesh.prots = 8\n"),
        "a.toml:4: mesh.prots = 8: unknown key\n  help: did you mean mesh.ports?"
    );
    // A key of experiments.
    assert!(
        refused("mesh.topology = \"tree\"\nmesh.ports = 8\ntraining.epochs = 8\n")
            .contains("[training]: unknown table")
    );
}
