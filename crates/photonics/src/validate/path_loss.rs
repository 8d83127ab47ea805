//! What light loses between each input and each output.
//!
//! # Definition
//! A **path** is one way through the waveguides of a mesh: at each coupler light may go on in either arm.
//! Its loss is the sum in dB of the losses of what it passes; that a coupler divides the light counts
//! for no loss. Of the paths between an input and an output the **best** and the **worst** are stated,
//! found column by column in O(N M).
//!
//! Between most ports many paths interfere. The **mean** loss of a pair is that of the mean power: 10
//! log10 of what arrives on average without loss over what arrives with it, the average taken over the
//! phases of a Haar-random unitary ([`crate::mesh::haar`]). All phi being random, powers add, so that
//! it is computed, not drawn. Paths count in it with the light that takes them. Arms of unequal loss
//! let an MZI extinguish less, so that on average more may arrive than on the best path: a pair's mean
//! loss may lie below its best.
//!
//! A triangular mesh has paths past 1 MZI and past 2 N - 3, a rectangular one past N / 2 and
//! past N (Clements et al., Optica 3, 1460 (2016), doi:10.1364/OPTICA.3.001460).

use crate::component::mzi::ArmTransmission;
use crate::mesh::haar::sensitivity;
use crate::mesh::{MeshHardware, Topology};
use crate::process::MeshProcess;
use crate::units::power_ratio_to_db;
use numerics::Streams;
use std::f64::consts::FRAC_PI_4;
use std::sync::Arc;

/// Losses between one input and one output in dB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathLoss {
    /// Of the path of least loss.
    pub best_db: f64,
    /// Of the mean power at Haar-random phases.
    pub mean_db: f64,
    /// Of the path of most loss.
    pub worst_db: f64,
}

/// The losses of all pairs of ports.
#[derive(Clone, Debug, PartialEq)]
pub struct PathLossTable {
    ports: usize,
    /// Row by row of the outputs.
    entries: Vec<Option<PathLoss>>,
}

impl PathLossTable {
    /// Number of ports.
    pub fn ports(&self) -> usize {
        self.ports
    }

    /// The losses from `input` to `output`; `None` where no light arrives or no such port exists.
    pub fn entry(&self, output: usize, input: usize) -> Option<PathLoss> {
        if input >= self.ports {
            return None;
        }
        *self.entries.get(output * self.ports + input)?
    }

    /// Of all paths the least loss in dB.
    pub fn best_db(&self) -> f64 {
        self.fold(f64::INFINITY, |least, loss| least.min(loss.best_db))
    }

    /// Of all paths the most loss in dB.
    pub fn worst_db(&self) -> f64 {
        self.fold(0.0, |most, loss| most.max(loss.worst_db))
    }

    /// By how many dB the worst path is worse than the best.
    pub fn spread_db(&self) -> f64 {
        self.worst_db() - self.best_db()
    }

    /// By how many dB the mean loss of the worst pair exceeds that of the best.
    pub fn imbalance_db(&self) -> f64 {
        let least = self.fold(f64::INFINITY, |least, loss| least.min(loss.mean_db));
        self.fold(0.0, |most, loss| most.max(loss.mean_db)) - least
    }

    fn fold(&self, start: f64, with: impl Fn(f64, &PathLoss) -> f64) -> f64 {
        self.entries.iter().flatten().fold(start, with)
    }
}

/// A mesh in which every part has its mean loss and no coupler an error.
///
/// `process` must have passed [`MeshProcess::check`].
pub fn nominal(topology: &Arc<Topology>, process: &MeshProcess) -> MeshHardware {
    let process = MeshProcess {
        splitter_error_sigma_rad: 0.0,
        coupler_loss_sigma_db: 0.0,
        shifter_loss_sigma_db: 0.0,
        waveguide_loss_relative_sigma: 0.0,
        crossing_loss_sigma_db: 0.0,
        ..*process
    };
    // Nothing is left to be drawn.
    crate::fabricate::draw_mesh(topology, &process, &Streams::new(0), 0)
}

