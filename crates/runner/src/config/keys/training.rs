//! The training.

use super::super::key::{
    Fallback::{Absent, Bool, Float, Integer, Text},
    Interval, Key,
};

/// Solvers that measure gradients.
const MEASURED: &[&str] = &["ff-dd", "bp-dd"];

/// Solvers with the gradients of a differentiable twin.
const WITH_TWIN: &[&str] = &["ff-ad", "bp-ad", "ff-pat", "bp-pat"];

/// Solvers that train each layer for its own readouts.
const LAYER_BY_LAYER: &[&str] = &["ff-dd", "ff-ad", "ff-pat", "ff-insitu"];

/// Solvers that measure gradients inside of the chip.
const IN_SITU: &[&str] = &["ff-insitu", "bp-insitu"];

/// Estimators along random directions.
const RANDOM: &[&str] = &["central", "one-sided"];

/// Solvers after which a training on the device can follow.
const ON_TWIN: &[&str] = &["ff-ad", "bp-ad"];

const FINE_TUNED: &str = "training.fine_tune.epochs";

const CALIBRATED: &str = "calibration";

const RADIUS: &str = "training.estimator.smoothing_radius";

pub(super) const KEYS: &[Key] = &[
    Key::text("training.solver", &["ff-dd", "ff-ad", "ff-pat", "ff-insitu", "bp-dd", "bp-ad", "bp-pat", "bp-insitu"])
        .or(Text("ff-dd"))
        .doc("ff: layer by layer, each from its own readouts; bp: all layers at once from the last one's. dd: gradients measured on the device; ad: those of a twin; pat: forward on the device, backward on the twin; insitu: those that a chip measures at its phase shifters, with backward light."),
    Key::text("training.layers", &["in-turn", "in-parallel"])
        .or(Text("in-turn"))
        .when_in("training.solver", LAYER_BY_LAYER)
        .doc("One layer after another, or all of them shifted and read in the same passes, so that L layers cost the queries of one; each layer then learns while those before it still move."),
    Key::integer("training.epochs", (1, 1_000_000_000), "epochs per layer")
        .or(Integer(100))
        .doc("Passes over the training set for each layer, or for all layers together."),
    Key::integer("training.batch", (1, 1 << 20), "samples")
        .or(Integer(128))
        .doc("Samples per step; the last batch of an epoch may be shorter."),
    Key::integer("training.evaluate_every", (0, 1_000_000_000), "epochs")
        .or(Integer(1))
        .hint("0 evaluates only at the end of each layer")
        .doc("Epochs between measurements of the train and test accuracy; 0 = only at a layer's end."),
    Key::switch("training.train_output_screen")
        .or(Bool(false))
        .when("model.kind", "mesh")
        .doc("Whether the output phases gamma are trained; they do not change their layer's intensities."),
    Key::text("training.twin.knowledge", &["design", CALIBRATED, "truth"])
        .or(Text("design"))
        .when_in("training.solver", WITH_TWIN)
        .doc("What the twin knows: the ideal circuit, what a fit to measurements of the die says (docs/twin.md), or the die as it is, which no measurement tells (an upper bound)."),
    Key::integer("training.twin.programmings", (1, 1 << 20), "programmings of all layers")
        .or(Integer(32))
        .when("training.twin.knowledge", CALIBRATED)
        .doc("Random settings of all phases at which the die is measured before the training."),
    Key::integer("training.twin.samples", (1, 1 << 20), "samples")
        .or(Integer(64))
        .when("training.twin.knowledge", CALIBRATED)
        .doc("Samples of random amplitudes sent through at each of them; all taps are read at once."),
    Key::integer("training.twin.iterations", (1, 1_000_000), "iterations per layer")
        .or(Integer(400))
        .when("training.twin.knowledge", CALIBRATED)
        .doc("Iterations of the fit (L-BFGS) at most; they cost computing time and no queries."),
    Key::text("training.in_situ.interference", &["opposite-phases", "three-intensities"])
        .or(Text("opposite-phases"))
        .when_in("training.solver", IN_SITU)
        .doc("Powers at a phase shifter from which its gradient is formed: forward and returning light together in two opposite phases, or (published) forward, backward and both together, which loss and noise bias more. Three passes per layer either way."),
    Key::integer(FINE_TUNED, (1, 1_000_000_000), "epochs per layer")
        .or(Absent)
        .when_in("training.solver", ON_TWIN)
        .doc("Epochs of training on the device after that on the twin, with gradients measured as training.estimator says; no key, the device is only evaluated."),
    Key::float("training.fine_tune.learning_rate", Interval::above(0.0, 1e3), "1")
        .or(Float(1e-3))
        .when_given(FINE_TUNED)
        .doc("Step size at the start of a layer's fine-tuning by plain descent, with dimension scaling where directions are random."),
    Key::text("training.fine_tune.schedule", &["constant", "cosine"])
        .or(Text("cosine"))
        .when_given(FINE_TUNED)
        .doc("Step size over a layer's fine-tuning: constant, or half a cosine down to 0."),
    Key::text("training.estimator.kind", &["central", "one-sided", "coordinate"])
        .or(Text("central"))
        .when_in("training.solver", MEASURED)
        .or_when_given(FINE_TUNED)
        .doc("Difference along a direction: (l(p + e d) - l(p - e d)) / 2e, or (l(p + e d) - l(p)) / e; coordinate: the first along each phase in turn, two losses for each."),
    Key::integer("training.estimator.directions", (1, 1 << 20), "directions per step")
        .or(Integer(1))
        .when_in("training.estimator.kind", RANDOM)
        .doc("Random directions averaged in a step (K)."),
    Key::text("training.estimator.law", &["gaussian", "rademacher"])
        .or(Text("gaussian"))
        .when_in("training.estimator.kind", RANDOM)
        .doc("Distribution of the directions before they are scaled to unit length."),
    Key::float("training.estimator.smoothing_radius_rad", Interval::above(0.0, 1e3), "rad")
        .or(Float(1e-3))
        .when_in("training.solver", MEASURED)
        .or_when_given(FINE_TUNED)
        .one_of(RADIUS)
        .doc("Length of the step to either side, of each group of phases together (epsilon); of weights a bare number, in this and in auto."),
    Key::float("training.estimator.smoothing_radius_dac_steps", Interval::above(0.0, 1e6), "DAC steps")
        .or(Absent)
        .when_in("training.solver", MEASURED)
        .or_when_given(FINE_TUNED)
        .one_of(RADIUS)
        .when("model.kind", "mesh")
        .doc("Instead: root mean square step of a single phase in steps of the heaters' DAC."),
    Key::text(RADIUS, &["auto"])
        .or(Absent)
        .when_in("training.solver", MEASURED)
        .or_when_given(FINE_TUNED)
        .one_of(RADIUS)
        .doc("Instead: measured at the start of each layer, so that the loss difference stands above noise and above a DAC step; it costs queries."),
    Key::integer("training.estimator.noise_repeats", (0, 1 << 20), "losses")
        .or(Integer(0))
        .when_in("training.solver", MEASURED)
        .or_when_given(FINE_TUNED)
        .doc("Losses measured at the start of each layer for the signal-to-noise of the loss difference, where the radius is given; below 2: none, and it is not reported."),
    Key::float("training.estimator.auto.ratio", Interval::above(0.0, 1e6), "1")
        .or(Float(10.0))
        .when(RADIUS, "auto")
        .doc("Wanted ratio of the loss difference to its noise."),
    Key::integer("training.estimator.auto.repeats", (2, 1 << 20), "losses")
        .or(Integer(24))
        .when(RADIUS, "auto")
        .doc("Losses measured at the same phases for the noise."),
    Key::integer("training.estimator.auto.probes", (1, 1 << 20), "directions")
        .or(Integer(16))
        .when(RADIUS, "auto")
        .doc("Directions probed for the slope."),
    Key::float("training.estimator.auto.smallest_rms_rad", Interval::above(0.0, 10.0), "rad")
        .or(Float(1e-4))
        .when(RADIUS, "auto")
        .doc("Least root mean square step of a phase: what a chip without noise gets."),
    Key::float("training.estimator.auto.largest_rms_rad", Interval::above(0.0, 10.0), "rad")
        .or(Float(0.05))
        .when(RADIUS, "auto")
        .doc("Largest; about 0.5 / sqrt(2 N) for N columns."),
    Key::text("training.goal.kind", &["cosine", "softmax", "margin", "cross-entropy", "goodness"])
        .or(Text("cosine"))
        .when_in("data.set", super::data::IMAGES)
        .doc("Loss of a layer that is read: on the cosines with the prototypes, or (published for bp) the cross-entropy of the first readouts, one per class, as logits; goodness: Hinton's forward-forward, with labels that are shown beside the image (arXiv:2212.13345). Of numbers it is the squared difference from the cosine with a single prototype."),
    Key::float("training.goal.temperature", Interval::above(0.0, 1e3), "1")
        .or(Float(0.1))
        .when("training.goal.kind", "softmax")
        .doc("Divisor of the cosines in the softmax."),
    Key::float("training.goal.margin", Interval::closed(0.0, 2.0), "1")
        .or(Float(0.3))
        .when("training.goal.kind", "margin")
        .doc("Distance by which the true class's cosine must lead."),
    Key::float("training.goal.logit_scale_per_a", Interval::above(0.0, 1e15), "1/A")
        .or(Float(1e3))
        .when("training.goal.kind", "cross-entropy")
        .doc("Logits per A of photocurrent; published: 1 over the power of a fully open input, so 1e3 for 1 mW and 1 A/W."),
    Key::float("training.goal.threshold", Interval::open(0.0, 1.0), "1")
        .or(Float(0.5))
        .when("training.goal.kind", "goodness")
        .doc("Goodness above which an image with its label counts as right. Goodness is the share of the light in the first half of the ports: a mesh without loss does not change all of it."),
    Key::float("training.goal.sharpness", Interval::above(0.0, 1e6), "1")
        .or(Float(10.0))
        .when("training.goal.kind", "goodness")
        .doc("Logits per goodness."),
    Key::integer("training.goal.label_port", (0, 4095), "port")
        .or(Integer(0))
        .when("training.goal.kind", "goodness")
        .doc("Port of class 0, from 0: a port per class from there shows the label instead of pixels."),
    Key::float("training.goal.label_amplitude", Interval::above(0.0, 1.0), "1")
        .or(Float(1.0))
        .when("training.goal.kind", "goodness")
        .doc("Amplitude of the label's port relative to full scale."),
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
];
