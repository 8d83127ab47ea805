//! Phases and what is set on a bench.

use super::*;
use std::f64::consts::{PI, TAU};

const MATURE: &str = "--mesh rectangular --process mature --heater-ohm 600";

/// A column of a table.
fn column(text: &str, name: &str) -> Vec<String> {
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let index = lines
        .next()
        .unwrap()
        .iter()
        .position(|x| *x == name)
        .unwrap();
    lines.map(|line| line[index].to_owned()).collect()
}

#[test]
fn the_laws_of_the_heater_hold() {
    let bench = programmed(5);
    let report = json(&bench, &format!("p.npz d.csv {MATURE}"));
    assert_eq!(
        (&report["clipped"], &report["largest_code"]),
        (&0.into(), &4095.into())
    );
    let text = fs::read_to_string(bench.path().join("d.csv")).unwrap();
    let numbers = |name: &str| -> Vec<f64> {
        column(&text, name)
            .iter()
            .map(|x| x.parse().unwrap())
            .collect()
    };
    let phases: Vec<f64> = ["layer0_theta", "layer0_phi", "layer0_gamma"]
        .iter()
        .flat_map(|name| array::<f64>(&bench, "p.npz", name))
        .collect();
    assert_eq!(numbers("phase_rad"), phases);
    assert_eq!(column(&text, "kind")[19..21], ["phi", "gamma"]);
    assert_eq!(column(&text, "column")[9..11], ["4", "0"]);
    assert_eq!(column(&text, "column")[20], "");
    assert_eq!(
        column(&text, "port")[..10],
        ["0", "2", "1", "3", "0", "2", "1", "3", "0", "2"]
    );
    let full = 2.2 * PI;
    let (set, power, volt, code) = (
        numbers("set_rad"),
        numbers("power_w"),
        numbers("volt"),
        numbers("code"),
    );
    for index in 0..25 {
        // 25 mW for pi, 600 ohm, 12 bits of the voltage: half a step of (c/4095)^2.
        let expected = (phases[index] / full).sqrt() * 4095.0;
        assert!((code[index] - expected).abs() <= 0.5 + 1e-9);
        let step = full * (code[index] + 0.25) / 4095.0_f64.powi(2);
        assert!((set[index] - phases[index]).abs() <= step + 1e-12);
        assert!((power[index] / (25e-3 * set[index] / PI) - 1.0).abs() < 1e-14);
        assert!((volt[index] / (power[index] * 600.0).sqrt() - 1.0).abs() < 1e-14);
    }
    assert!((number(&report["power_w"]) / power.iter().sum::<f64>() - 1.0).abs() < 1e-14);
    // The same columns as arrays.
    json(&bench, &format!("p.npz d.npz {MATURE}"));
    for (name, expected) in [
        ("code", &code),
        ("volt", &volt),
        ("power_w", &power),
        ("set_rad", &set),
    ] {
        assert_eq!(&array::<f64>(&bench, "d.npz", name), expected);
    }
    assert_eq!(array::<f64>(&bench, "d.npz", "kind")[19..21], [1.0, 2.0]);
    assert_eq!(array::<f64>(&bench, "d.npz", "column")[20], 5.0);
}

#[test]
fn every_setting_leads_back_to_what_is_set() {
    let bench = programmed(4);
    json(&bench, &format!("p.npz d.csv {MATURE}"));
    let text = fs::read_to_string(bench.path().join("d.csv")).unwrap();
    let set: Vec<f64> = column(&text, "set_rad")
        .iter()
        .map(|x| x.parse().unwrap())
        .collect();
    // By codes, then without codes by voltages, then without both by powers.
    let mut blanked = text.clone();
    for blank in ["", "code", "volt"] {
        if !blank.is_empty() {
            blanked = blanked.replacen(blank, "unused", 1);
        }
        fs::write(bench.path().join("e.csv"), &blanked).unwrap();
        json(&bench, &format!("e.csv q.npz {MATURE}"));
        let back: Vec<f64> = ["layer0_theta", "layer0_phi", "layer0_gamma"]
            .iter()
            .flat_map(|name| array::<f64>(&bench, "q.npz", name))
            .collect();
        for (a, b) in back.iter().zip(&set) {
            assert!((a - b).abs() <= 4.0 * f64::EPSILON * b, "{blank}: {a} {b}");
        }
    }
}

#[test]
fn phases_out_of_range_are_counted_and_named() {
    let bench = programmed(4);
    fs::write(
        bench.path().join("small.toml"),
        "[process.heater]\nlaw = \"power\"\nfull_scale_rad = 3.0\n",
    )
    .unwrap();
    let phases: Vec<f64> = ["layer0_theta", "layer0_phi", "layer0_gamma"]
        .iter()
        .flat_map(|name| array::<f64>(&bench, "p.npz", name))
        .collect();
    let expected = phases.iter().filter(|x| x.rem_euclid(TAU) > 3.0).count();
    assert!(expected > 3);
    let line = "p.npz d.csv --mesh rectangular --process small.toml";
    let report = json(&bench, line);
    assert_eq!(report["clipped"], expected);
    assert!(report["full_scale_v"].is_null() && report["largest_code"].is_null());
    let arguments: Vec<_> = ["convert"].into_iter().chain(line.split(' ')).collect();
    let said = bench.fzero(&arguments).done().stdout;
    let counted = format!("{expected} of 16 phases are beyond full scale, which is set instead: ");
    assert!(said.contains(&counted), "{said}");
    let text = fs::read_to_string(bench.path().join("d.csv")).unwrap();
    // What is not known is empty.
    assert!(
        column(&text, "volt")
            .iter()
            .chain(&column(&text, "code"))
            .all(String::is_empty)
    );
    let clipped = column(&text, "clipped")
        .iter()
        .filter(|x| *x == "1")
        .count();
    assert_eq!(clipped, expected);
}

#[test]
fn heaters_that_do_not_exist_have_no_row() {
    let bench = programmed(4);
    bench
        .fzero(&["program", "U.npy", "--mesh", "svd", "-o", "s.npz"])
        .done();
    json(&bench, "s.npz d.csv --mesh svd --process mature");
    let text = fs::read_to_string(bench.path().join("d.csv")).unwrap();
    // 12 MZIs with theta and phi, 4 attenuators with theta, 4 outputs.
    assert_eq!(text.lines().count(), 1 + 2 * 12 + 4 + 4);
    json(&bench, "d.csv q.npz --mesh svd --process mature");
    for (name, absent) in [("layer0_theta", 0), ("layer0_phi", 4)] {
        let [before, after] = ["s.npz", "q.npz"].map(|file| array::<f64>(&bench, file, name));
        assert_eq!(after.len(), 16);
        let off = before.iter().zip(&after).map(|(x, y)| (x - y).abs());
        assert!(off.fold(0.0, f64::max) < 4e-3, "{name}");
        assert!(after.iter().filter(|x| **x == 0.0).count() >= absent);
    }
}
