//! Draws what a mesh is like: splitter errors, losses.

use super::mixed;
use super::wafer::WaferField;
use crate::component::mzi::ArmTransmission;
use crate::mesh::{MeshHardware, MeshLosses, Topology};
use crate::process::MeshProcess;
use crate::units::loss_db_to_field_ratio;
use numerics::normal::fill_standard_normal;
use numerics::{Stream, Streams};
use std::sync::Arc;

/// Draws the mesh of a layer; `process` has been checked.
///
/// Layers are drawn apart: nothing of one follows another's position on the wafer.
pub(crate) fn draw_mesh(
    topology: &Arc<Topology>,
    process: &MeshProcess,
    streams: &Streams,
    layer: u64,
) -> MeshHardware {
    let draw = Draw { streams, layer };
    if !topology.is_uniform() {
        return mixed::draw_mesh(topology, process, draw);
    }
    let errors_rad = splitter_errors_rad(topology, process, draw);
    match losses(topology, process, draw) {
        Some(losses) => MeshHardware::with_losses(topology.clone(), errors_rad, losses),
        None => MeshHardware::new(topology.clone(), errors_rad, None),
    }
}

/// The fabrication streams of one layer.
#[derive(Clone, Copy)]
pub(super) struct Draw<'a> {
    pub(super) streams: &'a Streams,
    pub(super) layer: u64,
}

impl Draw<'_> {
    pub(super) fn normal(&self, name: &str, count: usize) -> Vec<f64> {
        let mut numbers = vec![0.0; count];
        fill_standard_normal(&mut self.streams.derive(name, self.layer, 0), &mut numbers);
        numbers
    }

    /// Losses in dB, none below 0.
    pub(super) fn losses_db(
        &self,
        name: &str,
        count: usize,
        mean_db: f64,
        sigma_db: f64,
    ) -> Vec<f64> {
        if sigma_db > 0.0 {
            let mut losses = self.normal(name, count);
            for loss in &mut losses {
                *loss = sigma_db.mul_add(*loss, mean_db).max(0.0);
            }
            losses
        } else {
            vec![mean_db; count]
        }
    }
}

/// [input side, output side] per MZI.
fn splitter_errors_rad(
    topology: &Topology,
    process: &MeshProcess,
    draw: Draw<'_>,
) -> Vec<[f64; 2]> {
    let mzis = topology.mzis();
    let sigma = process.splitter_error_sigma_rad;
    if sigma == 0.0 {
        return vec![[0.0; 2]; mzis];
    }
    let share = process.splitter_correlation;
    let alone = sigma * (1.0 - share).sqrt();
    let mut errors: Vec<[f64; 2]> = draw
        .normal("splitter-error", 2 * mzis)
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| pair.map(|z| alone * z))
        .collect();
    if share > 0.0 {
        let common = sigma * share.sqrt();
        // The two couplers of an MZI are half its length apart.
        let mut field = WaferField::new(
            draw.streams
                .derive("splitter-error-on-wafer", draw.layer, 0),
            topology.ports(),
            0.5 * process.mzi_length_m,
            process.port_pitch_m,
            process.splitter_correlation_length_m,
        );
        for column in 0..topology.columns() {
            for side in [0, 1] {
                let values = field.next_column();
                for mzi in topology.column(column) {
                    // On a port's grid; half a pitch is the same for all between neighbours.
                    let pair = topology.pairs()[mzi];
                    let point = (pair.upper as usize + pair.lower as usize) / 2;
                    errors[mzi][side] += common * values[point];
                }
            }
        }
    }
    errors
}

/// Whether no coupler, phase shifter or waveguide loses light; crossings are another matter.
pub(super) fn parts_lose_nothing(process: &MeshProcess) -> bool {
    [
        process.coupler_loss_db,
        process.coupler_loss_sigma_db,
        process.shifter_loss_db,
        process.shifter_loss_sigma_db,
        process.waveguide_loss_db_per_m,
    ] == [0.0; 5]
}

