//! Whether the parts of an experiment fit each other.

use super::check::problem_with;
use super::checked::{Cnn, Model, ReadoutKind};
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

/// Numbers are what an mlp alone predicts.
pub(super) fn numbers(file: &str, resolved: &Resolved) -> Option<Problem> {
    let path = "data.set";
    let set = resolved.get(path)?.as_word();
    let model = resolved.get("model.kind")?.as_word();
    if !matches!(set.as_str(), "f1" | "f2") || model == "mlp" {
        return None;
    }
    let why = match model.as_str() {
        "cnn" => "a cnn takes images, and these are samples of a function",
        _ => {
            "inputs of a chip are amplitudes of 0 to 1, and those of this function reach from -1 to 1"
        }
    };
    let help = "set model.kind = mlp, or name a set of images".to_owned();
    Some(problem_with(file, resolved, path, why.into(), help))
}

/// A layer at least, and one size for all convolutional layers or one for each.
pub(super) fn layers(file: &str, resolved: &Resolved) -> Vec<Problem> {
    let mut problems = Vec::new();
    let count = |path: &str| match resolved.get(path) {
        Some(Value::List(sizes)) => Some(sizes.len()),
        _ => None,
    };
    for path in ["model.widths", "model.channels"] {
        if count(path) == Some(0) {
            let why = "a layer is needed".to_owned();
            let help = "give a number for each layer".to_owned();
            problems.push(problem_with(file, resolved, path, why, help));
        }
    }
    let Some(layers) = count("model.channels") else {
        return problems;
    };
    for path in [
        "model.kernel_pixels",
        "model.padding_pixels",
        "model.pooling_pixels",
    ] {
        if let Some(found) = count(path).filter(|found| ![1, layers].contains(found)) {
            let why = format!("{found} numbers for {layers} convolutional layers");
            let help = "give one for all of them, or one for each".to_owned();
            problems.push(problem_with(file, resolved, path, why, help));
        }
    }
    problems
}

/// Prototypes need a dimension for each class, where their number is known without the data.
pub(super) fn classes(file: &str, resolved: &Resolved) -> Option<Problem> {
    let word = |path: &str| resolved.get(path).map(Value::as_word);
    let classes = match resolved.get("data.classes") {
        Some(Value::List(classes)) => classes.len(),
        _ if word("data.set")? == "digits" => 10,
        _ => return None,
    };
    for path in ["model.widths", "model.dimension", "model.dense_widths"] {
        let sizes = match resolved.get(path) {
            Some(Value::List(sizes)) => sizes.as_slice(),
            Some(size) => std::slice::from_ref(size),
            None => continue,
        };
        let sizes = sizes.iter().filter_map(|size| match size {
            Value::Integer(size) => usize::try_from(*size).ok(),
            _ => None,
        });
        if let Some((why, help)) = too_few(classes, sizes) {
            return Some(problem_with(file, resolved, path, why, help));
        }
    }
    let Some(Value::Integer(ports)) = resolved.get("chip.ports") else {
        return None;
    };
    let ports = usize::try_from(*ports).ok()?;
    let kind: ReadoutKind = parse(word("chip.readout.kind")?)?;
    let (why, help) = too_many(classes, ports, kind)?;
    Some(problem_with(file, resolved, "chip.ports", why, help))
}

/// That a digital layer has fewer readouts than there are classes, and what to do.
fn too_few(classes: usize, sizes: impl IntoIterator<Item = usize>) -> Option<(String, String)> {
    let least = sizes.into_iter().min().filter(|least| *least < classes)?;
    Some((
        format!("more classes than readouts ({classes} classes, {least} readouts)"),
        format!("every layer needs {classes} readouts or more, one per class"),
    ))
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
    let solver = word("training.solver")?;
    let why = match word("training.estimator.kind") {
        // Not measured by losses, or only afterwards.
        _ if resolved.get("training.twin.knowledge").is_some()
            || resolved.get("training.in_situ.interference").is_some() =>
        {
            format!("the gradient of {solver} is exact and not divided by the number of parameters")
        }
        Some(kind) if kind == "coordinate" => {
            "coordinate differences are not divided by the number of parameters".to_owned()
        }
        _ => return None,
    };
    let help =
        "set training.optimizer.dimension_scaling = false, or training.optimizer.kind = adam";
    Some(problem_with(file, resolved, path, why, help.to_owned()))
}

