//! Path losses against the enumeration of all paths, and against random settings.

use crate::common::{named, random_mesh, split, stream};
use photonics::mesh::haar::haar_phases;
use photonics::mesh::{MeshHardware, NamedTopology};
use photonics::process::MeshProcess;
use photonics::validate::path_loss::{PathLossTable, nominal, path_loss};
use std::sync::Arc;

/// All ways of light from `input`: (output, loss in dB).
fn paths(mesh: &MeshHardware, input: usize) -> Vec<(usize, f64)> {
    let topology = mesh.topology();
    let losses = mesh.losses().unwrap();
    let db = |t: f64| -20.0 * t.log10();
    let mut paths = vec![(input, 0.0)];
    for (pair, arms) in topology.pairs().iter().zip(&losses.arms) {
        let (upper, lower) = (pair.upper as usize, pair.lower as usize);
        paths = paths
            .into_iter()
            .flat_map(|(port, loss_db)| {
                if port != upper && port != lower {
                    return vec![(port, loss_db)];
                }
                let outer = if port == upper {
                    arms.outer_upper
                } else {
                    arms.outer_lower
                };
                let mut further = Vec::new();
                for inner in [arms.inner_upper, arms.inner_lower] {
                    for out in [upper, lower] {
                        further.push((out, loss_db + db(outer) + db(inner)));
                    }
                }
                further
            })
            .collect();
    }
    paths
        .into_iter()
        .map(|(port, loss_db)| (port, loss_db + db(losses.output[port])))
        .collect()
}

#[test]
fn extremes_are_those_of_all_paths() {
    for ports in [1, 2, 3, 4] {
        for topology in named(ports) {
            let mesh = random_mesh(&topology, true, &mut stream("paths", ports));
            let table = path_loss(&mesh);
            for input in 0..ports {
                let paths = paths(&mesh, input);
                for output in 0..ports {
                    let losses = || {
                        paths
                            .iter()
                            .filter(|path| path.0 == output)
                            .map(|path| path.1)
                    };
                    match table.entry(output, input) {
                        None => assert_eq!(losses().count(), 0, "{}", topology.name()),
                        Some(entry) => {
                            let best = losses().fold(f64::INFINITY, f64::min);
                            let worst = losses().fold(0.0, f64::max);
                            // A sum of some 20 losses of a few dB.
                            assert!((entry.best_db - best).abs() < 1e-12);
                            assert!((entry.worst_db - worst).abs() < 1e-12);
                        }
                    }
                }
            }
            assert_eq!((table.entry(ports, 0), table.entry(0, ports)), (None, None));
        }
    }
}

#[test]
fn the_mean_is_that_of_random_settings() {
    let (ports, draws) = (4, 20_000);
    for name in [
        NamedTopology::Rectangular,
        NamedTopology::Triangular,
        NamedTopology::Diamond,
    ] {
        let topology = Arc::new(name.build(ports).unwrap());
        let lossy = random_mesh(&topology, true, &mut stream("mean", 0));
        let lossless = MeshHardware::new(topology.clone(), lossy.errors_rad().to_vec(), None);
        let table = path_loss(&lossy);
        let mut sums = vec![[0.0; 4]; ports * ports];
        let mut stream = stream("settings", 1);
        for _ in 0..draws {
            let phases = haar_phases(&topology, &mut stream);
            let [lossy, lossless] =
                [&lossy, &lossless].map(|mesh| mesh.matrix(split(mesh, &phases)));
            for (sum, (x, y)) in sums.iter_mut().zip(lossy.iter().zip(&lossless)) {
                let (x, y) = (x.norm_sqr(), y.norm_sqr());
                *sum = [sum[0] + x, sum[1] + x * x, sum[2] + y, sum[3] + y * y];
            }
        }
        let n = f64::from(draws);
        for (index, sum) in sums.iter().enumerate() {
            let [x, xx, y, yy] = sum.map(|sum| sum / n);
            let found_db = 10.0 * (y / x).log10();
            // Relative errors of both means, which are correlated: their sum is an upper limit.
            let relative = ((xx / x / x - 1.0) / n).sqrt() + ((yy / y / y - 1.0) / n).sqrt();
            let limit_db = 4.0 * 10.0 / 10_f64.ln() * relative;
            let Some(entry) = table.entry(index % ports, index / ports) else {
                assert_eq!(x, 0.0, "{name:?} {index}");
                continue;
            };
            assert!(
                (entry.mean_db - found_db).abs() < limit_db,
                "{name:?} {index}: {entry:?} {found_db}"
            );
            assert!(limit_db < 0.6, "{name:?}: too few draws: {limit_db}");
        }
    }
}

