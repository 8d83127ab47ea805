//! Wrong input ends with exit code 2 and one clear message each, and leaves nothing behind.
//!
//! The exact wording of every problem of a configuration is tested beside its code; here it is that
//! the whole program shows it, and does nothing else.

use e2e::{Bench, Ended, TINY};
use numerics::level::LEVEL_VARIABLE;
use std::fs;

/// That the program refused, said exactly what is expected, and left only what was there before.
#[track_caller]
fn assert_refused(ended: &Ended, bench: &Bench, before: &[String], expected: &str) {
    assert_eq!(ended.stderr.trim_end(), expected);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    assert_eq!(bench.entries(), before);
}

/// A run of `text`, which is wrong; with and without `--dry-run`, with and without `--out`.
#[track_caller]
fn refused(text: &str, options: &[&str], expected: &str) {
    let bench = Bench::new(text);
    for more in [
        &[][..],
        &["--dry-run"],
        &["--out", "x/out"],
        &["--json", "--quiet"],
    ] {
        let ended = bench.fzero(&[&["run", "a.toml"], options, more].concat());
        assert_refused(&ended, &bench, &["a.toml".into()], expected);
    }
}

/// With one more line, the fourth.
#[track_caller]
fn refused_line(line: &str, expected: &str) {
    refused(&format!("{TINY}{line}\n"), &[], expected);
}

#[test]
fn keys_and_types() {
    refused_line(
        "chip.prots = 64",
        "a.toml:4: chip.prots = 64: unknown key\n  help: did you mean chip.ports?",
    );
    refused_line(
        "chip.ports = \"many\"",
        "a.toml:4: chip.ports = \"many\": a whole number is needed, found text (ports, 1 to 4096)\n  \
         help: for example chip.ports = 64",
    );
    refused_line(
        "chip.ports = = 64",
        "a.toml:4:14: not TOML: extra `=`, expected nothing\n  help: see https://toml.io for the format",
    );
}

#[test]
fn ranges() {
    refused_line(
        "process.mesh.coupler_loss_db = -0.3",
        "a.toml:4: process.mesh.coupler_loss_db = -0.3: too small (dB, 0 to 100 (excluded))\n  \
         help: a loss is a positive number of dB: 0.3 lets 93.3 % of the power through",
    );
    refused_line(
        "chip.ports = 0",
        "a.toml:4: chip.ports = 0: too small (ports, 1 to 4096)\n  help: Waveguides into and out of \
         each mesh; an image needs one port per pixel. Default 64.",
    );
    refused_line(
        "training.batch = 0",
        "a.toml:4: training.batch = 0: too small (samples, 1 to 1048576)\n  help: Samples per step; \
         the last batch of an epoch may be shorter. Default 128.",
    );
}

#[test]
fn parts_that_do_not_fit_each_other() {
    refused_line(
        "chip.ports = 16",
        "a.toml:4: chip.ports = 16: more classes than readouts (10 classes, 8 readouts, one per \
         pair of ports)\n  help: use at least 20 ports",
    );
    refused_line(
        "chip.ports = 63",
        "a.toml:4: chip.ports = 63: images of digits do not fit (8 x 8 = 64 pixels, 63 ports)\n  \
         help: use at least 64 ports, or make the images smaller: data.crop_pixels = 7, or data.downsample",
    );
}

#[test]
fn values_at_the_end_of_their_ranges_are_refused_by_name_or_work() {
    // Whatever the table of keys lets through, the chip must take, or the message has no line.
    for line in [
        "process.mesh.splitter_error_sigma_rad = 1",
        "process.mesh.coupler_loss_db = 100",
        "process.mesh.coupler_loss_sigma_db = 100",
        "chip.source.port_power_dbm = 60",
        "chip.source.port_power_dbm = -100",
        "chip.activation.gain_rad_per_mw = 1e6",
        "process.detector.responsivity_a_per_w = 1e3",
        "process.detector.dark_current_a = 1",
        "process.detector = { noise = true, bandwidth_hz = 1e15 }",
        "process.detector = { noise = true, load_ohm = 1e12 }",
        "process.detector = { noise = true, temperature_k = 1e4 }",
        "process.detector = { noise = true, temperature_k = 0 }",
    ] {
        let bench = Bench::new(&format!("{TINY}{line}\n"));
        let ended = bench.fzero(&["run", "a.toml", "--dry-run"]);
        let named = ended.stderr.starts_with("a.toml:4: ") && ended.code == Some(2);
        assert!(named || ended.code == Some(0), "{line}: {}", ended.stderr);
    }
}

