//! The link budget against closed forms and against the emulator: fabricated chips with Haar-random
//! meshes, measured.

#[path = "../common/mod.rs"]
mod common;

mod closed_forms;
mod mesh_loss;
mod noise;
mod power;

use common::stream;
use photonics::chip::Chip;
use photonics::component::activation::{Activation, ElectroOptic};
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::mesh::Topology;
use photonics::mesh::haar::haar_phases;
use photonics::mesh::rectangular::rectangular;
use photonics::process::Process;
use std::f64::consts::PI;
use std::sync::Arc;

/// The activation of arXiv:2603.24790 with 1 mW as the unit of power.
const PUBLISHED: Activation = Activation::ElectroOptic(ElectroOptic {
    tap_fraction: 0.1,
    gain_rad_per_w: 50.0 * PI,
    bias_rad: PI,
});

/// Equal layers on a rectangular mesh, 1 mW at a port.
fn design(ports: usize, layers: usize, readout: Readout, activation: Activation) -> ChipDesign {
    let layer = LayerDesign {
        topology: Arc::new(rectangular(ports).unwrap()),
        readout,
        tap: Tap::Lossless,
        adc_full_scale_a: None,
        activation,
    };
    ChipDesign {
        layers: vec![layer; layers],
        source: Source::ideal(1e-3),
        precision: Precision::Double,
    }
}

/// A chip with the phases of Haar-random unitaries, the `draw`-th ones.
fn haar_chip(design: &ChipDesign, process: &Process, draw: usize) -> Chip {
    let (mut chip, _) = fabricate(design, process, DieSeed(draw as u64)).unwrap();
    for (layer, design) in design.layers.iter().enumerate() {
        let phases = layer_phases(&design.topology, draw, layer);
        chip.program(layer, &phases).unwrap();
    }
    chip
}

fn layer_phases(topology: &Topology, draw: usize, layer: usize) -> Vec<f64> {
    haar_phases(topology, &mut stream("haar", 100 * draw + layer))
}

/// What every tap reads, one after the other.
fn measure(chip: &mut Chip, amplitudes: &[f32], layer: usize) -> Vec<f64> {
    let rows = amplitudes.len() / chip.ports();
    let mut currents = vec![0.0; rows * chip.readouts(layer).unwrap()];
    chip.measure(amplitudes, &mut [(layer, &mut currents)])
        .unwrap();
    currents.into_iter().map(f64::from).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
