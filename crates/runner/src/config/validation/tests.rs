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

#[test]
fn one_mesh_with_defaults() {
    let loaded = load("mesh.topology = \"rectangular\"\n").unwrap();
    let validation = &loaded.validation;
    let candidates = validation.candidates();
    assert_eq!(candidates.len(), 1);
    assert_eq!((candidates[0].name(), candidates[0].ports), ("rectangular", 64));
    assert_eq!(validation.validate.dies, 200);
    assert!(validation.validate.analyses.attribution);
    assert_eq!(validation.criteria, Criteria::default());
}

#[test]
fn candidates_have_names_of_their_own() {
    let text = "[[candidate]]\ntopology = \"diamond\"\nports = 8\n\
                [[candidate]]\nname = \"twice\"\ntopology = \"diamond\"\nports = 16\n";
    let loaded = load(text).unwrap();
    let names: Vec<_> = loaded.validation.candidates().iter().map(|c| c.name().to_owned()).collect();
    assert_eq!(names, ["diamond", "twice"]);
    assert_eq!(
        refused(&text.replace("twice", "diamond")),
        "a.toml:2: candidate[1]: a second one of the name diamond\n  help: give each a name of its own"
    );
    assert_eq!(
        refused(&text.replace("ports = 16", "ports = 16\nextra_columns = 2")),
        "a.toml:2: candidate[1].extra_columns = 2: has no effect on this topology\n  help: remove it, or \
         set topology = \"redundant-rectangular\""
    );
    assert_eq!(
        refused("[[candidate]]\ntopology = \"diamond\"\n"),
        "a.toml:2: candidate[0].ports: missing, and it has no default (ports, 1 to 4096)\n  help: Its ports."
    );
}

#[test]
fn there_is_one_mesh_or_candidates() {
    let missing = "a.toml: mesh.topology: missing: there is no mesh to validate\n  help: set it, or give \
                   meshes to compare as [[candidate]]";
    assert_eq!(refused(""), missing);
    assert_eq!(refused("candidate = []\n"), missing);
    assert_eq!(
        refused("mesh.topology = \"tree\"\n[[candidate]]\ntopology = \"diamond\"\nports = 8\n"),
        "a.toml:2: mesh.topology = \"tree\": stands beside candidates\n  help: make it one of them, or remove \
         them"
    );
}

#[test]
fn keys_of_the_detectors_are_refused_but_in_a_preset() {
    let mesh = "mesh.topology = \"tree\"\n";
    assert!(load(&format!("{mesh}process.preset = \"mature\"\n")).is_ok());
    assert_eq!(
        refused(&format!("{mesh}process.detector.adc_bits = 8\n")),
        "a.toml:3: process.detector.adc_bits = 8: has no effect on a validation, which is about the mesh \
         alone\n  help: remove it; process.preset may still name a preset that has it"
    );
}

#[test]
fn a_criterion_needs_its_analysis() {
    let text = "mesh.topology = \"tree\"\nvalidate.analyses.yield = false\ncriteria.min_yield = 0.9\n";
    assert_eq!(
        refused(text),
        "a.toml:4: criteria.min_yield = 0.9: has no effect while validate.analyses.yield = false\n  help: \
         remove it, or set validate.analyses.yield = true"
    );
}

#[test]
fn a_dimension_is_a_number_or_full() {
    let least = |value: &str| {
        load(&format!("mesh.topology = \"tree\"\ncriteria.reachable_dimension = {value}\n"))
            .map(|loaded| loaded.validation.criteria.reachable_dimension)
    };
    assert_eq!(least("12").unwrap(), Some(LeastDimension::AtLeast(12)));
    assert_eq!(least("\"full\"").unwrap(), Some(LeastDimension::Full("full".into())));
    for wrong in ["\"ful\"", "-1", "1.5", "true"] {
        assert!(least(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn unknown_keys_have_the_nearest_of_this_table() {
    assert_eq!(
        refused("mesh.topology = \"tree\"\nmesh.prots = 8\n"),
        "a.toml:3: mesh.prots = 8: unknown key\n  help: did you mean mesh.ports?"
    );
    // A key of experiments.
    assert!(refused("mesh.topology = \"tree\"\ntraining.epochs = 8\n").contains("[training]: unknown table"));
}
