//! Time and energy on the bench: what is announced, what is kept, what is printed.

use e2e::binary::root;
use e2e::{Bench, DIGITS, TINY};
use photonics::chip::cost::{BenchCost, BenchRates};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::process::HeaterProcess;
use photonics::process::heater::HeaterLaw;
use runner::config::{Loaded, Override};
use runner::record::BenchRecord;
use runner::record::bench::CostRecord;
use runner::table::bench_lines;
use runner::wiring::{self, BenchCosts, ChipBox};

/// Receivers of 1 GHz, 3 mW each, and modulators; no heater and no converter.
const STATED: &str = "\
[process.detector]
noise = true
[process.instruments]
tia_mw = 3.0
adc_pj_per_conversion = 1.48
modulator_fj_per_symbol = 450.0
";

fn stated() -> Bench {
    Bench::new(&format!("{TINY}{STATED}"))
}

/// The lines about the bench.
fn shown(text: &str, prefix: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(prefix));
    let mut kept = Vec::new();
    for line in lines {
        let more = line.starts_with(' ') && !kept.is_empty();
        if line.starts_with("bench ") || more {
            kept.push(line.to_owned());
        } else if !kept.is_empty() {
            break;
        }
    }
    kept
}

#[test]
fn the_summary_holds_every_part_by_purpose() {
    let bench = stated();
    let ended = bench.fzero(&["run", "a.toml", "--out", "out"]).done();
    let summary = bench.results("out").summary();
    let (ledger, spent) = (&summary.ledger, &summary.bench.unwrap());
    for (usage, cost) in [
        (ledger.training, spent.training),
        (ledger.evaluation, spent.evaluation),
        (ledger.calibration, spent.calibration),
        (ledger.total(), spent.total),
    ] {
        let time_s = 0.5e-9 * usage.queries as f64;
        // 64 ports of 1 mW, 2 x 32 differences.
        let expected = CostRecord {
            total_s: Some(time_s),
            integration_s: Some(time_s),
            laser_j: Some(64e-3 * time_s),
            modulators_j: Some(64.0 * 450e-15 * usage.queries as f64),
            tia_j: Some(64.0 * 3e-3 * time_s),
            ..CostRecord::default()
        };
        let close = |found: Option<f64>, expected: Option<f64>| match (found, expected) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-14 * b,
            (found, expected) => found == expected,
        };
        assert!(close(cost.total_s, expected.total_s));
        assert_eq!(cost.settling_s, None);
        assert!(close(cost.integration_s, expected.integration_s));
        assert!(close(cost.laser_j, expected.laser_j));
        assert!(close(cost.modulators_j, expected.modulators_j));
        assert!(close(cost.tia_j, expected.tia_j));
        assert_eq!((cost.heaters_j, cost.dac_j, cost.adc_j), (None, None, None));
        let parts = [cost.laser_j, cost.modulators_j, cost.tia_j];
        assert!(close(cost.total_j, Some(parts.iter().flatten().sum())));
    }
    assert_eq!(spent.calibration.total_s, Some(0.0));
    assert!(spent.evaluation.total_s > Some(1e-9 * DIGITS[0] as f64));
    assert_eq!(shown(&ended.stdout, ""), bench_lines(spent));
    let text = bench.results("out").text("summary.json");
    assert!(text.contains("\"settling_s\": null"), "{text}");
}

#[test]
fn a_dry_run_announces_what_a_run_spends() {
    let bench = stated();
    for evaluate_every in ["1", "0"] {
        let set = format!("training.evaluate_every={evaluate_every}");
        let dry = bench.fzero(&["run", "a.toml", "--dry-run", "--set", &set]);
        let announced = shown(&dry.done().stdout, "# ");
        let results = bench.run(&format!("out{evaluate_every}"), &["--set", &set]);
        let spent = bench_lines(&results.summary().bench.unwrap());
        assert_eq!(spent.len(), 5, "{spent:?}");
        assert_eq!(announced, spent);
    }
}

