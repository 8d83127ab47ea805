//! Chips, measurements and comparisons that all of these tests need.

pub(crate) use crate::common::{random_phases, stream};
pub(crate) use num_complex::Complex64;
pub(crate) use photonics::chip::Chip;
pub(crate) use photonics::component::activation::{Activation, ElectroOptic};
pub(crate) use photonics::design::{
    ChipDesign, DesignError, LayerDesign, Precision, Readout, Source, Tap,
};
pub(crate) use photonics::detector::{Adc, LocalOscillator, ReceiverNoise, Response};
pub(crate) use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
pub(crate) use photonics::mesh::Topology;
pub(crate) use photonics::mesh::rectangular::rectangular;
pub(crate) use photonics::process::{DeadDetector, DetectorProcess, Faults, Process};
pub(crate) use std::sync::Arc;

/// Elementary charge in C and Boltzmann constant in J/K.
pub(crate) const Q: f64 = 1.602_176_634e-19;

pub(crate) const K: f64 = 1.380_649e-23;

pub(crate) const BANDWIDTH_HZ: f64 = 1e9;

pub(crate) const NOISE: ReceiverNoise = ReceiverNoise::new(BANDWIDTH_HZ, 50.0, 300.0);

/// No noise but that of the laser.
pub(crate) const RIN_ALONE: ReceiverNoise = ReceiverNoise {
    shot: false,
    thermal: false,
    ..NOISE
};

pub(crate) const IDEAL: DetectorProcess = DetectorProcess::ideal();

pub(crate) fn design(layers: &[Topology], readout: Readout) -> ChipDesign {
    let layer = |topology: &Topology| LayerDesign {
        topology: Arc::new(topology.clone()),
        readout,
        tap: Tap::Lossless,
        adc_full_scale_a: None,
        activation: Activation::Identity,
    };
    ChipDesign {
        layers: layers.iter().map(layer).collect(),
        source: Source::ideal(1e-3),
        precision: Precision::Single,
    }
}

pub(crate) fn die(design: &ChipDesign, detector: DetectorProcess) -> (Chip, GroundTruth) {
    let process = Process {
        detector,
        ..Process::ideal()
    };
    fabricate(design, &process, DieSeed(1)).unwrap()
}

pub(crate) fn chip(layers: &[Topology], readout: Readout, detector: DetectorProcess) -> Chip {
    die(&design(layers, readout), detector).0
}

/// Ports that lead straight to their photodiodes.
pub(crate) fn straight(ports: usize) -> Topology {
    Topology::new("wires", ports, []).unwrap()
}

/// 64 of them.
pub(crate) fn wires() -> Topology {
    straight(64)
}

/// One tap of one query.
pub(crate) fn measure(chip: &mut Chip, layer: usize, amplitudes: &[f32]) -> Vec<f32> {
    let samples = amplitudes.len() / chip.ports();
    let mut currents = vec![0.0; samples * chip.readouts(layer).unwrap()];
    chip.measure(amplitudes, &mut [(layer, &mut currents)])
        .unwrap();
    currents
}

/// Mean and variance.
pub(crate) fn moments(x: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = x.clone().count() as f64;
    let mean = x.clone().sum::<f64>() / n;
    (mean, x.map(|x| (x - mean).powi(2)).sum::<f64>() / n)
}

/// Equal within 2 %.
#[track_caller]
pub(crate) fn assert_variance(found: f64, expected: f64) {
    assert!(
        (found / expected - 1.0).abs() < 0.02,
        "{found:e} is not {expected:e}"
    );
}

#[track_caller]
pub(crate) fn assert_close(found: f32, expected: f64, tolerance: f64) {
    assert!(
        (f64::from(found) - expected).abs() <= tolerance,
        "{found:e} is not {expected:e}"
    );
}

/// The currents of 10^6 readouts at equal light, twice.
pub(crate) fn two_queries(detector: DetectorProcess, amplitude: f32) -> [Vec<f32>; 2] {
    let mut chip = chip(&[wires()], Readout::Intensity, detector);
    let amplitudes = vec![amplitude; 1_000_000];
    [(); 2].map(|()| measure(&mut chip, 0, &amplitudes))
}
