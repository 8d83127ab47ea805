use super::*;

const BASE: &str = "name = \"s\"\n[set]\ndata.set = \"digits\"\ntraining.epochs = 2\n";

fn sweep(more: &str) -> Sweep {
    Sweep::from_text("s.toml", &format!("{more}\n"), &[])
        .unwrap_or_else(|e| panic!("{}", e.report()))
}

fn report(text: &str) -> String {
    Sweep::from_text("s.toml", text, &[]).unwrap_err().report()
}

fn with_axes(head: &str, axes: &str) -> String {
    format!("{head}\n{BASE}\n{axes}")
}

const SIGMA: &str =
    "[[axis]]\nkey = \"process.mesh.splitter_error_sigma_rad\"\nvalues = [0, 0.01]\n";
const LAYERS: &str = "[[axis]]\nkey = \"chip.layers\"\nvalues = [1, 2, 3]\n";

#[test]
fn runs_are_settings_times_dies_times_trainings() {
    let text = with_axes("dies = 2\nseeds = [5, 9]", &format!("{SIGMA}{LAYERS}"));
    let sweep = sweep(&text);
    assert_eq!(sweep.runs(), 24);
    assert_eq!(sweep.die_seeds, [Some(0), Some(1)]);
    let run = sweep.run(13);
    assert_eq!((run.die_seed, run.seed), (Some(0), 9));
    let point = shown_point(&run.setting.point);
    assert_eq!(
        point,
        "chip.layers = 1, process.mesh.splitter_error_sigma_rad = 0.01"
    );
    let config = sweep.load(&run).unwrap().config;
    assert_eq!(config.chip.layers, 1);
    assert_eq!(config.process.mesh.splitter_error_sigma_rad, 0.01);
    assert_eq!(
        (config.seed, config.chip.die_seed, config.training.epochs),
        (9, 0, 2)
    );
    assert_eq!(config.name, "s");
}

#[test]
fn the_hash_is_that_of_the_runs() {
    let hash = |text: &str| sweep(text).hash();
    let plain = hash(&with_axes("", SIGMA));
    assert_eq!(
        hash(&with_axes(
            "yield_at = 0.9\nlimits.runs = 99\nslurm.tasks = 3",
            SIGMA
        )),
        plain
    );
    let others = [
        with_axes("dies = 2", SIGMA),
        with_axes("trainings = 2", SIGMA),
        with_axes("", LAYERS),
        with_axes("", SIGMA).replace("epochs = 2", "epochs = 3"),
    ];
    for other in others {
        assert_ne!(hash(&other), plain, "{other}");
    }
}

