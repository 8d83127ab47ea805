//! The one table of all keys that an experiment may have.
//!
//! The order is the order of the resolved file; the keys of a table stand together.

use super::key::{
    Fallback::{Absent, Bool, Float, Integer, Text},
    Interval, Key,
};
use std::f64::consts::{FRAC_PI_4, PI};

/// TOML writes integers in 64 bits, programs that read JSON often hold them in an f64: seeds and
/// counts stay below 2^53.
const EXACT_MAX: i64 = 1 << 53;

/// All keys.
pub static KEYS: &[Key] = &[
    Key::name("name").doc("Name of the experiment, part of the results folder's name."),
    Key::integer("seed", (0, EXACT_MAX), "")
        .or(Integer(0))
        .doc("Seed of the training: initial phases, prototypes, batches and directions."),
    Key::text("data.set", &["digits"])
        .doc("Images: digits = 1,797 handwritten digits of 8x8 pixels (doi:10.24432/C50P49)."),
    Key::text("data.normalisation", &["per-image-maximum"])
        .or(Text("per-image-maximum"))
        .doc("Each image is divided by its own largest value (arXiv:2603.24790)."),
    Key::integer("chip.ports", (1, 4096), "ports")
        .or(Integer(64))
        .doc("Waveguides into and out of each mesh; an image needs one port per pixel."),
    Key::integer("chip.layers", (1, 64), "layers")
        .or(Integer(2))
        .doc("Meshes in a row, with an activation after each but the last."),
    Key::text("chip.mesh", &["rectangular", "triangular"])
        .or(Text("rectangular"))
        .doc("Topology: rectangular (doi:10.1364/OPTICA.3.001460) or triangular (doi:10.1103/PhysRevLett.73.58)."),
    Key::text("chip.initial_phases", &["haar", "uniform", "zero"])
        .or(Text("haar"))
        .doc("Phases before training: of a Haar-random unitary, uniform in a turn, or all zero."),
    Key::integer("chip.die_seed", (0, EXACT_MAX), "")
        .or(Integer(0))
        .doc("Seed of the die: the same seed and process give the same chip."),
    Key::text("chip.precision", &["f32", "f64"])
        .or(Text("f32"))
        .doc("Floating-point type of the fields; phases are f64 in either case."),
    Key::float("chip.source.port_power_dbm", Interval::below(-100.0, 60.0), "dBm")
        .or(Float(0.0))
        .doc("Power into a port for a full-scale input of 1."),
    Key::text("chip.activation.kind", &["electro-optic", "identity"])
        .or(Text("electro-optic"))
        .doc("What stands between layers: an electro-optic activation (arXiv:1903.04579) or nothing."),
    Key::float("chip.activation.tap_fraction", Interval::below(0.0, 1.0), "1")
        .or(Float(0.1))
        .when("chip.activation.kind", "electro-optic")
        .doc("Fraction of the power that is tapped for the photodiode (alpha)."),
    Key::float("chip.activation.gain_rad_per_mw", Interval::closed(-1e6, 1e6), "rad/mW")
        .or(Float(0.05 * PI))
        .when("chip.activation.kind", "electro-optic")
        .doc("Phase per power (g)."),
    Key::float("chip.activation.bias_rad", Interval::closed(-1e3, 1e3), "rad")
        .or(Float(PI))
        .when("chip.activation.kind", "electro-optic")
        .doc("Phase without light (phi_b); pi blocks weak light, 0 passes it."),
    Key::text("chip.readout.kind", &["signed", "intensity"])
        .or(Text("signed"))
        .doc("What a layer's tap yields: differences of port pairs (balanced photodiodes), or powers."),
    Key::float("process.splitter_error_sigma_rad", Interval::below(0.0, FRAC_PI_4), "rad")
        .or(Float(0.0))
        .doc("Standard deviation of each coupler's angle error about pi/4."),
    Key::float("process.mzi_loss_db", Interval::below(0.0, 100.0), "dB")
        .or(Float(0.0))
        .hint("a loss is a positive number of dB: 0.3 lets 93.3 % of the power through")
        .doc("Mean insertion loss of an MZI."),
    Key::float("process.mzi_loss_sigma_db", Interval::below(0.0, 100.0), "dB")
        .or(Float(0.0))
        .doc("Standard deviation of the MZI's insertion loss over the die."),
    Key::switch("process.detector.noise")
        .or(Bool(false))
        .doc("Whether detectors add shot and thermal noise."),
    Key::float("process.detector.responsivity_a_per_w", Interval::above(0.0, 9.9), "A/W")
        .or(Float(1.0))
        .doc("Photocurrent per optical power."),
    Key::float("process.detector.dark_current_a", Interval::below(0.0, 1.0), "A")
        .or(Float(0.0))
        .doc("Photodiode current without light."),
    Key::float("process.detector.bandwidth_hz", Interval::above(0.0, 1e15), "Hz")
        .or(Float(1e9))
        .when("process.detector.noise", "true")
        .doc("Noise bandwidth of the receiver."),
    Key::float("process.detector.load_ohm", Interval::above(0.0, 1e12), "ohm")
        .or(Float(50.0))
        .when("process.detector.noise", "true")
        .doc("Load resistance, the source of thermal noise 4 k T B / R."),
    Key::float("process.detector.temperature_k", Interval::below(0.0, 1e4), "K")
        .or(Float(300.0))
        .when("process.detector.noise", "true")
        .doc("Temperature of the load."),
    Key::float("process.instruments.dac_pj_per_conversion", Interval::closed(0.0, 1e9), "pJ")
        .or(Absent)
        .hint("leave the key out where it is not known")
        .doc("Energy of a digital-to-analog conversion, where heaters or modulators have converters: 3.6 to 12 (SimPhony device library)."),
    Key::float("process.instruments.adc_pj_per_conversion", Interval::closed(0.0, 1e9), "pJ")
        .or(Absent)
        .hint("leave the key out where it is not known")
        .doc("Energy of an analog-to-digital conversion, where readouts have a converter: 1.48 at 8 bits (SimPhony device library)."),
    Key::float("process.instruments.tia_mw", Interval::closed(0.0, 1e5), "mW")
        .or(Absent)
        .hint("leave the key out where it is not known")
        .doc("Power of a transimpedance amplifier, one per readout of each layer: 3 (SimPhony device library)."),
    Key::float("process.instruments.modulator_fj_per_symbol", Interval::closed(0.0, 1e12), "fJ")
        .or(Absent)
        .hint("leave the key out where it is not known")
        .doc("Energy of an input modulator per amplitude: 50 to 450 per bit (SimPhony device library)."),
    Key::integer("training.epochs", (1, 1_000_000_000), "epochs per layer")
        .or(Integer(100))
        .doc("Passes over the training set for each layer."),
    Key::integer("training.batch", (1, 1 << 20), "samples")
        .or(Integer(128))
        .doc("Samples per step; the last batch of an epoch may be shorter."),
    Key::integer("training.evaluate_every", (0, 1_000_000_000), "epochs")
        .or(Integer(1))
        .hint("0 evaluates only at the end of each layer")
        .doc("Epochs between measurements of the train and test accuracy; 0 = only at a layer's end."),
    Key::switch("training.train_output_screen")
        .or(Bool(false))
        .doc("Whether the output phases gamma are trained; they do not change their layer's intensities."),
    Key::text("training.estimator.kind", &["central", "one-sided"])
        .or(Text("central"))
        .doc("Difference along a direction: (l(p + e d) - l(p - e d)) / 2e, or (l(p + e d) - l(p)) / e."),
    Key::integer("training.estimator.directions", (1, 1 << 20), "directions per step")
        .or(Integer(1))
        .doc("Random directions averaged in a step (K)."),
    Key::text("training.estimator.law", &["gaussian", "rademacher"])
        .or(Text("gaussian"))
        .doc("Distribution of the directions before they are scaled to unit length."),
    Key::float("training.estimator.smoothing_radius_rad", Interval::above(0.0, 1e3), "rad")
        .or(Float(1e-3))
        .doc("Length of the step to either side (epsilon)."),
    Key::text("training.goal.kind", &["cosine", "softmax", "margin"])
        .or(Text("cosine"))
        .doc("Local loss of a layer on the cosines with the prototypes."),
    Key::float("training.goal.temperature", Interval::above(0.0, 1e3), "1")
        .or(Float(0.1))
        .when("training.goal.kind", "softmax")
        .doc("Divisor of the cosines in the softmax."),
    Key::float("training.goal.margin", Interval::closed(0.0, 2.0), "1")
        .or(Float(0.3))
        .when("training.goal.kind", "margin")
        .doc("Distance by which the true class's cosine must lead."),
    Key::text("training.optimizer.kind", &["sgd", "adam"])
        .or(Text("sgd"))
        .doc("Update rule; adam is doi:10.48550/arXiv.1412.6980."),
    Key::float("training.optimizer.learning_rate", Interval::above(0.0, 1e3), "1")
        .or(Float(1e-3))
        .doc("Step size at the start of a layer."),
    Key::switch("training.optimizer.dimension_scaling")
        .or(Bool(true))
        .when("training.optimizer.kind", "sgd")
        .doc("Whether a group's step is multiplied by its number of parameters, as published."),
    Key::float("training.optimizer.momentum", Interval::below(0.0, 1.0), "1")
        .or(Float(0.0))
        .when("training.optimizer.kind", "sgd")
        .doc("Share of the last update that is kept."),
    Key::float("training.optimizer.beta1", Interval::below(0.0, 1.0), "1")
        .or(Float(0.9))
        .when("training.optimizer.kind", "adam")
        .doc("Decay of the mean of the gradient."),
    Key::float("training.optimizer.beta2", Interval::below(0.0, 1.0), "1")
        .or(Float(0.999))
        .when("training.optimizer.kind", "adam")
        .doc("Decay of the mean of its square."),
    Key::float("training.optimizer.epsilon", Interval::above(0.0, 1.0), "1")
        .or(Float(1e-8))
        .when("training.optimizer.kind", "adam")
        .doc("Added to the root of the mean square."),
    Key::text("training.optimizer.schedule", &["constant", "cosine"])
        .or(Text("constant"))
        .doc("Step size over a layer's training: constant, or half a cosine downwards."),
    Key::float("training.optimizer.final_fraction", Interval::closed(0.0, 1.0), "1")
        .or(Float(0.0))
        .when("training.optimizer.schedule", "cosine")
        .doc("Step size at the end as a fraction of the learning rate."),
    Key::text("vote.rule", &["all-layers", "published"])
        .or(Text("all-layers"))
        .doc("Which layers vote: all, or as in the published code all but the last, which breaks ties."),
    Key::integer("limits.memory_mib", (1, 1 << 30), "MiB")
        .or(Integer(8192))
        .doc("An experiment whose estimated memory is larger is refused."),
    Key::integer("limits.sample_queries", (1, EXACT_MAX), "sample queries")
        .or(Absent)
        .hint("leave the key out for no budget")
        .doc("Samples that may be sent for training and calibration, evaluation not counted; no key, no budget."),
];