#[test]
fn an_ideal_chip_has_no_cost_on_the_bench() {
    let bench = Bench::new(TINY);
    let ended = bench.fzero(&["run", "a.toml", "--out", "out"]).done();
    assert!(shown(&ended.stdout, "").is_empty(), "{}", ended.stdout);
    let spent = bench.results("out").summary().bench.unwrap();
    assert_eq!(spent, BenchRecord::default());
    let dry = bench.fzero(&["run", "a.toml", "--dry-run"]).done();
    let announced = shown(&dry.stdout, "# ");
    assert_eq!(announced.len(), 1, "{announced:?}");
    assert!(announced[0].starts_with("bench           not stated"));
}

#[test]
fn threads_change_nothing() {
    let bench = stated();
    let [one, two] = ["1", "2"].map(|threads| {
        let results = bench.run(threads, &["--threads", threads]);
        let summary: serde_json::Value =
            serde_json::from_str(&results.text("summary.json")).unwrap();
        summary["bench"].to_string()
    });
    assert_eq!(one, two);
}

/// The example of docs/bench-cost.md: the digits on a chip with heaters.
#[test]
fn the_worked_example_of_the_docs() {
    let file = root().join("configs/run/digits.toml");
    let instruments = [
        ("dac_pj_per_conversion", "12"),
        ("adc_pj_per_conversion", "1.48"),
        ("tia_mw", "3"),
        ("modulator_fj_per_symbol", "450"),
    ];
    let mut overrides: Vec<_> = instruments
        .iter()
        .map(|(key, value)| Override::set(format!("process.instruments.{key}"), *value))
        .collect();
    overrides.push(Override::set("process.detector.noise", "true"));
    let config = Loaded::read(&file, &overrides).unwrap().config;
    let mut design = wiring::design(&config).unwrap();
    design.source.wall_plug_efficiency = 0.2;
    design.source.modulator_dac_bits = Some(8);
    let mut process = wiring::process(&config);
    process.heater = HeaterProcess {
        law: HeaterLaw::Power,
        p_pi_w: 25e-3,
        dac_bits: Some(12),
        settling_s: 30e-6,
        ..HeaterProcess::ideal()
    };
    process.detector.adc = Some(photonics::detector::Adc {
        bits: 8,
        full_scale_a: 1e-3,
    });
    let (chip, _truth) = fabricate(&design, &process, DieSeed(0)).unwrap();
    let device = ChipBox::new(chip, false);
    let rates = BenchRates::new(&design, &process);
    assert_eq!(rates, *device.bench_rates());
    let plan = wiring::plan(&config);
    let [train, test] = DIGITS;
    // Phases uniform in a turn: pi on average.
    let heaters_w = 8192.0 * 25e-3;
    let ledger = wiring::forecast(&plan, train, test, device.shapes(), &rates, heaters_w);
    let costs = ledger.costs(&rates);
    // Layers read alone give 32 numbers a sample, the final evaluation 64.
    let by_hand = |programmings: f64, samples: f64, twice: f64| {
        let time_s = programmings * 30e-6 + samples * 0.5e-9;
        BenchCost {
            settling_s: Some(programmings * 30e-6),
            integration_s: Some(samples * 0.5e-9),
            laser_j: Some(0.32 * time_s),
            heaters_j: Some(204.8 * time_s),
            modulators_j: Some(samples * 64.0 * 450e-15),
            dac_j: Some((programmings * 4096.0 + samples * 64.0) * 12e-12),
            adc_j: Some((samples + twice) * 32.0 * 1.48e-12),
            tia_j: Some(64.0 * 3e-3 * time_s),
        }
    };
    let expected = BenchCosts {
        training: by_hand(96_002.0, 11_496_000.0, 0.0),
        evaluation: by_hand(80.0, 145_557.0, 1797.0),
        calibration: by_hand(0.0, 0.0, 0.0),
    };
    let [found_j, expected_j] = [costs, expected].map(|x| x.total().total_j().unwrap());
    assert!((found_j / expected_j - 1.0).abs() < 1e-12);
    let [found, expected] = [costs, expected].map(|costs| bench_lines(&BenchRecord::from(&costs)));
    assert_eq!(found, expected);
    let page = std::fs::read_to_string(root().join("docs/bench-cost.md")).unwrap();
    let block: String = found.iter().map(|line| format!("    {line}\n")).collect();
    assert!(
        page.contains(&block),
        "docs/bench-cost.md should say\n{block}"
    );
}
