//! Meshes as they come from the foundry: what is drawn has the stated spread, loses what its parts
//! lose, and propagates as the slow truth says.

mod common;

use common::{cases, distance, named, random_phases, rounding, split, stream, transfer, uniform};
use photonics::component::activation::Activation;
use photonics::component::mzi::ArmTransmission;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::mesh::butterfly::butterfly;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::{MeshHardware, Topology};
use photonics::process::{MeshProcess, Process};
use photonics::units::power_ratio_to_db;
use proptest::prelude::*;
use rand::RngExt;
use std::f64::consts::{FRAC_PI_4, SQRT_2};
use std::sync::Arc;

/// The mesh of a die.
fn draw(topology: &Arc<Topology>, mesh: MeshProcess, die: u64) -> Arc<MeshHardware> {
    let layer = LayerDesign {
        topology: topology.clone(),
        readout: Readout::Intensity,
        tap: Tap::Lossless,
        adc_full_scale_a: None,
        activation: Activation::Identity,
    };
    let design = ChipDesign {
        layers: vec![layer],
        source: Source::ideal(1e-3),
        precision: Precision::Single,
    };
    let process = Process {
        mesh,
        ..Process::ideal()
    };
    let (_, truth) = fabricate(&design, &process, DieSeed(die)).unwrap();
    truth.layers()[0].clone()
}

fn loss_db(t: f64) -> f64 {
    -power_ratio_to_db(t * t)
}

/// Numbers of the stated mean and standard deviation, to five standard errors, where the latter are
/// small.
fn assert_spread(what: &str, x: &[f64], mean: f64, sigma: f64) {
    let n = x.len() as f64;
    let z = || x.iter().map(|x| (x - mean) / sigma);
    let (sum, squares) = (z().sum::<f64>(), z().map(|z| z * z).sum::<f64>());
    assert!(n > 1000.0);
    assert!(sum.abs() < 5.0 * n.sqrt(), "{what}: mean {}", sum / n);
    assert!(
        (squares - n).abs() < 5.0 * (2.0 * n).sqrt(),
        "{what}: variance {}",
        squares / n
    );
}

fn assert_independent(what: &str, a: &[f64], b: &[f64], mean: f64, sigma: f64) {
    let product = |(a, b): (&f64, &f64)| (a - mean) * (b - mean) / (sigma * sigma);
    let sum: f64 = a.iter().zip(b).map(product).sum();
    assert!(sum.abs() < 5.0 * (a.len() as f64).sqrt(), "{what}: {sum}");
}

/// One number in dB per MZI.
fn per_mzi(mesh: &MeshHardware, arm: impl Fn(&ArmTransmission) -> f64) -> Vec<f64> {
    let arms = &mesh.losses().unwrap().arms;
    arms.iter().map(|arms| loss_db(arm(arms))).collect()
}

#[test]
fn couplers_have_the_stated_loss() {
    let process = MeshProcess {
        coupler_loss_db: 0.3,
        coupler_loss_sigma_db: 0.04,
        ..MeshProcess::ideal()
    };
    let mesh = draw(&Arc::new(rectangular(150).unwrap()), process, 1);
    // Two per MZI, common to both arms.
    let loss = per_mzi(&mesh, |arms| arms.inner_upper);
    assert_spread("couplers", &loss, 0.6, SQRT_2 * 0.04);
    let losses = mesh.losses().unwrap();
    for arms in &losses.arms {
        assert_eq!(*arms, ArmTransmission::common(arms.inner_upper));
    }
    assert!(losses.output.iter().all(|&t| t == 1.0));
}

#[test]
fn shifters_have_the_stated_loss() {
    let process = MeshProcess {
        shifter_loss_db: 0.25,
        shifter_loss_sigma_db: 0.03,
        ..MeshProcess::ideal()
    };
    let mesh = draw(&Arc::new(rectangular(150).unwrap()), process, 1);
    let theta = per_mzi(&mesh, |arms| arms.inner_upper);
    let phi = per_mzi(&mesh, |arms| arms.outer_upper);
    assert_spread("theta", &theta, 0.25, 0.03);
    assert_spread("phi", &phi, 0.25, 0.03);
    assert_independent("theta and phi", &theta, &phi, 0.25, 0.03);
    let losses = mesh.losses().unwrap();
    for arms in &losses.arms {
        assert_eq!((arms.inner_lower, arms.outer_lower), (1.0, 1.0));
    }
    let wide = Topology::new("screen", 3000, std::iter::empty()).unwrap();
    let mesh = draw(&Arc::new(wide), process, 1);
    let output = &mesh.losses().unwrap().output;
    let gamma: Vec<f64> = output.iter().map(|&t| loss_db(t)).collect();
    assert_spread("gamma", &gamma, 0.25, 0.03);
}

