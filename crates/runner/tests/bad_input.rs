//! Each kind of wrong configuration gives exactly the line that the user should see.

use runner::config::{Loaded, Override};
use std::fs;
use std::path::Path;

const HEAD: &str = "name = \"a\"\ndata.set = \"digits\"\n";

fn report(text: &str, overrides: &[Override]) -> String {
    match Loaded::from_text("a.toml", text, overrides) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(error) => error.report(),
    }
}

/// The text stands from line 3 on.
#[track_caller]
fn assert_report(text: &str, expected: &str) {
    assert_eq!(report(&format!("{HEAD}{text}"), &[]), expected);
}

#[test]
fn unknown_keys_and_tables() {
    assert_report(
        "[chip]\nprots = 16",
        "a.toml:4: chip.prots = 16: unknown key\n  help: did you mean chip.ports?",
    );
    assert_report(
        "[training]\nlearning_rate = 0.1",
        "a.toml:4: training.learning_rate = 0.1: unknown key\n  \
         help: did you mean training.optimizer.learning_rate?",
    );
    assert_report(
        "[chip.readout]\npolarisation = 1",
        "a.toml:4: chip.readout.polarisation = 1: unknown key\n  \
         help: known in [chip.readout]: kind, tap, tap_ratio, averages, local_oscillator_dbm, \
         local_oscillator_rad",
    );
    assert_report(
        "[trainig]\nepochs = 3\nbatch = 4",
        "a.toml:3: [trainig]: unknown table\n  help: did you mean [training]?",
    );
    assert_report(
        "[weather]\nrain = true",
        "a.toml:3: [weather]: unknown table\n  help: known at the top: name, seed, data, model, chip, \
         process, training, vote, limits",
    );
}

#[test]
fn wrong_types() {
    assert_report(
        "chip.ports = \"many\"",
        "a.toml:3: chip.ports = \"many\": a whole number is needed, found text (ports, 1 to 4096)\n  \
         help: for example chip.ports = 64",
    );
    assert_report(
        "chip.ports = 64.0",
        "a.toml:3: chip.ports = 64.0: a whole number is needed, found a number with a point \
         (ports, 1 to 4096)\n  help: for example chip.ports = 64",
    );
    assert_report(
        "process.detector.noise = 1",
        "a.toml:3: process.detector.noise = 1: true or false is needed, found a whole number \
         (true, false)\n  help: for example process.detector.noise = false",
    );
    assert_report(
        "process.mesh.coupler_loss_db = [0.1, 0.2]",
        "a.toml:3: process.mesh.coupler_loss_db = [0.1, 0.2]: a number is needed, found a list \
         (dB, 0 to 100 (excluded))\n  help: for example process.mesh.coupler_loss_db = 0.0",
    );
    assert_report(
        "[chip.ports]\nx = 1",
        "a.toml:3: chip.ports = [chip.ports]: a whole number is needed, found a table \
         (ports, 1 to 4096)\n  help: for example chip.ports = 64",
    );
    assert_report(
        "vote = 3",
        "a.toml:3: vote = 3: a table is needed, found a whole number\n  \
         help: write [vote] and its keys below: rule",
    );
}

#[test]
fn out_of_range() {
    assert_report(
        "process.mesh.coupler_loss_db = -0.3",
        "a.toml:3: process.mesh.coupler_loss_db = -0.3: too small (dB, 0 to 100 (excluded))\n  \
         help: a loss is a positive number of dB: 0.3 lets 93.3 % of the power through",
    );
    assert_report(
        "chip.ports = 0",
        "a.toml:3: chip.ports = 0: too small (ports, 1 to 4096)\n  help: Waveguides into and out of \
         each mesh; an image needs one port per pixel. Default 64.",
    );
    assert_report(
        "training.batch = 0",
        "a.toml:3: training.batch = 0: too small (samples, 1 to 1048576)\n  help: Samples per step; \
         the last batch of an epoch may be shorter. Default 128.",
    );
    assert_report(
        "seed = 9223372036854775808",
        "a.toml:3: seed = 9223372036854775808: too large (0 to 9007199254740992)\n  help: Seed of \
         the training: initial phases or weights, prototypes, batches and directions; and of the \
         samples of a function. Default 0.",
    );
    assert_report(
        "training.optimizer.learning_rate = nan",
        "a.toml:3: training.optimizer.learning_rate = nan: not a number (0 (excluded) to 1000)\n  \
         help: Step size at the start of a layer. Default 0.001.",
    );
    assert_report(
        "chip.source.port_power_dbm = inf",
        "a.toml:3: chip.source.port_power_dbm = inf: too large (dBm, -100 to 60 (excluded))\n  \
         help: Power into a port for a full-scale input of 1, behind its modulator. Default 0.0.",
    );
    assert_report(
        "chip.mesh = \"hexagonal\"",
        "a.toml:3: chip.mesh = \"hexagonal\": not a known choice (rectangular, triangular, \
         diamond, redundant-rectangular, butterfly, tree, permuting-rectangular, svd, or the path \
         of a .toml file)\n  \
         help: Topology: rectangular (doi:10.1364/OPTICA.3.001460), triangular \
         (doi:10.1103/PhysRevLett.73.58), diamond (doi:10.1364/OE.395441), redundant-rectangular \
         (extra_columns more), butterfly (doi:10.1364/OE.27.014009), tree \
         (doi:10.1364/OPTICA.391592), permuting-rectangular \
         (doi:10.1103/PhysRevApplied.11.064044), the last three with crossings, or svd (two \
         meshes with attenuators between them); or a mesh file beside this one (meshes.md), \
         which says the number of ports. Default rectangular.",
    );
    let open = "chip.activation.tap_fraction = 1";
    assert_report(
        open,
        "a.toml:3: chip.activation.tap_fraction = 1: too large (0 to 1 (excluded))\n  \
         help: Fraction of the power that is tapped for the photodiode (alpha). Default 0.1.",
    );
    assert_eq!(
        report("name = \"../x\"\ndata.set = \"digits\"", &[]),
        "a.toml:1: name = \"../x\": not a name (1 to 64 of A-Z a-z 0-9 . _ -, no dot first)\n  \
         help: Name of the experiment, part of the results folder's name."
    );
}

