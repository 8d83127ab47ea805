//! A twin fitted to measurements of a die predicts what was not measured.

mod common;

use common::{stream, uniform};
use photonics::calibrate::{ClearBox, ClearBoxError, ClearBoxOptions, Measurements, clear_box};
use photonics::chip::Chip;
use photonics::component::activation::{Activation, ElectroOptic, Regenerator, Transfer};
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::mesh::NamedTopology;
use photonics::process::{HeaterProcess, MeshProcess, Process};
use photonics::twin::{Knowledge, Twin};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// The published activation: all powers behind it go with the third power of those before it.
const ELECTRO_OPTIC: Activation = Activation::ElectroOptic(ElectroOptic {
    tap_fraction: 0.1,
    gain_rad_per_w: 50.0 * PI,
    bias_rad: PI,
});

fn design(ports: usize, readout: Readout, activation: Activation) -> ChipDesign {
    let layer = LayerDesign {
        topology: Arc::new(NamedTopology::Rectangular.build(ports).unwrap()),
        readout,
        tap: Tap::Lossless,
        adc_full_scale_a: None,
        activation,
    };
    ChipDesign {
        layers: vec![layer; 2],
        source: Source::ideal(1e-3),
        precision: Precision::Double,
    }
}

/// Splitter errors and phase offsets of this standard deviation, and nothing else.
fn die(design: &ChipDesign, sigma_rad: f64) -> (Chip, GroundTruth) {
    let process = Process {
        mesh: MeshProcess {
            splitter_error_sigma_rad: sigma_rad,
            ..MeshProcess::ideal()
        },
        heater: HeaterProcess {
            phase_offset_sigma_rad: sigma_rad,
            ..HeaterProcess::ideal()
        },
        ..Process::ideal()
    };
    fabricate(design, &process, DieSeed(3)).unwrap()
}

/// What was asked, and what was measured.
struct Data {
    phases_rad: Vec<Vec<Vec<f64>>>,
    amplitudes: Vec<Vec<f32>>,
    currents_a: Vec<Vec<Vec<f32>>>,
}

impl Data {
    /// Random phases and amplitudes; `measure` programs, sends and reads.
    fn of(
        design: &ChipDesign,
        name: &str,
        (programmings, samples): (usize, usize),
        mut measure: impl FnMut(&[Vec<f64>], &[f32], &mut [Vec<f32>]),
    ) -> Self {
        let ports = design.ports();
        let mut data = Self {
            phases_rad: Vec::new(),
            amplitudes: Vec::new(),
            currents_a: Vec::new(),
        };
        for programming in 0..programmings {
            let mut stream = stream(name, programming);
            let phases = design.layers.iter().map(|layer| {
                let places = 2 * layer.topology.mzis() + ports;
                (0..places)
                    .map(|_| uniform(&mut stream, 0.0, TAU))
                    .collect()
            });
            let phases: Vec<Vec<f64>> = phases.collect();
            let amplitudes: Vec<f32> = (0..samples * ports)
                .map(|_| uniform(&mut stream, 0.0, 1.0) as f32)
                .collect();
            let readouts = design.layers.iter().map(|layer| layer.readout.count(ports));
            let mut currents: Vec<_> = readouts.map(|n| vec![0.0; samples * n]).collect();
            measure(&phases, &amplitudes, &mut currents);
            data.phases_rad.push(phases);
            data.amplitudes.push(amplitudes);
            data.currents_a.push(currents);
        }
        data
    }

    fn from_chip(chip: &mut Chip, design: &ChipDesign, name: &str, size: (usize, usize)) -> Self {
        Self::of(design, name, size, |phases, amplitudes, currents| {
            for (layer, phases) in phases.iter().enumerate() {
                chip.program(layer, phases).unwrap();
            }
            let taps = currents.iter_mut().enumerate();
            let mut taps: Vec<_> = taps.map(|(layer, x)| (layer, &mut x[..])).collect();
            chip.measure(amplitudes, &mut taps).unwrap();
        })
    }

    /// Adds noise of `share` of the rms current of each tap.
    fn with_noise(mut self, share: f64) -> Self {
        let mut stream = stream("noise", 0);
        for layer in 0..self.currents_a[0].len() {
            let all = self.currents_a.iter().flat_map(|currents| &currents[layer]);
            let (sum, count) = all.fold((0.0, 0.0), |(sum, count), &x| {
                (f64::from(x).mul_add(f64::from(x), sum), count + 1.0)
            });
            let sigma = share * f64::sqrt(sum / count);
            for currents in &mut self.currents_a {
                let mut noise = vec![0.0; currents[layer].len()];
                numerics::normal::fill_standard_normal(&mut stream, &mut noise);
                for (x, noise) in currents[layer].iter_mut().zip(noise) {
                    *x += (sigma * noise) as f32;
                }
            }
        }
        self
    }

    fn view(&self) -> Measurements<'_> {
        Measurements {
            phases_rad: &self.phases_rad,
            amplitudes: &self.amplitudes,
            currents_a: &self.currents_a,
        }
    }
}

