//! The reverse pass of a mesh.

use crate::common::{
    cases, distance, named, random_losses, random_mesh, random_phases, rounding, split, stream,
    uniform,
};
use nalgebra::DMatrix;
use num_complex::{Complex, Complex64};
use photonics::component::mzi::ArmTransmission;
use photonics::mesh::{MeshHardware, MeshLosses, NamedTopology, Topology};
use photonics::twin::{MeshTwin, Tape};
use photonics::{FieldBatch, Real};
use proptest::prelude::*;
use std::sync::Arc;

/// Random fields or cotangents, ports x samples.
pub(crate) fn random(ports: usize, samples: usize, name: &str, seed: usize) -> DMatrix<Complex64> {
    let mut stream = stream(name, seed);
    DMatrix::from_fn(ports, samples, |_, _| {
        let re = uniform(&mut stream, -1.0, 1.0);
        Complex64::new(re, uniform(&mut stream, -1.0, 1.0))
    })
}

pub(crate) fn batch<T: Real>(matrix: &DMatrix<Complex64>) -> FieldBatch<T> {
    let mut field = FieldBatch::dark(matrix.nrows(), matrix.ncols());
    for (sample, column) in matrix.column_iter().enumerate() {
        for (port, x) in column.iter().enumerate() {
            let x = Complex::new(T::from_f64(x.re), T::from_f64(x.im));
            field.set(port, sample, x);
        }
    }
    field
}

fn dense<T: Real>(field: &FieldBatch<T>) -> DMatrix<Complex64> {
    DMatrix::from_fn(field.ports(), field.samples(), |port, sample| {
        let Complex { re, im } = field.get(port, sample);
        Complex64::new(re.to_f64(), im.to_f64())
    })
}

/// Re Tr G^H F
pub(crate) fn inner(g: &DMatrix<Complex64>, f: &DMatrix<Complex64>) -> f64 {
    g.iter().zip(f).map(|(g, f)| (g.conj() * f).re).sum()
}

pub(crate) fn norm(f: &DMatrix<Complex64>) -> f64 {
    f.norm()
}

struct Reverse {
    output: DMatrix<Complex64>,
    input: DMatrix<Complex64>,
    cotangent: DMatrix<Complex64>,
    gradient: Vec<f64>,
}

/// Light forth and cotangents back, with scratch that another pass left dirty.
fn reverse<T: Real>(
    mesh: &Arc<MeshHardware>,
    phases: &[f64],
    x: &DMatrix<Complex64>,
    g: &DMatrix<Complex64>,
) -> Reverse {
    let mut twin = MeshTwin::<T>::new(mesh.clone());
    let mut tape = Tape::default();
    let mut gradient = vec![f64::NAN; phases.len()];
    let ports = mesh.topology().ports();
    let mut dirt = batch::<T>(&random(ports, 70, "dirt", 0));
    twin.forward(&mut dirt, &mut tape);
    let mut cotangent = dirt.clone();
    twin.vjp(&tape, &mut dirt, &mut cotangent, &mut gradient);
    twin.program(phases);
    let (mut field, mut cotangent) = (batch::<T>(x), batch::<T>(g));
    twin.forward(&mut field, &mut tape);
    let output = dense(&field);
    let mut plain = batch::<T>(x);
    twin.propagate(&mut plain);
    assert_eq!(plain, field, "the tape changes no bit");
    twin.vjp(&tape, &mut field, &mut cotangent, &mut gradient);
    Reverse {
        output,
        input: dense(&field),
        cotangent: dense(&cotangent),
        gradient,
    }
}

/// L = Re Tr G^H U X is a sinusoid of every phase, of which (L(p + pi/2) - L(p - pi/2)) / 2 is the exact
/// slope.
fn slope(
    mesh: &MeshHardware,
    phases: &[f64],
    index: usize,
    x: &DMatrix<Complex64>,
    g: &DMatrix<Complex64>,
) -> f64 {
    let at = |shift: f64| {
        let mut phases = phases.to_vec();
        phases[index] += shift;
        inner(g, &(mesh.matrix(split(mesh, &phases)) * x))
    };
    let quarter = std::f64::consts::FRAC_PI_2;
    0.5 * (at(quarter) - at(-quarter))
}

