//! The circuit and the die of an experiment, or the key that stands in their way.

use super::{design, process};
use crate::config::Loaded;
use crate::error::Error;
use photonics::budget::{Drive, LinkBudget, link_budget};
use photonics::chip::Chip;
use photonics::design::{ChipDesign, DesignError, Readout};
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::process::Process;

/// The ideal circuit, the statistics, and what light there is.
#[derive(Clone, Debug)]
pub struct Circuit {
    /// The design; every layer has the full scale of its converters, where there are any.
    pub design: ChipDesign,
    /// The statistics.
    pub process: Process,
    /// The link budget for the training images.
    pub budget: LinkBudget,
}

/// Full scale of a converter over the mean photocurrent of a port, where it is not stated. Behind a
/// Haar-random mesh powers are distributed exponentially, and differences of two like exp(-|x|): one
/// reading in 3,000 is clipped.
const HEADROOM: f64 = 8.0;

/// The same over the rms of a homodyne readout, which is distributed normally.
const HOMODYNE_HEADROOM: f64 = 4.0;

/// The circuit that an experiment describes, for images as amplitudes of all ports, row-major,
/// images x ports.
///
/// # Errors
/// Values that are right by themselves but not together, with the key that can be changed.
pub fn circuit(loaded: &Loaded, amplitudes: &[f32]) -> Result<Circuit, Error> {
    let config = &loaded.config;
    let mut design =
        design(config).map_err(|error| Error::failed("the chip cannot be designed", error, ""))?;
    let process = process(config);
    let detector = &config.process.detector;
    let layers = config.chip.layers;
    if let Some(list) = &detector.adc_full_scale_a
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
    let budget_of = |design: &ChipDesign| {
        Drive::of_samples(amplitudes, design.ports())
            .and_then(|drive| link_budget(design, &process, &drive))
            .map_err(|error| refusal(loaded, &error))
    };
    let mut budget = budget_of(&design)?;
    if detector.adc_bits.is_some() && detector.adc_full_scale_a.is_none() {
        for (layer, budget) in design.layers.iter_mut().zip(&budget.layers) {
            let readout = &budget.readout;
            let full_scale_a = match layer.readout {
                Readout::Homodyne => HOMODYNE_HEADROOM * readout.signal_a,
                Readout::Signed => HEADROOM * readout.signal_a,
                Readout::Intensity => {
                    HEADROOM.mul_add(readout.signal_a, readout.stray_a + readout.dark_a)
                }
            };
            // A layer without light has a converter too.
            layer.adc_full_scale_a = Some(full_scale_a.clamp(1e-15, 999.0));
        }
        budget = budget_of(&design)?;
    }
    Ok(Circuit {
        design,
        process,
        budget,
    })
}

/// Fabricates the die of an experiment.
///
/// # Errors
/// Values that are right by themselves but not together, with the key that can be changed.
pub fn die(loaded: &Loaded, circuit: &Circuit) -> Result<(Chip, GroundTruth), Error> {
    let seed = DieSeed(loaded.config.chip.die_seed);
    fabricate(&circuit.design, &circuit.process, seed).map_err(|error| refusal(loaded, &error))
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
        DesignError::NoPlaceForMonitors { .. } => {
            let path = match loaded.config.process.monitor.tap_ratio {
                Some(_) => "process.monitor.tap_ratio",
                None => "training.solver",
            };
            return Some((path, "use a mesh of MZIs with two splitters"));
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
