//! Phases between conventions, through files.

use super::*;

const CONVENTIONS: [&str; 8] = [
    "fzero",
    "clements",
    "neurophox",
    "perceval-phase-first",
    "perceval-phase-last",
    "simphox-top",
    "simphox-bottom",
    "simphox-differential",
];

#[test]
fn the_matrix_of_a_foreign_file_comes_out() {
    let cases = [4, 5, 8, 16].map(|n| {
        (
            format!("neurophox_rect_n{n}_err0.0"),
            "neurophox",
            "rectangular",
        )
    });
    let mut cases = Vec::from(cases);
    for n in [4, 5] {
        for mesh in ["rectangular", "triangular"] {
            cases.push((
                format!("perceval_first_{mesh}_n{n}"),
                "perceval-phase-first",
                mesh,
            ));
            cases.push((
                format!("perceval_last_{mesh}_n{n}"),
                "perceval-phase-last",
                mesh,
            ));
        }
        for style in ["top", "bottom", "differential"] {
            let convention = CONVENTIONS
                .iter()
                .find(|name| name.ends_with(style))
                .unwrap();
            cases.push((format!("simphox_{style}_n{n}"), convention, "rectangular"));
        }
    }
    for (file, convention, mesh) in cases {
        let bench = bench(&file);
        let report = json(
            &bench,
            &format!("v.npz p.npz --mesh {mesh} --from {convention}"),
        );
        assert!(number(&report["residual"]) < 1e-14, "{file}");
        let mut expected: Vec<Complex> = array(&bench, "v.npz", "matrix");
        if convention == "neurophox" {
            // Its matrices act on row vectors.
            let ports = expected.len().isqrt();
            let rows = expected.clone();
            for (index, x) in expected.iter_mut().enumerate() {
                *x = rows[index % ports * ports + index / ports];
            }
        }
        let error = distance(&matrix_of(&bench, "p.npz", mesh, None), &expected);
        assert!(error < 1e-13, "{file}: {error:e}");
        // And back: the same phases in the same arrays.
        json(
            &bench,
            &format!("p.npz back.npz --mesh {mesh} --to {convention}"),
        );
        let names = match convention {
            name if name.starts_with("perceval") => ["phi_a", "phi_b", "gamma"],
            _ => ["theta", "phi", "gamma"],
        };
        let used: Vec<f64> = match convention {
            "neurophox" => array(&bench, "v.npz", "mask"),
            _ => Vec::new(),
        };
        for name in names {
            let [before, after] =
                ["v.npz", "back.npz"].map(|file| array::<f64>(&bench, file, name));
            assert_eq!(before.len(), after.len());
            for (index, (a, b)) in before.iter().zip(&after).enumerate() {
                if name != "gamma" && used.get(index) == Some(&0.0) {
                    continue;
                }
                let turn = (Complex::from_polar(1.0, a - b) - 1.0).norm();
                assert!(turn < 1e-13, "{file} {name}: {a} {b}");
            }
        }
    }
}

#[test]
fn every_convention_leads_back() {
    let bench = programmed(5);
    let expected = matrix(&bench, "U.npy");
    for through in CONVENTIONS {
        json(
            &bench,
            &format!("p.npz there.npz --mesh rectangular --to {through}"),
        );
        let report = json(
            &bench,
            &format!("there.npz back.npz --mesh rectangular --from {through} --to fzero"),
        );
        assert_eq!(report["from"], through);
        let error = distance(
            &matrix_of(&bench, "back.npz", "rectangular", None),
            &expected,
        );
        assert!(error < 1e-14, "{through}: {error:e}");
    }
    let clements: Vec<f64> = array(&bench, "there.npz", "theta");
    assert_eq!(clements.len(), 10);
}
