//! Dies of meshes of any cells: every part has its error and its loss, and no other.

use super::*;
use photonics::chip::actuation::Actuator;
use photonics::component::activation::Activation;
use photonics::design::*;
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::process::heater::{Drift, HeaterLaw, HeaterProcess, ThermalCrosstalk};
use photonics::process::{HeaterKind, MeshProcess, Process, StuckAt, StuckHeater};

fn design(topology: &Arc<Topology>) -> ChipDesign {
    ChipDesign {
        layers: vec![LayerDesign {
            topology: topology.clone(),
            readout: Readout::Intensity,
            tap: Tap::Lossless,
            adc_full_scale_a: None,
            activation: Activation::Identity,
        }],
        source: Source::ideal(1e-3),
        precision: Precision::Double,
    }
}

fn die(topology: &Arc<Topology>, mesh: MeshProcess) -> GroundTruth {
    let process = Process {
        mesh,
        ..Process::ideal()
    };
    fabricate(&design(topology), &process, DieSeed(3))
        .unwrap()
        .1
}

fn lossy() -> MeshProcess {
    MeshProcess {
        splitter_error_sigma_rad: 0.02,
        coupler_loss_db: 0.1,
        shifter_loss_db: 0.2,
        crossing_loss_db: 0.4,
        waveguide_loss_db_per_m: 300.0,
        mzi_length_m: 1e-3,
        ..MeshProcess::ideal()
    }
}

/// Loss in dB from input to output of a mesh of one column.
fn loss_db(columns: Vec<Vec<Placed>>, theta: f64, input: usize, output: usize) -> f64 {
    let topology = ideal(2, columns).topology().clone();
    let process = MeshProcess {
        splitter_error_sigma_rad: 0.0,
        ..lossy()
    };
    let cells = topology.mzis();
    let mut phases = vec![0.0; 2 * cells + 2];
    phases[..cells].fill(theta);
    let u = die(&topology, process).matrix(0, &phases).unwrap();
    -10.0 * u[(output, input)].norm_sqr().log10()
}

#[test]
fn every_part_loses_once() {
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
    let two = |cell| vec![vec![Placed::on_two(cell, 0, 1)]];
    let one = |cell| vec![vec![Placed::on_one(cell, 0)]];
    // gamma is 0.2 everywhere. A coupler that is all straight:
    near(
        loss_db(two(Cell::Coupler { angle_rad: 0.0 }), 0.0, 0, 0),
        0.1 + 0.2,
    );
    near(loss_db(two(Cell::Crossing), 0.0, 0, 1), 0.4 + 0.2);
    near(loss_db(one(Cell::Shifter), 1.0, 0, 0), 0.2 + 0.15 + 0.2);
    // The other port passes half the length of an MZI, as the column is no longer.
    near(loss_db(one(Cell::Shifter), 1.0, 1, 1), 0.15 + 0.2);
    near(
        loss_db(one(Cell::Loss { loss_db: 2.0 }), 0.0, 0, 0),
        2.0 + 0.2,
    );
    // Cross state, equal arms: two couplers, a shifter, half the length.
    near(
        loss_db(two(Cell::Symmetric), 0.0, 0, 1),
        0.2 + 0.2 + 0.15 + 0.2,
    );
    // Beside an MZI in one column a shifter's port passes the rest of its length.
    let beside = vec![vec![
        Placed::on_two(Cell::Mzi, 0, 1),
        Placed::on_one(Cell::Shifter, 2),
    ]];
    let topology = ideal(3, beside).topology().clone();
    let u = die(&topology, lossy()).matrix(0, &[0.0; 7]).unwrap();
    near(-10.0 * u[(2, 2)].norm_sqr().log10(), 0.2 + 0.3 + 0.2);
}

#[test]
fn an_attenuator_with_losses_stays_below_its_parts() {
    // Both arms would pass it all but their own losses, of which the upper has a shifter.
    let found = loss_db(
        vec![vec![Placed::on_one(Cell::Attenuator, 0)]],
        std::f64::consts::PI,
        0,
        0,
    );
    let t = |db: f64| 10_f64.powf(-db / 20.0);
    let field = 0.5 * t(0.2 + 0.15) * (t(0.2) + 1.0) * t(0.2);
    assert!((found + 20.0 * field.log10()).abs() < 1e-9, "{found}");
}

#[test]
fn couplers_have_errors_and_nothing_else_has() {
    let mut stream = stream("errors", 0);
    let topology = random_cells(9, 30, &mut stream);
    let truth = die(&topology, lossy());
    let mut squares = 0.0;
    for (cell, errors) in truth.layers()[0].errors_rad().iter().enumerate() {
        let couplers = topology.cell(cell).couplers();
        assert!(errors[..couplers].iter().all(|e| *e != 0.0), "{cell}");
        assert!(errors[couplers..].iter().all(|e| *e == 0.0), "{cell}");
        squares += errors.iter().map(|e| e * e).sum::<f64>();
    }
    let count = topology.parts().all_couplers() as f64;
    let sigma = (squares / count).sqrt();
    // Relative standard error of a standard deviation, five times.
    assert!((sigma / 0.02 - 1.0).abs() < 5.0 / (2.0 * count).sqrt());
    assert_eq!(truth, die(&topology, lossy()));
}

