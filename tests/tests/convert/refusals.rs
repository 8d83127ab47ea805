//! What does not fit is one clear line, and nothing is written.

use super::*;

#[test]
fn what_does_not_fit_is_one_line_and_what_to_do() {
    let bench = programmed(4);
    let write = |file: &str, text: &str| fs::write(bench.path().join(file), text).unwrap();
    write("bad.s2p", "# GHz S RI R 50\n1 0 0 1 0 1 0 0\n");
    write(
        "noise.s2p",
        "# GHz S RI R 50\n4 0 0 1 0 1 0 0 0\n1 2 0.5 30 0.3\n",
    );
    write("y.s2p", "# GHz Y RI R 50\n4 0 0 1 0 1 0 0 0\n");
    write(
        "m.yml",
        "instances:\n  a: mzi\nports:\n  in0: a,o1\n  in1: a,o2\n  out0: a,o4\n",
    );
    write(
        "ring.yml",
        "instances:\n  a: mzi\nconnections:\n  a,o3: a,o2\nports:\n  in0: a,o1\n  out0: a,o4\n",
    );
    write(
        "d.csv",
        "kind,column,port,code\ntheta,0,0,5000\ngamma,,0,0\ngamma,,1,0\n",
    );
    write(
        "e.csv",
        "kind,column,port,code\ntheta,0,0,1\ntheta,0,0,1\ngamma,,0,0\ngamma,,1,0\n",
    );
    write(
        "f.csv",
        "kind,column,port,volt\ntheta,0,0,1\ngamma,,0,0\ngamma,,1,0\n",
    );
    write(
        "g.csv",
        "kind,column,port,code\ntheta,3,0,1\ngamma,,0,0\ngamma,,1,0\n",
    );
    write(
        "h.csv",
        "kind,column,port,code\ntheta,0,0,1\ngamma,,0,0\ngamma,,1,0\n",
    );
    let mature = "--mesh rectangular --process mature";
    for (line, expected) in [
        ("none.npy U.s8p", "none.npy: cannot be read"),
        ("U.npy U.s4p", "U.s4p: a mesh of 4 ports is a network of 8"),
        (
            "U.npy U.s8p --layout plain",
            "U.s8p: the matrix has 4 ports",
        ),
        (
            "U.npy U.s8p --format db",
            "U.npy: S1,1 = 0+0i has no value in this format",
        ),
        (
            "v.npz U.s8p --array theta",
            "v.npz: theta: has the shape (6,), (N, N)",
        ),
        ("v.npz U.s8p --array none", "v.npz: none: missing"),
        (
            "bad.s2p V.npy",
            "bad.s2p:2: 8 numbers on this line, 9 needed",
        ),
        ("noise.s2p V.npy", "noise.s2p:3: noise data"),
        ("y.s2p V.npy", "y.s2p:1: Y parameters"),
        ("bad.s99999p V.npy", "bad.s99999p: cannot be read"),
        (
            "p.npz p.npz --mesh rectangular --to clements",
            "p.npz: is read by this command",
        ),
        (
            "p.npz no/q.npz --mesh rectangular --to clements",
            "no/q.npz: cannot be written: its folder does not exist",
        ),
        (
            "p.npz q.npz --mesh triangular --to neurophox",
            "--mesh: neurophox's convention is known for rectangular",
        ),
        (
            "p.npz q.npz --mesh rectangular --from clements",
            "p.npz: gamma: missing",
        ),
        (
            "v.npz q.npz --mesh rectangular --from neurophox",
            "v.npz: theta: has the shape (6,), (4, 2)",
        ),
        (
            "v.npz q.npz --mesh rectangular --from clements --layer 1",
            "--layer: has no effect",
        ),
        (
            "p.npz m.yml --mesh rectangular --layer 3",
            "p.npz: layer3_gamma: missing",
        ),
        ("m.yml q.npz", "m.yml:2: port o3 of instance a is dangling"),
        (
            "ring.yml q.npz",
            "ring.yml:2: instance a is part of a cycle: a -> a",
        ),
        (
            "p.npz x.csv --mesh rectangular --process matur",
            "--process: process.preset = \"matur\": no preset has this name",
        ),
        (
            "p.npz x.csv --mesh rectangular --process ideal",
            "--process: ideal has phase shifters without power",
        ),
        (
            "p.npz x.csv --mesh rectangular --process mature --heater-ohm 0",
            "--heater-ohm: the heater resistance 0 ohm",
        ),
        (
            &format!("d.csv q.npz {mature}"),
            "d.csv:2: theta of column 0, port 0: the code 5000 is not one of the DAC, 0 to 4095",
        ),
        (
            &format!("e.csv q.npz {mature}"),
            "e.csv:3: a second row of theta of column 0, port 0",
        ),
        (
            &format!("f.csv q.npz {mature}"),
            "f.csv:2: theta of column 0, port 0: without the heater resistance",
        ),
        (
            &format!("g.csv q.npz {mature}"),
            "g.csv:2: a rectangular mesh of 2 ports has no theta of column 3, port 0",
        ),
        (
            &format!("h.csv q.npz {mature}"),
            "h.csv: phi of column 0, port 0 has no row",
        ),
        (
            &format!("h.csv q.npz {mature} --layer 2"),
            "h.csv: 0 rows of gamma in layer 2",
        ),
    ] {
        assert_refused(&bench, line, expected);
    }
}

#[test]
fn networks_beyond_the_format_are_refused_before_they_are_made() {
    let bench = Bench::new("");
    fs::write(bench.path().join("big.s2048p"), "# GHz S RI R 50\n").unwrap();
    assert_refused(
        &bench,
        "big.s2048p U.npy",
        "big.s2048p: 2048 ports, 1 to 1024 are handled",
    );
    fs::write(bench.path().join("huge.s99999999999999999999p"), "").unwrap();
    assert_refused(
        &bench,
        "huge.s99999999999999999999p U.npy",
        "huge.s99999999999999999999p: ",
    );
}
