//! A die that is fabricated for the purpose: corrected with the help of its truth, or left to configure
//! itself.

use super::file_die::on_known_errors;
use super::mesh::Mesh;
use super::plan::Plan;
use super::report::{Drawn, Measured, OnDie, missed};
use super::search::Search;
use crate::cli::ProgramArgs;
use crate::config::{Loaded, Override};
use crate::error::{Error, Problem};
use crate::wiring;
use nalgebra::DMatrix;
use num_complex::Complex64;
use numerics::Streams;
use photonics::calibrate::{
    SelfConfigurable, SelfConfigureError, SelfConfigureOptions, self_configure,
};
use photonics::chip::Chip;
use photonics::chip::actuation::Actuator;
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::mesh::{MeshHardware, NamedTopology};
use photonics::process::Process;
use photonics::units::power_ratio_to_db;

/// What stands for an experiment, beneath `--set`: light of 0.1 mW per port and a local oscillator of 10
/// mW, so strong that unequal diodes hardly let |E|^2 through.
const BENCH: [(&str, &str); 3] = [
    ("chip.readout.kind", "homodyne"),
    ("chip.readout.local_oscillator_dbm", "10"),
    ("chip.source.port_power_dbm", "-10"),
];

/// Keys of the light source.
const SOURCE: &str = "chip.source.";

/// How keys begin that `--set` may change.
const SETTABLE: [&str; 4] = [
    "process.",
    SOURCE,
    "chip.readout.local_oscillator",
    "chip.readout.averages",
];

fn counts(key: &str) -> bool {
    key != "process.preset" && SETTABLE.iter().any(|begin| key.starts_with(begin))
}

/// What an experiment must say, and nothing here depends on.
const EXPERIMENT: &str = "name = \"program\"\n[data]\nset = \"digits\"\n";

/// A converter's full scale over the readout of all light at one port.
const HEADROOM: f64 = 1.25;

/// A process, a seed, and what is done with the die.
pub(super) struct DrawnDie {
    name: String,
    seed: u64,
    process: Process,
    source: Source,
    own_full_scale: bool,
    configure: Option<SelfConfigurable>,
}

impl DrawnDie {
    /// What `--die` and `--set` say.
    pub(super) fn new(args: &ProgramArgs, mesh: &Mesh, name: &str) -> Result<Self, Error> {
        let problem = |why: &str| {
            let help = "give a process and a seed, for example --die mature:7";
            Problem {
                place: "--die".into(),
                subject: name.into(),
                why: why.into(),
                help: help.into(),
            }
        };
        let (preset, seed) = name
            .rsplit_once(':')
            .filter(|(preset, _)| !preset.is_empty())
            .ok_or_else(|| problem("a process and the seed of a die are needed"))?;
        let seed: u64 = seed
            .parse()
            .ok()
            .filter(|seed| *seed < 1 << 53)
            .ok_or_else(|| problem("the seed must be a whole number below 2^53"))?;
        let of_die = |key: &str, value: &str| Override {
            option: "--die",
            key: key.into(),
            value: value.into(),
        };
        let given = args.overrides();
        if let Some(other) = given.iter().find(|given| !counts(&given.key)) {
            return Err(Problem {
                place: other.option.into(),
                subject: format!("{} = {}", other.key, other.value),
                why: "no part of the die and its bench".into(),
                help: format!("keys that count begin with {}", SETTABLE.join(", ")),
            }
            .into());
        }
        let own_light = given.iter().any(|given| given.key.starts_with(SOURCE));
        let mut overrides = vec![of_die("process.preset", preset)];
        let bench = BENCH
            .iter()
            .filter(|(key, _)| !own_light || !key.starts_with(SOURCE));
        overrides.extend(bench.map(|(key, value)| of_die(key, value)));
        overrides.extend(given);
        let loaded = Loaded::from_text("--die", EXPERIMENT, &overrides)?;
        let design = wiring::design(&loaded.config)
            .map_err(|error| Error::failed("the bench cannot be designed", error, ""))?;
        let configure = match (args.self_configure, mesh.named) {
            (false, _) => None,
            (true, Some(NamedTopology::Rectangular)) => Some(SelfConfigurable::Rectangular),
            (true, Some(NamedTopology::Triangular)) => Some(SelfConfigurable::Triangular),
            (true, _) => {
                return Err(Problem::of(
                    "--self-configure",
                    format!("{} cannot configure itself", mesh.said),
                    "use a rectangular or triangular mesh, or leave it out: known errors are corrected",
                )
                .into());
            }
        };
        Ok(Self {
            name: name.to_owned(),
            seed,
            process: wiring::process(&loaded.config),
            source: design.source,
            own_full_scale: loaded.config.process.detector.adc_full_scale_a.is_some(),
            configure,
        })
    }

