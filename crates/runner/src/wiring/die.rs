//! The die of an experiment, or the key that stands in its way.

use super::{design, process};
use crate::config::Loaded;
use crate::error::Error;
use photonics::chip::Chip;
use photonics::design::{ChipDesign, DesignError};
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::process::Process;

/// Designs and fabricates the chip that an experiment describes.
///
/// # Errors
/// Values that are right by themselves but not together, with the key that can be changed.
pub fn die(loaded: &Loaded) -> Result<(ChipDesign, Process, Chip, GroundTruth), Error> {
    let config = &loaded.config;
    let (design, process) = design_and_process(loaded)?;
    let (chip, truth) = fabricate(&design, &process, DieSeed(config.chip.die_seed))
        .map_err(|error| refusal(loaded, &error))?;
    Ok((design, process, chip, truth))
}

/// The design and the statistics alone.
///
/// # Errors
/// A mesh that cannot be built, or a list that does not fit the layers.
pub fn design_and_process(loaded: &Loaded) -> Result<(ChipDesign, Process), Error> {
    let config = &loaded.config;
    let failed = |error| Error::failed("the chip cannot be designed", error, "");
    let design = design(config).map_err(failed)?;
    let layers = config.chip.layers;
    if let Some(list) = &config.process.detector.adc_full_scale_a
        && !(list.len() == 1 || list.len() == layers)
    {
        return Err(loaded
            .problem(
                "process.detector.adc_full_scale_a",
                format!("{} numbers for {layers} layers", list.len()),
                "give one for all layers, or one per layer",
            )
            .into());
    }
    Ok((design, process(config)))
}

/// What the library refuses, at the key from which it comes.
fn refusal(loaded: &Loaded, error: &DesignError) -> Error {
    match key(loaded, error) {
        Some((path, help)) => loaded.problem(path, error.to_string(), help).into(),
        None => Error::failed("the chip cannot be fabricated", error.clone(), ""),
    }
}

/// The names of values that only show beside others to be out of range, with the key to change and
/// what to do.
const REFUSALS: &[(&str, &str, &str)] = &[
    (
        "thermal crosstalk, summed over all neighbours,",
        "process.heater.crosstalk.coupling",
        "more would warm itself: lower it, or shorten the decay length",
    ),
    (
        "thermal crosstalk of phase shifters without power",
        "process.heater.crosstalk.coupling",
        "set process.heater.law to power or voltage, or the coupling to 0",
    ),
    (
        "place of the theta heater",
        "process.heater.theta_x_um",
        "place it before the end of the MZI, process.mesh.mzi_length_um",
    ),
    (
        "place of the phi heater",
        "process.heater.phi_x_um",
        "place it before the heater of theta, process.heater.theta_x_um",
    ),
    (
        "absorption and unsaturable absorption together",
        "chip.activation.unsaturable_absorption",
        "lower it, or chip.activation.absorption",
    ),
    (
        "noise figure",
        "chip.activation.noise_figure_db",
        "no amplifier is better; leave the key out for one without noise",
    ),
    (
        "gain of an amplifier with saturation",
        "chip.activation.gain_db",
        "raise it, or leave out chip.activation.saturation_output_dbm",
    ),
    (
        "relative power fluctuation",
        "process.source.rin_db_per_hz",
        "lower it, or the bandwidth of the detectors",
    ),
    (
        "tap fraction of an activation whose tap is read",
        "chip.activation.tap_fraction",
        "let it tap something, or read elsewhere with chip.readout.tap",
    ),
    (
        "stuck heater",
        "process.faults.stuck_heaters",
        "MZIs and ports count from 0",
    ),
    (
        "phase of a stuck heater",
        "process.faults.stuck_heaters",
        "a heater only warms: 0 is a broken wire",
    ),
    (
        "code of a stuck heater",
        "process.faults.stuck_heaters",
        "codes are those of process.heater.dac_bits",
    ),
    (
        "dead detector",
        "process.faults.dead_detectors",
        "layers and ports count from 0",
    ),
    (
        "open port",
        "process.faults.open_ports",
        "ports count from 0",
    ),
];

fn key(loaded: &Loaded, error: &DesignError) -> Option<(&'static str, &'static str)> {
    let name = match error {
        DesignError::OutOfRange { name, .. } => name,
        DesignError::NoSuchLayer { what, .. } | DesignError::NoSuchPort { what, .. } => what,
        DesignError::NoActivationTap { .. } => {
            let help = "set chip.activation.kind = electro-optic, or read by a coupler";
            return Some(("chip.readout.tap", help));
        }
        _ => return None,
    };
    if matches!(*name, "port power" | "laser power") {
        let keys = [
            "chip.source.laser_power_dbm",
            "chip.source.laser_power_w",
            "chip.source.port_power_w",
            "chip.source.port_power_dbm",
        ];
        let given = keys.into_iter().find(|key| loaded.value(key).is_some());
        return given.map(|key| {
            (
                key,
                "the losses of process.source stand between laser and ports",
            )
        });
    }
    // The longest name that fits: one may begin like another.
    REFUSALS
        .iter()
        .filter(|(known, ..)| name.starts_with(known))
        .max_by_key(|(known, ..)| known.len())
        .map(|(_, path, help)| (*path, *help))
}
