//! The figures of docs/validation.md: the analyses of `photonics::validate` on four topologies.
//!
//! `cargo run --release -p photonics --example validate -- 16 64`

use numerics::Streams;
use photonics::mesh::{MeshHardware, NamedTopology};
use photonics::process::heater::{HeaterLaw, ThermalCrosstalk};
use photonics::process::{HeaterProcess, MeshProcess, Process};
use photonics::validate::calibration::calibratability;
use photonics::validate::die_yield::{YieldOptions, attribution, die_yield};
use photonics::validate::heater_power::heater_power;
use photonics::validate::path_loss::{nominal, path_loss};
use photonics::validate::reachable::{Shifters, reachable_dimension};
use photonics::validate::sensitivity::sensitivity;
use photonics::validate::statistics::Summary;
use photonics::validate::tolerance::{ToleranceOptions, tolerance};
use std::sync::Arc;
use std::time::Instant;

const DIES: usize = 200;
const TARGETS: usize = 100;
const DRAWS: usize = 4;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for ports in std::env::args().skip(1) {
        for name in [
            NamedTopology::Rectangular,
            NamedTopology::Triangular,
            NamedTopology::Diamond,
            NamedTopology::Butterfly,
        ] {
            report(name, ports.parse()?)?;
        }
    }
    Ok(())
}

/// A process of typical values (docs/validation.md).
fn process() -> Process {
    Process {
        mesh: MeshProcess {
            splitter_error_sigma_rad: 0.01,
            coupler_loss_db: 0.05,
            coupler_loss_sigma_db: 0.02,
            shifter_loss_db: 0.1,
            waveguide_loss_db_per_m: 200.0,
            crossing_loss_db: 0.02,
            ..MeshProcess::ideal()
        },
        heater: HeaterProcess {
            law: HeaterLaw::Voltage,
            p_pi_w: 25e-3,
            efficiency_sigma: 0.012,
            dac_bits: Some(12),
            crosstalk: ThermalCrosstalk {
                coupling: 0.005,
                ..ThermalCrosstalk::ideal()
            },
            phase_offset_sigma_rad: 0.01,
            ..HeaterProcess::ideal()
        },
        ..Process::ideal()
    }
}

fn report(name: NamedTopology, ports: usize) -> Result<(), Box<dyn std::error::Error>> {
    let topology = Arc::new(name.build(ports)?);
    let streams = Streams::new(1);
    let process = process();
    println!(
        "{} {ports}: {} MZIs, {} columns",
        topology.name(),
        topology.mzis(),
        topology.columns()
    );
    let mut start = Instant::now();
    let mut line = |text: String| {
        println!("  {:>8.1} ms  {text}", 1e3 * start.elapsed().as_secs_f64());
        start = Instant::now();
    };
    let losses = path_loss(&nominal(&topology, &process.mesh));
    line(format!(
        "path loss: best {:.2}, worst {:.2} dB; means differ by {:.2} dB",
        losses.best_db(),
        losses.worst_db(),
        losses.imbalance_db()
    ));
    let found = reachable_dimension(&topology, Shifters::All, &streams, 4 << 30)?;
    line(format!(
        "reachable dimension {} of {}, {} shifters, {} redundant",
        found.rank,
        found.full,
        found.shifters,
        found.redundancy()
    ));
    let found = calibratability(&topology)?;
    line(format!(
        "calibratable: theta {} of {}, phi {} and {} references",
        found.theta.len(),
        topology.mzis(),
        found.phi_measured(),
        found.phi_references()
    ));
    let map = sensitivity(&MeshHardware::ideal(topology.clone()), DRAWS, &streams);
    let intensities: Vec<f64> = map.theta.iter().map(|s| s.intensity_per_rad).collect();
    line(format!(
        "sensitivity: all couplers {:.3} per rad; intensities to theta {} ({DRAWS} draws)",
        map.all_couplers_per_rad(),
        spread(Summary::of(&intensities))
    ));
    for corrected in [false, true] {
        let options = ToleranceOptions {
            fidelity: 0.95,
            dies: DIES,
            corrected,
        };
        line(match tolerance(&topology, &options, &streams, 1)? {
            None => "tolerance: no limit".to_owned(),
            Some(found) => format!(
                "tolerance for F = 0.95, corrected {corrected}: {:.5} rad, {:.5?} ({DIES} dies)",
                found.sigma_rad, found.interval_rad
            ),
        });
    }
    if let Some(found) = heater_power(&topology, &process.heater, TARGETS, &streams)? {
        line(format!(
            "heaters: {} W (targets)",
            spread(Some(found.total_w))
        ));
    }
    let options = YieldOptions {
        fidelity: 0.95,
        dies: DIES,
        first_die: 1,
        corrected: true,
    };
    let found = die_yield(&topology, &process, &options, &streams)?;
    line(format!(
        "yield (F >= 0.95, corrected) {:.3} [{:.3}, {:.3}], F {}",
        found.good.share().unwrap_or(0.0),
        found.good.low,
        found.good.high,
        spread(Some(found.fidelity))
    ));
    let parts = attribution(&topology, &process, &options, &streams)?;
    line("by cause: mean infidelity alone, and of all without it".to_owned());
    for part in parts {
        let [alone, without] = [part.alone, part.without].map(|dies| 1.0 - dies.fidelity.mean);
        println!(
            "               {:<18} {alone:9.5} {without:9.5}",
            part.cause
        );
    }
    Ok(())
}

fn spread(summary: Option<Summary>) -> String {
    let Some(summary) = summary else {
        return "none".to_owned();
    };
    let sd = summary.sd.unwrap_or(0.0);
    format!(
        "mean {:.4}, sd {:.4}, {:.4} to {:.4}, n = {}",
        summary.mean, sd, summary.min, summary.max, summary.n
    )
}
