//! `fzero budget`, and what `fzero run` makes of it.

use e2e::{Bench, TINY, binary};
use numerics::Streams;
use photonics::fabricate::{DieSeed, fabricate};
use runner::config::{Loaded, Override};
use runner::dataset::Dataset;
use runner::wiring;
use serde_json::Value;

/// The budget as JSON.
#[track_caller]
fn budget(bench: &Bench, config: &str, options: &[&str]) -> Value {
    let ended = bench
        .fzero(&[&["budget", config, "--json"], options].concat())
        .done();
    assert_eq!(ended.stderr, "");
    serde_json::from_str(&ended.stdout).unwrap()
}

fn shipped(name: &str) -> String {
    let path = binary::root().join("configs/run").join(name);
    path.to_str().unwrap().to_owned()
}

#[track_caller]
fn number(value: &Value, path: &str) -> f64 {
    let found = value.pointer(path).and_then(Value::as_f64);
    found.unwrap_or_else(|| panic!("no number at {path} in {value}"))
}

#[track_caller]
fn close(a: f64, b: f64, limit: f64) {
    assert!((a - b).abs() <= limit, "{a} {b}");
}

#[test]
fn rows_add_up_from_the_laser_to_the_last_photodiode() {
    let bench = Bench::new("");
    let json = budget(&bench, &shipped("digits_noisy.toml"), &[]);
    // 1 mW at each of 64 ports behind 4.8 dB of the mature preset; images with a mean square of 0.235.
    close(
        number(&json, "/launch/laser/w"),
        64e-3 * 10_f64.powf(0.48),
        1e-12,
    );
    close(number(&json, "/mean_square_drive"), 0.235, 5e-4);
    let mut dbm = number(&json, "/launch/laser/dbm") - number(&json, "/launch/loss_db");
    for layer in json["layers"].as_array().unwrap() {
        close(number(layer, "/input/dbm"), dbm, 1e-9);
        dbm -= number(layer, "/mesh/total_db");
        close(number(layer, "/output/dbm"), dbm, 1e-9);
        // 63 MZIs of 0.29 dB, the shifters of the output screen, passages.
        close(number(layer, "/mesh/total_db"), 63.0 * 0.29, 0.1);
        if layer["activation"].is_object() {
            dbm -= number(layer, "/tap_loss_db") + number(layer, "/activation/loss_db");
        }
        let noise_a = number(layer, "/readout/noise_a");
        let signal_a = number(layer, "/readout/signal_a");
        let snr_db = 20.0 * (signal_a / noise_a).log10();
        close(number(layer, "/readout/snr_db"), snr_db, 1e-6);
        // sqrt(2 * 4 k T B / R)
        close(number(layer, "/readout/thermal_a") / 1.8203e-9, 1.0, 1e-3);
    }
    assert_eq!(json["layers"].as_array().unwrap().len(), 2);
    assert_eq!(json["cautions"], Value::Array(Vec::new()), "it is healthy");
}

