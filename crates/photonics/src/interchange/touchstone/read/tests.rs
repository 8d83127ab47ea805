use super::super::{FrequencyUnit, Layout, scattering, write};
use super::*;
use crate::matrix::haar_unitary;
use numerics::Streams;
use proptest::prelude::*;

fn network(ports: usize, points: usize) -> Touchstone {
    let streams = Streams::new(11);
    Touchstone {
        ports,
        resistance_ohm: 50.0,
        points: (0..points)
            .map(|index| Point {
                frequency_hz: 193.4e12 + 1e9 * index as f64,
                s: haar_unitary(
                    ports,
                    &mut streams.derive("haar", index as u64, ports as u64),
                ),
            })
            .collect(),
    }
}

#[test]
fn what_is_written_is_read_in_every_unit_and_format() {
    for ports in [1, 2, 3, 4, 5, 8, 9] {
        let network = network(ports, 3);
        for unit in FrequencyUnit::ALL {
            for format in Format::ALL {
                let text = write(&network, unit, format, &["made by a test".into()]).unwrap();
                let back = read(&text, ports).unwrap();
                assert_eq!(back.points.len(), 3);
                for (a, b) in network.points.iter().zip(&back.points) {
                    // One division and one multiplication.
                    let off = a.frequency_hz - b.frequency_hz;
                    assert!(off.abs() <= f64::EPSILON * a.frequency_hz);
                    if format == Format::Ri {
                        assert_eq!(a.s, b.s);
                    }
                    // An angle of up to pi and a magnitude of up to 1 are rounded, twice each.
                    let off = (&a.s - &b.s).iter().map(|x| x.norm()).fold(0.0, f64::max);
                    assert!(off < 8.0 * f64::EPSILON, "{format:?} {ports}: {off:e}");
                }
            }
        }
    }
}

#[test]
fn no_line_has_more_than_four_pairs_and_rows_begin_lines() {
    let network = network(9, 1);
    let text = write(&network, FrequencyUnit::GHz, Format::Ma, &[]).unwrap();
    let counts: Vec<_> = text
        .lines()
        .skip(1)
        .map(|line| line.split_ascii_whitespace().count())
        .collect();
    let rest = [8, 8, 2].repeat(8);
    assert_eq!(counts, [&[9, 8, 2][..], &rest[..]].concat());
}

#[test]
fn two_ports_have_an_order_of_their_own() {
    let text = "# hz s ri r 50\n1 11 0 21 0 12 0 22 0\n";
    let s = &read(text, 2).unwrap().points[0].s;
    let part = |row, column| s[(row, column)].re;
    assert_eq!(
        [part(0, 0), part(1, 0), part(0, 1), part(1, 1)],
        [11.0, 21.0, 12.0, 22.0]
    );
    let again = write(&read(text, 2).unwrap(), FrequencyUnit::Hz, Format::Ri, &[]);
    assert_eq!(again.unwrap(), "# Hz S RI R 50\n1 11 0 21 0 12 0 22 0\n");
}

#[test]
fn three_ports_go_by_rows_with_comments_anywhere() {
    let text = "! first\n# KHz RI\n\n2 11 0 12 0 13 0 ! row 1\n  21 0 22 0\n 23 0\n\
                ! in between\n31 0 32 0 33 -1\r\n# GHz MA ! without effect\n";
    let found = read(text, 3).unwrap();
    assert_eq!(found.points[0].frequency_hz, 2e3);
    let s = &found.points[0].s;
    assert_eq!(s[(0, 2)].re, 13.0);
    assert_eq!(s[(2, 0)].re, 31.0);
    assert_eq!(s[(2, 2)], Complex64::new(33.0, -1.0));
}

#[test]
fn minus_infinity_decibels_are_nothing() {
    let s = &read("# DB\n1 -inf 0 0 90 -20 180 -inf -10\n", 2)
        .unwrap()
        .points[0]
        .s;
    assert_eq!((s[(0, 0)], s[(1, 1)]), (Complex64::ZERO, Complex64::ZERO));
    assert!((s[(1, 0)] - Complex64::I).norm() < 1e-16);
    for (text, word) in [
        ("# DB\n1 0 -inf\n", "-inf"),
        ("# DB\n1 inf 0\n", "\"inf\""),
        ("# MA\n1 -inf 0\n", "\"-inf\""),
        ("# DB\n-inf 0 0\n", "frequency -inf Hz"),
    ] {
        let found = read(text, 1).unwrap_err().to_string();
        assert!(found.starts_with(word), "{found}");
    }
}

