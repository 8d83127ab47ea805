//! Meshes without a decomposition, dies that it does not suffice for, and meshes from files.

use super::*;

const FILE: &str = "name = \"mine\"\nports = 4\n";

/// The matrix of `p.npz` by `fzero matrix`.
fn matrix(bench: &Bench, options: &[&str]) -> Vec<Complex> {
    let start = ["matrix", "--phases", "p.npz", "-o", "V.npy"];
    bench.fzero(&[&start[..], options].concat()).done();
    read(bench, "V.npy")
}

/// |Tr A^H B|^2 / (Tr A^H A Tr B^H B)
fn fidelity(a: &[Complex], b: &[Complex]) -> f64 {
    let overlap: Complex = a.iter().zip(b).map(|(x, y)| x.conj() * y).sum();
    let [a, b] = [a, b].map(|x| x.iter().map(Complex::norm_sqr).sum::<f64>());
    overlap.norm_sqr() / (a * b)
}

#[test]
fn meshes_of_any_cells_are_fitted_and_the_residual_is_true() {
    let bench = bench("rectangular", 4);
    let target = read(&bench, "U.npy");
    let parts = "[[block]]\ntopology = \"rectangular\"\ncell = \"symmetric\"\nports = [0, 1, 2, 3]\n\
                 [[component]]\nkind = \"crossing\"\nports = [1, 2]\n\
                 [[component]]\nkind = \"coupler\"\nports = [0, 1]\npower_ratio = 0.3\n";
    fs::write(bench.path().join("m.toml"), [FILE, parts].concat()).unwrap();
    // Symmetric MZIs and what stands behind them reach every unitary; butterfly and tree do not.
    for (mesh, least, most) in [
        ("m.toml", 1.0 - 1e-9, 1.0 + 1e-14),
        ("permuting-rectangular", 1.0 - 1e-9, 1.0 + 1e-14),
        ("butterfly", 0.4, 1.0 - 1e-3),
        ("tree", 0.2, 1.0 - 1e-3),
    ] {
        for method in ["fit", "fit-forward"] {
            let program = [
                "program", "U.npy", "--mesh", mesh, "-o", "p.npz", "--method", method, "--seed",
                "3",
            ];
            let report = json(&bench, &program);
            assert_eq!(report["method"], method);
            let found = matrix(&bench, &["--mesh", mesh]);
            let reached = fidelity(&found, &target);
            // Search by phase creeps: it may end at its iterations.
            let least = if method == "fit" { least } else { least - 1e-4 };
            assert!(
                (least..most).contains(&reached),
                "{mesh} {method}: {report}"
            );
            assert!((number(&report["fit"]["fidelity"]) - reached).abs() < 1e-12);
            let error = distance(4, &found, &target);
            assert!(
                (number(&report["residual"]) - error).abs() < 1e-12,
                "{report}"
            );
            // The common phase is that of the target.
            let overlap: Complex = found.iter().zip(&target).map(|(x, u)| x.conj() * u).sum();
            assert!(
                overlap.im.abs() < 1e-12 && overlap.re > 0.0,
                "{mesh} {overlap}"
            );
            let again = fs::read(bench.path().join("p.npz")).unwrap();
            json(&bench, &program);
            assert_eq!(fs::read(bench.path().join("p.npz")).unwrap(), again);
        }
    }
}

#[test]
fn a_file_of_a_named_mesh_is_decomposed() {
    let bench = bench("rectangular", 4);
    let target = read(&bench, "U.npy");
    for (mesh, options) in [
        ("topology = \"triangular\"\n", &["--mesh", "m.toml"]),
        (
            "columns = [[[0, 1], [2, 3]], [[1, 2]], [[0, 1], [2, 3]], [[1, 2]]]\n",
            &["--mesh", "rectangular"],
        ),
    ] {
        fs::write(bench.path().join("m.toml"), [FILE, mesh].concat()).unwrap();
        let program = ["program", "U.npy", "--mesh", "m.toml", "-o", "p.npz"];
        let report = json(&bench, &program);
        assert_eq!(
            (&report["method"], &report["mesh"]),
            (&"decompose".into(), &"mine".into())
        );
        assert!(distance(4, &matrix(&bench, options), &target) < 1e-14);
    }
}