/// The losses of all pairs of ports of a mesh: of a die, or of the [`nominal`] mesh of a process.
///
/// ```
/// use photonics::mesh::{NamedTopology::{Rectangular, Triangular}, MeshHardware};
/// use photonics::validate::path_loss::path_loss;
/// let spread_db = |name: photonics::mesh::NamedTopology| {
///     let topology = std::sync::Arc::new(name.build(8).unwrap());
///     // 1 dB per MZI.
///     let (errors, fields) = (vec![[0.0; 2]; 28], vec![10_f64.powf(-0.05); 28]);
///     path_loss(&MeshHardware::new(topology, errors, Some(fields))).spread_db()
/// };
/// assert!((spread_db(Rectangular) - 4.0).abs() < 1e-12);
/// assert!((spread_db(Triangular) - 12.0).abs() < 1e-12);
/// ```
pub fn path_loss(hardware: &MeshHardware) -> PathLossTable {
    let topology = hardware.topology();
    let ports = topology.ports();
    let reach = topology.reach();
    let alphas = sensitivity(topology);
    let lossless = vec![ArmTransmission::LOSSLESS; topology.mzis()];
    let (arms, output) = match hardware.losses() {
        None => (&lossless, vec![1.0; ports]),
        Some(losses) => (&losses.arms, losses.output.clone()),
    };
    let passages: Vec<Passage> = arms.iter().map(Passage::new).collect();
    let mixing = |arms: &[ArmTransmission]| -> Vec<[[f64; 2]; 2]> {
        arms.iter()
            .zip(hardware.errors_rad())
            .zip(&alphas)
            .map(|((arms, &errors), &alpha)| mean_powers(arms, errors, alpha))
            .collect()
    };
    let (with, without) = (mixing(arms), mixing(&lossless));
    let mut entries = vec![None; ports * ports];
    for input in 0..ports {
        let mut best = vec![f64::INFINITY; ports];
        let mut worst = vec![f64::NEG_INFINITY; ports];
        let (mut lossy, mut ideal) = (vec![0.0; ports], vec![0.0; ports]);
        (best[input], worst[input], lossy[input], ideal[input]) = (0.0, 0.0, 1.0, 1.0);
        for (mzi, pair) in topology.pairs().iter().enumerate() {
            let (a, b) = (pair.upper as usize, pair.lower as usize);
            let Passage { best_db, worst_db } = passages[mzi];
            let least = (best[a] + best_db[0]).min(best[b] + best_db[1]);
            let most = (worst[a] + worst_db[0]).max(worst[b] + worst_db[1]);
            (best[a], best[b], worst[a], worst[b]) = (least, least, most, most);
            for (power, mixing) in [(&mut lossy, &with[mzi]), (&mut ideal, &without[mzi])] {
                let (x, y) = (power[a], power[b]);
                power[a] = mixing[0][0] * x + mixing[0][1] * y;
                power[b] = mixing[1][0] * x + mixing[1][1] * y;
            }
        }
        for port in (0..ports).filter(|&port| reach.leads(input, port)) {
            let last_db = loss_db(output[port]);
            entries[port * ports + input] = Some(PathLoss {
                best_db: best[port] + last_db,
                mean_db: power_ratio_to_db(ideal[port] / lossy[port]) + last_db,
                worst_db: worst[port] + last_db,
            });
        }
    }
    PathLossTable { ports, entries }
}

/// The losses of the better and of the worse of the two inner arms, behind either outer arm.
struct Passage {
    best_db: [f64; 2],
    worst_db: [f64; 2],
}

impl Passage {
    fn new(arms: &ArmTransmission) -> Self {
        let [upper, lower] = [arms.inner_upper, arms.inner_lower].map(loss_db);
        let outer = [arms.outer_upper, arms.outer_lower].map(loss_db);
        Self {
            best_db: outer.map(|outer| outer + upper.min(lower)),
            worst_db: outer.map(|outer| outer + upper.max(lower)),
        }
    }
}

/// A field transmission as a loss in dB; 0, not -0, for 1.
fn loss_db(field: f64) -> f64 {
    0.0 - 2.0 * power_ratio_to_db(field)
}

/// Mean power `[out][in]` of an MZI whose theta follows the law of its alpha: the mean of
/// |x exp(i theta) + y|^2 is x^2 + y^2 + 2 x y (alpha - 1) / (alpha + 1).
fn mean_powers(arms: &ArmTransmission, [e1, e2]: [f64; 2], alpha: f64) -> [[f64; 2]; 2] {
    let cosine = (alpha - 1.0) / (alpha + 1.0);
    let [c1, c2] = [e1, e2].map(|e| libm::cos(FRAC_PI_4 + e));
    let [s1, s2] = [e1, e2].map(|e| libm::sin(FRAC_PI_4 + e));
    let mean = |upper: f64, lower: f64, outer: f64| {
        let (x, y) = (upper * arms.inner_upper, lower * arms.inner_lower);
        outer * outer * (x * x + y * y + 2.0 * x * y * cosine)
    };
    [
        [
            mean(c1 * c2, -s1 * s2, arms.outer_upper),
            mean(s1 * c2, c1 * s2, arms.outer_lower),
        ],
        [
            mean(c1 * s2, s1 * c2, arms.outer_upper),
            mean(-s1 * s2, c1 * c2, arms.outer_lower),
        ],
    ]
}
