//! The correction of known splitter errors in meshes of other cells than plain MZIs.

mod common;

use common::{cases, random_errors, random_phases, rounding, split, stream, transfer};
use numerics::normal::fill_standard_normal;
use photonics::matrix::relative_error;
use photonics::mesh::correct::{CorrectError, correct, correct_as};
use photonics::mesh::haar::haar_phases;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::{Cell, MeshHardware, MeshPhases, MziForm, NamedTopology, Placed, Topology};
use proptest::prelude::*;
use std::f64::consts::TAU;
use std::sync::Arc;

/// Phases and their sums in angles add a few eps of a turn per column to what fields have; behind a coupler
/// an MZI has those of products of three matrices.
fn exact(topology: &Topology) -> f64 {
    8.0 * TAU * rounding(topology, f64::EPSILON)
}

fn of_cells(ports: usize, columns: Vec<Vec<Placed>>) -> Topology {
    Topology::of_cells("cells", ports, columns).unwrap()
}

/// One of everything that can be corrected, joined in loops.
fn mixed() -> Topology {
    let (two, one) = (Placed::on_two, Placed::on_one);
    of_cells(
        4,
        vec![
            vec![one(Cell::Shifter, 0), one(Cell::Shifter, 2)],
            vec![two(Cell::Symmetric, 0, 1), two(Cell::Symmetric, 3, 2)],
            vec![two(Cell::Mzi, 1, 2), one(Cell::Loss { loss_db: 0.7 }, 3)],
            vec![two(Cell::Symmetric, 0, 1), two(Cell::Crossing, 2, 3)],
            vec![two(Cell::EVEN_COUPLER, 2, 1), one(Cell::Attenuator, 0)],
            vec![two(Cell::coupler(0.2), 1, 2)],
            vec![two(Cell::Mzi, 1, 2)],
            vec![one(Cell::Shifter, 3)],
            vec![two(Cell::Symmetric, 3, 2)],
            vec![two(Cell::Mzi, 0, 3)],
        ],
    )
}

fn meshes(ports: usize) -> Vec<Topology> {
    let mut all = vec![mixed()];
    for name in [
        NamedTopology::Rectangular,
        NamedTopology::Triangular,
        NamedTopology::Diamond,
        NamedTopology::Butterfly,
        NamedTopology::PermutingRectangular,
        NamedTopology::Svd,
    ] {
        let plain = name.build(ports).unwrap();
        for form in [MziForm::ThreeSplitter, MziForm::Symmetric] {
            all.push(plain.with_mzis(form).unwrap());
        }
        all.push(plain);
    }
    all
}

/// Of the dies at their phases: all, and those where nothing is out of reach. These are exact.
fn corrected(topology: &Arc<Topology>, error_rad: f64, seed: usize) -> (usize, usize) {
    let errors = random_errors(topology, error_rad, &mut stream("cells die", seed));
    let die = MeshHardware::new(topology.clone(), errors, None);
    let ideal = random_phases(topology, &mut stream("cells phases", seed));
    let target = MeshHardware::ideal(topology.clone()).matrix(split(&die, &ideal));
    let correction = correct(&die, split(&die, &ideal)).unwrap();
    for place in topology.missing_shifters() {
        assert_eq!(correction.phases_rad[place], 0.0);
    }
    assert!(correction.phases_rad.iter().all(|x| (0.0..TAU).contains(x)));
    if !correction.unreachable.is_empty() {
        return (1, 0);
    }
    let limit = exact(topology);
    for found in [
        die.matrix(split(&die, &correction.phases_rad)),
        transfer::<f64>(&die, &correction.phases_rad),
    ] {
        let error = relative_error(&found, &target);
        assert!(error < limit, "{}: {error:e} > {limit:e}", topology.name());
    }
    (1, 1)
}

