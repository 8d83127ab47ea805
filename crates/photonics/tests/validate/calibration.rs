//! A simulated bench: the measurements that are listed, in their order, find unknown offsets.

use crate::common::{named, split, stream, uniform};
use crate::reachable::rank_of;
use nalgebra::DMatrix;
use photonics::mesh::{MeshHardware, NamedTopology, Topology};
use photonics::validate::calibration::{Calibratability, PhiFinding, Setting, calibratability};
use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::sync::Arc;

/// A mesh with unknown phases on all its shifters: it can be set, lit and read.
struct Bench {
    mesh: MeshHardware,
    offsets: Vec<f64>,
}

impl Bench {
    fn read(&self, set: &[f64], input: usize, output: usize) -> f64 {
        let phases: Vec<f64> = set.iter().zip(&self.offsets).map(|(x, y)| x + y).collect();
        self.mesh.matrix(split(&self.mesh, &phases))[(output, input)].norm_sqr()
    }

    /// The phase of one shifter, as it is set, at which most light arrives: a sinusoid from three points.
    fn largest_at(&self, set: &mut [f64], place: usize, input: usize, output: usize) -> f64 {
        let [mut sine, mut cosine] = [0.0; 2];
        let mut sum = 0.0;
        for third in [0.0, TAU / 3.0, 2.0 * TAU / 3.0] {
            set[place] = third;
            let power = self.read(set, input, output);
            sine += power * third.sin();
            cosine += power * third.cos();
            sum += power;
        }
        let visibility = sine.hypot(cosine) / sum;
        assert!(visibility > 1e-3, "no fringe: {visibility}");
        sine.atan2(cosine)
    }
}

/// Offsets [theta | phi | gamma] as the measurements find them; 0 for what they do not find.
fn calibrate(bench: &Bench, plan: &Calibratability, seed: usize) -> Vec<f64> {
    let topology = bench.mesh.topology();
    let mzis = topology.mzis();
    let mut stream = stream("bench", seed);
    let mut offsets = vec![0.0; bench.offsets.len()];
    // What is not set on purpose is anywhere.
    let mut set: Vec<f64> = offsets
        .iter()
        .map(|_| uniform(&mut stream, 0.0, TAU))
        .collect();
    let mut known = vec![false; mzis];
    for step in &plan.theta {
        for mzi in (0..mzis).filter(|&mzi| known[mzi]) {
            set[mzi] = step.others.theta_rad() - offsets[mzi];
        }
        for &Setting { mzi, state } in step.path.iter().filter(|setting| known[setting.mzi]) {
            set[mzi] = state.theta_rad() - offsets[mzi];
        }
        let largest = bench.largest_at(&mut set, step.mzi, step.input, step.output);
        offsets[step.mzi] = step.state.theta_rad() - largest;
        known[step.mzi] = true;
    }
    for (mzi, finding) in plan.phi.iter().enumerate() {
        let PhiFinding::Measured(step) = finding else {
            continue;
        };
        for &Setting { mzi, state } in &step.settings {
            set[mzi] = state.theta_rad() - offsets[mzi];
        }
        for mzi in [step.splitter, step.mzi] {
            set[mzi] = FRAC_PI_2 - offsets[mzi];
        }
        let place = mzis + mzi;
        let measured = bench.largest_at(&mut set, place, step.input, step.output);
        // Where the model would have it without an offset of this phi.
        let model = Bench {
            mesh: bench.mesh.clone(),
            offsets: offsets.clone(),
        };
        let expected = model.largest_at(&mut set, place, step.input, step.output);
        offsets[place] = expected - measured;
    }
    offsets
}

fn bench(topology: &Arc<Topology>, seed: usize) -> Bench {
    let mut stream = stream("offsets", seed);
    let shifters = 2 * topology.mzis() + topology.ports();
    Bench {
        mesh: MeshHardware::ideal(topology.clone()),
        offsets: (0..shifters)
            .map(|_| uniform(&mut stream, 0.0, TAU))
            .collect(),
    }
}

#[test]
fn the_measurements_find_the_offsets() {
    for ports in 2..=8 {
        for topology in named(ports) {
            let plan = calibratability(&topology).unwrap();
            if !plan.theta_not_found.is_empty() {
                continue;
            }
            let bench = bench(&topology, ports);
            let offsets = calibrate(&bench, &plan, ports);
            let thetas = offsets.iter().zip(&bench.offsets).take(topology.mzis());
            for (mzi, (found, offset)) in thetas.enumerate() {
                let error = (found - offset + PI).rem_euclid(TAU) - PI;
                assert!(
                    error.abs() < 1e-9,
                    "{} {ports}: theta {mzi} {error}",
                    topology.name()
                );
            }
            if !plan.is_complete() && topology.name() != "butterfly" {
                panic!("{} {ports}: {plan:?}", topology.name());
            }
            // Whatever is set now, the model with these offsets knows the intensities.
            let model = Bench {
                mesh: bench.mesh.clone(),
                offsets,
            };
            let mut stream = stream("settings", ports);
            for _ in 0..3 {
                let set: Vec<f64> = bench
                    .offsets
                    .iter()
                    .map(|_| uniform(&mut stream, 0.0, TAU))
                    .collect();
                for (input, output) in [
                    (0, 0),
                    (ports - 1, 0),
                    (ports / 2, ports - 1),
                    (0, ports / 2),
                ] {
                    let [found, expected] =
                        [&model, &bench].map(|bench| bench.read(&set, input, output));
                    assert!(
                        (found - expected).abs() < 1e-9,
                        "{} {ports}",
                        topology.name()
                    );
                }
            }
        }
    }
}

