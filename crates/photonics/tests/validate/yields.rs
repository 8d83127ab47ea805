//! Yields against dies that are made and set one by one.

use numerics::Streams;
use photonics::chip::actuation::Actuator;
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::matrix::fidelity;
use photonics::mesh::haar::haar_phases;
use photonics::mesh::{MeshHardware, MeshPhases, NamedTopology, Topology};
use photonics::process::heater::{Drift, HeaterLaw, HeaterProcess, ThermalCrosstalk};
use photonics::process::{HeaterKind, MeshProcess, Process, StuckAt, StuckHeater};
use photonics::validate::cause::Cause;
use photonics::validate::die_yield::{DieYield, YieldError, YieldOptions, attribution, die_yield};
use std::sync::Arc;

fn topology(ports: usize) -> Arc<Topology> {
    Arc::new(NamedTopology::Rectangular.build(ports).unwrap())
}

/// Everything wrong at once.
fn process() -> Process {
    let mesh = MeshProcess {
        splitter_error_sigma_rad: 0.02,
        coupler_loss_db: 0.1,
        coupler_loss_sigma_db: 0.03,
        shifter_loss_db: 0.1,
        ..MeshProcess::ideal()
    };
    let heater = HeaterProcess {
        law: HeaterLaw::Voltage,
        efficiency_sigma: 0.012,
        dac_bits: Some(8),
        crosstalk: ThermalCrosstalk {
            coupling: 0.005,
            ..ThermalCrosstalk::ideal()
        },
        drift: Drift {
            sigma_rad: 0.01,
            ..Drift::ideal()
        },
        phase_offset_sigma_rad: 0.02,
        ..HeaterProcess::ideal()
    };
    let mut process = Process {
        mesh,
        heater,
        ..Process::ideal()
    };
    process.faults.stuck_heaters.push(StuckHeater {
        layer: 0,
        kind: HeaterKind::Theta,
        index: 2,
        at: StuckAt::Phase(1.0),
    });
    process
}

fn options(corrected: bool) -> YieldOptions {
    YieldOptions {
        fidelity: 0.9,
        dies: 12,
        first_die: 40,
        corrected,
    }
}

fn find(process: &Process, corrected: bool) -> DieYield {
    die_yield(&topology(6), process, &options(corrected), &Streams::new(8)).unwrap()
}

#[test]
fn each_die_is_the_one_that_is_fabricated() {
    let (topology, process) = (topology(6), process());
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
        precision: Precision::Double,
    };
    let found = find(&process, false);
    let ideal = MeshHardware::ideal(topology.clone());
    for (die, found) in found.fidelities.iter().enumerate() {
        let seed = 40 + die as u64;
        let (_, truth) = fabricate(&design, &process, DieSeed(seed)).unwrap();
        let mut stream = Streams::new(8).derive("validation-target", die as u64, 0);
        let asked = haar_phases(&topology, &mut stream);
        let stuck = &process.faults.stuck_heaters;
        let heaters = truth.heaters()[0].clone();
        let streams = Streams::new(seed);
        let mut actuator =
            Actuator::new(&topology, heaters, &process.heater, streams, 0, stuck).unwrap();
        let mut actual = vec![0.0; asked.len()];
        actuator.actuate(&asked, 0.0, &mut actual);
        let target = ideal.matrix(MeshPhases::split(&asked, 15, 6).unwrap());
        let expected = fidelity(&target, &truth.matrix(0, &actual).unwrap());
        assert!(
            (found - expected).abs() < 1e-13,
            "{die}: {found} {expected}"
        );
    }
    let good = found.fidelities.iter().filter(|&&f| f >= 0.9).count();
    assert_eq!((found.good.passed, found.good.n), (good, 12));
    assert!(
        found.fidelity.min < 0.9,
        "a stuck heater spoils most targets"
    );
}

