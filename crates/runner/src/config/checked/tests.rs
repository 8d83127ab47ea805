use super::super::keys::KEYS;
use super::super::load::{Loaded, Override};
use super::*;
use std::collections::BTreeSet;

/// Settings that together bring every key into use, and every choice of every key.
const SETTINGS: &[&[(&str, &str)]] = &[
    &[],
    &[
        ("chip.activation.kind", "identity"),
        ("chip.readout.kind", "intensity"),
        ("chip.mesh", "triangular"),
        ("chip.initial_phases", "uniform"),
        ("chip.precision", "f64"),
        ("process.detector.noise", "true"),
        ("training.estimator.kind", "one-sided"),
        ("training.estimator.law", "rademacher"),
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
        ("chip.initial_phases", "zero"),
    ],
];

fn load(setting: &[(&str, &str)]) -> Loaded {
    let overrides: Vec<_> = setting.iter().map(|(k, v)| Override::set(*k, *v)).collect();
    Loaded::from_text("a.toml", "name = \"a\"\ndata.set = \"digits\"", &overrides)
        .unwrap_or_else(|error| panic!("{}", error.report()))
}

/// A key without a field would be lost on the way back, a field without a key would be new there.
#[test]
fn table_and_structs_are_in_step() {
    let mut seen = BTreeSet::new();
    for setting in SETTINGS {
        let loaded = load(setting);
        let from_table: toml::Table = loaded.canonical().parse().unwrap();
        let from_structs = toml::Table::try_from(&loaded.config).unwrap();
        assert_eq!(from_structs, from_table);
        let used = KEYS.iter().map(|key| key.path);
        seen.extend(used.filter(|path| loaded.value(path).is_some()));
    }
    let all: BTreeSet<_> = KEYS.iter().map(|key| key.path).collect();
    assert_eq!(seen, all, "a key is in use in none of the settings");
}

#[test]
fn every_choice_is_a_variant() {
    use super::super::key::Kind;
    for key in KEYS {
        if let Kind::Text { choices } = key.kind {
            for choice in choices {
                load(&[(key.path, choice)]);
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
                 [process]\nmzi_loss_db = -0.0\n[training.optimizer]\nlearning_rate = 0.001";
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
    assert_eq!(config.process.detector.noise, None);
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
