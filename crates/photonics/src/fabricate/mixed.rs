//! Draws what a mesh of other cells than MZIs is like.
//!
//! The parts are those of the cells ([`crate::mesh::cell`]): a lone coupler has one error and one loss, a
//! crossing the loss of a crossing on each of its ports. Waveguides are counted by length
//! ([`Cell::length`], a share of an MZI's): an MZI has half its length outside and half inside, a symmetric MZI
//! and an attenuator the inner half alone, a phase shifter on one port half a length; couplers, crossings and
//! losses have none beyond what they lose themselves. A column is as long as its longest cell, and a port
//! passes what is left of it as plain waveguide. Numbers are drawn for every slot, whether the cell has the
//! part or not, from the streams of meshes of MZIs.

use super::mesh::{Crossings, Draw, parts_lose_nothing};
use super::wafer::WaferField;
use crate::component::mzi::ArmTransmission;
use crate::mesh::{Cell, MeshHardware, MeshLosses, Topology};
use crate::process::MeshProcess;
use crate::units::loss_db_to_field_ratio;
use std::sync::Arc;

pub(super) fn draw_mesh(
    topology: &Arc<Topology>,
    process: &MeshProcess,
    draw: Draw<'_>,
) -> MeshHardware {
    let errors_rad = splitter_errors_rad(topology, process, draw);
    match losses(topology, process, draw) {
        Some(losses) => MeshHardware::with_losses(topology.clone(), errors_rad, losses),
        None => MeshHardware::new(topology.clone(), errors_rad, None),
    }
}

/// [input side, output side] per cell; 0 where there is no coupler.
fn splitter_errors_rad(
    topology: &Topology,
    process: &MeshProcess,
    draw: Draw<'_>,
) -> Vec<[f64; 2]> {
    let cells = topology.mzis();
    let sigma = process.splitter_error_sigma_rad;
    if sigma == 0.0 {
        return vec![[0.0; 2]; cells];
    }
    let share = process.splitter_correlation;
    let alone = sigma * (1.0 - share).sqrt();
    let drawn = draw.normal("splitter-error", 2 * cells);
    let mut errors: Vec<[f64; 2]> = drawn
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| pair.map(|z| alone * z))
        .collect();
    if share > 0.0 {
        let common = sigma * share.sqrt();
        let mut field = WaferField::new(
            draw.streams
                .derive("splitter-error-on-wafer", draw.layer, 0),
            topology.ports(),
            0.0,
            process.port_pitch_m,
            process.splitter_correlation_length_m,
        );
        for column in 0..topology.columns() {
            // The two couplers of a cell are half the length of a column apart, as in an MZI.
            let half_m = 0.5 * topology.column_length(column) * process.mzi_length_m;
            for side in [0, 1] {
                let values = field.next_column();
                for cell in topology.column(column) {
                    let pair = topology.pairs()[cell];
                    let point = (pair.upper as usize + pair.lower as usize) / 2;
                    errors[cell][side] += common * values[point];
                }
                field.set_distance(half_m);
            }
        }
    }
    for (cell, errors) in errors.iter_mut().enumerate() {
        errors[topology.cell(cell).couplers()..].fill(0.0);
    }
    errors
}

/// The losses of all parts, added up in dB arm by arm; `None` where nothing loses light.
fn losses(topology: &Topology, process: &MeshProcess, draw: Draw<'_>) -> Option<MeshLosses> {
    let mut crossings = Crossings::new(topology, process, draw);
    if parts_lose_nothing(process) && crossings.is_none() {
        return None;
    }
    let (cells, ports) = (topology.mzis(), topology.ports());
    let couplers_db = draw.losses_db(
        "coupler-loss",
        2 * cells,
        process.coupler_loss_db,
        process.coupler_loss_sigma_db,
    );
    let shifters_db = draw.losses_db(
        "shifter-loss",
        2 * cells + ports,
        process.shifter_loss_db,
        process.shifter_loss_sigma_db,
    );
    let (theta_db, others_db) = shifters_db.split_at(cells);
    let (phi_db, gamma_db) = others_db.split_at(cells);
    // Of an MZI's length, relative to the mean.
    let relative = |name: &str, count: usize| {
        draw.losses_db(name, count, 1.0, process.waveguide_loss_relative_sigma)
    };
    let mzi_db = process.waveguide_loss_db_per_m * process.mzi_length_m;
    let arms = relative("waveguide-loss", 4 * cells);
    let passages = relative("passage-loss", topology.columns() * ports);

    // Loss since the last cell on each port: it goes into the outer arm of the next.
    let mut since_db = vec![0.0; ports];
    let mut used = vec![0.0; ports];
    let mut losses = Vec::with_capacity(cells);
    for column in 0..topology.columns() {
        if let Some(crossings) = &mut crossings {
            crossings.pass(column, &mut since_db);
        }
        used.fill(0.0);
        for cell in topology.column(column) {
            let pair = topology.pairs()[cell];
            let kind = topology.cell(cell);
            for port in [pair.upper, pair.lower] {
                used[port as usize] = kind.length();
            }
            let half_db = |arm: usize| 0.5 * mzi_db * arms[4 * cell + arm];
            let [first_db, second_db] = [couplers_db[2 * cell], couplers_db[2 * cell + 1]];
            let both_db = first_db + second_db;
            let (theta_db, phi_db) = (theta_db[cell], phi_db[cell]);
            // Inner upper, inner lower, outer upper, outer lower.
            let [a, b, c, d] = match kind {
                Cell::Mzi => [
                    both_db + half_db(0) + theta_db,
                    both_db + half_db(1),
                    half_db(2) + phi_db,
                    half_db(3),
                ],
                Cell::Symmetric => [
                    both_db + half_db(0) + theta_db,
                    both_db + half_db(1) + phi_db,
                    0.0,
                    0.0,
                ],
                Cell::Attenuator => [
                    both_db + half_db(0) + theta_db,
                    both_db + half_db(1),
                    0.0,
                    0.0,
                ],
                Cell::Coupler { .. } => [first_db, first_db, 0.0, 0.0],
                Cell::Shifter => [half_db(0) + theta_db, 0.0, 0.0, 0.0],
                Cell::Crossing => match &mut crossings {
                    Some(crossings) => {
                        let [upper, lower] = crossings.cell();
                        [upper, lower, 0.0, 0.0]
                    }
                    None => [0.0; 4],
                },
                Cell::Loss { .. } => [0.0; 4],
            };
            let mut since = |port: u32| std::mem::take(&mut since_db[port as usize]);
            // Of a cell on one port the upper arms alone count.
            losses.push(ArmTransmission {
                inner_upper: loss_db_to_field_ratio(a),
                inner_lower: loss_db_to_field_ratio(b),
                outer_upper: loss_db_to_field_ratio(since(pair.upper) + c),
                outer_lower: loss_db_to_field_ratio(since(pair.lower) + d),
            });
        }
        let length = topology.column_length(column);
        let passages = passages[column * ports..].iter();
        for ((since_db, used), relative) in since_db.iter_mut().zip(&used).zip(passages) {
            *since_db += (length - used) * mzi_db * relative;
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
    Some(MeshLosses {
        arms: losses,
        output,
    })
}