#[test]
fn missing_keys() {
    assert_eq!(
        report("", &[]),
        "a.toml: name: missing, and it has no default (1 to 64 of A-Z a-z 0-9 . _ -, no dot \
         first)\n  help: Name of the experiment, part of the results folder's name.\n\
         a.toml: data.set: missing, and it has no default (digits, idx, csv, npz, f1, f2)\n  help: Images: \
         digits = 1,797 handwritten digits of 8x8 pixels (doi:10.24432/C50P49), shipped; idx = files \
         as MNIST comes in, csv and npz = other files (docs/data.md). Numbers, for an mlp alone: f1 = \
         sin x0 + cos x1, f2 = exp(x0) sin x1 + x2 cos x3 - x4 x0, every x from -1 to 1."
    );
}

#[test]
fn keys_without_effect() {
    assert_report(
        "training.goal.temperature = 0.2",
        "a.toml:3: training.goal.temperature = 0.2: has no effect while training.goal.kind = \
         cosine\n  help: remove it, or set training.goal.kind = softmax",
    );
    assert_report(
        "process.detector.load_ohm = 50",
        "a.toml:3: process.detector.load_ohm = 50: has no effect while process.detector.noise = \
         false\n  help: remove it, or set process.detector.noise = true",
    );
}

#[test]
fn an_option_that_switches_something_off_drops_what_the_file_says_about_it() {
    let text = format!("{HEAD}training.goal = {{ kind = \"margin\", margin = 0.5 }}");
    let cosine = Override::set("training.goal.kind", "cosine");
    let loaded = Loaded::from_text("a.toml", &text, std::slice::from_ref(&cosine)).unwrap();
    assert_eq!(loaded.value("training.goal.margin"), None);
    let plain = Loaded::from_text("a.toml", HEAD, &[]).unwrap();
    assert_eq!(loaded.hash(), plain.hash());
    // What an option itself sets must have an effect.
    let margin = Override::set("training.goal.margin", "0.5");
    assert_eq!(
        report(&text, &[cosine, margin]),
        "--set: training.goal.margin = 0.5: has no effect while training.goal.kind = cosine\n  \
         help: remove it, or set training.goal.kind = margin"
    );
}

#[test]
fn options_go_through_the_same_checks_and_name_themselves() {
    let seed = Override {
        option: "--seed",
        key: "seed".into(),
        value: "9007199254740993".into(),
    };
    let overrides = [
        Override::set("training.epochs", "0"),
        Override::set("chip.prots", "16"),
        Override::set("chip.ports", "many"),
        seed,
    ];
    assert_eq!(
        report(HEAD, &overrides),
        "--set: chip.prots = 16: unknown key\n  help: did you mean chip.ports?\n\
         --seed: seed = 9007199254740993: too large (0 to 9007199254740992)\n  help: Seed of the \
         training: initial phases or weights, prototypes, batches and directions; and of the \
         samples of a function. Default 0.\n\
         --set: chip.ports = many: a whole number is needed, found text (ports, 1 to 4096)\n  \
         help: for example chip.ports = 64\n\
         --set: training.epochs = 0: too small (epochs per layer, 1 to 1000000000)\n  \
         help: Passes over the training set for each layer, or for all layers together. Default 100."
    );
}

#[test]
fn all_problems_of_a_file_at_once_in_the_order_of_its_lines() {
    let text = "data.set = \"digits\"\n[training]\nbatch = 0\n[process.mesh]\ncoupler_loss_db = -1\n\
                [chip]\nprots = 3\nports = 0\n[chip.activation]\nkind = \"identity\"\n\
                tap_fraction = 0.5\n";
    let report = report(text, &[Override::set("training.epochs", "0")]);
    let places: Vec<_> = report
        .lines()
        .filter(|line| !line.starts_with("  help: "))
        .map(|line| line.split(": ").take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        places,
        [
            "a.toml:3 training.batch = 0",
            "a.toml:5 process.mesh.coupler_loss_db = -1",
            "a.toml:7 chip.prots = 3",
            "a.toml:8 chip.ports = 0",
            "a.toml:11 chip.activation.tap_fraction = 0.5",
            "a.toml name",
            "--set training.epochs = 0",
        ]
    );
    assert_eq!(report.lines().count(), 2 * places.len());
}

