//! Warnings with advice: what a run will meet, said before it begins.

use crate::dataset::Dataset;
use photonics::budget::{LayerBudget, LinkBudget};
use photonics::component::activation::Activation;
use photonics::design::ChipDesign;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{self, Write};

/// Loss of an activation in dB from which on it is worth a word even without noise.
const DARK_ACTIVATION_DB: f64 = 20.0;

/// Loss of an activation in dB from which on opening it is worth trying.
const DIM_ACTIVATION_DB: f64 = 3.0;

/// Layers below the noise floor that are named one by one; all further ones share a line.
const NAMED_LAYERS: usize = 3;

/// Something that does not stop a run, and that its user should know. Displayed as one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caution {
    /// What is the case.
    pub what: String,
    /// What to do about it.
    pub advice: String,
}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "caution: {}; {}", self.what, self.advice)
    }
}

/// Writes cautions to standard error. If nobody can read them that is no reason to stop.
pub fn print(cautions: &[Caution]) {
    let mut sink = io::stderr().lock();
    for caution in cautions {
        let _ = writeln!(sink, "{caution}");
    }
}

/// How many times the smallest class the largest may have before it is worth a word.
const UNBALANCED: usize = 2;

/// Classes of very unequal numbers of training images.
pub fn of_data(data: &Dataset) -> Option<Caution> {
    let counts = data.per_class();
    let largest = *counts.iter().max()?;
    let smallest = *counts.iter().min()?;
    if largest <= UNBALANCED * smallest {
        return None;
    }
    let mut test = vec![0_usize; data.classes];
    for label in &data.test.labels {
        test[usize::from(*label)] += 1;
    }
    // What is learned by always naming the class that is largest in training.
    let named = counts.iter().position(|count| *count == largest)?;
    let guessed = test[named] as f64 / data.test.count() as f64;
    Some(Caution {
        what: format!("training images per class: {}", data.shown_per_class()),
        advice: format!(
            "naming class {} every time already gives a test accuracy of {guessed:.3}",
            data.class_labels[named]
        ),
    })
}

/// What the link budget gives reason to say: readouts below the noise floor, activations that leave
/// hardly any light. Layers are counted from 1.
pub fn of_budget(budget: &LinkBudget, design: &ChipDesign) -> Vec<Caution> {
    let mut cautions = below_the_floor(budget);
    cautions.extend(dark_activations(budget, design));
    cautions
}

fn below_the_floor(budget: &LinkBudget) -> Vec<Caution> {
    let hidden = |layer: &LayerBudget| layer.readout.snr_db.is_some_and(|snr_db| snr_db < 0.0);
    let mut layers = (1..).zip(&budget.layers).filter(|(_, layer)| hidden(layer));
    let dim = |number: usize| {
        let before = number
            .checked_sub(2)
            .and_then(|before| budget.layers.get(before));
        before
            .and_then(|layer| layer.activation)
            .is_some_and(|activation| activation.loss_db > DIM_ACTIVATION_DB)
    };
    let mut cautions: Vec<_> = layers
        .by_ref()
        .take(NAMED_LAYERS)
        .map(|(number, layer)| Caution {
            what: format!("layer {number}: {}", power_and_floor(layer)),
            advice: advice(number, dim(number)).into(),
        })
        .collect();
    let further: Vec<_> = layers.map(|(number, _)| number.to_string()).collect();
    if !further.is_empty() {
        cautions.push(Caution {
            what: format!(
                "layers {} are below the noise floor too",
                further.join(", ")
            ),
            advice: "see fzero budget".into(),
        });
    }
    cautions
}

fn power_and_floor(layer: &LayerBudget) -> String {
    let power = if layer.detected.is_dark() {
        "no light on its photodiodes".to_owned()
    } else {
        format!("{:.1} dBm on a photodiode", layer.detected.dbm())
    };
    let readout = &layer.readout;
    match (readout.floor, readout.snr_db) {
        (Some(floor), Some(snr_db)) if snr_db.is_finite() => format!(
            "{power}, below the noise floor of {:.1} dBm (SNR {snr_db:.1} dB)",
            floor.dbm()
        ),
        (Some(floor), _) => format!("{power}, the noise floor is {:.1} dBm", floor.dbm()),
        (None, _) => power,
    }
}

