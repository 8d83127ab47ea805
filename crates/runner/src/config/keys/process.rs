//! The statistics of the foundry run and the instruments.

use super::super::key::{
    Fallback::{Absent, Bool, Float, Text},
    Interval, Key,
};
use std::f64::consts::{FRAC_PI_4, PI};

const LAW: &str = "process.heater.law";
const NOISE: &str = "process.detector.noise";
const LOSS_HINT: &str = "a loss is a positive number of dB: 0.3 lets 93.3 % of the power through";

/// A mean or a spread of a loss in dB.
const fn loss(path: &'static str) -> Key {
    Key::float(path, Interval::below(0.0, 100.0), "dB")
        .or(Float(0.0))
        .hint(LOSS_HINT)
}

const fn length_um(path: &'static str, default: f64) -> Key {
    Key::float(path, Interval::open(0.0, 1e6), "um").or(Float(default))
}

const LAYER: Key = Key::integer("layer", (0, 63), "").doc("The layer, from 0.");

const STUCK: &[Key] = &[
    LAYER,
    Key::text("heater", &["theta", "phi", "gamma"]).doc("Which phase it should set."),
    Key::integer("index", (0, i64::MAX), "").doc("The MZI (theta, phi) or the port (gamma), from 0."),
    Key::float("phase_rad", Interval::closed(-1e3, 1e3), "rad")
        .or(Absent)
        .one_of("where it stays")
        .doc("The phase that it gives; 0 is a broken wire. Not below 0 where phases are made by heat."),
    Key::integer("code", (0, (1 << 24) - 1), "")
        .or(Absent)
        .one_of("where it stays")
        .doc("The code of its DAC."),
];

const DEAD: &[Key] = &[
    LAYER,
    Key::integer("port", (0, 4095), "").doc("The port, from 0."),
];

