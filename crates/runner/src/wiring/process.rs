//! The statistics of an experiment, in the units of the library.

use crate::config::checked::{self, Config};
use photonics::detector::{Adc, LocalOscillator, ReceiverNoise, Response};
use photonics::process::heater::{Drift, HeaterLaw, ThermalCrosstalk};
use photonics::process::{
    DeadDetector, DetectorProcess, Faults, HeaterKind, HeaterProcess, Instruments, MeshProcess,
    Monitors, Process, StuckAt, StuckHeater,
};
use photonics::units::dbm_to_w;

const UM: f64 = 1e-6;
const US: f64 = 1e-6;
const MW: f64 = 1e-3;

/// dB/cm in dB/m.
const PER_CM: f64 = 100.0;

/// Stands where every layer has a full scale of its own.
const ANY_FULL_SCALE_A: f64 = 1e-3;

/// The statistics from which the die is drawn, and of the instruments.
pub fn process(config: &Config) -> Process {
    Process {
        mesh: mesh(&config.process.mesh),
        heater: heater(&config.process),
        detector: detector(config),
        faults: faults(&config.process.faults),
        instruments: instruments(&config.process.instruments),
        monitors: monitors(config),
    }
}

/// The part of it that a mesh by itself has: no receivers, no instruments, nothing broken.
pub fn mesh_and_heaters(process: &checked::Process) -> Process {
    Process {
        mesh: mesh(&process.mesh),
        heater: heater(process),
        ..Process::ideal()
    }
}

/// Those that the process states, or that the solver cannot do without.
fn monitors(config: &Config) -> Option<Monitors> {
    let stated = config.process.monitor.tap_ratio;
    let needed = config.training.solver.is_in_situ().then_some(0.0);
    stated.or(needed).map(|tap_ratio| Monitors { tap_ratio })
}

/// What the instruments take.
fn instruments(instruments: &checked::Instruments) -> Instruments {
    let scaled = |value: Option<f64>, unit: f64| value.map(|value| unit * value);
    Instruments {
        dac_j_per_conversion: scaled(instruments.dac_pj_per_conversion, 1e-12),
        adc_j_per_conversion: scaled(instruments.adc_pj_per_conversion, 1e-12),
        tia_w: scaled(instruments.tia_mw, 1e-3),
        modulator_j_per_symbol: scaled(instruments.modulator_fj_per_symbol, 1e-15),
    }
}

fn mesh(mesh: &checked::Mesh) -> MeshProcess {
    MeshProcess {
        splitter_error_sigma_rad: mesh.splitter_error_sigma_rad,
        splitter_correlation: mesh.splitter_correlation,
        splitter_correlation_length_m: UM * mesh.splitter_correlation_length_um,
        coupler_loss_db: mesh.coupler_loss_db,
        coupler_loss_sigma_db: mesh.coupler_loss_sigma_db,
        shifter_loss_db: mesh.shifter_loss_db,
        shifter_loss_sigma_db: mesh.shifter_loss_sigma_db,
        waveguide_loss_db_per_m: PER_CM * mesh.waveguide_loss_db_per_cm,
        waveguide_loss_relative_sigma: mesh.waveguide_loss_sigma_relative,
        mzi_length_m: UM * mesh.mzi_length_um,
        port_pitch_m: UM * mesh.port_pitch_um,
        crossing_loss_db: mesh.crossing_loss_db,
        crossing_loss_sigma_db: mesh.crossing_loss_sigma_db,
    }
}