    /// The phases for this die, and how well they do.
    pub(super) fn set(
        &self,
        plan: &Plan,
        search: Option<&Search>,
    ) -> Result<(Vec<f64>, OnDie), Error> {
        let (mut chip, truth) = self.fabricate(plan)?;
        let hardware = &truth.layers()[0];
        let uncorrected = self.met(plan, &truth, &plan.phases_rad)?;
        let (phases_rad, unreachable, fitted, measured) = match self.configure {
            Some(mesh) => {
                let options = SelfConfigureOptions::default();
                let done = self_configure(&mut chip, mesh, &plan.target, options)
                    .map_err(|error| self.refused(error))?;
                let cost = chip.cost();
                let measured = Measured {
                    error: done.measured_error,
                    programmings: done.used.programmings,
                    samples: done.used.samples,
                    bench_s: cost.total_s(),
                    bench_j: cost.total_j(),
                    unreachable: done.unreachable,
                };
                (done.phases_rad, Vec::new(), None, Some(measured))
            }
            None => {
                // Losses are left as they are: the correction is that of the couplers.
                let errors_rad = hardware.errors_rad().to_vec();
                let lossless = MeshHardware::new(plan.topology.clone(), errors_rad, None);
                let found = on_known_errors(plan, search, &lossless, hardware)?;
                let unreachable = found.unreachable.iter().map(missed).collect();
                (found.phases_rad, unreachable, found.fitted, None)
            }
        };
        let found = self.met(plan, &truth, &phases_rad)?;
        let signals = plan.of_signals(&found);
        let transmitted = signals.norm_squared() / signals.ncols() as f64;
        let drawn = Drawn {
            die: self.name.clone(),
            splitter_error_rms_rad: super::report::rms_rad(hardware),
            uncorrected_error: plan.deviation_up_to_a_factor(&uncorrected),
            uncorrected_fidelity: plan.fidelity(&uncorrected),
            error: plan.deviation_up_to_a_factor(&found),
            fidelity: plan.fidelity(&found),
            // A lossless mesh transmits 1 to rounding.
            loss_db: -power_ratio_to_db(transmitted.min(1.0)) + 0.0,
            unreachable,
            fit: fitted,
            measured,
        };
        Ok((phases_rad, OnDie::Drawn(drawn)))
    }

    fn fabricate(&self, plan: &Plan) -> Result<(Chip, GroundTruth), Error> {
        let ports = plan.topology.ports();
        let detector = &self.process.detector;
        let strongest_w = self.source.port_power_w(ports) * detector.local_oscillator.power_w;
        let full_scale_a = HEADROOM * 2.0 * detector.responsivity_a_per_w * strongest_w.sqrt();
        let design = ChipDesign {
            layers: vec![LayerDesign {
                topology: plan.topology.clone(),
                readout: Readout::Homodyne,
                tap: Tap::Lossless,
                adc_full_scale_a: (!self.own_full_scale).then_some(full_scale_a),
                activation: Activation::Identity,
            }],
            source: self.source,
            precision: Precision::Double,
        };
        fabricate(&design, &self.process, DieSeed(self.seed)).map_err(|error| {
            let help = "change the process, or a key of it with --set";
            Problem {
                place: "--die".into(),
                subject: self.name.clone(),
                why: error.to_string(),
                help: help.into(),
            }
            .into()
        })
    }

    /// The matrix that light meets on the die, once these phases are asked for and settled.
    fn met(
        &self,
        plan: &Plan,
        truth: &GroundTruth,
        asked_rad: &[f64],
    ) -> Result<DMatrix<Complex64>, Error> {
        let heater = &self.process.heater;
        let mut met_rad = vec![0.0; asked_rad.len()];
        Actuator::new(
            &plan.topology,
            truth.heaters()[0].clone(),
            heater,
            Streams::new(self.seed),
            0,
            &self.process.faults.stuck_heaters,
        )
        .map_err(|error| Error::failed("the phases cannot be set", error, ""))?
        .actuate(asked_rad, heater.settling_s, &mut met_rad);
        truth.matrix(0, &met_rad).ok_or_else(|| {
            let counts = format!("{} phases", met_rad.len());
            Error::failed("the phases do not fit the mesh", counts, "")
        })
    }

    fn refused(&self, error: SelfConfigureError) -> Error {
        let help = match error {
            SelfConfigureError::Dark => "look at process.faults.open_ports",
            _ => "",
        };
        Error::failed(
            format!("die {} cannot configure itself", self.name),
            error,
            help,
        )
    }
}