#[test]
fn an_ideal_process_has_no_bad_die() {
    for corrected in [false, true] {
        let found = find(&Process::ideal(), corrected);
        assert_eq!(found.good.passed, 12);
        // The rounding of a mesh of 6 columns.
        assert!(found.fidelities.iter().all(|f| (f - 1.0).abs() < 1e-13));
    }
    // Equal losses are no error.
    let mut lossy = Process::ideal();
    lossy.mesh.coupler_loss_db = 0.5;
    let found = die_yield(
        &Arc::new(NamedTopology::Butterfly.build(8).unwrap()),
        &lossy,
        &options(false),
        &Streams::new(8),
    );
    assert!((found.unwrap().fidelity.mean - 1.0).abs() < 1e-13);
}

#[test]
fn correction_corrects_splitter_errors_alone() {
    let errors = Cause::SplitterErrors.alone_in(&process());
    let [plain, corrected] = [false, true].map(|corrected| find(&errors, corrected).fidelity.mean);
    assert!(1.0 - corrected < 0.1 * (1.0 - plain), "{plain} {corrected}");
    let rest = Cause::SplitterErrors.taken_from(&process());
    let [plain, corrected] = [false, true].map(|corrected| find(&rest, corrected));
    for (a, b) in plain.fidelities.iter().zip(&corrected.fidelities) {
        // Phases that differ by rounding may have another code: two of 36 by a step of 0.027 rad.
        assert!((a - b).abs() < 1e-3, "{a} {b}");
    }
}

#[test]
fn causes_are_taken_one_by_one_from_the_same_dies() {
    let (topology, streams) = (topology(6), Streams::new(8));
    let all = attribution(&topology, &process(), &options(false), &streams).unwrap();
    let causes: Vec<Cause> = all.iter().map(|part| part.cause).collect();
    assert_eq!(causes, Cause::ALL);
    for part in &all {
        let alone = find(&part.cause.alone_in(&process()), false);
        assert_eq!(alone, part.alone, "{}", part.cause);
        assert!(
            part.alone.fidelity.mean < 1.0 - 1e-7,
            "{} has no effect",
            part.cause
        );
        assert_eq!(
            part.without,
            find(&part.cause.taken_from(&process()), false)
        );
        assert!(part.cause.is_in(&process()) && !part.cause.is_in(&Process::ideal()));
    }
    // One cause: it is all of it, and without it nothing is wrong.
    let errors = Cause::SplitterErrors.alone_in(&process());
    let parts = attribution(&topology, &errors, &options(false), &streams).unwrap();
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].alone, find(&errors, false));
    assert!(
        parts[0]
            .without
            .fidelities
            .iter()
            .all(|f| (f - 1.0).abs() < 1e-13)
    );
    // The dies do not change with what else is wrong.
    assert_eq!(all[0].alone, parts[0].alone);
}

#[test]
fn bytes_do_not_depend_on_threads() {
    let runs: Vec<_> = [1, 2, 3]
        .into_iter()
        .map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let parts = attribution(&topology(6), &process(), &options(true), &Streams::new(8));
                (find(&process(), true), parts.unwrap())
            })
        })
        .collect();
    assert!(runs.iter().all(|run| *run == runs[0]));
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let (topology, streams) = (topology(4), Streams::new(1));
    let none = YieldOptions {
        dies: 0,
        ..options(false)
    };
    assert_eq!(
        die_yield(&topology, &Process::ideal(), &none, &streams),
        Err(YieldError::NoDies)
    );
    let mut bad = process();
    bad.mesh.coupler_loss_db = f64::NAN;
    let found = die_yield(&topology, &bad, &options(false), &streams);
    assert!(matches!(found, Err(YieldError::Process(_))), "{found:?}");
    let mut missing = process();
    missing.faults.stuck_heaters[0].index = 1000;
    let found = attribution(&topology, &missing, &options(false), &streams);
    assert!(matches!(found, Err(YieldError::Process(_))), "{found:?}");
}