#[test]
fn what_local_correction_leaves_a_fit_takes_off() {
    // Errors of 0.15 rad in the middle put much out of reach of the local correction.
    let bench = bench("rectangular", 4);
    let errors = [
        0.15, -0.1, 0.2, 0.15, 0.1, -0.2, 0.1, 0.15, -0.15, 0.2, 0.12, 0.1,
    ];
    let extra = ["--mesh", "redundant-rectangular", "--extra-columns", "4"];
    arrays(&bench, "e.npz", &[("e1", &errors), ("e2", &errors)]);
    let program = [
        &["program", "U.npy", "-o", "p.npz", "--die-errors", "e.npz"],
        &extra[..],
    ]
    .concat();
    let corrected = json(&bench, &program)["die"].clone();
    let fitted = json(&bench, &[&program[..], &["--method", "fit"]].concat())["die"].clone();
    let [before, after] = [&corrected, &fitted].map(|die| number(&die["corrected_error"]));
    assert!(before > 1e-2 && after < 1e-4, "{before:e} {after:e}");
    let found = matrix(&bench, &[&extra[..], &["--die-errors", "e.npz"]].concat());
    assert!((distance(4, &found, &read(&bench, "U.npy")) - after).abs() < 1e-12);
}

#[test]
fn losses_of_a_die_are_fitted_too() {
    let bench = bench("rectangular", 4);
    let program = [
        "program",
        "U.npy",
        "--mesh",
        "rectangular",
        "-o",
        "p.npz",
        "--die",
        "ideal:1",
        "--set",
        "process.mesh.splitter_error_sigma_rad=0.05",
        "--set",
        "process.mesh.coupler_loss_db=0.5",
        "--set",
        "process.mesh.shifter_loss_db=1",
    ];
    let corrected = json(&bench, &program)["die"].clone();
    let fitted = json(&bench, &[&program[..], &["--method", "fit"]].concat())["die"].clone();
    let [before, after] = [&corrected, &fitted].map(|die| number(&die["fidelity"]));
    assert!(after > before, "{before} {after}");
    // All of the die is judged, and nothing else than errors and losses is on this one.
    assert!(
        (number(&fitted["fit"]["fidelity"]) - after).abs() < 1e-9,
        "{fitted}"
    );
    let said = bench
        .fzero(&[&program[..], &["--method", "fit"]].concat())
        .done();
    assert!(said.stdout.contains("\nfitted        "), "{}", said.stdout);
    assert!(
        said.stdout.contains(": fitted to the die, 6 theta"),
        "{}",
        said.stdout
    );
}

#[test]
fn a_matrix_that_is_not_unitary_has_a_scale() {
    let bench = bench("rectangular", 4);
    let target: Vec<Complex> = read(&bench, "U.npy").into_iter().map(|x| 2.5 * x).collect();
    write(&bench, "T.npy", 4, &target);
    let program = [
        "program",
        "T.npy",
        "--mesh",
        "permuting-rectangular",
        "-o",
        "p.npz",
    ];
    let report = json(&bench, &program);
    assert!((number(&report["scale"]) - 2.5).abs() < 1e-6, "{report}");
    let found = matrix(&bench, &["--mesh", "permuting-rectangular"]);
    let found: Vec<Complex> = found.iter().map(|x| x * number(&report["scale"])).collect();
    let error = distance(4, &found, &target) / 2.5;
    assert!(
        (number(&report["residual"]) - error).abs() < 1e-9,
        "{report} {error:e}"
    );
}

/// Its free ports carry no signal: the fit is of those that do, and no light may leave by the others.
#[test]
fn a_diamond_is_fitted_on_its_signals() {
    let bench = bench("rectangular", 4);
    let target = read(&bench, "U.npy");
    let block =
        |found: &[Complex]| -> Vec<Complex> { (0..16).map(|i| found[i / 4 * 6 + i % 4]).collect() };
    // Errors that put bars of the spare MZIs out of reach.
    let e1: Vec<f64> = (0..9).map(|i| 0.03 * f64::from(i % 4) - 0.04).collect();
    arrays(&bench, "die.npz", &[("e1", &e1), ("e2", &[0.05; 9])]);
    let program = "program U.npy --mesh diamond -o p.npz";
    let with = |more: &str| {
        let line = format!("{program} {more}");
        json(&bench, &line.split_whitespace().collect::<Vec<_>>())
    };
    let report = with("--method fit");
    assert!(number(&report["residual"]) < 1e-6, "{report}");
    let found = block(&matrix(&bench, &["--mesh", "diamond"]));
    assert!(distance(4, &found, &target) < 1e-6);
    // A die: no worse than corrected, though from there the search may not get far.
    let [before, after] = ["", "--method fit"].map(|method| {
        let report = with(&format!("--die-errors die.npz {method}"));
        number(&report["die"]["corrected_error"])
    });
    assert!(before > 1e-2 && after <= before, "{before:e} {after:e}");
    let die = ["--mesh", "diamond", "--die-errors", "die.npz"];
    let found = block(&matrix(&bench, &die));
    assert!((distance(4, &found, &target) - after).abs() < 1e-12);
}