#[test]
fn as_much_is_found_as_intensities_tell() {
    // The rank of the Jacobian of all |U_ij|^2 bounds what any method can find.
    for ports in 2..=7 {
        for topology in named(ports) {
            let plan = calibratability(&topology).unwrap();
            let found = plan.theta.len() + plan.phi_measured();
            let rank = intensity_rank(&topology, ports);
            assert!(found <= rank, "{} {ports}: {found} {rank}", topology.name());
            match topology.name() {
                "rectangular" | "triangular" => {
                    assert_eq!(
                        found,
                        (ports - 1) * (ports - 1),
                        "{} {ports}",
                        topology.name()
                    );
                    assert_eq!(found, rank);
                }
                "diamond" | "butterfly" | "tree" => {
                    assert_eq!(found, rank, "{} {ports}", topology.name());
                }
                _ => {}
            }
        }
    }
}

/// The rank of d|U_ij|^2 / d(theta, phi) at random phases.
fn intensity_rank(topology: &Arc<Topology>, seed: usize) -> usize {
    let mesh = MeshHardware::ideal(topology.clone());
    let (mzis, ports) = (topology.mzis(), topology.ports());
    let mut stream = stream("rank", seed);
    let mut phases: Vec<f64> = (0..2 * mzis + ports)
        .map(|_| uniform(&mut stream, 0.3, 2.8))
        .collect();
    let mut powers = |place: usize, shift: f64| {
        let before = phases[place];
        phases[place] += shift;
        let powers = mesh.matrix(split(&mesh, &phases)).map(|x| x.norm_sqr());
        phases[place] = before;
        powers
    };
    let mut jacobian = DMatrix::zeros(ports * ports, 2 * mzis);
    for place in 0..2 * mzis {
        // Exact: powers are sinusoids of each phase.
        let change = (powers(place, FRAC_PI_2) - powers(place, -FRAC_PI_2)) * 0.5;
        jacobian
            .column_mut(place)
            .copy_from_slice(change.as_slice());
    }
    rank_of(jacobian)
}

#[test]
fn large_meshes_can_be_calibrated_too() {
    for (name, phi) in [
        (NamedTopology::Rectangular, 31 * 30 / 2),
        (NamedTopology::Triangular, 31 * 30 / 2),
        (NamedTopology::Diamond, 256 - 31),
    ] {
        let topology = name.build(32).unwrap();
        let plan = calibratability(&topology).unwrap();
        assert!(plan.is_complete(), "{name:?}");
        assert_eq!(plan.theta.len(), topology.mzis());
        assert_eq!(
            (plan.phi_measured(), plan.phi_references()),
            (phi, 31),
            "{name:?}"
        );
    }
}

/// A rectangular mesh in which both outputs of every MZI change places: cross for bar, bar for cross.
fn crossed(ports: usize) -> Topology {
    let plain = NamedTopology::Rectangular.build(ports).unwrap();
    let mut port: Vec<usize> = (0..ports).collect();
    let columns: Vec<Vec<(usize, usize)>> = (0..plain.columns())
        .map(|column| {
            let mzis = plain.pairs()[plain.column(column)].iter();
            mzis.map(|pair| {
                let (upper, lower) = (pair.upper as usize, pair.lower as usize);
                port.swap(upper, lower);
                (port[lower], port[upper])
            })
            .collect()
        })
        .collect();
    Topology::new("crossed", ports, columns).unwrap()
}

#[test]
fn cross_may_be_bar() {
    let topology = Arc::new(crossed(6));
    let plan = calibratability(&topology).unwrap();
    assert!(plan.is_complete());
    let bench = bench(&topology, 0);
    let offsets = calibrate(&bench, &plan, 0);
    for (found, offset) in offsets.iter().zip(&bench.offsets).take(topology.mzis()) {
        let error = (found - offset + PI).rem_euclid(TAU) - PI;
        assert!(error.abs() < 1e-9, "{error}");
    }
}

#[test]
fn what_cannot_be_isolated_is_said() {
    // Two MZIs one after the other on two ports: only their sum shows, and only with phi.
    let twice = Topology::new("twice", 2, [vec![(0, 1)], vec![(0, 1)]]).unwrap();
    let plan = calibratability(&twice).unwrap();
    assert_eq!(plan.theta_not_found, [0, 1]);
    assert_eq!(plan.phi, [PhiFinding::Reference, PhiFinding::Blocked]);
    // A column too many takes away every single path.
    let redundant = NamedTopology::RedundantRectangular { extra_columns: 2 }
        .build(6)
        .unwrap();
    assert!(
        !calibratability(&redundant)
            .unwrap()
            .theta_not_found
            .is_empty()
    );
    // A butterfly of ports 0 to 3, a spare port behind it, and MZI 5 on ports 0 and 1. MZI 3 on ports 1
    // and 3 has no interferometer, so the way from MZI 0 to MZI 5 past its phi does not count; that
    // from MZI 1 passes none.
    let columns = [
        vec![(0, 1), (2, 3)],
        vec![(0, 2), (1, 3)],
        vec![(1, 4)],
        vec![(0, 1)],
    ];
    let plan = calibratability(&Topology::new("spare", 5, columns).unwrap()).unwrap();
    assert_eq!(plan.theta.len(), 6);
    assert_eq!(plan.phi[3], PhiFinding::NoInterferometer);
    let PhiFinding::Measured(measurement) = &plan.phi[5] else {
        panic!("{plan:?}");
    };
    assert_eq!(measurement.splitter, 1);
    let butterfly = calibratability(&NamedTopology::Butterfly.build(8).unwrap()).unwrap();
    let none = |finding: &&PhiFinding| **finding == PhiFinding::NoInterferometer;
    assert_eq!(butterfly.phi.iter().filter(none).count(), 5);
}
