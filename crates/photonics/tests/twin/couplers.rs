//! How a loss changes with the errors of couplers, and with the transmission of a layer.

use crate::chip::activations;
use crate::common::{cases, named, random_errors, random_phases, rounding, split, stream, uniform};
use crate::mesh::{batch, inner, norm, random};
use photonics::Real;
use photonics::component::mzi::ArmTransmission;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::mesh::{MeshHardware, MeshLosses, NamedTopology, Topology};
use photonics::twin::{Knowledge, MeshTwin, Tape, Twin, TwinError};
use proptest::prelude::*;
use std::f64::consts::{FRAC_PI_2, PI};
use std::sync::Arc;

/// L = Re Tr G^H U X is a sinusoid of the angle of every coupler as well: a quarter turn to either side
/// tells the exact slope. Rounding as for phases.
fn check<T: Real>(
    topology: &Arc<Topology>,
    errors: &[[f64; 2]],
    phases: &[f64],
    (seed, samples): (usize, usize),
    epsilon: f64,
) {
    let x = random(topology.ports(), samples, "x", seed);
    let g = random(topology.ports(), samples, "g", seed);
    let mesh = MeshHardware::new(topology.clone(), errors.to_vec(), None);
    let mut twin = MeshTwin::<T>::new(Arc::new(mesh));
    twin.program(phases);
    let (mut field, mut cotangent) = (batch::<T>(&x), batch::<T>(&g));
    let mut tape = Tape::default();
    twin.forward(&mut field, &mut tape);
    let (mut again, mut back) = (field.clone(), cotangent.clone());
    let mut gradient = vec![f64::NAN; phases.len()];
    let mut couplers = vec![[f64::NAN; 2]; topology.mzis()];
    twin.vjp_with_couplers(
        &tape,
        &mut field,
        &mut cotangent,
        &mut gradient,
        &mut couplers,
    );
    // The rest is as without.
    let mut plain = vec![f64::NAN; phases.len()];
    twin.vjp(&tape, &mut again, &mut back, &mut plain);
    assert_eq!((&plain, &again, &back), (&gradient, &field, &cotangent));
    let limit = 2.0 * rounding(topology, epsilon) * norm(&g) * norm(&x);
    for (mzi, found) in couplers.iter().enumerate() {
        for side in 0..2 {
            let at = |shift: f64| {
                let mut errors = errors.to_vec();
                errors[mzi][side] += shift;
                let mesh = MeshHardware::new(topology.clone(), errors, None);
                inner(&g, &(mesh.matrix(split(&mesh, phases)) * &x))
            };
            let expected = 0.5 * (at(FRAC_PI_2) - at(-FRAC_PI_2));
            let error = (found[side] - expected).abs();
            assert!(
                error <= limit,
                "{} MZI {mzi}, coupler {side}: {} {expected}",
                topology.name(),
                found[side]
            );
        }
    }
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn slopes_of_couplers_are_exact_on_every_topology(
        ports in 2_usize..8, samples in 1_usize..70, seed in 0_usize..1000,
    ) {
        for topology in named(ports) {
            let phases = random_phases(&topology, &mut stream("phases", seed));
            let errors = random_errors(&topology, 0.7, &mut stream("errors", seed));
            let ideal = vec![[0.0; 2]; topology.mzis()];
            for errors in [errors, ideal] {
                let size = (seed, samples);
                check::<f64>(&topology, &errors, &phases, size, f64::EPSILON);
                check::<f32>(&topology, &errors, &phases, size, f32::EPSILON.into());
            }
        }
    }
}

#[test]
fn cross_and_bar_states_are_no_exception() {
    let topology = Arc::new(NamedTopology::Rectangular.build(5).unwrap());
    for theta in [0.0, PI, 1e-12, PI - 1e-5] {
        let mut phases = random_phases(&topology, &mut stream("phases", 5));
        phases[..topology.mzis()].fill(theta);
        for errors in [[0.0; 2], [0.1, -0.1], [0.1, 0.1]] {
            let errors = vec![errors; topology.mzis()];
            check::<f64>(&topology, &errors, &phases, (5, 20), f64::EPSILON);
        }
    }
}