fn heater(process: &checked::Process) -> HeaterProcess {
    let (heater, mesh) = (&process.heater, &process.mesh);
    HeaterProcess {
        law: match heater.law {
            checked::HeaterLaw::Direct => HeaterLaw::Direct,
            checked::HeaterLaw::Power => HeaterLaw::Power,
            checked::HeaterLaw::Voltage => HeaterLaw::Voltage,
        },
        p_pi_w: MW * heater.p_pi_mw,
        efficiency_sigma: heater.efficiency_sigma,
        dac_bits: heater.dac_bits,
        full_scale_rad: heater.full_scale_rad,
        crosstalk: ThermalCrosstalk {
            coupling: heater.crosstalk.coupling,
            reference_m: UM * heater.crosstalk.reference_um,
            decay_length_m: UM * heater.crosstalk.decay_length_um,
            pitch_x_m: UM * mesh.mzi_length_um,
            pitch_y_m: UM * mesh.port_pitch_um,
            phi_x_m: UM * heater.phi_x_um,
            theta_x_m: UM * heater.theta_x_um,
        },
        response_time_s: US * heater.response_time_us,
        settling_s: US * heater.settling_us,
        drift: Drift {
            sigma_rad: heater.drift.sigma_rad,
            time_constant_s: heater.drift.time_constant_s,
        },
        phase_offset_sigma_rad: heater.phase_offset_sigma_rad,
    }
}

fn detector(config: &Config) -> DetectorProcess {
    let (detector, readout) = (&config.process.detector, &config.chip.readout);
    let ideal = DetectorProcess::ideal();
    DetectorProcess {
        responsivity_a_per_w: detector.responsivity_a_per_w,
        responsivity_sigma: detector.responsivity_sigma,
        dark_current_a: detector.dark_current_a,
        noise: receiver_noise(
            detector.noise,
            detector.bandwidth_hz,
            detector.load_ohm,
            detector.temperature_k,
        )
        .map(|noise| ReceiverNoise {
            response: match detector.integration_time_s {
                Some(s) => Response::Integration { s },
                None => noise.response,
            },
            shot: detector.shot_noise.unwrap_or(true),
            thermal: detector.thermal_noise.unwrap_or(true),
            rin: detector.intensity_noise.unwrap_or(true),
            ..noise
        }),
        saturation_a: detector.saturation_a,
        adc: detector.adc_bits.map(|bits| Adc {
            bits,
            full_scale_a: ANY_FULL_SCALE_A,
        }),
        averages: readout.averages,
        optical_crosstalk_floor_db: detector.optical_crosstalk_floor_db,
        local_oscillator: LocalOscillator {
            power_w: readout
                .local_oscillator_dbm
                .map_or(ideal.local_oscillator.power_w, dbm_to_w),
            phase_rad: readout.local_oscillator_rad.unwrap_or(0.0),
        },
    }
}

/// All white noise of a receiver, where it is switched on; what is not given has no effect then.
pub(super) fn receiver_noise(
    on: bool,
    bandwidth_hz: Option<f64>,
    load_ohm: Option<f64>,
    temperature_k: Option<f64>,
) -> Option<ReceiverNoise> {
    on.then(|| {
        ReceiverNoise::new(
            bandwidth_hz.unwrap_or(1e9),
            load_ohm.unwrap_or(50.0),
            temperature_k.unwrap_or(300.0),
        )
    })
}

fn faults(faults: &checked::Faults) -> Faults {
    Faults {
        stuck_heaters: faults
            .stuck_heaters
            .iter()
            .flatten()
            .map(|stuck| StuckHeater {
                layer: stuck.layer,
                kind: match stuck.heater {
                    checked::HeaterKind::Theta => HeaterKind::Theta,
                    checked::HeaterKind::Phi => HeaterKind::Phi,
                    checked::HeaterKind::Gamma => HeaterKind::Gamma,
                },
                index: stuck.index,
                at: match stuck.code {
                    Some(code) => StuckAt::Code(code),
                    None => StuckAt::Phase(stuck.phase_rad.unwrap_or(0.0)),
                },
            })
            .collect(),
        dead_detectors: faults
            .dead_detectors
            .iter()
            .flatten()
            .map(|dead| DeadDetector {
                layer: dead.layer,
                port: dead.port,
            })
            .collect(),
        open_ports: faults.open_ports.clone().unwrap_or_default(),
    }
}
