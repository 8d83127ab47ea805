//! What is wrong is refused with exit code 2, before anything is done.

use crate::SMALL;
use e2e::Bench;
use std::fs;

/// That a validation is refused with just this message.
#[track_caller]
fn refused(text: &str, options: &[&str], expected: &str) {
    let bench = Bench::new(text);
    let before = bench.entries();
    let ended = bench.fzero(&[&["validate", "a.toml"], options].concat());
    assert_eq!(ended.stderr.trim_end(), expected);
    assert_eq!(ended.code, Some(2));
    assert_eq!(ended.stdout, "");
    assert_eq!(bench.entries(), before);
}

#[test]
fn hostile_sizes_are_refused_with_what_they_need() {
    let text = SMALL.replace("mesh.ports = 6", "mesh.ports = 4096");
    let bench = Bench::new(&text);
    let began = std::time::Instant::now();
    let ended = bench.fzero(&["validate", "a.toml", "--threads", "2"]);
    assert_eq!(ended.code, Some(2));
    // The Jacobian alone: 4096^2 phase shifters times 4096^2 elements of 8 bytes.
    let start = "a.toml:3: mesh.ports = 4096: needs about 2147";
    assert!(ended.stderr.starts_with(start), "{}", ended.stderr);
    let end = "MiB, most of it for the Jacobian; limits.memory_mib is 8192\n  help: use fewer ports, set \
               validate.analyses.reachable_dimension = false, or set limits.memory_mib = ";
    assert!(ended.stderr.contains(end), "{}", ended.stderr);
    // Nothing was built: a mesh of 8 million MZIs would take far longer than the start of a process.
    assert!(began.elapsed().as_secs() < 60);
}

#[test]
fn files_and_options() {
    refused(
        SMALL,
        &["--out", "a.toml"],
        "a.toml: is read by this command, and would be replaced\n  help: name another file for the output",
    );
    refused(
        SMALL,
        &["--svg", "a.toml"],
        "a.toml: not a folder\n  help: name a folder for the pictures",
    );
    refused(
        SMALL,
        &["--set", "validate.dise=3"],
        "--set: validate.dise = 3: unknown key\n  help: did you mean validate.dies?",
    );
    refused(
        "name = = 1",
        &[],
        "a.toml:1:8: not TOML: extra `=`, expected nothing\n  help: see https://toml.io for the format",
    );
    refused(
        &SMALL.replace("= 20", "= 0"),
        &[],
        "a.toml:5: validate.dies = 0: too small (dies, 1 to 1000000)\n  help: Dies of the yield, each set to \
         a target of its own. Default 200.",
    );
    refused(
        &SMALL.replace("mesh.ports = 6", "mesh.ports = 700"),
        &[
            "--svg",
            "x",
            "--set",
            "validate.analyses.reachable_dimension=false",
            "--set",
            "limits.memory_mib=1000000",
        ],
        "a.toml:3: mesh.ports = 700: its picture would have about 132 MiB, more than 64\n  help: leave out \
         --svg, or use fewer ports",
    );
}

#[test]
fn a_wrong_draw_says_what_to_do() {
    let bench = Bench::new("");
    let refused = |arguments: &[&str], expected: &str| {
        let ended = bench.fzero(&[&["draw"], arguments, &["-o", "m.svg"]].concat());
        assert_eq!(ended.code, Some(2), "{}", ended.stdout);
        assert_eq!(ended.stderr.trim_end(), expected);
        assert!(!bench.path().join("m.svg").exists());
    };
    refused(
        &["rectangular"],
        "--ports: missing: a named mesh has any number\n  help: for example fzero draw rectangular --ports 8",
    );
    refused(
        &["rectangular", "--ports", "4096"],
        "--ports: the picture of 4096 ports would have about 4,481 MiB, more than 64\n  help: draw the mesh \
         with fewer ports",
    );
    refused(
        &["tree", "--ports", "8", "--colour", "phase"],
        "--colour: there are no phases to show\n  help: give them with --phases",
    );
    refused(
        &["tree", "--ports", "8", "--extra-columns", "2"],
        "--extra-columns: has no effect on this mesh\n  help: remove it, or draw redundant-rectangular",
    );
    fs::write(bench.path().join("p.npz"), b"no archive").unwrap();
    refused(
        &["tree", "--ports", "8", "--phases", "p.npz"],
        "p.npz: not an .npz archive: invalid Zip archive: Could not find EOCD\n  help: give phases as fzero \
         program or fzero run writes them, an .npz archive",
    );
}