/// |prediction - measured| / |measured| over all currents of each tap.
fn errors(design: &ChipDesign, found: &ClearBox, data: &Data) -> [f64; 2] {
    let mut twin = Twin::new(design, &found.knowledge).unwrap();
    let mut sums = [[0.0; 2]; 2];
    for (programming, phases) in data.phases_rad.iter().enumerate() {
        for (layer, (phases, offsets)) in phases.iter().zip(&found.offsets_rad).enumerate() {
            let met: Vec<f64> = phases.iter().zip(offsets).map(|(p, o)| p + o).collect();
            twin.program(layer, &met).unwrap();
        }
        let measured = &data.currents_a[programming];
        let mut predicted: Vec<_> = measured.iter().map(|x| vec![0.0; x.len()]).collect();
        let taps = predicted.iter_mut().enumerate();
        let mut taps: Vec<_> = taps.map(|(layer, x)| (layer, &mut x[..])).collect();
        twin.forward(&data.amplitudes[programming], &mut taps)
            .unwrap();
        for (sums, (predicted, measured)) in sums.iter_mut().zip(predicted.iter().zip(measured)) {
            for (x, &y) in predicted.iter().zip(measured) {
                let y = f64::from(y);
                sums[0] += (x - y) * (x - y);
                sums[1] += y * y;
            }
        }
    }
    sums.map(|[difference, square]| (difference / square).sqrt())
}

/// What is known without measurements.
fn nothing(design: &ChipDesign) -> ClearBox {
    let places = |layer: &LayerDesign| 2 * layer.topology.mzis() + design.ports();
    ClearBox {
        knowledge: Knowledge::of_design(design),
        offsets_rad: design.layers.iter().map(|l| vec![0.0; places(l)]).collect(),
        relative_error: Vec::new(),
        iterations: Vec::new(),
    }
}

/// Tighter than readouts in f32 allow: all iterations are made.
fn options(max_iterations: usize) -> ClearBoxOptions {
    ClearBoxOptions {
        max_iterations,
        stalled: 0.0,
        ..ClearBoxOptions::default()
    }
}

/// Fits, and predicts measurements at other phases: errors of the design, and of the estimate.
fn predicted(
    ports: usize,
    readout: Readout,
    sigma_rad: f64,
    size: (usize, usize),
    iterations: usize,
) -> [[f64; 2]; 2] {
    let design = design(ports, readout, ELECTRO_OPTIC);
    let (mut chip, _) = die(&design, sigma_rad);
    let data = Data::from_chip(&mut chip, &design, "fitted", size);
    let test = Data::from_chip(&mut chip, &design, "test", (8, 32));
    let found = clear_box(&design, &data.view(), &options(iterations)).unwrap();
    [nothing(&design), found].map(|found| errors(&design, &found, &test))
}

/// A hundredth of the design's error or less; what is left is the iterations', readouts in f32 allow 1e-7.
#[test]
fn a_fitted_twin_predicts_other_programmings() {
    for (ports, sigma_rad, size) in [
        (8, 0.02, (16, 16)),
        (8, 0.05, (16, 16)),
        (16, 0.02, (24, 24)),
        (16, 0.05, (24, 24)),
    ] {
        for readout in [Readout::Signed, Readout::Intensity] {
            let [before, after] = predicted(ports, readout, sigma_rad, size, 300);
            let found = format!("{ports} {sigma_rad} {readout:?}: {before:?} {after:?}");
            assert!(before.iter().all(|error| *error > 0.05), "{found}");
            let mut pairs = after.iter().zip(&before);
            assert!(
                pairs.all(|(after, before)| *after < 0.01 * before),
                "{found}"
            );
        }
    }
}

/// 16,192 unknown errors and offsets of two layers from 1,024 samples.
#[test]
fn it_does_at_64_ports() {
    let [before, after] = predicted(64, Readout::Signed, 0.02, (32, 32), 100);
    assert!(before[0] > 0.3 && before[1] > 0.4, "{before:?}");
    assert!(after[0] < 0.02 && after[1] < 0.06, "{after:?}");
}

/// Of n data with noise sigma, p unknowns leave an error of prediction of sigma sqrt(p / n), which the square
/// roots of p of them know to 1 / sqrt(2 p), 7 %.
#[test]
fn noise_averages_out_with_queries() {
    let (ports, samples, noise) = (8, 16, 0.01);
    let design = design(ports, Readout::Intensity, ELECTRO_OPTIC);
    let (mut chip, _) = die(&design, 0.02);
    let test = Data::from_chip(&mut chip, &design, "test", (16, 32));
    let unknowns = 4.0 * design.layers[0].topology.mzis() as f64 + 1.0;
    let found = [64, 256].map(|programmings| {
        let data = Data::from_chip(&mut chip, &design, "fitted", (programmings, samples));
        let data = data.with_noise(noise);
        let found = clear_box(&design, &data.view(), &options(300)).unwrap();
        // What is left of the fit is the noise.
        for error in &found.relative_error {
            assert!((error - noise).abs() < 0.1 * noise, "{error}");
        }
        let [first, second] = errors(&design, &found, &test);
        let count = (programmings * samples * ports) as f64;
        let share = first / (noise * (unknowns / count).sqrt());
        assert!(
            (0.7..1.4).contains(&share),
            "{programmings}: {first}, {share}"
        );
        second
    });
    // Behind an estimate and a third power: four times the queries, half the error.
    let ratio = found[0] / found[1];
    assert!((1.5..2.7).contains(&ratio), "{found:?}");
}