#[test]
fn every_fault_has_its_line() {
    let two = "# GHz S RI R 50\n1 0 0 1 0 1 0 0 0\n";
    let row = "1 0 0 0 0 0 0\n0 0 0 0 0 0\n";
    for (ports, text, line, message) in [
        (0, "".into(), None, "0 ports, 1 to 1024"),
        (2000, "".into(), None, "2000 ports, 1 to 1024"),
        (1, "! nothing".into(), None, "no data"),
        (1, "# GHz".into(), None, "no data"),
        (1, "\n1 0 0".into(), Some(2), "data before the option line"),
        (1, "# THz".into(), Some(1), "\"THz\" is no option"),
        (2, "# GHz Z RI".into(), Some(1), "Z parameters"),
        (
            2,
            "[Version] 2.0".into(),
            Some(1),
            "\"[Version] 2.0\" is a keyword",
        ),
        (2, format!("{two}1 2 0.5 30 0.3"), Some(3), "noise data"),
        (
            2,
            format!("{two}2 0 0 1"),
            Some(3),
            "4 numbers on this line, 9 needed",
        ),
        (
            2,
            format!("{two}1 0 0 1 0 1 0 0 0"),
            Some(3),
            "frequency 1e9 Hz is not above",
        ),
        (
            2,
            format!("{two}2 0 0 1 x 1 0 0 0"),
            Some(3),
            "\"x\" is not a finite number",
        ),
        (
            1,
            "# RI\n1 nan 0".into(),
            Some(2),
            "\"nan\" is not a finite number",
        ),
        (
            1,
            "# RI\n-1 0 0".into(),
            Some(2),
            "frequency -1e9 Hz is below 0",
        ),
        (
            3,
            format!("# RI\n{row}2 0 0"),
            Some(4),
            "12 of the 18 numbers",
        ),
        (3, format!("# RI\n{row}"), None, "12 of the 18 numbers"),
        (
            3,
            format!("# RI\n{row}0 0 0 0 0 0 0 0"),
            Some(4),
            "8 numbers on this line, at most 6",
        ),
        (
            3,
            "# RI\n0 0\n".into(),
            Some(2),
            "2 numbers on this line, a frequency and pairs",
        ),
    ] {
        let error = read(&text, ports).unwrap_err();
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(error.to_string().starts_with(message), "{text}: {error}");
    }
}

#[test]
fn what_cannot_be_written_is_said() {
    let mut zero = network(4, 1);
    zero.points[0].s = scattering(
        &haar_unitary(2, &mut Streams::new(1).derive("haar", 0, 0)),
        Layout::TwoSided,
    );
    let db = |network: &Touchstone| {
        write(network, FrequencyUnit::GHz, Format::Db, &[])
            .unwrap_err()
            .to_string()
    };
    assert_eq!(db(&zero), "S1,1 = 0+0i has no value in this format");
    zero.points[0].s[(2, 1)] = Complex64::new(f64::NAN, 0.0);
    zero.points[0].s[(0, 0)] = Complex64::ONE;
    assert!(db(&zero).starts_with("S2,1 = 0+0i"));
    let ma = write(&zero, FrequencyUnit::GHz, Format::Ma, &[]).unwrap_err();
    assert!(matches!(
        ma,
        Fault::Value {
            row: 3,
            column: 2,
            ..
        }
    ));
    let mut twice = network(2, 2);
    twice.points[1].frequency_hz = twice.points[0].frequency_hz;
    assert!(db(&twice).contains("is not above the one before"));
    twice.points.clear();
    assert_eq!(db(&twice), "no data");
}

proptest! {
    #[test]
    fn no_text_panics(text in "[#!\\[ \n\t0-9a-zA-Z.+-]{0,200}", ports in 0_usize..6) {
        let _ = read(&text, ports);
    }

    #[test]
    fn no_change_of_a_file_panics(at in 0_usize..400, to in any::<char>(), ports in 1_usize..5) {
        let text = write(&network(3, 2), FrequencyUnit::GHz, Format::Db, &[]).unwrap();
        let changed: String =
            text.chars().enumerate().map(|(index, c)| if index == at { to } else { c }).collect();
        let _ = read(&changed, ports);
    }

    #[test]
    fn every_finite_number_comes_back(re in any::<f64>(), im in any::<f64>()) {
        prop_assume!(re.is_finite() && im.is_finite());
        let mut network = network(1, 1);
        network.points[0].s[(0, 0)] = Complex64::new(re, im);
        let text = write(&network, FrequencyUnit::Hz, Format::Ri, &[]).unwrap();
        prop_assert_eq!(read(&text, 1).unwrap(), network);
    }
}
