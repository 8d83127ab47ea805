//! Presets, keys that say the same thing, lists of tables: how they combine, and their messages.

use runner::config::{Loaded, Override};
use std::fs;

const HEAD: &str = "name = \"a\"\ndata.set = \"digits\"\n";

fn load(text: &str, overrides: &[Override]) -> Result<Loaded, String> {
    Loaded::from_text("a.toml", &format!("{HEAD}{text}"), overrides).map_err(|e| e.report())
}

fn loaded(text: &str) -> Loaded {
    load(text, &[]).unwrap_or_else(|report| panic!("{report}"))
}

/// The text stands from line 3 on.
#[track_caller]
fn assert_report(text: &str, expected: &str) {
    assert_eq!(load(text, &[]).unwrap_err(), expected);
}

#[test]
fn every_shipped_preset_loads_and_only_ideal_changes_nothing() {
    let plain = loaded("").hash();
    for (name, _) in runner::config::preset::SHIPPED {
        let with = loaded(&format!("process.preset = \"{name}\""));
        assert_eq!(with.preset, Some(format!("\"{name}\"")));
        assert_eq!(with.hash() == plain, name == "ideal", "{name}");
        // What it says is kept, so the resolved text needs it no more.
        let again = Loaded::from_text("b.toml", &with.canonical(), &[]).unwrap();
        assert_eq!(again.config, with.config);
        assert_eq!((again.hash(), again.preset), (with.hash(), None));
    }
}

#[test]
fn the_experiment_holds_against_the_preset_and_an_option_against_both() {
    let text = "process.preset = \"mature\"\nprocess.heater.dac_bits = 10";
    let file = loaded(text).config.process;
    assert_eq!(file.heater.dac_bits, Some(10));
    assert_eq!(file.mesh.splitter_error_sigma_rad, 0.01);
    let options = [
        Override::set("process.heater.dac_bits", "none"),
        Override::set("process.preset", "research"),
    ];
    let option = load(text, &options).unwrap().config.process;
    assert_eq!(option.heater.dac_bits, None);
    assert_eq!(option.mesh.splitter_error_sigma_rad, 0.02);
    let none = [Override::set("process.preset", "none")];
    let none = load(text, &none).unwrap();
    assert_eq!(none.preset, None);
    assert_eq!(none.config.process.mesh.splitter_error_sigma_rad, 0.0);
    // What the experiment switches off drops what the preset says about it.
    let silent = loaded("process.preset = \"mature\"\nprocess.detector.noise = false");
    assert_eq!(silent.config.process.detector.load_ohm, None);
    // What it says in another way replaces what the preset says.
    let integrating =
        loaded("process.preset = \"mature\"\nprocess.detector.integration_time_s = 1e-6");
    let detector = integrating.config.process.detector;
    assert_eq!(
        (detector.integration_time_s, detector.bandwidth_hz),
        (Some(1e-6), None)
    );
}

#[test]
fn a_preset_can_be_a_file_beside_the_experiment() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("process")).unwrap();
    write(
        "process/mine.toml",
        "[process.mesh]\ncoupler_loss_db = 0.2\n",
    );
    write(
        "a.toml",
        &format!("{HEAD}process.preset = \"process/mine.toml\"\n"),
    );
    let loaded = Loaded::read(&folder.path().join("a.toml"), &[]).unwrap();
    assert_eq!(loaded.config.process.mesh.coupler_loss_db, 0.2);
    // Its own problems are named by its own lines.
    write(
        "process/mine.toml",
        "seed = 3\n[process]\npreset = \"ideal\"\nmesh.copler_loss_db = 1\n",
    );
    let report = Loaded::read(&folder.path().join("a.toml"), &[])
        .unwrap_err()
        .report();
    let path = folder.path().join("process/mine.toml");
    for (line, subject, why) in [
        (4, "process.mesh.copler_loss_db = 1", "unknown key"),
        (
            1,
            "seed = 3",
            "a preset sets only keys of process, and names no other preset",
        ),
        (
            3,
            "process.preset = \"ideal\"",
            "a preset sets only keys of process",
        ),
    ] {
        let expected = format!("{}:{line}: {subject}: {why}", path.display());
        assert!(report.contains(&expected), "no {expected} in\n{report}");
    }
}