#[test]
fn waveguides_have_the_stated_loss() {
    // 0.4 dB per MZI, 0.2 dB and +- 0.04 dB per arm.
    let process = MeshProcess {
        waveguide_loss_db_per_m: 200.0,
        waveguide_loss_relative_sigma: 0.2,
        mzi_length_m: 2e-3,
        ..MeshProcess::ideal()
    };
    let mesh = draw(&Arc::new(rectangular(150).unwrap()), process, 1);
    let inner_upper = per_mzi(&mesh, |arms| arms.inner_upper);
    let inner_lower = per_mzi(&mesh, |arms| arms.inner_lower);
    assert_spread("upper arm", &inner_upper, 0.2, 0.04);
    assert_spread("lower arm", &inner_lower, 0.2, 0.04);
    assert_independent("arms", &inner_upper, &inner_lower, 0.2, 0.04);
    let pairs = mesh.topology().pairs();
    let outer_upper = per_mzi(&mesh, |arms| arms.outer_upper);
    let outer_lower = per_mzi(&mesh, |arms| arms.outer_lower);
    let inside = |x: &[f64]| -> Vec<f64> {
        let all = x.iter().zip(pairs);
        all.filter(|(_, pair)| pair.upper > 0 && pair.lower < 149)
            .map(|(&x, _)| x)
            .collect()
    };
    assert_spread("upper arm before", &inside(&outer_upper), 0.2, 0.04);
    assert_spread("lower arm before", &inside(&outer_lower), 0.2, 0.04);
    // At the edge a passage of 0.4 +- 0.08 dB is added; two ports, many dies.
    let mut edge = Vec::new();
    for die in 0..200 {
        let mesh = draw(&Arc::new(rectangular(14).unwrap()), process, die);
        let arms = &mesh.losses().unwrap().arms;
        for (arms, pair) in arms.iter().zip(mesh.topology().pairs()).skip(7) {
            if pair.upper == 0 {
                edge.push(loss_db(arms.outer_upper));
            }
            if pair.lower == 13 {
                edge.push(loss_db(arms.outer_lower));
            }
        }
    }
    assert_eq!(edge.len(), 200 * 2 * 6);
    assert_spread("edge", &edge, 0.6, 0.04_f64.hypot(0.08));
}

#[test]
fn crossings_have_the_stated_loss() {
    // Where light crosses and nowhere else: 1 with 2 before column 1 and behind it.
    let only = |mean_db, sigma_db| MeshProcess {
        crossing_loss_db: mean_db,
        crossing_loss_sigma_db: sigma_db,
        ..MeshProcess::ideal()
    };
    let mesh = draw(&Arc::new(butterfly(4).unwrap()), only(1.0, 0.0), 1);
    let losses = mesh.losses().unwrap();
    let t = 10_f64.powf(-0.05);
    let outer: Vec<_> = losses
        .arms
        .iter()
        .map(|arms| (arms.outer_upper, arms.outer_lower))
        .collect();
    // Column 0, then ports 0 and 2, then 1 and 3.
    let expected = [(1.0, 1.0), (1.0, 1.0), (1.0, t), (t, 1.0)];
    for (found, expected) in outer.iter().zip(expected) {
        assert!((found.0 - expected.0).abs() + (found.1 - expected.1).abs() < 1e-15);
    }
    for arms in &losses.arms {
        assert_eq!((arms.inner_upper, arms.inner_lower), (1.0, 1.0));
    }
    for (found, expected) in losses.output.iter().zip([1.0, t, t, 1.0]) {
        assert!((found - expected).abs() < 1e-15);
    }
    // Each passage is drawn by itself: port 1 passes one before its second MZI, and one behind.
    let (mut before, mut behind) = (Vec::new(), Vec::new());
    for die in 0..2000 {
        let mesh = draw(mesh.topology(), only(0.5, 0.1), die);
        let losses = mesh.losses().unwrap();
        before.push(loss_db(losses.arms[3].outer_upper));
        behind.push(loss_db(losses.output[1]));
    }
    assert_spread("before", &before, 0.5, 0.1);
    assert_spread("behind", &behind, 0.5, 0.1);
    assert_independent("passages", &before, &behind, 0.5, 0.1);
    // A port of 8 that passes three of them in a row.
    let mesh = draw(&Arc::new(butterfly(8).unwrap()), only(0.5, 0.0), 1);
    let last = mesh.losses().unwrap().arms[8].outer_lower;
    assert_eq!(mesh.topology().pairs()[8].lower, 4);
    assert!((loss_db(last) - 1.5).abs() < 1e-12);
    // Spread alone is a loss too; a planar mesh has none.
    assert!(!draw(mesh.topology(), only(0.0, 0.1), 1).is_lossless());
    let planar = Arc::new(rectangular(4).unwrap());
    assert!(draw(&planar, only(1.0, 0.1), 1).is_lossless());
}

