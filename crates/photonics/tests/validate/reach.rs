//! Fidelities with random targets.

use numerics::Streams;
use photonics::mesh::NamedTopology;
use photonics::validate::reach::{FidelityReach, Method, fidelity_reach};
use std::convert::Infallible;
use std::sync::Arc;

/// Where there is no decomposition all phases are pi: the identity, up to a sign.
fn find(name: NamedTopology, ports: usize, targets: usize) -> Option<FidelityReach> {
    let topology = Arc::new(name.build(ports).unwrap());
    let found = fidelity_reach(&topology, targets, &Streams::new(5), |mesh, target, _| {
        assert_eq!(target.nrows(), mesh.topology().ports());
        let shifters = 2 * mesh.topology().mzis() + ports;
        Ok::<_, Infallible>(vec![std::f64::consts::PI; shifters])
    });
    found.unwrap()
}

#[test]
fn universal_meshes_reach_every_target() {
    for ports in [1, 2, 3, 8, 17] {
        for name in [
            NamedTopology::Rectangular,
            NamedTopology::Triangular,
            NamedTopology::RedundantRectangular { extra_columns: 3 },
        ] {
            let found = find(name, ports, 3).unwrap();
            assert_eq!(found.method, Method::Decomposition, "{name:?} {ports}");
            assert!(
                found.fidelity.min > 1.0 - 1e-13,
                "{name:?} {ports}: {found:?}"
            );
            assert_eq!((found.fidelity.n, found.fidelities.len()), (3, 3));
        }
    }
}

#[test]
fn others_reach_what_the_fit_finds() {
    // The identity: |Tr U|^2 / N^2 has the mean 1 / N^2 over Haar-random U, with an exponential spread.
    let (ports, targets) = (4, 400);
    let found = find(NamedTopology::Butterfly, ports, targets).unwrap();
    assert_eq!(found.method, Method::Fit);
    let expected = 1.0 / (ports * ports) as f64;
    let limit = 5.0 * found.fidelity.standard_error().unwrap();
    assert!((found.fidelity.mean - expected).abs() < limit);
    assert!(limit < 0.3 * expected);
    assert_eq!(find(NamedTopology::Butterfly, ports, 0), None);
    let topology = Arc::new(NamedTopology::Tree.build(4).unwrap());
    let failed = fidelity_reach(&topology, 2, &Streams::new(5), |_, _, number| {
        Err::<Vec<f64>, _>(number)
    });
    assert!(failed.is_err());
}
