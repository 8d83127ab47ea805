//! Runs that are killed and gone on with: bit for bit those that are not.
#![cfg(unix)]

use e2e::{Bench, Results};
use std::fs;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A small noisy die of two layers: 10 ports of the digits' first pixels would say little, so all 64.
const DIE: &str = "name = \"killed\"\ndata.set = \"digits\"\nprocess.preset = \"mature\"\n\
    chip.initial_phases = \"haar\"\ntraining.batch = 256\ntraining.evaluate_every = 3\n\
    training.optimizer.learning_rate = 0.01\n";

/// Every solver, and what else changes where a run stands.
const RUNS: [(&str, &str); 8] = [
    (
        "ff-dd",
        "training.epochs = 12\ntraining.estimator.smoothing_radius = \"auto\"",
    ),
    (
        "parallel",
        "training.epochs = 12\ntraining.layers = \"in-parallel\"\ntraining.optimizer.kind = \"adam\"",
    ),
    (
        "bp-dd",
        "training.solver = \"bp-dd\"\ntraining.epochs = 12\ntraining.optimizer.momentum = 0.5",
    ),
    (
        "ff-ad",
        "training.solver = \"ff-ad\"\ntraining.epochs = 6\ntraining.optimizer.kind = \"adam\"\n\
         training.fine_tune.epochs = 6",
    ),
    (
        "calibrated",
        "training.solver = \"ff-ad\"\ntraining.epochs = 6\ntraining.optimizer.kind = \"adam\"\n\
         training.twin.knowledge = \"calibration\"\ntraining.twin.programmings = 2\n\
         training.twin.samples = 16\ntraining.twin.iterations = 4\nchip.initial_phases = \"haar\"",
    ),
    (
        "ff-pat",
        "training.solver = \"ff-pat\"\ntraining.epochs = 6\ntraining.optimizer.kind = \"adam\"",
    ),
    (
        "bp-insitu",
        "training.solver = \"bp-insitu\"\ntraining.epochs = 2\ntraining.optimizer.kind = \"adam\"\n\
         process.monitor.tap_ratio = 0.01",
    ),
    (
        "goodness",
        "training.epochs = 4\ntraining.goal.kind = \"goodness\"\nchip.readout.kind = \"intensity\"\n\
         training.goal.label_port = 54\nvote.rule = \"accumulated\"",
    ),
];

fn bench(settings: &str) -> Bench {
    // A key may stand twice above and here; the run's own holds.
    let own: Vec<&str> = settings
        .lines()
        .filter_map(|l| l.split(" = ").next())
        .collect();
    let shared = DIE
        .lines()
        .filter(|line| !own.iter().any(|key| line.starts_with(key)));
    let text: String = shared
        .chain(settings.lines())
        .map(|l| format!("{l}\n"))
        .collect();
    Bench::new(&text)
}

/// Everything of a run but its times.
fn outcome(results: &Results) -> (String, Vec<u8>, Vec<u8>, String) {
    let mut summary: serde_json::Value =
        serde_json::from_str(&results.text("summary.json")).unwrap();
    summary.as_object_mut().unwrap().remove("elapsed_s");
    (
        results.metrics_without_time(),
        results.bytes("phases.npz"),
        results.bytes("checkpoint.json"),
        summary.to_string(),
    )
}

/// Starts a run, or goes on with it where there is one.
fn start(bench: &Bench) -> Child {
    let begun = bench.path().join("part/manifest.json").is_file();
    let mut arguments = vec!["run", "--quiet", "--keep-every", "0"];
    arguments.extend(match begun {
        true => ["--resume", "part"].as_slice(),
        false => ["a.toml", "--out", "part"].as_slice(),
    });
    if !begun {
        // Killed while it made the folder.
        let _ = fs::remove_dir_all(bench.path().join("part"));
    }
    bench.command(&arguments).spawn().unwrap()
}

fn is_complete(bench: &Bench) -> bool {
    let file = |name: &str| bench.path().join("part").join(name).is_file();
    file("summary.json") && !file("position.bin")
}

