//! Without loss and noise the gradient is that of the die as it is, whatever its errors.

use crate::bench::{Case, design, monitored, relative};
use photonics::chip::ChipError;
use photonics::design::{DesignError, Readout};
use photonics::detector::LocalOscillator;
use photonics::fabricate::{DieSeed, fabricate};
use photonics::in_situ::{InSitu, Interference, PASSES_PER_LAYER};
use photonics::mesh::{MziForm, NamedTopology};
use photonics::process::{DetectorProcess, HeaterProcess, MeshProcess, Process};
use photonics::twin::Knowledge;

const BOTH: [Interference; 2] = [Interference::ThreeIntensities, Interference::OppositePhases];

/// Currents are reported in f32: of each power (|F| + |G|)^2 <= 4 |F| |G|, for both are equally strong on
/// the whole, half an epsilon is rounded off, and two or three of them are taken a half or a quarter. The
/// fields are read in f32 as well. Per sample and phase that is some epsilon of |F| |G|, of which the
/// gradient is the sine of their phase: in the norm over all phases 16 epsilon leave room for both.
const ROUNDING: f64 = 16.0 * f32::EPSILON as f64;

fn imperfect() -> Process {
    Process {
        mesh: MeshProcess {
            splitter_error_sigma_rad: 0.05,
            ..MeshProcess::ideal()
        },
        heater: HeaterProcess {
            phase_offset_sigma_rad: 0.3,
            ..HeaterProcess::ideal()
        },
        detector: DetectorProcess {
            responsivity_a_per_w: 0.8,
            local_oscillator: LocalOscillator {
                power_w: 2e-3,
                phase_rad: 0.7,
            },
            ..DetectorProcess::ideal()
        },
        ..monitored()
    }
}

#[test]
fn it_is_the_gradient_of_the_true_chip() {
    let topologies = [
        NamedTopology::Rectangular,
        NamedTopology::Triangular,
        NamedTopology::Butterfly,
    ];
    let mut index = 0;
    for readout in [Readout::Intensity, Readout::Signed, Readout::Homodyne] {
        for layers in 1..=3 {
            for process in [monitored(), imperfect()] {
                let topology = topologies[index % 3];
                let mut case = Case::new(design(topology, 7, layers, readout), process, 70, index);
                let expected = case.of_truth();
                for interference in BOTH {
                    let found = case.in_situ(interference);
                    let off = relative(&found, &expected);
                    assert!(
                        off < ROUNDING,
                        "{readout:?} {layers} {interference:?}: {off}"
                    );
                }
                if case.process.mesh.splitter_error_sigma_rad > 0.0 {
                    // A twin of the design is another chip.
                    let design = case.vjp(&Knowledge::of_design(&case.design));
                    assert!(relative(&design, &expected) > 0.1);
                }
                index += 1;
            }
        }
    }
}

#[test]
fn a_layer_alone_gets_what_it_gets_among_others() {
    let mut case = Case::new(
        design(NamedTopology::Rectangular, 6, 2, Readout::Intensity),
        imperfect(),
        5,
        3,
    );
    let all = case.in_situ(Interference::OppositePhases);
    let mut in_situ = InSitu::new(&case.design, &case.process, Interference::OppositePhases);
    let mut currents = vec![0.0; case.slopes.len()];
    in_situ
        .forward(&mut case.chip, &case.light, &mut [(1, &mut currents[..])])
        .unwrap();
    let length = case.actual_rad[1].len();
    let slopes = [(1, &case.slopes[..])];
    let mut upper = vec![0.0; length];
    let before = case.chip.bench_use().samples;
    in_situ
        .backward(&mut case.chip, &slopes, &mut [(1, &mut upper[..])])
        .unwrap();
    assert_eq!(
        case.chip.bench_use().samples - before,
        5 * u64::from(PASSES_PER_LAYER)
    );
    assert_eq!(upper, all[length..]);
    let mut lower = vec![0.0; length];
    in_situ
        .backward(&mut case.chip, &slopes, &mut [(0, &mut lower[..])])
        .unwrap();
    assert_eq!(lower, all[..length]);
}

#[test]
fn dark_samples_and_flat_losses_have_no_gradient() {
    let mut case = Case::new(
        design(NamedTopology::Rectangular, 6, 2, Readout::Intensity),
        imperfect(),
        3,
        4,
    );
    case.light.fill(0.0);
    let found = case.in_situ(Interference::OppositePhases);
    assert!(found.iter().all(|x| *x == 0.0));
    case.light.fill(0.5);
    case.slopes.fill(0.0);
    let found = case.in_situ(Interference::ThreeIntensities);
    assert!(found.iter().all(|x| *x == 0.0));
}

#[test]
fn threads_change_no_bit() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let design = design(NamedTopology::Rectangular, 8, 2, Readout::Intensity);
            Case::new(design, imperfect(), 300, 5).in_situ(Interference::OppositePhases)
        })
    };
    assert_eq!(run(1), run(2));
}

#[test]
fn chips_without_monitors_and_meshes_without_a_place_for_them_refuse() {
    let design = design(NamedTopology::Rectangular, 4, 1, Readout::Intensity);
    let process = Process::ideal();
    let (mut chip, _) = fabricate(&design, &process, DieSeed(0)).unwrap();
    assert!(!chip.has_monitors());
    let mut in_situ = InSitu::new(&design, &process, Interference::OppositePhases);
    let mut currents = [0.0; 4];
    let refused = in_situ.forward(&mut chip, &[1.0; 4], &mut [(0, &mut currents[..])]);
    assert_eq!(refused, Err(ChipError::NoMonitors));
    let mut other = design.clone();
    let topology = NamedTopology::Rectangular.build(4).unwrap();
    other.layers[0].topology = topology.with_mzis(MziForm::Symmetric).unwrap().into();
    let refused = fabricate(&other, &monitored(), DieSeed(0)).map(|_| ());
    assert_eq!(refused, Err(DesignError::NoPlaceForMonitors { layer: 0 }));
}