#[test]
fn a_base_is_found_beside_the_sweep_and_set_holds_over_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.toml");
    std::fs::write(
        folder.path().join("b.toml"),
        "name = \"b\"\nseed = 4\ndata.set = \"digits\"\ntraining.epochs = 7\ntraining.batch = 64\n",
    )
    .unwrap();
    let text = "name = \"s\"\nbase = \"b.toml\"\ntrainings = 2\n[set]\ntraining.epochs = 3\n";
    std::fs::write(&path, text).unwrap();
    let option = [Override::set("training.batch", "32")];
    let sweep = Sweep::read(&path, &option).unwrap_or_else(|e| panic!("{}", e.report()));
    assert_eq!(sweep.seeds, [4, 5]);
    let config = sweep.load(&sweep.run(1)).unwrap().config;
    assert_eq!(
        (config.training.epochs, config.training.batch, config.seed),
        (3, 32, 5)
    );
    assert_eq!(config.name, "b");
    std::fs::remove_file(folder.path().join("b.toml")).unwrap();
    let error = Sweep::read(&path, &[]).unwrap_err().report();
    assert!(error.contains("s.toml:2: base = "), "{error}");
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_help() {
    let cases = [
        (
            "[[axis]]\nkey = \"chip.layer\"\nvalues = [1]",
            "s.toml:8: axis[0].key = \"chip.layer\": unknown key\n  help: did you mean chip.layers?",
        ),
        (
            "[[axis]]\nkey = \"chip.layers\"\nvalues = [1, \"two\"]",
            "s.toml:9: chip.layers = \"two\": a whole number is needed, found text",
        ),
        (
            "[[axis]]\nkey = \"chip.layers\"\nvalues = [0]",
            "s.toml:9: chip.layers = 0: too small",
        ),
        (
            "[[axis]]\nkey = \"chip.layers\"\nvalues = 3",
            "s.toml:9: axis[0].values = 3: a list is needed",
        ),
        ("[[axis]]\nkey = \"chip.layers\"\nvalues = []", "empty"),
        (
            "[[axis]]\nkey = \"chip.layers\"",
            "axis[0]: needs one of values, range and log_range",
        ),
        ("[[axis]]\nvalues = [1]", "axis[0].key: missing"),
        (
            "[[axis]]\nkey = \"seed\"\nvalues = [1]",
            "help: give trainings or seeds at the top",
        ),
        (
            "[[axis]]\nkey = \"chip.die_seed\"\nvalues = [1]",
            "help: give dies or die_seeds at the top",
        ),
        (
            "[[axis]]\nkey = \"training.epochs\"\nvalues = [1]",
            "s.toml:5: training.epochs = 2: axis[0] gives this key its values",
        ),
        (
            "[[axis]]\nkey = \"chip.layers\"\nvalues = [1]\n[[axis]]\nkey = \"chip.layers\"\nvalues = [2]",
            "the key of axis[0] as well",
        ),
        (
            "[[axis]]\nkey = \"chip.layers\"\nrange = { from = 3, to = 1, steps = 2 }",
            "from must be below to",
        ),
        (
            "[[axis]]\nkey = \"chip.layers\"\nrange = { from = 1, to = 3, step = 2 }",
            "step is an unknown key",
        ),
        (
            "[[axis]]\nkey = \"chip.layers\"\nlog_range = { from = 0, to = 3, steps = 2 }",
            "from must be above 0",
        ),
        (
            "[[axis]]\nkey = \"chip.layers\"\nrange = { from = 1, to = 4 }",
            "steps is missing",
        ),
        (
            "[[axis]]\nkey = \"chip.layers\"\nrange = { from = 1, to = 4, steps = 3 }",
            "makes chip.layers = 2.5: ",
        ),
        (
            "[[axis]]\nkey = \"chip.mesh\"\nrange = { from = 1, to = 4, steps = 3 }",
            "a range is of numbers",
        ),
        (
            "[[axis]]\nkey = \"process.mesh.splitter_error_sigma_rad\"\nvalues = [0.1, 1e-1]",
            "setting 1 is the same experiment as setting 0",
        ),
        ("axis = 3", "a list of tables is needed"),
        (
            "[[axis]]\nkey = \"chip.layers\"\nvalue = [1]",
            "axis[0].value = [1]: unknown key",
        ),
    ];
    for (axes, expected) in cases {
        let text = match axes.starts_with("axis") {
            true => format!("{axes}\n{BASE}"),
            false => with_axes("", axes),
        };
        let found = report(&text);
        assert!(
            found.contains(expected),
            "{axes}\n{found}\nexpected: {expected}"
        );
    }
}

#[test]
fn a_setting_that_is_no_experiment_is_named_with_its_values() {
    // The gain has a meaning for one activation alone.
    let axes = "[[axis]]\nkey = \"chip.activation.kind\"\nvalues = [\"electro-optic\", \"identity\"]\n\
                [[axis]]\nkey = \"chip.activation.gain_rad_per_mw\"\nvalues = [0.1, 0.2]\n";
    let found = report(&with_axes("", axes));
    assert!(
        found.contains(
            "at the setting chip.activation.gain_rad_per_mw = 0.2, chip.activation.kind = identity"
        ),
        "{found}"
    );
    // What is wrong with the experiment itself is said once and without a setting.
    let text = with_axes("", LAYERS).replace("training.epochs = 2", "training.epoch = 2");
    let found = report(&text);
    assert!(
        found.contains("did you mean training.epochs?") && !found.contains("at the setting"),
        "{found}"
    );
    let text = with_axes("", LAYERS).replace("training.epochs = 2", "training.batch = 0");
    let found = report(&text);
    assert_eq!(found.matches("training.batch = 0").count(), 1, "{found}");
}

