//! What loss does to light that is sent in as the conjugate of what came back.

use crate::bench::{Case, cosine, design, monitored, relative};
use photonics::design::Readout;
use photonics::in_situ::Interference;
use photonics::mesh::NamedTopology;
use photonics::process::{MeshProcess, Monitors, Process};
use photonics::units::loss_db_to_power_ratio;

fn couplers_lose(coupler_loss_db: f64) -> Process {
    Process {
        mesh: MeshProcess {
            coupler_loss_db,
            ..MeshProcess::ideal()
        },
        ..monitored()
    }
}

/// In a butterfly of 8 ports every path meets as many couplers, two in each of three columns; a monitor stands
/// before those of its column.
#[test]
fn common_loss_makes_the_gradient_smaller_by_what_is_lost_before() {
    let loss_db = 0.5;
    let design = design(NamedTopology::Butterfly, 8, 1, Readout::Intensity);
    let mut case = Case::new(design, couplers_lose(loss_db), 40, 1);
    let topology = case.design.layers[0].topology.clone();
    let expected = case.of_truth();
    let found = case.in_situ(Interference::OppositePhases);
    let mzis = topology.mzis();
    for column in 0..3 {
        let passed = loss_db_to_power_ratio(2.0 * loss_db * column as f64);
        for places in [
            topology.column(column),
            mzis + topology.column(column).start..mzis + topology.column(column).end,
        ] {
            let scaled: Vec<f64> = expected[places.clone()]
                .iter()
                .map(|x| passed * x)
                .collect();
            let off = relative(&found[places], &scaled);
            // Rounding as without loss, of light that is stronger than the gradient by at most what all
            // columns lose.
            assert!(
                off < 16.0 * f64::from(f32::EPSILON) * 2.0,
                "column {column}: {off}"
            );
        }
    }
    let gamma = 2 * mzis..2 * mzis + 8;
    assert!(relative(&found[gamma.clone()], &expected[gamma]) > 0.0);
    // The power of the light that is sent in again is not that of the light that came back.
    let three = case.in_situ(Interference::ThreeIntensities);
    assert!(relative(&three[..2 * mzis], &found[..2 * mzis]) > 0.1);
}

/// Paths that lose unequally bend the direction: here the phase shifters' own loss, on upper arms alone.
#[test]
fn unequal_loss_leaves_a_direction_that_descends() {
    let process = Process {
        mesh: MeshProcess {
            shifter_loss_db: 0.25,
            ..MeshProcess::ideal()
        },
        ..monitored()
    };
    let design = design(NamedTopology::Rectangular, 16, 1, Readout::Intensity);
    let mut case = Case::new(design, process, 64, 2);
    let expected = case.of_truth();
    let found = case.in_situ(Interference::OppositePhases);
    assert!(relative(&found, &expected) > 0.01);
    assert!(cosine(&found, &expected) > 0.9);
}

/// A monitor's tap is a loss on the upper arms.
#[test]
fn taps_take_light_from_the_chip() {
    let tapped = Process {
        monitors: Some(Monitors { tap_ratio: 0.1 }),
        ..Process::ideal()
    };
    let losing = Process {
        mesh: MeshProcess {
            shifter_loss_db: -10.0 * 0.9_f64.log10(),
            ..MeshProcess::ideal()
        },
        ..Process::ideal()
    };
    let cell = |process| {
        let design = design(NamedTopology::Rectangular, 2, 1, Readout::Intensity);
        let mut case = Case::new(design, process, 3, 3);
        let mut currents = [0.0; 6];
        let light = case.light.clone();
        case.chip
            .measure(&light, &mut [(0, &mut currents[..])])
            .unwrap();
        (case, currents)
    };
    let (tapped, one) = cell(tapped);
    let (losing, other) = cell(losing);
    // But for the loss of gamma's shifters, which have no monitor.
    for (one, other) in one.iter().zip(other) {
        assert!(
            (one * 0.9 - other).abs() < 4.0 * f32::EPSILON * other,
            "{one} {other}"
        );
    }
    let arms = |case: &Case| case.truth.layers()[0].losses().unwrap().arms.clone();
    for (a, b) in arms(&tapped).iter().zip(&arms(&losing)) {
        assert!((a.inner_upper - b.inner_upper).abs() < 1e-15 && b.outer_lower == a.outer_lower);
    }
}

/// The mean over the columns of the cosine within a column.
fn within_columns(case: &Case, found: &[f64], expected: &[f64]) -> f64 {
    let topology = &case.design.layers[0].topology;
    let columns = (0..topology.columns()).map(|column| {
        let part = |x: &[f64]| {
            let mzis = topology.column(column);
            let phi = mzis.start + topology.mzis()..mzis.end + topology.mzis();
            [&x[mzis], &x[phi]].concat()
        };
        cosine(&part(found), &part(expected))
    });
    columns.sum::<f64>() / topology.columns() as f64
}

/// The table of docs/results/solvers.md.
#[test]
#[ignore = "a table for the documentation"]
fn table() {
    println!("loss | three: cosine | error | opposite: cosine | error | cosine within columns");
    for (name, shifter_db, coupler_db, tap_ratio) in [
        ("none", 0.0, 0.0, 0.0),
        ("couplers 0.1 dB", 0.0, 0.1, 0.0),
        ("couplers 0.3 dB", 0.0, 0.3, 0.0),
        ("shifters 0.03 dB", 0.03, 0.0, 0.0),
        ("shifters 0.1 dB", 0.1, 0.0, 0.0),
        ("shifters 0.25 dB", 0.25, 0.0, 0.0),
        ("monitors take 0.1 %", 0.0, 0.0, 1e-3),
        ("monitors take 1 %", 0.0, 0.0, 1e-2),
        ("monitors take 3 %", 0.0, 0.0, 3e-2),
    ] {
        let process = Process {
            mesh: MeshProcess {
                shifter_loss_db: shifter_db,
                coupler_loss_db: coupler_db,
                ..MeshProcess::ideal()
            },
            monitors: Some(Monitors { tap_ratio }),
            ..Process::ideal()
        };
        let mut figures = [const { Vec::new() }; 5];
        for die in 0..5 {
            let design = design(NamedTopology::Rectangular, 64, 1, Readout::Intensity);
            let mut case = Case::new(design, process.clone(), 128, die);
            let expected = case.of_truth();
            for (k, interference) in [Interference::ThreeIntensities, Interference::OppositePhases]
                .into_iter()
                .enumerate()
            {
                let found = case.in_situ(interference);
                figures[2 * k].push(cosine(&found, &expected));
                figures[2 * k + 1].push(relative(&found, &expected));
                if k == 1 {
                    figures[4].push(within_columns(&case, &found, &expected));
                }
            }
        }
        let shown = figures.map(|x: Vec<f64>| {
            let mean = x.iter().sum::<f64>() / x.len() as f64;
            let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64;
            format!("{mean:.4} +- {:.4}", variance.sqrt())
        });
        println!("{name}: {}", shown.join(" | "));
    }
}
