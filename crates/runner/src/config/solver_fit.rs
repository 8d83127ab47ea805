//! Whether solver and goal fit what is trained.

use super::check::problem_with;
use super::resolved::{Resolved, Value};
use crate::error::Problem;

/// Measurements inside need a chip.
pub(super) fn in_situ(file: &str, resolved: &Resolved) -> Option<Problem> {
    let path = "training.solver";
    let solver = resolved.get(path)?.as_word();
    let model = resolved.get("model.kind")?.as_word();
    if !solver.ends_with("-insitu") || model == "mesh" {
        return None;
    }
    let why = format!("a {model} is computed in numbers and has no monitors");
    let help = "use ff-dd or bp-dd, or model.kind = mesh".to_owned();
    Some(problem_with(file, resolved, path, why, help))
}

/// Goodness is a share of light, and labels need ports.
pub(super) fn goodness(file: &str, resolved: &Resolved) -> Option<Problem> {
    let path = "training.goal.kind";
    let word = |path: &str| resolved.get(path).map(Value::as_word);
    if word(path)? != "goodness" {
        return None;
    }
    let problem = |path: &str, why: String, help: &str| {
        Some(problem_with(file, resolved, path, why, help.to_owned()))
    };
    if let Some(model) = word("model.kind").filter(|model| model != "mesh") {
        let why = format!("goodness is a share of light, and the readouts of a {model} are none");
        return problem(
            path,
            why,
            "use cosine, softmax or margin, or model.kind = mesh",
        );
    }
    if let Some(readout) = word("chip.readout.kind").filter(|kind| kind != "intensity") {
        let why = format!("goodness is a share of power, and a {readout} readout is none");
        return problem(path, why, "set chip.readout.kind = intensity");
    }
    let classes = match resolved.get("data.classes") {
        Some(Value::List(classes)) => classes.len() as i64,
        // Of files, at least two.
        _ if word("data.set")? == "digits" => 10,
        _ => 2,
    };
    let number = |path: &str| match resolved.get(path) {
        Some(Value::Integer(number)) => Some(*number),
        _ => None,
    };
    let path = "training.goal.label_port";
    let (first, ports) = (number(path)?, number("chip.ports")?);
    if first + classes > ports {
        let why = format!("{classes} labels from port {first} on do not fit {ports} ports");
        return problem(path, why, "begin at a lower port, or use more ports");
    }
    None
}