/// Rounding: fields and cotangents have the error `relative` of their norms each, enhanced by `growth`
/// where they are taken back through losses; a phase's slope is at most |G| |U X|.
fn check<T: Real>(
    mesh: &Arc<MeshHardware>,
    seed: usize,
    samples: usize,
    epsilon: f64,
    growth: f64,
) {
    let topology = mesh.topology();
    let phases = random_phases(topology, &mut stream("phases", seed));
    let x = random(topology.ports(), samples, "x", seed);
    let g = random(topology.ports(), samples, "g", seed);
    let found = reverse::<T>(mesh, &phases, &x, &g);
    let u = mesh.matrix(split(mesh, &phases));
    let relative = 2.0 * growth * rounding(topology, epsilon);
    let scale = norm(&g) * norm(&x);
    assert!(norm(&(&found.output - &u * &x)) <= relative * norm(&x));
    assert!(
        norm(&(&found.input - &x)) <= relative * norm(&x),
        "input {}",
        norm(&(&found.input - &x)) / norm(&x) / relative
    );
    assert!(norm(&(&found.cotangent - u.adjoint() * &g)) <= relative * norm(&g));
    for (index, gradient) in found.gradient.iter().enumerate() {
        let expected = slope(mesh, &phases, index, &x, &g);
        let error = (gradient - expected).abs();
        assert!(
            error <= relative * scale,
            "{} {index} of {}: {gradient} {expected}",
            topology.name(),
            phases.len()
        );
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn gradients_are_exact_on_every_topology(
        ports in 2_usize..9, samples in 1_usize..70, seed in 0_usize..1000, lossy: bool,
    ) {
        for topology in named(ports) {
            let mesh = Arc::new(random_mesh(&topology, lossy, &mut stream("mesh", seed)));
            check::<f64>(&mesh, seed, samples, f64::EPSILON, 8.0);
            check::<f32>(&mesh, seed, samples, f32::EPSILON.into(), 8.0);
            let ideal = Arc::new(MeshHardware::ideal(topology));
            check::<f64>(&ideal, seed, samples, f64::EPSILON, 1.0);
            check::<f32>(&ideal, seed, samples, f32::EPSILON.into(), 1.0);
        }
    }

    #[test]
    fn the_adjoint_keeps_inner_products(
        ports in 2_usize..40, samples in 1_usize..200, seed in 0_usize..1000, lossy: bool,
    ) {
        let topology = Arc::new(NamedTopology::Rectangular.build(ports).unwrap());
        let mesh = Arc::new(random_mesh(&topology, lossy, &mut stream("mesh", seed)));
        let phases = random_phases(&topology, &mut stream("phases", seed));
        let x = random(ports, samples, "x", seed);
        let g = random(ports, samples, "g", seed);
        let found = reverse::<f64>(&mesh, &phases, &x, &g);
        let limit = rounding(&topology, f64::EPSILON) * norm(&g) * norm(&x);
        prop_assert!((inner(&g, &found.output) - inner(&found.cotangent, &x)).abs() <= limit);
        // A phase common to all ports in front of the mesh is one behind it: the sum over gamma.
        let turned: Complex64 = g.iter().zip(&found.output).map(|(g, f)| g.conj() * f).sum();
        let gamma: f64 = found.gradient[2 * topology.mzis()..].iter().sum();
        prop_assert!((gamma + turned.im).abs() <= limit);
    }
}

/// Meshes beyond 96 ports are computed in tiles.
#[test]
fn tiles_and_many_blocks_are_right_too() {
    for (lossy, samples) in [(false, 1100), (true, 130)] {
        let topology = Arc::new(NamedTopology::Rectangular.build(101).unwrap());
        let mut stream_of_mesh = stream("tiles", 0);
        // Losses of a real mesh, so that light is left after 101 columns.
        let losses = lossy.then(|| MeshLosses {
            arms: (0..topology.mzis())
                .map(|_| ArmTransmission {
                    inner_upper: uniform(&mut stream_of_mesh, 0.95, 1.0),
                    inner_lower: uniform(&mut stream_of_mesh, 0.95, 1.0),
                    outer_upper: uniform(&mut stream_of_mesh, 0.95, 1.0),
                    outer_lower: uniform(&mut stream_of_mesh, 0.95, 1.0),
                })
                .collect(),
            output: vec![0.9; 101],
        });
        let errors = crate::common::random_errors(&topology, 0.1, &mut stream_of_mesh);
        let mesh = Arc::new(match losses {
            Some(losses) => MeshHardware::with_losses(topology.clone(), errors, losses),
            None => MeshHardware::new(topology.clone(), errors, None),
        });
        let phases = random_phases(&topology, &mut stream("phases", 1));
        let x = random(101, samples, "x", 1);
        let g = random(101, samples, "g", 1);
        let found = reverse::<f32>(&mesh, &phases, &x, &g);
        let growth = if lossy { 8.0 } else { 1.0 };
        let relative = 2.0 * growth * rounding(&topology, f32::EPSILON.into());
        assert!(distance(&found.input, &x) <= relative * norm(&x));
        let parameters = phases.len();
        for index in (0..parameters).step_by(parameters / 40) {
            let expected = slope(&mesh, &phases, index, &x, &g);
            let error = (found.gradient[index] - expected).abs();
            assert!(error <= relative * norm(&g) * norm(&x), "{index}");
        }
    }
}

/// Where one set of ports loses much and the other nothing, what rounding brings from one to the other grows
/// on the way back: by 0.55^-24, 2e6, without cross-sections that are kept.
#[test]
fn unequal_losses_do_not_add_up() {
    let ports = 24;
    let topology = Arc::new(NamedTopology::Rectangular.build(ports).unwrap());
    let arms = topology.pairs().iter().map(|pair| {
        let even = ArmTransmission {
            outer_upper: 0.55,
            ..ArmTransmission::LOSSLESS
        };
        let odd = ArmTransmission {
            outer_lower: 0.55,
            ..ArmTransmission::LOSSLESS
        };
        if pair.upper % 2 == 0 { even } else { odd }
    });
    let losses = MeshLosses {
        arms: arms.collect(),
        output: vec![1.0; ports],
    };
    let errors = vec![[0.0; 2]; topology.mzis()];
    let mesh = Arc::new(MeshHardware::with_losses(topology.clone(), errors, losses));
    let mut phases = random_phases(&topology, &mut stream("phases", 7));
    // Nearly the bar state: most light stays on its port.
    phases[..topology.mzis()].fill(std::f64::consts::PI + 0.1);
    let (x, g) = (random(ports, 64, "x", 7), random(ports, 64, "g", 7));
    for (found, epsilon) in [
        (reverse::<f64>(&mesh, &phases, &x, &g), f64::EPSILON),
        (reverse::<f32>(&mesh, &phases, &x, &g), f32::EPSILON.into()),
    ] {
        let limit = 16.0 * rounding(&topology, epsilon);
        let largest = distance(&found.input, &x);
        // Of one sample: its norm is norm(x) / 8.
        assert!(largest <= limit * norm(&x) / 8.0, "{largest}");
        for index in (0..phases.len()).step_by(7) {
            let expected = slope(&mesh, &phases, index, &x, &g);
            let error = (found.gradient[index] - expected).abs();
            assert!(error <= limit * norm(&g) * norm(&x), "{index}");
        }
    }
}

/// A dark arm cannot be inverted.
#[test]
fn dark_arms_and_dark_outputs_are_no_obstacle() {
    let topology = Arc::new(NamedTopology::Rectangular.build(6).unwrap());
    let mut losses = random_losses(&topology, &mut stream("losses", 3));
    losses.arms[4].inner_upper = 0.0;
    losses.arms[7].outer_lower = 0.0;
    losses.arms[9] = ArmTransmission::common(0.0);
    losses.arms[2] = ArmTransmission::common(1e-30);
    losses.output[2] = 0.0;
    let errors = vec![[0.1, -0.2]; topology.mzis()];
    let mesh = Arc::new(MeshHardware::with_losses(topology, errors, losses));
    check::<f64>(&mesh, 3, 65, f64::EPSILON, 8.0);
    check::<f32>(&mesh, 3, 65, f32::EPSILON.into(), 8.0);
}

#[test]
fn phases_at_which_an_arm_stays_dark_have_their_gradients() {
    let topology: Arc<Topology> = Arc::new(NamedTopology::Rectangular.build(5).unwrap());
    let errors = [
        vec![[0.0; 2]; topology.mzis()],
        // Cross and bar amplitudes of 0, and nearly.
        vec![[0.1, -0.1]; topology.mzis()],
        vec![[0.1, -0.1 + 1e-9]; topology.mzis()],
        vec![[0.1, 0.1]; topology.mzis()],
    ];
    for errors in errors {
        let mesh = Arc::new(MeshHardware::new(topology.clone(), errors, None));
        for theta in [
            0.0,
            std::f64::consts::PI,
            1e-12,
            1e-5,
            std::f64::consts::TAU,
        ] {
            let mut phases = random_phases(&topology, &mut stream("phases", 5));
            phases[..topology.mzis()].fill(theta);
            let (x, g) = (random(5, 20, "x", 5), random(5, 20, "g", 5));
            for (found, epsilon) in [
                (reverse::<f64>(&mesh, &phases, &x, &g), f64::EPSILON),
                (reverse::<f32>(&mesh, &phases, &x, &g), f32::EPSILON.into()),
            ] {
                let limit = 2.0 * rounding(&topology, epsilon) * norm(&g) * norm(&x);
                for (index, gradient) in found.gradient.iter().enumerate() {
                    let expected = slope(&mesh, &phases, index, &x, &g);
                    assert!((gradient - expected).abs() <= limit, "{theta} {index}");
                }
            }
        }
    }
}

#[test]
fn no_samples_have_no_gradient() {
    let topology = Arc::new(NamedTopology::Butterfly.build(4).unwrap());
    let mut twin = MeshTwin::<f32>::new(Arc::new(MeshHardware::ideal(topology)));
    let mut gradient = vec![f64::NAN; twin.parameters()];
    let (mut field, mut cotangent) = (FieldBatch::dark(4, 0), FieldBatch::dark(4, 0));
    twin.vjp(&Tape::default(), &mut field, &mut cotangent, &mut gradient);
    assert!(gradient.iter().all(|x| *x == 0.0));
}
