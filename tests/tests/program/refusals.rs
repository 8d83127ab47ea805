//! What does not fit is one clear line, and nothing is written.

use super::*;

#[test]
fn what_is_not_unitary_is_refused_or_replaced() {
    let bench = bench("rectangular", 4);
    let half: Vec<Complex> = read(&bench, "U.npy").into_iter().map(|x| x * 0.5).collect();
    write(&bench, "half.npy", 4, &half);
    let before = bench.entries();
    let arguments = [
        "program",
        "half.npy",
        "--mesh",
        "rectangular",
        "-o",
        "p.npz",
    ];
    let ended = bench.fzero(&arguments);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(
        ended.stderr.starts_with(
            "half.npy: the target matrix is not unitary: |U^H U - 1|_F / sqrt(N) = 7.5"
        ),
        "{}",
        ended.stderr
    );
    assert!(
        ended
            .stderr
            .ends_with("help: --nearest takes the nearest unitary and says how far it is\n"),
        "{}",
        ended.stderr
    );
    assert_eq!(bench.entries(), before);
    let report = json(&bench, &[&arguments[..], &["--nearest"]].concat());
    // |U - U/2| / |U/2|
    assert!((number(&report["nearest_residual"]) - 1.0).abs() < 1e-14);
    assert!((number(&report["unitarity_defect"]) - 0.75).abs() < 1e-14);
    assert!(number(&report["residual"]) < 1e-14);
}

