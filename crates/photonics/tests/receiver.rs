//! What a photodiode adds: shot and thermal noise with their closed forms, new with every query.

mod common;

use common::{random_phases, stream};
use photonics::chip::Chip;
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source};
use photonics::detector::{Photodiode, ReceiverNoise};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::mesh::Topology;
use photonics::mesh::rectangular::rectangular;
use photonics::process::Process;
use std::sync::Arc;

/// Elementary charge in C and Boltzmann constant in J/K.
const Q: f64 = 1.602_176_634e-19;
const K: f64 = 1.380_649e-23;

const NOISE: ReceiverNoise = ReceiverNoise {
    bandwidth_hz: 1e9,
    load_ohm: 50.0,
    temperature_k: 300.0,
};

fn chip(layers: &[Topology], readout: Readout, photodiode: Photodiode) -> Chip {
    let layer = |topology: &Topology| LayerDesign {
        topology: Arc::new(topology.clone()),
        readout,
        activation: Activation::Identity,
    };
    let design = ChipDesign {
        layers: layers.iter().map(layer).collect(),
        source: Source { port_power_w: 1e-3 },
        precision: Precision::Single,
    };
    let process = Process {
        photodiode,
        ..Process::ideal()
    };
    fabricate(&design, &process, DieSeed(1)).unwrap().0
}

/// 64 ports that lead straight to their photodiodes.
fn wires() -> Topology {
    Topology::new("wires", 64, []).unwrap()
}

/// The currents of 10^6 readouts at equal light, twice.
fn two_queries(photodiode: Photodiode, amplitude: f32) -> [Vec<f32>; 2] {
    let mut chip = chip(&[wires()], Readout::Intensity, photodiode);
    let amplitudes = vec![amplitude; 1_000_000];
    let mut currents = [vec![0.0; 1_000_000], vec![0.0; 1_000_000]];
    for currents in &mut currents {
        chip.measure(&amplitudes, &mut [(0, currents)]).unwrap();
    }
    currents
}

#[test]
fn variances_are_their_closed_forms() {
    // Light, dark current, responsivity, temperature: thermal noise alone, shot noise alone, both.
    let cases = [
        (0.0, 0.0, 1.0, 300.0),
        (0.8, 0.0, 1.0, 0.0),
        (0.0, 2e-6, 1.0, 0.0),
        (1.0, 1e-4, 0.9, 150.0),
    ];
    for (amplitude, dark_current_a, responsivity_a_per_w, temperature_k) in cases {
        let photodiode = Photodiode {
            responsivity_a_per_w,
            dark_current_a,
            noise: Some(ReceiverNoise {
                temperature_k,
                ..NOISE
            }),
        };
        let currents = two_queries(photodiode, amplitude);
        let n = currents[0].len() as f64;
        let power_w = 1e-3 * f64::from(amplitude) * f64::from(amplitude);
        let mean = responsivity_a_per_w * power_w + dark_current_a;
        let shot = 2.0 * Q * mean * NOISE.bandwidth_hz;
        let thermal = 4.0 * K * temperature_k * NOISE.bandwidth_hz / NOISE.load_ohm;
        let variance = shot + thermal;
        let noise = currents.map(|query| {
            query
                .iter()
                .map(|&x| f64::from(x) - mean)
                .collect::<Vec<_>>()
        });
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / n;
        for query in &noise {
            let found = query.iter().sum::<f64>() / n;
            // Five standard errors, and the rounding of a current to single precision.
            let limit = 5.0 * (variance / n).sqrt() + f64::from(f32::EPSILON) * mean;
            assert!(found.abs() < limit, "mean {found:e} {limit:e}");
            let found = product(query, query) / variance;
            assert!(
                (found - 1.0).abs() < 5.0 * (2.0 / n).sqrt(),
                "variance {found}"
            );
            // Neighbouring ports, neighbouring samples, neighbouring blocks of samples.
            for lag in [1, 64, 4096] {
                let found = product(query, &query[lag..]) / variance;
                assert!(found.abs() < 5.0 / n.sqrt(), "lag {lag}: {found}");
            }
        }
        let found = product(&noise[0], &noise[1]) / variance;
        assert!(found.abs() < 5.0 / n.sqrt(), "queries correlate: {found}");
    }
}

