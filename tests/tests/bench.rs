//! `fzero bench`: its figures fit together. How fast a machine is, no test can say.

use e2e::Bench;
use serde_json::Value;

const SPREADS: [&str; 19] = [
    "one_thread_g_per_s",
    "share_of_peak",
    "all_threads_g_per_s",
    "speedup",
    "lossy_share_of_peak",
    "step_ms",
    "two_propagations_ms",
    "step_over_propagations",
    "all_threads_step_ms",
    "all_threads_step_over_propagations",
    "full_g_per_s",
    "full_over_ideal_rate",
    "ideal_pass_ms",
    "full_pass_ms",
    "full_over_ideal_pass_rate",
    "ideal_programming_ms",
    "full_programming_ms",
    "full_over_ideal_programming",
    "peak_gfma_per_s",
];

#[track_caller]
fn median(of: &Value, key: &str) -> f64 {
    let [median, minimum, maximum] = ["median", "minimum", "maximum"].map(|name| {
        of[key][name]
            .as_f64()
            .unwrap_or_else(|| panic!("no number {key}.{name} in {of:#}"))
    });
    assert!(
        0.0 < minimum && minimum <= median && median <= maximum,
        "{key}"
    );
    median
}

#[test]
fn figures_fit_together() {
    let bench = Bench::new("");
    let arguments = [
        "bench",
        "--ports",
        "16,17",
        "--batch",
        "48",
        "--quick",
        "--threads",
        "2",
    ];
    let ended = bench.fzero(&[&arguments[..], &["--json"]].concat()).done();
    assert_eq!(ended.stderr, "");
    assert_eq!(bench.entries(), ["a.toml"]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["threads"], 2);
    assert_eq!(report["batch"], 48);
    assert_eq!(report["simd"], numerics::Level::best().to_string());
    assert!(report["turns"].as_u64().unwrap() >= 1);
    median(&report, "peak_gfma_per_s");
    let sizes = report["sizes"].as_array().unwrap();
    let found: Vec<_> = sizes
        .iter()
        .map(|size| (&size["ports"], &size["mzis"]))
        .collect();
    assert_eq!(
        found,
        [(&16.into(), &120.into()), (&17.into(), &136.into())]
    );
    for size in sizes {
        for key in &SPREADS[..18] {
            median(size, key);
        }
        assert_eq!(size["operations_per_mzi_sample"], 12);
        // Both count fused multiply-adds on one thread: no kernel is faster than the peak, but for
        // what the clock drifts between the two.
        assert!(median(size, "share_of_peak") < 1.3, "{size:#}");
        assert!(median(size, "lossy_share_of_peak") < 1.3, "{size:#}");
        // A step propagates twice, and that is not all. Half: the clock again.
        assert!(median(size, "step_over_propagations") > 0.5, "{size:#}");
        // A ratio lies between the extremes of its two parts: it is formed within each turn.
        let extreme = |key: &str, name: &str| size[key][name].as_f64().unwrap();
        for (ratio, part, whole) in [
            ("full_over_ideal_pass_rate", "ideal_pass_ms", "full_pass_ms"),
            (
                "full_over_ideal_programming",
                "full_programming_ms",
                "ideal_programming_ms",
            ),
        ] {
            let ratio = median(size, ratio);
            let least = extreme(part, "minimum") / extreme(whole, "maximum");
            let most = extreme(part, "maximum") / extreme(whole, "minimum");
            assert!(0.999 * least <= ratio && ratio <= 1.001 * most, "{size:#}");
        }
        // A setting passes through converters, heaters and their neighbours.
        assert!(
            median(size, "full_over_ideal_programming") > 1.0,
            "{size:#}"
        );
    }
}

#[test]
fn people_get_a_table() {
    let bench = Bench::new("");
    let ended = bench
        .fzero(&["bench", "--ports", "16", "--batch", "16", "--quick"])
        .done();
    for word in [
        "of peak",
        "speed-up",
        "MZI-samples/s",
        "2 propagations",
        "ratio",
        "all effects",
        "pass ms",
        "x ideal",
        "turns",
    ] {
        assert!(
            ended.stdout.contains(word),
            "no {word} in:\n{}",
            ended.stdout
        );
    }
}
