//! What is reported, and how it is judged.

use crate::SMALL;
use e2e::Bench;
use serde_json::Value;
use std::fs;

fn json(bench: &Bench, arguments: &[&str], code: i32) -> Value {
    let arguments = [&["validate", "a.toml", "--json"], arguments].concat();
    let ended = bench.fzero(&arguments);
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    serde_json::from_str(&ended.stdout).expect("JSON")
}

/// With ideal parts all is known in closed form.
#[test]
fn an_ideal_mesh_is_as_the_theory_says() {
    let text = "name = \"ideal\"\nmesh.topology = \"rectangular\"\nmesh.ports = 6\nvalidate.dies = 5\n\
                validate.tolerance_dies = 2\nvalidate.targets = 2\n";
    let report = json(&Bench::new(text), &[], 0);
    let mesh = &report["meshes"][0];
    assert_eq!(
        ["mzis", "columns", "couplers", "phase_shifters", "crossings"]
            .map(|key| mesh[key].as_u64()),
        [15, 6, 30, 36, 0].map(Some)
    );
    assert_eq!(mesh["lint"], serde_json::json!([]));
    assert_eq!(mesh["reachable_dimension"]["rank"], 36);
    assert_eq!(mesh["path_loss"]["worst_db"].as_f64(), Some(0.0));
    let field = mesh["sensitivity"]["all_couplers_per_rad"]
        .as_f64()
        .unwrap();
    // sqrt(2 (N - 1)), docs/validation.md; sums of 30 terms that are each good to a few N eps.
    assert!((field - 10_f64.sqrt()).abs() < 1e-12, "{field}");
    assert_eq!(mesh["calibratability"]["phi_references"], 5);
    assert_eq!(mesh["yield"]["share"].as_f64(), Some(1.0));
    // Nothing has a cause, and phases that are set directly take no power.
    assert_eq!(mesh["attribution"], serde_json::json!([]));
    assert_eq!(mesh["heater_power"], Value::Null);
    assert_eq!(mesh["criteria"], serde_json::json!([]));
}

#[test]
fn criteria_decide_the_exit_code() {
    let with = |criteria: &str| Bench::new(&format!("{SMALL}{criteria}"));
    let outcome = |bench: &Bench, options: &[&str], code| {
        let report = json(bench, options, code);
        report["meshes"][0]["criteria"][0]["outcome"]
            .as_str()
            .map(str::to_owned)
    };
    let pass = with("criteria.max_columns = 6\n");
    assert_eq!(outcome(&pass, &[], 0).as_deref(), Some("pass"));
    let fail = with("criteria.max_columns = 5\n");
    assert_eq!(outcome(&fail, &[], 1).as_deref(), Some("fail"));
    // 20 dies, all good or nearly: 100 % is never shown by a sample.
    let undecided = with("criteria.min_yield = 0.99\n");
    assert_eq!(outcome(&undecided, &[], 0).as_deref(), Some("undecided"));
    assert_eq!(
        outcome(&undecided, &["--strict"], 1).as_deref(),
        Some("undecided")
    );
    let bound = with("criteria.min_yield_lower_bound = 0.99\n");
    assert_eq!(outcome(&bound, &[], 1).as_deref(), Some("fail"));
}