#[test]
fn what_is_in_reach_is_exact() {
    for ports in 1..8 {
        for topology in meshes(ports).into_iter().map(Arc::new) {
            let found = (0..40).map(|seed| corrected(&topology, 0.02, seed));
            let (all, exact) = found.fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
            // With theta uniform (E|e1 + e2| + E|e1 - e2|) / (pi/2) = 0.017 of the MZIs are out of reach, of
            // which there are up to 49: 43 % of the dies are within, of 40 at least three standard errors less.
            assert!(
                5 * exact > all,
                "{} {ports}: {exact} of {all}",
                topology.name()
            );
        }
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn errors_of_any_size_are_corrected_or_counted(
        ports in 2..6_usize, error in 0.0..0.4_f64, seed in 0..1000_usize,
    ) {
        for topology in meshes(ports) {
            corrected(&Arc::new(topology), error, seed);
        }
    }

    /// Other forms are set to what the plain mesh is.
    #[test]
    fn forms_are_set_as_the_plain_mesh(ports in 1..9_usize, seed in 0..1000_usize) {
        for name in [
            NamedTopology::Rectangular,
            NamedTopology::Triangular,
            NamedTopology::Butterfly,
            NamedTopology::PermutingRectangular,
            NamedTopology::Svd,
        ] {
            let plain = name.build(ports).unwrap();
            let mesh = MeshHardware::ideal(Arc::new(plain.clone()));
            // All cross, all bar, and any.
            for theta in [Some(0.0), Some(std::f64::consts::PI), None] {
                let mut ideal = random_phases(&plain, &mut stream("form phases", seed));
                if let Some(theta) = theta {
                    ideal[..plain.mzis()].fill(theta);
                }
                let at = split(&mesh, &ideal);
                let target = mesh.matrix(at);
                for form in [MziForm::ThreeSplitter, MziForm::Symmetric] {
                    let formed = Arc::new(plain.with_mzis(form).unwrap());
                    let formed = MeshHardware::ideal(formed);
                    let found = correct_as(&formed, &plain, at).unwrap();
                    prop_assert_eq!(found.unreachable.len(), 0);
                    let found = formed.matrix(split(&formed, &found.phases_rad));
                    let norm = target.norm().max(1e-3);
                    let error = (&found - &target).norm() / norm;
                    prop_assert!(error < exact(formed.topology()), "{name:?} {form:?} {error:e}");
                }
            }
        }
    }
}

#[test]
fn without_errors_the_phases_stay() {
    for topology in meshes(5).into_iter().map(Arc::new) {
        let mesh = MeshHardware::ideal(topology.clone());
        let mut ideal = haar_phases(&topology, &mut stream("stay", 0));
        ideal.iter_mut().for_each(|x| *x = x.rem_euclid(TAU));
        let found = correct(&mesh, split(&mesh, &ideal)).unwrap();
        assert_eq!(found.unreachable, []);
        if topology.parts().symmetric > 0 {
            // theta - phi beyond pi is set to what is below it, and other phases make up for it.
            continue;
        }
        for (place, (a, b)) in ideal.iter().zip(&found.phases_rad).enumerate() {
            if topology.has_shifter(place) {
                let error = (a - b + 1.0).rem_euclid(TAU) - 1.0;
                assert!(error.abs() < 1e-13, "{} {place}: {a} {b}", topology.name());
            }
        }
    }
}

/// The root mean square of |dU|_F / sqrt(N) over dies at Haar-random targets, its standard error, and the
/// mean number of MZIs out of reach with its own: of plain MZIs and of three-splitter MZIs.
fn law(ports: usize, sigma_rad: f64, dies: usize, form: MziForm) -> [[f64; 2]; 2] {
    let plain = rectangular(ports).unwrap();
    let topology = Arc::new(plain.with_mzis(form).unwrap());
    let target = MeshHardware::ideal(Arc::new(plain.clone()));
    let found: Vec<[f64; 2]> = (0..dies)
        .map(|seed| {
            let mut normal = vec![0.0; 2 * topology.mzis()];
            fill_standard_normal(&mut stream("law die", seed), &mut normal);
            let pairs = normal.as_chunks::<2>().0.iter();
            let errors = pairs.map(|x| x.map(|x| sigma_rad * x)).collect();
            let die = MeshHardware::new(topology.clone(), errors, None);
            let ideal = haar_phases(&plain, &mut stream("law target", seed));
            let at = split(&target, &ideal);
            let found = correct_as(&die, &plain, at).unwrap();
            let wanted = transfer::<f64>(&target, &ideal);
            let error = relative_error(&transfer::<f64>(&die, &found.phases_rad), &wanted);
            [error * error, found.unreachable.len() as f64]
        })
        .collect();
    [0, 1].map(|which| {
        let n = dies as f64;
        let mean = found.iter().map(|x| x[which]).sum::<f64>() / n;
        let square = found.iter().map(|x| (x[which] - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let error = (square / n).sqrt();
        match which {
            0 => [mean.sqrt(), error / (2.0 * mean.sqrt())],
            _ => [mean, error],
        }
    })
}

/// The advantage of the third splitter: errors that remain do not grow with the mesh.
///
/// An MZI of rank a of a Haar-random unitary has t = |bar|^2 with the density a (1 - t)^(a - 1) and a uniform
/// phase. Near cross, t = 0, it is a, and misses add up to 4 sigma^4 (N^2 - 1) / 6 (tests/correct.rs). Behind a
/// third splitter the caps lie around t = 1/2 at two phases, where the density is k = a 2^(1 - a): the MZI has
/// the density 2 k x of its splitting angle x there, misses by 2 k sigma^4 in the mean square at either end,
/// and with the probability k E (e1 + e2)^2 = 2 k sigma^2. N - a MZIs have rank a:
///
///     S = sum (N - a) a 2^(1 - a), near 4 N - 12,    E missed = 4 sigma^2 S,    E |dU|^2 / N = 8 sigma^4 S / N
#[test]
fn three_splitters_miss_by_their_own_law() {
    let rank_sum = |ports: usize| -> f64 {
        let of = |a: usize| ((ports - a) * a) as f64 * 2_f64.powi(1 - a as i32);
        (1..ports).map(of).sum()
    };
    for (ports, sigma_rad, dies) in [
        (8, 0.05, 2000),
        (16, 0.05, 1000),
        (32, 0.05, 300),
        (64, 0.05, 60),
    ] {
        let sum = rank_sum(ports);
        let expected = [
            sigma_rad * sigma_rad * (8.0 * sum / ports as f64).sqrt(),
            4.0 * sigma_rad * sigma_rad * sum,
        ];
        let three = law(ports, sigma_rad, dies, MziForm::ThreeSplitter);
        let plain = law(ports, sigma_rad, dies, MziForm::Plain);
        println!(
            "{ports} ports, sigma {sigma_rad}, {dies} dies: rms |dU|/sqrt N three-splitter {:.5} ± {:.5} (law \
             {:.5}), plain {:.5} ± {:.5}; missed {:.3} ± {:.3} (law {:.3}), plain {:.2} ± {:.2}",
            three[0][0],
            three[0][1],
            expected[0],
            plain[0][0],
            plain[0][1],
            three[1][0],
            three[1][1],
            expected[1],
            plain[1][0],
            plain[1][1],
        );
        for ([found, error], expected) in three.into_iter().zip(expected) {
            // A leading order: the next is smaller by sigma or so.
            let limit = 3.0 * error + 0.05 * expected;
            assert!(
                (found - expected).abs() < limit,
                "{ports}: {found} {expected} ± {limit}"
            );
        }
        if ports >= 16 {
            assert!(three[0][0] < 0.7 * plain[0][0], "{ports}");
        }
    }
}

#[test]
fn what_lacks_a_phase_is_refused() {
    let (two, one) = (Placed::on_two, Placed::on_one);
    let refused = |columns: Vec<Vec<Placed>>| {
        let topology = Arc::new(of_cells(3, columns));
        let zero = vec![0.0; 2 * topology.mzis() + 3];
        let mesh = MeshHardware::ideal(topology);
        correct(&mesh, split(&mesh, &zero)).unwrap_err()
    };
    let coupler = Cell::EVEN_COUPLER;
    let lone = CorrectError::OtherCell {
        cell: 0,
        kind: "coupler",
    };
    for behind in [
        vec![],
        vec![vec![two(Cell::Mzi, 1, 2)]],
        vec![vec![two(Cell::Symmetric, 0, 1)]],
        vec![vec![one(Cell::Shifter, 0)], vec![two(Cell::Mzi, 0, 1)]],
        vec![vec![two(Cell::Crossing, 0, 1)]],
    ] {
        let columns = [vec![vec![two(coupler, 0, 1)]], behind].concat();
        assert_eq!(refused(columns), lone);
    }
    assert_eq!(
        lone.to_string(),
        "cell 0 is a coupler that no plain MZI follows on the same two ports: the local correction has no \
         phases for it"
    );
    // Both inputs of the first are inputs of the mesh; those of the last come from one MZI.
    for (columns, cell) in [
        (vec![vec![two(Cell::Symmetric, 0, 1)]], 0),
        (
            vec![
                vec![one(Cell::Shifter, 0)],
                vec![two(Cell::Symmetric, 0, 1)],
                vec![two(Cell::Symmetric, 0, 1)],
            ],
            2,
        ),
    ] {
        assert_eq!(refused(columns), CorrectError::NoPhase { cell });
    }
    let mesh = MeshHardware::ideal(Arc::new(mixed()));
    let plain = rectangular(4).unwrap();
    let phases = random_phases(&plain, &mut stream("other", 0));
    let at = MeshPhases::split(&phases, plain.mzis(), 4).unwrap();
    assert_eq!(
        correct_as(&mesh, &plain, at).unwrap_err(),
        CorrectError::OtherForm { cell: 3 }
    );
}
