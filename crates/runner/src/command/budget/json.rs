//! The budget for programs. Minus infinity (no light) and what does not exist are `null`.

use crate::caution::Caution;
use crate::config::Loaded;
use photonics::budget::{
    ActivationBudget, LaunchBudget, LayerBudget, LinkBudget, Power, ReadoutBudget,
};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    name: &'a str,
    config_hash: String,
    dataset: String,
    ports: usize,
    mean_square_drive: f64,
    launch: Launch,
    layers: Vec<Layer>,
    cautions: &'a [Caution],
}

impl<'a> Report<'a> {
    pub(super) fn new(
        loaded: &'a Loaded,
        dataset: String,
        budget: &LinkBudget,
        cautions: &'a [Caution],
    ) -> Self {
        Self {
            name: &loaded.config.name,
            config_hash: loaded.hash(),
            dataset,
            ports: budget.ports,
            mean_square_drive: budget.mean_square_drive,
            launch: budget.launch.into(),
            layers: (0..).zip(&budget.layers).map(Layer::from).collect(),
            cautions,
        }
    }
}

#[derive(Debug, Serialize)]
struct Level {
    w: f64,
    dbm: f64,
}

impl From<Power> for Level {
    fn from(power: Power) -> Self {
        Self {
            w: power.w(),
            dbm: power.dbm(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Launch {
    laser: Level,
    splitting_db: f64,
    tree_excess_db: f64,
    coupling_db: f64,
    modulator_db: f64,
    full_scale: Level,
    drive_db: f64,
    open_ports_db: f64,
    loss_db: f64,
    input: Level,
}

impl From<LaunchBudget> for Launch {
    fn from(launch: LaunchBudget) -> Self {
        Self {
            laser: launch.laser.into(),
            splitting_db: launch.splitting_db,
            tree_excess_db: launch.tree_excess_db,
            coupling_db: launch.coupling_db,
            modulator_db: launch.modulator_db,
            full_scale: launch.full_scale.into(),
            drive_db: launch.drive_db,
            open_ports_db: launch.open_ports_db,
            loss_db: launch.loss_db(),
            input: launch.input.into(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Layer {
    /// From 0.
    layer: usize,
    input: Level,
    mesh: Mesh,
    output: Level,
    tapped: Level,
    tap_loss_db: f64,
    detected: Level,
    noise_light_w: f64,
    readout: Readout,
    activation: Option<Activation>,
}

#[derive(Debug, Serialize)]
struct Mesh {
    couplers_db: f64,
    shifters_db: f64,
    waveguides_db: f64,
    crossings_db: f64,
    absorbers_db: f64,
    total_db: f64,
}

impl From<(usize, &LayerBudget)> for Layer {
    fn from((layer, budget): (usize, &LayerBudget)) -> Self {
        let mesh = &budget.mesh;
        Self {
            layer,
            input: budget.input.into(),
            mesh: Mesh {
                couplers_db: mesh.couplers_db,
                shifters_db: mesh.shifters_db,
                waveguides_db: mesh.waveguides_db,
                crossings_db: mesh.crossings_db,
                absorbers_db: mesh.absorbers_db,
                total_db: mesh.total_db(),
            },
            output: budget.output.into(),
            tapped: budget.tapped.into(),
            tap_loss_db: budget.tap_loss_db,
            detected: budget.detected.into(),
            noise_light_w: budget.noise_light_w,
            readout: budget.readout.into(),
            activation: budget.activation.map(Into::into),
        }
    }
}

#[derive(Debug, Serialize)]
struct Readout {
    signal_a: f64,
    stray_a: f64,
    dark_a: f64,
    shot_a: f64,
    thermal_a: f64,
    rin_a: f64,
    optical_a: f64,
    adc_a: f64,
    noise_a: f64,
    floor: Option<Level>,
    snr_db: Option<f64>,
    effective_bits: Option<f64>,
}

impl From<ReadoutBudget> for Readout {
    fn from(readout: ReadoutBudget) -> Self {
        Self {
            signal_a: readout.signal_a,
            stray_a: readout.stray_a,
            dark_a: readout.dark_a,
            shot_a: readout.shot_a,
            thermal_a: readout.thermal_a,
            rin_a: readout.rin_a,
            optical_a: readout.optical_a,
            adc_a: readout.adc_a,
            noise_a: readout.noise_a(),
            floor: readout.floor.map(Into::into),
            snr_db: readout.snr_db,
            effective_bits: readout.effective_bits(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Activation {
    input: Level,
    output: Level,
    loss_db: f64,
    mean_transmission_loss_db: Option<f64>,
    slope: f64,
    noise_light_w: f64,
}

impl From<ActivationBudget> for Activation {
    fn from(activation: ActivationBudget) -> Self {
        Self {
            input: activation.input.into(),
            output: activation.output.into(),
            loss_db: activation.loss_db,
            mean_transmission_loss_db: activation.mean_transmission_loss_db,
            slope: activation.slope,
            noise_light_w: activation.noise_light_w,
        }
    }
}