#[test]
fn more_classes_than_readouts() {
    assert_report(
        "chip.ports = 16",
        "a.toml:3: chip.ports = 16: more classes than readouts (10 classes, 8 readouts, one per \
         pair of ports)\n  help: use at least 20 ports",
    );
    let text = format!("{HEAD}chip.readout.kind = \"intensity\"\nchip.ports = 10");
    assert!(Loaded::from_text("a.toml", &text, &[]).is_ok());
    assert_eq!(
        report(&text, &[Override::set("chip.ports", "9")]),
        "--set: chip.ports = 9: more classes than readouts (10 classes, 9 readouts, one per port)\n  \
         help: use at least 10 ports"
    );
}

#[test]
fn images_that_do_not_fit_the_ports() {
    use runner::config::fit;
    use runner::dataset::Dataset;
    let pixels = |text: &str| {
        let loaded = Loaded::from_text("a.toml", &format!("{HEAD}{text}"), &[]).unwrap();
        let data = Dataset::load(&loaded.config.data).unwrap();
        fit::images(&loaded, &data)
    };
    assert_eq!(pixels(""), Ok(()));
    assert_eq!(pixels("chip.ports = 65"), Ok(()));
    assert_eq!(
        pixels("chip.ports = 63").unwrap_err().to_string(),
        "a.toml:3: chip.ports = 63: images of digits do not fit (8 x 8 = 64 pixels, 63 ports)\n  \
         help: use at least 64 ports, or make the images smaller: data.crop_pixels = 7, or data.downsample"
    );
    assert_eq!(pixels("chip.ports = 63\ndata.crop_pixels = 7"), Ok(()));
}

#[test]
fn images_of_files() {
    let report = |text: &str| report(&format!("name = \"a\"\n{text}"), &[]);
    assert_eq!(
        report("data.set = \"idx\""),
        "a.toml: data.folder: missing, and it has no default (a path relative to this file, or an \
         absolute one)\n  help: Folder with train-images-idx3-ubyte, train-labels-idx1-ubyte, \
         t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each as it is or .gz."
    );
    assert_eq!(
        report("data.set = \"digits\"\ndata.file = \"a.csv\""),
        "a.toml:3: data.file = \"a.csv\": has no effect while data.set = digits\n  help: remove it, or \
         set data.set = csv or npz"
    );
    assert_eq!(
        report("data.set = \"npz\"\ndata.file = \"\""),
        "a.toml:3: data.file = \"\": empty (a path relative to this file, or an absolute one)\n  help: \
         The .csv file, or the .npz file with x_train, y_train, x_test, y_test, or with x and y."
    );
    for (classes, why) in [
        ("[3]", "at least 2 classes are needed"),
        ("[3, 8, 3]", "names 3 twice"),
    ] {
        assert_eq!(
            report(&format!("data.set = \"digits\"\ndata.classes = {classes}")),
            format!(
                "a.toml:3: data.classes = {classes}: {why}\n  help: list different labels, for example \
                 [3, 8]"
            )
        );
    }
    // Of digits that are left out none needs a readout.
    let few = "data = { set = \"digits\", classes = [3, 8], crop_pixels = 2 }\nchip.ports = 4";
    assert!(Loaded::from_text("a.toml", &format!("name = \"a\"\n{few}"), &[]).is_ok());
}

#[test]
fn syntax_errors_have_line_and_column() {
    let broken = report("name = \"a\"\nseed = = 3\n", &[]);
    assert!(broken.starts_with("a.toml:2:8: not TOML: "), "{broken}");
    let twice = report("seed = 1\nseed = 2\n", &[]);
    assert!(
        twice.starts_with("a.toml:2:1: not TOML: duplicate key"),
        "{twice}"
    );
    assert_eq!(twice.lines().count(), 2);
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let read = |path: &Path| Loaded::read(path, &[]).unwrap_err().report();
    let missing = folder.path().join("none.toml");
    let shown = missing.display();
    assert_eq!(
        read(&missing),
        format!(
            "{shown}: cannot be read: No such file or directory (os error 2)\n  \
             help: give the path of an experiment in TOML"
        )
    );
    assert!(read(folder.path()).contains("cannot be read: "));
    let latin1 = folder.path().join("latin1.toml");
    fs::write(&latin1, b"# a\nname = \"\xe9\"\n").unwrap();
    assert_eq!(
        read(&latin1),
        format!(
            "{}:2:9: not UTF-8\n  help: save the file as UTF-8 text",
            latin1.display()
        )
    );
}
