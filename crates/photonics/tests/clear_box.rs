//! A twin fitted to measurements of a die predicts what was not measured.

mod common;

use common::uniform;
use photonics::calibrate::{ClearBox, ClearBoxOptions, Measurements, clear_box};
use photonics::chip::Chip;
use photonics::component::activation::{Activation, ElectroOptic};
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::mesh::rectangular::rectangular;
use photonics::process::{DetectorProcess, HeaterProcess, MeshProcess, Process};
use photonics::twin::{Knowledge, Twin};
use std::f64::consts::TAU;
use std::sync::Arc;

fn design(ports: usize, layers: usize, readout: Readout) -> ChipDesign {
    let layer = LayerDesign {
        topology: Arc::new(rectangular(ports).unwrap()),
        readout,
        tap: Tap::Lossless,
        adc_full_scale_a: None,
        activation: Activation::ElectroOptic(ElectroOptic {
            tap_fraction: 0.1,
            gain_rad_per_w: 157.079_632_679_489_66,
            bias_rad: 3.141592653589793,
        }),
    };
    ChipDesign {
        layers: vec![layer; layers],
        source: Source::ideal(1e-3),
        precision: Precision::Double,
    }
}

fn process(sigma_rad: f64) -> Process {
    Process {
        mesh: MeshProcess {
            splitter_error_sigma_rad: sigma_rad,
            ..MeshProcess::ideal()
        },
        heater: HeaterProcess {
            phase_offset_sigma_rad: sigma_rad,
            ..HeaterProcess::ideal()
        },
        ..Process::ideal()
    }
}

struct Data {
    phases_rad: Vec<Vec<Vec<f64>>>,
    amplitudes: Vec<Vec<f32>>,
    currents_a: Vec<Vec<Vec<f32>>>,
}

impl Data {
    fn measure(chip: &mut Chip, design: &ChipDesign, seed: u64, programmings: usize, samples: usize) -> Self {
        let mut stream = common::stream("measurements", seed as usize);
        let ports = design.ports();
        let mut data = Self { phases_rad: vec![], amplitudes: vec![], currents_a: vec![] };
        for _ in 0..programmings {
            let phases: Vec<Vec<f64>> = design.layers.iter().map(|layer| {
                let n = 2 * layer.topology.mzis() + ports;
                (0..n).map(|_| uniform(&mut stream, 0.0, TAU)).collect()
            }).collect();
            let amplitudes: Vec<f32> = (0..samples * ports).map(|_| uniform(&mut stream, 0.0, 1.0) as f32).collect();
            let mut currents: Vec<Vec<f32>> = design.layers.iter().map(|layer| vec![0.0; samples * layer.readout.count(ports)]).collect();
            for (layer, phases) in phases.iter().enumerate() {
                chip.program(layer, phases).unwrap();
            }
            let mut taps: Vec<_> = currents.iter_mut().enumerate().map(|(l, c)| (l, &mut c[..])).collect();
            chip.measure(&amplitudes, &mut taps).unwrap();
            data.phases_rad.push(phases);
            data.amplitudes.push(amplitudes);
            data.currents_a.push(currents);
        }
        data
    }

    fn view(&self) -> Measurements<'_> {
        Measurements { phases_rad: &self.phases_rad, amplitudes: &self.amplitudes, currents_a: &self.currents_a }
    }
}

/// |prediction - measured| / |measured| of each tap.
fn errors(design: &ChipDesign, knowledge: &Knowledge, offsets: &[Vec<f64>], data: &Data) -> Vec<f64> {
    let mut twin = Twin::new(design, knowledge).unwrap();
    let mut sums = vec![[0.0; 2]; design.layers.len()];
    for ((phases, amplitudes), currents) in data.phases_rad.iter().zip(&data.amplitudes).zip(&data.currents_a) {
        for (layer, (phases, offsets)) in phases.iter().zip(offsets).enumerate() {
            let met: Vec<f64> = phases.iter().zip(offsets).map(|(p, o)| p + o).collect();
            twin.program(layer, &met).unwrap();
        }
        let mut found: Vec<Vec<f64>> = currents.iter().map(|c| vec![0.0; c.len()]).collect();
        let mut taps: Vec<_> = found.iter_mut().enumerate().map(|(l, c)| (l, &mut c[..])).collect();
        twin.forward(amplitudes, &mut taps).unwrap();
        for (layer, (a, b)) in found.iter().zip(currents).enumerate() {
            for (a, &b) in a.iter().zip(b) {
                sums[layer][0] += (a - f64::from(b)).powi(2);
                sums[layer][1] += f64::from(b).powi(2);
            }
        }
    }
    sums.iter().map(|[a, b]| (a / b).sqrt()).collect()
}

#[test]
#[ignore = "explore"]
fn explore() {
    let var = |n: &str, d: f64| std::env::var(n).ok().and_then(|x| x.parse().ok()).unwrap_or(d);
    let ports = var("N", 16.0) as usize;
    let sigma = var("SIGMA", 0.02);
    let layers = var("L", 2.0) as usize;
    let readout = if var("SIGNED", 1.0) > 0.0 { Readout::Signed } else { Readout::Intensity };
    let design = design(ports, layers, readout);
    let (mut chip, _) = fabricate(&design, &process(sigma), DieSeed(0)).unwrap();
    let test = Data::measure(&mut chip, &design, 999, 8, 64);
    let none: Vec<Vec<f64>> = design.layers.iter().map(|l| vec![0.0; 2 * l.topology.mzis() + ports]).collect();
    eprintln!("design {:?}", errors(&design, &Knowledge::of_design(&design), &none, &test));
    let (p, s) = (var("P", 16.0) as usize, var("S", 64.0) as usize);
    let data = Data::measure(&mut chip, &design, 1, p, s);
    let began = std::time::Instant::now();
    let options = ClearBoxOptions { max_iterations: var("IT", 400.0) as usize, stalled: var("STALL", 0.01), ..ClearBoxOptions::default() };
    let found = clear_box(&design, &data.view(), &options).unwrap();
    eprintln!("P {p} S {s}: fit {:?} iterations {:?} test {:?} in {:?}", found.relative_error, found.iterations, errors(&design, &found.knowledge, &found.offsets_rad, &test), began.elapsed());
}