#[test]
fn text_names_every_criterion_and_the_verdict() {
    let criteria = "criteria.reachable_dimension = \"full\"\ncriteria.max_worst_loss_db = 0.5\n";
    let bench = Bench::new(&format!("{SMALL}{criteria}"));
    let ended = bench.fzero(&["validate", "a.toml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    for part in [
        "Validation small: process research",
        "reachable dimension",
        "Causes of lost fidelity",
        "≤ 0.5 dB   FAIL",
        "1 met, 1 not met, 0 undecided",
    ] {
        assert!(ended.stdout.contains(part), "{part}\n{}", ended.stdout);
    }
    assert_eq!(ended.stderr, "");
}

#[test]
fn the_same_file_gives_the_same_bytes_on_any_number_of_threads() {
    let bench = Bench::new(SMALL);
    let of = |threads: &str| {
        let file = format!("{threads}.json");
        bench
            .fzero(&["validate", "a.toml", "--threads", threads, "--out", &file])
            .done();
        fs::read_to_string(bench.path().join(file)).unwrap()
    };
    let one = of("1");
    assert_eq!(one, of("2"));
    assert_eq!(one, of("3"));
    let printed = bench.fzero(&["validate", "a.toml", "--json"]).done().stdout;
    assert_eq!(printed, format!("{one}\n"));
}

#[test]
fn several_meshes_stand_side_by_side() {
    let text = "name = \"two\"\nvalidate.dies = 5\nvalidate.tolerance_dies = 2\nvalidate.targets = 1\n\
                criteria.max_columns = 6\n\
                [[candidate]]\ntopology = \"rectangular\"\nports = 6\n\
                [[candidate]]\nname = \"reck\"\ntopology = \"triangular\"\nports = 6\n";
    let bench = Bench::new(text);
    let report = json(&bench, &[], 1);
    let outcomes: Vec<_> = [0, 1]
        .iter()
        .map(|&mesh: &usize| {
            let mesh = &report["meshes"][mesh];
            (mesh["name"].clone(), mesh["criteria"][0]["outcome"].clone())
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            ("rectangular".into(), "pass".into()),
            ("reck".into(), "fail".into())
        ]
    );
    let text = bench.fzero(&["validate", "a.toml"]).stdout;
    assert!(
        text.contains("rectangular") && text.contains("reck"),
        "{text}"
    );
}

#[test]
fn pictures_show_the_mesh_and_what_matters() {
    let bench = Bench::new(SMALL);
    bench
        .fzero(&["validate", "a.toml", "--svg", "pictures"])
        .done();
    let names = [
        "rectangular",
        "rectangular-infidelity",
        "rectangular-intensity",
    ];
    for name in names {
        let text = fs::read_to_string(bench.path().join(format!("pictures/{name}.svg"))).unwrap();
        assert!(
            text.starts_with("<svg ") && text.ends_with("</svg>\n"),
            "{name}"
        );
        // Marks of couplers are only in a map.
        assert_eq!(
            text.contains("<g class=\"mark\">"),
            name != "rectangular",
            "{name}"
        );
    }
    assert_eq!(bench.entries().len(), 2 + names.len());
}

/// What an analysis is not for is empty and said, in the text and by name in JSON, and meets no criterion.
#[test]
fn a_mesh_of_other_cells_is_analysed_as_far_as_possible() {
    let text = SMALL
        .replace("mesh.ports = 6\n", "")
        .replace("\"rectangular\"", "\"m.toml\"");
    let bench = Bench::new(&format!(
        "{text}validate.programming = \"corrected\"\ncriteria.max_imbalance_db = 10.0\n\
         criteria.reachable_dimension = \"full\"\ncriteria.min_fidelity_reach = 0.1\n\
         criteria.all_calibratable = true\ncriteria.min_tolerance_rad = 0.001\n\
         criteria.min_tolerance_corrected_rad = 0.001\ncriteria.min_yield = 0.1\n"
    ));
    // A coupler behind a universal mesh, which no phase can correct.
    let mesh = "name = \"m\"\nports = 4\n[[component]]\nkind = \"coupler\"\nports = [0, 2]\n\
                [[block]]\ntopology = \"rectangular\"\nports = [0, 1, 2, 3]\n";
    fs::write(bench.path().join("m.toml"), mesh).unwrap();
    let report = json(&bench, &[], 1);
    let mesh = &report["meshes"][0];
    assert_eq!(mesh["couplers"], 13);
    assert_eq!(mesh["reachable_dimension"]["rank"], 16);
    let outcomes: Vec<_> = mesh["criteria"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["criterion"].as_str().unwrap(),
                one["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("max_imbalance_db", "pass"),
        ("reachable_dimension", "pass"),
        ("min_fidelity_reach", "pass"),
        ("min_tolerance_rad", "pass"),
        ("all_calibratable", "fail"),
        ("min_tolerance_corrected_rad", "fail"),
        ("min_yield", "fail"),
    ];
    assert_eq!(outcomes, expected);
    let not_done: Vec<_> = mesh["not_done"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["analysis"].as_str().unwrap())
        .collect();
    let expected = [
        "calibratability",
        "corrected tolerance",
        "yield",
        "attribution",
    ];
    assert_eq!(not_done, expected);
    assert_eq!(mesh["tolerance"]["corrected"], Value::Null);
    // Couplers have no phase, MZIs have.
    let theta = &mesh["sensitivity"]["theta"]["field_per_rad"];
    assert!(theta[0].is_null() && theta[2].is_number(), "{theta}");
    let text = bench.fzero(&["validate", "a.toml"]).stdout;
    for note in [
        "not done for m: calibratability: cell 0 of the mesh is of kind coupler",
        "not done for m: corrected tolerance: cell 0 is a coupler that no plain MZI follows",
    ] {
        assert!(text.contains(note), "{text}");
    }
}

/// Three-splitter and symmetric MZIs are corrected, calibrated and reach everything.
#[test]
fn other_forms_of_mzis_are_analysed_as_plain_ones() {
    for (form, couplers) in [("three-splitter", 45), ("symmetric", 30)] {
        let ports = format!("mesh.ports = 6\nmesh.cell = \"{form}\"");
        let text = SMALL.replace("mesh.ports = 6", &ports);
        let bench = Bench::new(&format!(
            "{text}validate.programming = \"corrected\"\ncriteria.reachable_dimension = \"full\"\n\
             criteria.min_fidelity_reach = 0.999999\ncriteria.all_calibratable = true\n\
             criteria.min_tolerance_corrected_rad = 0.05\n"
        ));
        let report = json(&bench, &[], 0);
        let mesh = &report["meshes"][0];
        assert_eq!(mesh["couplers"], couplers);
        assert_eq!(mesh["not_done"], serde_json::json!([]), "{form}");
        assert_eq!(mesh["fidelity_reach"]["method"], "decomposition");
        let found = &mesh["calibratability"];
        let of = ["phi_measured", "phi_references", "half_turns"].map(|key| found[key].as_u64());
        let expected = if form == "symmetric" {
            [10, 5, 0]
        } else {
            [15, 0, 0]
        };
        assert_eq!(of, expected.map(Some), "{form}");
    }
}

/// Every mesh file that is shipped, and pictures of it.
#[test]
fn shipped_meshes_are_validated() {
    // Ports, shifters, and rank of how many.
    for (name, shifters, rank, full) in [
        ("bell16", 271, 256, 256),
        ("three-splitter16", 256, 256, 256),
        ("svd8", 128, 128, 128),
        ("blocks8", 61, 57, 128),
    ] {
        let mesh = e2e::binary::root().join(format!("configs/mesh/{name}.toml"));
        let text = SMALL
            .replace("mesh.ports = 6\n", "")
            .replace("\"rectangular\"", &format!("{:?}", mesh.to_str().unwrap()))
            .replace("validate.dies = 20", "validate.dies = 4");
        let bench = Bench::new(&format!("{text}validate.programming = \"uncorrected\"\n"));
        let report = json(&bench, &["--svg", "pictures"], 0);
        let mesh = &report["meshes"][0];
        assert_eq!(mesh["phase_shifters"], shifters, "{name}");
        let found = &mesh["reachable_dimension"];
        assert_eq!(
            (found["rank"].clone(), found["full"].clone()),
            (rank.into(), full.into())
        );
        assert!(mesh["path_loss"]["worst_db"].as_f64() > mesh["path_loss"]["best_db"].as_f64());
        if name == "svd8" {
            assert_eq!(mesh["fidelity_reach"]["method"], "decomposition");
            assert!(mesh["fidelity_reach"]["fidelity"]["min"].as_f64().unwrap() > 1.0 - 1e-12);
        }
        assert_eq!(bench.entries().len(), 2 + 3, "{name}");
    }
}
