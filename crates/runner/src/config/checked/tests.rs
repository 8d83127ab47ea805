use super::super::keys::KEYS;
use super::super::load::{Loaded, Override};
use super::super::preset;
use super::*;
use std::collections::BTreeSet;

/// Settings that together bring every key into use, and every choice of every key.
const SETTINGS: &[&[(&str, &str)]] = &[
    &[],
    &[
        ("chip.activation.kind", "identity"),
        ("chip.source.port_power_w", "1e-3"),
        ("chip.readout.kind", "intensity"),
        ("chip.readout.tap", "coupler"),
        ("chip.mesh", "triangular"),
        ("chip.initial_phases", "uniform"),
        ("chip.precision", "f64"),
        ("process.source.rin_db_per_hz", "-150"),
        ("process.source.modulator_extinction_ratio_db", "15"),
        ("process.source.modulator_dac_bits", "8"),
        ("process.heater.law", "power"),
        ("process.heater.resistance_ohm", "600"),
        ("process.heater.dac_bits", "8"),
        ("process.detector.noise", "true"),
        ("process.detector.saturation_a", "1e-3"),
        ("process.detector.optical_crosstalk_floor_db", "40"),
        ("process.detector.adc_bits", "8"),
        ("process.detector.adc_full_scale_a", "[1e-6, 2e-6]"),
        ("process.faults.open_ports", "[1, 2]"),
        ("process.faults.dead_detectors", "[{ layer = 0, port = 3 }]"),
        (
            "process.faults.stuck_heaters",
            "[{ layer = 1, heater = \"phi\", index = 3, phase_rad = 0.5 }, \
             { layer = 0, heater = \"gamma\", index = 4, code = 7 }]",
        ),
        ("training.estimator.kind", "one-sided"),
        ("training.estimator.law", "rademacher"),
        ("training.estimator.smoothing_radius", "auto"),
        ("training.goal.kind", "softmax"),
        ("training.optimizer.kind", "adam"),
        ("training.optimizer.schedule", "cosine"),
        ("vote.rule", "published"),
        ("process.instruments.dac_pj_per_conversion", "3.6"),
        ("process.instruments.adc_pj_per_conversion", "1.48"),
        ("process.instruments.tia_mw", "3"),
        ("process.instruments.modulator_fj_per_symbol", "450"),
        ("limits.sample_queries", "1000"),
    ],
    &[
        ("training.goal.kind", "margin"),
        ("chip.mesh", "redundant-rectangular"),
        ("chip.initial_phases", "zero"),
        ("chip.source.laser_power_dbm", "20"),
        ("chip.activation.kind", "gain-stage"),
        ("chip.activation.noise_figure_db", "5"),
        ("chip.activation.saturation_output_dbm", "10"),
        ("chip.readout.kind", "homodyne"),
        ("process.detector.noise", "true"),
        ("process.detector.integration_time_s", "1e-6"),
        ("process.heater.dac_bits", "12"),
        ("training.estimator.smoothing_radius_dac_steps", "2"),
    ],
    &[
        ("training.solver", "bp-pat"),
        ("training.twin.knowledge", "truth"),
        ("training.goal.kind", "cross-entropy"),
        ("training.optimizer.dimension_scaling", "false"),
    ],
    &[
        ("training.solver", "ff-dd"),
        ("training.layers", "in-parallel"),
    ],
    &[
        ("training.solver", "bp-insitu"),
        ("training.in_situ.interference", "three-intensities"),
        ("process.monitor.tap_ratio", "0.01"),
        ("training.optimizer.dimension_scaling", "false"),
    ],
    &[
        ("training.solver", "ff-insitu"),
        ("chip.readout.kind", "intensity"),
        ("training.goal.kind", "goodness"),
        ("training.goal.threshold", "0.4"),
        ("training.goal.sharpness", "30"),
        ("training.goal.label_port", "54"),
        ("training.goal.label_amplitude", "0.5"),
        ("training.optimizer.kind", "adam"),
        ("vote.rule", "accumulated"),
    ],
    &[
        ("training.solver", "ff-ad"),
        ("training.twin.knowledge", "calibration"),
        ("training.fine_tune.epochs", "3"),
        ("training.optimizer.kind", "adam"),
    ],
    &[
        ("training.solver", "bp-dd"),
        ("training.estimator.kind", "coordinate"),
        ("training.optimizer.dimension_scaling", "false"),
    ],
    &[
        ("chip.source.laser_power_w", "0.1"),
        ("chip.activation.kind", "regenerator"),
        ("chip.activation.noise", "true"),
        ("chip.activation.extinction_ratio_db", "20"),
    ],
    &[
        ("chip.activation.kind", "regenerator"),
        ("chip.activation.transfer", "sigmoid"),
    ],
    &[("chip.activation.kind", "saturable-absorber")],
    &[
        ("chip.activation.kind", "mod-relu"),
        ("chip.cell", "symmetric"),
    ],
    &[
        ("data.set", "idx"),
        ("data.folder", "mnist"),
        ("data.files", "t10k"),
        ("data.prefix", "emnist-letters-"),
        ("data.classes", "[3, 8]"),
        ("data.split_seed", "7"),
        ("data.train_images", "100"),
        ("data.test_images", "50"),
        ("data.crop_pixels", "16"),
        ("data.downsample", "2"),
        ("data.normalisation", "full-scale"),
        ("data.full_scale", "200"),
    ],
    &[
        ("data.set", "csv"),
        ("data.file", "train.csv"),
        ("data.test_file", "test.csv"),
        ("data.label_column", "last"),
        ("data.header", "present"),
        ("data.permuted", "false"),
        ("data.normalisation", "per-image-norm"),
    ],
    &[("data.set", "npz"), ("data.file", "mnist.npz")],
    &[
        ("data.set", "f1"),
        ("data.noise", "0"),
        ("model.kind", "mlp"),
        ("model.widths", "[7, 5]"),
        ("model.activation_between_layers", "false"),
    ],
    &[
        ("data.set", "f2"),
        ("data.train_samples", "20"),
        ("data.test_samples", "10"),
        ("model.kind", "mlp"),
        ("training.estimator.smoothing_radius", "auto"),
    ],
    &[
        ("model.kind", "cnn"),
        ("model.channels", "[3, 4]"),
        ("model.kernel_pixels", "[3, 2]"),
        ("model.padding_pixels", "0"),
        ("model.dense_widths", "[]"),
        ("model.reference_images", "0"),
        ("model.grouping", "kinds"),
    ],
];

