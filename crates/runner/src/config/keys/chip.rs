//! The chip as designed.

use super::super::key::{
    Fallback::{Absent, Bool, Float, Integer, Text},
    Interval, Key,
};
use super::EXACT_MAX;
use std::f64::consts::PI;

const MESH: &str = "chip.mesh";
const REDUNDANT: &str = "redundant-rectangular";
pub(super) const CELLS: &[&str] = &["plain", "three-splitter", "symmetric"];
pub(super) const MESHES: &[&str] = &[
    "rectangular",
    "triangular",
    "diamond",
    REDUNDANT,
    "butterfly",
    "tree",
    "permuting-rectangular",
    "svd",
];
const KIND: &str = "chip.activation.kind";
const ELECTRO_OPTIC: &str = "electro-optic";
const ABSORBER: &str = "saturable-absorber";
const MOD_RELU: &str = "mod-relu";
const GAIN: &str = "gain-stage";
const REGENERATOR: &str = "regenerator";
const ACTIVATIONS: &[&str] = &[
    ELECTRO_OPTIC,
    ABSORBER,
    MOD_RELU,
    GAIN,
    REGENERATOR,
    "identity",
];

pub(super) const KEYS: &[Key] = &[
    Key::integer("chip.ports", (1, 4096), "ports")
        .or(Integer(64))
        .doc("Waveguides into and out of each mesh; an image needs one port per pixel."),
    Key::integer("chip.layers", (1, 64), "layers")
        .or(Integer(2))
        .doc("Meshes in a row, with an activation after each but the last."),
    Key::text_or_file(MESH, MESHES)
        .or(Text("rectangular"))
        .doc("Topology: rectangular (doi:10.1364/OPTICA.3.001460), triangular (doi:10.1103/PhysRevLett.73.58), diamond (doi:10.1364/OE.395441), redundant-rectangular (extra_columns more), butterfly (doi:10.1364/OE.27.014009), tree (doi:10.1364/OPTICA.391592), permuting-rectangular (doi:10.1103/PhysRevApplied.11.064044), the last three with crossings, or svd (two meshes with attenuators between them); or a mesh file beside this one (meshes.md), which says the number of ports."),
    Key::integer("chip.extra_columns", (1, 4096), "columns")
        .or(Integer(2))
        .when(MESH, REDUNDANT)
        .doc("Columns beyond those of the rectangular mesh."),
    Key::text("chip.cell", CELLS)
        .or(Absent)
        .doc("Form of the MZIs of a named topology: plain (the default), three-splitter (a further coupler in front, arXiv:2109.05367) or symmetric (a phase shifter on each inner arm, arXiv:2104.07561); see meshes.md."),
    Key::name("chip.mesh_sha256")
        .or(Absent)
        .doc("SHA-256 of the mesh file, 64 hexadecimal digits; another file is then refused. In the resolved configuration it is always there where there is a mesh file."),
    Key::text("chip.initial_phases", &["haar", "uniform", "zero"])
        .or(Text("haar"))
        .doc("Phases before training: of a Haar-random unitary (in a diamond, butterfly or tree, which cannot be one: of MZIs that are each one), uniform in a turn, or all zero."),
    Key::integer("chip.die_seed", (0, EXACT_MAX), "")
        .or(Integer(0))
        .doc("Seed of the die: the same seed and process give the same chip."),
    Key::text("chip.precision", &["f32", "f64"])
        .or(Text("f32"))
        .doc("Floating-point type of the fields; phases are f64 in either case."),
    Key::float("chip.source.port_power_dbm", Interval::below(-100.0, 60.0), "dBm")
        .or(Float(0.0))
        .one_of("power of the source")
        .doc("Power into a port for a full-scale input of 1, behind its modulator."),
    Key::float("chip.source.port_power_w", Interval::closed(1e-13, 999.0), "W")
        .or(Absent)
        .one_of("power of the source")
        .doc("The same in W."),
    Key::float("chip.source.laser_power_dbm", Interval::below(-100.0, 60.0), "dBm")
        .or(Absent)
        .one_of("power of the source")
        .doc("Power of the laser; each port gets 1/N of it, less the losses of process.source."),
    Key::float("chip.source.laser_power_w", Interval::closed(1e-13, 999.0), "W")
        .or(Absent)
        .one_of("power of the source")
        .doc("The same in W."),
    Key::text(KIND, ACTIVATIONS)
        .or(Text(ELECTRO_OPTIC))
        .doc("What stands between layers, at each port: electro-optic (arXiv:1903.04579), saturable-absorber, mod-relu (arXiv:1511.06464), gain-stage (optical amplifier), regenerator (O-E-O), identity (nothing)."),
    Key::float("chip.activation.tap_fraction", Interval::below(0.0, 1.0), "1")
        .or(Float(0.1))
        .when(KIND, ELECTRO_OPTIC)
        .doc("Fraction of the power that is tapped for the photodiode (alpha)."),
    Key::float("chip.activation.gain_rad_per_mw", Interval::closed(-1e6, 1e6), "rad/mW")
        .or(Float(0.05 * PI))
        .when(KIND, ELECTRO_OPTIC)
        .doc("Phase per power (g)."),
    Key::float("chip.activation.bias_rad", Interval::closed(-1e3, 1e3), "rad")
        .or(Float(PI))
        .when(KIND, ELECTRO_OPTIC)
        .doc("Phase without light (phi_b); pi blocks weak light, 0 passes it."),
    Key::float("chip.activation.absorption", Interval::closed(0.0, 1.0), "1")
        .or(Float(0.5))
        .when(KIND, ABSORBER)
        .doc("Part of weak light that is absorbed and can be bleached (alpha_0)."),
    Key::float("chip.activation.unsaturable_absorption", Interval::closed(0.0, 1.0), "1")
        .or(Float(0.0))
        .when(KIND, ABSORBER)
        .doc("Part that is absorbed at any power (alpha_ns); with absorption at most 1."),
    Key::float("chip.activation.saturation_power_mw", Interval::closed(1e-12, 1e5), "mW")
        .or(Float(1.0))
        .when(KIND, ABSORBER)
        .doc("Power at which the absorption has fallen to half (P_s)."),
    Key::float("chip.activation.threshold_sqrt_w", Interval::below(0.0, 32.0), "sqrt(W)")
        .or(Float(0.0))
        .when(KIND, MOD_RELU)
        .doc("What is taken off the amplitude; weaker light is lost."),
    Key::float("chip.activation.gain_db", Interval::closed(0.0, 60.0), "dB")
        .or(Float(10.0))
        .when(KIND, GAIN)
        .doc("Gain of weak light (G_0)."),
    Key::float("chip.activation.noise_figure_db", Interval::below(0.0, 30.0), "dB")
        .or(Absent)
        .when(KIND, GAIN)
        .doc("Noise figure for weak light, at least 2 - 1/G (3 dB at high gain); no key, no spontaneous emission."),
    Key::float("chip.activation.optical_bandwidth_hz", Interval::above(0.0, 1e15), "Hz")
        .or(Float(1e9))
        .when_given("chip.activation.noise_figure_db")
        .doc("Optical bandwidth of the spontaneous emission that reaches the next layer."),
    Key::float("chip.activation.wavelength_nm", Interval::closed(100.0, 1e5), "nm")
        .or(Float(1550.0))
        .when_given("chip.activation.noise_figure_db")
        .doc("Vacuum wavelength of the light."),
    Key::float("chip.activation.saturation_output_dbm", Interval::closed(-90.0, 59.0), "dBm")
        .or(Absent)
        .when(KIND, GAIN)
        .doc("Output power at which the gain has fallen by 3 dB; it needs a gain of 3.1 dB. No key, no saturation."),
    Key::text("chip.activation.transfer", &["linear", "relu", "sigmoid"])
        .or(Text("relu"))
        .when(KIND, REGENERATOR)
        .doc("How the photocurrent opens the modulator of the fresh carrier."),
    Key::float("chip.activation.threshold_a", Interval::closed(-1.0, 1.0), "A")
        .or(Float(0.0))
        .when("chip.activation.transfer", "relu")
        .doc("Photocurrent at which the modulator begins to open."),
    Key::float("chip.activation.midpoint_a", Interval::closed(-1.0, 1.0), "A")
        .or(Float(1e-6))
        .when("chip.activation.transfer", "sigmoid")
        .doc("Photocurrent at which the modulator is half open."),
    Key::float("chip.activation.gain_per_a", Interval::closed(-1e15, 1e15), "1/A")
        .or(Float(1e6))
        .when(KIND, REGENERATOR)
        .doc("Part of the modulator's range per photocurrent (TIA and driver)."),
    Key::float("chip.activation.carrier_dbm", Interval::below(-100.0, 60.0), "dBm")
        .or(Float(0.0))
        .when(KIND, REGENERATOR)
        .doc("Power of the fresh carrier behind the open modulator, per port."),
    Key::float("chip.activation.extinction_ratio_db", Interval::above(0.0, 100.0), "dB")
        .or(Absent)
        .when(KIND, REGENERATOR)
        .doc("Extinction ratio of that modulator; no key, it closes fully."),
    Key::float("chip.activation.responsivity_a_per_w", Interval::above(0.0, 9.9), "A/W")
        .or(Float(1.0))
        .when(KIND, REGENERATOR)
        .doc("Responsivity of its photodiode."),
    Key::float("chip.activation.dark_current_a", Interval::below(0.0, 1.0), "A")
        .or(Float(0.0))
        .when(KIND, REGENERATOR)
        .doc("Dark current of its photodiode."),
    Key::switch("chip.activation.noise")
        .or(Bool(false))
        .when(KIND, REGENERATOR)
        .doc("Whether that photodiode adds shot and thermal noise."),
    Key::float("chip.activation.bandwidth_hz", Interval::above(0.0, 1e15), "Hz")
        .or(Float(1e9))
        .when("chip.activation.noise", "true")
        .doc("Its noise bandwidth."),
    Key::float("chip.activation.load_ohm", Interval::above(0.0, 1e12), "ohm")
        .or(Float(50.0))
        .when("chip.activation.noise", "true")
        .doc("Its load."),
    Key::float("chip.activation.temperature_k", Interval::below(0.0, 1e4), "K")
        .or(Float(300.0))
        .when("chip.activation.noise", "true")
        .doc("Temperature of that load."),
    Key::text("chip.readout.kind", &["signed", "intensity", "homodyne"])
        .or(Text("signed"))
        .doc("What a layer's tap yields: differences of port pairs (balanced photodiodes), powers, or fields against a local oscillator."),
    Key::text("chip.readout.tap", &["lossless", "coupler", "activation"])
        .or(Text("lossless"))
        .doc("Where an inner layer's detectors get their light: lossless (they see all and take nothing, as no device does), coupler (a tap coupler of tap_ratio), activation (the light that an electro-optic activation taps, tap_fraction). Those of the last layer see all."),
    Key::float("chip.readout.tap_ratio", Interval::open(0.0, 1.0), "1")
        .or(Float(0.1))
        .when("chip.readout.tap", "coupler")
        .doc("Part of the power that the tap coupler takes; it is missing downstream."),
    Key::integer("chip.readout.averages", (1, 1_000_000), "readouts")
        .or(Integer(1))
        .doc("How often each readout is repeated and averaged; every repetition is a sample query."),
    Key::float("chip.readout.local_oscillator_dbm", Interval::below(-100.0, 60.0), "dBm")
        .or(Float(0.0))
        .when("chip.readout.kind", "homodyne")
        .doc("Power of the local oscillator per port."),
    Key::float("chip.readout.local_oscillator_rad", Interval::closed(-1e3, 1e3), "rad")
        .or(Float(0.0))
        .when("chip.readout.kind", "homodyne")
        .doc("Its phase: 0 reads the real part of the field, pi/2 the imaginary part."),
];
