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
//! Other cells ([`crate::mesh::cell`]): a coupler leads from both ports to both unless it is all straight or
//! all across, a crossing across, a shifter and a loss straight on; what an attenuator takes by its setting is
//! no loss. Where ports meet again without a phase shifter between (single couplers), that powers add is
//! an approximation: the mean is then one of light that is not coherent.
//!
//! A triangular mesh has paths past 1 MZI and past 2 N - 3, a rectangular one past N / 2 and
//! past N (Clements et al., Optica 3, 1460 (2016), doi:10.1364/OPTICA.3.001460).

use crate::component::mzi::ArmTransmission;
use crate::mesh::cell::Cell;
use crate::mesh::haar::sensitivity;
use crate::mesh::{MeshHardware, Topology};
use crate::process::MeshProcess;
use crate::units::{loss_db_to_power_ratio, power_ratio_to_db};
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
    let passages: Vec<Passage> = topology
        .placed()
        .enumerate()
        .map(|(cell, placed)| {
            let errors = hardware.errors_rad()[cell];
            Passage::new(placed.cell, &arms[cell], errors, alphas[cell])
        })
        .collect();
    let mut entries = vec![None; ports * ports];
    for input in 0..ports {
        let mut best = vec![f64::INFINITY; ports];
        let mut worst = vec![f64::NEG_INFINITY; ports];
        let (mut lossy, mut ideal) = (vec![0.0; ports], vec![0.0; ports]);
        (best[input], worst[input], lossy[input], ideal[input]) = (0.0, 0.0, 1.0, 1.0);
        for (passage, pair) in passages.iter().zip(topology.pairs()) {
            let (a, b) = (pair.upper as usize, pair.lower as usize);
            if pair.is_one_port() {
                best[a] += passage.best_db[0][0];
                worst[a] += passage.worst_db[0][0];
                lossy[a] *= passage.lossy[0][0];
                ideal[a] *= passage.ideal[0][0];
                continue;
            }
            let (db, pass) = (&passage.best_db, [best[a], best[b]]);
            [best[a], best[b]] = db.map(|db| (pass[0] + db[0]).min(pass[1] + db[1]));
            let (db, pass) = (&passage.worst_db, [worst[a], worst[b]]);
            [worst[a], worst[b]] = db.map(|db| (pass[0] + db[0]).max(pass[1] + db[1]));
            for (power, mixing) in [(&mut lossy, &passage.lossy), (&mut ideal, &passage.ideal)] {
                let pass = [power[a], power[b]];
                [power[a], power[b]] = mixing.map(|row| row[0] * pass[0] + row[1] * pass[1]);
            }
        }
        let arrives = |&port: &usize| reach.leads(input, port) && best[port].is_finite();
        for port in (0..ports).filter(arrives) {
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

/// A share of the power, at most, that is what rounding leaves of an angle of 0 or pi/2.
const DARK: f64 = 1e-24;

/// What a cell does to light, `[out][in]`; of a cell on one port the first element alone.
struct Passage {
    /// Of the arm of least loss; infinite where none leads.
    best_db: [[f64; 2]; 2],
    /// Of the arm of most loss; minus infinity where none leads.
    worst_db: [[f64; 2]; 2],
    /// Mean powers.
    lossy: [[f64; 2]; 2],
    /// Without loss.
    ideal: [[f64; 2]; 2],
}

impl Passage {
    fn new(cell: Cell, arms: &ArmTransmission, errors: [f64; 2], alpha: f64) -> Self {
        let inner = [arms.inner_upper, arms.inner_lower].map(loss_db);
        let outer = [arms.outer_upper, arms.outer_lower].map(loss_db);
        let along = [outer[0] + inner[0], outer[1] + inner[1]];
        let power = along.map(loss_db_to_power_ratio);
        match cell {
            Cell::Mzi | Cell::Symmetric | Cell::Attenuator => Self {
                best_db: [outer.map(|outer| outer + inner[0].min(inner[1])); 2],
                worst_db: [outer.map(|outer| outer + inner[0].max(inner[1])); 2],
                lossy: mean_powers(arms, errors, alpha),
                ideal: mean_powers(&ArmTransmission::LOSSLESS, errors, alpha),
            },
            Cell::Coupler { angle_rad } => {
                let angle = angle_rad + errors[0];
                let (straight, across) = (libm::cos(angle), libm::sin(angle));
                let (straight, across) = (straight * straight, across * across);
                let leads = |share: f64, db: f64, none: f64| if share > DARK { db } else { none };
                let ways = |none: f64| {
                    [
                        [
                            leads(straight, along[0], none),
                            leads(across, along[1], none),
                        ],
                        [
                            leads(across, along[0], none),
                            leads(straight, along[1], none),
                        ],
                    ]
                };
                Self {
                    best_db: ways(f64::INFINITY),
                    worst_db: ways(f64::NEG_INFINITY),
                    lossy: [
                        [straight * power[0], across * power[1]],
                        [across * power[0], straight * power[1]],
                    ],
                    ideal: [[straight, across], [across, straight]],
                }
            }
            Cell::Crossing => {
                let only = |none: f64| [[none, along[1]], [along[0], none]];
                Self {
                    best_db: only(f64::INFINITY),
                    worst_db: only(f64::NEG_INFINITY),
                    lossy: [[0.0, power[1]], [power[0], 0.0]],
                    ideal: [[0.0, 1.0], [1.0, 0.0]],
                }
            }
            Cell::Shifter | Cell::Loss { .. } => {
                let more_db = match cell {
                    Cell::Loss { loss_db } => loss_db,
                    _ => 0.0,
                };
                let db = along[0] + more_db;
                Self {
                    best_db: [[db; 2]; 2],
                    worst_db: [[db; 2]; 2],
                    lossy: [[loss_db_to_power_ratio(db); 2]; 2],
                    ideal: [[1.0; 2]; 2],
                }
            }
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