fn equal_loss(name: NamedTopology, ports: usize) -> PathLossTable {
    let topology = Arc::new(name.build(ports).unwrap());
    let mzis = topology.mzis();
    // 1 dB per MZI.
    let fields = vec![10_f64.powf(-0.05); mzis];
    path_loss(&MeshHardware::new(
        topology,
        vec![[0.0; 2]; mzis],
        Some(fields),
    ))
}

#[test]
fn triangular_meshes_are_less_balanced_than_rectangular_ones() {
    for ports in [3, 4, 5, 8, 16, 33] {
        let near = |found: f64, expected: usize| {
            assert!(
                (found - expected as f64).abs() < 1e-11,
                "{ports}: {found} {expected}"
            );
        };
        let clements = equal_loss(NamedTopology::Rectangular, ports);
        near(clements.best_db(), ports / 2);
        near(clements.worst_db(), ports);
        near(clements.spread_db(), ports.div_ceil(2));
        let reck = equal_loss(NamedTopology::Triangular, ports);
        near(reck.best_db(), 1);
        near(reck.worst_db(), 2 * ports - 3);
        // So are the means, over which the power spreads: by more, the larger the mesh.
        let (flat, steep) = (clements.imbalance_db(), reck.imbalance_db());
        match ports {
            3 => assert_eq!(flat, steep, "the two are the same mesh"),
            _ => assert!(flat < 0.75 * steep, "{ports}: {flat} {steep}"),
        }
        // Every path of a butterfly passes as many MZIs.
        let butterfly = equal_loss(NamedTopology::Butterfly, 16);
        near(butterfly.worst_db(), 4);
        assert!(butterfly.spread_db().abs() < 1e-12 && butterfly.imbalance_db().abs() < 1e-12);
    }
}

#[test]
fn crossings_and_shifters_are_counted_by_hand() {
    let crossing = MeshProcess {
        crossing_loss_db: 0.1,
        crossing_loss_sigma_db: 0.05,
        splitter_error_sigma_rad: 0.1,
        ..MeshProcess::ideal()
    };
    let butterfly = Arc::new(NamedTopology::Butterfly.build(4).unwrap());
    let table = path_loss(&nominal(&butterfly, &crossing));
    // Light in port 1 crosses before the second column, and whoever leaves at 1 or 2 once more.
    for (output, expected) in [(0, 0.0), (1, 0.2), (2, 0.1), (3, 0.1)] {
        let entry = table.entry(output, 0).unwrap();
        for found in [entry.best_db, entry.mean_db, entry.worst_db] {
            assert!((found - expected).abs() < 1e-12, "{output}: {entry:?}");
        }
    }
    let shifter = MeshProcess {
        shifter_loss_db: 0.2,
        ..MeshProcess::ideal()
    };
    let single = Arc::new(NamedTopology::Rectangular.build(2).unwrap());
    let table = path_loss(&nominal(&single, &shifter));
    // phi above alone, theta in one of the arms, gamma at the end.
    for (input, best, worst) in [(0, 0.4, 0.6), (1, 0.2, 0.4)] {
        let entry = table.entry(1, input).unwrap();
        assert!((entry.best_db - best).abs() < 1e-12 && (entry.worst_db - worst).abs() < 1e-12);
    }
    let ideal = path_loss(&nominal(&single, &MeshProcess::ideal()));
    assert_eq!(
        (ideal.worst_db(), ideal.imbalance_db(), ideal.spread_db()),
        (0.0, 0.0, 0.0)
    );
}