/// The losses of all elements, added up in dB arm by arm; `None` where nothing loses light.
fn losses(topology: &Topology, process: &MeshProcess, draw: Draw<'_>) -> Option<MeshLosses> {
    let mut crossings = Crossings::new(topology, process, draw);
    if parts_lose_nothing(process) && crossings.is_none() {
        return None;
    }
    let (mzis, ports) = (topology.mzis(), topology.ports());
    let couplers_db = draw.losses_db(
        "coupler-loss",
        2 * mzis,
        process.coupler_loss_db,
        process.coupler_loss_sigma_db,
    );
    let shifters_db = draw.losses_db(
        "shifter-loss",
        2 * mzis + ports,
        process.shifter_loss_db,
        process.shifter_loss_sigma_db,
    );
    let (theta_db, others_db) = shifters_db.split_at(mzis);
    let (phi_db, gamma_db) = others_db.split_at(mzis);
    let column_db = process.waveguide_loss_db_per_m * process.mzi_length_m;
    let waveguides_db = |name: &str, count: usize, mean_db: f64| {
        let sigma_db = process.waveguide_loss_relative_sigma * mean_db;
        draw.losses_db(name, count, mean_db, sigma_db)
    };
    let arms_db = waveguides_db("waveguide-loss", 4 * mzis, 0.5 * column_db);
    let passages = topology.columns() * ports - 2 * mzis;
    let passages_db = waveguides_db("passage-loss", passages, column_db);
    let mut passages_db = passages_db.iter();

    // Loss since the last MZI on each port: it goes into the outer arm of the next.
    let mut since_db = vec![0.0; ports];
    let mut last_column = vec![None; ports];
    let mut arms = Vec::with_capacity(mzis);
    for column in 0..topology.columns() {
        if let Some(crossings) = &mut crossings {
            crossings.pass(column, &mut since_db);
        }
        for mzi in topology.column(column) {
            let pair = topology.pairs()[mzi];
            let both_db = couplers_db[2 * mzi] + couplers_db[2 * mzi + 1];
            let [inner_upper, inner_lower, outer_upper, outer_lower] =
                std::array::from_fn(|arm| arms_db[4 * mzi + arm]);
            let mut since = |port: u32| {
                last_column[port as usize] = Some(column);
                std::mem::take(&mut since_db[port as usize])
            };
            arms.push(ArmTransmission {
                inner_upper: loss_db_to_field_ratio(both_db + inner_upper + theta_db[mzi]),
                inner_lower: loss_db_to_field_ratio(both_db + inner_lower),
                outer_upper: loss_db_to_field_ratio(since(pair.upper) + outer_upper + phi_db[mzi]),
                outer_lower: loss_db_to_field_ratio(since(pair.lower) + outer_lower),
            });
        }
        for (since_db, last) in since_db.iter_mut().zip(&last_column) {
            if *last != Some(column) {
                *since_db += passages_db.next().copied().unwrap_or(0.0);
            }
        }
    }
    if let Some(crossings) = &mut crossings {
        crossings.pass(topology.columns(), &mut since_db);
    }
    let output = since_db
        .iter()
        .zip(gamma_db)
        .map(|(since_db, gamma_db)| loss_db_to_field_ratio(since_db + gamma_db))
        .collect();
    Some(MeshLosses { arms, output })
}

/// The losses of crossings, drawn as light meets them: column by column, in each port by port. A crossing
/// takes from both of its waveguides; what it takes from the one is drawn apart from what it takes from
/// the other.
pub(super) struct Crossings<'a> {
    topology: &'a Topology,
    mean_db: f64,
    sigma_db: f64,
    /// Where there is a spread.
    stream: Stream,
    drawn: Vec<f64>,
}

impl<'a> Crossings<'a> {
    /// `None` where none loses light.
    pub(super) fn new(
        topology: &'a Topology,
        process: &MeshProcess,
        draw: Draw<'_>,
    ) -> Option<Self> {
        let (mean_db, sigma_db) = (process.crossing_loss_db, process.crossing_loss_sigma_db);
        let none = topology.is_planar() && topology.parts().crossings == 0;
        if none || (mean_db, sigma_db) == (0.0, 0.0) {
            return None;
        }
        Some(Self {
            topology,
            mean_db,
            sigma_db,
            stream: draw.streams.derive("crossing-loss", draw.layer, 0),
            drawn: Vec::new(),
        })
    }

    /// What a crossing that is a cell takes from each of its ports.
    pub(super) fn cell(&mut self) -> [f64; 2] {
        if self.sigma_db == 0.0 {
            return [self.mean_db; 2];
        }
        let mut drawn = [0.0; 2];
        fill_standard_normal(&mut self.stream, &mut drawn);
        drawn.map(|z| self.sigma_db.mul_add(z, self.mean_db).max(0.0))
    }

    /// Adds to each port what the crossings before `column` take, or those behind the last.
    pub(super) fn pass(&mut self, column: usize, since_db: &mut [f64]) {
        let counts = self.topology.crossings_before(column).unwrap_or_default();
        for (since_db, &count) in since_db.iter_mut().zip(counts) {
            if self.sigma_db == 0.0 {
                *since_db += f64::from(count) * self.mean_db;
                continue;
            }
            self.drawn.resize(count as usize, 0.0);
            fill_standard_normal(&mut self.stream, &mut self.drawn);
            for z in &self.drawn {
                *since_db += self.sigma_db.mul_add(*z, self.mean_db).max(0.0);
            }
        }
    }
}
