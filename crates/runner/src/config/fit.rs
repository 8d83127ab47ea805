//! Whether the parts of an experiment fit each other.

use super::check::problem_with;
use super::checked::ReadoutKind;
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

/// Classes to tell apart are two or more, each named once.
pub(super) fn class_list(file: &str, resolved: &Resolved) -> Option<Problem> {
    let path = "data.classes";
    let Some(Value::List(classes)) = resolved.get(path) else {
        return None;
    };
    let twice = (1..classes.len()).find(|&at| classes[..at].contains(&classes[at]));
    let why = match twice {
        Some(at) => format!("names {} twice", classes[at].to_toml()),
        None if classes.len() < 2 => "at least 2 classes are needed".to_owned(),
        None => return None,
    };
    let help = "list different labels, for example [3, 8]".to_owned();
    Some(problem_with(file, resolved, path, why, help))
}

/// Prototypes need a dimension for each class, where their number is known without the data.
pub(super) fn classes(file: &str, resolved: &Resolved) -> Option<Problem> {
    let word = |path: &str| resolved.get(path).map(Value::as_word);
    let Some(Value::Integer(ports)) = resolved.get("chip.ports") else {
        return None;
    };
    let ports = usize::try_from(*ports).ok()?;
    let kind: ReadoutKind = parse(word("chip.readout.kind")?)?;
    let classes = match resolved.get("data.classes") {
        Some(Value::List(classes)) => classes.len(),
        _ if word("data.set")? == "digits" => 10,
        _ => return None,
    };
    let (why, help) = too_many(classes, ports, kind)?;
    Some(problem_with(file, resolved, "chip.ports", why, help))
}

/// That there are more classes than readouts, and what to do.
fn too_many(classes: usize, ports: usize, kind: ReadoutKind) -> Option<(String, String)> {
    let found = readouts(ports, kind);
    if found >= classes {
        return None;
    }
    let (needed, counted) = match kind {
        ReadoutKind::Signed => (2 * classes, "one per pair of ports"),
        ReadoutKind::Intensity | ReadoutKind::Homodyne => (classes, "one per port"),
    };
    Some((
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

/// Only an estimate along random directions is divided by the number of parameters.
pub(super) fn dimension_scaling(file: &str, resolved: &Resolved) -> Option<Problem> {
    let path = "training.optimizer.dimension_scaling";
    if resolved.get(path) != Some(&Value::Bool(true)) {
        return None;
    }
    let word = |path: &str| resolved.get(path).map(Value::as_word);
    let why = match word("training.estimator.kind") {
        None => {
            let solver = word("training.solver")?;
            format!("the gradient of {solver} is exact and not divided by the number of parameters")
        }
        Some(kind) if kind == "coordinate" => {
            "coordinate differences are not divided by the number of parameters".to_owned()
        }
        Some(_) => return None,
    };
    let help =
        "set training.optimizer.dimension_scaling = false, or training.optimizer.kind = adam";
    Some(problem_with(file, resolved, path, why, help.to_owned()))
}

/// Whether the images fit the chip: a readout for each class, and for each pixel a port of its own;
/// further ports stay dark.
///
/// # Errors
/// A problem at `chip.ports`.
pub fn images(loaded: &Loaded, data: &Dataset) -> Result<(), Problem> {
    let chip = &loaded.config.chip;
    if let Some((why, help)) = too_many(data.classes, chip.ports, chip.readout.kind) {
        return Err(loaded.problem("chip.ports", why, help));
    }
    if data.width <= chip.ports {
        return Ok(());
    }
    let crop = chip.ports.isqrt();
    Err(loaded.problem(
        "chip.ports",
        format!(
            "images of {} do not fit ({} x {} = {} pixels, {} ports)",
            data.name, data.height_pixels, data.width_pixels, data.width, chip.ports
        ),
        match data.height_pixels.min(data.width_pixels) > crop {
            true => format!(
                "use at least {} ports, or make the images smaller: data.crop_pixels = {crop}, or \
                 data.downsample",
                data.width
            ),
            false => format!("use at least {} ports", data.width),
        },
    ))
}

fn parse<T: serde::de::DeserializeOwned>(word: String) -> Option<T> {
    T::deserialize(toml::Value::String(word)).ok()
}
