//! A die with monitors, its truth, and the gradients of both.

use crate::common::{random_phases, stream, uniform};
use photonics::chip::Chip;
use photonics::chip::actuation::Actuator;
use photonics::component::activation::{Activation, ElectroOptic};
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::in_situ::{InSitu, Interference};
use photonics::mesh::NamedTopology;
use photonics::process::{Monitors, Process};
use photonics::twin::{Knowledge, Twin};
use std::sync::Arc;

pub(crate) const ELECTRO_OPTIC: Activation = Activation::ElectroOptic(ElectroOptic {
    tap_fraction: 0.1,
    gain_rad_per_w: 900.0,
    bias_rad: 0.4,
});

pub(crate) fn design(
    topology: NamedTopology,
    ports: usize,
    layers: usize,
    readout: Readout,
) -> ChipDesign {
    let layer = LayerDesign {
        topology: Arc::new(topology.build(ports).unwrap()),
        readout,
        tap: Tap::Coupler(0.2),
        adc_full_scale_a: None,
        activation: ELECTRO_OPTIC,
    };
    ChipDesign {
        layers: vec![layer; layers],
        source: Source::ideal(1e-3),
        precision: Precision::Double,
    }
}

/// A process with monitors that take nothing.
pub(crate) fn monitored() -> Process {
    Process {
        monitors: Some(Monitors { tap_ratio: 0.0 }),
        ..Process::ideal()
    }
}

/// What a gradient is asked of: a die with its phases, light, and slopes of a loss by the last readouts.
pub(crate) struct Case {
    pub(crate) design: ChipDesign,
    pub(crate) process: Process,
    pub(crate) chip: Chip,
    pub(crate) truth: GroundTruth,
    /// That light meets.
    pub(crate) actual_rad: Vec<Vec<f64>>,
    pub(crate) light: Vec<f32>,
    pub(crate) slopes: Vec<f64>,
}

impl Case {
    pub(crate) fn new(design: ChipDesign, process: Process, samples: usize, index: usize) -> Self {
        let (mut chip, truth) = fabricate(&design, &process, DieSeed(index as u64)).unwrap();
        let mut actual_rad = Vec::new();
        for (layer, part) in design.layers.iter().enumerate() {
            let phases = random_phases(&part.topology, &mut stream("phases", 10 * index + layer));
            chip.program(layer, &phases).unwrap();
            let heaters = truth.heaters()[layer].clone();
            let streams = numerics::Streams::new(0);
            let heater = &process.heater;
            let mut actuator =
                Actuator::new(&part.topology, heaters, heater, streams, layer, &[]).unwrap();
            let mut met_rad = vec![0.0; phases.len()];
            actuator.actuate(&phases, heater.settling_s, &mut met_rad);
            actual_rad.push(met_rad);
        }
        let ports = design.ports();
        let mut stream = stream("light", index);
        let light = (0..ports * samples)
            .map(|_| uniform(&mut stream, 0.0, 1.0) as f32)
            .collect();
        let readouts = chip.readouts(design.layers.len() - 1).unwrap();
        let slopes = (0..samples * readouts)
            .map(|_| uniform(&mut stream, -1.0, 1.0))
            .collect();
        Self {
            design,
            process,
            chip,
            truth,
            actual_rad,
            light,
            slopes,
        }
    }

    /// By measurements, all layers one behind the other.
    pub(crate) fn in_situ(&mut self, interference: Interference) -> Vec<f64> {
        let mut in_situ = InSitu::new(&self.design, &self.process, interference);
        let last = self.design.layers.len() - 1;
        let mut currents = vec![0.0; self.slopes.len()];
        let mut taps = [(last, &mut currents[..])];
        in_situ
            .forward(&mut self.chip, &self.light, &mut taps)
            .unwrap();
        let mut gradients: Vec<_> = self.actual_rad.iter().map(|x| vec![0.0; x.len()]).collect();
        let mut wanted: Vec<_> = gradients
            .iter_mut()
            .map(|x| &mut x[..])
            .enumerate()
            .collect();
        let slopes = [(last, &self.slopes[..])];
        in_situ
            .backward(&mut self.chip, &slopes, &mut wanted)
            .unwrap();
        gradients.concat()
    }

    /// Of a twin with this knowledge at these phases.
    pub(crate) fn vjp(&self, knowledge: &Knowledge) -> Vec<f64> {
        let mut twin = Twin::new(&self.design, knowledge).unwrap();
        for (layer, phases) in self.actual_rad.iter().enumerate() {
            twin.program(layer, phases).unwrap();
        }
        let last = self.design.layers.len() - 1;
        let mut currents = vec![0.0; self.slopes.len()];
        twin.forward(&self.light, &mut [(last, &mut currents[..])])
            .unwrap();
        let mut gradients: Vec<_> = self.actual_rad.iter().map(|x| vec![0.0; x.len()]).collect();
        let mut wanted: Vec<_> = gradients
            .iter_mut()
            .map(|x| &mut x[..])
            .enumerate()
            .collect();
        twin.vjp(&[(last, &self.slopes[..])], &mut wanted).unwrap();
        gradients.concat()
    }

    pub(crate) fn of_truth(&self) -> Vec<f64> {
        self.vjp(&Knowledge::of_truth(&self.truth, &self.process))
    }
}

pub(crate) fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// |a - b| / |b|
pub(crate) fn relative(a: &[f64], b: &[f64]) -> f64 {
    let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    norm(&difference) / norm(b)
}

pub(crate) fn cosine(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / (norm(a) * norm(b))
}