/// The mesh file of [`with_mesh_file`].
const MESH: &str = "name = \"pair\"\nports = 64\ntopology = \"tree\"\ncell = \"three-splitter\"\n";

/// An experiment with a mesh file by this name, in a folder of its own.
fn with_mesh_file(
    name: &str,
    text: &str,
) -> (tempfile::TempDir, Result<Loaded, crate::error::Error>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), MESH).unwrap();
    let file = folder.path().join("a.toml").display().to_string();
    let loaded = Loaded::from_text(&file, text, &[]);
    (folder, loaded)
}

#[test]
fn a_mesh_file_says_ports_and_is_in_the_hash() {
    let head = "name = \"a\"\ndata.set = \"digits\"\n";
    let (folder, loaded) = with_mesh_file("my.toml", &format!("{head}chip.mesh = \"my.toml\""));
    let loaded = loaded.unwrap();
    assert_eq!(loaded.config.chip.mesh, MeshKind::File);
    let mesh = loaded.config.chip.mesh_file.clone().unwrap();
    assert_eq!(
        (mesh.topology.parts().mzis, mesh.topology.name()),
        (63, "pair")
    );
    assert!(
        loaded
            .canonical()
            .contains("mesh = \"mesh.toml\"\nmesh_sha256 = \"")
    );
    // The resolved text reads back beside the file, and with no other file.
    let (_folder, again) = with_mesh_file("mesh.toml", &loaded.canonical());
    let again = again.unwrap();
    assert_eq!(
        (&again.config, again.hash()),
        (&loaded.config, loaded.hash())
    );
    let with = |mesh: &str, more: &str| {
        std::fs::write(folder.path().join("my.toml"), mesh).unwrap();
        let file = folder.path().join("a.toml").display().to_string();
        Loaded::from_text(
            &file,
            &format!("{head}chip.mesh = \"my.toml\"\n{more}"),
            &[],
        )
    };
    let other = MESH.replace("three-splitter", "plain");
    assert_ne!(with(&other, "").unwrap().hash(), loaded.hash());
    with(MESH, "chip.ports = 64").unwrap();
    let hash = format!("chip.mesh_sha256 = \"{}\"", mesh_hash(&loaded));
    assert_eq!(with(MESH, &hash).unwrap().hash(), loaded.hash());
    for (mesh, more, expected) in [
        (
            MESH,
            "chip.ports = 32",
            "a.toml:4: chip.ports = 32: the mesh in ",
        ),
        (
            MESH,
            "chip.cell = \"plain\"",
            "a.toml:4: chip.cell = \"plain\": has no effect beside ",
        ),
        (&other, &hash, "a.toml:4: chip.mesh_sha256 = "),
        ("ports = 3", "", "my.toml:1: name: missing"),
    ] {
        let report = with(mesh, more).unwrap_err().report();
        assert!(report.contains(expected), "{report}");
    }
    let missing = format!("{head}chip.mesh = \"no.toml\"");
    let report = Loaded::from_text("a.toml", &missing, &[])
        .unwrap_err()
        .report();
    assert!(
        report.starts_with("a.toml:3: chip.mesh = \"no.toml\": no.toml is no file"),
        "{report}"
    );
    let named = format!("{head}{hash}");
    let report = Loaded::from_text("a.toml", &named, &[])
        .unwrap_err()
        .report();
    assert!(
        report.contains("has no effect while chip.mesh = rectangular"),
        "{report}"
    );
}