#[test]
fn splitter_errors_are_alike_over_the_stated_length() {
    let sigma = 0.02;
    let process = MeshProcess {
        splitter_error_sigma_rad: sigma,
        splitter_correlation: 0.7,
        splitter_correlation_length_m: 2e-3,
        mzi_length_m: 1e-3,
        port_pitch_m: 0.2e-3,
        ..MeshProcess::ideal()
    };
    let topology = Arc::new(rectangular(6).unwrap());
    // MZIs of column 0 lie at ports 0, 2, 4 and those of column 2 again; column 1 at ports 1, 3.
    // (MZI, side) against (MZI, side), and how far apart they are in m.
    let pairs = [
        ((0, 0), (0, 0), None),
        ((0, 0), (0, 1), Some((0.5e-3, 0.0))),
        ((0, 0), (1, 0), Some((0.0, 0.4e-3))),
        ((0, 0), (2, 0), Some((0.0, 0.8e-3))),
        ((0, 0), (3, 1), Some((1.5e-3, 0.2e-3))),
        ((1, 0), (6, 0), Some((2e-3, 0.0))),
        ((2, 1), (10, 0), Some((3.5e-3, 0.8e-3))),
    ];
    let dies = 20_000;
    let mut sums = [0.0; 7];
    for die in 0..dies {
        let mesh = draw(&topology, process, die);
        let errors = mesh.errors_rad();
        for (sum, (a, b, _)) in sums.iter_mut().zip(pairs) {
            *sum += errors[a.0][a.1] * errors[b.0][b.1] / (sigma * sigma);
        }
    }
    for (sum, (a, b, apart)) in sums.iter().zip(pairs) {
        let expected = apart.map_or(1.0, |(x, y)| 0.7 * f64::exp(-(x + y) / 2e-3));
        // A product of normal numbers of correlation r has the variance 1 + r^2. Five errors.
        let limit = 5.0 * ((1.0 + expected * expected) / dies as f64).sqrt();
        let found = sum / dies as f64;
        assert!(
            (found - expected).abs() < limit,
            "{a:?} {b:?}: {found} {expected}"
        );
    }
}

#[test]
fn what_has_nothing_to_act_on_has_no_effect() {
    let process = MeshProcess {
        splitter_correlation: 1.0,
        splitter_correlation_length_m: 3e-3,
        waveguide_loss_relative_sigma: 0.5,
        mzi_length_m: 5e-3,
        port_pitch_m: 5e-4,
        ..MeshProcess::ideal()
    };
    for topology in named(9) {
        assert_eq!(
            *draw(&topology, process, 3),
            MeshHardware::ideal(topology.clone())
        );
    }
}

#[test]
fn every_path_is_as_long_as_the_mesh() {
    // Equal waveguides everywhere: the whole matrix is the lossless one, weaker by all columns, for
    // the triangle too.
    let process = MeshProcess {
        splitter_error_sigma_rad: 0.1,
        waveguide_loss_db_per_m: 150.0,
        mzi_length_m: 1e-3,
        ..MeshProcess::ideal()
    };
    let lossless = MeshProcess {
        waveguide_loss_db_per_m: 0.0,
        ..process
    };
    for ports in [1, 2, 3, 8, 13] {
        for topology in named(ports) {
            let phases = random_phases(&topology, &mut stream("length", ports));
            let u = transfer::<f64>(&draw(&topology, process, 2), &phases);
            let t = 10_f64.powf(-0.15 * topology.columns() as f64 / 20.0);
            let expected = transfer::<f64>(&draw(&topology, lossless, 2), &phases).map(|x| t * x);
            assert!(distance(&u, &expected) < 2.0 * rounding(&topology, f64::EPSILON));
        }
    }
}

