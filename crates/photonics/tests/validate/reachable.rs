//! The rank modulo a prime against the rank by singular values, and against counting.

use crate::common::{cases, named, random_phases, split, stream};
use nalgebra::DMatrix;
use numerics::Streams;
use photonics::mesh::{MeshHardware, NamedTopology, Topology};
use photonics::validate::reachable::{FAILURE, ReachableError, Shifters, reachable_dimension};
use proptest::prelude::*;
use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

pub(crate) fn dimension(topology: &Topology, shifters: Shifters) -> (usize, f64) {
    let streams = Streams::new(3);
    let found = reachable_dimension(topology, shifters, &streams, 1 << 30).unwrap();
    assert!(found.failure <= FAILURE && found.trials > 0);
    let ports = topology.ports();
    assert!([ports * ports, 2 * ports * ports].contains(&found.full));
    assert_eq!(found.redundancy() + found.rank, found.shifters);
    assert_eq!(found.is_full(), found.rank == found.full);
    (found.rank, found.failure)
}

/// Singular values above what rounding leaves of 0.
pub(crate) fn rank_of(jacobian: DMatrix<f64>) -> usize {
    let largest = jacobian.nrows().max(jacobian.ncols()) as f64;
    let values = jacobian.singular_values();
    // A singular value that should be 0 is of the order of the sum of the errors of all elements; those
    // that should not are far above at random phases, which the gap shows.
    let limit = 64.0 * largest * f64::EPSILON;
    let (above, below): (Vec<f64>, Vec<f64>) = values.iter().partition(|&&value| value > limit);
    let least = above.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(least > 1e3 * limit, "no gap: {least} {below:?}");
    above.len()
}

/// The real rank of d U / d(phases) at random phases.
pub(crate) fn svd_rank(topology: &Arc<Topology>, shifters: usize) -> usize {
    let mesh = MeshHardware::ideal(topology.clone());
    let ports = topology.ports();
    let mut phases = random_phases(topology, &mut stream("svd", ports));
    let mut jacobian = DMatrix::zeros(2 * ports * ports, shifters);
    for place in 0..shifters {
        let before = phases[place];
        let mut at = |shift: f64| {
            phases[place] = before + shift;
            mesh.matrix(split(&mesh, &phases))
        };
        // U is of the first order in exp(i phase), so this is exact.
        let change = (at(FRAC_PI_2) - at(-FRAC_PI_2)) * num_complex::Complex64::from(0.5);
        phases[place] = before;
        for (row, x) in change.iter().enumerate() {
            jacobian[(2 * row, place)] = x.re;
            jacobian[(2 * row + 1, place)] = x.im;
        }
    }
    rank_of(jacobian)
}

#[test]
fn universal_meshes_reach_everything() {
    for ports in 1..=12 {
        for name in [NamedTopology::Rectangular, NamedTopology::Triangular] {
            let mesh = name.build(ports).unwrap();
            assert_eq!(dimension(&mesh, Shifters::All), (ports * ports, 0.0));
            // Without the screen each output has a phase of its own that cannot be set.
            let rest = ports * ports - ports;
            assert_eq!(dimension(&mesh, Shifters::WithoutScreen), (rest, 0.0));
        }
        if ports > 2 {
            let mesh = NamedTopology::RedundantRectangular { extra_columns: 3 }
                .build(ports)
                .unwrap();
            assert_eq!(dimension(&mesh, Shifters::All), (ports * ports, 0.0));
            // One extra column closes all but the phase that is common to all outputs; so
            // do more.
            assert_eq!(dimension(&mesh, Shifters::WithoutScreen).0, ports * ports);
        }
    }
}

#[test]
fn smaller_meshes_reach_as_much_as_they_have_shifters() {
    for ports in [2, 3, 4, 5, 8, 13, 16, 32] {
        for name in [
            NamedTopology::Diamond,
            NamedTopology::Butterfly,
            NamedTopology::Tree,
        ] {
            let mesh = name.build(ports).unwrap();
            let all = 2 * mesh.mzis() + ports;
            let expected = (all.min(ports * ports), 0.0);
            assert_eq!(
                dimension(&mesh, Shifters::All),
                expected,
                "{name:?} {ports}"
            );
        }
    }
    assert_eq!(
        dimension(&NamedTopology::Butterfly.build(32).unwrap(), Shifters::All).0,
        192
    );
}

#[test]
fn it_is_the_rank_that_singular_values_show() {
    for ports in [2, 3, 4, 6, 8] {
        for topology in named(ports) {
            let all = 2 * topology.mzis() + ports;
            assert_eq!(
                dimension(&topology, Shifters::All).0,
                svd_rank(&topology, all),
                "{}",
                topology.name()
            );
            let some = 2 * topology.mzis();
            let found = dimension(&topology, Shifters::WithoutScreen).0;
            assert_eq!(found, svd_rank(&topology, some), "{}", topology.name());
        }
    }
}

#[test]
fn what_is_repeated_is_redundant() {
    // Three MZIs on two ports: 8 shifters, of which 4 count. A third port has its gamma.
    let columns = || [vec![(0, 1)], vec![(0, 1)], vec![(0, 1)]];
    let pair = Topology::new("thrice", 2, columns()).unwrap();
    assert_eq!(dimension(&pair, Shifters::All), (4, 0.0));
    // Below both limits the rank is not certain, but very probable.
    let (rank, failure) = dimension(
        &Topology::new("thrice", 3, columns()).unwrap(),
        Shifters::All,
    );
    assert_eq!(rank, 5);
    assert!(failure > 0.0 && failure <= FAILURE);
}

#[test]
fn a_jacobian_that_does_not_fit_is_refused() {
    let mesh = NamedTopology::Rectangular.build(20).unwrap();
    let found = reachable_dimension(&mesh, Shifters::All, &Streams::new(1), 1 << 20);
    let Err(ReachableError::TooLarge { bytes, limit, .. }) = found else {
        panic!("{found:?}");
    };
    assert_eq!((bytes, limit), (8 * 400 * 416, 1 << 20));
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn any_wiring_has_the_rank_that_singular_values_show(
        ports in 2..6_usize,
        columns in proptest::collection::vec((0..6_usize, 0..6_usize), 0..12),
    ) {
        let columns = columns.into_iter().filter_map(|(a, b)| {
            let (a, b) = (a % ports, b % ports);
            (a != b).then(|| vec![(a, b)])
        });
        let topology = Arc::new(Topology::new("any", ports, columns).unwrap());
        let all = 2 * topology.mzis() + ports;
        prop_assert_eq!(dimension(&topology, Shifters::All).0, svd_rank(&topology, all));
    }
}