fn mesh_hash(loaded: &Loaded) -> String {
    loaded.config.chip.mesh_sha256.clone().unwrap()
}

/// What else a choice needs.
fn beside(path: &str, choice: &str) -> &'static [(&'static str, &'static str)] {
    match (path, choice) {
        ("data.set", "idx") => &[("data.folder", "a")],
        ("data.set", "csv") => &[("data.file", "a"), ("data.label_column", "last")],
        ("data.set", "npz") => &[("data.file", "a")],
        ("training.estimator.kind", "coordinate")
        | (
            "training.solver",
            "ff-ad" | "bp-ad" | "ff-pat" | "bp-pat" | "ff-insitu" | "bp-insitu",
        ) => &[("training.optimizer.dimension_scaling", "false")],
        ("training.goal.kind", "goodness") => &[("chip.readout.kind", "intensity")],
        ("training.fine_tune.schedule", _) => &[
            ("training.solver", "ff-ad"),
            ("training.fine_tune.epochs", "2"),
            ("training.optimizer.dimension_scaling", "false"),
        ],
        ("data.set", "f1" | "f2") => &[("model.kind", "mlp")],
        ("data.label_column", _) => &[("data.file", "a")],
        _ => &[],
    }
}

fn load(setting: &[(&str, &str)]) -> Loaded {
    let overrides: Vec<_> = setting.iter().map(|(k, v)| Override::set(*k, *v)).collect();
    Loaded::from_text("a.toml", "name = \"a\"\ndata.set = \"digits\"", &overrides)
        .unwrap_or_else(|error| panic!("{}", error.report()))
}

fn remove(table: &mut toml::Table, path: &str) {
    let Some((head, rest)) = path.split_once('.') else {
        table.remove(path);
        return;
    };
    if let Some(toml::Value::Table(inner)) = table.get_mut(head) {
        remove(inner, rest);
        if inner.is_empty() {
            table.remove(head);
        }
    }
}

#[test]
fn a_chip_is_the_model_without_a_word_and_keeps_its_hash() {
    let plain = load(&[]);
    assert!(
        !plain.canonical().contains("model"),
        "{}",
        plain.canonical()
    );
    let said = load(&[("model.kind", "mesh")]);
    assert_eq!(
        (said.canonical(), said.hash()),
        (plain.canonical(), plain.hash())
    );
    let other = load(&[("model.kind", "mlp")]);
    assert!(other.canonical().contains("[model]\nkind = \"mlp\"\n"));
    assert!(!other.canonical().contains("[chip]") && !other.canonical().contains("[process"));
}