#[test]
fn several_problems_at_once() {
    refused(
        "name = \"tiny\"\ndata.set = \"digits\"\ntraining.batch = 0\nchip.prots = 3\n",
        &["--set", "training.epochs=0", "--seed", "9007199254740993"],
        "a.toml:3: training.batch = 0: too small (samples, 1 to 1048576)\n  help: Samples per step; \
         the last batch of an epoch may be shorter. Default 128.\n\
         a.toml:4: chip.prots = 3: unknown key\n  help: did you mean chip.ports?\n\
         --seed: seed = 9007199254740993: too large (0 to 9007199254740992)\n  help: Seed of the \
         training: initial phases or weights, prototypes, batches and directions; and of the \
         samples of a function. Default 0.\n\
         --set: training.epochs = 0: too small (epochs per layer, 1 to 1000000000)\n  help: Passes \
         over the training set for each layer, or for all layers together. Default 100.",
    );
}

#[test]
fn more_memory_than_allowed() {
    let bench = Bench::new(&format!(
        "{TINY}chip.ports = 4096\nlimits.memory_mib = 100\n"
    ));
    let ended = bench.fzero(&["run", "a.toml", "--out", "out"]);
    let mib: u64 = ended
        .stderr
        .split("needs about ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next()?.parse().ok())
        .unwrap_or_else(|| panic!("{}", ended.stderr));
    // Two dies of 8,386,560 MZIs, 16 bytes of phases and 16 of splitter errors each.
    assert!(mib > 512, "{mib}");
    let expected = format!(
        "a.toml:4: chip.ports = 4096: needs about {mib} MiB, limits.memory_mib is 100\n  help: use \
         fewer ports or layers, or set limits.memory_mib = {mib} or more"
    );
    assert_refused(&ended, &bench, &["a.toml".into()], &expected);
    // What the help says is enough.
    let bench = Bench::new(&format!("{TINY}limits.memory_mib = 1\n"));
    let ended = bench.fzero(&["run", "a.toml", "--dry-run"]);
    let limit = ended
        .stderr
        .split("set limits.memory_mib = ")
        .nth(1)
        .unwrap();
    let limit = limit.split(' ').next().unwrap();
    let setting = format!("limits.memory_mib={limit}");
    bench
        .fzero(&["run", "a.toml", "--dry-run", "--set", &setting])
        .done();
}

#[test]
fn files_that_are_not_there_or_no_experiment() {
    let bench = Bench::new("name = \"\u{e9}\"\n");
    fs::write(bench.path().join("latin1.toml"), b"name = \"\xe9\"\n").unwrap();
    let before = bench.entries();
    let help = "help: give the path of an experiment in TOML";
    let expected = [
        (
            "none.toml",
            format!("none.toml: cannot be read: No such file or directory (os error 2)\n  {help}"),
        ),
        (
            ".",
            format!(".: cannot be read: Is a directory (os error 21)\n  {help}"),
        ),
        (
            "latin1.toml",
            "latin1.toml:1:9: not UTF-8\n  help: save the file as UTF-8 text".into(),
        ),
    ];
    for (file, expected) in expected {
        let ended = bench.fzero(&["run", file]);
        assert_refused(&ended, &bench, &before, &expected);
    }
}

#[test]
fn output_that_cannot_be_written() {
    let bench = Bench::new(TINY);
    fs::write(bench.path().join("taken"), "mine").unwrap();
    fs::create_dir(bench.path().join("notes")).unwrap();
    fs::write(bench.path().join("notes/todo"), "mine").unwrap();
    let before = bench.entries();
    let expected = [
        (
            "taken",
            "--out taken: not a folder\n  help: name another with --out",
        ),
        (
            "taken/out",
            "--out taken/out: not a folder\n  help: name another with --out",
        ),
        (
            "notes",
            "--out notes: not empty, and not a result of fzero\n  help: name another folder with --out",
        ),
    ];
    for (out, expected) in expected {
        for more in [&[][..], &["--overwrite"]] {
            let ended = bench.fzero(&[&["run", "a.toml", "--out", out], more].concat());
            assert_refused(&ended, &bench, &before, expected);
        }
    }
    // The default folder's parent is a file.
    fs::write(bench.path().join("results"), "mine").unwrap();
    let before = bench.entries();
    let ended = bench.fzero(&["run", "a.toml"]);
    let expected = "results: cannot be written: File exists (os error 17)\n  help: name a folder that \
                    can be written with --out";
    assert_refused(&ended, &bench, &before, expected);
    for (file, kept) in [
        ("taken", "mine"),
        ("notes/todo", "mine"),
        ("results", "mine"),
    ] {
        assert_eq!(fs::read_to_string(bench.path().join(file)).unwrap(), kept);
    }
}

/// Root may write everywhere, so there is nothing to see then.
#[test]
#[cfg(unix)]
fn a_read_only_folder() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new(TINY);
    let locked = bench.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(locked.join("probe"), "").is_ok() {
        return;
    }
    let before = bench.entries();
    for out in ["locked", "locked/out"] {
        let ended = bench.fzero(&["run", "a.toml", "--out", out]);
        assert_eq!(ended.code, Some(2));
        assert!(
            ended
                .stderr
                .contains("cannot be written: Permission denied"),
            "{}",
            ended.stderr
        );
        assert!(
            ended
                .stderr
                .contains("\n  help: name a folder that can be written")
        );
        assert_eq!(bench.entries(), before);
    }
}

