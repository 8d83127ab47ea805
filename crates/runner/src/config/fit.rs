//! Whether the parts of an experiment fit each other.

use super::check::problem_with;
use super::checked::{DataSet, ReadoutKind};
use super::load::Loaded;
use super::resolved::{Resolved, Value};
use crate::dataset::Dataset;
use crate::error::Problem;

/// Readouts of a layer with this many ports.
pub fn readouts(ports: usize, kind: ReadoutKind) -> usize {
    match kind {
        ReadoutKind::Signed => ports / 2,
        ReadoutKind::Intensity | ReadoutKind::Homodyne => ports,
    }
}

/// Prototypes need a dimension for each class.
pub(super) fn classes(file: &str, resolved: &Resolved) -> Option<Problem> {
    let word = |path: &str| resolved.get(path).map(Value::as_word);
    let Some(Value::Integer(ports)) = resolved.get("chip.ports") else {
        return None;
    };
    let ports = usize::try_from(*ports).ok()?;
    let set: DataSet = parse(word("data.set")?)?;
    let kind: ReadoutKind = parse(word("chip.readout.kind")?)?;
    let found = readouts(ports, kind);
    let classes = set.classes();
    if found >= classes {
        return None;
    }
    let needed = match kind {
        ReadoutKind::Signed => 2 * classes,
        ReadoutKind::Intensity | ReadoutKind::Homodyne => classes,
    };
    let counted = match kind {
        ReadoutKind::Signed => "one per pair of ports",
        ReadoutKind::Intensity | ReadoutKind::Homodyne => "one per port",
    };
    Some(problem_with(
        file,
        resolved,
        "chip.ports",
        format!("more classes than readouts ({classes} classes, {found} readouts, {counted})"),
        format!("use at least {needed} ports"),
    ))
}

/// A radius in steps of a converter needs the converter.
pub(super) fn radius(file: &str, resolved: &Resolved) -> Option<Problem> {
    let path = "training.estimator.smoothing_radius_dac_steps";
    let stepless = resolved.get("process.heater.dac_bits").is_none();
    (stepless && resolved.get(path).is_some()).then(|| {
        problem_with(
            file,
            resolved,
            path,
            "the heaters have no converters, so there are no steps".into(),
            "set process.heater.dac_bits, or give the radius in rad".into(),
        )
    })
}

/// Each pixel of an image enters by a port of its own; further ports stay dark.
///
/// # Errors
/// A problem at `chip.ports` when there are more pixels than ports.
pub fn pixels(loaded: &Loaded, data: &Dataset) -> Result<(), Problem> {
    let ports = loaded.config.chip.ports;
    if data.width <= ports {
        return Ok(());
    }
    Err(loaded.problem(
        "chip.ports",
        format!(
            "images of {} do not fit ({} x {} = {} pixels, {ports} ports)",
            data.name, data.height_pixels, data.width_pixels, data.width
        ),
        format!("use at least {} ports", data.width),
    ))
}

fn parse<T: serde::de::DeserializeOwned>(word: String) -> Option<T> {
    T::deserialize(toml::Value::String(word)).ok()
}