#[test]
#[should_panic(expected = "couplers of a lossless mesh")]
fn a_mesh_with_loss_has_none() {
    let topology = Arc::new(NamedTopology::Rectangular.build(2).unwrap());
    let mesh = MeshHardware::new(topology, vec![[0.0; 2]], Some(vec![0.9]));
    let mut twin = MeshTwin::<f64>::new(Arc::new(mesh));
    let mut field = batch::<f64>(&random(2, 1, "x", 0));
    let mut cotangent = field.clone();
    let mut tape = Tape::default();
    twin.forward(&mut field, &mut tape);
    let (mut gradient, mut couplers) = ([0.0; 4], [[0.0; 2]]);
    twin.vjp_with_couplers(
        &tape,
        &mut field,
        &mut cotangent,
        &mut gradient,
        &mut couplers,
    );
}

/// Two layers of `ports` ports with each kind of activation between them.
fn designs(ports: usize) -> impl Iterator<Item = ChipDesign> {
    let topology = Arc::new(NamedTopology::Rectangular.build(ports).unwrap());
    activations().into_iter().map(move |activation| ChipDesign {
        layers: vec![
            LayerDesign {
                topology: topology.clone(),
                readout: Readout::Signed,
                tap: Tap::Coupler(0.1),
                adc_full_scale_a: None,
                activation,
            };
            2
        ],
        source: Source::ideal(1e-3),
        precision: Precision::Double,
    })
}

/// The same loss at every output of the mesh is what all paths have in common.
#[test]
fn a_transmission_is_the_loss_that_all_outputs_share() {
    let ports = 4;
    for design in designs(ports) {
        let topology = &design.layers[0].topology;
        let mut shared = Knowledge::of_design(&design);
        shared.transmission = vec![0.8, 0.7];
        let mut lossy = Knowledge::of_design(&design);
        for (mesh, t) in lossy.meshes.iter_mut().zip([0.8, 0.7]) {
            let losses = MeshLosses {
                arms: vec![ArmTransmission::LOSSLESS; topology.mzis()],
                output: vec![t; ports],
            };
            let errors = vec![[0.0; 2]; topology.mzis()];
            *mesh = Arc::new(MeshHardware::with_losses(topology.clone(), errors, losses));
        }
        let mut stream = stream("transmission", 0);
        let phases = [(); 2].map(|()| random_phases(topology, &mut stream));
        let amplitudes: Vec<f32> = (0..3 * ports)
            .map(|_| uniform(&mut stream, 0.0, 1.0) as f32)
            .collect();
        let found = [shared, lossy].map(|knowledge| {
            let mut twin = Twin::new(&design, &knowledge).unwrap();
            for (layer, phases) in phases.iter().enumerate() {
                twin.program(layer, phases).unwrap();
            }
            let mut currents = [vec![0.0; 6], vec![0.0; 6]];
            let [a, b] = &mut currents;
            twin.forward(&amplitudes, &mut [(0, a), (1, b)]).unwrap();
            let ones = vec![1.0; 6];
            let mut gradients = [(); 2].map(|()| vec![f64::NAN; phases[0].len()]);
            let [a, b] = &mut gradients;
            twin.vjp(&[(0, &ones), (1, &ones)], &mut [(0, a), (1, b)])
                .unwrap();
            (currents.concat(), gradients.concat())
        });
        let [(a, da), (b, db)] = &found;
        for (x, y) in [(a, b), (da, db)] {
            let scale = y.iter().map(|y| y.abs()).fold(0.0, f64::max);
            // A few operations more per path, squared, and the slope of the activation.
            let limit = 100.0 * rounding(topology, f64::EPSILON) * scale;
            let pairs = x.iter().zip(y);
            for (x, y) in pairs {
                assert!(
                    (x - y).abs() <= limit,
                    "{:?}: {x} {y}",
                    design.layers[0].activation
                );
            }
        }
    }
}

#[test]
fn a_transmission_that_is_none_is_refused() {
    let design = designs(3).next().unwrap();
    for transmission in [vec![1.0], vec![1.0, 0.0], vec![1.0, f64::NAN]] {
        let mut knowledge = Knowledge::of_design(&design);
        knowledge.transmission = transmission;
        let refused = Twin::new(&design, &knowledge).unwrap_err();
        assert!(matches!(refused, TwinError::Mismatch { layer: 1, .. }));
    }
}
