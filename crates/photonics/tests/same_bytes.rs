//! The same bits whatever the number of threads and the vector instructions.

mod common;

use common::{random_phases, stream};
use numerics::Level;
use numerics::level::LEVEL_VARIABLE;
use photonics::component::activation::{Activation, ElectroOptic};
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::detector::{Adc, ReceiverNoise};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::matrix::haar_unitary;
use photonics::mesh::decompose::clements;
use photonics::mesh::haar::haar_phases;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::triangular::triangular;
use photonics::mesh::{Topology, TopologyError};
use photonics::process::{DetectorProcess, MeshProcess, Process};
use std::process::Command;
use std::sync::Arc;

/// Set in the processes that this test starts.
const CHILD: &str = "PHOTONICS_SAME_BYTES_CHILD";

/// FNV-1a over the bits of everything that a seed and a design lead to.
#[derive(Debug, PartialEq)]
struct Hash(u64);

impl Hash {
    fn add(&mut self, bits: u64) {
        for byte in bits.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

fn hash_of_everything() -> Hash {
    let mut hash = Hash(0xcbf2_9ce4_8422_2325);
    let far = Topology::new(
        "far",
        9,
        (0..20).map(|k| vec![(k % 9, (k + 4) % 9), ((k + 7) % 9, (k + 1) % 9)]),
    );
    // 190 ports have more MZIs than one thread compiles, and work for several threads.
    let cases: [(Result<Topology, TopologyError>, usize); 4] = [
        (rectangular(190), 70),
        (triangular(101), 200),
        (rectangular(7), 33),
        (far, 17),
    ];
    for (case, (topology, samples)) in cases.into_iter().enumerate() {
        let topology = Arc::new(topology.unwrap());
        for precision in [Precision::Single, Precision::Double] {
            for loss_db in [0.0, 0.1] {
                // The portable level is slow: large meshes in one form each.
                if case < 2 && (precision == Precision::Double) != (loss_db > 0.0) {
                    continue;
                }
                let mut phases = random_phases(&topology, &mut stream("same bytes", case));
                let ports = topology.ports();
                phases[..topology.mzis()].copy_from_slice(
                    &haar_phases(&topology, &mut stream("haar", case))[..topology.mzis()],
                );
                let process = Process {
                    mesh: MeshProcess {
                        splitter_error_sigma_rad: 0.05,
                        splitter_correlation: 0.5,
                        coupler_loss_sigma_db: loss_db,
                        shifter_loss_db: loss_db,
                        shifter_loss_sigma_db: loss_db,
                        waveguide_loss_db_per_m: 100.0 * loss_db,
                        waveguide_loss_relative_sigma: 0.2,
                        ..MeshProcess::ideal()
                    },
                    detector: DetectorProcess {
                        noise: Some(ReceiverNoise::new(1e9, 50.0, 300.0)),
                        ..DetectorProcess::ideal()
                    },
                    ..Process::ideal()
                };
                let (mut chip, truth) =
                    fabricate(&design(&topology, precision), &process, DieSeed(1)).unwrap();
                for layer in 0..2 {
                    chip.program(layer, &phases).unwrap();
                    let errors = truth.layers()[layer].errors_rad().iter().flatten();
                    errors.for_each(|x| hash.add(x.to_bits()));
                    if let Some(losses) = truth.layers()[layer].losses() {
                        for arms in &losses.arms {
                            hash.add(arms.inner_upper.to_bits());
                            hash.add(arms.inner_lower.to_bits());
                            hash.add(arms.outer_upper.to_bits());
                            hash.add(arms.outer_lower.to_bits());
                        }
                        losses.output.iter().for_each(|x| hash.add(x.to_bits()));
                    }
                }
                let amplitudes: Vec<f32> = (0..samples * ports)
                    .map(|k| (k % 13) as f32 / 13.0)
                    .collect();
                let mut currents = [vec![0.0; samples * ports], vec![0.0; samples * (ports / 2)]];
                let [first, second] = &mut currents;
                chip.measure(&amplitudes, &mut [(0, first), (1, second)])
                    .unwrap();
                phases.iter().for_each(|x| hash.add(x.to_bits()));
                currents
                    .iter()
                    .flatten()
                    .for_each(|x| hash.add(x.to_bits().into()));
            }
        }
    }
    ideal_meshes(&mut hash);
    receivers(&mut hash);
    let target = haar_unitary(20, &mut stream("target", 0));
    clements(&target)
        .unwrap()
        .iter()
        .for_each(|x| hash.add(x.to_bits()));
    hash
}

/// Meshes without coupler errors are compiled in a way of their own.
fn ideal_meshes(hash: &mut Hash) {
    let far = Topology::new("far", 9, (0..20).map(|k| vec![(k % 9, (k + 4) % 9)]));
    for (case, (topology, samples, precision)) in [
        (rectangular(190), 70, Precision::Single),
        (rectangular(33), 20, Precision::Double),
        (far, 9, Precision::Single),
    ]
    .into_iter()
    .enumerate()
    {
        let topology = Arc::new(topology.unwrap());
        let design = design(&topology, precision);
        let (mut chip, _) = fabricate(&design, &Process::ideal(), DieSeed(1)).unwrap();
        let phases = random_phases(&topology, &mut stream("ideal", case));
        chip.program(0, &phases).unwrap();
        let values = samples * topology.ports();
        let amplitudes: Vec<f32> = (0..values).map(|k| (k % 13) as f32 / 13.0).collect();
        let mut currents = vec![0.0; values];
        chip.measure(&amplitudes, &mut [(0, &mut currents)])
            .unwrap();
        currents.iter().for_each(|x| hash.add(x.to_bits().into()));
    }
}

/// All that source and detectors do, for every readout.
fn receivers(hash: &mut Hash) {
    let topology = Arc::new(rectangular(9).unwrap());
    let phases = random_phases(&topology, &mut stream("receivers", 0));
    let process = Process {
        detector: DetectorProcess {
            responsivity_sigma: 0.03,
            dark_current_a: 1e-7,
            noise: Some(ReceiverNoise::new(1e9, 50.0, 300.0)),
            saturation_a: Some(5e-3),
            optical_crosstalk_floor_db: Some(35.0),
            ..DetectorProcess::ideal()
        },
        ..Process::ideal()
    };
    for readout in [Readout::Intensity, Readout::Signed, Readout::Homodyne] {
        for (adc, averages) in [
            None,
            Some(Adc {
                bits: 9,
                full_scale_a: 1e-3,
            }),
        ]
        .into_iter()
        .flat_map(|adc| [(adc, 1), (adc, 3)])
        {
            let mut design = design(&topology, Precision::Single);
            for layer in &mut design.layers {
                layer.readout = readout;
                layer.tap = Tap::Coupler(0.2);
            }
            design.source = Source {
                rin_db_per_hz: Some(-140.0),
                modulator_extinction_ratio_db: Some(25.0),
                modulator_dac_bits: Some(8),
                ..design.source
            };
            let mut process = process.clone();
            process.detector.adc = adc;
            process.detector.averages = averages;
            let (mut chip, _) = fabricate(&design, &process, DieSeed(1)).unwrap();
            let amplitudes: Vec<f32> = (0..9 * 100).map(|k| (k % 13) as f32 / 13.0).collect();
            for layer in 0..2 {
                chip.program(layer, &phases).unwrap();
                let mut currents = vec![0.0; 100 * readout.count(9)];
                chip.measure(&amplitudes, &mut [(layer, &mut currents)])
                    .unwrap();
                currents.iter().for_each(|x| hash.add(x.to_bits().into()));
            }
        }
    }
}

/// Two layers, the second read by pairs.
fn design(topology: &Arc<Topology>, precision: Precision) -> ChipDesign {
    let layer = |readout| LayerDesign {
        topology: topology.clone(),
        readout,
        tap: Tap::Lossless,
        adc_full_scale_a: None,
        activation: Activation::ElectroOptic(ElectroOptic {
            tap_fraction: 0.1,
            gain_rad_per_w: 100.0,
            bias_rad: 0.3,
        }),
    };
    ChipDesign {
        layers: [Readout::Intensity, Readout::Signed].map(layer).to_vec(),
        source: Source::ideal(1e-3),
        precision,
    }
}

fn on_threads(threads: usize) -> Hash {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(hash_of_everything)
}

#[test]
fn threads_change_no_bit() {
    let one = on_threads(1);
    assert_eq!(one, hash_of_everything());
    for threads in [2, 3] {
        assert_eq!(one, on_threads(threads), "{threads} threads");
    }
}

/// The level is read once per process, so this test starts itself anew for each.
#[test]
fn vector_instructions_change_no_bit() {
    if std::env::var_os(CHILD).is_some() {
        println!("\nbits {} {}", Level::active(), hash_of_everything().0);
        return;
    }
    let here = hash_of_everything().0;
    for level in Level::available() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "vector_instructions_change_no_bit",
                "--nocapture",
            ])
            .env(CHILD, "1")
            .env(LEVEL_VARIABLE, level.to_string())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let expected = format!("bits {level} {here}");
        assert!(
            output.status.success() && text.lines().any(|line| line == expected),
            "{expected}: {text}"
        );
    }
}