#[test]
fn the_table_fits_a_terminal_and_has_its_units() {
    let bench = Bench::new("");
    let noisy = shipped("digits_noisy.toml");
    for options in [&[][..], &["--set", "chip.layers=5"]] {
        let arguments = [&["budget", noisy.as_str()], options].concat();
        let ended = bench.fzero(&arguments).done();
        for word in [
            "laser",
            "photodiode",
            "floor",
            "SNR",
            "dBm",
            "thermal",
            "couplers",
            "18.32",
        ] {
            assert!(
                ended.stdout.contains(word),
                "no {word} in\n{}",
                ended.stdout
            );
        }
        for line in ended
            .stdout
            .lines()
            .filter(|line| !line.starts_with("caution"))
        {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
    let ended = bench.fzero(&["budget", &shipped("digits.toml")]).done();
    assert!(ended.stdout.contains("no noise is switched on"));
    assert_eq!(bench.entries(), ["a.toml"], "it writes nothing");
}

/// The published activation on the digits, 4 layers, against the emulator with Haar-random meshes.
#[test]
fn the_published_activation_is_as_dark_as_it_is() {
    let options = [
        ("chip.layers", "4"),
        ("chip.precision", "f64"),
        ("chip.readout.kind", "intensity"),
    ];
    let set: Vec<_> = options
        .iter()
        .map(|(k, v)| format!("--set={k}={v}"))
        .collect();
    let set: Vec<_> = set.iter().map(String::as_str).collect();
    let bench = Bench::new(TINY);
    let json = budget(&bench, "a.toml", &set);
    let layers = json["layers"].as_array().unwrap();
    // The transmissions of arXiv:2603.24790 as measured with its code: every port and image counts
    // the same. From mesh to mesh they differ by 0.3, 2 and 7 dB.
    for (layer, (expected_db, limit_db)) in
        layers.iter().zip([(33.0, 1.0), (90.0, 5.0), (242.0, 10.0)])
    {
        let found = number(layer, "/activation/mean_transmission_loss_db");
        close(found, expected_db, limit_db);
    }
    let overrides: Vec<_> = options.iter().map(|&(k, v)| Override::set(k, v)).collect();
    let loaded = Loaded::from_text("a.toml", TINY, &overrides).unwrap();
    let config = &loaded.config;
    let data = Dataset::load(&config.data).unwrap();
    let design = wiring::design(config).unwrap();
    let draws = 8;
    // In dB, as the last layers differ by tens of dB from mesh to mesh.
    let mut levels_dbm = [0.0; 4];
    for draw in 0..draws {
        let (mut chip, _) = fabricate(&design, &wiring::process(config), DieSeed(0)).unwrap();
        let phases = wiring::initial_phases(config, &design, &Streams::new(draw));
        for (layer, phases) in phases.iter().enumerate() {
            chip.program(layer, phases).unwrap();
        }
        for (layer, level) in levels_dbm.iter_mut().enumerate() {
            let mut currents = vec![0.0; data.train.values.len()];
            chip.measure(&data.train.values, &mut [(layer, &mut currents)])
                .unwrap();
            let sum: f64 = currents.iter().map(|&a| f64::from(a)).sum();
            let power_w = sum / currents.len() as f64;
            *level += (10.0 * power_w.log10() + 30.0) / draws as f64;
        }
    }
    for ((layer, found), limit) in layers.iter().zip(levels_dbm).zip([1e-3, 1.0, 3.0, 15.0]) {
        close(number(layer, "/detected/dbm"), found, limit);
    }
}

const NOISY: &str = "name = \"tiny\"\ndata.set = \"digits\"\ntraining.epochs = 1\nchip.layers = 3\n\
                     process.detector.noise = true\nprocess.detector.bandwidth_hz = 1e6\n";

#[test]
fn a_layer_below_the_noise_floor_is_named_before_the_run() {
    let bench = Bench::new(NOISY);
    let json = budget(&bench, "a.toml", &[]);
    let snr_db = |layer: usize| number(&json, &format!("/layers/{layer}/readout/snr_db"));
    assert!(snr_db(1) > 0.0 && snr_db(2) < -100.0);
    let dry = bench.fzero(&["run", "a.toml", "--dry-run"]).done();
    let lines: Vec<_> = dry.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", dry.stderr);
    let level = format!("{:.1} dBm", number(&json, "/layers/2/detected/dbm"));
    let floor = format!("{:.1} dBm", number(&json, "/layers/2/readout/floor/dbm"));
    assert!(lines[0].starts_with("caution: layer 3: "), "{}", lines[0]);
    for word in [level.as_str(), floor.as_str(), "gain stage", "averages"] {
        assert!(lines[0].contains(word), "no {word} in {}", lines[0]);
    }
    assert!(lines[1].contains("behind layer 1") && lines[1].contains("bias of 0"));
    // What is warned of is kept, also where nobody wants to see it.
    for quiet in [&[][..], &["--quiet"]] {
        let ended = bench
            .fzero(&[&["run", "a.toml", "--out", "out", "--overwrite"], quiet].concat())
            .done();
        let shown = ended
            .stderr
            .lines()
            .filter(|line| line.starts_with("caution"))
            .count();
        assert_eq!(shown, if quiet.is_empty() { 2 } else { 0 });
        let kept = bench.results("out").manifest().cautions;
        let kept: Vec<_> = kept.iter().map(ToString::to_string).collect();
        assert_eq!(kept, lines);
    }
}

#[test]
fn light_that_can_be_read_gives_no_caution() {
    let bench = Bench::new(NOISY);
    for options in [
        &["--set", "chip.activation.bias_rad=0"][..],
        &["--set", "chip.activation.kind=identity"],
    ] {
        let ended = bench
            .fzero(&[&["run", "a.toml", "--dry-run"], options].concat())
            .done();
        assert_eq!(ended.stderr, "");
    }
}

#[test]
fn wrong_input_is_refused() {
    let bench = Bench::new(TINY);
    for (arguments, word) in [
        (&["budget", "b.toml"][..], "b.toml: cannot be read"),
        (
            &["budget", "a.toml", "--set", "chip.prots=3"],
            "unknown key",
        ),
        (
            &["budget", "a.toml", "--set", "chip.ports=32"],
            "chip.ports = 32",
        ),
        (&["budget"], "CONFIG"),
    ] {
        let ended = bench.fzero(arguments);
        assert_eq!(ended.code, Some(2));
        assert!(
            ended.stderr.contains(word) && ended.stdout.is_empty(),
            "{}",
            ended.stderr
        );
    }
}