pub(super) const KEYS: &[Key] = &[
    Key::preset("process.preset")
        .or(Absent)
        .doc("Where all other keys of process come from that the file does not set: ideal, research, mature or pessimistic (configs/process/), or the path of a TOML file with a [process] table, relative to the experiment."),
    Key::float("process.source.rin_db_per_hz", Interval::below(-400.0, 0.0), "dB/Hz")
        .or(Absent)
        .doc("Relative intensity noise of the laser; it counts where detectors have noise."),
    Key::float("process.source.wall_plug_efficiency", Interval::closed(1e-9, 1.0), "1")
        .or(Float(1.0))
        .doc("Optical over electrical power of the laser."),
    loss("process.source.coupling_loss_db").doc("Loss between laser and chip: grating or edge coupler."),
    loss("process.source.tree_excess_loss_db")
        .doc("Excess loss of each 1x2 split on the way to the ports: ceil(log2 N) of them."),
    loss("process.source.modulator_insertion_loss_db").doc("Insertion loss of a modulator."),
    Key::float("process.source.modulator_extinction_ratio_db", Interval::open(0.0, 300.0), "dB")
        .or(Absent)
        .doc("Power of the open over that of the closed modulator; no key, it closes fully."),
    Key::integer("process.source.modulator_dac_bits", (1, 24), "bits")
        .or(Absent)
        .doc("Resolution of the modulators' converters; no key, continuous."),
    Key::float("process.mesh.splitter_error_sigma_rad", Interval::below(0.0, FRAC_PI_4), "rad")
        .or(Float(0.0))
        .doc("Standard deviation of each coupler's angle error about pi/4; the two of an MZI are independent."),
    Key::float("process.mesh.splitter_correlation", Interval::closed(0.0, 1.0), "1")
        .or(Float(0.0))
        .doc("Share of that variance that follows the position on the wafer."),
    length_um("process.mesh.splitter_correlation_length_um", 1000.0)
        .doc("Distance over which that share decays to 1/e."),
    loss("process.mesh.coupler_loss_db").doc("Mean insertion loss of a coupler; an MZI has two."),
    loss("process.mesh.coupler_loss_sigma_db").doc("Its standard deviation over the couplers of a die."),
    loss("process.mesh.shifter_loss_db")
        .doc("Mean insertion loss of a phase shifter; on the upper arm alone, so arms differ."),
    loss("process.mesh.shifter_loss_sigma_db").doc("Its standard deviation."),
    Key::float("process.mesh.waveguide_loss_db_per_cm", Interval::below(0.0, 100.0), "dB/cm")
        .or(Float(0.0))
        .hint(LOSS_HINT)
        .doc("Mean propagation loss; light travels the length of an MZI in every column."),
    Key::float("process.mesh.waveguide_loss_sigma_relative", Interval::below(0.0, 10.0), "1")
        .or(Float(0.0))
        .doc("Standard deviation of the loss of one piece of waveguide over its mean."),
    loss("process.mesh.crossing_loss_db").doc("Mean loss of a waveguide crossing; the butterfly and the tree have some (docs/chip.md), the other meshes none."),
    loss("process.mesh.crossing_loss_sigma_db").doc("Its standard deviation."),
    length_um("process.mesh.mzi_length_um", 400.0)
        .doc("Length of an MZI, which is the pitch of the columns."),
    length_um("process.mesh.port_pitch_um", 100.0).doc("Distance of neighbouring ports."),
    Key::text(LAW, &["direct", "power", "voltage"])
        .or(Text("direct"))
        .doc("What is set: the phase itself (no power, any range), the heater's power, or the voltage over it (phase = square of the setting)."),
    Key::float("process.heater.p_pi_mw", Interval::open(0.0, 1e6), "mW")
        .or(Float(25.0))
        .doc("Power of a heater for a phase of pi."),
    Key::float("process.heater.resistance_ohm", Interval::open(0.0, 1e9), "ohm")
        .or(Absent)
        .doc("Resistance of a heater, for the voltages of fzero convert; nothing that light meets depends on it."),
    Key::float("process.heater.efficiency_sigma", Interval::below(0.0, 0.5), "1")
        .or(Float(0.0))
        .doc("Relative standard deviation of a heater's phase at the same setting."),
    Key::integer("process.heater.dac_bits", (1, 24), "bits")
        .or(Absent)
        .doc("Resolution of the heaters' converters; no key, continuous. Phases then live on codes."),
    Key::float("process.heater.full_scale_rad", Interval::open(0.0, 100.0), "rad")
        .or(Float(2.2 * PI))
        .doc("Phase of the nominal heater at the largest setting; larger ones saturate. Phases asked for are taken modulo 2 pi."),
    Key::float("process.heater.phase_offset_sigma_rad", Interval::below(0.0, 100.0), "rad")
        .or(Float(0.0))
        .doc("Standard deviation of the static phase of each path with its heater off."),
    Key::float("process.heater.response_time_us", Interval::below(0.0, 1e9), "us")
        .or(Float(0.0))
        .doc("Time constant with which a phase follows its setting."),
    Key::float("process.heater.settling_us", Interval::below(0.0, 1e9), "us")
        .or(Float(0.0))
        .doc("Time between a programming and the light."),
    length_um("process.heater.phi_x_um", 100.0).doc("Place of the phi heater along the MZI."),
    length_um("process.heater.theta_x_um", 300.0)
        .doc("Place of the theta heater along the MZI, behind that of phi and before the MZI's end."),
    Key::float("process.heater.crosstalk.coupling", Interval::below(0.0, 1.0), "1")
        .or(Float(0.0))
        .doc("Share of a heater's phase that reaches a phase shifter at the reference distance; it falls as exp(-(|dx| + |dy|) / decay length)."),
    Key::float("process.heater.crosstalk.reference_um", Interval::below(0.0, 1e6), "um")
        .or(Float(100.0))
        .doc("The distance at which that share is stated."),
    length_um("process.heater.crosstalk.decay_length_um", 50.0)
        .doc("Distance over which the share falls to 1/e."),
    Key::float("process.heater.drift.sigma_rad", Interval::below(0.0, 100.0), "rad")
        .or(Float(0.0))
        .doc("Standard deviation of each phase's drift, a mean-reverting random walk of its own (Ornstein-Uhlenbeck)."),
    Key::float("process.heater.drift.time_constant_s", Interval::open(0.0, 1e12), "s")
        .or(Float(3600.0))
        .doc("Time over which it forgets; it moves with the clock of programmings and readouts."),
    Key::switch(NOISE)
        .or(Bool(false))
        .doc("Whether detectors add noise: shot and thermal, and the laser's intensity noise where it has any."),
    Key::float("process.detector.responsivity_a_per_w", Interval::above(0.0, 9.9), "A/W")
        .or(Float(1.0))
        .doc("Photocurrent per optical power."),
    Key::float("process.detector.responsivity_sigma", Interval::below(0.0, 1.0), "1")
        .or(Float(0.0))
        .doc("Relative standard deviation of the responsivity from diode to diode."),
    Key::float("process.detector.dark_current_a", Interval::below(0.0, 1.0), "A")
        .or(Float(0.0))
        .doc("Photodiode current without light."),
    Key::float("process.detector.bandwidth_hz", Interval::above(0.0, 1e15), "Hz")
        .or(Float(1e9))
        .when(NOISE, "true")
        .one_of("response of the receiver")
        .doc("Noise bandwidth B of the receiver; a readout takes 1 / (2 B)."),
    Key::float("process.detector.integration_time_s", Interval::closed(1e-15, 1e6), "s")
        .or(Absent)
        .when(NOISE, "true")
        .one_of("response of the receiver")
        .doc("Instead of the bandwidth: the time T over which a readout is integrated, B = 1 / (2 T)."),
    Key::float("process.detector.load_ohm", Interval::above(0.0, 1e12), "ohm")
        .or(Float(50.0))
        .when(NOISE, "true")
        .doc("Load, or feedback of the TIA: the source of thermal noise 4 k T B / R."),
    Key::float("process.detector.temperature_k", Interval::below(0.0, 1e4), "K")
        .or(Float(300.0))
        .when(NOISE, "true")
        .doc("Temperature of the load."),
    Key::switch("process.detector.shot_noise")
        .or(Bool(true))
        .when(NOISE, "true")
        .doc("Whether shot noise 2 q I B is part of it."),
    Key::switch("process.detector.thermal_noise")
        .or(Bool(true))
        .when(NOISE, "true")
        .doc("Whether thermal noise is part of it."),
    Key::switch("process.detector.intensity_noise")
        .or(Bool(true))
        .when(NOISE, "true")
        .doc("Whether the laser's relative intensity noise is part of it."),
    Key::float("process.detector.saturation_a", Interval::closed(1e-15, 999.0), "A")
        .or(Absent)
        .doc("Photocurrent that a diode cannot exceed: I / (1 + I / I_sat); no key, linear."),
    Key::float("process.detector.optical_crosstalk_floor_db", Interval::open(0.0, 300.0), "dB")
        .or(Absent)
        .doc("How far below a layer's total power the stray light lies that every photodiode sees; no key, none."),
    Key::integer("process.detector.adc_bits", (1, 24), "bits")
        .or(Absent)
        .doc("Resolution of the readouts' converters; no key, continuous."),
    Key::floats("process.detector.adc_full_scale_a", Interval::closed(1e-15, 999.0), "A")
        .or(Absent)
        .when_given("process.detector.adc_bits")
        .doc("Full scale of the converters (the gain of the TIA), one number for all layers or a list of one per layer; no key: 8 times each layer's mean photocurrent per port by the link budget."),
    Key::float("process.instruments.dac_pj_per_conversion", Interval::closed(0.0, 1e9), "pJ")
        .or(Absent)
        .doc("Energy of a digital-to-analog conversion, where heaters or modulators have converters: 3.6 to 12 (SimPhony device library). No key, not stated; so are the next three."),
    Key::float("process.instruments.adc_pj_per_conversion", Interval::closed(0.0, 1e9), "pJ")
        .or(Absent)
        .doc("Energy of an analog-to-digital conversion, where readouts have a converter: 1.48 at 8 bits (SimPhony device library)."),
    Key::float("process.instruments.tia_mw", Interval::closed(0.0, 1e5), "mW")
        .or(Absent)
        .doc("Power of a transimpedance amplifier, one per readout of each layer: 3 (SimPhony device library)."),
    Key::float("process.instruments.modulator_fj_per_symbol", Interval::closed(0.0, 1e12), "fJ")
        .or(Absent)
        .doc("Energy of an input modulator per amplitude: 50 to 450 per bit (SimPhony device library)."),
    Key::float("process.monitor.tap_ratio", Interval::below(0.0, 1.0), "1")
        .or(Absent)
        .doc("Part of the power that a monitor in front of every phase shifter theta and phi takes, whatever the solver; 0: all is read, and nothing taken. No key: no monitors, and with an insitu solver those of 0."),
    Key::integers("process.faults.open_ports", (0, 4095), "ports")
        .or(Absent)
        .doc("Input ports without light, from 0."),
    Key::records("process.faults.dead_detectors", DEAD)
        .or(Absent)
        .doc("Detectors that give no current."),
    Key::records("process.faults.stuck_heaters", STUCK)
        .or(Absent)
        .doc("Phase shifters that stay where they are whatever is asked for."),
];