#[test]
fn what_does_not_fit_is_one_line_and_what_to_do() {
    let bench = bench("rectangular", 4);
    let folder = bench.path();
    let whole = fs::read(folder.join("U.npy")).unwrap();
    fs::write(folder.join("short.npy"), &whole[..whole.len() - 1]).unwrap();
    fs::write(folder.join("text.npy"), "no array").unwrap();
    fs::write(folder.join("empty.npy"), "").unwrap();
    fs::write(folder.join("flat.npy"), npy(&[16], vec![0.0_f64; 16])).unwrap();
    fs::write(folder.join("wide.npy"), npy(&[2, 3], vec![0.0_f64; 6])).unwrap();
    fs::write(folder.join("whole.npy"), npy(&[2, 2], vec![1_i64, 0, 0, 1])).unwrap();
    fs::write(folder.join("zero.npy"), npy(&[2, 2], vec![0.0_f64; 4])).unwrap();
    fs::write(
        folder.join("nan.npy"),
        npy(&[2, 2], vec![1.0, 0.0, f64::NAN, 1.0]),
    )
    .unwrap();
    arrays(&bench, "e1.npz", &[("e1", &[0.0; 6])]);
    arrays(&bench, "few.npz", &[("e1", &[0.0; 5]), ("e2", &[0.0; 6])]);
    arrays(
        &bench,
        "degrees.npz",
        &[("e1", &[0.0, 0.0, 2.5, 0.0, 0.0, 0.0]), ("e2", &[0.0; 6])],
    );
    fs::create_dir(folder.join("folder")).unwrap();
    let before = bench.entries();
    for (file, expected) in [
        (
            "none.npy",
            "none.npy: cannot be read: No such file or directory",
        ),
        ("folder", "folder: a folder, a file is needed"),
        ("text.npy", "text.npy: not a plain array of NumPy"),
        ("empty.npy", "empty.npy: not a plain array of NumPy"),
        ("die.npz", "die.npz: not a plain array of NumPy"),
        ("short.npy", "short.npy: is shorter than its shape says"),
        (
            "flat.npy",
            "flat.npy: has the shape (16,), (N, N) with N from 1 to 4096 is needed",
        ),
        (
            "wide.npy",
            "wide.npy: has the shape (2, 3), (N, N) with N from 1 to 4096 is needed",
        ),
        (
            "whole.npy",
            "whole.npy: holds numbers of type <i8, complex128, complex64, float64 or float32 is needed",
        ),
        (
            "nan.npy",
            "nan.npy: element (1, 0) of the target matrix is not a finite number",
        ),
        ("zero.npy", "zero.npy: the target matrix is zero"),
    ] {
        let arguments = [
            "program",
            file,
            "--mesh",
            "triangular",
            "--nearest",
            "-o",
            "p.npz",
        ];
        assert_refused(&bench, &bench.fzero(&arguments), &before, expected);
    }
    for (file, expected) in [
        (
            "none.npz",
            "none.npz: cannot be read: No such file or directory",
        ),
        ("text.npy", "text.npy: not an .npz archive: "),
        ("e1.npz", "e1.npz: e2: missing"),
        ("few.npz", "few.npz: e1: has the shape (5,), (6,) is needed"),
        (
            "degrees.npz",
            "degrees.npz: e1: value 2 (counted from 0) is 2.5, an angle error from -pi/4 to pi/4 is needed",
        ),
    ] {
        let arguments = [
            "program",
            "U.npy",
            "--mesh",
            "rectangular",
            "--die-errors",
            file,
            "-o",
            "p.npz",
        ];
        assert_refused(&bench, &bench.fzero(&arguments), &before, expected);
    }
    for (output, expected) in [
        ("folder", "folder: a folder, a file is to be written"),
        (
            "no/p.npz",
            "no/p.npz: cannot be written: its folder does not exist",
        ),
        (
            "folder/../U.npy",
            "folder/../U.npy: is read by this command, and would be replaced",
        ),
    ] {
        let arguments = ["program", "U.npy", "--mesh", "rectangular", "-o", output];
        assert_refused(&bench, &bench.fzero(&arguments), &before, expected);
    }
    assert_eq!(fs::read(folder.join("U.npy")).unwrap(), whole);
    for (file, expected) in [
        ("U.npy", "U.npy: not an .npz archive: "),
        ("die.npz", "die.npz: layer0_gamma: missing"),
    ] {
        let arguments = [
            "matrix",
            "--mesh",
            "rectangular",
            "--phases",
            file,
            "-o",
            "V.npy",
        ];
        assert_refused(&bench, &bench.fzero(&arguments), &before, expected);
    }
    let ended = bench.fzero(&["program", "U.npy", "--mesh", "clements", "-o", "p.npz"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains(
            "no mesh has this name (rectangular, triangular, diamond, redundant-rectangular, butterfly, \
             tree, permuting-rectangular, svd), and the path of a mesh file ends in .toml"
        ),
        "{}",
        ended.stderr
    );
}

#[test]
fn options_that_do_not_fit_the_mesh_or_the_die_are_named() {
    let bench = bench("rectangular", 4);
    let rows = [Complex::new(0.0, 0.0); 4];
    write(&bench, "zero.npy", 2, &rows);
    fs::write(
        bench.path().join("m.toml"),
        "name = \"m\"\nports = 5\ntopology = \"tree\"\n",
    )
    .unwrap();
    let before = bench.entries();
    let cases: [(&str, &str, &[&str], &str); 16] = [
        (
            "U.npy",
            "m.toml",
            &[],
            "U.npy: the target is 4 x 4, the mesh m.toml has 5 ports",
        ),
        (
            "U.npy",
            "m.toml",
            &["--extra-columns", "2"],
            "--extra-columns: m.toml says them itself",
        ),
        (
            "U.npy",
            "butterfly",
            &["--method", "decompose"],
            "--method: there is no decomposition for the mesh butterfly",
        ),
        (
            "U.npy",
            "triangular",
            &["--starts", "2"],
            "--starts: has no effect on a decomposition",
        ),
        (
            "zero.npy",
            "tree",
            &[],
            "zero.npy: the norm of the target is 0",
        ),
        (
            "U.npy",
            "redundant-rectangular",
            &[],
            "--mesh: redundant-rectangular needs its number of extra columns",
        ),
        (
            "U.npy",
            "diamond",
            &["--extra-columns", "2"],
            "--extra-columns: diamond has none",
        ),
        (
            "U.npy",
            "svd",
            &["--nearest"],
            "--nearest: svd needs no unitary",
        ),
        (
            "zero.npy",
            "svd",
            &["--die", "ideal:1"],
            "zero.npy: the target matrix is zero",
        ),
        (
            "U.npy",
            "svd",
            &["--die", "ideal:1", "--self-configure"],
            "--self-configure: svd cannot configure itself",
        ),
        (
            "U.npy",
            "triangular",
            &["--die", "mature"],
            "--die: mature: a process and the seed of a die are needed",
        ),
        (
            "U.npy",
            "triangular",
            &["--die", "mature:-1"],
            "--die: mature:-1: the seed must be a whole number below 2^53",
        ),
        (
            "U.npy",
            "triangular",
            &["--die", "nature:1"],
            "--die: process.preset = nature: no preset has this name (ideal, research, mature, pessimistic)",
        ),
        (
            "U.npy",
            "triangular",
            &["--die", "ideal:1", "--set", "chip.layers=2"],
            "--set: chip.layers = 2: no part of the die and its bench",
        ),
        (
            "U.npy",
            "triangular",
            &[
                "--die",
                "ideal:1",
                "--set",
                "process.mesh.coupler_loss_db=-1",
            ],
            "--set: process.mesh.coupler_loss_db = -1: ",
        ),
        (
            "U.npy",
            "triangular",
            &[
                "--die",
                "ideal:1",
                "--set",
                "process.faults.stuck_heaters=[{layer=0,heater=\"theta\",index=9,phase_rad=0}]",
            ],
            "--die: ideal:1: stuck heater",
        ),
    ];
    for (target, mesh, options, expected) in cases {
        let arguments = [&["program", target, "--mesh", mesh, "-o", "p.npz"], options].concat();
        assert_refused(&bench, &bench.fzero(&arguments), &before, expected);
    }
    for options in [
        &["--self-configure"][..],
        &["--set", "process.mesh.coupler_loss_db=1"],
        &["--die", "ideal:1", "--die-errors", "die.npz"],
    ] {
        let start = ["program", "U.npy", "--mesh", "triangular", "-o", "p.npz"];
        let ended = bench.fzero(&[&start, options].concat());
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert_eq!(bench.entries(), before);
    }
}