#[test]
fn couplers_of_no_length_are_at_one_place_of_the_wafer() {
    let coupler = || vec![Placed::on_two(Cell::EVEN_COUPLER, 0, 1)];
    let mzi = vec![Placed::on_two(Cell::Mzi, 0, 1)];
    let topology = ideal(2, vec![coupler(), coupler(), mzi]).topology().clone();
    let process = MeshProcess {
        splitter_error_sigma_rad: 0.02,
        splitter_correlation: 1.0,
        splitter_correlation_length_m: 1e-2,
        ..MeshProcess::ideal()
    };
    let truth = die(&topology, process);
    let [[a, _], [b, _], [c, d]] = truth.layers()[0].errors_rad() else {
        panic!("three cells");
    };
    assert!((a - b).abs() < 1e-15 && (b - c).abs() < 1e-15);
    // Half an MZI apart: exp(-0.05) of the correlation is left.
    assert!(c != d);
}

fn heaters() -> HeaterProcess {
    HeaterProcess {
        law: HeaterLaw::Power,
        p_pi_w: 0.02,
        efficiency_sigma: 0.05,
        dac_bits: Some(10),
        crosstalk: ThermalCrosstalk {
            coupling: 0.01,
            ..ThermalCrosstalk::ideal()
        },
        drift: Drift {
            sigma_rad: 0.1,
            time_constant_s: 10.0,
        },
        phase_offset_sigma_rad: 1.0,
        response_time_s: 1e-6,
        settling_s: 3e-6,
        ..HeaterProcess::ideal()
    }
}

/// With everything on, what is asked of a shifter that does not exist changes nothing: no phase, no power,
/// no code, no joule.
#[test]
fn missing_shifters_take_no_power_and_warm_nobody() {
    let mut stream = stream("missing heaters", 0);
    let topology = random_cells(6, 8, &mut stream);
    let missing = topology.missing_shifters();
    assert!(missing.len() > 10);
    let process = Process {
        heater: heaters(),
        ..Process::ideal()
    };
    let phases = random_phases(&topology, &mut stream);
    let mut others = phases.clone();
    for &place in &missing {
        others[place] = uniform(&mut stream, 0.1, 6.0);
    }
    let (mut chip, truth) = fabricate(&design(&topology), &process, DieSeed(1)).unwrap();
    let (mut other, _) = fabricate(&design(&topology), &process, DieSeed(1)).unwrap();
    let mut outputs = [[0.0_f32; 6]; 2];
    for (chip, (phases, out)) in [&mut chip, &mut other]
        .into_iter()
        .zip([&phases, &others].into_iter().zip(&mut outputs))
    {
        chip.program(0, phases).unwrap();
        chip.measure(&[1.0, 0.2, 0.3, 0.4, 0.5, 0.6], &mut [(0, out)])
            .unwrap();
    }
    assert_eq!(outputs[0], outputs[1]);
    assert_eq!(chip.heater_power_w(), other.heater_power_w());
    assert!(chip.heater_power_w() > 0.0);
    assert_eq!(chip.bench_use(), other.bench_use());
    assert_eq!(chip.bench_use().heaters_set, topology.shifters() as u64);
    assert_eq!(chip.missing_shifters(0).unwrap(), missing);

    let new = || {
        let statics = truth.heaters()[0].clone();
        let streams = numerics::Streams::new(1);
        Actuator::new(&topology, statics, &heaters(), streams, 0, &[]).unwrap()
    };
    let (mut actuator, mut actual) = (new(), vec![f64::NAN; phases.len()]);
    actuator.actuate(&others, 0.0, &mut actual);
    for &place in &missing {
        assert_eq!((actual[place], actuator.codes().unwrap()[place]), (0.0, 0));
    }
}

#[test]
fn a_shifter_that_does_not_exist_cannot_be_stuck() {
    let topology = ideal(2, vec![vec![Placed::on_two(Cell::EVEN_COUPLER, 0, 1)]])
        .topology()
        .clone();
    let stuck = |kind| StuckHeater {
        layer: 0,
        kind,
        index: 0,
        at: StuckAt::Phase(0.0),
    };
    for kind in [HeaterKind::Theta, HeaterKind::Phi] {
        let error = stuck(kind).check(&topology, &heaters()).unwrap_err();
        assert!(
            error.to_string().contains("has this phase shifter"),
            "{error}"
        );
    }
    stuck(HeaterKind::Gamma)
        .check(&topology, &heaters())
        .unwrap();
}