/// What helps a layer that nobody can read; `dim`: the activation before it takes most of the light.
fn advice(number: usize, dim: bool) -> &'static str {
    match (number, dim) {
        (1, _) => "give it more laser power, a lower bandwidth or averages",
        (_, true) => {
            "open the activation before it (bias 0), or give it a gain stage, more laser power, a lower \
             bandwidth or averages"
        }
        (_, false) => "give it a gain stage, more laser power, a lower bandwidth or averages",
    }
}

fn dark_activations(budget: &LinkBudget, design: &ChipDesign) -> Option<Caution> {
    let losses: Vec<_> = (1..)
        .zip(&budget.layers)
        .filter_map(|(number, layer)| Some((number, layer.activation?.loss_db)))
        .filter(|&(_, loss_db)| loss_db > DARK_ACTIVATION_DB)
        .collect();
    let (first, first_db) = *losses.first()?;
    let others = match losses.last() {
        Some(&(last, last_db)) if last > first => {
            format!(", {last_db:.0} dB behind layer {last}")
        }
        _ => String::new(),
    };
    let advice = match design.layers.get(first - 1)?.activation {
        Activation::ElectroOptic(_) => {
            "invisible without noise, fatal with it: a bias of 0 passes weak light"
        }
        _ => "invisible without noise, fatal with it: it needs more light or another working point",
    };
    Some(Caution {
        what: format!(
            "the activation takes {first_db:.0} dB of the light behind layer {first}{others}"
        ),
        advice: advice.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Loaded, Override};
    use crate::wiring;
    use photonics::budget::{Drive, link_budget};

    fn cautions(settings: &[(&str, &str)]) -> Vec<String> {
        let overrides: Vec<_> = settings
            .iter()
            .map(|&(key, value)| Override::set(key, value))
            .collect();
        let text = "name = \"a\"\ndata.set = \"digits\"\nprocess.detector.noise = true";
        let loaded = Loaded::from_text("a.toml", text, &overrides).unwrap();
        let design = wiring::design(&loaded.config).unwrap();
        let process = wiring::process(&loaded.config);
        let budget = link_budget(&design, &process, &Drive::constant(0.235)).unwrap();
        let found = of_budget(&budget, &design);
        found.iter().map(Caution::to_string).collect()
    }

    #[test]
    fn layers_below_the_floor_are_named_with_power_and_floor() {
        let found = cautions(&[
            ("chip.layers", "3"),
            ("process.detector.bandwidth_hz", "1e6"),
        ]);
        // Thermal noise of two photodiodes, 25.7 nA, at 1 A/W: -45.9 dBm.
        assert!(
            found[0].starts_with(
                "caution: layer 3: -116.5 dBm on a photodiode, below the noise floor of -45.9 dBm \
                 (SNR -141."
            ),
            "{found:?}"
        );
        assert!(found[0].ends_with(
            "(bias 0), or give it a gain stage, more laser power, a lower bandwidth or averages"
        ));
        assert_eq!(
            found[1],
            "caution: the activation takes 28 dB of the light behind layer 1, 83 dB behind layer 2; \
             invisible without noise, fatal with it: a bias of 0 passes weak light"
        );
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_deep_network_gets_no_page_of_them() {
        let found = cautions(&[("chip.layers", "8")]);
        assert_eq!(found.len(), NAMED_LAYERS + 2, "{found:?}");
        assert!(
            found[NAMED_LAYERS].contains("layers 5, 6, 7, 8 are below"),
            "{found:?}"
        );
    }

    #[test]
    fn weak_light_at_the_first_layer_needs_another_advice() {
        let found = cautions(&[
            ("chip.source.port_power_dbm", "-60"),
            ("chip.activation.kind", "identity"),
        ]);
        assert_eq!(found.len(), 2);
        assert!(
            found[0].contains("layer 1: -66.3 dBm")
                && found[0].ends_with("give it more laser power, a lower bandwidth or averages")
        );
        assert!(cautions(&[("chip.activation.bias_rad", "0")]).is_empty());
    }
}