/// A key without a field would be lost on the way back, a field without a key would be new there.
#[test]
fn table_and_structs_are_in_step() {
    let mut seen = BTreeSet::new();
    let mesh = "name = \"a\"\ndata.set = \"digits\"\nchip.mesh = \"my.toml\"";
    let (_folder, with_file) = with_mesh_file("my.toml", mesh);
    for loaded in SETTINGS
        .iter()
        .map(|setting| load(setting))
        .chain(with_file)
    {
        let from_table: toml::Table = loaded.canonical().parse().unwrap();
        let mut from_structs = toml::Table::try_from(&loaded.config).unwrap();
        if !loaded.config.model.is_chip() {
            // Typed, keys without effect have their defaults.
            let unused = KEYS.iter().filter(|key| loaded.value(key.path).is_none());
            unused.for_each(|key| remove(&mut from_structs, key.path));
        }
        assert_eq!(from_structs, from_table);
        let used = KEYS.iter().map(|key| key.path);
        seen.extend(used.filter(|path| loaded.value(path).is_some()));
    }
    // A preset is replaced by what it says.
    let kept = KEYS.iter().filter(|key| key.path != preset::KEY);
    let all: BTreeSet<_> = kept.map(|key| key.path).collect();
    assert_eq!(seen, all, "a key is in use in none of the settings");
}

#[test]
fn every_choice_is_a_variant() {
    use super::super::key::{Kind, State};
    for key in KEYS.iter() {
        if let Kind::Text { choices } | Kind::TextOrFile { choices } = key.kind {
            for choice in choices {
                let needed = key.used_when.and_then(|condition| match condition.state {
                    State::Is(value) => Some((condition.path, value)),
                    State::In(values) => Some((condition.path, values[0])),
                    State::Given => None,
                });
                let more = needed.iter().flat_map(|(path, value)| beside(path, value));
                let more = more.chain(beside(key.path, choice));
                // Of two of the same key the later one holds.
                let mut setting: Vec<_> = more.copied().collect();
                setting.extend(needed);
                setting.push((key.path, *choice));
                load(&setting);
            }
        }
    }
}

#[test]
fn the_resolved_text_reads_back_with_the_same_hash() {
    for setting in SETTINGS {
        let loaded = load(setting);
        let again = Loaded::from_text("b.toml", &loaded.canonical(), &[]).unwrap();
        assert_eq!(again.config, loaded.config);
        assert_eq!(again.canonical(), loaded.canonical());
        assert_eq!(again.hash(), loaded.hash());
        assert_eq!(loaded.hash().len(), 64);
    }
    assert_ne!(load(SETTINGS[0]).hash(), load(&[("seed", "1")]).hash());
}

#[test]
fn spelling_and_order_do_not_change_the_hash() {
    let plain = load(&[]);
    let other = "data = { set = 'digits' }\n# a comment\nname = 'a'\nchip.ports = 0x40\nseed = 0\n\
                 [process.mesh]\ncoupler_loss_db = -0.0\n[training.optimizer]\nlearning_rate = 0.001";
    let other = Loaded::from_text("b.toml", other, &[]).unwrap();
    assert_eq!(other.hash(), plain.hash());
}

#[test]
fn defaults_are_the_published_ones_with_a_signed_readout() {
    let config = load(&[]).config;
    assert_eq!((config.chip.ports, config.chip.layers), (64, 2));
    assert_eq!(config.readouts(), 32);
    assert_eq!(config.training.goal, Goal::Cosine);
    assert_eq!(config.training.optimizer.schedule, Schedule::Constant);
    assert!(!config.process.detector.noise);
    assert_eq!(config.limits.sample_queries, None);
    assert_eq!(
        config.chip.activation,
        Activation::ElectroOptic {
            tap_fraction: 0.1,
            gain_rad_per_mw: 0.05 * std::f64::consts::PI,
            bias_rad: std::f64::consts::PI,
        }
    );
}