/// A foundry that loses light everywhere.
fn lossy(stream: &mut numerics::Stream) -> MeshProcess {
    MeshProcess {
        splitter_error_sigma_rad: uniform(stream, 0.0, 0.3),
        splitter_correlation: uniform(stream, 0.0, 1.0),
        coupler_loss_db: uniform(stream, 0.0, 0.5),
        coupler_loss_sigma_db: uniform(stream, 0.0, 1.0),
        shifter_loss_db: uniform(stream, 0.0, 0.5),
        shifter_loss_sigma_db: uniform(stream, 0.0, 1.0),
        waveguide_loss_db_per_m: uniform(stream, 0.0, 500.0),
        waveguide_loss_relative_sigma: uniform(stream, 0.0, 2.0),
        crossing_loss_db: uniform(stream, 0.0, 0.1),
        crossing_loss_sigma_db: uniform(stream, 0.0, 0.2),
        ..MeshProcess::ideal()
    }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn energy_never_grows(ports in 1..24_usize, seed in 0..1000_usize) {
        let mut stream = stream("drawn", seed);
        for topology in named(ports) {
            let mesh = draw(&topology, lossy(&mut stream), seed as u64);
            let phases = random_phases(&topology, &mut stream);
            // The largest gain for any input.
            let gain = transfer::<f64>(&mesh, &phases).singular_values().max();
            prop_assert!(gain <= 1.0 + rounding(&topology, f64::EPSILON), "{gain}");
        }
    }

    #[test]
    fn the_general_form_is_the_slow_truth(ports in 1..40_usize, seed in 0..1000_usize) {
        let mut stream = stream("general", seed);
        for topology in named(ports) {
            let mesh = draw(&topology, lossy(&mut stream), seed as u64);
            let phases = random_phases(&topology, &mut stream);
            let u = mesh.matrix(split(&mesh, &phases));
            // Every column adds a few epsilon, and nothing is pushed: c N eps.
            let steps = topology.columns() as f64 + 2.0;
            let error = distance(&transfer::<f64>(&mesh, &phases), &u);
            prop_assert!(error < 4.0 * steps * f64::EPSILON, "{error:e} {steps}");
            let error = distance(&transfer::<f32>(&mesh, &phases), &u);
            prop_assert!(error < 4.0 * steps * f64::from(f32::EPSILON), "{error:e} {steps}");
        }
    }

    #[test]
    fn losses_in_db_add_along_any_path(ports in 1..20_usize, seed in 0..1000_usize) {
        // Couplers that let everything straight through or across: light takes one arm of each MZI.
        let mut stream = stream("arms", seed);
        for topology in named(ports) {
            let drawn = draw(&topology, lossy(&mut stream), seed as u64);
            let Some(losses) = drawn.losses() else { continue };
            let across: Vec<[bool; 2]> = (0..topology.mzis())
                .map(|_| [(); 2].map(|()| stream.random()))
                .collect();
            let errors = across.iter().map(|sides| sides.map(|x| if x { FRAC_PI_4 } else { -FRAC_PI_4 }));
            let mesh = MeshHardware::with_losses(topology.clone(), errors.collect(), losses.clone());
            let phases = random_phases(&topology, &mut stream);
            let u = transfer::<f64>(&mesh, &phases);
            for input in 0..ports {
                let (mut port, mut sum_db) = (input, 0.0);
                for (mzi, pair) in topology.pairs().iter().enumerate() {
                    let pair = [pair.upper as usize, pair.lower as usize];
                    let Some(mut side) = pair.iter().position(|&x| x == port) else { continue };
                    let arms = losses.arms[mzi];
                    sum_db += loss_db([arms.outer_upper, arms.outer_lower][side]);
                    side ^= usize::from(across[mzi][0]);
                    sum_db += loss_db([arms.inner_upper, arms.inner_lower][side]);
                    side ^= usize::from(across[mzi][1]);
                    port = pair[side];
                }
                sum_db += loss_db(losses.output[port]);
                let found_db = loss_db(u[(port, input)].norm());
                // Absolute errors of the field in units of what is left of it; 8.7 dB each.
                let left = 10_f64.powf(-sum_db / 20.0);
                let limit = 20.0 * rounding(&topology, f64::EPSILON) / left;
                prop_assert!((found_db - sum_db).abs() < limit, "{found_db} {sum_db}");
            }
        }
    }
}