#[test]
fn presets_that_do_not_exist() {
    assert_report(
        "process.preset = \"matur\"",
        "a.toml:3: process.preset = \"matur\": no preset has this name (ideal, research, mature, \
         pessimistic)\n  help: name one of them, or give the path of a .toml file",
    );
    assert_report(
        "process.preset = \"none/x.toml\"",
        "a.toml:3: process.preset = \"none/x.toml\": none/x.toml cannot be read: No such file or \
         directory (os error 2)\n  help: give its path relative to the experiment",
    );
}

#[test]
fn two_keys_for_one_thing() {
    assert_report(
        "chip.source = { port_power_dbm = 0, laser_power_w = 0.1 }",
        "a.toml:3: chip.source.laser_power_w = 0.1: says what chip.source.port_power_dbm says in \
         another way\n  help: give one of the two",
    );
    let laser = loaded("chip.source.laser_power_w = 0.1").config.chip.source;
    assert_eq!(
        (laser.laser_power_w, laser.port_power_dbm),
        (Some(0.1), None)
    );
    // An option replaces what the file says in another way.
    let radius = Override::set("training.estimator.smoothing_radius", "auto");
    let text = "training.estimator.smoothing_radius_rad = 0.3";
    let estimator = load(text, &[radius]).unwrap().config.training.estimator;
    assert_eq!(estimator.as_ref().unwrap().smoothing_radius_rad, None);
    assert_eq!(estimator.unwrap().auto.unwrap().repeats, 24);
    assert_report(
        "training.estimator.auto.ratio = 3",
        "a.toml:3: training.estimator.auto.ratio = 3: has no effect while \
         training.estimator.smoothing_radius is not set or has no effect itself\n  help: remove it, \
         or set training.estimator.smoothing_radius = auto",
    );
}

#[test]
fn a_radius_in_steps_needs_a_converter() {
    assert_report(
        "training.estimator.smoothing_radius_dac_steps = 2",
        "a.toml:3: training.estimator.smoothing_radius_dac_steps = 2.0: the heaters have no \
         converters, so there are no steps\n  help: set process.heater.dac_bits, or give the radius \
         in rad",
    );
}

#[test]
fn lists_of_tables() {
    let text = "[[process.faults.stuck_heaters]]\nlayer = 1\nheater = \"theta\"\nindex = 3\n\
                phase_rad = 0.5\n[[process.faults.stuck_heaters]]\nlayer = 0\nheater = \"phi\"\n\
                index = 1\ncode = 7\n";
    let stuck = loaded(text).config.process.faults.stuck_heaters.unwrap();
    assert_eq!(
        (stuck.len(), stuck[0].phase_rad, stuck[1].code),
        (2, Some(0.5), Some(7))
    );
    assert_report(
        "process.faults.stuck_heaters = [{ layer = 0, heater = \"thta\", index = -1, depth = 2 }]",
        "a.toml:3: process.faults.stuck_heaters[0].depth = 2: unknown key\n  help: known there: \
         layer, heater, index, phase_rad, code\n\
         a.toml:3: process.faults.stuck_heaters[0].heater = \"thta\": not a known choice (theta, \
         phi, gamma)\n  help: Which phase it should set.\n\
         a.toml:3: process.faults.stuck_heaters[0].index = -1: too small (0 to \
         9223372036854775807)\n  help: The MZI (theta, phi) or the port (gamma), from 0.\n\
         a.toml:3: process.faults.stuck_heaters[0]: does not say where it stays\n  help: give one of: \
         phase_rad, code",
    );
    assert_report(
        "process.faults.dead_detectors = [{ layer = 0 }, 3]",
        "a.toml:3: process.faults.dead_detectors[0].port: missing, and it has no default (0 to \
         4095)\n  help: The port, from 0.\n\
         a.toml:3: process.faults.dead_detectors = [{ layer = 0 }, 3]: a list of tables is needed, \
         found a list (keys of each: layer, port)\n  help: Detectors that give no current.",
    );
    assert_report(
        "process.faults.open_ports = [1, 5000]",
        "a.toml:3: process.faults.open_ports = [1, 5000]: too large (ports, 0 to 4095)\n  help: Input \
         ports without light, from 0.",
    );
}