#[test]
fn keys_of_the_sweep_itself_are_checked() {
    let cases = [
        ("die = 2", "did you mean dies?"),
        ("dies = 2\ndie_seeds = [1]", "in another way"),
        ("seeds = [1, 1]", "1 stands there twice"),
        ("design = \"random\"", "samples"),
        ("samples = 3", "has no effect while design = grid"),
        ("yield_at = 90", "too large"),
        ("[slurm]\ntime = 3", "unknown key"),
    ];
    for (head, expected) in cases {
        let found = report(
            &with_axes(head, LAYERS)
                .replace("name = \"s\"\n", "")
                .replacen(head, &format!("name = \"s\"\n{head}"), 1),
        );
        assert!(found.contains(expected), "{head}\n{found}");
    }
    let digital = with_axes("dies = 2", "").replace("[set]", "[set]\nmodel.kind = \"mlp\"");
    assert!(
        report(&digital).contains("has no die"),
        "{}",
        report(&digital)
    );
}

#[test]
fn an_absurd_grid_is_refused_before_it_is_made() {
    let range = |key: &str| {
        format!("[[axis]]\nkey = \"{key}\"\nrange = {{ from = 0.0, to = 0.1, steps = 100000 }}\n")
    };
    let axes = range("process.mesh.splitter_error_sigma_rad")
        + &range("training.optimizer.momentum").replace("from = 0.0", "from = 0.01");
    let began = std::time::Instant::now();
    let found = report(&with_axes("dies = 10", &axes));
    assert!(
        found.contains("10,000,000,000 settings x 10 dies x 1 trainings are 100,000,000,000 runs"),
        "{found}"
    );
    assert!(found.contains("raise limits.runs"), "{found}");
    // It would take hours to make them.
    assert!(began.elapsed().as_secs() < 60);
}

#[test]
fn drawn_settings_are_the_same_again_and_follow_their_seed() {
    let axes = "[[axis]]\nkey = \"process.mesh.splitter_error_sigma_rad\"\nrange = { from = 0, to = 0.1 }\n";
    let hash = |seed: u32| {
        let head = format!("design = \"latin-hypercube\"\nsamples = 5\nsample_seed = {seed}");
        let sweep = sweep(&with_axes(&head, axes));
        assert_eq!(sweep.runs(), 5);
        sweep.hash()
    };
    assert_eq!(hash(1), hash(1));
    assert_ne!(hash(1), hash(2));
}

#[test]
fn values_are_short_and_read_back() {
    let shown = |x: f64| shown_value(&x.into());
    assert_eq!(
        [0.0, 1e6, 0.005, 1e-5, -2.5].map(shown),
        ["0", "1e6", "0.005", "1e-5", "-2.5"]
    );
    for x in [1.0 / 3.0, 1e5, 123_456.789, 9.87e-12] {
        assert_eq!(shown(x).parse::<f64>().unwrap(), x);
    }
    let names = |paths: &[&str]| -> Vec<String> {
        let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
        short_names(&paths).into_iter().map(str::to_owned).collect()
    };
    assert_eq!(names(&["a.b.x", "c.y"]), ["x", "y"]);
    assert_eq!(names(&["a.x", "c.x"]), ["a.x", "c.x"]);
}

#[test]
fn a_key_that_is_unset_at_a_point_says_so() {
    let axes = "[[axis]]\nkey = \"limits.sample_queries\"\nvalues = [1000, \"none\"]\n";
    let sweep = sweep(&with_axes("", axes));
    assert_eq!(
        shown_point(&sweep.settings[1].point),
        "limits.sample_queries = none"
    );
}
