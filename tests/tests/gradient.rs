//! The estimated gradient of a real chip's local loss is its gradient.
//!
//! With a unit direction d = (d_1, d_2, ..) of a part per group, s = g . d, the estimate of an entry i
//! of a group of n parameters is n s d_i. For parts uniform on their spheres its mean is g_i, and its
//! variance, from E[d_i^2 d_j^2] = 1 / (n (n + 2)) and E[d_i^4] = 3 / (n (n + 2)),
//! n / (n + 2) (|g_group|^2 + 2 g_i^2) + sum over other groups |g_other|^2 n / n_other - g_i^2.

use fzero::estimate::{
    Coordinate, Difference, Direction, DirectionLaw, Directional, GradientEstimator,
};
use fzero::goal::{CosineGoal, GoalScratch, LocalGoal, Prototypes};
use fzero::{BlackBox, ParameterGroup, Purpose, Samples, Stream, Tap, TrainError};
use numerics::Streams;
use photonics::component::activation::{Activation, ElectroOptic};
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::mesh::haar::haar_phases;
use photonics::mesh::rectangular::rectangular;
use photonics::process::{MeshProcess, Process};
use runner::wiring::ChipBox;
use std::sync::Arc;

/// Shift in rad. Phases enter the readouts by their sine and cosine, so that the error of a central
/// difference is of the order of its square.
const RADIUS: f64 = 0.01;

/// A readout is an f32: relative error 2^-24. A cosine of readouts of which each is wrong by that
/// share is wrong by at most twice that, and a difference quotient of two of them by this.
const ROUNDING: f64 = 2.0 * (1.0 / (1 << 24) as f64) / RADIUS;

const CLASSES: usize = 2;

/// A chip of two layers with every kind of error but noise.
struct Experiment {
    device: ChipBox,
    goal: CosineGoal,
    phases: Vec<Vec<f64>>,
    values: Vec<f32>,
    labels: Vec<u16>,
    ports: usize,
}

impl Experiment {
    fn new(ports: usize, readout: Readout) -> Self {
        let topology = Arc::new(rectangular(ports).unwrap());
        let activation = ElectroOptic {
            tap_fraction: 0.1,
            gain_rad_per_w: 500.0,
            bias_rad: 1.0,
        };
        let layer = LayerDesign {
            topology: topology.clone(),
            readout,
            tap: photonics::design::Tap::Lossless,
            adc_full_scale_a: None,
            activation: Activation::ElectroOptic(activation),
        };
        let design = ChipDesign {
            layers: vec![layer; 2],
            source: Source::ideal(1e-3),
            precision: Precision::Double,
        };
        let process = Process {
            mesh: MeshProcess {
                splitter_error_sigma_rad: 0.05,
                coupler_loss_db: 0.1,
                coupler_loss_sigma_db: 0.05,
                shifter_loss_db: 0.1,
                ..MeshProcess::ideal()
            },
            ..Process::ideal()
        };
        let (chip, _) = fabricate(&design, &process, DieSeed(1)).unwrap();
        let streams = Streams::new(3);
        let mut stream = Stream::Prototypes.derive(&streams, 0, 0);
        let prototypes = Prototypes::simplex(CLASSES, readout.count(ports), &mut stream).unwrap();
        let phases = (0..2)
            .map(|layer| haar_phases(&topology, &mut streams.derive("initial-phases", layer, 0)))
            .collect();
        let samples = 6;
        Self {
            device: ChipBox::new(chip, false),
            goal: CosineGoal::new(prototypes),
            phases,
            // Any amplitudes will do; these have no symmetry.
            values: (0..samples * ports)
                .map(|i| ((i * i + 3 * i) % 17) as f32 / 16.0)
                .collect(),
            labels: (0..samples).map(|i| (i % CLASSES) as u16).collect(),
            ports,
        }
    }

    /// Programs all layers with the initial phases.
    fn program(&mut self) {
        for (layer, phases) in self.phases.iter().enumerate() {
            let programmed = self.device.program(layer, phases, Purpose::Training);
            programmed.unwrap();
        }
    }

    /// The local loss of a layer at these phases.
    fn loss(&mut self, layer: usize, phases_rad: &[f64]) -> Result<f64, TrainError> {
        let mut readouts = vec![0.0; self.labels.len() * self.goal.readouts()];
        self.device.program(layer, phases_rad, Purpose::Training)?;
        let samples = Samples {
            values: &self.values,
            width: self.ports,
        };
        let mut tap = [Tap {
            layer,
            readouts: &mut readouts,
        }];
        self.device.query(samples, &mut tap, Purpose::Training)?;
        Ok(self
            .goal
            .loss(&readouts, &self.labels, &mut GoalScratch::default())?
            .loss)
    }

    /// The groups of the one part.
    fn parts(&self, layer: usize) -> [Vec<ParameterGroup>; 1] {
        [self.device.layer(layer).groups.clone()]
    }