/// The key with this path.
pub fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// Whether some key stands in this table or below it.
pub fn is_section(path: &str) -> bool {
    KEYS.iter().any(|key| {
        key.path
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::super::key::{Fallback, Kind};
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn paths_are_unique_and_tables_stand_together() {
        let paths: BTreeSet<_> = KEYS.iter().map(|key| key.path).collect();
        assert_eq!(paths.len(), KEYS.len());
        let mut sections: Vec<_> = KEYS.iter().map(Key::section).collect();
        sections.dedup();
        let distinct: BTreeSet<_> = sections.iter().collect();
        assert_eq!(
            distinct.len(),
            sections.len(),
            "a table is split: {sections:?}"
        );
    }

    #[test]
    fn fallbacks_lie_in_their_ranges() {
        for key in KEYS {
            match (key.kind, key.fallback) {
                (_, Fallback::Required | Fallback::Absent) => {}
                (Kind::Integer { min, max, .. }, Fallback::Integer(x)) => {
                    assert!((min..=max).contains(&x), "{}", key.path);
                }
                (Kind::Float { range, .. }, Fallback::Float(x)) => {
                    assert!(range.clears_min(x) && range.clears_max(x), "{}", key.path);
                }
                (Kind::Text { choices }, Fallback::Text(x)) => {
                    assert!(choices.contains(&x), "{}", key.path);
                }
                (Kind::Bool, Fallback::Bool(_)) => {}
                (kind, fallback) => panic!("{}: {kind:?} with {fallback:?}", key.path),
            }
            assert!(
                !key.doc.is_empty() && key.doc.ends_with('.'),
                "{}",
                key.path
            );
        }
    }

    #[test]
    fn conditions_name_a_choice_of_an_earlier_unconditional_key() {
        for (index, key) in KEYS.iter().enumerate() {
            let Some(condition) = key.used_when else {
                continue;
            };
            let other = KEYS[..index].iter().find(|k| k.path == condition.path);
            let other = other.unwrap_or_else(|| panic!("{}", key.path));
            assert!(other.used_when.is_none(), "{}", key.path);
            match other.kind {
                Kind::Text { choices } => assert!(choices.contains(&condition.value)),
                Kind::Bool => assert!(["true", "false"].contains(&condition.value)),
                kind => panic!("{}: {kind:?}", key.path),
            }
        }
    }
}