#[test]
fn without_noise_a_current_is_what_the_light_makes() {
    let photodiode = Photodiode {
        responsivity_a_per_w: 0.8,
        dark_current_a: 1e-6,
        noise: None,
    };
    let [first, second] = two_queries(photodiode, 0.5);
    assert_eq!(first, second);
    let expected = 0.8 * 0.25e-3 + 1e-6;
    assert!(
        first
            .iter()
            .all(|&x| (f64::from(x) / expected - 1.0).abs() < 1e-6)
    );
}

#[test]
fn noise_depends_on_the_number_of_the_query_alone() {
    let photodiode = Photodiode {
        noise: Some(NOISE),
        ..Photodiode::ideal()
    };
    let topology = rectangular(6).unwrap();
    let results = [1, 2].map(|history| {
        let mut chip = chip(
            &[topology.clone(), topology.clone()],
            Readout::Intensity,
            photodiode,
        );
        let mut stream = stream("history", history);
        for _ in 0..3 {
            for _ in 0..history {
                chip.program(0, &random_phases(&topology, &mut stream))
                    .unwrap();
            }
            // Of different sizes, at different taps.
            let mut currents = vec![0.0; 6 * history];
            chip.measure(&vec![0.3; 6 * history], &mut [(history - 1, &mut currents)])
                .unwrap();
        }
        chip.program(0, &[0.4; 36]).unwrap();
        let mut currents = [vec![0.0; 600], vec![0.0; 600]];
        let [first, second] = &mut currents;
        chip.measure(&[0.7; 600], &mut [(0, first), (1, second)])
            .unwrap();
        currents
    });
    assert_eq!(results[0], results[1]);
}

#[test]
fn every_tap_has_noise_of_its_own() {
    let photodiode = Photodiode {
        noise: Some(NOISE),
        ..Photodiode::ideal()
    };
    let mut chip = chip(&[wires(), wires()], Readout::Intensity, photodiode);
    let mut currents = [vec![0.0; 64_000], vec![0.0; 64_000]];
    let [first, second] = &mut currents;
    chip.measure(&[0.0; 64_000], &mut [(0, first), (1, second)])
        .unwrap();
    let product =
        |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    let [first, second] = &currents;
    let correlation =
        product(first, second) / (product(first, first) * product(second, second)).sqrt();
    assert!(correlation.abs() < 5.0 / 64_000_f64.sqrt(), "{correlation}");
}

#[test]
fn a_signed_readout_is_the_difference_of_a_pair() {
    let photodiode = Photodiode {
        noise: Some(NOISE),
        dark_current_a: 1e-7,
        ..Photodiode::ideal()
    };
    for ports in [2, 5, 8] {
        let topology = rectangular(ports).unwrap();
        let phases = random_phases(&topology, &mut stream("signed", ports));
        let samples = 70;
        let amplitudes: Vec<f32> = (0..samples * ports)
            .map(|k| (k % 11) as f32 / 11.0)
            .collect();
        let read = |readout: Readout| {
            let mut chip = chip(std::slice::from_ref(&topology), readout, photodiode);
            chip.program(0, &phases).unwrap();
            let mut currents = vec![0.0; samples * chip.readouts(0).unwrap()];
            chip.measure(&amplitudes, &mut [(0, &mut currents)])
                .unwrap();
            currents
        };
        let expected: Vec<f32> = read(Readout::Intensity)
            .chunks_exact(ports)
            .flat_map(|row| {
                row.as_chunks::<2>()
                    .0
                    .iter()
                    .map(|[plus, minus]| plus - minus)
            })
            .collect();
        assert_eq!(read(Readout::Signed), expected);
    }
}