#[test]
fn splitter_errors_are_found_and_hidden_phases_left_alone() {
    let regenerator = Activation::Regenerator(Regenerator {
        responsivity_a_per_w: 1.0,
        dark_current_a: 0.0,
        noise: None,
        transfer: Transfer::Linear,
        gain_per_a: 500.0,
        carrier_power_w: 1e-3,
        extinction_ratio_db: None,
    });
    for activation in [ELECTRO_OPTIC, regenerator] {
        let design = design(8, Readout::Intensity, activation);
        let (mut chip, truth) = die(&design, 0.03);
        let data = Data::from_chip(&mut chip, &design, "fitted", (24, 24));
        let found = clear_box(&design, &data.view(), &options(400)).unwrap();
        for (layer, (mesh, true_mesh)) in found
            .knowledge
            .meshes
            .iter()
            .zip(truth.layers())
            .enumerate()
        {
            let pairs = mesh.errors_rad().iter().zip(true_mesh.errors_rad());
            for (x, y) in pairs.flat_map(|(x, y)| x.iter().zip(y)) {
                // A thirtieth of what they are.
                assert!((x - y).abs() < 1e-3, "layer {layer}: {x} {y}");
            }
        }
        let screen = 2 * design.layers[0].topology.mzis();
        let screens: Vec<_> = found.offsets_rad.iter().map(|x| &x[screen..]).collect();
        let passes_phases = activation == ELECTRO_OPTIC;
        assert_eq!(screens[0].iter().any(|x| *x != 0.0), passes_phases);
        assert!(screens[1].iter().all(|x| *x == 0.0));
    }
}

/// Powers go with its square, fields beside a local oscillator with the transmission itself.
#[test]
fn a_common_transmission_is_found() {
    for readout in [Readout::Signed, Readout::Intensity, Readout::Homodyne] {
        let design = design(6, readout, ELECTRO_OPTIC);
        let mut knowledge = Knowledge::of_design(&design);
        knowledge.transmission = vec![0.9, 0.75];
        let mut die = Twin::new(&design, &knowledge).unwrap();
        let data = Data::of(
            &design,
            "fitted",
            (12, 12),
            |phases, amplitudes, currents| {
                for (layer, phases) in phases.iter().enumerate() {
                    die.program(layer, phases).unwrap();
                }
                let mut wide: Vec<_> = currents.iter().map(|x| vec![0.0; x.len()]).collect();
                let taps = wide.iter_mut().enumerate();
                let mut taps: Vec<_> = taps.map(|(layer, x)| (layer, &mut x[..])).collect();
                die.forward(amplitudes, &mut taps).unwrap();
                for (x, y) in currents.iter_mut().flatten().zip(wide.iter().flatten()) {
                    *x = *y as f32;
                }
            },
        );
        let found = clear_box(&design, &data.view(), &options(200)).unwrap();
        for (t, expected) in found.knowledge.transmission.iter().zip([0.9, 0.75]) {
            assert!((t - expected).abs() < 1e-4, "{readout:?}: {t} {expected}");
        }
    }
}

#[test]
fn threads_change_no_bit() {
    let design = design(5, Readout::Signed, ELECTRO_OPTIC);
    let (mut chip, _) = die(&design, 0.05);
    let data = Data::from_chip(&mut chip, &design, "fitted", (37, 9));
    let found = [1, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let fit = || clear_box(&design, &data.view(), &options(10)).unwrap();
        pool.unwrap().install(fit)
    });
    assert_eq!(found[0], found[1]);
}

#[test]
fn data_that_do_not_fit_are_refused() {
    let design = design(4, Readout::Signed, ELECTRO_OPTIC);
    let (mut chip, _) = die(&design, 0.0);
    let mut data = || Data::from_chip(&mut chip, &design, "fitted", (2, 3));
    let refused = |data: &Data| {
        let found = clear_box(&design, &data.view(), &ClearBoxOptions::default());
        found.unwrap_err()
    };
    let mut short = data();
    short.phases_rad[1][1].pop();
    let expected = ClearBoxError::Length {
        what: "phases",
        found: 15,
        expected: 16,
    };
    assert_eq!(refused(&short), expected);
    let mut odd = data();
    odd.amplitudes[0].pop();
    assert!(matches!(
        refused(&odd),
        ClearBoxError::Length {
            what: "amplitudes",
            ..
        }
    ));
    let mut broken = data();
    broken.currents_a[1][0][2] = f32::NAN;
    let expected = ClearBoxError::NotFinite {
        what: "currents",
        programming: 1,
    };
    assert_eq!(refused(&broken), expected);
    let mut dark = data();
    dark.currents_a.iter_mut().for_each(|x| x[1].fill(0.0));
    assert_eq!(refused(&dark), ClearBoxError::Dark { layer: 1 });
}