#[test]
fn options() {
    let bench = Bench::new(TINY);
    let before = bench.entries();
    let refused: [(&[&str], &[&str]); 9] = [
        (
            &["run", "a.toml", "--set", "epochs"],
            &["'epochs'", "--set", "write KEY=VALUE"],
        ),
        (
            &["run", "a.toml", "--set", "=3"],
            &["'=3'", "--set", "write KEY=VALUE"],
        ),
        (
            &["run", "a.toml", "--set", "training.epochs"],
            &["--set", "write KEY=VALUE"],
        ),
        (&["run", "a.toml", "--threads", "0"], &["'0'", "--threads"]),
        (&["run", "a.toml", "--seed", "one"], &["'one'", "--seed"]),
        (&["run"], &["<CONFIG>"]),
        (&["bench", "--ports", "0"], &["'0'", "--ports", "2..=4096"]),
        (
            &["bench", "--ports", "64,5000"],
            &["'5000'", "--ports", "2..=4096"],
        ),
        (&["bench", "--ports", "many"], &["'many'", "--ports"]),
    ];
    for (arguments, words) in refused {
        let ended = bench.fzero(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert_eq!(ended.stdout, "", "{arguments:?}");
        for word in words {
            assert!(
                ended.stderr.contains(word),
                "{arguments:?}: no {word} in {}",
                ended.stderr
            );
        }
        assert_eq!(bench.entries(), before);
    }
    let ended = bench.fzero(&["run", "a.toml", "--set", "chip.prots=3", "--set", "a b=3"]);
    let expected = "--set: chip.prots = 3: unknown key\n  help: did you mean chip.ports?\n\
                    --set: a b = 3: unknown key\n  help: known at the top: name, seed, data, model, chip, \
                    process, training, vote, limits";
    assert_refused(&ended, &bench, &before, expected);
}

#[test]
fn simd_levels() {
    let bench = Bench::new(TINY);
    for name in ["sse9", "", "AVX2"] {
        for arguments in [
            &["run", "a.toml"][..],
            &["bench", "--ports", "16", "--quick"],
        ] {
            let ended = e2e::ended(bench.command(arguments).env(LEVEL_VARIABLE, name));
            let expected = format!(
                "environment: FZERO_SIMD = {name}: not a SIMD level (portable, avx2, avx512)\n  \
                 help: unset it, or name a level that this CPU has"
            );
            assert_refused(&ended, &bench, &["a.toml".into()], &expected);
        }
    }
}