/// Kills a run `kills` times after a part of the time that the whole takes, goes on to the end, and compares.
/// Returns how often it was really killed.
fn kill_and_compare(name: &str, settings: &str, kills: usize) -> usize {
    let bench = bench(settings);
    let began = Instant::now();
    let whole = outcome(&bench.run("whole", &[]));
    let time = began.elapsed();
    let mut killed = 0;
    for attempt in 0..kills {
        if is_complete(&bench) {
            fs::remove_dir_all(bench.path().join("part")).unwrap();
        }
        let mut run = start(&bench);
        // Spread over the run: fractions of the golden ratio.
        let share = (0.618_033_988_75 * (attempt + 1) as f64).fract();
        sleep(time.mul_f64(0.7 * share) + Duration::from_millis(5));
        run.kill().unwrap();
        killed += usize::from(!run.wait().unwrap().success());
        if is_complete(&bench) {
            assert_eq!(outcome(&bench.results("part")), whole, "{name}");
        }
    }
    let mut run = start(&bench);
    if !is_complete(&bench) {
        assert!(run.wait().unwrap().success(), "{name}");
    } else {
        run.wait().unwrap();
    }
    assert_eq!(outcome(&bench.results("part")), whole, "{name}");
    assert!(
        !bench
            .results("part")
            .names()
            .contains(&"position.bin".into())
    );
    killed
}

#[test]
fn a_killed_run_ends_as_one_that_was_not() {
    for (name, settings) in RUNS {
        kill_and_compare(name, settings, 3);
    }
}

/// `cargo test -p e2e --release --test resume -- --ignored --nocapture`
#[test]
#[ignore = "some minutes"]
fn a_hundred_kills() {
    let mut killed = 0;
    for (name, settings) in RUNS.iter().cycle() {
        killed += kill_and_compare(name, settings, 5);
        println!("{name}: {killed} kills so far, 0 differences");
        if killed >= 100 {
            break;
        }
    }
}

#[test]
fn a_run_that_was_stopped_by_hand_goes_on() {
    let bench = bench(RUNS[0].1);
    let whole = outcome(&bench.run("whole", &[]));
    let budget = "--set=limits.sample_queries=1000000000";
    let arguments = [
        "run",
        "a.toml",
        "--out",
        "part",
        "--keep-every",
        "0",
        budget,
    ];
    let mut run = bench.command(&arguments).spawn().unwrap();
    let began = Instant::now();
    while !bench.path().join("part/position.bin").is_file() {
        assert!(began.elapsed() < Duration::from_secs(60));
        sleep(Duration::from_millis(2));
    }
    let id = run.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status();
    assert!(sent.unwrap().success());
    assert!(run.wait().unwrap().success());
    if !is_complete(&bench) {
        let ended = bench.fzero(&["run", "--resume", "part", "--quiet"]).done();
        assert!(ended.stderr.is_empty(), "{}", ended.stderr);
    }
    let part = outcome(&bench.results("part"));
    assert_eq!((&part.0, &part.1), (&whole.0, &whole.1));
}

#[test]
fn what_cannot_be_gone_on_with_is_refused() {
    let bench = bench(RUNS[0].1);
    bench.run("done", &[]);
    let refused = |folder: &str| {
        let ended = bench.fzero(&["run", "--resume", folder]);
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        ended.stderr
    };
    assert!(refused("done").contains("the run is complete"));
    assert!(refused("nowhere").contains("no folder of a run"));
    // A run that stands somewhere: killed when something had been kept.
    let mut run = start(&bench);
    let began = Instant::now();
    let position = bench.path().join("part/position.bin");
    while !position.is_file() {
        assert!(began.elapsed() < Duration::from_secs(60));
        sleep(Duration::from_millis(2));
    }
    // Two processes on one folder.
    let second = refused("part");
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(second.contains("another process is at work"), "{second}");
    let Ok(good) = fs::read(&position) else {
        panic!("the run was complete before it was killed");
    };
    for (bytes, why) in [
        (&good[..good.len() / 2], "where it says it has"),
        (&b"PK\x03\x04 a zip archive"[..], "not a position of a run"),
        (
            &[&good[..99], &[good[99] ^ 1], &good[100..]].concat()[..],
            "checksum",
        ),
        (&[&good[..16], &[9], &good[17..]].concat()[..], "version 9"),
    ] {
        fs::write(&position, bytes).unwrap();
        let report = refused("part");
        assert!(
            report.contains("position.bin") && report.contains(why),
            "{report}"
        );
        assert_eq!(fs::read(&position).unwrap(), bytes, "it is left as it is");
    }
    fs::write(&position, &good).unwrap();
    let config = bench.path().join("part/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("seed = 0", "seed = 1")).unwrap();
    assert!(refused("part").contains("another configuration"));
    fs::write(&config, text).unwrap();
    fs::write(bench.path().join("part/metrics.jsonl"), "").unwrap();
    assert!(refused("part").contains("where the run stood at"));
}
