//! The loss of a mesh against fabricated meshes.

use super::{design, layer_phases};
use photonics::budget::{Drive, link_budget};
use photonics::component::activation::Activation;
use photonics::design::Readout;
use photonics::fabricate::{DieSeed, fabricate};
use photonics::mesh::butterfly::butterfly;
use photonics::mesh::diamond::diamond;
use photonics::mesh::permuting_rectangular::permuting_rectangular;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::redundant_rectangular::redundant_rectangular;
use photonics::mesh::svd::svd;
use photonics::mesh::tree::tree;
use photonics::mesh::triangular::triangular;
use photonics::mesh::{MziForm, Topology};
use photonics::process::{MeshProcess, Process};
use std::sync::Arc;

/// The loss of a budget, and that of fabricated meshes with its standard error, in dB.
fn losses_db(topology: Topology, mesh: MeshProcess, draws: usize) -> (f64, f64, f64) {
    let mut design = design(
        topology.ports(),
        1,
        Readout::Intensity,
        Activation::Identity,
    );
    design.layers[0].topology = Arc::new(topology);
    let process = Process {
        mesh,
        ..Process::ideal()
    };
    let budget = link_budget(&design, &process, &Drive::constant(1.0)).unwrap();
    let topology = &design.layers[0].topology;
    let ratios: Vec<f64> = (0..draws)
        .map(|draw| {
            let (_, truth) = fabricate(&design, &process, DieSeed(draw as u64)).unwrap();
            let matrix = truth.matrix(0, &layer_phases(topology, draw, 0)).unwrap();
            matrix.norm_squared() / topology.ports() as f64
        })
        .collect();
    let n = draws as f64;
    let mean = super::mean(&ratios);
    let variance = ratios.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let error_db = 10.0 / std::f64::consts::LN_10 * (variance / n).sqrt() / mean;
    (
        budget.layers[0].mesh.total_db(),
        -10.0 * mean.log10(),
        error_db,
    )
}

const LOSSES: MeshProcess = MeshProcess {
    coupler_loss_db: 0.1,
    shifter_loss_db: 0.3,
    waveguide_loss_db_per_m: 200.0,
    ..MeshProcess::ideal()
};

#[test]
fn without_spread_it_is_that_of_the_mesh() {
    let only = [
        LOSSES,
        MeshProcess {
            coupler_loss_db: 0.15,
            ..MeshProcess::ideal()
        },
        MeshProcess {
            shifter_loss_db: 2.0,
            ..MeshProcess::ideal()
        },
        MeshProcess {
            waveguide_loss_db_per_m: 500.0,
            ..MeshProcess::ideal()
        },
        MeshProcess {
            crossing_loss_db: 0.2,
            ..LOSSES
        },
    ];
    for mesh in only {
        for topology in [
            rectangular(2).unwrap(),
            rectangular(16).unwrap(),
            rectangular(15).unwrap(),
            triangular(12).unwrap(),
            diamond(10).unwrap(),
            redundant_rectangular(8, 3).unwrap(),
            butterfly(4).unwrap(),
            butterfly(16).unwrap(),
            butterfly(13).unwrap(),
            tree(16).unwrap(),
            tree(9).unwrap(),
            rectangular(12)
                .unwrap()
                .with_mzis(MziForm::Symmetric)
                .unwrap(),
            permuting_rectangular(12).unwrap(),
        ] {
            let name = format!("{} {} {mesh:?}", topology.name(), topology.ports());
            let (budget, found, error) = losses_db(topology, mesh, 200);
            assert!(
                (budget - found).abs() < 5.0 * error + 1e-9,
                "{name}: {budget} {found} +- {error}"
            );
            assert!(error < 0.02 * found, "{name}: {error}");
        }
    }
}

/// Powers add, but the first coupler of a three-splitter MZI comes before any phase shifter: what is left
/// out is 0.17 % of the loss here.
#[test]
fn a_third_splitter_is_counted_nearly() {
    let plain = rectangular(12).unwrap();
    let three = plain.with_mzis(MziForm::ThreeSplitter).unwrap();
    let (budget, found, error) = losses_db(three, LOSSES, 400);
    assert!(
        (budget - found).abs() < 5.0 * error + 0.002 * found,
        "{budget} {found} +- {error}"
    );
}

/// Attenuators take half on average, and their light is not what others meet.
#[test]
fn attenuators_count_with_their_mean() {
    let (budget, found, error) = losses_db(svd(8).unwrap(), LOSSES, 1000);
    assert!(
        (budget - found).abs() < 5.0 * error,
        "{budget} {found} +- {error}"
    );
    assert!(error < 0.02 * found, "{error}");
}

#[test]
fn crossings_with_spread_count_with_the_light_that_passes_them() {
    let mesh = MeshProcess {
        crossing_loss_db: 0.1,
        crossing_loss_sigma_db: 0.3,
        ..MeshProcess::ideal()
    };
    for topology in [butterfly(16).unwrap(), tree(16).unwrap()] {
        let name = topology.name().to_owned();
        let (budget, found, error) = losses_db(topology, mesh, 400);
        assert!(
            (budget - found).abs() < 5.0 * error,
            "{name}: {budget} {found} +- {error}"
        );
        assert!(error < 0.02 * found, "{name}: {found} +- {error}");
    }
}

#[test]
fn with_spread_it_is_the_mean_over_dies() {
    let mesh = MeshProcess {
        coupler_loss_sigma_db: 0.2,
        shifter_loss_sigma_db: 0.5,
        waveguide_loss_relative_sigma: 0.5,
        splitter_error_sigma_rad: 0.02,
        ..LOSSES
    };
    let (budget, found, error) = losses_db(rectangular(16).unwrap(), mesh, 400);
    // 0.02 dB for the splitter errors, which the budget leaves out.
    assert!(
        (budget - found).abs() < 5.0 * error + 0.02,
        "{budget} {found} +- {error}"
    );
    let (plain, ..) = losses_db(rectangular(16).unwrap(), LOSSES, 2);
    assert!(
        budget > plain + 0.5,
        "a loss is not below 0: the spread adds to these"
    );
}