    /// What an estimator says at the initial phases, with the losses that it asked for; `step` says
    /// which directions it draws.
    fn estimate(
        &mut self,
        layer: usize,
        step: usize,
        estimator: &mut dyn GradientEstimator,
    ) -> (Vec<f64>, usize) {
        let at = self.phases[layer].clone();
        let parts = self.parts(layer);
        let mut gradient = vec![f64::NAN; at.len()];
        let mut losses = 0;
        estimator
            .estimate(
                &mut |phases, loss| {
                    losses += 1;
                    loss[0] = self.loss(layer, phases)?;
                    Ok(())
                },
                &at,
                &parts,
                &mut directions(layer, step),
                &mut gradient,
            )
            .unwrap();
        (gradient, losses)
    }
}

fn directions(layer: usize, step: usize) -> numerics::Stream {
    Stream::Directions.derive(&Streams::new(4), layer, step)
}

fn central(radius: f64, directions: usize) -> Directional {
    Directional::new(
        vec![radius],
        directions,
        DirectionLaw::Gaussian,
        Difference::Central,
    )
}

fn square(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

fn check(ports: usize, readout: Readout) {
    let mut experiment = Experiment::new(ports, readout);
    for layer in [0, 1] {
        experiment.program();
        let (truth, losses) = experiment.estimate(layer, 0, &mut Coordinate::new(vec![RADIUS]));
        let mzis = ports * (ports - 1) / 2;
        assert_eq!(losses, 2 * 2 * mzis);
        let (coarse, _) = experiment.estimate(layer, 0, &mut Coordinate::new(vec![2.0 * RADIUS]));
        // Of the error of order radius^2 this difference is three times.
        let curvature = truth
            .iter()
            .zip(&coarse)
            .map(|(x, y)| (x - y).abs())
            .fold(0.0, f64::max);
        let [groups] = experiment.parts(layer);
        check_slopes(&mut experiment, layer, &truth, curvature);
        let directions = 20_000;
        let (estimate, losses) = experiment.estimate(layer, 0, &mut central(RADIUS, directions));
        assert_eq!(losses, 2 * directions);
        let trained: Vec<_> = groups.iter().filter(|group| group.trained).collect();
        assert_eq!(trained.len(), 2, "theta and phi");
        let mut worst = 0.0_f64;
        for group in &trained {
            let n = group.range.len() as f64;
            let own = square(&truth[group.range.clone()]);
            let others: f64 = trained
                .iter()
                .filter(|other| other.range != group.range)
                .map(|other| square(&truth[other.range.clone()]) * n / other.range.len() as f64)
                .sum();
            for i in group.range.clone() {
                let g = truth[i];
                let variance = n / (n + 2.0) * (own + 2.0 * g * g) + others - g * g;
                // Five standard errors, and what the difference quotients differ by: the rounding
                // counts n |d_i| <= n times in the one and once in the other.
                let tolerance = 5.0 * (variance / directions as f64).sqrt()
                    + 2.0 * n * curvature
                    + (n + 1.0) * ROUNDING;
                let error = (n * estimate[i] - g).abs();
                let at = format!("{readout:?}, layer {layer}, {} {i}", group.name);
                assert!(
                    error < tolerance,
                    "{at}: {error:e} of {g:e}, tolerance {tolerance:e}"
                );
                worst = worst.max(tolerance);
            }
        }
        // The tolerance tells the gradient from none, and from one with another sign.
        let largest = truth.iter().fold(0.0_f64, |x, y| x.max(y.abs()));
        assert!(
            largest > 5.0 * worst,
            "layer {layer}: gradient {largest:e}, tolerance {worst:e}"
        );
        // The output screen is not trained.
        assert!(
            estimate[2 * mzis..]
                .iter()
                .chain(&truth[2 * mzis..])
                .all(|g| *g == 0.0)
        );
    }
}

/// Along each single direction d the estimate is (g . d) d: no chance is left here.
fn check_slopes(experiment: &mut Experiment, layer: usize, truth: &[f64], curvature: f64) {
    let parts = experiment.parts(layer);
    for step in 1..=10 {
        let mut drawn = Direction::default();
        let mut d = vec![0.0; truth.len()];
        let mut stream = directions(layer, step);
        drawn.draw(DirectionLaw::Gaussian, d.len(), &parts, &mut stream);
        drawn.add_to(&mut d, &[1.0], true);
        let expected: f64 = truth.iter().zip(&d).map(|(g, d)| g * d).sum();
        // The estimate is s d with |d|^2 = 2, one for each group, so s is half of its product with d.
        let [slope, coarse] = [RADIUS, 2.0 * RADIUS].map(|radius| {
            let (estimate, _) = experiment.estimate(layer, step, &mut central(radius, 1));
            estimate
                .iter()
                .zip(&d)
                .map(|(e, d)| e * d / 2.0)
                .sum::<f64>()
        });
        let length: f64 = d.iter().map(|d| d.abs()).sum();
        let tolerance = (slope - coarse).abs() + length * curvature + (1.0 + length) * ROUNDING;
        let error = (slope - expected).abs();
        assert!(
            error < tolerance,
            "{error:e} of {expected:e}, tolerance {tolerance:e}"
        );
        // Of a typical slope, that is little.
        assert!(tolerance < 0.01 * square(truth).sqrt(), "{tolerance:e}");
    }
}

#[test]
fn intensity_readout() {
    check(5, Readout::Intensity);
}

#[test]
fn signed_readout() {
    check(6, Readout::Signed);
}