/// Only a die can be measured, if it has MZIs alone, and as often as the budget allows.
pub(super) fn calibration(file: &str, resolved: &Resolved) -> Option<Problem> {
    let path = "training.twin.knowledge";
    let word = |path: &str| resolved.get(path).map(Value::as_word);
    if word(path)? != "calibration" {
        return None;
    }
    let number = |path: &str| match resolved.get(path) {
        Some(Value::Integer(number)) => u64::try_from(*number).ok(),
        _ => None,
    };
    if word("model.kind")? != "mesh" {
        let why = "a network computed in numbers is known, there is nothing to measure".to_owned();
        let help = "use design".to_owned();
        return Some(problem_with(file, resolved, path, why, help));
    }
    let programmings = number("training.twin.programmings")?;
    let samples = number("training.twin.samples")?;
    let averages = number("chip.readout.averages").unwrap_or(1);
    let queries = programmings
        .saturating_mul(samples)
        .saturating_mul(averages);
    let limit = number("limits.sample_queries").filter(|limit| queries > *limit)?;
    let path = "training.twin.programmings";
    let why =
        format!("{queries} sample queries for the calibration, limits.sample_queries is {limit}");
    let help = "use fewer programmings or samples, or raise the limit".to_owned();
    Some(problem_with(file, resolved, path, why, help))
}

/// Whether the images fit the model: a readout for each class in every layer, and on a chip for each pixel
/// a port of its own; further ports stay dark.
///
/// # Errors
/// A problem at the key of the size.
pub fn images(loaded: &Loaded, data: &Dataset) -> Result<(), Problem> {
    match &loaded.config.model {
        Model::Mesh => on_ports(loaded, data),
        Model::Mlp(mlp) => readable(loaded, data, "model.widths", &mlp.widths),
        Model::Cnn(cnn) => {
            readable(loaded, data, "model.dimension", &[cnn.dimension])?;
            readable(loaded, data, "model.dense_widths", &cnn.dense_widths)?;
            convolved(loaded, cnn, data.height_pixels, data.width_pixels)
        }
    }
}

fn readable(loaded: &Loaded, data: &Dataset, path: &str, sizes: &[usize]) -> Result<(), Problem> {
    match too_few(data.classes, sizes.iter().copied()) {
        Some((why, help)) => Err(loaded.problem(path, why, help)),
        None => Ok(()),
    }
}

/// Whether every filter fits the image that it gets, and every window that of its filter.
fn convolved(loaded: &Loaded, cnn: &Cnn, height: usize, width: usize) -> Result<(), Problem> {
    let mut side = height.min(width);
    for layer in 0..cnn.channels.len() {
        let number = layer + 1;
        let (kernel, padded) = (cnn.kernel(layer), side + 2 * cnn.padding(layer));
        if kernel > padded {
            let why = format!(
                "larger than the image that convolutional layer {number} gets, {padded} pixels with \
                 its padding"
            );
            let help = "use smaller filters, less pooling, fewer layers or more padding";
            return Err(loaded.problem("model.kernel_pixels", why, help));
        }
        let (window, found) = (cnn.pooling(layer), padded + 1 - kernel);
        if window > found {
            let why =
                format!("larger than what convolutional layer {number} yields, {found} pixels");
            let help = "use smaller windows, smaller filters or more padding";
            return Err(loaded.problem("model.pooling_pixels", why, help));
        }
        side = found / window;
    }
    Ok(())
}

fn on_ports(loaded: &Loaded, data: &Dataset) -> Result<(), Problem> {
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
