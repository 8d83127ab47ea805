//! What a gradient costs. `cargo test --release -p photonics --test twin -- --ignored --nocapture cost`

use crate::common::{random_errors, random_phases, stream, uniform};
use num_complex::Complex;
use photonics::component::mzi::ArmTransmission;
use photonics::mesh::{MeshHardware, MeshLosses, NamedTopology};
use photonics::twin::{MeshTwin, Tape};
use photonics::{FieldBatch, Real};
use std::sync::Arc;
use std::time::Instant;

const BATCH: usize = 128;
const ROUNDS: usize = 200;

/// The least over interleaved rounds of the forward pass, and of forward and reverse pass together, in
/// seconds: what other programs on the machine take comes on top and would hide the ratio.
fn measure<T: Real>(mesh: MeshHardware) -> [f64; 2] {
    let topology = mesh.topology().clone();
    let ports = topology.ports();
    let mut twin = MeshTwin::<T>::new(Arc::new(mesh));
    twin.program(&random_phases(&topology, &mut stream("phases", 0)));
    let mut stream = stream("light", 0);
    let mut light = FieldBatch::<T>::dark(ports, BATCH);
    for sample in 0..BATCH {
        for port in 0..ports {
            let re = T::from_f64(uniform(&mut stream, -1.0, 1.0));
            light.set(port, sample, Complex::new(re, T::ZERO));
        }
    }
    let mut gradient = vec![0.0; twin.parameters()];
    let (mut tape, mut field, mut cotangent) = (Tape::default(), light.clone(), light.clone());
    let passes = (1 << 19) / topology.mzis() / BATCH + 1;
    let mut times = [vec![], vec![]];
    for _ in 0..ROUNDS {
        field.clone_from(&light);
        let start = Instant::now();
        for _ in 0..passes {
            twin.propagate(&mut field);
        }
        times[0].push(start.elapsed().as_secs_f64() / passes as f64);
        field.clone_from(&light);
        cotangent.clone_from(&light);
        let start = Instant::now();
        for _ in 0..passes {
            twin.forward(&mut field, &mut tape);
            twin.vjp(&tape, &mut field, &mut cotangent, &mut gradient);
        }
        times[1].push(start.elapsed().as_secs_f64() / passes as f64);
    }
    times.map(|times| times.into_iter().fold(f64::INFINITY, f64::min))
}

#[test]
#[ignore = "measures time"]
fn cost_of_a_gradient_in_forward_passes() {
    let threads = rayon::current_num_threads();
    println!("batch {BATCH}, {threads} threads, least of {ROUNDS} rounds");
    println!("ports precision mesh         forward_us forward+reverse_us ratio");
    for ports in [64, 196] {
        let topology = Arc::new(NamedTopology::Rectangular.build(ports).unwrap());
        let errors = random_errors(&topology, 0.05, &mut stream("errors", 0));
        let arms = ArmTransmission {
            inner_upper: 0.98,
            inner_lower: 1.0,
            outer_upper: 0.98,
            outer_lower: 1.0,
        };
        let losses = MeshLosses {
            arms: vec![arms; topology.mzis()],
            output: vec![1.0; ports],
        };
        let meshes = [
            ("ideal", MeshHardware::ideal(topology.clone())),
            (
                "errors",
                MeshHardware::new(topology.clone(), errors.clone(), None),
            ),
            ("loss", MeshHardware::with_losses(topology, errors, losses)),
        ];
        for (name, mesh) in meshes {
            for (precision, [forward, both]) in [
                ("f32", measure::<f32>(mesh.clone())),
                ("f64", measure::<f64>(mesh)),
            ] {
                println!(
                    "{ports:5} {precision:9} {name:12} {:10.1} {:18.1} {:5.2}",
                    1e6 * forward,
                    1e6 * both,
                    both / forward
                );
            }
        }
    }
}
